"""Path building: every way to an anchor, the likeliest first, at bounded cost."""

from __future__ import annotations

import time

from support.pki import Entity, Pki
from trustspace.encoding import der
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.extensions import encode_extension
from trustspace.pki.edges import Edge, EdgeCache, EdgeOutcome
from trustspace.pki.paths import PathLimits, build_paths
from trustspace.pki.pool import CertificatePool

NAME = [("C", "RU"), ("O", "Test"), ("CN", "Root")]


def anchors(*entities: Entity) -> dict[str, None]:
    return {entity.certificate.sha256: None for entity in entities}


def pool_of(*entities: Entity) -> CertificatePool:
    return CertificatePool(entity.certificate for entity in entities)


def labels(path: tuple[Certificate, ...]) -> list[str | None]:
    return [certificate.subject.get("2.5.4.3") for certificate in path]


def test_a_chain_is_found_with_as_many_checks_as_it_has_links() -> None:
    pki = Pki()
    root = pki.root("Root")
    ca = pki.authority("CA", root)
    alice = pki.signer("Alice", ca)
    edges = EdgeCache()
    search = build_paths(alice.certificate, pool_of(root, ca), anchors(root), edges.edge)
    assert labels(next(search)) == ["Alice", "CA", "Root"]
    assert edges.verifications == search.edges_checked == 2
    assert list(search) == []
    assert not search.exhausted


def test_a_target_that_is_an_anchor_is_a_path_of_one() -> None:
    pki = Pki()
    root = pki.root()
    alice = pki.signer("Alice", root)
    search = build_paths(alice.certificate, pool_of(root), anchors(alice, root), EdgeCache().edge)
    assert [labels(path) for path in search] == [["Alice"], ["Alice", "Root"]]


def test_an_intermediate_anchor_comes_first_and_the_way_beyond_it_later() -> None:
    pki = Pki()
    root = pki.root("Root")
    ca = pki.authority("CA", root)
    alice = pki.signer("Alice", ca)
    both = list(build_paths(alice.certificate, pool_of(root, ca), anchors(root, ca), EdgeCache().edge))
    assert [labels(path) for path in both] == [["Alice", "CA"], ["Alice", "CA", "Root"]]
    only = list(build_paths(alice.certificate, pool_of(root, ca), anchors(ca), EdgeCache().edge))
    assert [labels(path) for path in only] == [["Alice", "CA"]]


def test_cross_certificates_give_every_way_and_cost_one_check_a_key() -> None:
    pki = Pki()
    one, two = pki.root("One"), pki.root("Two")
    ca = pki.authority("CA", one)
    crossed = pki.entity("CA", two, ca=True)
    assert crossed.certificate.spki == ca.certificate.spki
    alice = pki.signer("Alice", ca)
    edges = EdgeCache()
    pool = pool_of(one, two, ca, crossed)
    found = [labels(path) for path in build_paths(alice.certificate, pool, anchors(one, two), edges.edge)]
    assert sorted(found, key=str) == [["Alice", "CA", "One"], ["Alice", "CA", "Two"]]
    assert edges.verifications == 3


def test_loops_of_cross_certificates_end() -> None:
    pki = Pki()
    a, b = pki.root("A"), pki.root("B")
    a_by_b = pki.entity("A", b, ca=True)
    b_by_a = pki.entity("B", a, ca=True)
    other = pki.root("Other")
    alice = pki.signer("Alice", a)
    search = build_paths(alice.certificate, pool_of(a, b, a_by_b, b_by_a), anchors(other), EdgeCache().edge)
    assert list(search) == []
    assert not search.exhausted
    assert len(search.dead_ends[0]) == 3


def test_an_issuer_of_the_right_name_and_the_wrong_key_is_no_path() -> None:
    pki = Pki()
    root = pki.root("Root", subject=NAME)
    impostor = Pki(label="impostor").root("Root", subject=NAME)
    alice = pki.signer("Alice", impostor)
    search = build_paths(alice.certificate, pool_of(root), anchors(root), EdgeCache().edge)
    assert list(search) == []
    assert [edge.outcome for edge in search.failed] == [EdgeOutcome.FAILED]


def test_the_key_identifier_decides_whom_to_try_first() -> None:
    pki = Pki()
    generations = [Pki(label=str(number)).root("Root", subject=NAME) for number in range(20)]
    alice = pki.signer("Alice", generations[13])
    search = build_paths(alice.certificate, pool_of(*generations), anchors(*generations), EdgeCache().edge)
    assert next(search)[-1] == generations[13].certificate
    assert search.edges_checked == 1


def test_an_unsupported_algorithm_keeps_its_path_as_the_last() -> None:
    pki = Pki()
    one, two = pki.root("One"), pki.root("Two")
    ca = pki.authority("CA", one)
    crossed = pki.entity("CA", two, ca=True)
    alice = pki.signer("Alice", ca)
    real = EdgeCache()

    def edge(child: Certificate, issuer: Certificate) -> Edge:
        if issuer == one.certificate:
            return Edge(child.sha256, issuer.sha256, EdgeOutcome.UNSUPPORTED, "1.2.3", None)
        return real.edge(child, issuer)

    pool = pool_of(one, two, ca, crossed)
    found = [labels(path) for path in build_paths(alice.certificate, pool, anchors(one, two), edge)]
    assert found == [["Alice", "CA", "Two"], ["Alice", "CA", "One"]]


def test_where_nothing_leads_to_an_anchor_the_dead_ends_say_how_far_it_went() -> None:
    pki = Pki()
    root = pki.root("Root")
    ca = pki.authority("CA", root)
    alice = pki.signer("Alice", ca)
    search = build_paths(alice.certificate, pool_of(ca), anchors(root), EdgeCache().edge)
    assert list(search) == []
    assert [labels(path) for path in search.dead_ends] == [["Alice", "CA"]]


def test_depth_is_bounded_and_said_to_be() -> None:
    pki = Pki()
    chain = [pki.root("0")]
    for number in range(1, 30):
        chain.append(pki.authority(str(number), chain[-1]))
    search = build_paths(chain[-1].certificate, pool_of(*chain), anchors(chain[0]), EdgeCache().edge)
    assert list(search) == []
    assert search.exhausted


def test_a_bag_of_a_thousand_namesakes_costs_bounded_work() -> None:
    pki = Pki()
    victim = pki.root("Root", subject=NAME)
    alice = pki.signer("Alice", victim, subject_key_identifier=False)
    # A thousand keys under the issuer's name, all claiming the issuer's key identifier.
    bag = [
        _with_key_identifier_of(victim, Pki(label=f"bag{number}"), number).certificate
        for number in range(1000)
    ]
    limits = PathLimits()
    edges = EdgeCache()
    started = time.process_time()
    search = build_paths(alice.certificate, CertificatePool(bag), anchors(victim), edges.edge, limits)
    assert list(search) == []
    assert edges.verifications <= limits.max_edges
    assert time.process_time() - started < 2
    # And none of them hides the true issuer, which the pool below knows.
    pool = pool_of(victim).child(bag)
    search = build_paths(alice.certificate, pool, anchors(victim), EdgeCache().edge)
    assert next(search)[-1] == victim.certificate
    assert search.edges_checked == 1


def _with_key_identifier_of(victim: Entity, pki: Pki, number: int) -> Entity:
    identifier = victim.certificate.subject_key_identifier
    assert identifier is not None
    extension = encode_extension("2.5.29.14", der.octet_string(identifier))
    return pki.entity(
        "Root",
        None,
        ca=True,
        subject=NAME,
        subject_key_identifier=False,
        extra=(extension,),
        serial=number + 1,
        kind="p-256",
    )


def test_many_paths_of_few_keys_stay_within_steps() -> None:
    pki = Pki()
    layers: list[list[Entity]] = [[pki.root("L0")]]
    for depth in range(1, 7):
        # Ten certificates of one key for each name, each issued by the layer above: 10^6 ways.
        layers.append([pki.authority(f"L{depth}", layers[-1][0]) for _ in range(10)])
    alice = pki.signer("Alice", layers[-1][0])
    pool = CertificatePool(entity.certificate for layer in layers for entity in layer)
    other = pki.root("Other")
    edges = EdgeCache()
    started = time.process_time()
    search = build_paths(alice.certificate, pool, anchors(other), edges.edge)
    assert list(search) == []
    assert search.exhausted
    assert time.process_time() - started < 2
