"""No octet of a signature can be changed unnoticed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.pki import Entity, Pki
from support.verifying import holds
from trustspace._native import Element
from trustspace.documents.model import Document
from trustspace.documents.open import open_document
from trustspace.encoding.cms import SignedData
from trustspace.errors import TrustspaceError

DATA = b"pay 100"


def _unprotected(octets: bytes) -> set[int]:
    """Octets that no signature covers by design: RFC 5652 §5 signs content and signed attributes only."""
    signed = SignedData.parse(octets)
    fields = signed.element.fields()
    loose: list[Element] = [fields[0], fields[1]]  # version, digestAlgorithms: hints
    info = fields[-1][0].fields()
    loose += [info[0]]  # the SignerInfo's version
    loose += [info[4]]  # signatureAlgorithm: its NULL parameters may be absent
    loose += [info[2]]  # digestAlgorithm: likewise
    loose += [item for item in info if item.tag == 0xA1]  # unsigned attributes
    return {place for item in loose for place in range(item.offset, item.offset + len(item.raw))}


def _mutations(octets: bytes) -> Iterator[tuple[int, bytes]]:
    for place in range(len(octets)):
        for flip in (0x01, 0x80, 0xFF):
            yield place, octets[:place] + bytes((octets[place] ^ flip,)) + octets[place + 1 :]


def _state(document: Document) -> tuple[object, ...]:
    return tuple(
        (s.id, s.format_problems, s.level, *(stamp.id for stamp in s.timestamps)) for s in document.walk()
    )


@pytest.mark.parametrize("kind", ["gost2012-256-a", "bign-256v1", "p-256"])
def test_every_flipped_octet_is_noticed(kind: str) -> None:
    pki = Pki(kind)
    alice = pki.signer("A", pki.root())
    octets = pki.sign(DATA, alice)
    whole = open_document(octets)
    assert holds(whole, whole.signatures[0])
    loose = _unprotected(octets)
    passed = set()
    for place, mutated in _mutations(octets):
        try:
            document = open_document(mutated)
        except TrustspaceError:
            continue
        if document.signatures and all(holds(document, s) for s in document.signatures):
            assert place in loose, f"octet {place} of {len(octets)} changed, and the signature still holds"
            passed.add(place)
            # Even there the change shows: the document is another one.
            assert document.sha256 != whole.sha256
    assert passed < loose


def test_every_flipped_octet_of_a_time_stamp_is_noticed(pki: Pki, alice: Entity, tsa: Entity) -> None:
    octets = pki.sign(DATA, alice, stamper=tsa.stamp)
    token = open_document(octets).signatures[0].timestamps[0]
    start = octets.index(token.raw)
    loose = {start + place for place in _unprotected(token.raw)}
    for place, mutated in _mutations(octets):
        if not start <= place < start + len(token.raw):
            continue
        try:
            document = open_document(mutated)
        except TrustspaceError:
            continue
        stamps = [stamp for signature in document.signatures for stamp in signature.timestamps]
        if stamps and all(
            stamp.covers()
            and stamp.signature is not None
            and not stamp.problems
            and holds(document, stamp.signature)
            for stamp in stamps
        ):
            assert place in loose, f"octet {place - start} of the token"
            assert _state(document) != _state(open_document(octets))
