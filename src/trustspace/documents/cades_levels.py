"""Which level the attributes of a CAdES signature amount to (EN 319 122-1 §6.3, EN 319 122-2 §5)."""

from __future__ import annotations

from collections.abc import Collection

from trustspace._native import ber_parse
from trustspace.documents import signature_attributes as attrs
from trustspace.documents.model import Level
from trustspace.encoding import cades_attributes as oids
from trustspace.encoding.cms import SignerIdentifier
from trustspace.errors import MalformedEncoding

_EXTENDED = (
    oids.CERTIFICATE_REFS,
    oids.REVOCATION_REFS,
    oids.CERTIFICATE_VALUES,
    oids.REVOCATION_VALUES,
    oids.CADES_C_TIME_STAMP,
    oids.CERT_CRL_TIME_STAMP,
    oids.ARCHIVE_TIME_STAMP,
    oids.ARCHIVE_TIME_STAMP_V2,
)
"""Unsigned attributes that a baseline signature does not have."""


def level_of(
    signed_types: Collection[str],
    unsigned_types: Collection[str],
    sid: SignerIdentifier,
    certificates: Collection[bytes],
    *,
    revocation: bool,
) -> Level:
    """The level of a signature that has the signing-certificate attribute, by its attributes' OIDs.

    ``certificates`` are SignedData's, ``revocation`` says whether SignedData.crls holds revocation data.
    """
    stamped = oids.SIGNATURE_TIME_STAMP in unsigned_types
    extended = any(oid in unsigned_types for oid in _EXTENDED) if unsigned_types else False
    if not extended and oids.SIGNING_TIME in signed_types and _carries(sid, certificates):
        if oids.ARCHIVE_TIME_STAMP_V3 in unsigned_types:
            return Level.BASELINE_LTA
        if stamped:
            return Level.BASELINE_LT if revocation else Level.BASELINE_T
        return Level.BASELINE_B
    return _extended(set(signed_types), set(unsigned_types), stamped)


def _extended(signed_types: set[str], unsigned: set[str], stamped: bool) -> Level:
    if not unsigned.isdisjoint(attrs.ARCHIVE_TIME_STAMPS):
        return Level.A
    if {oids.CERTIFICATE_VALUES, oids.REVOCATION_VALUES} <= unsigned:
        return Level.XL
    if not unsigned.isdisjoint((oids.CADES_C_TIME_STAMP, oids.CERT_CRL_TIME_STAMP)):
        return Level.X
    if {oids.CERTIFICATE_REFS, oids.REVOCATION_REFS} <= unsigned:
        return Level.C
    if stamped:
        return Level.T
    return Level.EPES if oids.SIGNATURE_POLICY in signed_types else Level.BES


def _carries(sid: SignerIdentifier, certificates: Collection[bytes]) -> bool:
    """Whether the certificate that the SignerInfo names is in SignedData.certificates, as baseline asks."""
    identifier = sid.subject_key_identifier
    if identifier:
        # A level is a name, no proof: the identifier is looked for without reading extensions.
        return any(identifier in raw for raw in certificates)
    return any(_is_named(raw, sid) for raw in certificates)


def _is_named(raw: bytes, sid: SignerIdentifier) -> bool:
    if sid.issuer is None or sid.issuer.raw not in raw:
        return False
    try:
        body = ber_parse(raw, what="Certificate")[0]
        start = 1 if body[0].tag == 0xA0 else 0
        return body[start].integer() == sid.serial and body[start + 2].raw == sid.issuer.raw
    except MalformedEncoding:
        return False
