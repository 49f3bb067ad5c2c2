"""The judgement: facts, snapshot, times and policy in, report out; pure, so it can be repeated anywhere."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import trustspace
from trustspace.evidence.poe import NO_PROOFS, Proofs
from trustspace.validation.causes import Cause
from trustspace.validation.constraints import CryptographicConstraints, constraints_of
from trustspace.validation.indications import indication_of
from trustspace.validation.processes.context import Context
from trustspace.validation.processes.signature import judge_signature
from trustspace.validation.processes.timestamp import judge_timestamp
from trustspace.validation.processes.x509 import validate_chain
from trustspace.validation.remarks import remarks
from trustspace.validation.report import CertificateReport, Report, SignatureReport

if TYPE_CHECKING:
    from trustspace.encoding.certificate import Certificate
    from trustspace.trust.snapshot import Snapshot
    from trustspace.validation.facts import Facts, SignatureFacts
    from trustspace.validation.policy import Policy
    from trustspace.validation.times import Times


def judge(
    facts: Facts, snapshot: Snapshot, times: Times, policy: Policy, proofs: Proofs = NO_PROOFS
) -> Report:
    """What EN 319 102-1 makes of the facts.

    ``proofs`` are proofs of existence that the caller has verified (a receipt's time): they count like a
    time-stamp of the signature. Never raises on what the facts hold.
    """
    algorithms = constraints_of(policy.algorithms.catalogue)
    context = Context(facts, snapshot, times, policy, proofs=proofs, algorithms=algorithms)
    document = facts.document
    problems = document.problems if document is not None else ()
    return Report(
        signatures=tuple([_signature(context, signature) for signature in facts.signatures]),
        control_time=times.control_time,
        cut_off=times.cut_off,
        policy=policy.name,
        policy_sha256=policy.sha256,
        snapshot=snapshot.sha256,
        evidence=facts.evidence,
        engine=engine(facts.modules, algorithms),
        causes=tuple([Cause(problem.code, problem.parameters) for problem in problems]),
    )


def _signature(context: Context, signature: SignatureFacts) -> SignatureReport:
    stamps = signature.timestamps
    report = judge_signature(
        context, signature, tuple([judge_timestamp(context, stamp) for stamp in stamps]) if stamps else ()
    )
    found = tuple(
        remarks(report, context.facts.certificates, context.snapshot, context.control, context.skew)
    )
    return replace(report, notes=report.notes + found) if found else report


def judge_certificate(
    certificate: Certificate, facts: Facts, snapshot: Snapshot, times: Times, policy: Policy
) -> CertificateReport:
    """A certificate on its own (§5.2.6), under the policy's rules for signers."""
    algorithms = constraints_of(policy.algorithms.catalogue)
    context = Context(facts, snapshot, times, policy, proofs=NO_PROOFS, algorithms=algorithms)
    verdict = validate_chain(context, certificate, policy.signer, None)
    sub = verdict.sub
    return CertificateReport(
        certificate=certificate,
        indication=indication_of(sub),
        sub_indication=sub,
        chain=tuple([c.sha256 for c in verdict.chain]),
        causes=tuple([what for _, what in verdict.findings]),
        control_time=times.control_time,
        policy=policy.name,
        policy_sha256=policy.sha256,
        snapshot=snapshot.sha256,
        evidence=facts.evidence,
        engine=engine(facts.modules, algorithms),
    )


@cache
def engine(modules: tuple[str, ...], algorithms: CryptographicConstraints) -> str:
    """Who judged, who computed, and whether a state has certified that (design rule 7)."""
    catalogue = algorithms.catalogue
    dates = "none" if catalogue is None else f"{catalogue.version} sha256:{catalogue.sha256}"
    parts = [f"trustspace {trustspace.__version__}", *modules, f"algorithm end dates {dates}"]
    return "; ".join(parts)
