"""Running contenders in turns."""

from __future__ import annotations

import os
import statistics
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

RIVALS = Path(__file__).resolve().parent / "rivals"

ENGINE = """openssl_conf = openssl_def
[openssl_def]
engines = engine_section
[engine_section]
gost = gost_section
[gost_section]
engine_id = gost
dynamic_path = {folder}/gost.so
default_algorithms = ALL
"""


def build(name: str, folder: Path) -> Path:
    """Compile a rival in C against the system's OpenSSL."""
    binary = folder / name
    if not binary.exists():
        command = [
            "cc",
            "-O2",
            "-Wno-deprecated-declarations",
            "-o",
            binary,
            RIVALS / f"{name}.c",
            "-lcrypto",
        ]
        subprocess.run(command, check=True)
    return binary


def engine_environment(folder: Path) -> dict[str, str]:
    """An environment in which OpenSSL loads Debian's gost-engine."""
    answer = subprocess.run(["openssl", "version", "-e"], capture_output=True, text=True, check=True).stdout
    engines = Path(answer.split('"')[1])
    if not (engines / "gost.so").exists():
        raise SystemExit("the benchmark needs Debian's libengine-gost-openssl")
    configuration = folder / "engine.cnf"
    configuration.write_text(ENGINE.format(folder=engines))
    return {**os.environ, "OPENSSL_CONF": str(configuration)}


def figures(command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> list[float]:
    """The numbers that a contender prints, one a line."""
    run = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if run.returncode != 0:
        raise SystemExit(f"{command[0]} failed: {run.stderr.strip() or run.stdout.strip()}")
    return [float(line) for line in run.stdout.split()]


def in_turns(
    contenders: Mapping[str, Sequence[str | Path]], turns: int, environment: Mapping[str, str] | None = None
) -> dict[str, float]:
    """Each contender's median over ``turns`` turns; the first figure of a turn is its warm-up."""
    seen: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(turns):
        for name, command in contenders.items():
            found = figures(command, environment)
            seen[name] += found[1:] if len(found) > 1 else found
    return {name: statistics.median(values) for name, values in seen.items()}
