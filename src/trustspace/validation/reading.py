"""What a judgement reads of a certificate beyond its profile; a part that cannot be read counts as absent.

That it cannot be read is not lost: path processing reports a malformed extension of any path's certificate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trustspace.errors import MalformedEncoding

if TYPE_CHECKING:
    from trustspace.encoding.certificate import Certificate
    from trustspace.encoding.extensions import KeyUsage


def subject_text(certificate: Certificate) -> str:
    """The subject as text; never raises."""
    return str(certificate.subject)


def has_extension(certificate: Certificate, *oids: str) -> bool:
    """Whether one of these extensions is there."""
    try:
        extensions = certificate.extensions
    except MalformedEncoding:
        return False
    return any(oid in extensions for oid in oids)


def key_usage(certificate: Certificate) -> frozenset[KeyUsage] | None:
    """RFC 5280 §4.2.1.3; None where absent."""
    try:
        return certificate.key_usage
    except MalformedEncoding:
        return None


def key_purposes(certificate: Certificate) -> tuple[str, ...]:
    """RFC 5280 §4.2.1.12; empty where absent."""
    try:
        return certificate.extended_key_usage or ()
    except MalformedEncoding:
        return ()


def is_self_issued(certificate: Certificate) -> bool:
    """Whether subject and issuer are the same name."""
    try:
        return certificate.self_issued
    except MalformedEncoding:
        return False
