"""What must hold whatever the input: less evidence never helps, time heals nothing, damage never passes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.validating import DAY, NOW, TEXT, Space, anchors, outcome, policy, pool_of
from trustspace.documents.content import Content
from trustspace.documents.open import open_document
from trustspace.encoding.crl import CertificateList
from trustspace.encoding.ocsp import OCSPResponse
from trustspace.errors import TrustspaceError
from trustspace.validation.gather import Gatherer
from trustspace.validation.indications import Indication, SubIndication, indication_of, worst
from trustspace.validation.judge import judge
from trustspace.validation.times import Times

PASSED = Indication.TOTAL_PASSED
POLICIES = ["", '[algorithms]\ncatalogue = "none"', "[revocation]\nafter_best_signature_time = true"]
moments = st.integers(-400 * 24, 400 * 24).map(lambda hours: NOW + timedelta(hours=hours))
quick = settings(max_examples=60, deadline=None)


@pytest.fixture(scope="module")
def space() -> Space:
    return Space(label="properties")


@pytest.fixture(scope="module")
def good_evidence(space: Space) -> list[CertificateList | OCSPResponse]:
    responder = space.pki.ocsp("OCSP", space.ca)
    return [
        space.root.crl(),
        space.ca.crl(),
        space.ca.crl(this_update=NOW - 9 * DAY, next_update=NOW - 2 * DAY),
        responder.status(space.alice),
        responder.status(space.tsa),
    ]


@quick
@given(data=st.data())
def test_less_evidence_never_turns_not_passed_into_passed(
    data: st.DataObject, space: Space, good_evidence: list[CertificateList | OCSPResponse]
) -> None:
    """In a world without revocations, every datum can only help."""
    more = data.draw(st.sets(st.sampled_from(range(len(good_evidence)))))
    less = data.draw(st.sets(st.sampled_from(sorted(more)))) if more else set()
    at, rules = data.draw(moments), policy(data.draw(st.sampled_from(POLICIES)))
    stamper = data.draw(st.sampled_from([None, space.tsa.stamper(NOW - timedelta(minutes=30))]))
    signed = space.sign(stamper=stamper)
    with_more, with_less = (
        space.judge(signed, at=at, policy=rules, evidence=pool_of(*(good_evidence[i] for i in chosen)))
        for chosen in (more, less)
    )
    assert with_more.passed or not with_less.passed


@quick
@given(data=st.data())
def test_without_any_word_on_the_signer_nothing_passes(data: st.DataObject, space: Space) -> None:
    at = data.draw(moments)
    stamper = data.draw(st.sampled_from([None, space.tsa.stamper(NOW)]))
    signature = space.judge(space.sign(stamper=stamper), at=at, evidence=pool_of(space.root.crl()))
    assert signature.indication is Indication.INDETERMINATE


@quick
@given(first=moments, later=moments, revoked=moments, newer=st.booleans())
def test_a_later_control_time_never_resurrects(first, later, revoked, newer) -> None:
    """Once revoked and unproven, the same evidence never lets the signature pass at a later time."""
    first, later = sorted((first, later))
    space = Space(label="resurrect")
    space.ca.revoke(space.alice, at=revoked)
    crl = space.ca.crl(
        this_update=revoked + timedelta(hours=1) if newer else NOW, next_update=NOW + 1000 * DAY
    )
    evidence = pool_of(space.root.crl(this_update=NOW - 400 * DAY, next_update=NOW + 1000 * DAY), crl)
    signed = space.sign()
    before = space.judge(signed, at=first, evidence=evidence)
    after = space.judge(signed, at=later, evidence=evidence)
    assert not before.passed and not after.passed
    if before.sub_indication is SubIndication.REVOKED_NO_POE:
        # What may change is what else is wrong (it expires, the data go stale), never for the better.
        assert after.indication is Indication.INDETERMINATE


@quick
@given(at=moments, toml=st.sampled_from(POLICIES), revoked=st.booleans())
def test_a_changed_document_is_failed_whatever_else_is_wrong(at, toml, revoked) -> None:
    space = Space(label="changed")
    if revoked:
        space.ca.revoke(space.alice)
    signature = space.judge(space.sign(detached=True), at=at, policy=policy(toml), content=TEXT[:-1])
    assert outcome(signature) == ("TOTAL-FAILED", "HASH_FAILURE")


@quick
@given(at=moments, toml=st.sampled_from(POLICIES))
def test_without_the_anchor_nothing_passes_and_nothing_fails(at, toml, space: Space) -> None:
    stranger = Space(label="other trust")
    signature = space.judge(space.sign(), at=at, policy=policy(toml), snapshot=stranger.snapshot())
    assert signature.indication is Indication.INDETERMINATE


@pytest.fixture(scope="module")
def words(space: Space) -> dict[str, CertificateList | OCSPResponse]:
    return {"crl": space.ca.crl(), "ocsp": space.pki.ocsp("OCSP", space.ca).status(space.alice)}


@settings(max_examples=250, deadline=None)
@given(data=st.data())
def test_a_damaged_crl_or_response_never_lets_a_signature_pass(
    data: st.DataObject, space: Space, words: dict[str, CertificateList | OCSPResponse]
) -> None:
    source = data.draw(st.sampled_from(["crl", "ocsp"]))
    datum = words[source]
    position = data.draw(st.integers(0, len(datum.raw) - 1))
    damaged = bytearray(datum.raw)
    damaged[position] ^= 1 << data.draw(st.integers(0, 7))
    try:
        evidence = pool_of(space.root.crl(), type(datum).parse(bytes(damaged)))
    except TrustspaceError:
        return
    signature = space.judge(space.sign(), evidence=evidence)
    assert signature.indication is Indication.INDETERMINATE


@settings(max_examples=250, deadline=None)
@given(data=st.data())
def test_a_damaged_certificate_never_lets_a_signature_pass(data: st.DataObject, space: Space) -> None:
    document = open_document(space.sign())
    which = data.draw(st.integers(0, len(document.certificates) - 1))
    damaged = bytearray(document.certificates[which])
    damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    certificates = list(document.certificates)
    certificates[which] = bytes(damaged)
    signature = space.judge(replace(document, certificates=tuple(certificates)))
    assert not signature.passed
    assert signature.indication is Indication.INDETERMINATE or signature.signature_intact is False


@quick
@given(at=moments, cut_off=moments)
def test_judgement_is_a_function(at, cut_off, space: Space) -> None:
    """The same facts, snapshot, times and policy give the same bytes, in whatever order one asks."""
    facts = Gatherer(space.snapshot(), space.evidence()).document(open_document(space.sign()))
    times, rules = Times(at, cut_off), policy("")
    once = judge(facts, space.snapshot(), times, rules).to_json()
    judge(facts, space.snapshot(), Times.at(NOW), rules)
    assert judge(facts, space.snapshot(), times, rules).to_json() == once


def test_more_anchors_never_hurt(space: Space) -> None:
    stranger = Space(label="more anchors")
    both = anchors([stranger.root.certificate, space.root.certificate])
    assert space.judge(space.sign(), snapshot=both).passed


def test_thousands_of_certificates_cost_bounded_work() -> None:
    """Cross-certificates of equal names and key identifiers: the sender's favourite labyrinth."""
    space = Space(label="labyrinth")
    bag = [space.ca.certificate.raw]
    for number in range(40):
        one = space.pki.authority("Issuing CA", space.root, serial=7000 + number)
        bag.append(one.certificate.raw)
    document = open_document(space.sign())
    crowded = replace(document, certificates=(*document.certificates, *bag))
    signature = space.judge(crowded)
    assert signature.passed
    stranger = Space(label="labyrinth two")
    lost = space.judge(crowded, snapshot=stranger.snapshot())
    assert lost.indication is Indication.INDETERMINATE


@given(st.lists(st.sampled_from(list(Indication)), max_size=5))
def test_the_worst_of_several(indications: list[Indication]) -> None:
    found = worst(indications)
    if Indication.TOTAL_FAILED in indications:
        assert found is Indication.TOTAL_FAILED and found.exit_code == 1
    elif indications and all(each is PASSED for each in indications):
        assert found is PASSED and found.exit_code == 0
    else:
        assert found is Indication.INDETERMINATE and found.exit_code == 3


def test_every_sub_indication_belongs_to_one_indication() -> None:
    failed = {sub for sub in SubIndication if indication_of(sub) is Indication.TOTAL_FAILED}
    assert len(SubIndication) == 25 and len(failed) == 6
    assert indication_of(None) is PASSED
    assert all(sub.uri == f"urn:etsi:019102:subindication:{sub.value}" for sub in SubIndication)


def test_content_that_is_handed_in_twice_is_read_once_for_both(space: Space) -> None:
    """Facts never hold the content: a judgement later needs only its digests."""
    from trustspace.validation.facts_json import facts_to_json  # noqa: PLC0415

    secret = b"the content itself stays where it is" * 10
    signed = space.sign(content=secret, detached=True)
    facts = Gatherer(space.snapshot(), space.evidence()).document(
        open_document(signed, Content.of_bytes(secret))
    )
    import base64  # noqa: PLC0415

    data = facts_to_json(facts)
    assert secret not in data and base64.b64encode(secret[:30]) not in data
