"""One key follows another without a gap."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.pki import NOW, Entity, Pki, entropy
from support.tokens import SoftToken
from trustspace.algorithms.signatures import verify
from trustspace.encoding.certificate import Certificate
from trustspace.keys.errors import CertificateNotUsable, KeyNameError, NoUsableKey
from trustspace.keys.opening import open_key
from trustspace.keys.ring import KeyRing, KeyState, RingKey

DAY = timedelta(days=1)
PKI = Pki("p-256")
ROOT = PKI.root()


def holder(label: str, start: int, end: int) -> Entity:
    """A TTP whose certificate is valid between two days from now."""
    return PKI.signer(label, ROOT, not_before=NOW + start * DAY, not_after=NOW + end * DAY)


def ring_key(entity: Entity, **changes: datetime) -> RingKey:
    return RingKey(entity.key, entity.certificate, **changes)


OLD, CURRENT, NEXT = holder("old", -400, -10), holder("current", -200, 30), holder("next", 20, 400)
RING = KeyRing(map(ring_key, (OLD, CURRENT, NEXT)))


def name(key: RingKey) -> str:
    return str(key.certificate.subject)


def refusing(*refused: Entity):
    hashes = {entity.certificate.sha256 for entity in refused}

    def refuse(certificate: Certificate) -> CertificateNotUsable | None:
        known = certificate.sha256 in hashes
        return CertificateNotUsable("OWN_CERTIFICATE_REVOKED", certificate="x") if known else None

    return refuse


@pytest.mark.parametrize(
    ("day", "signs"),
    [
        (-300, "old"),
        (-150, "current"),
        (0, "current"),
        (19, "current"),
        (20, "next"),
        (25, "next"),
        (399, "next"),
    ],
)
def test_the_newest_key_in_its_period_signs(day: int, signs: str) -> None:
    assert f"CN={signs}" in name(RING.at(NOW + day * DAY))


def test_what_each_key_does() -> None:
    def states(moment: datetime) -> list[KeyState]:
        return [state for _, state in RING.states(moment)]

    assert states(NOW) == [KeyState.NEXT, KeyState.ACTIVE, KeyState.RETIRED]
    assert states(NOW + 25 * DAY) == [KeyState.ACTIVE, KeyState.STANDBY, KeyState.RETIRED]
    assert states(NOW + 50 * DAY) == [KeyState.ACTIVE, KeyState.RETIRED, KeyState.RETIRED]
    assert KeyState.ACTIVE not in states(NOW + 500 * DAY)


def test_certificates_of_retired_keys_stay_to_verify() -> None:
    assert {c.sha256 for c in RING.certificates} == {
        entity.certificate.sha256 for entity in (OLD, CURRENT, NEXT)
    }


def test_a_revoked_key_gives_way_to_one_in_its_period() -> None:
    moment = NOW + 25 * DAY
    assert "CN=current" in name(RING.at(moment, refusing(NEXT)))
    states = {name(key): state for key, state in RING.states(moment, refusing(NEXT))}
    assert [state for subject, state in states.items() if "CN=next" in subject] == [KeyState.RETIRED]


def test_without_a_usable_key_nothing_signs_and_the_reasons_are_said() -> None:
    with pytest.raises(NoUsableKey) as caught:
        RING.at(NOW, refusing(CURRENT))
    assert caught.value.code == "NO_USABLE_KEY"
    assert caught.value.parameters["reasons"] == "OWN_CERTIFICATE_REVOKED"
    assert caught.value.parameters["next"] == (NOW + 20 * DAY).isoformat()
    with pytest.raises(NoUsableKey) as caught:
        RING.at(NOW + 500 * DAY)
    assert (caught.value.parameters["reasons"], caught.value.parameters["next"]) == ("-", "-")
    with pytest.raises(NoUsableKey):
        KeyRing(()).at(NOW)


def test_the_operator_moves_the_day_within_what_the_certificate_allows() -> None:
    held = ring_key(NEXT, since=NOW + 28 * DAY, until=NOW + 9999 * DAY)
    assert held.period == (NOW + 28 * DAY, NEXT.certificate.not_after)
    early = ring_key(NEXT, since=NOW - 9999 * DAY)
    assert early.period[0] == NEXT.certificate.not_before
    ring = KeyRing([ring_key(CURRENT), held])
    assert "CN=current" in name(ring.at(NOW + 25 * DAY)) and "CN=next" in name(ring.at(NOW + 29 * DAY))


def test_gaps_are_seen_ahead() -> None:
    assert RING.gaps(NOW - 300 * DAY, NOW + 300 * DAY) == ()
    late = holder("late", 45, 400)
    ring = KeyRing(map(ring_key, (CURRENT, late)))
    assert ring.gaps(NOW, NOW + 100 * DAY) == ((NOW + 30 * DAY, NOW + 45 * DAY),)
    assert ring.gaps(NOW, NOW + 500 * DAY)[-1] == (NOW + 400 * DAY, NOW + 500 * DAY)
    assert KeyRing(()).gaps(NOW, NOW + DAY) == ((NOW, NOW + DAY),)


_POOL = [
    holder(f"h{n}", start, start + length)
    for n, (start, length) in enumerate([(0, 10), (5, 10), (15, 5), (22, 3), (3, 1), (30, 20), (24, 6)])
]


@given(st.sets(st.sampled_from(range(len(_POOL))), max_size=7), st.integers(-5, 60))
def test_a_moment_is_in_a_gap_exactly_when_nothing_signs(chosen: set[int], day: int) -> None:
    ring = KeyRing(ring_key(_POOL[index]) for index in chosen)
    moment = NOW + day * DAY + timedelta(hours=1)
    gaps = ring.gaps(NOW - 6 * DAY, NOW + 61 * DAY)
    try:
        ring.at(moment)
        signs = True
    except NoUsableKey:
        signs = False
    assert signs != any(start < moment < end for start, end in gaps)
    assert all(one[1] <= two[0] for one, two in itertools.pairwise(gaps))


@given(st.permutations(range(len(_POOL))), st.integers(0, 49))
def test_the_order_in_which_keys_were_given_does_not_matter(order: list[int], day: int) -> None:
    moment = NOW + day * DAY + timedelta(hours=1)
    one, other = KeyRing(map(ring_key, _POOL)), KeyRing(ring_key(_POOL[index]) for index in order)
    assert [s for _, s in one.states(moment)] == [s for _, s in other.states(moment)]
    assert one.gaps(NOW, moment) == other.gaps(NOW, moment)


def test_a_certificate_of_another_key_does_not_come_in() -> None:
    with pytest.raises(KeyNameError) as caught:
        RING.with_key(RingKey(CURRENT.key, NEXT.certificate))
    assert caught.value.code == "KEY_CERTIFICATE_FOREIGN"


def test_from_a_file_to_a_token_without_a_gap(stocked: SoftToken) -> None:
    """The roll-over of a node: a software key today, a token's from day 20 on; every day something signs."""
    token_key = open_key(stocked.uri("p-256"))
    certified = PKI.signer(
        "token", ROOT, public_key=token_key.key, not_before=NOW + 20 * DAY, not_after=NOW + 400 * DAY
    )
    ring = KeyRing([ring_key(CURRENT)]).with_key(RingKey(token_key, certified.certificate))
    modules = set()
    for day in range(0, 60, 5):
        active = ring.at(NOW + day * DAY)
        signature = active.signer.key.sign(b"receipt", entropy=entropy("e"))
        verify(active.key.key, active.key.default_scheme, signature, message=b"receipt")
        modules.add(active.key.module.name)
    assert len(modules) == 2 and any("SoftHSM" in module for module in modules)
