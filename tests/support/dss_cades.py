"""The files of ``corpora/dss/cades``: what their origin's tests assert, and what we find."""

from __future__ import annotations

import time
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from trustspace.documents.content import Content
from trustspace.documents.model import Document
from trustspace.documents.open import open_document
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.pem import decode_any
from trustspace.errors import MalformedEncoding
from trustspace.trust.snapshot import Snapshot, TrustAnchor
from trustspace.validation.policy import Policy
from trustspace.validation.report import Report
from trustspace.validation.times import Times
from trustspace.validation.validator import Validator

CONTROL_TIME = datetime(2026, 7, 1, tzinfo=UTC)
"""When the files are judged, so that the answers stay the same."""
NO_SIGNATURE = frozenset({".ers", ".xml", ".zip", ".cer", ".bin", ".der"})
"""The endings of files in the folder that are no signatures: contents, policies, evidence records."""
_ASSERTED = Path(__file__).parents[1] / "conformance" / "dss_cades.toml"
_STATE = {True: "intact", False: "broken", None: "absent"}


@dataclass(frozen=True, kw_only=True)
class Case:
    """One test class of the origin on one file; see the head of ``dss_cades.toml`` for the fields."""

    file: str
    origin: str
    content: dict[str, str] | None = None
    missing: str | None = None
    trust: str | None = None
    help: str | None = None
    asserted: dict[str, Any] = field(default_factory=dict)
    ours: dict[str, Any] = field(default_factory=dict)
    differs: str | None = None

    @property
    def expected(self) -> dict[str, Any]:
        """What we are to find: what is asserted, but for the differences that are explained."""
        return {**self.asserted, **self.ours}


@cache
def cases() -> tuple[Case, ...]:
    """Every case, in the order of the table."""
    found = []
    for row in tomllib.loads(_ASSERTED.read_text())["case"]:
        given = {name: row.pop(name) for name in list(row) if name in Case.__dataclass_fields__}
        found.append(Case(**given, asserted=row))
    return tuple(found)


def signature_files(folder: Path) -> list[Path]:
    """The signatures among the files."""
    return [p for p in sorted(folder.rglob("*")) if p.is_file() and p.suffix not in NO_SIGNATURE]


def content_of(case: Case | None, folder: Path) -> Content | None:
    """The detached content that the origin's class hands in."""
    if case is None or case.content is None:
        return None
    ((kind, value),) = case.content.items()
    if kind == "text":
        return Content.of_bytes(value.encode(), "text")
    if kind == "sha256_of":
        return Content.of_digests({"SHA-256": sha256(value.encode()).digest()}, "digest")
    return Content.of_bytes((folder / value).read_bytes(), Path(value).name)


@dataclass(frozen=True)
class Outcome:
    """What we made of a file."""

    document: Document
    report: Report
    seconds: float
    """Processor time: what a busy machine does beside it must not decide."""

    @property
    def found(self) -> dict[str, Any]:
        """In the words of the table."""
        signatures = self.report.signatures
        states = [_STATE[each.signature_intact] for each in signatures]
        digests = {_STATE[each.digest_intact] for each in signatures if each.parent is None}
        first = signatures[0]
        return {
            "digest": digests.pop() if len(digests) == 1 else sorted(digests),
            "signature": states[0] if len(set(states)) == 1 else states,
            "signatures": len(signatures),
            "level": [each.level for each in signatures],
            "stamps": sum(len(each.timestamps) for each in signatures),
            "verdict": [first.indication.value, first.sub_indication.value if first.sub_indication else ""],
        }


def judge(
    path: Path,
    content: Content | None = None,
    *,
    anchors: list[Certificate] | None = None,
    others: list[Certificate] | None = None,
    at: datetime = CONTROL_TIME,
) -> Outcome:
    """Open and validate a file, under the default policy."""
    start = time.process_time()
    document = open_document(path.read_bytes(), content, path.name)
    opened = time.process_time() - start
    outcome = judge_document(document, anchors=anchors, others=others, at=at)
    return Outcome(document, outcome.report, opened + outcome.seconds)


def judge_document(
    document: Document,
    *,
    anchors: list[Certificate] | None = None,
    others: list[Certificate] | None = None,
    at: datetime = CONTROL_TIME,
) -> Outcome:
    """Validate what is open already."""
    start = time.process_time()
    snapshot = Snapshot(tuple(map(TrustAnchor, anchors or ())), None, tuple(others or ()))
    report = Validator(snapshot, None, Policy.load()).validate(document, Times.at(at))
    report.to_json()
    return Outcome(document, report, time.process_time() - start)


def judge_case(case: Case, folder: Path) -> Outcome:
    """A file as the origin's class validates it; at our control time."""
    anchors = [certificate_of(folder / case.trust)] if case.trust else []
    others = [certificate_of(folder / case.help)] if case.help else []
    return judge(folder / case.file, content_of(case, folder), anchors=anchors, others=others)


def certificate_of(path: Path) -> Certificate:
    return Certificate.parse(decode_any(path.read_bytes())[0][1])


def embedded_roots(document: Document) -> list[Certificate]:
    """The certificates in a document that nothing else in it has issued: where its chains end."""
    certificates = []
    for raw in document.certificates:
        try:
            certificates.append(Certificate.parse(raw))
        except MalformedEncoding:
            continue
    subjects = {certificate.subject.normalized for certificate in certificates}
    return [
        each
        for each in certificates
        if each.issuer.normalized == each.subject.normalized or each.issuer.normalized not in subjects
    ]


def own_time(document: Document) -> datetime:
    """A minute after the last time that the document itself states."""
    times = [signature.claimed_signing_time for signature in document.walk()]
    times += [stamp.gen_time for signature in document.walk() for stamp in signature.timestamps]
    known = [each for each in times if each is not None]
    return max(known) + timedelta(minutes=1) if known else CONTROL_TIME
