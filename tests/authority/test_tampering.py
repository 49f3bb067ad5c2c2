"""Whatever is done to the journal, replaying it names the first broken record."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from support.authority import GROUND, World
from trustspace.authority.acts import Act, Reason, Revoke, Suspend, Target, TargetKind
from trustspace.authority.checking import verify_journal
from trustspace.authority.errors import JournalBroken
from trustspace.authority.issuance import issue_to_ttp
from trustspace.authority.journal import Record, RecordKind, read_records
from trustspace.authority.products import register
from trustspace.authority.reading import b64, time_text
from trustspace.authority.signatures import Signer
from trustspace.authority.values import IssuerName
from trustspace.pki.issuing import Issuer, issue_crl
from trustspace.trust.snapshot import canonical_json
from trustspace.validation.catalogue import known

RU = Target(TargetKind.TTP, "ru")


@pytest.fixture
def lived(world: World) -> World:
    """A journal with a record of every kind."""
    world.register(world.key())
    world.decide(Suspend(RU, GROUND, world.now))
    world.office.crl(IssuerName.ISSUING, world.keys.issuing, world.service)
    world.office.publish(world.service)
    world.pass_time()
    return world


def records(world: World) -> list[Record]:
    return list(read_records(bytes(world.lines)))


def joined(lines: list[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def broken(data: bytes, **known_of_it: Any) -> tuple[str, int]:
    with pytest.raises(JournalBroken) as found:
        verify_journal(data, **known_of_it)
    assert known(found.value.code)
    number = found.value.parameters["number"]
    assert isinstance(number, int)
    return found.value.code, number


def test_an_untouched_journal_holds(lived: World) -> None:
    state = verify_journal(
        bytes(lived.lines),
        ceremony=lived.state.ceremony_act,
        head=(lived.state.records, lived.state.head),
        published=lived.state.records,
    )
    assert state.head == lived.state.head
    assert {record.kind for record in records(lived)} == set(RecordKind)


def test_every_octet_counts_and_the_record_that_holds_it_is_named(lived: World) -> None:
    data = bytes(lived.lines)
    for at in range(0, len(data), 101):
        changed = bytearray(data)
        changed[at] ^= 1
        number = data[:at].count(b"\n") + 1
        _, found = broken(bytes(changed))
        assert found == number, at


def _chained(lines: list[bytes], start: int) -> list[bytes]:
    """Make the chain fit again from a record on, as whoever has no keys could."""
    done = lines[:start]
    for line in lines[start:]:
        value = json.loads(line)
        value["number"] = len(done) + 1
        if done:
            value["previous"] = Record.parse(done[-1], len(done)).digest
        done.append(canonical_json(value))
    return done


@pytest.mark.parametrize("index", [1, 4, 6, -1])
def test_a_record_that_is_taken_out_is_missed(lived: World, index: int) -> None:
    lines = [record.line for record in records(lived)]
    index %= len(lines)
    del lines[index]
    if index < len(lines):
        assert broken(joined(lines)) == ("JOURNAL_NUMBER_WRONG", index + 1)
        # Numbered and chained anew: the seals are over number and place.
        assert broken(joined(_chained(lines, index))) == ("JOURNAL_SEAL_INVALID", index + 1)
    else:  # the last: nothing in the journal tells, but the register that was published does
        cut = {"published": lived.state.records}
        assert broken(joined(lines), **cut) == ("JOURNAL_CUT_SHORT", lived.state.records)
        head = {"head": (lived.state.records, lived.state.head)}
        assert broken(joined(lines), **head) == ("JOURNAL_CUT_SHORT", lived.state.records)


def test_records_cannot_change_places_nor_be_repeated(lived: World) -> None:
    lines = [record.line for record in records(lived)]
    swapped = [*lines[:3], lines[4], lines[3], *lines[5:]]
    assert broken(joined(swapped)) == ("JOURNAL_NUMBER_WRONG", 4)
    repeated = [*lines, lines[-1]]
    assert broken(joined(repeated)) == ("JOURNAL_NUMBER_WRONG", len(lines) + 1)
    assert broken(joined(_chained(repeated, len(lines)))) == ("JOURNAL_SEAL_INVALID", len(lines) + 1)


def _edit(line: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    value = json.loads(line)
    change(value)
    return canonical_json(value)


def test_a_changed_time_breaks_the_seal_and_a_changed_predecessor_the_chain(lived: World) -> None:
    lines = [record.line for record in records(lived)]
    later = time_text(lived.now)
    lines[5] = _edit(lines[5], lambda value: value.update(recorded=later))
    assert broken(joined(lines)) == ("JOURNAL_SEAL_INVALID", 6)
    lines = [record.line for record in records(lived)]
    lines[5] = _edit(lines[5], lambda value: value.update(previous="0" * 64))
    assert broken(joined(lines)) == ("JOURNAL_CHAIN_BROKEN", 6)


def test_what_is_torn_empty_or_no_record_is_named(lived: World) -> None:
    data = bytes(lived.lines)
    assert broken(data[:-10]) == ("JOURNAL_RECORD_TORN", lived.state.records)
    assert broken(b"") == ("JOURNAL_EMPTY", 1)
    last = lived.state.records + 1
    for junk in (b"{}", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"format":1e999}', b""):
        assert broken(data + junk + b"\n") == ("JOURNAL_RECORD_MALFORMED", last)
    spaced = json.dumps(json.loads(data.split(b"\n")[2])).encode()
    lines = data.split(b"\n")
    lines[2] = spaced
    assert broken(b"\n".join(lines)) == ("JOURNAL_RECORD_MALFORMED", 3)


def test_another_authoritys_journal_is_not_taken_for_ours(lived: World) -> None:
    other = World("p-384").establish()
    code = broken(bytes(other.lines), ceremony=lived.state.ceremony_act)
    assert code == ("JOURNAL_BEGINNING_FOREIGN", 1)
    # Its records do not continue ours, and its ceremony cannot come second.
    mixed = bytes(lived.lines) + bytes(other.lines)
    assert broken(mixed)[1] == lived.state.records + 1


def _next(world: World, kind: RecordKind, body: dict[str, Any], signer: Signer) -> bytes:
    """One more record by who holds a key, past every check of the office."""
    return Record.make(
        number=world.state.records + 1,
        previous=world.state.head,
        recorded=world.now,
        kind=kind,
        body=body,
        signer=signer,
        entropy=world.random(32),
    ).line


def _after(world: World, kind: RecordKind, body: dict[str, Any], signer: Signer) -> str:
    code, number = broken(bytes(world.lines) + _next(world, kind, body, signer) + b"\n")
    assert number == world.state.records + 1
    return code


def _proposal(world: World, officer: Signer, **changes: Any) -> tuple[Act, dict[str, Any]]:
    values = {"space": world.state.space, "after": world.state.head, **changes}
    payload = Revoke(RU, Reason.UNSPECIFIED, GROUND, world.now)
    act = Act(values["space"], "ab" * 16, values["after"], world.now, payload)
    signature = officer.sign(act.octets, world.random(32))
    return act, {"act": act.to_json(), "signature": signature.to_json()}


def test_who_holds_one_key_cannot_write_what_needs_another(lived: World) -> None:
    anna, boris, _ = lived.officers
    _, body = _proposal(lived, anna)
    assert _after(lived, RecordKind.PROPOSAL, body, lived.service) == "JOURNAL_SEAL_FOREIGN"
    assert _after(lived, RecordKind.PROPOSAL, body, lived.officer("X")) == "JOURNAL_SEAL_FOREIGN"
    # Boris seals a record with Anna's signature inside: she did not write it.
    assert _after(lived, RecordKind.PROPOSAL, body, boris) == "JOURNAL_SIGNATURE_INVALID"
    crl = {"issuer": "issuing", "crl": b64(lived.state.crls[IssuerName.ISSUING].raw)}
    assert _after(lived, RecordKind.CRL, crl, anna) == "JOURNAL_SEAL_FOREIGN"


def test_a_signature_over_another_act_is_none(lived: World) -> None:
    anna = lived.officers[0]
    _, body = _proposal(lived, anna)
    changed = json.loads(json.dumps(body))
    changed["act"]["reason"] = "keyCompromise"
    assert _after(lived, RecordKind.PROPOSAL, changed, anna) == "JOURNAL_SIGNATURE_INVALID"


def test_an_act_cannot_be_moved_to_another_place_or_space(lived: World) -> None:
    anna = lived.officers[0]
    for changes in ({"after": "0" * 64}, {"space": "Another space"}):
        _, body = _proposal(lived, anna, **changes)
        assert _after(lived, RecordKind.PROPOSAL, body, anna) == "JOURNAL_ACT_REFUSED"
    ceremony = json.loads(records(lived)[0].line)["body"]
    assert _after(lived, RecordKind.CEREMONY, ceremony, lived.service) == "JOURNAL_MISPLACED"


def test_an_approval_twice_or_of_nothing_is_named(lived: World) -> None:
    anna = lived.officers[0]
    act = lived.decide(Revoke(RU, Reason.UNSPECIFIED, GROUND, lived.now), officers=1)
    octets = lived.state.decisions[act].act.octets
    body = {"act": act, "signature": anna.sign(octets, lived.random(32)).to_json()}
    assert _after(lived, RecordKind.APPROVAL, body, anna) == "JOURNAL_ACT_REFUSED"
    nothing = {**body, "act": "0" * 64}
    assert _after(lived, RecordKind.APPROVAL, nothing, anna) == "JOURNAL_ACT_REFUSED"


def test_the_cas_key_alone_cannot_bring_in_a_certificate(lived: World) -> None:
    """Whoever holds the online keys may sign; the journal shows that nobody decided it."""
    act = lived.decide(lived.registration(lived.key(), "by"), officers=1)
    requested = lived.registration(lived.key(), "by").requests[0]
    certificate = issue_to_ttp(
        requested,
        "by",
        lived.state.ceremony,
        lived.keys.issuing,
        moment=lived.now,
        random=lived.random(48),
    )
    body = {"act": act, "index": 0, "certificate": b64(certificate.raw)}
    # One signature only.
    assert _after(lived, RecordKind.CERTIFICATE, body, lived.service) == "JOURNAL_ACT_REFUSED"
    lived.office.approve(act, lived.officers[1])
    # Decided, but for another key.
    assert _after(lived, RecordKind.CERTIFICATE, body, lived.service) == "JOURNAL_CERTIFICATE_WRONG"


def test_a_crl_and_a_register_must_say_what_was_decided(lived: World) -> None:
    issuing = Issuer.of(lived.state.ceremony.certificates.issuing, lived.keys.issuing)
    until = lived.now + timedelta(days=7)
    for key, number in ((lived.keys.issuing, 2), (lived.keys.root, 2), (lived.keys.issuing, 9)):
        crl = issue_crl(
            Issuer(key=key, name=issuing.name, key_identifier=issuing.key_identifier),
            [],  # the suspended TTP is left out
            number=number,
            this_update=lived.now,
            next_update=until,
            entropy=lived.random(32),
        )
        body = {"issuer": "issuing", "crl": b64(crl.raw)}
        assert _after(lived, RecordKind.CRL, body, lived.service) == "JOURNAL_CRL_WRONG"
    sequence = lived.state.records + 1
    true = register(lived.state, sequence=sequence, issued=lived.now, next_update=until).sha256
    for changes in ({"register": "0" * 64}, {"sequence": 1}, {"next_update": time_text(lived.now)}):
        body = {
            "sequence": sequence,
            "issued": time_text(lived.now),
            "next_update": time_text(until),
            "register": true,
            **changes,
        }
        assert _after(lived, RecordKind.PUBLICATION, body, lived.service) == "JOURNAL_PUBLICATION_WRONG"


def test_a_past_that_was_rewritten_with_all_keys_is_seen_by_who_noted_it(lived: World) -> None:
    noted = (3, records(lived)[2].digest)
    again = World("p-256", now=lived.now).establish()
    again.register(again.key())
    assert broken(bytes(again.lines), head=noted) == ("JOURNAL_REWRITTEN", 3)
