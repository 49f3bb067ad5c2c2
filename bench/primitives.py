"""National signatures and hashes against OpenSSL's P-256 and against gost-engine."""

from __future__ import annotations

import json
import statistics
import subprocess
import time
from pathlib import Path

from table import Row
from trustspace import _native
from turns import build, engine_environment, figures

ROOT = Path(__file__).resolve().parent.parent
SPEED = ROOT / "native" / "target" / "release" / "examples" / "curve_speed"

# Our curve → (least share of P-256, the engine's name for it, least share of the engine).
VERIFY = {
    "256-A": (1.0, ("gost2012_256", "TCA"), None),
    "256-B": (0.55, ("gost2012_256", "A"), 1.0),
    "256-C": (0.55, ("gost2012_256", "B"), None),
    "256-D": (0.55, ("gost2012_256", "C"), None),
    "512-A": (0.12, ("gost2012_512", "A"), 1.0),
    "512-B": (None, ("gost2012_512", "B"), None),
    "512-C": (None, ("gost2012_512", "C"), None),
    "256v1": (0.45, None, None),
    "384v1": (None, None, None),
    "512v1": (None, None, None),
}
STREEBOG_AIM = 0.85


def _native_speed() -> dict[tuple[str, str], float]:
    """Operations a second by (curve, operation), from the compiled code itself."""
    run = subprocess.run([SPEED], capture_output=True, text=True, check=True)
    rows = [json.loads(line) for line in run.stdout.splitlines()]
    return {(row["curve"], operation): row[operation] for row in rows for operation in ("verify", "sign")}


def _hash_speed(name: str, seconds: float) -> float:
    block = bytes(1 << 20)
    count, begin = 0, time.process_time()
    while time.process_time() - begin < seconds:
        _native.hash(name, block)
        count += 1
    return count * len(block) / 1e6 / (time.process_time() - begin)


def measure(folder: Path, *, quick: bool) -> list[Row]:
    subprocess.run(
        ["cargo", "build", "--release", "--locked", "--quiet", "--example", "curve_speed"],
        cwd=ROOT / "native",
        check=True,
    )
    speed = build("openssl_speed", folder)
    environment = engine_environment(folder)
    seconds, turns = ("0.3", 1) if quick else ("1", 3)

    ours: dict[tuple[str, str], list[float]] = {}
    theirs: dict[tuple[str, ...], list[float]] = {}
    rivals = [("EC", "P-256")] + [engine for _, engine, _ in VERIFY.values() if engine]
    for _ in range(turns):
        for key, value in _native_speed().items():
            ours.setdefault(key, []).append(value)
        for rival in rivals:
            found = figures([speed, "verify", *rival, seconds], environment)
            theirs.setdefault(rival, []).extend(found)
    p256 = statistics.median(theirs["EC", "P-256"])

    rows = []
    for curve, (least, engine, least_of_engine) in VERIFY.items():
        value = statistics.median(ours[curve, "verify"])
        family = "bign" if curve.endswith("v1") else "GOST"
        rows.append(
            Row(
                f"{family} {curve} verify/s",
                f"{value:,.0f}",
                f"{p256:,.0f} (OpenSSL P-256)",
                value / p256,
                least,
            )
        )
        if engine:
            other = statistics.median(theirs[engine])
            rows.append(
                Row(
                    f"{family} {curve} verify/s",
                    f"{value:,.0f}",
                    f"{other:,.0f} (gost-engine {engine[1]})",
                    value / other,
                    least_of_engine,
                )
            )
        signs = statistics.median(ours[curve, "sign"])
        rows.append(Row(f"{family} {curve} sign/s (constant time)", f"{signs:,.0f}", ""))
    for name, rival in (
        ("streebog-256", "md_gost12_256"),
        ("streebog-512", "md_gost12_512"),
        ("gost94-cryptopro", "md_gost94"),
    ):
        mine: list[float] = []
        other_mb: list[float] = []
        for _ in range(turns):
            mine.append(_hash_speed(name, float(seconds)))
            other_mb += figures([speed, "digest", rival, seconds], environment)
        own, engine_mb = statistics.median(mine), statistics.median(other_mb)
        aim = STREEBOG_AIM if name.startswith("streebog") else None
        rows.append(Row(f"{name} MB/s", f"{own:.0f}", f"{engine_mb:.0f} (gost-engine)", own / engine_mb, aim))
    rows += [
        Row(f"{name} MB/s", f"{_hash_speed(name, float(seconds)):.0f}", "")
        for name in ("belt-hash", "bash-256", "bash-384", "bash-512")
    ]
    return rows
