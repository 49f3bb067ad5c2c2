"""Two opinions, one answer: the whole table."""

from __future__ import annotations

from itertools import product

import pytest

from trustspace.receipts.opinions import Answer, Ground, OwnFinding, alone, merge
from trustspace.receipts.outcome import Outcome


@pytest.mark.parametrize("own", OwnFinding)
def test_a_negative_receipt_stays_negative(own: OwnFinding) -> None:
    assert merge(Outcome.INVALID, own) == Answer(Outcome.INVALID, Ground.PEER_NEGATIVE)


@pytest.mark.parametrize("own", OwnFinding)
def test_an_unavailable_ttp_leaves_it_undetermined_whatever_was_computed(own: OwnFinding) -> None:
    assert merge(None, own) == Answer(Outcome.UNDETERMINED_FOR_NOW, Ground.PEER_UNAVAILABLE)


@pytest.mark.parametrize("peer", [Outcome.UNDETERMINED_FOR_GOOD, Outcome.UNDETERMINED_FOR_NOW])
@pytest.mark.parametrize("own", OwnFinding)
def test_a_ttp_that_does_not_know_leaves_it_undetermined_whatever_was_computed(
    peer: Outcome, own: OwnFinding
) -> None:
    assert merge(peer, own) == Answer(peer, Ground.PEER_UNDETERMINED)


def test_where_the_relying_ttp_cannot_judge_it_relies_on_the_receipt() -> None:
    assert merge(Outcome.VALID, OwnFinding.CANNOT_JUDGE) == Answer(Outcome.VALID, Ground.RELIED_ON_PEER)
    assert merge(Outcome.VALID, OwnFinding.VALID) == Answer(Outcome.VALID, Ground.BOTH_AGREE)


@pytest.mark.parametrize("own", [OwnFinding.FALSE, OwnFinding.NEGATIVE])
def test_a_positive_receipt_that_is_contradicted_raises_the_alarm(own: OwnFinding) -> None:
    assert merge(Outcome.VALID, own) == Answer(
        Outcome.UNDETERMINED_FOR_GOOD, Ground.CONTRADICTION, alarm=True
    )


def test_a_doubt_of_substance_is_not_overruled() -> None:
    assert merge(Outcome.VALID, OwnFinding.DOUBTFUL).outcome is Outcome.UNDETERMINED_FOR_GOOD


@pytest.mark.parametrize(("peer", "own"), list(product([*Outcome, None], OwnFinding)))
def test_valid_needs_a_positive_receipt_and_the_alarm_needs_a_contradiction(
    peer: Outcome | None, own: OwnFinding
) -> None:
    answer = merge(peer, own)
    if answer.outcome is Outcome.VALID:
        assert peer is Outcome.VALID
        assert own in (OwnFinding.VALID, OwnFinding.CANNOT_JUDGE)
    assert answer.alarm == (peer is Outcome.VALID and own in (OwnFinding.FALSE, OwnFinding.NEGATIVE))
    if peer is not None and peer.undetermined and own is OwnFinding.VALID:
        assert answer.outcome is peer


@pytest.mark.parametrize("own", OwnFinding)
def test_alone_undetermined_is_for_now_only_where_something_can_still_arrive(own: OwnFinding) -> None:
    now, good = alone(own, for_now=True), alone(own)
    assert good.outcome is not Outcome.UNDETERMINED_FOR_NOW
    if good.outcome.undetermined:
        assert now.outcome is Outcome.UNDETERMINED_FOR_NOW
    else:
        assert now == good
