"""Hostile input: whatever stands in certificates, CRLs and responses, an answer comes soon and is right."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import cryptography_vectors
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.pki import NOW, Pki
from trustspace.encoding import der
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.crl import CertificateList
from trustspace.encoding.extensions import encode_extension
from trustspace.encoding.ocsp import OCSPResponse
from trustspace.errors import MalformedEncoding
from trustspace.pki.edges import EdgeCache, EdgeOutcome
from trustspace.pki.identity import identities, powers
from trustspace.pki.issuing import DistributionPointScope, RevokedEntry
from trustspace.pki.path_processing import PathSettings, process_path
from trustspace.pki.paths import build_paths
from trustspace.pki.pool import CertificatePool
from trustspace.pki.purposes import PURPOSES, check_purpose
from trustspace.pki.revocation import EvidencePool, RevocationStatus, statements

PKITS = Path(cryptography_vectors.__file__).parent / "x509" / "PKITS_data"
EVERYTHING = PathSettings(
    acceptable_policies=frozenset({"2.16.840.1.101.3.2.1.48.1"}),
    explicit_policy=True,
    anchor_constraints=True,
    check_anchor_validity=True,
)

mutations = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=4
)


def mutate(raw: bytes, changes: list[tuple[float, int]]) -> bytes:
    changed = bytearray(raw)
    for where, value in changes:
        changed[int(where * len(changed))] = value
    return bytes(changed)


@lru_cache
def real_certificates() -> tuple[bytes, ...]:
    """Certificates with every extension that paths look at."""
    wanted = ("nameConstraints", "Policies", "Mapping", "indirect", "distributionPoint", "UID", "RFC3280")
    found = [p.read_bytes() for p in sorted((PKITS / "certs").iterdir()) if any(w in p.name for w in wanted)]
    return tuple(found[:80])


@lru_cache
def anchor() -> Certificate:
    return Certificate.parse((PKITS / "certs" / "TrustAnchorRootCertificate.crt").read_bytes())


@settings(max_examples=300, deadline=None)
@given(st.data(), mutations)
def test_a_mutated_certificate_never_breaks_what_reads_it(
    data: st.DataObject, changes: list[tuple[float, int]]
) -> None:
    raw = mutate(data.draw(st.sampled_from(real_certificates())), changes)
    try:
        certificate = Certificate.parse(raw)
    except MalformedEncoding:
        return
    other = Certificate.parse(data.draw(st.sampled_from(real_certificates())))
    pool, edges = CertificatePool([anchor(), certificate, other]), EdgeCache()
    moment = datetime(2020, 1, 1, tzinfo=UTC)
    for path in ([certificate, anchor()], [other, certificate, anchor()], [certificate]):
        for chosen in (PathSettings(), EVERYTHING):
            result = process_path(path, chosen, moment)
            assert result.valid == (result.failure is None)
    for path_found in build_paths(certificate, pool, {anchor().sha256: None}, edges.edge):
        assert path_found[-1] == anchor()
    for found in identities(certificate):
        assert found.value
    powers(certificate)
    for purpose in PURPOSES.values():
        check_purpose(certificate, purpose)
    assert statements(certificate, pool, EvidencePool(), edges) == ()


@lru_cache
def world() -> tuple[Certificate, CertificatePool, tuple[bytes, ...]]:
    """A revoked signer, the pool with its CA, and data that say so."""
    pki = Pki()
    root = pki.root()
    ca = pki.authority("CA", root)
    alice = pki.signer("Alice", ca, crl_urls=("http://crl.example/1",))
    ca.revoke(alice, reason=1)
    scope = DistributionPointScope(urls=("http://crl.example/1",))
    data = (
        ca.crl().raw,
        ca.crl(scope=scope).raw,
        ca.crl(base_number=1).raw,
        ca.status(alice).raw,
        pki.ocsp("OCSP", ca).status(alice, by_key=True).raw,
    )
    return alice.certificate, CertificatePool([root.certificate, ca.certificate]), data


def parse_datum(raw: bytes) -> CertificateList | OCSPResponse:
    try:
        return CertificateList.parse(raw)
    except MalformedEncoding:
        return OCSPResponse.parse(raw)


@settings(max_examples=400, deadline=None)
@given(st.data(), mutations)
def test_mutated_revocation_data_never_make_a_revoked_certificate_good(
    data: st.DataObject, changes: list[tuple[float, int]]
) -> None:
    certificate, pool, originals = world()
    evidence = EvidencePool()
    try:
        evidence.add(parse_datum(mutate(data.draw(st.sampled_from(originals)), changes)))
    except MalformedEncoding:
        return
    for statement in statements(certificate, pool, evidence, EdgeCache()):
        assert not (statement.reliable and statement.status is RevocationStatus.GOOD)


@settings(max_examples=200, deadline=None)
@given(mutations)
def test_a_certificate_changed_where_it_is_signed_never_verifies(changes: list[tuple[float, int]]) -> None:
    certificate, pool, _ = world()
    body = certificate.tbs_raw
    changed = mutate(body, changes)
    if changed == body:
        return
    try:
        forged = Certificate.parse(certificate.raw.replace(body, changed))
    except MalformedEncoding:
        return
    for issuer in pool:
        assert EdgeCache().edge(forged, issuer).outcome is not EdgeOutcome.VERIFIED


def test_a_crl_signed_by_a_thousand_namesakes_is_tried_with_few_keys() -> None:
    pki = Pki()
    root = pki.root()
    ca = pki.authority("CA", root)
    alice = pki.signer("Alice", ca)
    subject = [("C", "RU"), ("O", "Test"), ("CN", "CA")]
    bag = [Pki(label=f"crl{number}").root("CA", subject=subject).certificate for number in range(200)]
    assert bag[0].subject == ca.name
    edges = EdgeCache()
    said = statements(alice.certificate, CertificatePool(bag), EvidencePool([ca.crl()]), edges)
    assert [statement.signature for statement in said] == [EdgeOutcome.FAILED]
    assert edges.verifications <= 48


@pytest.mark.parametrize("count", [20_000])
def test_a_certificate_of_very_many_names_and_constraints_ends(count: int) -> None:
    names = der.sequence_of(der.implicit(2, der.ia5(f"h{number}.example")) for number in range(count))
    many = encode_extension("2.5.29.17", names)
    subtrees = b"".join(
        der.sequence(der.implicit(2, der.ia5(f"c{number}.example"))) for number in range(1000)
    )
    constraints = encode_extension("2.5.29.30", der.sequence(der.tlv(0xA1, subtrees)), critical=True)
    pki = Pki()
    root = pki.root()
    ca = pki.authority("CA", root, extra=(constraints,))
    alice = pki.signer("Alice", ca, extra=(many,))
    result = process_path([alice.certificate, ca.certificate, root.certificate], PathSettings(), NOW)
    assert result.failure is not None
    assert result.failure.code.name == "NAME_CONSTRAINTS_TOO_COMPLEX"


def test_the_same_serial_number_many_times_in_a_crl_is_looked_up_once() -> None:
    certificate, pool, _ = world()
    pki = Pki()
    root = pki.root()
    ca = pki.authority("CA", root)
    again = ca.crl(entries=[RevokedEntry(certificate.serial, NOW, 1)] * 5000)
    (said,) = statements(certificate, pool, EvidencePool([again]), EdgeCache())
    assert said.status in (RevocationStatus.REVOKED, RevocationStatus.UNKNOWN)
