"""Proofs of existence: the earliest counts, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from trustspace.evidence.poe import NO_PROOFS, ProofOfExistence, Proofs, ProofSource

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
proofs = st.builds(
    ProofOfExistence,
    object=st.sampled_from(["S-1", "S-2", "SHA-256:00"]),
    time=st.integers(0, 1000).map(lambda hours: EPOCH + timedelta(hours=hours)),
    source=st.sampled_from(ProofSource),
    by=st.sampled_from(["T-1", "T-2"]),
)


@given(st.lists(proofs))
def test_the_earliest_proof_of_each_object_counts(given_proofs: list[ProofOfExistence]) -> None:
    found = Proofs(given_proofs)
    for name in ("S-1", "S-2", "SHA-256:00"):
        times = [proof.time for proof in given_proofs if proof.object == name]
        earliest = found.earliest(name)
        assert (earliest.time if earliest else None) == min(times, default=None)
        if times:
            assert found.existed_by(name, min(times))
            assert not found.existed_by(name, min(times) - timedelta(seconds=1))


@given(st.lists(proofs), st.randoms())
def test_order_does_not_matter(given_proofs: list[ProofOfExistence], random) -> None:
    shuffled = list(given_proofs)
    random.shuffle(shuffled)
    assert Proofs(given_proofs) == Proofs(shuffled)
    assert hash(Proofs(given_proofs)) == hash(Proofs(shuffled))


@given(st.lists(proofs), st.lists(proofs))
def test_more_proofs_only_make_it_earlier(some: list[ProofOfExistence], more: list[ProofOfExistence]) -> None:
    before, after = Proofs(some), Proofs(some).plus(more)
    assert len(after) == len(some) + len(more)
    for proof in before:
        earlier = after.earliest(proof.object)
        assert earlier is not None and earlier.time <= proof.time


def test_nothing_is_proven_by_nothing() -> None:
    assert NO_PROOFS.earliest("S-1") is None
    assert not NO_PROOFS.existed_by("S-1", EPOCH) and len(NO_PROOFS) == 0
