"""The times of a validation, never mixed (design: three times).

*Control time*: when we validate. *Evidence cut-off*: what was known. The third, *best signature time*, is
no input: it is the earliest proof of existence, and found while judging.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Times:
    """Control time and evidence cut-off, both aware; the cut-off is the control time unless given."""

    control_time: datetime
    cut_off: datetime = None  # type: ignore[assignment]  # set below: never None afterwards

    def __post_init__(self) -> None:
        cut_off: datetime | None = self.cut_off
        if self.control_time.tzinfo is None or (cut_off is not None and cut_off.tzinfo is None):
            raise ValueError("times carry their zone")
        object.__setattr__(self, "control_time", self.control_time.astimezone(UTC))
        object.__setattr__(self, "cut_off", (cut_off or self.control_time).astimezone(UTC))

    @classmethod
    def at(cls, moment: datetime) -> Times:
        """Both times at ``moment``: what ``--at`` means."""
        return cls(moment)


def text(moment: datetime | None) -> str | None:
    """RFC 3339 in UTC with ``Z``; fractions only where there are any."""
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
