"""What CRLs say: whole, delta, indirect, for some certificates or reasons only, and signed by whom."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest

from support.pki import NOW, Entity, Pki
from trustspace.encoding import der
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.crl import CertificateList
from trustspace.encoding.extensions import KeyUsage
from trustspace.pki.edges import EdgeCache, EdgeOutcome
from trustspace.pki.issuing import DistributionPointScope, RevokedEntry
from trustspace.pki.pool import CertificatePool
from trustspace.pki.revocation import (
    EvidencePool,
    RevocationReason,
    RevocationStatement,
    RevocationStatus,
    StatementProblem,
    statements,
)

GOOD, REVOKED, UNKNOWN = RevocationStatus.GOOD, RevocationStatus.REVOKED, RevocationStatus.UNKNOWN


class Setting:
    def __init__(self, kind: str = "p-256") -> None:
        self.pki = Pki(kind)
        self.root = self.pki.root()
        self.ca = self.pki.authority("CA", self.root)
        self.alice = self.pki.signer("Alice", self.ca)
        self.pool = CertificatePool([self.root.certificate, self.ca.certificate])
        self.edges = EdgeCache()
        self.evidence = EvidencePool()

    def ask(self, entity: Entity | None = None) -> tuple[RevocationStatement, ...]:
        certificate = (entity or self.alice).certificate
        return statements(certificate, self.pool, self.evidence, self.edges)

    def one(self, entity: Entity | None = None) -> RevocationStatement:
        (found,) = self.ask(entity)
        return found


def entry(entity: Entity, **changes: Any) -> RevokedEntry:
    return RevokedEntry(entity.certificate.serial, NOW - timedelta(days=1), **changes)


def test_a_crl_that_does_not_list_a_certificate_says_good() -> None:
    s = Setting()
    crl = s.ca.crl()
    s.evidence.add(crl)
    found = s.one()
    assert found.reliable
    assert (found.status, found.source, found.digest) == (GOOD, "crl", crl.sha256)
    assert (found.this_update, found.next_update) == (crl.this_update, crl.next_update)
    assert found.signer == s.ca.certificate.sha256
    assert found.signer_is_issuer
    assert found.signer_certificate is s.ca.certificate


def test_a_revocation_takes_effect_at_the_next_call() -> None:
    s = Setting()
    s.evidence.add(s.ca.crl())
    before = s.evidence.digest
    assert [found.status for found in s.ask()] == [GOOD]
    s.ca.revoke(s.alice, reason=1)
    s.evidence.add(s.ca.crl(this_update=NOW))
    assert s.evidence.digest != before
    newest = s.ask()[0]
    assert (newest.status, newest.reason) == (REVOKED, RevocationReason.KEY_COMPROMISE)
    assert newest.revocation_time == NOW - timedelta(days=1)


def test_an_invalidity_date_and_a_hold_come_through() -> None:
    s = Setting()
    lost = NOW - timedelta(days=30)
    s.evidence.add(s.ca.crl(entries=[entry(s.alice, reason=6, invalidity_date=lost)]))
    found = s.one()
    assert found.reason == "certificateHold"
    assert found.invalidity_date == lost


def test_a_crl_is_verified_once_however_often_it_is_asked() -> None:
    s = Setting()
    s.evidence.add(s.ca.crl())
    for number in range(20):
        s.ask(s.pki.signer(str(number), s.ca))
    # twenty certificates and one CRL
    assert s.edges.verifications == 21


def test_a_changed_crl_is_not_reliable() -> None:
    s = Setting()
    raw = bytearray(s.ca.crl(entries=[entry(s.alice)]).raw)
    serial = der.integer(s.alice.certificate.serial)
    at = raw.index(serial) + len(serial) - 1
    raw[at] ^= 1
    s.evidence.add(CertificateList.parse(bytes(raw)))
    found = s.one()
    assert found.signature is EdgeOutcome.FAILED
    assert not found.reliable


def test_a_crl_of_a_namesake_is_not_reliable() -> None:
    s = Setting()
    other = Pki(label="other")
    impostor = other.authority("CA", other.root(), subject=[("C", "RU"), ("O", "Test"), ("CN", "CA")])
    assert impostor.name == s.ca.name
    s.evidence.add(impostor.crl())
    found = s.one()
    assert (found.status, found.signature, found.reliable) == (GOOD, EdgeOutcome.FAILED, False)
    # A trusted namesake with a key of its own signs well, but is said not to be the issuer.
    s.pool.add(impostor.certificate)
    found = s.one()
    assert found.reliable
    assert not found.signer_is_issuer


def test_without_the_signer_the_statement_says_so() -> None:
    s = Setting()
    s.pool = CertificatePool([s.root.certificate])
    s.evidence.add(s.ca.crl())
    found = s.one()
    assert found.problems == (StatementProblem.SIGNER_NOT_FOUND,)
    assert found.signer is None


def test_a_signer_without_crl_sign_is_not_relied_on() -> None:
    s = Setting()
    ca = s.pki.authority("Second", s.root, key_usage=frozenset({KeyUsage.KEY_CERT_SIGN}))
    s.pool.add(ca.certificate)
    bob = s.pki.signer("Bob", ca)
    s.evidence.add(ca.crl())
    found = s.one(bob)
    assert found.signature is EdgeOutcome.VERIFIED
    assert found.problems == (StatementProblem.SIGNER_KEY_USAGE,)


def test_a_separate_crl_signing_certificate_of_the_same_name() -> None:
    s = Setting()
    subject = [("C", "RU"), ("O", "Test"), ("CN", "Two keys")]
    signing = s.pki.entity(
        "signing", s.root, subject=subject, ca=True, key_usage=frozenset({KeyUsage.KEY_CERT_SIGN})
    )
    listing = s.pki.entity("listing", s.root, subject=subject, key_usage=frozenset({KeyUsage.CRL_SIGN}))
    bob = s.pki.signer("Bob", signing)
    s.pool.add(signing.certificate)
    s.pool.add(listing.certificate)
    s.evidence.add(listing.crl())
    found = s.one(bob)
    assert found.reliable
    assert found.signer == listing.certificate.sha256
    assert not found.signer_is_issuer


def test_cross_certificates_of_the_signer_are_named_beside_it() -> None:
    s = Setting()
    other_root = s.pki.root("Other root")
    crossed = s.pki.entity("CA", other_root, ca=True)
    s.pool.add(crossed.certificate)
    s.evidence.add(s.ca.crl())
    found = s.one()
    assert {found.signer, *found.other_signers} == {s.ca.certificate.sha256, crossed.certificate.sha256}


def test_a_crl_for_cas_only_has_no_word_on_a_signer() -> None:
    s = Setting()
    s.evidence.add(s.ca.crl(scope=DistributionPointScope(only_ca_certificates=True)))
    found = s.one()
    assert (found.status, found.problems) == (UNKNOWN, (StatementProblem.OUT_OF_SCOPE,))
    s.evidence.add(s.ca.crl(scope=DistributionPointScope(only_user_certificates=True)))
    found = s.one()  # once a CRL is in scope, the other is not mentioned
    assert found.reliable
    assert found.status is GOOD


def test_partitions_are_matched_by_distribution_point() -> None:
    s = Setting()
    bob = s.pki.signer("Bob", s.ca, crl_urls=("http://crl.example/1.crl",))
    wrong = s.ca.crl(scope=DistributionPointScope(urls=("http://crl.example/2.crl",)))
    s.evidence.add(wrong)
    assert s.one(bob).problems == (StatementProblem.OUT_OF_SCOPE,)
    right = s.ca.crl(
        entries=[entry(bob)],
        scope=DistributionPointScope(urls=("http://mirror.example/1.crl", "http://crl.example/1.crl")),
    )
    s.evidence.add(right)
    found = s.one(bob)
    assert (found.digest, found.status) == (right.sha256, REVOKED)
    # A certificate without a distribution point falls under no named partition (§6.3.3, last paragraph).
    assert {statement.problems for statement in s.ask()} == {(StatementProblem.OUT_OF_SCOPE,)}


def test_a_delta_adds_to_its_base_and_takes_back_from_it() -> None:
    s = Setting()
    bob = s.pki.signer("Bob", s.ca)
    carol = s.pki.signer("Carol", s.ca)
    base = s.ca.crl(entries=[entry(bob, reason=6), entry(carol, reason=1)], number=10)
    delta = s.ca.crl(
        entries=[entry(s.alice, reason=4), entry(bob, reason=8)],
        number=11,
        base_number=10,
        this_update=NOW,
    )
    s.evidence.add(base)
    s.evidence.add(delta)
    newest, older = s.ask(s.alice)
    assert (newest.status, newest.reason) == (REVOKED, RevocationReason.SUPERSEDED)
    assert (newest.digest, newest.with_data) == (delta.sha256, (base.sha256,))
    assert (older.status, older.digest) == (GOOD, base.sha256)
    newest, older = s.ask(bob)
    assert newest.status is GOOD
    assert newest.reliable
    assert older.reason == "certificateHold"
    newest, older = s.ask(carol)
    assert (newest.status, newest.reason) == (REVOKED, RevocationReason.KEY_COMPROMISE)
    assert newest.this_update == delta.this_update


def test_a_lifted_hold_in_a_complete_crl_says_neither_good_nor_revoked() -> None:
    """RFC 5280 §5.3.1: removeFromCRL stands in delta CRLs only."""
    s = Setting()
    s.evidence.add(s.ca.crl(entries=[entry(s.alice, reason=8)]))
    found = s.one()
    assert found.status is UNKNOWN
    assert StatementProblem.REASON_MISPLACED in found.problems
    assert not found.reliable


def test_a_delta_of_another_base_speaks_for_nothing() -> None:
    s = Setting()
    s.evidence.add(s.ca.crl(number=10, base_number=9))
    assert s.one().problems == (StatementProblem.DELTA_WITHOUT_BASE,)
    too_old = s.ca.crl(number=8)
    s.evidence.add(too_old)
    assert [statement.digest for statement in s.ask()] == [too_old.sha256]


@pytest.mark.parametrize("numbers", [(8, 11, 10), (11, 11, 10), (None, 11, 10)])
def test_what_a_delta_revokes_is_revoked_though_no_complete_crl_fits_it(
    numbers: tuple[int | None, int, int],
) -> None:
    complete, number, base = numbers
    s = Setting()
    s.evidence.add(s.ca.crl(number=complete))
    delta = s.ca.crl(entries=[entry(s.alice)], number=number, base_number=base, this_update=NOW)
    s.evidence.add(delta)
    said = {statement.digest: statement for statement in s.ask()}
    assert said[delta.sha256].status is REVOKED
    assert said[delta.sha256].reliable


def test_what_a_delta_revokes_stays_revoked_beside_a_damaged_base() -> None:
    s = Setting()
    raw = bytearray(s.ca.crl(number=10).raw)
    raw[-1] ^= 1
    s.evidence.add(CertificateList.parse(bytes(raw)))
    delta = s.ca.crl(entries=[entry(s.alice)], number=11, base_number=10, this_update=NOW)
    s.evidence.add(delta)
    said = {statement.digest: statement for statement in s.ask()}
    assert said[delta.sha256].status is REVOKED
    assert said[delta.sha256].reliable


def test_an_unreliable_base_makes_its_delta_unreliable() -> None:
    s = Setting()
    raw = bytearray(s.ca.crl(number=10).raw)
    raw[-1] ^= 1
    s.evidence.add(CertificateList.parse(bytes(raw)))
    s.evidence.add(s.ca.crl(number=11, base_number=10, this_update=NOW))
    assert [statement.reliable for statement in s.ask()] == [False, False]


def test_an_indirect_crl_speaks_for_whom_the_distribution_point_names_it() -> None:
    s = Setting()
    listing = s.pki.entity("Listing", s.root, key_usage=frozenset({KeyUsage.CRL_SIGN}))
    s.pool.add(listing.certificate)
    urls = ("http://crl.example/all.crl",)
    bob = s.pki.signer("Bob", s.ca, crl_urls=urls, crl_issuer=listing.name)
    carol = s.pki.signer("Carol", s.ca, crl_urls=urls, crl_issuer=listing.name)
    scope = DistributionPointScope(urls=urls, indirect=True)
    crl = listing.crl(
        entries=[
            # The same serial number under the CRL issuer itself is another certificate.
            entry(carol),
            entry(bob, certificate_issuer=s.ca.name, reason=1),
        ],
        scope=scope,
    )
    s.evidence.add(crl)
    assert s.one(bob).status is REVOKED
    assert s.one(bob).reliable
    assert not s.one(bob).signer_is_issuer
    assert s.one(carol).status is GOOD
    # Alice's certificate does not name this CRL issuer.
    assert s.ask() == ()


def test_an_indirect_crl_that_does_not_say_so_is_out_of_scope() -> None:
    s = Setting()
    listing = s.pki.entity("Listing", s.root, key_usage=frozenset({KeyUsage.CRL_SIGN}))
    s.pool.add(listing.certificate)
    urls = ("http://crl.example/all.crl",)
    bob = s.pki.signer("Bob", s.ca, crl_urls=urls, crl_issuer=listing.name)
    s.evidence.add(listing.crl())
    assert s.one(bob).problems == (StatementProblem.OUT_OF_SCOPE,)


def test_crls_for_some_reasons_say_good_only_together() -> None:
    s = Setting()
    first = s.ca.crl(scope=DistributionPointScope(only_some_reasons=frozenset({1, 2, 8})))
    s.evidence.add(first)
    assert s.one().problems == (StatementProblem.SOME_REASONS_ONLY,)
    rest = s.ca.crl(
        scope=DistributionPointScope(only_some_reasons=frozenset({3, 4, 5, 6, 7})),
        this_update=NOW,
        next_update=NOW + timedelta(days=1),
    )
    s.evidence.add(rest)
    (joint,) = [statement for statement in s.ask() if statement.reliable]
    assert joint.status is GOOD
    assert {joint.digest, *joint.with_data} == {first.sha256, rest.sha256}
    assert joint.this_update == first.this_update
    assert joint.next_update == rest.next_update
    revoking = s.ca.crl(
        entries=[entry(s.alice, reason=1)],
        scope=DistributionPointScope(only_some_reasons=frozenset({1, 2, 8})),
    )
    s.evidence.add(revoking)
    assert any(statement.reliable and statement.status is REVOKED for statement in s.ask())


def test_unknown_critical_extensions_forbid_to_rely_on_a_crl() -> None:
    s = Setting()
    # The CRL number's OID becomes one that nobody knows, and critical.
    crl = s.ca.crl(number=1)
    known = der.sequence(der.oid("2.5.29.20"), der.octet_string(der.integer(1)))
    assert known in crl.raw
    idp = s.ca.crl(scope=DistributionPointScope(only_user_certificates=True))
    raw = idp.raw.replace(der.oid("2.5.29.28"), der.oid("2.5.29.99"))
    s.evidence.add(CertificateList.parse(raw))
    assert StatementProblem.UNKNOWN_CRITICAL_EXTENSION in s.one().problems


def test_evidence_is_named_by_what_is_in_it_in_any_order() -> None:
    s = Setting()
    crls = [s.ca.crl(), s.root.crl(), s.ca.crl(this_update=NOW)]
    forwards, backwards = EvidencePool(crls), EvidencePool(reversed(crls))
    assert forwards.digest == backwards.digest
    assert not forwards.add(crls[0])
    overlay = EvidencePool(crls[:1]).child(crls)
    assert overlay.digest == forwards.digest
    assert len(overlay) == 3
    assert EvidencePool(crls[:1]).child().digest == EvidencePool(crls[:1]).digest
    assert EvidencePool().digest == EvidencePool().child().digest


def test_an_overlay_adds_its_word_and_leaves_the_pool_below_alone() -> None:
    s = Setting()
    s.evidence.add(s.ca.crl())
    shared = s.evidence
    s.evidence = shared.child([s.ca.crl(entries=[entry(s.alice)], this_update=NOW)])
    assert [statement.status for statement in s.ask()] == [REVOKED, GOOD]
    s.evidence = shared
    assert [statement.status for statement in s.ask()] == [GOOD]


def test_a_large_crl_is_looked_up_in_microseconds() -> None:
    s = Setting()
    revoked = [RevokedEntry(number, NOW - timedelta(days=1)) for number in range(10_000, 60_000)]
    s.evidence.add(s.ca.crl(entries=revoked))
    bob = s.pki.signer("Bob", s.ca, serial=30_000)
    assert s.one(bob).status is REVOKED
    assert s.one().status is GOOD
    started = time.process_time()
    for _ in range(200):
        s.one(bob)
    assert (time.process_time() - started) / 200 < 0.002


def test_a_certificate_read_anew_is_the_same_certificate() -> None:
    s = Setting()
    s.evidence.add(s.ca.crl())
    again = Certificate.parse(s.alice.certificate.raw)
    assert statements(again, s.pool, s.evidence, s.edges) == s.ask()
