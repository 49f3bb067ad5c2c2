"""The whole demonstration: build, serve, send every document to every other member, play the cases, compare.

Expected outcomes come from :mod:`trustspace.demo.expected` alone. Progress is reported as events; the words
for them belong to whoever shows them.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from trustspace.demo import expected, readme
from trustspace.demo.authority import Random
from trustspace.demo.build import build_commission, build_member
from trustspace.demo.cases import Stage, make_former_ttp
from trustspace.demo.client import Client
from trustspace.demo.expected import Case, Expectation, Way
from trustspace.demo.layout import Space, write
from trustspace.demo.members import Member
from trustspace.demo.nodes import Nodes
from trustspace.demo.reader import Finding, Reader, judge_crossing
from trustspace.demo.trust import configure, distribute, publish
from trustspace.errors import TrustspaceError
from trustspace.node.outgoing import PeerUnreachable
from trustspace.validation.catalogue import render

ASKING_AT_ONCE = 4
"""Requests under way at a time: enough to keep two cores busy, few enough not to time out."""
Clock = Callable[[], datetime]


class Step(Enum):
    """What is going on; with each event come named parameters."""

    BUILDING = "building"
    BUILT = "built"
    STARTING = "starting"
    STARTED = "started"
    CROSSING = "crossing"
    CROSSED = "crossed"
    PLAYING = "playing"
    DONE = "done"
    SERVING = "serving"


Progress = Callable[[Step, Mapping[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that was tried: a crossing (``sender`` to ``reader``, some ``way``) or a ``case``."""

    expected: Expectation
    actual: Finding
    sender: str
    reader: str
    way: Way | None = None
    case: Case | None = None

    @property
    def as_expected(self) -> bool:
        """Whether both the outcome and its ground are what was written down before."""
        return (self.actual.outcome, self.actual.ground) == (self.expected.outcome, self.expected.ground)

    def to_dict(self) -> dict[str, Any]:
        """For ``results.json``."""
        row: dict[str, Any] = {"case": self.case.value} if self.case else {"way": str(self.way)}
        return {
            **row,
            "sender": self.sender,
            "reader": self.reader,
            "expected": {"outcome": self.expected.outcome.value, "ground": self.expected.ground},
            "actual": {
                "outcome": self.actual.outcome.value,
                "ground": self.actual.ground,
                "sub_indication": self.actual.sub_indication,
            },
            "as_expected": self.as_expected,
            "reason": {language: self.reason(language) for language in ("en", "ru")},
        }

    def reason(self, language: str) -> str:
        """Why, in words: the ground, and where a receipt is not believed, what is wrong with it."""
        words = [render(self.actual.ground, self.parameters, language)[0]]
        if self.actual.ground == "RECEIPT_UNTRUSTED":
            words += [render(c.code, c.parameters, language)[0] for c in self.actual.causes[1:2]]
        return " ".join(words)

    @property
    def parameters(self) -> dict[str, str | int | None]:
        """What fills the words of the ground."""
        for cause in self.actual.causes:
            if cause.code == self.actual.ground:
                return dict(cause.parameters)
        return {}


@dataclass(frozen=True, slots=True)
class Results:
    """Everything that came out."""

    members: tuple[Member, ...]
    crossings: tuple[Row, ...]
    cases: tuple[Row, ...]

    @property
    def as_expected(self) -> bool:
        """Whether everything came out as it was written down before."""
        return all(row.as_expected for row in (*self.crossings, *self.cases))

    def to_dict(self) -> dict[str, Any]:
        """``results.json``."""
        return {
            "members": [member.code for member in self.members],
            "as_expected": self.as_expected,
            "crossings": [row.to_dict() for row in self.crossings],
            "cases": [row.to_dict() for row in self.cases],
        }


def run(
    space: Space,
    members: tuple[Member, ...],
    *,
    clock: Clock,
    random: Random,
    progress: Progress,
    serve: Callable[[Results], None] | None = None,
) -> Results:
    """Run it in an empty, prepared folder; all processes are gone when this returns or raises.

    ``serve`` is called while all nodes still run, and keeps them running until it returns. Raises
    NodeNotStarted.
    """
    return _Run(space, members, clock, random, progress).run(serve)


class _Run:
    def __init__(
        self, space: Space, members: tuple[Member, ...], clock: Clock, random: Random, progress: Progress
    ) -> None:
        self.space, self.members = space, members
        self.clock, self.random, self.progress = clock, random, progress
        self.roles = expected.roles(members)

    def run(self, serve: Callable[[Results], None] | None) -> Results:
        with Nodes(self.space, self.members) as nodes:
            self.progress(Step.BUILDING, {"members": len(self.members)})
            self.build(nodes)
            self.progress(Step.BUILT, {"folder": str(self.space.root)})
            self.progress(Step.STARTING, {"nodes": len(nodes.endpoints)})
            nodes.start()
            self.progress(Step.STARTED, {"endpoints": nodes.endpoints, "processes": nodes.processes})
            client = Client(self.random)
            try:
                crossings = self.cross(nodes, client)
                cases = self.play(nodes, client)
            finally:
                client.close()
            results = Results(self.members, crossings, cases)
            write(self.space.results, json.dumps(results.to_dict(), ensure_ascii=False, indent=2) + "\n")
            write(self.space.root / "README.md", readme.text(self.members, self.roles))
            self.progress(Step.DONE, {})
            if serve is not None:
                if Case.UNREACHABLE_TTP in {row.case for row in cases} and self.roles is not None:
                    nodes.restart(self.roles.sender.code)
                self.progress(Step.SERVING, {"endpoints": nodes.endpoints})
                serve(results)
            return results

    def build(self, nodes: Nodes) -> None:
        """All files that exist before the first request."""
        now = self.clock().replace(microsecond=0)
        commission = build_commission(self.space, now, self.random)
        stand_ins = [self.in_a_process_of_its_own(who) for who in self.members if who.stand_in]
        for who in self.members:
            if not who.stand_in:
                build_member(self.space.root, who.code, now)
        for process in stand_ins:
            if process.wait() != 0:
                raise TrustspaceError("INTERNAL_ERROR", detail="member_process", incident="demo")
        former = {}
        if self.roles is not None:
            make_former_ttp(self.space, commission, self.roles)
            stolen = self.space.case(Case.REVOKED_TTP) / "stolen.cer"
            former[self.roles.sender.code] = stolen.read_bytes()
        publish(
            self.space,
            commission,
            self.members,
            nodes.endpoints,
            former=former,
            now=now,
            random=self.random,
        )
        distribute(self.space, self.members)
        for who in self.members:
            if who.ttp:
                configure(self.space, who, nodes.address(who.code))

    def in_a_process_of_its_own(self, who: Member) -> subprocess.Popen[bytes]:
        words = [sys.executable, "-m", "trustspace.demo.member_process", str(self.space.root), who.code]
        return subprocess.Popen(words, stdin=subprocess.DEVNULL)

    def cross(self, nodes: Nodes, client: Client) -> tuple[Row, ...]:
        """Every document to every other member, in both ways."""
        with ThreadPoolExecutor(ASKING_AT_ONCE) as pool:
            list(pool.map(lambda who: self.outgoing(who, nodes, client), self.members))
            pairs = [(a, b) for a in self.members for b in self.members if a is not b]
            self.progress(Step.CROSSING, {"pairs": len(pairs)})
            list(pool.map(lambda pair: self.send(*pair, nodes=nodes, client=client), pairs))
        readers = {who.code: Reader(self.space, who, self.clock()) for who in self.members}
        rows = []
        for sender, reader in pairs:
            for way in Way:
                found = judge_crossing(self.space, sender, readers[reader.code], way)
                expectation = expected.crossing(sender, reader, way)
                rows.append(Row(expectation, found, sender.code, reader.code, way=way))
        self.progress(Step.CROSSED, {"crossings": len(rows)})
        return tuple(rows)

    def outgoing(self, who: Member, nodes: Nodes, client: Client) -> None:
        """The receipt that travels: the member's own TTP is asked before the document leaves."""
        if who.ttp:
            folder = self.space.member(who.code)
            client.ask(nodes.endpoints[who.code], folder.document, folder.receipt, now=self.clock())

    def send(self, sender: Member, reader: Member, *, nodes: Nodes, client: Client) -> None:
        """The document and what travels with it arrive; the reader asks a TTP."""
        crossing = self.space.crossing(sender.code, reader.code)
        crossing.root.mkdir(parents=True, exist_ok=True)
        folder = self.space.member(sender.code)
        shutil.copyfile(folder.document, crossing.document)
        if sender.ttp and folder.receipt.exists():
            shutil.copyfile(folder.receipt, crossing.travelling)
        # A reader in a member without a TTP asks the sender's, and checks its answer by the register.
        asked = reader if reader.ttp else sender
        if asked.ttp:
            try:
                endpoint = nodes.endpoints[asked.code]
                client.ask(endpoint, crossing.document, crossing.receipt, now=self.clock())
            except PeerUnreachable as error:
                write(crossing.root / "error.txt", f"{error}\n")

    def play(self, nodes: Nodes, client: Client) -> tuple[Row, ...]:
        """The cases, the ones that stop a node last."""
        roles = self.roles
        if roles is None:
            return ()
        rows = []
        for case, expectation in expected.cases(self.members).items():
            self.progress(Step.PLAYING, {"case": case})
            reader = Reader(self.space, roles.reader, self.clock())
            stage = Stage(self.space, roles, nodes, client, reader, self.clock(), self.random)
            found = stage.play(case)
            sender = roles.stand_in if case is Case.UNKNOWN_ALGORITHM else roles.sender
            assert sender is not None
            rows.append(Row(expectation, found, sender.code, roles.reader.code, case=case))
        return tuple(rows)


def utc_now() -> datetime:
    """The edge's clock."""
    return datetime.now(UTC)
