"""Adding to signatures, and what signing refuses."""

from __future__ import annotations

import pytest

from support.pki import NOW, Entity, Pki, entropy
from support.verifying import holds
from trustspace.algorithms.digests import digest_by_name
from trustspace.algorithms.private import key_kinds
from trustspace.documents.cades_signing import (
    DigestUnavailable,
    SigningLevel,
    StamperMissing,
    add_counter_signature,
    add_signature_timestamp,
    content_timestamp,
)
from trustspace.documents.cms_editing import SignatureNotFound
from trustspace.documents.content import Content, ContentUnreadable
from trustspace.documents.model import Level, TimestampKind
from trustspace.documents.open import NotASignature, open_document
from trustspace.encoding.cms import SignedData

DATA = b"an agreement"
SHA256 = digest_by_name("SHA-256")
KINDS = [kind for kind in key_kinds() if not kind.startswith(("rsa-3072", "rsa-4096"))]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_key_signs_and_stamps(kind: str) -> None:
    pki = Pki(kind)
    root = pki.root()
    alice, tsa = pki.signer("Alice", root), pki.tsa("TSA", root)
    document = open_document(pki.sign(DATA, alice, stamper=tsa.stamp))
    (signature,) = document.signatures
    assert (signature.level, signature.format_problems) == (Level.BASELINE_T, ())
    assert holds(document, signature)
    (stamp,) = signature.timestamps
    assert (stamp.kind, stamp.covers(), stamp.problems) == (TimestampKind.SIGNATURE, True, ())
    assert stamp.signature is not None
    assert holds(document, stamp.signature)


def test_the_same_input_gives_the_same_signature() -> None:
    made = []
    for _ in range(2):
        pki = Pki("gost2012-256-a")
        root = pki.root()
        made.append(
            pki.sign(DATA, pki.signer("A", root), pki.signer("B", root), stamper=pki.tsa("T", root).stamp)
        )
    assert made[0] == made[1]


def test_signed_data_is_der(pki: Pki, alice: Entity, bob: Entity, tsa: Entity) -> None:
    octets = pki.sign(DATA, alice, bob, stamper=tsa.stamp, mime_type="text/plain")
    assert SignedData.parse(octets).element.is_der


def test_counter_signatures_nest_and_each_covers_the_one_above(
    pki: Pki, alice: Entity, bob: Entity, tsa: Entity
) -> None:
    octets = pki.sign(DATA, alice, bob)
    for level in range(4):
        document = open_document(octets)
        target = [*document.signatures[0].walk()][-1]
        signer = (bob, alice)[level % 2]
        octets = add_counter_signature(
            octets,
            target.id,
            signer.cms_signer,
            signing_time=NOW,
            entropy=entropy(str(level)),
            level=SigningLevel.T if level == 1 else SigningLevel.B,
            stamper=tsa.stamp,
        )
    document = open_document(octets)
    chain = [*document.signatures[0].walk()]
    assert len(chain) == 5
    assert [s.parent for s in chain] == [None, *(s.id for s in chain[:-1])]
    assert chain[2].level is Level.BASELINE_T
    assert all(holds(document, s) for s in document.walk())
    assert all(not s.format_problems for s in document.walk())


def test_a_counter_signature_over_another_value_does_not_hold(pki: Pki, alice: Entity, bob: Entity) -> None:
    octets = pki.sign(DATA, alice)
    (signature,) = open_document(octets).signatures
    octets = add_counter_signature(
        octets, signature.id, bob.cms_signer, signing_time=NOW, entropy=entropy("x")
    )
    broken = bytearray(octets)
    place = octets.index(signature.value)
    broken[place + len(signature.value) - 1] ^= 1
    document = open_document(bytes(broken))
    assert [holds(document, s) for s in document.walk()] == [False, False]


def test_time_stamps_are_added_without_touching_what_is_there(pki: Pki, alice: Entity, tsa: Entity) -> None:
    octets = pki.sign(DATA, alice)
    for _ in range(3):
        document = open_document(octets)
        (signature,) = document.signatures
        octets = add_signature_timestamp(octets, signature.id, tsa.stamp, SHA256)
    (after,) = open_document(octets).signatures
    assert after.id == signature.id, "what is added to a signature does not rename it"
    assert len(after.timestamps) == 3
    assert all(stamp.covers() for stamp in after.timestamps)
    assert [s.raw for s in after.timestamps][:2] == [s.raw for s in signature.timestamps]
    assert holds(open_document(octets), after)


def test_a_content_time_stamp_is_signed_with_the_content(pki: Pki, alice: Entity, tsa: Entity) -> None:
    content = Content.of_bytes(DATA)
    streebog = digest_by_name("Streebog-512")
    octets = pki.sign(content, alice, attributes=[content_timestamp(content, tsa.stamp, streebog)])
    (signature,) = open_document(octets).signatures
    (stamp,) = signature.timestamps
    assert (stamp.kind, stamp.covers()) == (TimestampKind.CONTENT, True)
    detached = pki.sign(
        content, alice, attributes=[content_timestamp(content, tsa.stamp, streebog)], detached=True
    )
    (without,) = open_document(detached).signatures
    assert without.timestamps[0].covers() is None
    (other,) = open_document(detached, Content.of_bytes(b"else")).signatures
    assert other.timestamps[0].covers() is False


def test_hash_only_content_can_be_signed_but_not_enveloped(pki: Pki, alice: Entity) -> None:
    digests = Content.of_digests({"SHA-256": SHA256.digest(DATA)})
    octets = pki.sign(digests, alice, detached=True)
    document = open_document(octets, Content.of_bytes(DATA))
    assert holds(document, document.signatures[0])
    with pytest.raises(ContentUnreadable):
        pki.sign(digests, alice)
    with pytest.raises(DigestUnavailable) as caught:
        pki.sign(Content.of_digests({"belt-hash": b"x" * 32}), alice, detached=True)
    assert caught.value.parameters == {"algorithm": "SHA-256"}


def test_level_t_needs_a_source_of_time_stamps(pki: Pki, alice: Entity) -> None:
    with pytest.raises(StamperMissing):
        pki.sign(DATA, alice, level=SigningLevel.T)


def test_adding_to_what_is_not_there_is_refused(pki: Pki, alice: Entity, tsa: Entity) -> None:
    with pytest.raises(SignatureNotFound):
        add_signature_timestamp(pki.sign(DATA, alice), "S-0000000000000000", tsa.stamp, SHA256)
    with pytest.raises(NotASignature):
        add_signature_timestamp(b"no signature", "S-0000000000000000", tsa.stamp, SHA256)
