"""Validation of time-stamps (EN 319 102-1 §5.4), and whether they cover what they should (§5.5.4, 3 a)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trustspace.validation.causes import cause
from trustspace.validation.constraints import NEVER
from trustspace.validation.indications import SubIndication, indication_of
from trustspace.validation.processes.context import Context, Finding
from trustspace.validation.processes.format_checking import check_format
from trustspace.validation.processes.signature import Judged, run_blocks
from trustspace.validation.report import TimestampReport
from trustspace.validation.times import text

if TYPE_CHECKING:
    from trustspace.validation.facts import TimestampFacts

_S = SubIndication


def judge_timestamp(context: Context, timestamp: TimestampFacts) -> TimestampReport:
    """Judge one token; it proves existence at its genTime only when it is passed."""
    first: list[Finding] = []
    check_format(timestamp.problems, first)
    if timestamp.signature is None or timestamp.gen_time is None:
        if not first:
            first.append((_S.FORMAT_FAILURE, cause("TIMESTAMP_UNREADABLE")))
        judged = Judged()
    else:
        judged = run_blocks(context, timestamp.signature, context.policy.timestamp, None)
        _check_imprint(context, timestamp, first)
        _check_time(context, timestamp, judged, first)
    judged.findings[:0] = first
    sub = judged.sub
    return TimestampReport(
        id=timestamp.id,
        kind=timestamp.kind,
        time=timestamp.gen_time,
        indication=indication_of(sub),
        sub_indication=sub,
        intact=timestamp.imprint,
        certificate=judged.certificate,
        chain=tuple([c.sha256 for c in judged.verdict.chain]) if judged.verdict is not None else (),
        causes=judged.causes,
    )


def _check_imprint(context: Context, timestamp: TimestampFacts, findings: list[Finding]) -> None:
    if timestamp.imprint is False:
        findings.append(
            (_S.HASH_FAILURE, cause("TIMESTAMP_IMPRINT_WRONG", algorithm=timestamp.imprint_algorithm))
        )
    elif timestamp.imprint is None:
        findings.append(
            (
                _S.SIGNED_DATA_NOT_FOUND,
                cause(
                    "TIMESTAMP_IMPRINT_UNKNOWN", kind=timestamp.kind, algorithm=timestamp.imprint_algorithm
                ),
            )
        )
    elif timestamp.imprint_algorithm is not None and timestamp.gen_time is not None:
        end = context.algorithms.digest_end(timestamp.imprint_algorithm)
        # §5.5.4, step 3 b: the imprint's hash must be reliable when the token was made.
        if end is not None and timestamp.gen_time >= end:
            sub = _S.CRYPTO_CONSTRAINTS_FAILURE
            if end == NEVER:
                what = cause("DIGEST_ALGORITHM_UNTRUSTED", algorithm=timestamp.imprint_algorithm)
            else:
                what = cause(
                    "DIGEST_ALGORITHM_OBSOLETE",
                    algorithm=timestamp.imprint_algorithm,
                    end=text(end),
                    moment=text(timestamp.gen_time),
                )
            findings.append((sub, what))


def _check_time(context: Context, timestamp: TimestampFacts, judged: Judged, findings: list[Finding]) -> None:
    time = timestamp.gen_time
    if time is None:
        return
    if time > context.known_until:
        findings.append(
            (
                _S.NO_POE,
                cause("TIMESTAMP_AFTER_CUT_OFF", time=text(time), cut_off=text(context.cut_off)),
            )
        )
    certificate = judged.certificate
    if certificate is not None and not certificate.not_before <= time <= certificate.not_after:
        findings.append(
            (
                _S.OUT_OF_BOUNDS_NO_POE,
                cause(
                    "TIMESTAMP_OUTSIDE_CERTIFICATE",
                    time=text(time),
                    not_before=text(certificate.not_before),
                    not_after=text(certificate.not_after),
                ),
            )
        )
