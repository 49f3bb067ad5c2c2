"""The register of the TTP service: statuses at a moment, canonical bytes, refusal of anything else."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustspace.trust.register import (
    AuthorityEntry,
    Register,
    RegisterMalformed,
    ServiceStatus,
    StatusPeriod,
    TtpEntry,
)
from trustspace.trust.snapshot import canonical_json

T0 = datetime(2026, 1, 1, tzinfo=UTC)
GRANTED = StatusPeriod(ServiceStatus.GRANTED, T0, "decision 41/2024")
WITHDRAWN = StatusPeriod(ServiceStatus.WITHDRAWN, T0 + timedelta(days=30), "key compromise")


def ttp(member: str = "by", history: tuple[StatusPeriod, ...] = (GRANTED,)) -> TtpEntry:
    return TtpEntry(
        member, f"ДТС {member}", (member.encode() * 40,), {"dvcs": "http://127.0.0.1:1/dvcs"}, "by", history
    )


def register(**changes: object) -> Register:
    values: dict[str, object] = {
        "space": "EAEU",
        "sequence": 7,
        "issued": T0,
        "next_update": T0 + timedelta(days=7),
        "ttps": (ttp("ru"), ttp("by", (GRANTED, WITHDRAWN))),
        "authorities": (AuthorityEntry("md", "CA of Moldova", b"certificate", (GRANTED,)),),
    } | changes
    return Register(**values)  # type: ignore[arg-type]


def test_status_at_a_moment_follows_the_history() -> None:
    entry = ttp(history=(GRANTED, WITHDRAWN))
    assert entry.status_at(T0 - timedelta(seconds=1)) is None
    assert entry.granted_at(T0)
    assert entry.granted_at(WITHDRAWN.since - timedelta(seconds=1))
    assert not entry.granted_at(WITHDRAWN.since)
    period = entry.status_at(T0 + timedelta(days=365))
    assert period is not None
    assert period.ground == "key compromise"


def test_lookups() -> None:
    reg = register()
    assert reg.members == ("by", "md", "ru")
    entry = reg.ttp_of_certificate(hashlib.sha256(b"by" * 40).hexdigest())
    assert entry is not None
    assert entry.member == "by"
    assert reg.ttp_of_member("md") is None
    assert [a.name for a in reg.authorities_of("md")] == ["CA of Moldova"]
    assert reg.is_current(T0)
    assert not reg.is_current(T0 + timedelta(days=8))


def test_canonical_bytes_round_trip_and_name_the_register() -> None:
    reg = register()
    data = reg.to_json()
    again = Register.from_json(data)
    assert again == reg
    assert again.to_json() == data
    assert again.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("format",), "other/1"),
        (("sequence",), 0),
        (("sequence",), True),
        (("issued",), "2026-01-01"),
        (("next_update",), "2025-01-01T00:00:00Z"),
        (("ttps",), {}),
        (("ttps", 0, "member"), "RU"),
        (("ttps", 0, "certificates"), []),
        (("ttps", 0, "certificates"), ["???"]),
        (("ttps", 0, "history"), []),
        (("ttps", 0, "history", 0, "status"), "loved"),
        (("ttps", 0, "endpoints"), {"dvcs": 5}),
        (("ttps", 1, "member"), "ru"),
        (("authorities", 0, "certificate"), ""),
        (("space",), "two\nlines"),
    ],
)
def test_a_contradictory_register_is_refused(path: tuple[str | int, ...], value: object) -> None:
    tree = json.loads(register().to_json())
    node = tree
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    with pytest.raises(RegisterMalformed):
        Register.from_json(canonical_json(tree))


@pytest.mark.parametrize("text", ["\ud800", "a\u202eb", "line\nline", "\x1b[31m", "x" * 5000])
@pytest.mark.parametrize("place", ["name", "address"])
def test_an_endpoint_that_cannot_be_shown_or_written_is_refused(text: str, place: str) -> None:
    value = json.loads(register().to_json())
    value["ttps"][0]["endpoints"] = {text: "http://x"} if place == "name" else {"dvcs": text}
    with pytest.raises(RegisterMalformed, match="not addresses"):
        Register.from_json(json.dumps(value, sort_keys=True, separators=(",", ":")).encode())


def test_out_of_order_history_is_refused() -> None:
    with pytest.raises(RegisterMalformed):
        ttp(history=(WITHDRAWN, GRANTED))


def test_bytes_that_are_not_canonical_are_refused() -> None:
    data = register().to_json()
    for other in (data + b"\n", b" " + data, data.replace(b'":"', b'": "', 1), data[:-1]):
        with pytest.raises(RegisterMalformed):
            Register.from_json(other)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_hostile_bytes_end_in_one_error(data: bytes) -> None:
    with pytest.raises(RegisterMalformed):
        Register.from_json(data)


@given(st.integers(min_value=0), st.integers(1, 255))
def test_a_flipped_byte_is_refused_or_another_register(position: int, change: int) -> None:
    data = bytearray(register().to_json())
    data[position % len(data)] ^= change
    with suppress(RegisterMalformed):
        assert Register.from_json(bytes(data)).sha256 != register().sha256
