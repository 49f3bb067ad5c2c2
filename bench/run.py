"""`make bench`: trustspace beside its rivals in one run, as ratios, written to docs/benchmarks.md.

Contenders take turns and are timed by the processor time that they use (a command started cold by the
clock), so that whatever else the machine does falls on none of them; a figure is the median of the turns.
Speed is never a test: a missed aim is printed as missed, and the run still ends well.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import cold
import primitives
import validation
from table import Row, render

ROOT = Path(__file__).resolve().parent.parent


def machine() -> str:
    """Processor, cores, system and the versions that the figures depend on."""
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    processor = names[0].split(":", 1)[1].strip() if names else platform.processor()
    openssl = subprocess.run(
        ["openssl", "version"], capture_output=True, text=True, check=False
    ).stdout.strip()
    rust = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    return (
        f"{processor}, {len(names)} cores, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, {openssl}, {rust}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds and signatures: a smoke run")
    parser.add_argument("--only", choices=("validation", "primitives", "cold"))
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "benchmarks.md")
    arguments = parser.parse_args()
    sections: dict[str, list[Row]] = {}
    with tempfile.TemporaryDirectory(prefix="trustspace-bench-") as name:
        for title, section in (
            ("primitives", primitives.measure),
            ("validation", validation.measure),
            ("cold", cold.measure),
        ):
            if arguments.only in (None, title):
                print(f"{title} …", file=sys.stderr, flush=True)
                sections[title] = section(Path(name), quick=arguments.quick)
    text = render(sections, machine(), datetime.now(UTC))
    print(text)
    if arguments.only is None and not arguments.quick:
        arguments.out.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
