"""What a key may be used for: extended key usage with its rules of criticality, and key usage beside it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from trustspace.encoding.certificate import Certificate
from trustspace.encoding.extensions import EXTENDED_KEY_USAGE, KeyUsage
from trustspace.errors import MalformedEncoding

ANY_PURPOSE = "2.5.29.37.0"
TIME_STAMPING = "1.3.6.1.5.5.7.3.8"
OCSP_SIGNING = "1.3.6.1.5.5.7.3.9"
DVCS = "1.3.6.1.5.5.7.3.10"


class PurposeProblem(Enum):
    """Why a certificate does not fit a purpose; the value is the catalogue's code."""

    MISSING = "PURPOSE_MISSING"
    NOT_CRITICAL = "PURPOSE_NOT_CRITICAL"
    NOT_EXCLUSIVE = "PURPOSE_NOT_EXCLUSIVE"
    KEY_USAGE = "PURPOSE_KEY_USAGE"
    MALFORMED = "PURPOSE_MALFORMED"


@dataclass(frozen=True, slots=True)
class Purpose:
    """A purpose with the rules of its standard."""

    oid: str
    critical: bool
    """Whether the extension must be critical."""
    exclusive: bool
    """Whether it must be the only purpose."""
    key_usages: frozenset[KeyUsage]
    """Of a key usage extension, at least one must be there; empty: none is asked for."""


_SIGNING = frozenset((KeyUsage.DIGITAL_SIGNATURE, KeyUsage.NON_REPUDIATION))
PURPOSES = {
    # RFC 3161 §2.3: critical, and the only one.
    TIME_STAMPING: Purpose(TIME_STAMPING, critical=True, exclusive=True, key_usages=_SIGNING),
    # RFC 6960 §4.2.2.2 asks for nothing but its presence.
    OCSP_SIGNING: Purpose(OCSP_SIGNING, critical=False, exclusive=False, key_usages=_SIGNING),
    # RFC 3029 §5, with the key usage of its Belarusian adaptation (STB 34.101.81).
    DVCS: Purpose(DVCS, critical=True, exclusive=False, key_usages=_SIGNING),
}


def check_purpose(certificate: Certificate, purpose: Purpose) -> PurposeProblem | None:
    """What keeps a certificate from a purpose, None if nothing does.

    ``anyExtendedKeyUsage`` does not stand for any of these purposes, all of which must be named.
    """
    try:
        purposes = certificate.extended_key_usage or ()
        usage = certificate.key_usage
        extension = certificate.extensions.get(EXTENDED_KEY_USAGE)
    except MalformedEncoding:
        return PurposeProblem.MALFORMED
    if extension is None or purpose.oid not in purposes:
        return PurposeProblem.MISSING
    if purpose.critical and not extension.critical:
        return PurposeProblem.NOT_CRITICAL
    if purpose.exclusive and len(purposes) > 1:
        return PurposeProblem.NOT_EXCLUSIVE
    if usage is not None and purpose.key_usages and usage.isdisjoint(purpose.key_usages):
        return PurposeProblem.KEY_USAGE
    return None
