"""The signed register: read only when everything about it holds."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from support.pki import NOW
from support.space import Space
from trustspace.documents.content import Content
from trustspace.documents.open import NotASignature
from trustspace.errors import TrustspaceError
from trustspace.lists.register import (
    RegisterOutOfDate,
    RegisterReplayed,
    RegisterUntrusted,
    read_register,
)
from trustspace.pki.revocation import EvidencePool
from trustspace.trust.register import Register, RegisterMalformed


@pytest.fixture
def space() -> Space:
    made = Space()
    made.member("ru", "gost2012-256-a")
    return made


def read(space: Space, data: bytes, **changes: int) -> Register:
    return read_register(data, [space.root.certificate], space.evidence(), NOW, **changes)


def test_what_is_published_is_read(space: Space) -> None:
    assert read(space, space.signed_register()) == space.register


def test_a_ttp_cannot_write_the_register_that_lists_it(space: Space) -> None:
    ttp = space.members["ru"].ttps[0]
    with pytest.raises(RegisterUntrusted):
        read(space, space.signed_register(signer=ttp))
    tsa = space.members["ru"].tsa
    with pytest.raises(RegisterUntrusted):
        read(space, space.signed_register(signer=tsa))


def test_a_register_of_another_root_is_refused(space: Space) -> None:
    other = Space("gost2012-256-a")
    with pytest.raises(RegisterUntrusted):
        read(space, other.signed_register())


def test_two_signers_are_one_too_many(space: Space) -> None:
    both = space.pki.sign(
        space.register.to_json(), space.register_signer, space.members["ru"].ttps[0], detached=False
    )
    with pytest.raises(RegisterUntrusted):
        read(space, both)


def test_a_revoked_signer_is_refused_and_so_is_one_without_evidence(space: Space) -> None:
    data = space.signed_register()
    with pytest.raises(RegisterUntrusted):
        read_register(data, [space.root.certificate], EvidencePool(), NOW)
    space.root.revoke(space.register_signer)
    with pytest.raises(RegisterUntrusted):
        read(space, data)


@pytest.mark.parametrize("days", [-2, 31])
def test_a_register_is_good_between_its_dates_only(space: Space, days: int) -> None:
    moment = NOW + timedelta(days=days)
    crl = space.root.crl(this_update=moment - timedelta(hours=1), next_update=moment + timedelta(days=1))
    with pytest.raises(RegisterOutOfDate):
        read_register(space.signed_register(), [space.root.certificate], EvidencePool([crl]), moment)


def test_an_older_register_does_not_come_back(space: Space) -> None:
    with pytest.raises(RegisterReplayed):
        read(space, space.signed_register(), least_sequence=2)


def test_signed_nonsense_is_refused(space: Space) -> None:
    with pytest.raises(RegisterMalformed):
        read(space, space.pki.sign(b"{}", space.register_signer))
    with pytest.raises((RegisterUntrusted, RegisterMalformed)):
        detached = space.pki.sign(
            Content.of_bytes(space.register.to_json()), space.register_signer, detached=True
        )
        read(space, detached)
    with pytest.raises(NotASignature):
        read(space, b"{}")


def test_a_flipped_octet_is_refused(space: Space) -> None:
    """Also where no signature covers it: versions, algorithm identifiers, the bag of certificates."""
    data = space.signed_register()
    chance = random.Random(4)
    for offset in range(len(data)):
        changed = bytearray(data)
        changed[offset] ^= chance.choice((1, 2, 4, 8, 16, 32, 64, 128, 255))
        with pytest.raises(TrustspaceError):
            read(space, bytes(changed))


def test_a_changed_register_under_an_old_signature_is_refused(space: Space) -> None:
    register = space.register
    other = replace(register, sequence=register.sequence + 1)
    data = space.signed_register()
    assert register.to_json() in data
    with pytest.raises(RegisterUntrusted):
        read(space, data.replace(register.to_json(), other.to_json()))
