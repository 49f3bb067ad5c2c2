"""What a reader should know of a signature although no rule of EN 319 102-1 weighs it.

None of these changes an indication: they stand among the notes of a signature's report.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from trustspace.validation.causes import Cause, cause
from trustspace.validation.times import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trustspace.encoding.certificate import Certificate
    from trustspace.trust.snapshot import Snapshot
    from trustspace.validation.report import SignatureReport

REMARKS = frozenset(
    {"CLAIMED_TIME_IN_FUTURE", "ANCHOR_EXPIRED", "LEVEL_NOT_PROVEN", "CONTENT_ONLY_BY_DIGEST"}
)
"""Codes of notes that a person should read too; the others are oddities of a format that were tolerated."""

_STAMPED_LEVELS = ("BASELINE-T", "BASELINE-LT", "BASELINE-LTA")


def remarks(
    report: SignatureReport,
    certificates: Mapping[str, Certificate],
    snapshot: Snapshot,
    control: datetime,
    skew: timedelta,
) -> Iterator[Cause]:
    """Remarks on one signature as it was judged at ``control``; ``skew`` is what clocks may differ by."""
    claimed = report.claimed_signing_time
    if claimed is not None and claimed - control > skew:
        yield cause("CLAIMED_TIME_IN_FUTURE", claimed=text(claimed), control_time=text(control))
    if len(report.chain) > 1:
        anchor = certificates.get(report.chain[-1])
        # RFC 5280 §6.1.1 (d): an anchor is a name and a key; its certificate's dates bind nobody, but tell.
        if (
            anchor is not None
            and anchor.not_after < report.best_signature_time
            and anchor.sha256 in snapshot.by_certificate
        ):
            yield cause("ANCHOR_EXPIRED", subject=str(anchor.subject), not_after=text(anchor.not_after))
    if report.level in _STAMPED_LEVELS:
        stamps = [stamp for stamp in report.timestamps if stamp.kind == "signature"]
        if stamps and not any(stamp.passed for stamp in stamps):
            yield cause("LEVEL_NOT_PROVEN", level=report.level)
