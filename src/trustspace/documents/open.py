"""Opening a signed document of any format that is read here."""

from __future__ import annotations

from trustspace._native import Element, ber_parse
from trustspace.documents.cades import read_signed_data
from trustspace.documents.content import Content
from trustspace.documents.model import Document, Problem
from trustspace.encoding import pem
from trustspace.encoding.cms import ID_SIGNED_DATA, SignedData
from trustspace.encoding.tsp import TimeStampResp
from trustspace.errors import InputError, MalformedEncoding

MAX_OCTETS = 1 << 30
"""The largest file that is opened: an enveloping signature is held in memory."""

_PEM_LABELS = ("CMS", "PKCS7", "PKCS #7 SIGNED DATA", "SIGNED DATA")


class NotASignature(InputError):
    """The bytes are no signed document that is read here (command: exit 2).

    Parameters: ``name`` (the file's), ``reason`` (a code: EMPTY, TOO_LARGE, NOT_ASN1, NOT_CMS,
    OTHER_CONTENT_TYPE, NO_SIGNERS, TIME_STAMP_REFUSED), ``detail``.
    """

    code = "NOT_A_SIGNATURE"


def open_document(data: bytes, content: Content | None = None, name: str | None = None) -> Document:
    """Read a CMS or CAdES signature: BER or DER, PEM or base64 of it; a time-stamp token or response too.

    ``content`` is the detached content (or its digests); beside an enveloping signature it must be what the
    signature envelops. Raises :class:`NotASignature` when the bytes cannot be decoded as a SignedData with
    at least one signer; anything wrong within is stated in the Document.
    """
    if not data.strip():
        raise NotASignature(name=name, reason="EMPTY", detail=None)
    if len(data) > MAX_OCTETS:
        raise NotASignature(name=name, reason="TOO_LARGE", detail=MAX_OCTETS)
    octets, encoding = _unwrap(data, name)
    element, trailing = _outermost(octets, name)
    problems = []
    if trailing:
        problems.append(Problem("TRAILING_OCTETS", {"count": trailing}, fatal=False))
    signed = _signed_data(element, name)
    try:
        document = read_signed_data(
            signed,
            content,
            name=name,
            encoding=encoding or ("BER" if _is_ber(signed) else "DER"),
            problems=tuple(problems),
            octets=data,
        )
    except MalformedEncoding as error:
        raise NotASignature(name=name, reason="NOT_CMS", detail=str(error)) from error
    if not document.signatures:
        raise NotASignature(name=name, reason="NO_SIGNERS", detail=None)
    return document


def signed_data_octets(data: bytes, name: str | None = None) -> bytes:
    """The ContentInfo's octets in a file, out of PEM, base64 or a TimeStampResp. Raises NotASignature."""
    octets, _ = _unwrap(data, name)
    element, _ = _outermost(octets, name)
    return _signed_data(element, name).raw


def _unwrap(data: bytes, name: str | None) -> tuple[bytes, str | None]:
    """The octets inside a text envelope, and its name: PEM, base64, or None where there is none."""
    if pem.looks_like_ber(data):
        return data, None
    try:
        blocks = pem.decode_any(data)
    except MalformedEncoding as error:
        raise NotASignature(name=name, reason="NOT_ASN1", detail=str(error)) from error
    label, octets = next((block for block in blocks if block[0] in _PEM_LABELS), blocks[0])
    return octets, "PEM" if label else "base64"


def _outermost(octets: bytes, name: str | None) -> tuple[Element, int]:
    try:
        element = ber_parse(octets, allow_trailing=True, what="ContentInfo")
        return element, len(octets) - len(element.raw)
    except MalformedEncoding as error:
        raise NotASignature(name=name, reason="NOT_ASN1", detail=str(error)) from error


def _signed_data(element: Element, name: str | None) -> SignedData:
    try:
        first = element.fields()[:1]
        if first and first[0].tag == 0x30:
            return _of_response(element, name)
        if first and first[0].tag == 0x06 and first[0].oid() != ID_SIGNED_DATA:
            raise NotASignature(name=name, reason="OTHER_CONTENT_TYPE", detail=first[0].oid())
        return SignedData.parse_element(element)
    except MalformedEncoding as error:
        raise NotASignature(name=name, reason="NOT_CMS", detail=str(error)) from error


def _is_ber(signed: SignedData) -> bool:
    """Whether it was written as a stream: indefinite lengths, content in pieces."""
    content = signed.content_element
    pieces = content is not None and content.constructed
    return signed.raw[1] == 0x80 or signed.element.indefinite or pieces


def _of_response(element: Element, name: str | None) -> SignedData:
    """The token of a TimeStampResp (RFC 3161 §2.4.2)."""
    response = TimeStampResp.parse_element(element)
    if response.token is None:
        raise NotASignature(name=name, reason="TIME_STAMP_REFUSED", detail=response.status.status)
    return SignedData.parse(response.token)
