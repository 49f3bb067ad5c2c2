"""What OCSP responses say, under any hash, and who may say it (RFC 6960)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from support.pki import NOW, Entity, Pki
from trustspace.algorithms.digests import digest_by_name
from trustspace.encoding import der
from trustspace.encoding.extensions import encode_extension
from trustspace.encoding.ocsp import CertStatus, OCSPResponse
from trustspace.pki.edges import EdgeCache, EdgeOutcome
from trustspace.pki.ocsp_statements import certifies
from trustspace.pki.pool import CertificatePool
from trustspace.pki.revocation import (
    EvidencePool,
    RevocationStatement,
    RevocationStatus,
    StatementProblem,
    statements,
)


class Setting:
    def __init__(self, kind: str = "p-256") -> None:
        self.pki = Pki(kind)
        self.root = self.pki.root()
        self.ca = self.pki.authority("CA", self.root)
        self.alice = self.pki.signer("Alice", self.ca)
        self.responder = self.pki.ocsp("OCSP", self.ca)
        self.pool = CertificatePool([self.root.certificate, self.ca.certificate])
        self.edges = EdgeCache()

    def ask(self, *responses: OCSPResponse, of: Entity | None = None) -> tuple[RevocationStatement, ...]:
        certificate = (of or self.alice).certificate
        return statements(certificate, self.pool, EvidencePool(responses), self.edges)

    def one(self, response: OCSPResponse) -> RevocationStatement:
        (found,) = self.ask(response)
        return found


@pytest.mark.parametrize("kind", ["p-256", "gost2012-256-a", "bign-256v1"])
@pytest.mark.parametrize("by_key", [False, True])
def test_a_delegated_responder_is_believed(kind: str, by_key: bool) -> None:
    s = Setting(kind)
    response = s.responder.status(s.alice, by_key=by_key)
    found = s.one(response)
    assert found.reliable
    assert (found.source, found.status, found.digest) == ("ocsp", RevocationStatus.GOOD, response.sha256)
    assert found.signer == s.responder.certificate.sha256
    assert not found.signer_is_issuer
    assert found.signer_certificate is not None
    assert found.produced_at == NOW - timedelta(hours=1)


def test_the_ca_itself_is_believed() -> None:
    s = Setting()
    found = s.one(s.ca.status(s.alice))
    assert found.reliable
    assert found.signer_is_issuer


@pytest.mark.parametrize("name", ["SHA-1", "SHA-256", "Streebog-256", "Streebog-512", "belt-hash256"])
def test_certificate_identifiers_under_any_hash(name: str) -> None:
    s = Setting()
    s.ca.revoke(s.alice, reason=1)
    found = s.one(s.responder.status(s.alice, digest=digest_by_name(name)))
    assert found.reliable
    assert (found.status, found.reason) == (RevocationStatus.REVOKED, "keyCompromise")


def test_an_unknown_hash_leaves_the_question_open() -> None:
    s = Setting()
    raw = s.ca.status(s.alice).raw.replace(der.oid("1.3.14.3.2.26"), der.oid("1.3.14.3.2.99"))
    found = s.one(OCSPResponse.parse(raw))
    assert StatementProblem.HASH_NOT_SUPPORTED in found.problems


def test_the_same_serial_number_of_another_ca_is_another_certificate() -> None:
    s = Setting()
    other = s.pki.authority("Other", s.root)
    namesake = s.pki.signer("Bob", other, serial=s.alice.certificate.serial)
    s.pool.add(other.certificate)
    assert s.ask(other.status(namesake)) == ()
    assert len(s.ask(other.status(namesake), of=namesake)) == 1


@pytest.mark.parametrize("member", [1, 2], ids=["name hash", "key hash"])
def test_a_certificate_identifier_names_the_issuer_by_name_and_by_key(member: int) -> None:
    """RFC 6960 §4.1.1: two CAs of one name are told apart by the hash of the key, and the other way round."""
    s = Setting()
    sha1 = digest_by_name("SHA-1")
    issuer = s.ca.certificate
    right = (sha1.digest(issuer.subject.raw), sha1.digest(issuer.public_key_bits))
    raw = s.ca.status(s.alice).raw
    single = OCSPResponse.parse(raw).basic
    assert single is not None
    cert_id = single.responses[0].cert_id
    assert certifies(cert_id, s.alice.certificate, issuer)
    assert (cert_id.name_hash, cert_id.key_hash) == right
    field = ("", "name_hash", "key_hash")[member]
    assert not certifies(replace(cert_id, **{field: bytes(20)}), s.alice.certificate, issuer)
    # In a response: one about the same name and number under another key says nothing of this certificate.
    changed = raw.replace(right[member - 1], bytes(20), 1)
    assert s.ask(OCSPResponse.parse(changed)) == ()


def test_a_responder_without_the_purpose_is_not_authorised() -> None:
    s = Setting()
    bob = s.pki.signer("Bob", s.ca)
    found = s.one(bob.status(s.alice))
    assert found.signature is EdgeOutcome.VERIFIED
    assert found.problems == (StatementProblem.RESPONDER_NOT_AUTHORISED,)


def test_a_responder_of_another_ca_is_not_authorised() -> None:
    s = Setting()
    other = s.pki.authority("Other", s.root)
    stranger = s.pki.ocsp("OCSP", other)
    assert s.one(stranger.status(s.alice)).problems == (StatementProblem.RESPONDER_NOT_AUTHORISED,)


def test_a_responder_that_only_claims_the_issuers_name_is_not_authorised() -> None:
    s = Setting()
    other = Pki(label="other")
    impostor = other.authority("CA", other.root(), subject=[("C", "RU"), ("O", "Test"), ("CN", "CA")])
    assert impostor.name == s.ca.name
    assert s.one(other.ocsp("OCSP", impostor).status(s.alice)).problems == (
        StatementProblem.RESPONDER_NOT_AUTHORISED,
    )


def test_a_changed_response_is_not_reliable() -> None:
    s = Setting()
    raw = bytearray(s.responder.status(s.alice).raw)
    produced = raw.index(b"2026")
    raw[produced + 3] ^= 1
    found = s.one(OCSPResponse.parse(bytes(raw)))
    assert found.signature is EdgeOutcome.FAILED


def test_without_its_certificate_the_responder_is_not_found_until_it_is_known() -> None:
    s = Setting()
    whole = s.responder.status(s.alice)
    assert whole.basic is not None
    stripped = OCSPResponse.of_basic(
        der.sequence(
            whole.basic.tbs_raw, whole.basic.signature_algorithm.raw, der.bit_string(whole.basic.signature)
        )
    )
    assert s.one(stripped).problems == (StatementProblem.SIGNER_NOT_FOUND,)
    s.pool.add(s.responder.certificate)
    assert s.one(stripped).reliable


def test_unknown_is_neither_good_nor_revoked() -> None:
    s = Setting()
    found = s.one(s.responder.status(s.alice, status=CertStatus.UNKNOWN))
    assert found.status is RevocationStatus.UNKNOWN


def test_a_response_that_is_not_successful_says_nothing() -> None:
    s = Setting()
    try_later = OCSPResponse.parse(der.sequence(der.enumerated(3)))
    evidence = EvidencePool()
    assert not evidence.add(try_later)
    assert s.ask(try_later) == ()


def test_the_responders_certificate_can_be_fetched_from_the_evidence() -> None:
    s = Setting()
    evidence = EvidencePool([s.responder.status(s.alice)])
    assert evidence.certificate(s.responder.certificate.sha256) == s.responder.certificate
    assert evidence.child().certificate(s.responder.certificate.sha256) == s.responder.certificate
    assert evidence.certificate("00" * 32) is None


def test_without_the_issuer_nobody_can_be_authorised() -> None:
    s = Setting()
    s.pool = CertificatePool([s.root.certificate])
    assert s.ask(s.responder.status(s.alice)) == ()


@pytest.mark.parametrize("critical", [True, False])
def test_a_critical_extension_that_is_not_known_makes_the_response_unusable(critical: bool) -> None:
    """RFC 6960 §4.4: what is marked as critical must be understood."""
    s = Setting()
    unknown = encode_extension("1.2.3.4.5", der.null(), critical=critical)
    said = s.one(s.responder.status(s.alice, extensions=(unknown,)))
    assert (StatementProblem.UNKNOWN_CRITICAL_EXTENSION in said.problems) is critical
    assert said.reliable is not critical
