"""Fuzz every target for some seconds each and state what was run: ``make fuzz``, or ``make fuzz FUZZ="…"``.

::

    python fuzz/run.py [--seconds N] [--target NAME]... [--corpora DIR] [--lines]

Inputs that matter are kept in ``fuzz-out/corpus`` and are where the next run goes on; a failing input is kept
in ``fuzz-out/failed``, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from lines import PACKAGE, executable
from support.fuzz_targets import TARGETS, Target

HERE = Path(__file__).parent
OUT = HERE.parent / "fuzz-out"
LARGEST_SEED = 60_000
SEEDS_FROM_CORPORA = 80
_FOREIGN = {
    "ber": ("*.p7s", "*.cer", "*.crl"),
    "certificate": ("*.cer", "*.crt"),
    "crl": ("*.crl",),
    "ocsp": ("*.ors", "*.ocsp"),
    "cms": ("*.p7s", "*.p7m", "*.sig"),
    "validation": ("*.p7s", "*.p7m", "*.sig"),
    "tsp": ("*.tst", "*.tsr", "*.tsq"),
    "pem": ("*.pem",),
    "command": ("*.p7s", "*.cer", "*.crl"),
}


@dataclass(frozen=True)
class Figures:
    """What one run came to."""

    target: Target
    executed: int
    seconds: float
    edges: int
    features: int
    corpus: int
    failed: str


def write_seeds(target: Target, corpora: Path | None) -> Path:
    """The seeds as files: our own makers', and some of others' files where the corpora are at hand."""
    folder = OUT / "seeds" / target.name
    folder.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(target.seeds()):
        (folder / f"{number:03}").write_bytes(data)
    if corpora is not None and corpora.is_dir():
        paths = [
            path
            for pattern in _FOREIGN.get(target.name, ())
            for path in sorted(corpora.rglob(pattern))
            if path.is_file() and path.stat().st_size < LARGEST_SEED
        ]
        for number, path in enumerate(paths[:: max(1, len(paths) // SEEDS_FROM_CORPORA)]):
            (folder / f"foreign-{number:03}").write_bytes(path.read_bytes())
    return folder


def fuzz(target: Target, seconds: int, corpora: Path | None) -> Figures:
    """One target in a process of its own."""
    seeds = write_seeds(target, corpora)
    kept, failed = OUT / "corpus" / target.name, OUT / "failed"
    kept.mkdir(parents=True, exist_ok=True)
    failed.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable,
        str(HERE / "one.py"),
        target.name,
        f"-max_total_time={seconds}",
        f"-max_len={max(LARGEST_SEED, 2 * max(map(len, target.seeds())))}",
        "-timeout=30",
        "-rss_limit_mb=2048",
        "-print_final_stats=1",
        "-len_control=0",
        f"-artifact_prefix={failed}/{target.name}-",
        str(kept),
        str(seeds),
    ]
    begun = time.monotonic()
    done = subprocess.run(command, capture_output=True, check=False, env=os.environ, cwd=HERE.parent)
    log = done.stderr.decode("utf-8", "replace") + done.stdout.decode("utf-8", "replace")
    (OUT / f"{target.name}.log").write_text(log, encoding="utf-8")
    executed = re.search(r"stat::number_of_executed_units: (\d+)", log)
    covered = re.findall(r"cov: (\d+) ft: (\d+) corp: (\d+)", log)
    edges, features, corpus = map(int, covered[-1]) if covered else (0, 0, 0)
    spent = time.monotonic() - begun
    problem = "" if done.returncode == 0 else _problem(log)
    runs = int(executed[1]) if executed else 0
    return Figures(target, runs, spent, edges, features, corpus, problem)


def _problem(log: str) -> str:
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    named = [
        line for line in lines if re.match(r"[\w.]*(Error|Exception|TooCostly)\b", line) or "ERROR" in line
    ]
    return (named or lines or ["ended without a word"])[0][:300]


def reached_lines(names: list[str]) -> dict[str, set[int]]:
    """Lines of the package that the seeds and what was kept reach, over all targets."""
    total: dict[str, set[int]] = defaultdict(set)
    for name in names:
        out = OUT / f"{name}.lines.json"
        folders = [str(folder) for folder in (OUT / "seeds" / name, OUT / "corpus" / name) if folder.is_dir()]
        command = [sys.executable, str(HERE / "lines.py"), name, str(out), *folders]
        subprocess.run(command, check=False, cwd=HERE.parent, stdout=subprocess.DEVNULL)
        for path, lines in json.loads(out.read_text()).items():
            total[path] |= set(lines)
    return total


def print_lines(reached: dict[str, set[int]]) -> None:
    """A table by package: lines inside functions, and how many of them were reached."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for path in sorted(Path(PACKAGE).rglob("*.py")):
        lines = executable(path)
        package = path.relative_to(PACKAGE).parts[0]
        sums[package][0] += len(lines)
        sums[package][1] += len(lines & reached.get(str(path), set()))
    print(f"\n{'package':14} {'lines':>7} {'reached':>8} {'share':>6}")
    for package, (lines, hit) in sums.items():
        if lines and not package.endswith(".py"):
            print(f"{package:14} {lines:7} {hit:8} {hit / lines:6.0%}")


def main() -> int:
    """0 if every target kept to what it must, 1 otherwise."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60, help="for each target (60)")
    parser.add_argument(
        "--target", action="append", choices=sorted(TARGETS), help="only this one; repeatable"
    )
    parser.add_argument("--corpora", type=Path, help="further seeds: signed data that others made")
    parser.add_argument("--lines", action="store_true", help="then measure the lines that were reached")
    options = parser.parse_args()
    corpora = options.corpora or Path(
        os.environ.get("TRUSTSPACE_CORPORA", HERE.parents[1] / "shared" / "corpora")
    )
    names = options.target or list(TARGETS)
    print(f"{'target':16} {'inputs':>9} {'seconds':>8} {'edges':>7} {'features':>9} {'kept':>6}", flush=True)
    failures = 0
    for name in names:
        got = fuzz(TARGETS[name], options.seconds, corpora)
        failures += bool(got.failed)
        print(
            f"{name:16} {got.executed:9} {got.seconds:8.0f} {got.edges:7} {got.features:9} {got.corpus:6}"
            + (f"  FAILED: {got.failed}" if got.failed else ""),
            flush=True,
        )
    if options.lines:
        print_lines(reached_lines(names))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
