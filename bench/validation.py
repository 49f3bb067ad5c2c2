"""One warm CAdES-B-B validation against pyHanko and against OpenSSL's CMS_verify in C."""

from __future__ import annotations

import sys
from pathlib import Path

import material
from table import Row
from turns import RIVALS, build, in_turns

HERE = Path(__file__).resolve().parent
PYHANKO, C = "pyHanko 0.38, warm context", "OpenSSL CMS_verify in C, shared store"
AIM_PYHANKO, AIM_C, AIM_GOST = 8.0, 1.0, 2.0


def measure(folder: Path, *, quick: bool) -> list[Row]:
    # One round a process: in a second one the signers' certificates would be known already.
    signers, signatures, rounds, turns = (20, 40, 1, 3) if quick else (500, 1000, 1, 5)
    cms_verify = build("cms_verify", folder)
    rows: list[Row] = []
    ours: dict[str, float] = {}
    for kind, title in (("rsa-2048", "RSA-2048"), ("p-256", "P-256"), ("gost2012-256-a", "GOST 256-A")):
        made = material.make(folder / kind, kind, signers=signers, signatures=signatures)
        arguments = [made.root, *made.crls, "--", made.content, made.folder, str(signatures), str(rounds)]
        contenders = {"ours": [sys.executable, HERE / "validate_ours.py", *arguments]}
        if not kind.startswith("gost"):
            contenders[PYHANKO] = [sys.executable, RIVALS / "pyhanko_cades.py", *arguments]
            contenders[C] = [cms_verify, *arguments]
        figures = in_turns(contenders, turns)
        ours[kind] = figures["ours"]
        for rival, aim in ((PYHANKO, AIM_PYHANKO), (C, AIM_C)):
            if rival in figures:
                ratio = figures[rival] / figures["ours"]
                theirs = f"{figures[rival]:.0f} µs ({rival})"
                rows.append(Row(f"{title}", f"{figures['ours']:.0f} µs", theirs, ratio, aim))
    cost = ours["gost2012-256-a"] / ours["rsa-2048"]
    rows.append(
        Row(
            "GOST 256-A beside RSA-2048",
            f"{ours['gost2012-256-a']:.0f} µs",
            f"{ours['rsa-2048']:.0f} µs (ours)",
            cost,
            AIM_GOST,
            at_most=True,
        )
    )
    return rows
