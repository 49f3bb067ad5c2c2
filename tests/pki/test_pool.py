"""Pools: what is asked of them, and their overlays."""

from __future__ import annotations

import hashlib

from support.pki import Pki
from trustspace.algorithms.digests import digest_by_name
from trustspace.encoding.name import Name
from trustspace.pki.pool import CertificatePool


def test_a_certificate_is_found_by_everything_that_refers_to_it() -> None:
    pki = Pki()
    root = pki.root()
    alice = pki.signer("Alice", root).certificate
    pool = CertificatePool([root.certificate, alice])
    assert len(pool) == 2
    assert pool.get(alice.sha256) is alice
    assert pool.find(alice.issuer, alice.serial) == [alice]
    assert pool.find(alice.subject, alice.serial) == []
    assert alice.subject_key_identifier is not None
    assert pool.find_by_ski(alice.subject_key_identifier) == [alice]
    assert pool.find_by_name(alice.subject) == [alice]
    streebog = digest_by_name("Streebog-256")
    assert pool.find_by_digest(streebog, streebog.digest(alice.raw)) is alice
    sha1 = digest_by_name("SHA-1")
    assert pool.find_by_digest(sha1, hashlib.sha1(alice.raw).digest()) is alice
    assert pool.find_by_digest(sha1, bytes(20)) is None


def test_an_index_by_digest_takes_in_what_is_added_later() -> None:
    pki = Pki()
    root = pki.root()
    sha512 = digest_by_name("SHA-512")
    pool = CertificatePool()
    assert pool.find_by_digest(sha512, sha512.digest(root.certificate.raw)) is None
    pool.add(root.certificate)
    assert pool.find_by_digest(sha512, sha512.digest(root.certificate.raw)) is root.certificate


def test_names_match_as_rfc_5280_compares_them() -> None:
    pki = Pki()
    root = pki.entity("Root", None, subject=[("C", "RU"), ("CN", "Удостоверяющий  Центр")], ca=True)
    pool = CertificatePool([root.certificate])
    assert pool.find_by_name(Name.build([("2.5.4.6", "RU"), ("2.5.4.3", "УДОСТОВЕРЯЮЩИЙ ЦЕНТР")]))
    assert not pool.find_by_name(Name.build([("2.5.4.6", "RU"), ("2.5.4.3", "Центр")]))


def test_an_overlay_sees_both_and_leaves_the_pool_below_alone() -> None:
    pki = Pki()
    root = pki.root()
    ca = pki.authority("CA", root)
    alice = pki.signer("Alice", ca)
    shared = CertificatePool([root.certificate])
    overlay = shared.child([ca.certificate, root.certificate])
    assert len(overlay) == 2
    assert len(shared) == 1
    assert list(overlay) == [root.certificate, ca.certificate]
    assert overlay.issuers_of(alice.certificate) == [ca.certificate]
    assert overlay.issuers_of(ca.certificate) == [root.certificate]
    assert shared.issuers_of(alice.certificate) == []
    assert not overlay.add(root.certificate)
