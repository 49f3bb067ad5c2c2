"""Self-signed certificates that do not verify under their own key: damaged, or not what they claim to be.

RFC 5280 §6.1.1 takes a trust anchor as given, and path processing never looks at its signature. A file that
was damaged on its way into a trust folder would go unnoticed; its own signature is the one thing in it that
can tell.
"""

from __future__ import annotations

from collections.abc import Iterable

from trustspace.encoding.certificate import Certificate
from trustspace.errors import MalformedEncoding
from trustspace.pki.edges import EdgeCache, EdgeOutcome


def claims_self_signature(certificate: Certificate) -> bool:
    """Whether it is issued in its own name, or names its own key as the issuer's.

    Either sign suffices, so that no single changed octet makes a self-signed certificate look like another.
    """
    try:
        authority = certificate.authority_key_identifier
        own = certificate.subject_key_identifier
        return certificate.self_issued or (
            authority is not None and own is not None and authority.key_id == own
        )
    except MalformedEncoding:
        return True


def is_damaged(certificate: Certificate, others: Iterable[Certificate] = ()) -> bool:
    """Whether it claims to be self-signed and its signature is false under its own key.

    A certificate that a CA issued to itself for a new key (RFC 4210 §4.4) is signed by an older one: it is
    not damaged when one of ``others`` verifies it. An algorithm that cannot be computed proves nothing.
    """
    if not claims_self_signature(certificate):
        return False
    edges = EdgeCache()
    if edges.edge(certificate, certificate).outcome is not EdgeOutcome.FAILED:
        return False
    return not any(
        other.subject.matches(certificate.issuer)
        and edges.edge(certificate, other).outcome is EdgeOutcome.VERIFIED
        for other in others
    )
