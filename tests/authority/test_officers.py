"""Nobody acts alone: an act needs several officers, and each counts once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.authority import GROUND, World
from trustspace.authority.acts import (
    Act,
    OfficerAdd,
    OfficerRemove,
    Reason,
    Revoke,
    SetQuorum,
    Suspend,
    Target,
    TargetKind,
)
from trustspace.authority.errors import ActMalformed, ActRefused, AuthorityError
from trustspace.authority.signatures import Signer

RU = Target(TargetKind.TTP, "ru")


def refusal(code: str) -> pytest.RaisesExc[ActRefused]:
    return pytest.RaisesExc(ActRefused, check=lambda error: error.code == code)


def test_nothing_is_decided_before_the_founders_have_signed(founded: World) -> None:
    payload = founded.registration(founded.key())
    with refusal("CEREMONY_NOT_SIGNED"):
        founded.office.propose(payload, founded.officers[0])
    founded.office.approve(founded.state.ceremony_act, founded.officers[0])
    with refusal("CEREMONY_NOT_SIGNED"):
        founded.office.propose(payload, founded.officers[0])
    with refusal("CEREMONY_NOT_SIGNED"):
        founded.office.publish(founded.service)
    founded.office.approve(founded.state.ceremony_act, founded.officers[2])
    founded.office.propose(payload, founded.officers[0])
    # The third founder may still put his name under the record.
    founded.office.approve(founded.state.ceremony_act, founded.officers[1])


def test_one_signature_has_no_effect(world: World) -> None:
    act = world.decide(world.registration(world.key()), officers=1)
    assert "ru" not in world.state.services
    with refusal("ACT_NOT_IN_EFFECT"):
        world.office.issue(act, world.keys.issuing, world.service)
    world.register(world.key("p-384"), "by")
    for payload in (
        Suspend(Target(TargetKind.TTP, "by"), GROUND, world.now),
        Revoke(Target(TargetKind.TTP, "by"), Reason.UNSPECIFIED, GROUND, world.now),
    ):
        world.decide(payload, officers=1)
        assert world.state.services["by"].history[-1].status.value == "granted"


def test_an_officer_counts_once_however_often_he_signs(world: World) -> None:
    act = world.decide(world.registration(world.key()), officers=1)
    records = world.state.records
    with refusal("OFFICER_SIGNED_ALREADY"):
        world.office.approve(act, world.officers[0])
    # What is refused is not written either.
    assert (world.state.records, world.replayed().records) == (records, records)
    assert "ru" not in world.state.services


def test_a_higher_quorum_needs_all_of_them() -> None:
    world = World(quorum=3)
    for officer in world.officers:
        world.office.approve(world.state.ceremony_act, officer)
    act = world.decide(world.registration(world.key()), officers=2)
    assert "ru" not in world.state.services
    world.office.approve(act, world.officers[2])
    assert "ru" in world.state.services


def test_a_stranger_and_the_service_are_no_officers(world: World) -> None:
    stranger = world.officer("Stranger")
    act = world.decide(world.registration(world.key()), officers=1)
    for signer in (stranger, world.service):
        with refusal("OFFICER_UNKNOWN"):
            world.office.approve(act, signer)
        with refusal("OFFICER_UNKNOWN"):
            world.office.propose(world.registration(world.key()), signer)


def test_an_officers_certificate_without_his_key_is_nothing(world: World) -> None:
    pretender = Signer(world.officers[1].certificate, world.key())
    act = world.decide(world.registration(world.key()), officers=1)
    with pytest.raises(AuthorityError):
        world.office.approve(act, pretender)
    assert "ru" not in world.state.services


def test_officers_come_and_go_by_acts(world: World) -> None:
    fourth = world.officer("Gleb")
    world.decide(OfficerAdd("Gleb", fourth.certificate, GROUND))
    with refusal("OFFICER_REGISTERED"):
        world.office.propose(OfficerAdd("Twin", fourth.certificate, GROUND), world.officers[0])
    act = world.decide(world.registration(world.key()), officers=1)
    world.decide(OfficerRemove(world.officers[0].certificate.sha256, GROUND))
    # The signature of who is an officer no more does not count: two others are needed.
    world.office.approve(act, world.officers[1])
    assert "ru" not in world.state.services
    with refusal("OFFICER_UNKNOWN"):
        world.office.approve(act, world.officers[0])
    world.office.approve(act, fourth)
    assert "ru" in world.state.services
    assert world.replayed().officers.keys() == world.state.officers.keys()


def test_the_quorum_stays_between_two_and_the_number_of_officers(world: World) -> None:
    for quorum, code in ((1, "QUORUM_TOO_SMALL"), (0, "QUORUM_TOO_SMALL"), (4, "OFFICERS_TOO_FEW")):
        with refusal(code):
            world.office.propose(SetQuorum(quorum, GROUND), world.officers[0])
    world.decide(SetQuorum(3, GROUND))
    assert world.state.quorum == 3
    with refusal("OFFICERS_TOO_FEW"):
        world.office.propose(OfficerRemove(world.officers[0].certificate.sha256, GROUND), world.officers[0])
    for quorum in (1, 4):
        with pytest.raises(ActRefused):
            World(quorum=quorum)


def test_an_act_is_judged_again_when_it_takes_effect(world: World) -> None:
    """Two acts may be proposed that exclude each other; the second is refused when its turn comes."""
    world.register(world.key())
    one, other = (
        world.decide(Revoke(RU, Reason.UNSPECIFIED, GROUND, world.now), officers=1) for _ in range(2)
    )
    world.office.approve(one, world.officers[1])
    with refusal("TARGET_STATUS_WRONG"):
        world.office.approve(other, world.officers[1])
    with refusal("ACT_IN_EFFECT"):
        world.office.approve(one, world.officers[2])


def test_every_officer_signs_the_same_octets(world: World) -> None:
    act = world.decide(world.registration(world.key()))
    decision = world.state.decisions[act]
    assert Act.read(decision.act.to_json()).octets == decision.act.octets
    assert decision.act.digest == act
    assert decision.signers == tuple(officer.certificate.sha256 for officer in world.officers[:2])


def test_dates_that_are_to_come_are_refused_and_so_is_a_clock_that_went_back(world: World) -> None:
    world.register(world.key())
    payload = Suspend(RU, GROUND, world.now.replace(year=world.now.year + 1))
    with refusal("ACT_DATE_AHEAD"):
        world.office.propose(payload, world.officers[0])
    world.pass_time(hours=-2)
    with refusal("CLOCK_BEHIND"):
        world.office.propose(Suspend(RU, GROUND, world.now), world.officers[0])


@pytest.mark.parametrize("text", ["", " padded ", "two\nlines", "\x1b[2J", "x" * 2000, "\ud800", "a\u202eb"])
def test_what_cannot_be_shown_is_not_written(world: World, text: str) -> None:
    world.register(world.key())
    records = world.state.records
    with pytest.raises(ActMalformed):
        world.office.propose(Suspend(RU, replace(GROUND, text=text), world.now), world.officers[0])
    assert world.state.records == records
