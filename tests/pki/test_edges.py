"""Signature edges: one verification for a signature and a key, remembered within a bound."""

from __future__ import annotations

import pytest

from support.pki import Pki
from trustspace.encoding.certificate import Certificate
from trustspace.pki.edges import EdgeCache, EdgeOutcome


@pytest.mark.parametrize(
    "kind", ["p-256", "rsa-2048", "ed25519", "gost2012-256-a", "gost2012-512-a", "bign-256v1"]
)
def test_an_edge_says_who_signed_and_with_what(kind: str) -> None:
    pki = Pki(kind)
    root, stranger = pki.root(), pki.root("Stranger")
    alice = pki.signer("Alice", root)
    edges = EdgeCache()
    edge = edges.edge(alice.certificate, root.certificate)
    assert edge.outcome is EdgeOutcome.VERIFIED
    assert edge.key_size == root.key.key.size
    assert edge.algorithm == root.key.default_scheme.name
    assert (edge.child, edge.issuer) == (alice.certificate.sha256, root.certificate.sha256)
    assert edges.edge(alice.certificate, stranger.certificate).outcome is EdgeOutcome.FAILED


def test_a_remembered_edge_costs_no_second_verification() -> None:
    pki = Pki()
    root = pki.root()
    alice = pki.signer("Alice", root)
    edges = EdgeCache()
    first = edges.edge(alice.certificate, root.certificate)
    again = edges.edge(Certificate.parse(alice.certificate.raw), root.certificate)
    assert first == again
    assert edges.verifications == 1


def test_the_cache_keeps_to_its_bound() -> None:
    pki = Pki()
    root = pki.root()
    edges = EdgeCache(max_entries=10)
    for number in range(25):
        edges.edge(pki.signer(str(number), root).certificate, root.certificate)
    assert len(edges) == 10


def test_a_changed_certificate_fails() -> None:
    pki = Pki()
    root = pki.root()
    raw = bytearray(pki.signer("Alice", root).certificate.raw)
    raw[raw.index(b"Alice")] ^= 0x20
    changed = Certificate.parse(bytes(raw))
    assert EdgeCache().edge(changed, root.certificate).outcome is EdgeOutcome.FAILED


def test_algorithms_that_differ_inside_and_outside_fail() -> None:
    pki = Pki()
    root = pki.root()
    alice = pki.signer("Alice", root).certificate
    inner = alice.tbs_signature_algorithm.raw
    # ecdsa-with-SHA256 becomes ecdsa-with-SHA384 in the signed part only (RFC 5280 §4.1.1.2).
    changed = Certificate.parse(alice.raw.replace(inner, inner[:-1] + b"\x03", 1))
    assert changed.signature_algorithm.raw == inner
    edge = EdgeCache().edge(changed, root.certificate)
    assert edge.outcome is EdgeOutcome.FAILED
    assert edge.parameters == {"reason": "ALGORITHMS_DIFFER"}


def test_an_unknown_algorithm_is_not_a_failure() -> None:
    pki = Pki()
    root = pki.root()
    raw = pki.signer("Alice", root).certificate.raw
    # 1.2.840.10045.4.3.2 (ecdsa-with-SHA256) → 1.2.840.10045.4.3.99 in both places.
    unknown = Certificate.parse(
        raw.replace(bytes.fromhex("2a8648ce3d040302"), bytes.fromhex("2a8648ce3d040363"))
    )
    edge = EdgeCache().edge(unknown, root.certificate)
    assert edge.outcome is EdgeOutcome.UNSUPPORTED
    assert "1.2.840.10045.4.3.99" in (edge.algorithm, edge.parameters["oid"])


def test_a_key_off_its_curve_is_said_to_be() -> None:
    pki = Pki()
    root = pki.root()
    alice = pki.signer("Alice", root)
    raw = bytearray(root.certificate.raw)
    at = raw.index(root.certificate.public_key_bits) + 40
    raw[at] ^= 1
    broken = Certificate.parse(bytes(raw))
    assert EdgeCache().edge(alice.certificate, broken).outcome is EdgeOutcome.KEY_INVALID


def test_parameters_that_differ_beside_the_signature_are_a_damaged_certificate() -> None:
    """RFC 5280 §4.1.1.2: both identifiers are the same; only the inner one is signed."""
    pki = Pki("rsa-2048")
    root = pki.root()
    raw = root.certificate.raw
    outer = root.certificate.signature_algorithm.raw
    at = raw.rindex(outer)
    for changed in (outer[:-2] + b"\x04\x00", outer[:-2] + b"\x06\x00"):
        damaged = Certificate.parse(raw[:at] + changed + raw[at + len(outer) :])
        assert EdgeCache().edge(damaged, root.certificate).outcome is EdgeOutcome.FAILED
    assert EdgeCache().edge(root.certificate, root.certificate).outcome is EdgeOutcome.VERIFIED
