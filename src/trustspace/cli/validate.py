"""``trustspace validate``: the signatures of a file, judged offline under what the reader trusts."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from trustspace.cli import text_report
from trustspace.cli.console import Console, save
from trustspace.cli.errors import CommandError
from trustspace.cli.exit_codes import INDICATION_EXITS, ExitCode
from trustspace.cli.files import content_of_digests, content_of_file, parse_time, read_file
from trustspace.cli.plain_text import json_text
from trustspace.cli.trust_state import load_trust
from trustspace.validation.causes import Cause
from trustspace.validation.judge import judge
from trustspace.validation.policy import Policy
from trustspace.validation.report import render_causes
from trustspace.validation.times import Times

if TYPE_CHECKING:
    from trustspace.documents.content import Content
    from trustspace.documents.model import Document
    from trustspace.trust.snapshot import Snapshot
    from trustspace.validation.facts import Facts
    from trustspace.validation.report import Report

_DETACHED_SUFFIXES = (".p7s", ".sig", ".sgn", ".p7m", ".p7b", ".cms")
_SIGNATURE_LIMIT = 1 << 30


@dataclass(frozen=True, slots=True)
class _Opened:
    document: Document
    note: str | None


@dataclass(frozen=True, slots=True)
class _Judged:
    """All that an answer is made of."""

    report: Report
    facts: Facts
    snapshot: Snapshot
    notes: list[str]
    name: str
    unused: tuple[Cause, ...] = ()


def run(options: argparse.Namespace, console: Console) -> int:
    """Validate and report; the exit code is the worst signature's.

    Raises ``CommandError`` and other InputErrors for what cannot be used or decoded at all.
    """
    _refuse_unavailable(options, console)
    policy = load_policy(options.policy)
    if options.replay:
        return _replay(options, console, policy)
    if options.file is None:
        raise CommandError("FILE_NEEDED", command="validate")
    from trustspace.validation.gather import Gatherer  # noqa: PLC0415 - a replay has no use for it

    moment = parse_time(options.at) if options.at else datetime.now(UTC)
    opened = _open(options, console)
    trust = load_trust(options.trust, moment, console)
    facts = Gatherer(trust.snapshot, trust.evidence).document(opened.document)
    times = Times.at(moment)
    report = judge(facts, trust.snapshot, times, policy)
    if options.facts_out:
        from trustspace.cli.stored_facts import write_facts  # noqa: PLC0415

        save(options.facts_out, write_facts(facts, trust.snapshot, times), option="--facts-out")
    notes = [note for note in (opened.note, *trust.notes) if note]
    if not options.trust:
        notes.append(
            console.say(
                "No --trust was given, so nobody is trusted: name certificates of authorities you trust.",
                "Ключ --trust не указан, поэтому не доверяем никому: укажите сертификаты доверенных центров.",
            )
        )
    judged = _Judged(report, facts, trust.snapshot, notes, options.file, trust.unused)
    return _answer(judged, options, console)


def load_policy(name: str) -> Policy:
    """A shipped policy by its name, or one from a TOML file (a path, or a name that ends in ``.toml``).

    Raises PolicyUnknown, PolicyUnusable, and ``CommandError`` for a file that cannot be read.
    """
    if "/" in name or name.endswith(".toml") or Path(name).is_file():
        return Policy.parse(read_file(name, limit=1 << 20), Path(name).stem)
    return Policy.load(name)


def _refuse_unavailable(options: argparse.Namespace, console: Console) -> None:
    form = options.report
    if options.json and form not in (None, "json"):
        raise CommandError("OPTIONS_CONTRADICT", one="--json", other=f"--report {form}")
    if form in ("etsi", "html", "pdf"):
        raise CommandError(
            "NOT_YET",
            what=f"--report {form}",
            instead=console.say("What exists: --report text or json.", "Есть: --report text или json."),
        )
    if options.online:
        raise CommandError(
            "NOT_YET",
            what="--online",
            instead=console.say(
                "Give CRLs and OCSP responses as files with --trust, or ask a node: trustspace receipt"
                " request.",
                "Укажите списки отзыва и ответы OCSP файлами через --trust или спросите узел: trustspace"
                " receipt request.",
            ),
        )


def _open(options: argparse.Namespace, console: Console) -> _Opened:
    from trustspace.cli.signatures import open_signature  # noqa: PLC0415 - a replay has no use for it

    if options.content and options.digest:
        raise CommandError("CONTENT_AND_DIGEST")
    content: Content | None = None
    if options.content:
        content = content_of_file(options.content)
    elif options.digest:
        content = content_of_digests(options.digest)
    data = read_file(options.file, limit=_SIGNATURE_LIMIT)
    document = open_signature(data, options.file, content, content_path=options.content)
    if content is not None or not document.detached:
        return _Opened(document, None)
    neighbour = _neighbour(options.file)
    if neighbour is None:
        return _Opened(document, None)
    note = console.say(
        f"The signature is detached; its document was taken from beside it: {neighbour}.",
        f"Подпись отделённая; документ взят рядом с ней: {neighbour}.",
    )
    content = content_of_file(neighbour)
    return _Opened(open_signature(data, options.file, content, content_path=neighbour), note)


def _neighbour(path: str) -> str | None:
    """The document that a detached signature's name points at, when it lies there."""
    file = Path(path)
    if file.suffix.lower() not in _DETACHED_SUFFIXES:
        return None
    candidate = file.with_suffix("")
    return str(candidate) if candidate.is_file() else None


def _replay(options: argparse.Namespace, console: Console, policy: Policy) -> int:
    from trustspace.cli.stored_facts import read_facts  # noqa: PLC0415

    if options.file or options.content or options.digest or options.facts_out:
        raise CommandError("REPLAY_WITH_INPUT")
    stored = read_facts(read_file(options.replay, limit=_SIGNATURE_LIMIT), options.replay)
    times = Times.at(parse_time(options.at)) if options.at else stored.times
    snapshot, notes, unused = stored.snapshot, list[str](), tuple[Cause, ...]()
    if options.trust:
        trust = load_trust(options.trust, times.control_time, console)
        snapshot, notes, unused = trust.snapshot, list(trust.notes), trust.unused
    report = judge(stored.facts, snapshot, times, policy)
    document = stored.facts.document
    name = (document.name if document else None) or options.replay
    return _answer(_Judged(report, stored.facts, snapshot, notes, name, unused), options, console)


def _answer(judged: _Judged, options: argparse.Namespace, console: Console) -> int:
    language = console.language
    report = judged.report
    as_data = report.to_dict(language.value)
    if options.json or options.report == "json":
        as_data["notes"] = render_causes(judged.unused, language.value)
        text = json_text(as_data)
        for note in judged.notes:
            console.remark(note)
    else:
        text = text_report.render(
            as_data,
            judged.facts.certificates,
            language,
            file=judged.name,
            anchors=judged.snapshot.by_certificate,
            notes=judged.notes,
        )
    console.print_or_save(text, options.out)
    return INDICATION_EXITS.get(report.indication.value, ExitCode.UNDETERMINED)
