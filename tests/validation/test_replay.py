"""Facts replayed elsewhere: the same report byte for byte, without content, network or cryptography."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.validating import DAY, NOW, TEXT, Space, policy
from trustspace.documents.content import Content
from trustspace.documents.open import open_document
from trustspace.errors import TrustspaceError
from trustspace.validation.facts_json import FactsUnreadable, facts_from_json, facts_to_json
from trustspace.validation.gather import Gatherer
from trustspace.validation.judge import judge
from trustspace.validation.policy import Policy
from trustspace.validation.times import Times

REPLAY = """
import socket, sys
from datetime import datetime
def refuse(*_, **__): raise SystemExit("the network was asked for")
socket.socket = socket.create_connection = socket.getaddrinfo = refuse
import trustspace.algorithms.signatures as signatures
signatures.verify = refuse
from trustspace.encoding.certificate import Certificate
from trustspace.trust.snapshot import Snapshot
from trustspace.validation.facts_json import facts_from_json
from trustspace.validation.judge import judge
from trustspace.validation.policy import Policy
from trustspace.validation.times import Times
facts, root, policy, at, language = sys.argv[1:]
report = judge(
    facts_from_json(open(facts, "rb").read()),
    Snapshot.of_certificates([Certificate.parse(open(root, "rb").read())]),
    Times.at(datetime.fromisoformat(at)),
    Policy.parse(open(policy, "rb").read(), "replayed"),
)
sys.stdout.buffer.write(report.to_json(language))
"""

STRICT = b"""
[signature]
timestamp_required = true
timestamp_delay = "1m"
[revocation]
max_age = "10m"
"""


@pytest.fixture(scope="module")
def space() -> Space:
    space = Space(label="replay")
    space.ca.revoke(space.pki.signer("Mallory", space.ca), at=NOW - DAY)
    return space


@pytest.fixture(scope="module")
def files(space: Space) -> dict[str, tuple[bytes, bytes | None]]:
    detached = space.sign(detached=True)
    return {
        "plain": (space.sign(), None),
        "stamped": (space.sign(stamper=space.tsa.stamper(NOW - DAY)), None),
        "two signers": (space.sign(space.alice, space.pki.signer("Bob", space.ca)), None),
        "changed": (detached, TEXT + b"!"),
        "content missing": (detached, None),
    }


@pytest.mark.parametrize("case", ["plain", "stamped", "two signers", "changed", "content missing"])
@pytest.mark.parametrize("toml", [b"", STRICT], ids=["basic", "strict"])
def test_a_fresh_process_gives_the_same_bytes(
    case: str, toml: bytes, space: Space, files: dict[str, tuple[bytes, bytes | None]], tmp_path: Path
) -> None:
    signed, content = files[case]
    document = open_document(signed, None if content is None else Content.of_bytes(content))
    facts = Gatherer(space.snapshot(), space.evidence()).document(document)
    (tmp_path / "facts.json").write_bytes(facts_to_json(facts))
    (tmp_path / "root.der").write_bytes(space.root.certificate.raw)
    (tmp_path / "policy.toml").write_bytes(toml)
    here = judge(facts, space.snapshot(), Times.at(NOW), Policy.parse(toml, "replayed")).to_json("ru")
    arguments = [tmp_path / "facts.json", tmp_path / "root.der", tmp_path / "policy.toml", NOW.isoformat()]
    there = subprocess.run(
        [sys.executable, "-c", REPLAY, *map(str, arguments), "ru"], capture_output=True, check=True
    )
    assert there.stdout == here


def test_under_another_policy_replay_gives_what_a_fresh_run_would(
    space: Space, files: dict[str, tuple[bytes, bytes | None]]
) -> None:
    """Facts do not depend on the policy: gathering knows none."""
    evidence = space.evidence()
    for signed, content in files.values():
        document = open_document(signed, None if content is None else Content.of_bytes(content))
        stored = facts_from_json(facts_to_json(Gatherer(space.snapshot(), evidence).document(document)))
        for toml in (b"", STRICT, b'[algorithms]\ncatalogue = "none"', b"[revocation]\nrequired = false"):
            other = Policy.parse(toml, "other")
            again = open_document(signed, None if content is None else Content.of_bytes(content))
            fresh = space.validate(again, evidence=evidence, policy=other)
            replayed = judge(stored, space.snapshot(), Times.at(NOW), other)
            assert replayed.to_json() == fresh.to_json()


def test_facts_do_not_depend_on_what_was_validated_before(space: Space) -> None:
    """A warm gatherer keeps nothing of one document that could colour another's facts."""
    stranger = Space(label="stranger")
    evidence = space.evidence()
    mine, theirs = open_document(space.sign()), open_document(stranger.sign())
    cold = facts_to_json(Gatherer(space.snapshot(), evidence).document(mine))
    warm = Gatherer(space.snapshot(), evidence)
    warm.document(theirs)
    assert facts_to_json(warm.document(mine)) == cold
    assert facts_to_json(warm.document(mine)) == cold


def test_json_is_canonical_and_round_trips(
    space: Space, files: dict[str, tuple[bytes, bytes | None]]
) -> None:
    gatherer = Gatherer(space.snapshot(), space.evidence())
    for signed, _ in files.values():
        facts = gatherer.document(open_document(signed))
        data = facts_to_json(facts)
        assert facts_to_json(facts_from_json(data)) == data
        assert (
            data
            == json.dumps(
                json.loads(data), sort_keys=True, separators=(",", ":"), ensure_ascii=False
            ).encode()
        )


def test_facts_that_are_none_are_refused(space: Space) -> None:
    data = facts_to_json(Gatherer(space.snapshot(), space.evidence()).document(open_document(space.sign())))
    broken = [b"", b"{}", b"[]", b"[" * 100_000, b"\xff", data[:-1], data + b"x"]
    certificates = dict(json.loads(data)["facts"]["certificates"])
    certificates["00"] = certificates.popitem()[1]
    changes = {"signatures": [{}]}, {"signatures": 7}, {"evidence": None}, {"certificates": certificates}
    for change in (*changes, {"unknown": 1}):
        top = json.loads(data)
        top["facts"].update(change)
        broken.append(json.dumps(top).encode())
    broken.append(data.replace(b"trustspace-facts/1", b"trustspace-facts/0"))
    for each in broken:
        with pytest.raises(FactsUnreadable):
            facts_from_json(each)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_mutated_facts_are_refused_or_judged_but_never_crash(data: st.DataObject, space: Space) -> None:
    original = facts_to_json(
        Gatherer(space.snapshot(), space.evidence()).document(open_document(space.sign()))
    )
    position = data.draw(st.integers(0, len(original) - 1))
    changed = original[:position] + data.draw(st.binary(max_size=3)) + original[position + 1 :]
    try:
        facts = facts_from_json(changed)
    except TrustspaceError:
        return
    judge(facts, space.snapshot(), Times.at(NOW), policy("")).to_json("ru")
