"""The command from a standing start, against the bare interpreter."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

import material
from table import Row

COMMAND = Path(sys.executable).with_name("trustspace")


def _seconds(command: list[str | Path]) -> float:
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def measure(folder: Path, *, quick: bool) -> list[Row]:
    made = material.make(folder / "cold", "p-256", signers=1, signatures=1)
    validate = [COMMAND, "validate", made.folder / "0000.p7s", "--content", made.content]
    for path in (made.root, *made.crls):
        validate += ["--trust", path]
    commands: dict[str, list[str | Path]] = {
        "bare": [sys.executable, "-c", "pass"],
        "version": [COMMAND, "--version"],
        "validate": validate,
    }
    seen: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(5 if quick else 21):
        for name, command in commands.items():
            seen[name].append(_seconds(command))
    median = {name: statistics.median(values) for name, values in seen.items()}
    rows = []
    for name, title, aim in (
        ("version", "`trustspace --version`", 0.15),
        ("validate", "`trustspace validate`", 0.4),
    ):
        over = median[name] - median["bare"]
        rows.append(
            Row(
                f"{title}, seconds over `python -c pass`",
                f"{median[name]:.3f} s",
                f"{median['bare']:.3f} s (`python -c pass`)",
                over,
                aim,
                at_most=True,
            )
        )
    return rows
