"""Validation of one signature: the basic process (EN 319 102-1 §5.3) and the one with time (§5.5).

The blocks run in the order of §5.3.4. Chain and acceptance are judged at the best signature time when a
time-stamp (or a proof that the caller verified) gives one, else at the control time: where the standard first
runs the basic process now and then compares times (§5.5.4, 2 and 4), asking the blocks the same question
at the proven time gives the same answers, for every candidate chain and not only for the first.
All blocks run, so that the causes are complete; the first finding decides.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from trustspace.validation.causes import Cause, cause
from trustspace.validation.indications import Indication, SubIndication, indication_of
from trustspace.validation.processes.acceptance import check_algorithms, check_attributes
from trustspace.validation.processes.context import Context, Finding
from trustspace.validation.processes.cryptographic import check_references, check_signature_value
from trustspace.validation.processes.format_checking import check_format
from trustspace.validation.processes.identification import identify_signer
from trustspace.validation.processes.initialisation import check_signature_policy
from trustspace.validation.processes.x509 import ChainVerdict, validate_chain
from trustspace.validation.reading import subject_text
from trustspace.validation.report import ScopeEntry, SignatureReport, TimestampReport
from trustspace.validation.times import text

if TYPE_CHECKING:
    from trustspace.documents.model import DataReference
    from trustspace.encoding.certificate import Certificate
    from trustspace.validation.facts import Candidate, SignatureFacts
    from trustspace.validation.policy import ChainRules

_S = SubIndication


class Judged:
    """What the blocks found for one signature."""

    __slots__ = ("candidate", "certificate", "digest", "findings", "obsolete_since", "value", "verdict")

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.candidate: Candidate | None = None
        self.certificate: Certificate | None = None
        self.verdict: ChainVerdict | None = None
        self.digest: bool | None = None
        self.value: bool | None = None
        self.obsolete_since: datetime | None = None

    @property
    def sub(self) -> SubIndication | None:
        """The deciding sub-indication; None is PASSED."""
        return self.findings[0][0] if self.findings else None

    @property
    def causes(self) -> tuple[Cause, ...]:
        """All that is wrong, most decisive first, nothing twice."""
        if not self.findings:
            return ()
        seen: list[Cause] = []
        for _, what in self.findings:
            if what not in seen:
                seen.append(what)
        return tuple(seen)


def run_blocks(
    context: Context, signature: SignatureFacts, rules: ChainRules, proven: datetime | None
) -> Judged:
    """The building blocks in the order of §5.3.4, with a proven time of existence or none."""
    judged = Judged()
    findings = judged.findings
    if context.problems:
        check_format(context.problems, findings)
    if signature.problems:
        check_format(signature.problems, findings)
    candidates = identify_signer(signature, findings)
    check_signature_policy(context, signature, findings)
    judged.digest = check_references(signature, findings)
    if candidates:
        _judge_signer(context, candidates, rules, proven, judged)
        if judged.digest is None and judged.value and all(r.found for r in signature.references):
            judged.digest = True  # RFC 5652 §5.4: without signed attributes the value is over the content
    if rules is context.policy.signer:
        check_attributes(context, signature, findings)
    judged.obsolete_since = check_algorithms(
        context, signature, judged.candidate, proven or context.control, findings
    )
    _algorithm_first(findings)
    return judged


def _algorithm_first(findings: list[Finding]) -> None:
    """Whoever signs with an algorithm unknown here refers to the certificate with one as well.

    The reference is found first (§5.2.3), but the signature's algorithm is what a reader needs to hear of;
    the sub-indication is the same.
    """
    if not findings or findings[0][1].code != "SIGNING_CERTIFICATE_REFERENCE_UNSUPPORTED":
        return
    for place, (sub, what) in enumerate(findings):
        if sub is findings[0][0] and what.code == "SIGNATURE_ALGORITHM_NOT_SUPPORTED":
            findings.insert(0, findings.pop(place))
            return


def _judge_signer(
    context: Context,
    candidates: tuple[Candidate, ...],
    rules: ChainRules,
    proven: datetime | None,
    judged: Judged,
) -> None:
    """Signature value and chain of the first candidate that passes, else of the best placed one."""
    for position, candidate in enumerate(candidates):
        if position and candidate.outcome is not candidates[0].outcome:
            break
        findings: list[Finding] = []
        value = check_signature_value(candidate, findings)
        certificate = context.facts.certificates[candidate.certificate]
        verdict = validate_chain(context, certificate, rules, proven)
        if not position or (not findings and not verdict.findings):
            judged.candidate, judged.certificate, judged.value = candidate, certificate, value
            judged.verdict = verdict
            chosen = findings + verdict.findings
        if not findings and not verdict.findings:
            break
    judged.findings += chosen


def judge_signature(
    context: Context, signature: SignatureFacts, timestamps: tuple[TimestampReport, ...]
) -> SignatureReport:
    """One signature of a document, with its time-stamps judged before (§5.4)."""
    rules = context.rules
    best, proven_by = _best_signature_time(context, signature, timestamps)
    judged = run_blocks(context, signature, rules, best)
    content_time = _content_time(timestamps)
    if content_time is not None:
        _use_content_timestamp(judged, content_time)
    if signature.timestamps or context.policy.signature.timestamp_required:
        _check_timestamps(context, signature, timestamps, best, judged)
    sub = judged.sub
    candidate = judged.candidate
    return SignatureReport(
        id=signature.id,
        format=signature.format,
        level=signature.level,
        parent=signature.parent,
        indication=indication_of(sub),
        sub_indication=sub,
        digest_intact=judged.digest,
        signature_intact=judged.value,
        signer=judged.certificate,
        claimed_signing_time=signature.claimed_signing_time,
        best_signature_time=best or context.control,
        proven_by=proven_by,
        algorithms=_algorithms(signature, candidate),
        chain=tuple([c.sha256 for c in judged.verdict.chain]) if judged.verdict is not None else (),
        timestamps=timestamps,
        causes=judged.causes,
        scope=tuple([_scope(reference, judged.digest) for reference in signature.references]),
        notes=_notes(signature) if signature.problems else (),
    )


_PROVES_SIGNATURE = frozenset({"signature", "signature-and-references", "archive"})


def _best_signature_time(
    context: Context, signature: SignatureFacts, timestamps: tuple[TimestampReport, ...]
) -> tuple[datetime | None, str | None]:
    """The earliest proof that the signature existed (§5.5.4, step 3), and what proves it."""
    best: datetime | None = None
    by: str | None = None
    for stamp in timestamps:
        if stamp.kind not in _PROVES_SIGNATURE or not stamp.passed or stamp.time is None:
            continue
        if best is None or stamp.time < best:
            best, by = stamp.time, stamp.id
    proof = context.proofs.earliest(signature.id)
    if proof is not None and proof.time <= context.control and (best is None or proof.time < best):
        best, by = proof.time, proof.by
    if best is not None and best > context.control:
        # Known by the cut-off or within clock skew, but later than the moment we ask about: no help.
        return None, None
    return best, by


def _content_time(timestamps: tuple[TimestampReport, ...]) -> datetime | None:
    """The latest time before which the signature cannot have been made (§5.3.4, content time-stamps)."""
    times = [s.time for s in timestamps if s.kind == "content" and s.passed and s.time is not None]
    return max(times) if times else None


def _use_content_timestamp(judged: Judged, content_time: datetime) -> None:
    """A signature made after its content was time-stamped, when that was too late, is FAILED (§5.3.4).

    Without the content time-stamp these are INDETERMINATE: the signature might be older.
    """
    if not judged.findings or judged.verdict is None:
        return
    sub = judged.findings[0][0]
    verdict = judged.verdict
    target = verdict.chain[0]
    settled: Finding | None = None
    if sub is _S.REVOKED_NO_POE and verdict.revoked_since is not None:
        if content_time >= verdict.revoked_since:
            settled = (
                _S.REVOKED,
                cause(
                    "SIGNED_AFTER_REVOCATION",
                    subject=subject_text(target),
                    revoked_at=text(verdict.revoked_since),
                    content_time=text(content_time),
                ),
            )
    elif sub in (_S.OUT_OF_BOUNDS_NO_POE, _S.OUT_OF_BOUNDS_NOT_REVOKED):
        if content_time > target.not_after:
            settled = (
                _S.EXPIRED,
                cause(
                    "SIGNED_AFTER_EXPIRY",
                    subject=subject_text(target),
                    not_after=text(target.not_after),
                    content_time=text(content_time),
                ),
            )
    elif sub is _S.CRYPTO_CONSTRAINTS_FAILURE_NO_POE:
        end = judged.obsolete_since
        if end is not None and content_time >= end:
            settled = (
                _S.CRYPTO_CONSTRAINTS_FAILURE,
                cause("SIGNED_AFTER_ALGORITHM_END", end=text(end), content_time=text(content_time)),
            )
    if settled is not None:
        judged.findings.insert(0, settled)


def _check_timestamps(
    context: Context,
    signature: SignatureFacts,
    timestamps: tuple[TimestampReport, ...],
    best: datetime | None,
    judged: Judged,
) -> None:
    """Order and delay of the time-stamps (§5.5.4, step 4 d and e), and that there is one if asked for."""
    findings = judged.findings
    rules = context.policy.signature
    passed = [stamp for stamp in timestamps if stamp.passed and stamp.time is not None]
    latest_content = _content_time(timestamps)
    for stamp in passed:
        if (
            latest_content is not None
            and stamp.kind != "content"
            and stamp.time is not None
            and stamp.time < latest_content
        ):
            findings.append(
                (
                    _S.TIMESTAMP_ORDER_FAILURE,
                    cause(
                        "TIMESTAMP_BEFORE_CONTENT_TIMESTAMP",
                        timestamp=stamp.id,
                        time=text(stamp.time),
                        content_time=text(latest_content),
                    ),
                )
            )
    has_proof = any(stamp.kind in _PROVES_SIGNATURE for stamp in passed)
    if rules.timestamp_required and not has_proof:
        findings.append((_S.SIG_CONSTRAINTS_FAILURE, cause("TIMESTAMP_REQUIRED")))
    elif judged.findings and not has_proof:
        # A proof of existence might have healed this: say why the one at hand does not count.
        for stamp in timestamps:
            if stamp.kind in _PROVES_SIGNATURE and stamp.causes:
                findings.append(
                    (
                        findings[0][0],
                        cause("TIMESTAMP_NOT_USED", timestamp=stamp.id, reason=stamp.causes[0].code),
                    )
                )
    if rules.timestamp_delay is not None and best is not None:
        claimed = signature.claimed_signing_time
        if claimed is None:
            findings.append((_S.SIG_CONSTRAINTS_FAILURE, cause("SIGNING_TIME_MISSING")))
        elif best - claimed > rules.timestamp_delay:
            findings.append(
                (
                    _S.SIG_CONSTRAINTS_FAILURE,
                    cause(
                        "TIMESTAMP_TOO_LATE",
                        claimed=text(claimed),
                        time=text(best),
                        delay=str(rules.timestamp_delay),
                    ),
                )
            )


def _algorithms(signature: SignatureFacts, candidate: Candidate | None) -> dict[str, str | None]:
    if candidate is None:
        return {"digest": signature.digest_algorithm, "signature": signature.signature_algorithm}
    key = candidate.key
    if key is not None and candidate.key_size is not None:
        key = f"{key} {candidate.parameter_set or candidate.key_size}"
    return {"digest": signature.digest_algorithm, "signature": candidate.scheme, "key": key}


def _notes(signature: SignatureFacts) -> tuple[Cause, ...]:
    return tuple(
        [Cause(problem.code, problem.parameters) for problem in signature.problems if not problem.fatal]
    )


def _scope(reference: DataReference, digest_intact: bool | None) -> ScopeEntry:
    """A row of the scope; without a message-digest, the data are intact when the value over them is."""
    digest = reference.actual if reference.actual is not None else reference.expected
    return ScopeEntry(
        reference.name,
        reference.digest_algorithm,
        None if digest is None else digest.hex(),
        digest_intact or None if reference.expected is None else reference.intact,
    )


__all__ = ["Indication", "Judged", "judge_signature", "run_blocks"]
