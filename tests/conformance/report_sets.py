"""The page's parts on whole sets made by OpenSSL: those of the corpora, and those made on the spot."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from datetime import timedelta
from pathlib import Path

from support.asking import Answer, ask_command
from support.openssl import OpenSSL
from support.openssl_set import (
    BEE2EVP,
    BIGN,
    COMMON,
    GOST_2001,
    GOST_2012,
    KeyKind,
    OpenSSLSet,
    engine_environment,
)
from trustspace.encoding.crl import CertificateList
from trustspace.encoding.pem import decode_any

_GOOD = ("root.pem", "root.crl.pem", "int.crl.pem")


_QUESTIONS: tuple[tuple[str, str, tuple[str, ...], str | None], ...] = (
    ("cades.p7s, its document", "cades.p7s", _GOOD, "data.txt"),
    ("att.p7s", "att.p7s", _GOOD, None),
    ("plain.p7s (CMS without the CAdES attributes)", "plain.p7s", _GOOD, None),
    ("revoked.p7s, its document", "revoked.p7s", _GOOD, "data.txt"),
    ("r.tsr, its document", "r.tsr", _GOOD, "data.txt"),
    ("r.tsr, another document", "r.tsr", _GOOD, "{other}"),
    ("cades.p7s, another document", "cades.p7s", _GOOD, "{other}"),
    ("cades.p7s, no document", "cades.p7s", _GOOD, None),
    (
        "cades.p7s, OCSP response for the CRL",
        "cades.p7s",
        ("root.pem", "root.crl.pem", "ocsp.der"),
        "data.txt",
    ),
    ("cades.p7s, no revocation data", "cades.p7s", ("root.pem",), "data.txt"),
)


def _answers(folder: Path, other: str, at: str | None = None) -> list[Answer]:
    found = []
    for _, name, trust, content in _QUESTIONS:
        options = [word for each in trust for word in ("--trust", folder / each)]
        if content is not None:
            options += ["--content", folder / content.format(other=other)]
        if at is not None:
            options += ["--at", at]
        found.append(ask_command("validate", folder / name, *options))
    return found


def _says(answer: Answer) -> str:
    ((indication, sub),) = answer.verdicts
    form = answer.only["format"] if answer.only["level"] == "PLAIN" else ""
    named = f" (named {form})" if form else ""
    return f"{indication}{f' / {sub}' if sub else ''}, exit {answer.code}{named}"


def generated_page(folder: Path) -> str:
    sets = sorted(path for path in folder.iterdir() if path.is_dir())
    columns = []
    for each in sets:
        crl = CertificateList.parse(decode_any((each / "int.crl.pem").read_bytes())[0][1])
        at = (crl.this_update + timedelta(hours=2)).isoformat()
        columns.append([_says(answer) for answer in _answers(each, "q.tsq", at)])
    lines = [
        "## The generated sets of the corpora",
        "",
        "Two whole PKIs made by OpenSSL with independent national engines; asked through the command, with",
        "the root and both CAs' CRLs as `--trust`, two hours after the CRLs were issued.",
        "",
        "| Asked | " + " | ".join(f"`{each.name}`" for each in sets) + " |",
        "|---|" + "---|" * len(sets),
    ]
    lines += [
        "| " + " | ".join((question[0], *(column[row] for column in columns))) + " |"
        for row, question in enumerate(_QUESTIONS)
    ]
    lines += [
        "",
        "`plain.p7s` passes under the policy `basic`, which names it CMS; under `ades` it is",
        "`INDETERMINATE / SIG_CONSTRAINTS_FAILURE`.",
    ]
    return "\n".join(lines)


def sets_page() -> str:
    lines = [
        "## Sets made in the test run",
        "",
        "`tests/conformance/test_openssl_sets.py` makes the same objects anew with OpenSSL and Debian's GOST",
        "engine on every GOST parameter set and the usual common keys, and asks the same questions, and",
        "more: signers named by key identifier, BER, PEM, several signers of whom one is revoked, no signed",
        "attributes, no certificates inside, expired and future signers, OCSP by key and with national",
        "hashes in its CertID, RSASSA-PSS.",
        "",
    ]
    groups: dict[tuple[str, ...], list[str]] = {}
    with tempfile.TemporaryDirectory() as base:
        for engine, name, kinds in _engines():
            environment = engine_environment(engine, name, Path(base))
            for kind in kinds:
                answers = _of_kind(kind, Path(base), environment)
                groups.setdefault(tuple(answers), []).append(kind.name)
    if not groups:
        return "\n".join([*lines, "No engine of OpenSSL was at hand when this page was written."])
    names = list(groups.values())
    lines += [
        "| Asked | " + " | ".join(", ".join(group) for group in names) + " |",
        "|---|" + "---|" * len(names),
    ]
    lines += [
        "| " + " | ".join((question[0], *(column[row] for column in groups))) + " |"
        for row, question in enumerate(_QUESTIONS)
    ]
    lines += [
        "",
        "Keys of 2001 verify and are not believed without a proof of existence from before their end date.",
        "",
        "The bign columns are made with bee2evp, the engine of the standards' authors, which is not",
        f"packaged: build bcrypto/bee2evp and name libbee2evp.so in {BEE2EVP} to make them (and to",
        "run `test_bign_on_every_curve`). Each set also has a signature of ours with OpenSSL's key, which",
        "`openssl cms -verify -cades` takes.",
    ]
    return "\n".join(lines)


def _of_kind(kind: KeyKind, base: Path, environment: dict[str, str]) -> list[str]:
    folder = base / kind.name
    folder.mkdir()
    OpenSSLSet(OpenSSL("openssl", environment, folder), kind).make()
    return [_says(answer) for answer in _answers(folder, "other.txt")]


def _engines() -> list[tuple[Path, str, tuple[KeyKind, ...]]]:
    """The engines that are at hand, with the kinds of keys to make by each."""
    command = shutil.which("openssl")
    if command is None:
        return []
    said = subprocess.run([command, "version", "-e"], capture_output=True, text=True, check=True).stdout
    found = re.search(r'"(.+)"', said)
    gost = Path(found[1]) / "gost.so" if found else Path("gost.so")
    engines = [(gost, "gost", (*GOST_2012, *COMMON, GOST_2001))] if gost.exists() else []
    named = os.environ.get(BEE2EVP)
    return [*engines, (Path(named), "bee2evp", BIGN)] if named else engines
