"""Any flipped octet of a receipt makes it fail or leaves it undetermined: it never passes.

That holds for what no signature covers too: versions, algorithm identifiers, the bags of certificates and
CRLs, time-stamps and OCSP responses.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

from support.pki import Entity
from support.space import Member, Space, content_of
from trustspace._native import Element, ber_parse
from trustspace.encoding import der
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.cms import SignedData
from trustspace.encoding.pem import decode_any
from trustspace.errors import TrustspaceError
from trustspace.receipts.outcome import Outcome
from trustspace.receipts.profiles import Suite
from trustspace.receipts.sealing import RevocationValues
from trustspace.receipts.verify import ReceiptVerifier
from trustspace.validation.indications import Indication


def headers(element: Element) -> Iterator[int]:
    """The offsets of all identifier and length octets."""
    yield from range(element.offset, element.offset + element.header_length)
    if element.constructed:
        for child in element.children:
            yield from headers(child)


def leaks(
    space: Space, receipt: bytes, document: bytes, offsets: Iterator[int] | range
) -> tuple[list[tuple[int, int]], Counter[str]]:
    """The changes after which the receipt still passes, and how the others ended."""
    verifier = ReceiptVerifier(space.snapshot(), None)
    content = content_of(document)
    assert verifier.verify(receipt, space.times, document=content).exit_code == 0
    chance = random.Random(1)
    found = []
    ends: Counter[str] = Counter()
    for offset in offsets:
        change = chance.choice((1, 2, 4, 8, 16, 32, 64, 128, 255))
        changed = bytearray(receipt)
        changed[offset] ^= change
        try:
            report = verifier.verify(bytes(changed), space.times, document=content)
        except TrustspaceError:
            ends["unreadable"] += 1
            continue
        ends[report.standing.value] += 1
        if report.indication is Indication.TOTAL_PASSED:
            found.append((offset, change))
    return found, ends


def test_all_structure_and_every_other_octet_of_a_receipt() -> None:
    space = Space()
    member = space.member("xx", "gost2012-256-a")
    document = member.pki.sign(b"contract", member.signer)
    receipt = member.receipt(document)
    octets = sorted({*headers(ber_parse(receipt)), *range(0, len(receipt), 2)})
    found, ends = leaks(space, receipt, document, iter(octets))
    assert found == []
    assert min(ends["unreadable"], ends["fails"], ends["unknown"]) > 100


def test_structure_octets_of_a_chain_with_parallel_signers() -> None:
    space = Space()
    ru = space.member("ru", "gost2012-256-a")
    by = space.member("by", "bign-256v1", suite=Suite.BOTH)
    document = ru.pki.sign(b"contract", ru.signer)
    receipt = by.receipt(
        document,
        embedded=[("ru", Outcome.VALID, ru.receipt(document))],
        ground="OPINION_RELIED_ON_PEER",
    )
    structure = sorted({*headers(ber_parse(receipt)), *range(0, len(receipt), 101)})
    # One in three, chosen by chance but the same each time: each takes milliseconds.
    found, _ = leaks(space, receipt, document, iter(random.Random(2).sample(structure, len(structure) // 3)))
    assert found == []


def with_ocsp(space: Space, member: Member, document: bytes) -> bytes:
    """A receipt whose revocation values are OCSP responses by a delegated responder."""
    responder = space.pki.ocsp("Responder", space.root)

    def status(of: Entity) -> bytes:
        return responder.status(of).raw

    values = RevocationValues((), (status(member.ttps[0]), status(member.tsa)))
    return member.receipt(document, revocation=lambda certificates: values)


def test_octets_of_the_revocation_values_by_ocsp() -> None:
    space = Space()
    member = space.member("xx", "p-256")
    document = member.pki.sign(b"contract", member.signer)
    receipt = with_ocsp(space, member, document)
    bag = SignedData.parse(receipt).crls_element
    assert bag is not None
    octets = sorted({*headers(bag), *range(bag.offset, bag.offset + len(bag.raw), 3)})
    found, _ = leaks(space, receipt, document, iter(octets))
    assert found == []


def rebuilt(
    receipt: bytes, *, certificates: list[bytes] | None = None, crls: list[bytes] | None = None
) -> bytes:
    """The same receipt with other bags, still DER."""
    signed = SignedData.parse(receipt)
    fields = list(signed.element.fields())
    parts = [field.raw for field in fields]
    for index, field in enumerate(fields):
        if field.tag == 0xA0 and certificates is not None:
            parts[index] = der.implicit(0, der.set_of(certificates))
        if field.tag == 0xA1 and crls is not None:
            parts[index] = der.implicit(1, der.set_of(crls))
    return der.sequence(ber_parse(receipt)[0].raw, der.explicit(0, der.sequence(*parts)))


def test_nothing_can_be_put_into_the_bags_unnoticed() -> None:
    space = Space()
    member = space.member("xx", "p-256")
    document = member.pki.sign(b"contract", member.signer)
    receipt = member.receipt(document)
    signed = SignedData.parse(receipt)
    verifier = ReceiptVerifier(space.snapshot(), None)
    content = content_of(document)
    assert rebuilt(receipt) == receipt
    for changed in (
        rebuilt(receipt, certificates=[*signed.certificates, member.signer.certificate.raw]),
        rebuilt(receipt, crls=[*signed.crls, member.ca.crl().raw]),
        rebuilt(receipt, crls=[*signed.crls, space.root.crl().raw[:-1] + b"\0"]),
        receipt + b"\0",
    ):
        report = verifier.verify(changed, space.times, document=content)
        assert report.indication is not Indication.TOTAL_PASSED
        assert "RECEIPT_ALTERED" in [cause.code for cause in report.causes]


def test_taking_the_revocation_values_away_leaves_it_undetermined() -> None:
    space = Space()
    member = space.member("xx", "p-256")
    document = member.pki.sign(b"contract", member.signer)
    receipt = rebuilt(member.receipt(document), crls=[])
    report = ReceiptVerifier(space.snapshot(), None).verify(
        receipt, space.times, document=content_of(document)
    )
    assert report.indication is Indication.INDETERMINATE


def test_the_helpers_read_what_they_change() -> None:
    """A bag's certificates are the TTP's own and nothing else: no root, no signer of the document."""
    space = Space()
    member = space.member("xx", "p-256")
    document = member.pki.sign(b"contract", member.signer)
    [(label, data)] = decode_any(member.receipt(document))
    assert label is None
    certificates = [Certificate.parse(raw).sha256 for raw in SignedData.parse(data).certificates]
    assert certificates == [member.ttps[0].certificate.sha256]
