"""Revocation: acceptance and freshness of what CRLs and OCSP responses say (EN 319 102-1 §5.2.5, §5.2.6).

Two moments matter. *Known*: a datum issued after the evidence cut-off was not known, so it cannot help.
*Needed*: the certificate must be good when the signature is proven to exist, or now, when nothing proves it.

A revocation that became known after the cut-off still counts against a signature that nothing proves to be
older than it: looking away from evidence at hand must not turn "revoked" into "passed" (design, three times;
docs/decisions/0060-revocation-and-the-three-times.md).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from trustspace.pki.edges import EdgeOutcome
from trustspace.validation.causes import Cause, cause
from trustspace.validation.reading import has_extension, subject_text
from trustspace.validation.times import text

if TYPE_CHECKING:
    from trustspace.encoding.certificate import Certificate
    from trustspace.pki.revocation import RevocationStatement
    from trustspace.validation.processes.context import Context

NO_REVOCATION_AVAILABLE = "2.5.29.56"
"""noRevAvail (RFC 9608): the issuer publishes no revocation data for this certificate."""
VALIDITY_ASSURED = "0.4.0.194121.2.1"
"""ETSI EN 319 412-1 §5.2: a short-term certificate, whose validity is assured for all of its life."""

OUT_OF_PERIOD = "REVOCATION_SIGNER_OUT_OF_PERIOD"
"""The cause that leads to REVOCATION_OUT_OF_BOUNDS_NO_POE: a key that is out of its period is watched by
nobody any more, so that nothing tells who used it."""


class RevocationVerdict:
    """What the statements amount to for one certificate at one moment."""

    __slots__ = ("causes", "good", "held", "revoked", "since")

    def __init__(self) -> None:
        self.good: RevocationStatement | None = None
        """A fresh and acceptable statement that the certificate is not revoked."""
        self.revoked: RevocationStatement | None = None
        self.held: RevocationStatement | None = None
        self.since: datetime | None = None
        """From when the certificate is revoked."""
        self.causes: list[Cause] = []
        """Why there is no :attr:`good` statement; empty when there is one."""


def is_exempt(certificate: Certificate) -> bool:
    """A certificate for which its issuer promises that no revocation data are needed."""
    return has_extension(certificate, NO_REVOCATION_AVAILABLE, VALIDITY_ASSURED)


def revoked_since(statement: RevocationStatement) -> datetime:
    """From when the certificate is not to be relied on: the earlier of revocation and invalidity date.

    RFC 5280 §5.3.2: the invalidity date is when the key was lost, which may be before the CA was told.
    """
    times = [t for t in (statement.revocation_time, statement.invalidity_date) if t is not None]
    return min(times) if times else statement.this_update


def check_revocation(
    context: Context,
    certificate: Certificate,
    moment: datetime,
) -> RevocationVerdict:
    """Weigh all statements on a certificate at ``moment`` (the best signature time, or the control time)."""
    verdict = RevocationVerdict()
    statements = context.facts.revocations.get(certificate.sha256, ())
    newest_hold: RevocationStatement | None = None
    newest_good: RevocationStatement | None = None
    subject = subject_text(certificate) if not statements else ""
    for statement in statements:
        if not _believed(context, statement, certificate, verdict.causes):
            continue
        status = statement.status
        if status == "revoked":
            if statement.reason == "certificateHold":
                if newest_hold is None or statement.this_update > newest_hold.this_update:
                    newest_hold = statement
                continue
            since = revoked_since(statement)
            if verdict.since is None or since < verdict.since:
                verdict.revoked, verdict.since = statement, since
        elif status == "good":
            if newest_good is None or statement.this_update > newest_good.this_update:
                newest_good = statement
            problem = _not_usable(context, statement, moment, certificate)
            if problem is not None:
                verdict.causes.append(problem)
            elif verdict.good is None or statement.this_update > verdict.good.this_update:
                verdict.good = statement
        else:
            verdict.causes.append(cause("REVOCATION_STATUS_UNKNOWN", source=statement.source))
    if newest_hold is not None and (
        newest_good is None or newest_good.this_update <= newest_hold.this_update
    ):
        # A hold may be lifted: the newest word decides (EN 319 102-1 §5.2.6.4, suspended certificates).
        verdict.held, held_since = newest_hold, revoked_since(newest_hold)
        if verdict.since is None or held_since < verdict.since:
            verdict.since = held_since
    if not statements:
        verdict.causes.append(cause("REVOCATION_DATA_MISSING", subject=subject))
    return verdict


def _not_usable(
    context: Context, statement: RevocationStatement, moment: datetime, certificate: Certificate
) -> Cause | None:
    """Why a "good" does not help at ``moment``; None when it does (§5.2.5.4)."""
    if statement.this_update > context.known_until:
        return cause(
            "REVOCATION_DATA_AFTER_CUT_OFF",
            source=statement.source,
            issued=text(statement.this_update),
            cut_off=text(context.cut_off),
        )
    rules = context.policy.revocation
    if statement.this_update > certificate.not_after and (
        statement.archive_cutoff is None or statement.archive_cutoff > certificate.not_after
    ):
        # CAs drop expired certificates from their CRLs unless they say otherwise: silence proves nothing.
        return cause(
            "REVOCATION_DATA_AFTER_EXPIRY",
            source=statement.source,
            issued=text(statement.this_update),
            expired=text(certificate.not_after),
        )
    if rules.after_best_signature_time and statement.this_update < moment:
        return cause(
            "REVOCATION_DATA_BEFORE_SIGNATURE",
            source=statement.source,
            issued=text(statement.this_update),
            moment=text(moment),
        )
    if rules.max_age is not None and moment - statement.this_update > rules.max_age:
        return cause(
            "REVOCATION_DATA_TOO_OLD",
            source=statement.source,
            issued=text(statement.this_update),
            max_age=str(rules.max_age),
        )
    if statement.this_update >= moment:
        return None  # issued after the moment that matters: no later word is needed
    if statement.next_update is None:
        # RFC 6960 §2.4: newer information is available all the time, so this is good for its moment only,
        # as far as clocks agree; a policy's own age may let it last longer.
        if rules.max_age is not None or moment - statement.this_update <= context.skew:
            return None
        return cause(
            "REVOCATION_DATA_WITHOUT_END", source=statement.source, issued=text(statement.this_update)
        )
    if moment > statement.next_update:
        return cause(
            "REVOCATION_DATA_STALE",
            source=statement.source,
            next_update=text(statement.next_update),
            moment=text(moment),
        )
    return None


def _believed(
    context: Context,
    statement: RevocationStatement,
    certificate: Certificate,
    causes: list[Cause],
) -> bool:
    """May this statement speak of the certificate at all (§5.2.6.4, revocation acceptance)?"""
    if statement.signature is not EdgeOutcome.VERIFIED:
        code = {
            EdgeOutcome.FAILED: "REVOCATION_SIGNATURE_WRONG",
            EdgeOutcome.UNSUPPORTED: "REVOCATION_ALGORITHM_NOT_SUPPORTED",
        }.get(statement.signature, "REVOCATION_SIGNER_KEY_UNUSABLE")
        causes.append(cause(code, source=statement.source, algorithm=statement.algorithm))
        return False
    if statement.problems:
        causes.append(
            cause("REVOCATION_DATA_UNSUITABLE", source=statement.source, problem=statement.problems[0])
        )
        return False
    obsolete = context.algorithms.end(statement.algorithm, statement.key_size)
    if obsolete is not None and statement.status == "good" and context.control >= obsolete:
        causes.append(
            cause(
                "REVOCATION_ALGORITHM_OBSOLETE",
                source=statement.source,
                algorithm=statement.algorithm,
                end=text(obsolete),
            )
        )
        return False
    if statement.signer_is_issuer:
        return True
    return _signer_trusted(context, statement, certificate, causes)


def _signer_trusted(
    context: Context, statement: RevocationStatement, subject: Certificate, causes: list[Cause]
) -> bool:
    """A delegated signer (OCSP responder, CRL issuer) needs a chain of its own."""
    signer = statement.signer or ""
    certificate = context.facts.certificates.get(signer)
    if signer == subject.sha256:
        causes.append(cause("REVOCATION_SIGNED_BY_ITS_SUBJECT", source=statement.source))
        return False
    if certificate is None:
        causes.append(cause("REVOCATION_SIGNER_NOT_FOUND", source=statement.source))
        return False
    produced = statement.produced_at or statement.this_update
    for moment in (produced, context.control):
        if not certificate.not_before <= moment <= certificate.not_after:
            causes.append(
                cause(
                    OUT_OF_PERIOD,
                    source=statement.source,
                    signer=subject_text(certificate),
                    moment=text(moment),
                )
            )
            return False
    if signer not in context.responders:
        from trustspace.validation.processes.x509 import validate_responder  # noqa: PLC0415 - mutual

        context.responders[signer] = None  # a responder that vouches for itself is not believed
        context.responders[signer] = validate_responder(context, certificate)
    verdict = context.responders[signer]
    if verdict is None or verdict.sub is not None:
        reason = verdict.findings[0][1].code if verdict is not None and verdict.findings else "LOOP"
        causes.append(
            cause(
                "REVOCATION_SIGNER_NOT_TRUSTED",
                source=statement.source,
                signer=subject_text(certificate),
                reason=reason,
            )
        )
        return False
    return True
