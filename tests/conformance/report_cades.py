"""The page's part on the CAdES corpus of DSS: a table, the differences, and OpenSSL's answers."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from support.dss_cades import (
    NO_SIGNATURE,
    Case,
    Outcome,
    cases,
    embedded_roots,
    judge,
    judge_case,
    own_time,
    signature_files,
)
from trustspace.validation.report import SignatureReport


def cades_page(folder: Path) -> str:
    outcomes = [(case, judge_case(case, folder)) for case in cases() if (folder / case.file).exists()]
    files = signature_files(folder)
    others = sum(p.is_file() and p.suffix in NO_SIGNATURE for p in folder.rglob("*"))
    agree = [case for case, _ in outcomes if not case.ours]
    crypto = [case for case in cases() if {"digest", "signature"} & set(case.ours)]
    lines = [
        "## CAdES files of DSS (esig/dss 6.4, dss-cades)",
        "",
        f"{len(files)} signatures and {others} other files (contents, evidence records, a policy). Each",
        "signature opens, none crashes, none takes two seconds; each other file is refused as no signature.",
        "",
        f"The origin's test classes make {len(outcomes)} statements about these signatures (a file may be",
        f"handed to several classes, with or without its content). {len(agree)} agree in full;",
        f"{len(outcomes) - len(agree)} differ somewhere, {len(crypto)} of them in a digest or a value. Each",
        "difference is explained below the table.",
        "",
        "*Roots trusted*: the same file with the tops of its own chains as trust anchors, a minute after the",
        "last time that it states itself. There `TRY_LATER` means that it has no fitting revocation data.",
        "",
        "| File | Content | Found: level, digest, value | Verdict, nobody trusted | Roots trusted |"
        " The origin asserts | Agrees |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [_case_row(case, outcome, folder) for case, outcome in outcomes]
    lines += ["", "### Differences", ""]
    for case, _ in outcomes:
        if case.differs:
            what = ", ".join(sorted(case.ours))
            lines.append(f"- `{case.file}` ({case.origin}; {what}). {case.differs}")
    lines += ["", *_UNSHOWN, "", *_openssl(folder, files)]
    return "\n".join(lines)


_UNSHOWN = (
    "Where the origin has no content it also says that the signature is not intact. We report the two checks",
    "apart: the value over the signed attributes can be right while the data are not at hand; the verdict is",
    "`SIGNED_DATA_NOT_FOUND` on both sides.",
)


def _case_row(case: Case, outcome: Outcome, folder: Path) -> str:
    report = outcome.report
    roots = embedded_roots(outcome.document)
    content = None if outcome.document.content is None else outcome.document.content
    detached = content if outcome.document.detached else None
    trusted = judge(folder / case.file, detached, anchors=roots, at=own_time(outcome.document)).report
    return (
        "| "
        + " | ".join(
            (
                f"`{case.file}`",
                _content_words(case, outcome),
                _lines(
                    f"{s.level}: {_word(s.digest_intact)}, {_word(s.signature_intact)}"
                    for s in report.signatures
                ),
                _lines(_verdict(s) for s in report.signatures),
                _lines(_verdict(s) for s in trusted.signatures) if roots else "no certificate inside",
                f"{case.origin}: {_asserted(case)}",
                "yes" if not case.ours else "differs",
            )
        )
        + " |"
    )


def _content_words(case: Case, outcome: Outcome) -> str:
    if case.content:
        ((kind, value),) = case.content.items()
        return f"`{value}`" if kind == "file" else f"“{value}”" if kind == "text" else f"SHA-256 of “{value}”"
    if not outcome.document.detached:
        return "inside"
    return f"not at hand (`{case.missing}`)" if case.missing else "none"


def _asserted(case: Case) -> str:
    words = []
    for name, value in case.asserted.items():
        shown = value if not isinstance(value, list) else ", ".join(str(each) for each in value if each)
        label = {"signature": "value", "stamps": "time-stamps"}.get(name, name)
        words.append(f"{label} {shown}")
    return "; ".join(words)


def _word(state: bool | None) -> str:
    return {True: "intact", False: "broken", None: "unknown"}[state]


def _verdict(signature: SignatureReport) -> str:
    if signature.sub_indication is None:
        return signature.indication.value
    return f"{signature.indication.value} / {signature.sub_indication.value}"


def _lines(items: Iterator[str]) -> str:
    """Several signatures in one cell; the same answer for all is said once."""
    listed = list(items)
    if len(listed) > 1 and len(set(listed)) == 1:
        return f"{len(listed)} × {listed[0]}"
    return "<br>".join(listed)


def _openssl(folder: Path, files: list[Path]) -> list[str]:
    command = shutil.which("openssl")
    if command is None:
        return ["OpenSSL was not at hand when this page was written."]
    version = subprocess.run([command, "version"], capture_output=True, text=True, check=True).stdout.split()[
        1
    ]
    return [
        "### Against OpenSSL",
        "",
        f"`openssl cms -verify -noverify` (OpenSSL {version}) was asked about the {len(files)} signatures",
        "too (`test_openssl_finds_the_same_values_and_digests_intact`). Where it can answer, it finds the",
        "same digests and values intact and broken, but for eleven files:",
        "",
        "- Six of `dss-1419` name another digest in signatureAlgorithm than they were signed with. OpenSSL",
        "  takes the digest of digestAlgorithm and does not look; the origin and we say that the value is",
        "  not of the named scheme (RFC 5652 §5.3).",
        "- `dss-1419/…SHA3_256withRSAandMGF1` signs with RSASSA-PSS under another digest than the content's.",
        "  OpenSSL wants one for both; the origin and we verify it.",
        "- The two `cades-broken-sig-tst…` hold a DigestInfo without the NULL of RFC 8017 B.1. OpenSSL",
        "  refuses them; RFC 4055 §2.1 has absent parameters accepted, and the origin and we do.",
        "- The two of `dss-667` have signed attributes out of DER's order and a value over their DER, as",
        "  RFC 5652 §5.4 wants it. OpenSSL takes them only as they stand; the origin and we verify them.",
    ]
