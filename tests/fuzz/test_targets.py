"""The fuzzers' targets for some moments each: any octets are answered soon, by an error of ours or none."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.fuzz_loop import check, loop, mutator_of
from support.fuzz_targets import TARGETS
from support.tlv_mutation import parse

SLOW = {
    "ber",
    "validation",
    "facts",
    "receipt",
    "command",
    "trust-files",
    "stored-facts",
    "policy",
    "private-key",
    "receipt-command",
    "signing-key",
}


@pytest.mark.parametrize("name", TARGETS)
def test_the_seeds_are_answered(name: str) -> None:
    target = TARGETS[name]
    for data in target.seeds():
        check(target, data)


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_changed_by_their_structure_are_answered(name: str) -> None:
    count = 60 if name in SLOW else 400
    assert loop(TARGETS[name], seed=20260601, count=count) == count


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_fresh_changes_are_answered(name: str, number: int) -> None:
    target = TARGETS[name]
    choice = random.Random(number)
    mutate = mutator_of(target, target.seeds())
    data = choice.choice(target.seeds())
    for _ in range(choice.randint(1, 4)):
        data = mutate(data, choice)
    check(target, data)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(TARGETS)), st.binary(max_size=120), st.sampled_from([b"", b"\x30", b"{", b"M"]))
def test_any_octets_are_answered(name: str, octets: bytes, start: bytes) -> None:
    check(TARGETS[name], start + octets)


def test_the_mutator_takes_apart_what_it_can_write_again() -> None:
    for name in ("certificate", "crl", "ocsp", "cms", "receipt"):
        for data in TARGETS[name].seeds():
            trees = parse(data)
            assert trees is not None
            assert b"".join(tree.write() for tree in trees) == data


@pytest.mark.parametrize("name", ["dvcs", "node", "receipt", "tsp", "validation", "command"])
def test_every_number_and_identifier_may_be_monstrous(name: str) -> None:
    """One INTEGER, ENUMERATED or OID after the other gets a value that no program foresees."""
    target = TARGETS[name]
    choice = random.Random(name)
    for data in target.seeds()[:4]:
        trees = parse(data) or []
        nodes = [n for tree in trees for n in tree.walk() if n.tag in (b"\x02", b"\x0a", b"\x06")]
        for node in choice.sample(nodes, min(len(nodes), 8 if name in SLOW else 25)):
            kept = node.content
            for value in (b"\x7f" * 1024, b"\x7f" * 2000, b"\x80" + bytes(40), b"\x81" * 2000 + b"\x01", b""):
                node.content = value
                check(target, b"".join(tree.write() for tree in trees))
            node.content = kept


TIMES = (
    b"99991231235959Z",
    b"00010101000000Z",
    b"00000101000000Z",
    b"99991231235959-2359",
    b"20161231235960Z",
    b"",
)


@pytest.mark.parametrize(
    "name", ["certificate", "crl", "ocsp", "tsp", "dvcs", "receipt", "validation", "command"]
)
def test_every_time_may_be_the_first_or_the_last(name: str) -> None:
    """One time after the other at the ends of the calendar, where hours more or less overflow."""
    target = TARGETS[name]
    choice = random.Random(name)
    for data in target.seeds()[:6]:
        trees = parse(data) or []
        nodes = [n for tree in trees for n in tree.walk() if n.tag in (b"\x17", b"\x18")]
        for node in choice.sample(nodes, min(len(nodes), 4 if name in SLOW else 12)):
            kept, tag = node.content, node.tag
            node.tag = b"\x18"
            for value in TIMES:
                node.content = value
                check(target, b"".join(tree.write() for tree in trees))
            node.content, node.tag = kept, tag


@pytest.mark.parametrize(
    "value", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-06-01T12:00:00"]
)
@pytest.mark.parametrize("name", ["control_time", "cut_off", "since", "until"])
def test_stored_facts_with_a_time_that_is_none_are_refused(name: str, value: str) -> None:
    """Beyond the calendar once it is in UTC, or without a zone."""
    target = TARGETS["stored-facts"]
    stored = json.loads(target.seeds()[0])
    (stored if name in stored else stored["anchors"][0])[name] = value
    check(target, json.dumps(stored).encode())
