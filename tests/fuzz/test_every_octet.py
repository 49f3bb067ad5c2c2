"""Fail closed: no flipped octet of a document, its content, a certificate, CRL, OCSP response or time-stamp
makes a signature pass, but for those that nothing signs and nothing relies on.

Those are listed in :func:`loose` and, with the reason for each, in ``docs/reference/fuzzing.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from support.pki import NOW
from support.validating import TEXT, Space, anchors, pool_of
from trustspace._native import Element, ber_parse
from trustspace.documents.model import signature_id
from trustspace.encoding import cades_attributes as oids
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.cms import SignedData
from trustspace.encoding.crl import CertificateList
from trustspace.encoding.ocsp import OCSPResponse
from trustspace.errors import TrustspaceError
from trustspace.validation.indications import Indication
from trustspace.validation.report import Report

KINDS = ("rsa-2048", "p-256", "gost2012-256-a", "bign-256v1")
MASKS = (0x01, 0x20, 0x80, 0xFF)

Judge = Callable[[bytes], Report]


def _places(elements: list[Element]) -> set[int]:
    return {place for e in elements for place in range(e.offset, e.offset + len(e.raw))}


def loose(octets: bytes) -> set[int]:
    """Octets of a SignedData that no signature covers and no verdict rests on.

    Versions and the digestAlgorithms of SignedData are hints to one-pass readers (RFC 5652 §5.1). A sid finds
    a certificate among those at hand; which one signed is said by the signed signing-certificate attribute.
    The algorithm identifiers' NULL parameters may be absent or not (RFC 4055 §2.1).
    """
    signed = SignedData.parse(octets)
    fields = signed.element.fields()
    info = fields[-1][0].fields()
    return _places([fields[0], fields[1], info[0], info[1]]) | {
        place
        for identifier in (info[2], info[4])
        for element in identifier
        if element.tag == 0x05
        for place in _places([element])
    }


def flips(octets: bytes, step: int) -> Iterator[tuple[int, bytes]]:
    """Each ``step``-th octet with some of its bits turned."""
    for number, place in enumerate(range(0, len(octets), step)):
        mask = MASKS[number % len(MASKS)]
        yield place, octets[:place] + bytes((octets[place] ^ mask,)) + octets[place + 1 :]


def passing(octets: bytes, judge: Judge, step: int = 1) -> Iterator[tuple[int, Report]]:
    """The flips that still pass, and their reports."""
    assert judge(octets).indication is Indication.TOTAL_PASSED
    for place, flipped in flips(octets, step):
        try:
            report = judge(flipped)
        except TrustspaceError:
            continue
        if report.indication is Indication.TOTAL_PASSED:
            yield place, report


@pytest.fixture(scope="module", params=KINDS)
def space(request: pytest.FixtureRequest) -> Space:
    return Space(request.param, label=f"octets-{request.param}")


def test_no_octet_of_a_document_flips_unnoticed(space: Space) -> None:
    octets = space.sign()
    evidence = space.evidence()
    allowed = loose(octets)
    step = 1 if space.pki.kind.startswith("gost") else 5
    for place, _ in passing(octets, lambda data: space.validate(data, evidence=evidence), step):
        assert place in allowed, f"octet {place} of {len(octets)}"


def test_no_octet_of_the_content_flips_unnoticed(space: Space) -> None:
    signed = space.sign(detached=True)
    assert not [*passing(TEXT, lambda data: space.validate(signed, content=data))]


def test_no_octet_of_a_detached_signature_flips_unnoticed(space: Space) -> None:
    octets = space.sign(detached=True)
    evidence = space.evidence()
    allowed = loose(octets)
    judged = passing(octets, lambda d: space.validate(d, content=TEXT, evidence=evidence), step=9)
    for place, _ in judged:
        assert place in allowed, f"octet {place} of {len(octets)}"


def test_no_octet_of_revocation_data_flips_unnoticed(space: Space) -> None:
    signed, root = space.sign(), space.root.crl()
    responder = space.pki.ocsp("OCSP", space.ca)
    data: list[tuple[bytes, Callable[[bytes], CertificateList | OCSPResponse], int]] = [
        (space.ca.crl().raw, CertificateList.parse, 2),
        (space.ca.status(space.alice).raw, OCSPResponse.parse, 2),
        (responder.status(space.alice).raw, OCSPResponse.parse, 7),
    ]
    for octets, parse, step in data:

        def judge(changed: bytes, parse: Callable[..., CertificateList | OCSPResponse] = parse) -> Report:
            return space.validate(signed, evidence=pool_of(root, parse(changed)))

        assert not [*passing(octets, judge, step)]


def test_no_octet_of_an_issuing_certificate_flips_unnoticed(space: Space) -> None:
    """The authority's certificate comes from the reader's store, not from the document."""
    bare = _without_chain(space.sign())
    evidence = space.evidence()

    def judge(changed: bytes) -> Report:
        snapshot = anchors([space.root.certificate])
        with_authority = type(snapshot)(snapshot.anchors, None, (Certificate.parse(changed),))
        return space.validate(bare, snapshot=with_authority, evidence=evidence)

    assert not [*passing(space.ca.certificate.raw, judge, step=3)]


def _without_chain(signed: bytes) -> bytes:
    """The document with its bag of certificates cut down to the signer's own."""
    from support.tlv_mutation import parse  # noqa: PLC0415

    (tree,) = parse(signed) or ()
    assert tree.children
    bag = next(node for node in (tree.children[1].children or [])[0].children or [] if node.tag == b"\xa0")
    assert bag.children
    bag.children = [c for c in bag.children if Certificate.parse(c.write()).basic_constraints is None] or [
        bag.children[0]
    ]
    return tree.write()


def test_a_time_stamp_that_was_touched_counts_for_nothing(space: Space) -> None:
    """While the signer's certificate holds, the signature needs no time-stamp: it passes, without it."""
    octets = space.sign(stamper=space.tsa.stamp)
    evidence = space.evidence()
    token = space.validate(octets).signatures[0].timestamps[0]
    stamped = octets.index(_token_of(octets))
    allowed = loose(octets)
    of_token = {stamped + place for place in loose(_token_of(octets))} | _copies(octets, space)
    for place, report in passing(octets, lambda d: space.validate(d, evidence=evidence), step=7):
        stamps = [s for s in report.signatures[0].timestamps if s.passed]
        assert place in allowed or place in of_token or not stamps, f"octet {place} of {len(octets)}"
        if not stamps:
            assert report.signatures[0].best_signature_time == NOW
    assert token.passed


def test_a_signature_that_needs_its_time_stamp_fails_with_it() -> None:
    """The signer's certificate has expired: only the time-stamp says that the signature was there before."""
    space = Space("p-256", label="needs", not_after=NOW + timedelta(days=1))
    octets = space.sign(stamper=space.tsa.stamp)
    evidence, later = space.evidence(), NOW + timedelta(days=5)
    token = _token_of(octets)
    start = octets.index(token)
    allowed = loose(octets) | {start + place for place in loose(token)} | _copies(octets, space)
    for place, _ in passing(octets, lambda d: space.validate(d, evidence=evidence, at=later), 2):
        assert place in allowed, f"octet {place} of {len(octets)}, token at {start}"


def _copies(octets: bytes, space: Space) -> set[int]:
    """The CA's certificate stands in the document's bag and in the token's: one copy is enough."""
    raw = space.ca.certificate.raw
    starts = [at for at in range(len(octets)) if octets.startswith(raw, at)]
    assert len(starts) == 2
    return {start + place for start in starts for place in range(len(raw))}


def _token_of(octets: bytes) -> bytes:
    (info,) = SignedData.parse(octets).signer_infos
    (attribute,) = info.unsigned(oids.SIGNATURE_TIME_STAMP)
    return attribute.value.raw


def test_the_ids_of_signatures_change_with_their_octets(space: Space) -> None:
    """Where a flip passes, the report is about other octets, and says so."""
    octets = space.sign()
    (info,) = SignedData.parse(octets).signer_infos
    place = ber_parse(octets, allow_trailing=True).offset + octets.index(info.raw) + 6
    changed = octets[:place] + bytes((octets[place] ^ 1,)) + octets[place + 1 :]
    report = space.validate(changed)
    assert report.signatures[0].id != signature_id(info.raw)
