"""Where time-stamps stand in a CMS signature, and what each of them is over."""

from __future__ import annotations

from typing import Final

from trustspace._native import ber_parse
from trustspace.documents.content import Content
from trustspace.documents.model import DataReference, TimestampKind
from trustspace.documents.signature_attributes import ARCHIVE_TIME_STAMPS, concatenation
from trustspace.encoding import cades_attributes as oids
from trustspace.encoding.cms import SignedData, SignerInfo
from trustspace.encoding.tsp import ID_CT_TST_INFO
from trustspace.errors import MalformedEncoding
from trustspace.timestamps.token import TimestampToken

UNSIGNED_TIME_STAMPS: Final = (
    (oids.SIGNATURE_TIME_STAMP, TimestampKind.SIGNATURE),
    (oids.CADES_C_TIME_STAMP, TimestampKind.SIGNATURE_AND_REFERENCES),
    (oids.CERT_CRL_TIME_STAMP, TimestampKind.REFERENCES),
    *((oid, TimestampKind.ARCHIVE) for oid in ARCHIVE_TIME_STAMPS),
)


def covered_content(kind: TimestampKind, info: SignerInfo) -> Content | None:
    """What a time-stamp in an unsigned attribute is over; None where we do not compute it."""
    if kind is TimestampKind.SIGNATURE:
        return Content.of_bytes(info.signature)
    if kind is TimestampKind.ARCHIVE:
        return None
    references = (oids.CERTIFICATE_REFS, oids.REVOCATION_REFS)
    if kind is TimestampKind.REFERENCES:
        return Content.of_bytes(_attributes(info, references))
    before = _attributes(info, (oids.SIGNATURE_TIME_STAMP, *references))
    return Content.of_bytes(info.signature + before)


def _attributes(info: SignerInfo, types: tuple[str, ...]) -> bytes:
    return concatenation(tuple(item for oid in types for item in info.unsigned(oid)))


def unwrapped(raw: bytes) -> bytes:
    """A token without the OCTET STRING that some makers put around it. Raises MalformedEncoding."""
    return ber_parse(raw, what="TimeStampToken").octets() if raw[:1] == b"\x04" else raw


def stamped_reference(signed: SignedData, name: str, data: Content) -> DataReference | None:
    """Content beside a time-stamp token is what the token's imprint is of (RFC 3161 §2.4.2)."""
    if signed.encap_content_type != ID_CT_TST_INFO:
        return None
    try:
        token = TimestampToken.of(signed)
    except MalformedEncoding:
        return None
    imprint = token.tst_info.message_imprint
    digest = token.imprint_algorithm
    actual = data.digest(digest) if digest is not None else None
    found = digest is None or actual is not None
    named = digest.name if digest is not None else None
    return DataReference(name, imprint.hash_oid, named, imprint.digest, actual, found)
