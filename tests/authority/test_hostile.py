"""A journal is read like any other foreign file: whatever stands in it, the answer is one of our errors."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from support.authority import GROUND, World
from trustspace.authority.acts import (
    Act,
    ActKind,
    OfficerAdd,
    OfficerRemove,
    OwnService,
    Reason,
    RegisterAuthority,
    Resume,
    Revoke,
    SetQuorum,
    Suspend,
    Target,
    TargetKind,
)
from trustspace.authority.errors import JournalBroken
from trustspace.authority.journal import Record, read_records
from trustspace.authority.signatures import Signer
from trustspace.authority.state import State
from trustspace.errors import TrustspaceError

RU = Target(TargetKind.TTP, "ru")
JUNK: tuple[Any, ...] = (None, True, -1, 10**30, 1.5, "", "x", "ab" * 32, "\x00", "я" * 2000, [], [{}], {})


def everything(world: World) -> World:
    """Acts of every kind."""
    own = world.state.ceremony.certificates
    world.register(world.key(), tsa=world.key())
    world.decide(world.further(world.key()))
    world.decide(RegisterAuthority("kg", "CA", own.root, GROUND))
    world.decide(Suspend(RU, GROUND, world.now))
    world.decide(Resume(RU, GROUND))
    world.decide(Revoke(RU, Reason.UNSPECIFIED, GROUND, world.now, world.now))
    fourth = world.officer("Gleb").certificate
    world.decide(OfficerAdd("Gleb", fourth, GROUND))
    world.decide(OfficerRemove(fourth.sha256, GROUND))
    world.renew(OwnService.OCSP)
    world.decide(SetQuorum(3, GROUND))
    world.crls()
    world.office.publish(world.service)
    return world


def changes(value: Any) -> Iterator[Any]:
    """The value with one part of it replaced, taken out, or one more put in."""
    if isinstance(value, dict):
        for name in value:
            for inner in changes(value[name]):
                yield {**value, name: inner}
            yield {other: value[other] for other in value if other != name}
        yield {**value, "more": 1}
    elif isinstance(value, list):
        for index, item in enumerate(value):
            for inner in changes(item):
                yield [*value[:index], inner, *value[index + 1 :]]
        yield [*value, *value]
        yield []
    yield from JUNK


def test_whatever_an_insider_seals_is_answered_with_an_error_of_ours(world: World) -> None:
    everything(world)
    signers = {officer.certificate.sha256: officer for officer in world.officers}
    signers[world.service.certificate.sha256] = world.service
    state, tried = State(), 0
    for record in read_records(bytes(world.lines)):
        signer: Signer = signers[record.seal.certificate]
        for index, body in enumerate(changes(dict(record.body))):
            if not isinstance(body, dict) or (record.number > 8 and index % 5):
                continue
            try:
                made = Record.make(
                    number=record.number,
                    previous=record.previous,
                    recorded=record.recorded,
                    kind=record.kind,
                    body=body,
                    signer=signer,
                    entropy=bytes(32),
                )
            except JournalBroken:
                continue
            if made.line == record.line:
                continue
            tried += 1
            try:
                state.copy().replay_one(made)
            except JournalBroken as error:
                assert error.parameters["number"] == record.number
        state.replay_one(record)
    assert tried > 1000
    assert state.head == world.state.head


def test_whatever_an_act_holds_it_is_read_or_refused(world: World) -> None:
    everything(world)
    kinds = set()
    for decision in world.state.decisions.values():
        kinds.add(decision.act.kind)
        whole = json.loads(decision.act.octets)
        for index, value in enumerate(changes(copy.deepcopy(whole))):
            if index % 3 or not isinstance(value, dict):
                continue
            try:
                read = Act.read(value)
            except TrustspaceError:
                continue
            assert json.loads(read.octets) == value
    assert len(kinds) == len(ActKind)
