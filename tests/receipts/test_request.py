"""DVCS requests: every service and form, the same question asked again, and bytes that are no request."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.pki import NOW, Pki
from support.space import Space
from trustspace.algorithms.digests import digest_by_name
from trustspace.encoding import der
from trustspace.encoding.dvcs import ID_CT_DVCS_REQUEST_DATA, DVCSRequest, ServiceType
from trustspace.encoding.general_name import GeneralName
from trustspace.errors import TrustspaceError
from trustspace.receipts.answering import mismatch
from trustspace.receipts.details import Imprint
from trustspace.receipts.identifiers import ID_DETACHED_CONTENT, ID_TRAVELLING_RECEIPTS
from trustspace.receipts.parsing import parse_receipt
from trustspace.receipts.request import (
    DetachedContent,
    RequestMalformed,
    build_request,
    parse_request,
    same_question,
)

SHA256 = digest_by_name("SHA-256")
IMPRINT = Imprint.of(SHA256, SHA256.digest(b"content"))
TRANSACTION = GeneralName.of_uri("urn:tx:1")


def full(message: bytes = b"signed", **changes: object) -> bytes:
    arguments: dict[str, object] = {
        "message": message,
        "nonce": 0x1234,
        "request_time": NOW,
        "requester": GeneralName.of_uri("urn:me"),
        "transaction": TRANSACTION,
        "detached": DetachedContent((IMPRINT,), b"content"),
        "travelling": [der.sequence(der.oid("1.2.3"))],
        "own_opinion_only": True,
    }
    return build_request(ServiceType.VSD, **{**arguments, **changes})  # type: ignore[arg-type]


def test_what_is_built_is_read() -> None:
    request = parse_request(full())
    assert request.service is ServiceType.VSD
    assert request.dvcs.data.message == b"signed"
    assert request.detached == DetachedContent((IMPRINT,), b"content")
    assert request.travelling == (der.sequence(der.oid("1.2.3")),)
    assert request.own_opinion_only
    assert request.information.nonce == 0x1234
    assert request.dvcs.transaction_identifier == TRANSACTION


def test_a_request_comes_bare_wrapped_or_signed() -> None:
    wrapped = full()
    bare = parse_request(wrapped).dvcs.encode()
    in_octets = der.sequence(der.oid(ID_CT_DVCS_REQUEST_DATA), der.explicit(0, der.octet_string(bare)))
    pki = Pki()
    signed = pki.sign(
        bare, pki.signer("Client", pki.root()), content_type=ID_CT_DVCS_REQUEST_DATA, detached=False
    )
    for form in (wrapped, bare, in_octets, signed):
        assert parse_request(form).dvcs == DVCSRequest.parse(bare)
    with pytest.raises(RequestMalformed):
        parse_request(pki.sign(bare, pki.signer("Client", pki.root()), detached=False))


def test_content_is_not_repeated_in_the_answer() -> None:
    request = parse_request(full())
    echoed = request.echoed()
    encoded = echoed.encode()
    assert b"content" not in encoded
    assert request.travelling[0] not in encoded
    assert {e.oid for e in echoed.extensions} >= {ID_DETACHED_CONTENT, ID_TRAVELLING_RECEIPTS}
    assert same_question(request.information, echoed) is None


def test_certificates_and_their_helpers() -> None:
    pki = Pki()
    root = pki.root()
    ca = pki.authority("CA", root)
    alice, bob = pki.signer("Alice", ca), pki.signer("Bob", ca)
    body = build_request(
        ServiceType.VPKC,
        certificates=[alice.certificate, bob.certificate],
        helpers=[ca.certificate],
    )
    request = parse_request(body)
    assert [c.sha256 for c in request.certificates] == [alice.certificate.sha256, bob.certificate.sha256]
    assert request.helpers == (ca.certificate,)


@pytest.mark.parametrize(
    "changes",
    [
        {"message": b"other"},
        {"detached": None},
        {"travelling": []},
        {"own_opinion_only": False},
    ],
)
def test_another_question_has_another_digest(changes: dict[str, object]) -> None:
    assert parse_request(full(**changes)).digest != parse_request(full()).digest  # type: ignore[arg-type]


def test_times_and_names_do_not_make_another_question() -> None:
    later = full(request_time=NOW + timedelta(days=1), requester=None)
    assert parse_request(later).digest == parse_request(full()).digest


def test_the_transaction_is_named_by_identifier_nonce_or_question() -> None:
    assert parse_request(full()).transaction.startswith("id:")
    assert parse_request(full(transaction=None)).transaction == "nonce:4660"
    bare = parse_request(full(transaction=None, nonce=None))
    assert bare.transaction == f"digest:{bare.digest}"


@pytest.mark.parametrize(
    ("asked", "answered", "same"),
    [
        (0x1234, 0x1234, True),
        (0x1234, 0x1234ABCD, True),  # extended to the right (RFC 3029 §9.1)
        (0x1234, 0x12, False),
        (0x1234, 0xAB1234, False),
        (0x1234, None, False),
        (None, 0x99, True),
    ],
)
def test_a_nonce_may_be_extended_never_shortened(asked: int | None, answered: int | None, same: bool) -> None:
    one = parse_request(full(nonce=asked)).information
    other = parse_request(full(nonce=answered)).information
    assert (same_question(one, other) is None) == same


def test_an_answer_is_told_from_anothers() -> None:
    space = Space()
    member = space.member("xx", "p-256")
    document = member.pki.sign(b"contract", member.signer)
    answer = parse_receipt(member.receipt(document))
    question = {"nonce": 7_000_000_001, "request_time": NOW}
    asked = parse_request(build_request(ServiceType.VSD, message=document, **question))
    assert mismatch(asked, answer) is None
    other = parse_request(build_request(ServiceType.VSD, message=document + b"\0", **question))
    assert mismatch(other, answer) == "messageImprint"
    nonce = parse_request(build_request(ServiceType.VSD, message=document, nonce=5, request_time=NOW))
    assert mismatch(nonce, answer) == "nonce"
    service = parse_request(build_request(ServiceType.CCPD, imprint=IMPRINT, **question))
    assert mismatch(service, answer) == "service"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x30\x00",
        der.sequence(der.oid(ID_CT_DVCS_REQUEST_DATA)),
        der.sequence(der.oid("1.2.3"), der.explicit(0, der.NULL)),
        build_request(ServiceType.VSD, imprint=IMPRINT),
        build_request(ServiceType.CCPD, message=b"x"),
        build_request(ServiceType.VPKC, message=b"x"),
        full(travelling=[der.sequence()] * 17),
    ],
)
def test_what_is_no_request_is_one_clear_error(body: bytes) -> None:
    with pytest.raises(RequestMalformed):
        parse_request(body)


@given(st.binary(max_size=64), st.integers(min_value=0), st.integers(1, 255))
def test_hostile_bytes_end_in_one_error(noise: bytes, at: int, change: int) -> None:
    changed = bytearray(full())
    changed[at % len(changed)] ^= change
    for body in (noise, bytes(changed), full()[: at % 200]):
        try:
            request = parse_request(body)
            request.echoed().encode()
            _ = (request.digest, request.transaction, request.requester)
        except TrustspaceError:
            continue


def test_a_changed_request_is_another_question_or_none() -> None:
    """Whatever a flipped octet makes of what is asked, the digest notices."""
    body = full(requester=None, request_time=None)
    digest = parse_request(body).digest
    message = body.index(b"signed")
    chance = random.Random(3)
    for at in range(message, message + len(b"signed")):
        changed = bytearray(body)
        changed[at] ^= chance.randrange(1, 256)
        assert parse_request(bytes(changed)).digest != digest
