"""Rows of the benchmark, and the page that they become."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

TITLES = {
    "primitives": "Signatures and hashes",
    "validation": "One warm CAdES-B-B validation, full report included",
    "cold": "The command, started cold",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison. ``ratio`` is ours to theirs, so that more is better; ``aim`` is the least of it.

    Where nothing is compared, ``ratio`` is None. With ``at_most`` the ratio is a cost: less is better.
    """

    what: str
    ours: str
    theirs: str
    ratio: float | None = None
    aim: float | None = None
    at_most: bool = False

    @property
    def verdict(self) -> str:
        if self.ratio is None or self.aim is None:
            return ""
        met = self.ratio <= self.aim if self.at_most else self.ratio >= self.aim
        return "met" if met else "**missed**"


def render(sections: dict[str, list[Row]], machine: str, now: datetime) -> str:
    """The page, in Markdown."""
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`: one run on one machine, contenders taking turns, medians of processor time",
        "(commands started cold: of the clock).",
        "The ratio is what counts: ours to theirs, more is better, unless the aim says “at most”.",
        "",
        f"Machine: {machine}. Date: {now:%Y-%m-%d}.",
    ]
    for name, rows in sections.items():
        lines += [
            "",
            f"## {TITLES[name]}",
            "",
            "| what | ours | theirs | ratio | aim | |",
            "|---|---|---|---|---|---|",
        ]
        for row in rows:
            ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
            aim = "" if row.aim is None else f"{'at most' if row.at_most else 'at least'} {row.aim:g}"
            lines.append(f"| {row.what} | {row.ours} | {row.theirs} | {ratio} | {aim} | {row.verdict} |")
    return "\n".join(lines) + "\n"
