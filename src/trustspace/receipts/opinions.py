"""Two opinions, one answer: what TTP-A vouches for, and what TTP-B finds itself.

A knows the signer's law, authorities and cryptography; B answers to the reader. So B relies on A where it
cannot judge, never turns A's "no" into a "yes", and raises the alarm where its own mathematics contradicts
a positive receipt: then one of the two is broken or lies, and the answer is undetermined until a person
has looked.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from trustspace.receipts.outcome import Outcome


class OwnFinding(Enum):
    """What B found without A."""

    VALID = "valid"
    FALSE = "false"  # the mathematics says no: digest or signature
    NEGATIVE = "negative"  # failed for another reason: revoked before, malformed
    DOUBTFUL = "doubtful"  # B has what it needs to judge, and its rules do not let it pass
    CANNOT_JUDGE = "cannot-judge"  # unknown algorithm, no list, no evidence


class Ground(Enum):
    """Why the answer is what it is; the names are codes of the catalogue of causes."""

    BOTH_AGREE = "OPINION_BOTH_AGREE"
    OWN_OPINION = "OPINION_OWN"
    RELIED_ON_PEER = "OPINION_RELIED_ON_PEER"
    PEER_NEGATIVE = "OPINION_PEER_NEGATIVE"
    PEER_UNDETERMINED = "OPINION_PEER_UNDETERMINED"
    PEER_UNAVAILABLE = "PEER_UNAVAILABLE"
    CONTRADICTION = "OPINION_CONTRADICTION"
    OWN_DOUBT = "OPINION_OWN_DOUBT"


@dataclass(frozen=True, slots=True)
class Answer:
    """The merged outcome, its ground, and whether an operator must look at once."""

    outcome: Outcome
    ground: Ground
    alarm: bool = False


_ALONE: dict[OwnFinding, Outcome] = {
    OwnFinding.VALID: Outcome.VALID,
    OwnFinding.FALSE: Outcome.INVALID,
    OwnFinding.NEGATIVE: Outcome.INVALID,
    OwnFinding.DOUBTFUL: Outcome.UNDETERMINED_FOR_GOOD,
    OwnFinding.CANNOT_JUDGE: Outcome.UNDETERMINED_FOR_GOOD,
}


def alone(own: OwnFinding, *, for_now: bool = False) -> Answer:
    """The answer where no other TTP has a say: the signer's own TTP, or a member without one.

    ``for_now`` says that what is missing can still arrive (EN 319 102-1's TRY_LATER).
    """
    outcome = _ALONE[own]
    if for_now and outcome is Outcome.UNDETERMINED_FOR_GOOD:
        outcome = Outcome.UNDETERMINED_FOR_NOW
    return Answer(outcome, Ground.OWN_OPINION)


def merge(peer: Outcome | None, own: OwnFinding) -> Answer:
    """TTP-A's receipt (None: it could not be had) and B's own finding → B's answer.

    A receipt of A that does not verify is not A's opinion: hand in UNDETERMINED_FOR_GOOD then.
    """
    if peer is None:
        return Answer(Outcome.UNDETERMINED_FOR_NOW, Ground.PEER_UNAVAILABLE)
    if peer is Outcome.INVALID:
        return Answer(Outcome.INVALID, Ground.PEER_NEGATIVE)
    if peer is Outcome.VALID:
        return _beside_positive(own)
    # A was asked and does not know: as where it could not be asked, B's own finding is shown but decides
    # nothing (decision 0070). A "no" of B's would bind the reader to evidence that the responsible TTP had
    # too and did not find enough.
    return Answer(peer, Ground.PEER_UNDETERMINED)


def _beside_positive(own: OwnFinding) -> Answer:
    if own is OwnFinding.VALID:
        return Answer(Outcome.VALID, Ground.BOTH_AGREE)
    if own is OwnFinding.CANNOT_JUDGE:
        return Answer(Outcome.VALID, Ground.RELIED_ON_PEER)
    if own is OwnFinding.DOUBTFUL:
        return Answer(Outcome.UNDETERMINED_FOR_GOOD, Ground.OWN_DOUBT)
    return Answer(Outcome.UNDETERMINED_FOR_GOOD, Ground.CONTRADICTION, alarm=True)
