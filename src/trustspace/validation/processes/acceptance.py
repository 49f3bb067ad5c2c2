"""Signature acceptance validation (EN 319 102-1 §5.2.8): what the policy asks of elements and algorithms."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from trustspace.pki.edges import EdgeOutcome
from trustspace.validation.causes import cause
from trustspace.validation.constraints import NEVER
from trustspace.validation.indications import SubIndication
from trustspace.validation.processes.context import Context, Finding
from trustspace.validation.times import text

if TYPE_CHECKING:
    from trustspace.validation.facts import Candidate, SignatureFacts

_CONSTRAINTS = SubIndication.SIG_CONSTRAINTS_FAILURE
_NO_POE = SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE
_NEVER_GOOD = SubIndication.CRYPTO_CONSTRAINTS_FAILURE


def check_attributes(context: Context, signature: SignatureFacts, findings: list[Finding]) -> None:
    """The signature's elements (§5.2.8.4.2): what must be there, and in which form."""
    rules = context.policy.signature
    if signature.format not in rules.formats:
        findings.append(
            (
                _CONSTRAINTS,
                cause(
                    "SIGNATURE_FORMAT_REFUSED",
                    format=signature.format,
                    wanted=", ".join(sorted(rules.formats)),
                ),
            )
        )
    if rules.signing_certificate_reference and not signature.identified:
        findings.append((_CONSTRAINTS, cause("SIGNING_CERTIFICATE_REFERENCE_MISSING")))
    if rules.signing_time and signature.claimed_signing_time is None:
        findings.append((_CONSTRAINTS, cause("SIGNING_TIME_MISSING")))
    if rules.content_type and signature.content_type is None:
        findings.append((_CONSTRAINTS, cause("CONTENT_TYPE_MISSING")))
    if rules.policy_required and signature.policy is None:
        findings.append((_CONSTRAINTS, cause("SIGNATURE_POLICY_MISSING")))


def check_algorithms(
    context: Context,
    signature: SignatureFacts,
    candidate: Candidate | None,
    moment: datetime,
    findings: list[Finding],
) -> datetime | None:
    """Are the signature's digests and scheme believed at ``moment`` (§5.2.8.4.3)?

    Returns the earliest end date that was passed, which a content time-stamp is compared with.
    """
    algorithms = context.algorithms
    earliest: datetime | None = None
    if candidate is not None and candidate.outcome in (EdgeOutcome.VERIFIED, EdgeOutcome.FAILED):
        end = algorithms.end(candidate.scheme, candidate.key_size)
        if end is not None and moment >= end:
            earliest = end
            findings.append(
                _obsolete("SIGNATURE_ALGORITHM", candidate.scheme, end, moment, key_size=candidate.key_size)
            )
    seen: set[str] = set()
    for reference in signature.references:
        name = reference.digest_algorithm
        if name is None or name in seen:
            continue
        seen.add(name)
        end = algorithms.digest_end(name)
        if end is not None and moment >= end:
            earliest = end if earliest is None else min(earliest, end)
            findings.append(_obsolete("DIGEST_ALGORITHM", name, end, moment))
    return earliest


def _obsolete(
    what: str, algorithm: str, end: datetime, moment: datetime, key_size: int | None = None
) -> Finding:
    if end == NEVER:
        # No proof of existence can help: there was no time at which it was believed.
        return _NEVER_GOOD, cause(f"{what}_UNTRUSTED", algorithm=algorithm, key_size=key_size)
    return _NO_POE, cause(
        f"{what}_OBSOLETE", algorithm=algorithm, key_size=key_size, end=text(end), moment=text(moment)
    )
