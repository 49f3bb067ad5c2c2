"""Which level the attributes of a CAdES signature amount to (EN 319 122-1 §6.3, EN 319 122-2 §5)."""

from __future__ import annotations

from trustspace.documents import signature_attributes as attrs
from trustspace.documents.model import Level
from trustspace.encoding import cades_attributes as oids
from trustspace.encoding import der
from trustspace.encoding.cms import SignedData, SignerInfo

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


def level_of(info: SignerInfo, signed: SignedData, *, revocation: bool) -> Level:
    """The level of a signature that has the signing-certificate attribute.

    ``revocation``: whether SignedData.crls holds revocation data.
    """
    signed_types = {item.oid for item in info.signed_attributes or ()}
    unsigned = {item.oid for item in info.unsigned_attributes or ()}
    stamped = oids.SIGNATURE_TIME_STAMP in unsigned
    if unsigned.isdisjoint(_EXTENDED) and oids.SIGNING_TIME in signed_types and _carries(info, signed):
        if oids.ARCHIVE_TIME_STAMP_V3 in unsigned:
            return Level.BASELINE_LTA
        if stamped:
            return Level.BASELINE_LT if revocation else Level.BASELINE_T
        return Level.BASELINE_B
    return _extended(signed_types, unsigned, stamped)


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


def _carries(info: SignerInfo, signed: SignedData) -> bool:
    """Whether the signer's certificate seems to be in SignedData.certificates, as baseline asks.

    A level is a name, no proof, so serial number and issuer are looked for without reading certificates.
    """
    sid = info.sid
    if sid.issuer is None or sid.serial is None:
        if not sid.subject_key_identifier:
            return False
        needle, issuer = sid.subject_key_identifier, b""
    else:
        needle, issuer = der.integer(sid.serial), sid.issuer.raw
    return any(needle in raw and issuer in raw for raw in signed.certificates)
