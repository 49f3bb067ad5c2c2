"""Whether one's own certificate may be signed with: asked before every signature, answered from evidence.

A trusted third party checks its own certificate before it issues (RFC 3029 §8.1). This is the quick check
between two full validations of the path: periods, and what CRLs and OCSP responses say of this certificate.
It fails closed: no current word on the status is a refusal too, and a revocation counts from the moment that
it is known, whatever date it bears.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from trustspace.encoding.certificate import Certificate
from trustspace.errors import MalformedEncoding
from trustspace.keys.errors import CertificateNotUsable
from trustspace.pki.statement import RevocationReason, RevocationStatement, RevocationStatus

SKEW = timedelta(minutes=5)
"""How far ahead of our clock a statement's thisUpdate may be."""


def signing_period(certificate: Certificate) -> tuple[datetime, datetime]:
    """From when to when the key may sign: the validity, cut to privateKeyUsagePeriod where there is one.

    X.509 §9.2.2.4; Russian and Kazakh authorities set it, a year or so within a longer validity.
    Raises ``MalformedEncoding``.
    """
    start, end = certificate.not_before, certificate.not_after
    period = certificate.private_key_usage_period
    if period is not None:
        start = max(start, period[0]) if period[0] is not None else start
        end = min(end, period[1]) if period[1] is not None else end
    return start, end


def refusal(
    certificate: Certificate,
    statements: Iterable[RevocationStatement],
    moment: datetime,
    *,
    status_needed: bool = True,
) -> CertificateNotUsable | None:
    """Why the certificate must not be signed with at this moment, or None where it may.

    ``statements``: of this certificate (others are passed over), by ``pki.revocation.statements``.
    ``status_needed`` False does without a current "good", for a CA that publishes no status.
    """
    return _by_period(certificate, moment) or _by_status(certificate, statements, moment, status_needed)


def usable(
    certificate: Certificate,
    statements: Iterable[RevocationStatement],
    moment: datetime,
    *,
    status_needed: bool = True,
) -> bool:
    """Whether the certificate may be signed with at this moment; :func:`refusal` says why not."""
    return refusal(certificate, statements, moment, status_needed=status_needed) is None


def _refuse(code: str, certificate: Certificate, **parameters: str | None) -> CertificateNotUsable:
    return CertificateNotUsable(code, certificate=str(certificate.subject), **parameters)


def _by_period(certificate: Certificate, moment: datetime) -> CertificateNotUsable | None:
    if moment < certificate.not_before:
        return _refuse(
            "OWN_CERTIFICATE_NOT_YET_VALID", certificate, not_before=certificate.not_before.isoformat()
        )
    if moment > certificate.not_after:
        return _refuse("OWN_CERTIFICATE_EXPIRED", certificate, not_after=certificate.not_after.isoformat())
    try:
        start, end = signing_period(certificate)
    except MalformedEncoding:
        start, end = certificate.not_before, certificate.not_before  # unreadable limits allow nothing
    if moment < start:
        return _refuse("OWN_KEY_PERIOD_AHEAD", certificate, since=start.isoformat())
    if moment > end:
        return _refuse("OWN_KEY_PERIOD_OVER", certificate, until=end.isoformat())
    return None


def _by_status(
    certificate: Certificate,
    statements: Iterable[RevocationStatement],
    moment: datetime,
    status_needed: bool,
) -> CertificateNotUsable | None:
    own = [each for each in statements if each.certificate == certificate.sha256 and each.reliable]
    good = [each for each in own if each.status is RevocationStatus.GOOD and _current(each, moment)]
    for each in own:
        if each.status is RevocationStatus.REVOKED and not _lifted(each, good):
            return _refuse(
                "OWN_CERTIFICATE_REVOKED",
                certificate,
                revoked_at=None if each.revocation_time is None else each.revocation_time.isoformat(),
                reason=None if each.reason is None else each.reason.value,
            )
    if not good and status_needed:
        return _refuse("OWN_STATUS_UNKNOWN", certificate, moment=moment.isoformat())
    return None


def _current(statement: RevocationStatement, moment: datetime) -> bool:
    if statement.this_update > moment + SKEW:
        return False
    return moment <= (statement.next_update or statement.this_update)


def _lifted(revoked: RevocationStatement, good: list[RevocationStatement]) -> bool:
    """RFC 5280 §5.3.1: only a hold may be lifted, by a newer word."""
    return revoked.reason is RevocationReason.CERTIFICATE_HOLD and any(
        each.this_update > revoked.this_update for each in good
    )
