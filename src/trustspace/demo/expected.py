"""What must come out of a demonstration, written down before anything runs.

A crossing is a document of one member in another, in one of two ways; a case is something that must not be
believed. Results are compared with this table only; nothing here is computed from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from trustspace.demo.members import MEMBERS, Member, member
from trustspace.receipts.opinions import Ground
from trustspace.receipts.outcome import Outcome


class Way(StrEnum):
    """How a document is believed abroad."""

    ONLINE = "online"
    """The reader asks the TTP of its own member, which asks the sender's."""
    OFFLINE = "offline"
    """The receipt of the sender's TTP came with the document; nobody is asked."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """An outcome and why: ``ground`` is a code of the catalogue."""

    outcome: Outcome
    ground: str


def crossing(sender: Member, reader: Member, way: Way) -> Expectation:
    """What a genuine document of ``sender`` must give in ``reader``: it is valid everywhere.

    On what ground depends on who has a TTP:

    - the sender has none (its CA is registered): the reader judges by itself, in either way;
    - the sender has one: the reader relies on its receipt, which came along or was asked for; a reader in a
      member without a TTP asks the sender's TTP itself and gets that TTP's own opinion.
    """
    if not sender.ttp or way is Way.OFFLINE or not reader.ttp:
        return Expectation(Outcome.VALID, Ground.OWN_OPINION.value)
    return Expectation(Outcome.VALID, Ground.RELIED_ON_PEER.value)


class Case(StrEnum):
    """What must not be believed, and one contrast that must."""

    CHANGED_DOCUMENT = "changed-document"
    REVOKED_SIGNER = "revoked-signer"
    UNREGISTERED_AUTHORITY = "unregistered-authority"
    REVOKED_TTP = "revoked-ttp"
    UNREACHABLE_TTP = "unreachable-ttp"
    RECEIPT_TRAVELS_ALONG = "receipt-travels-along"
    UNKNOWN_ALGORITHM = "unknown-algorithm"


CASES: dict[Case, Expectation] = {
    # The sender's TTP sees that the document is not what was signed, and its "no" is final.
    Case.CHANGED_DOCUMENT: Expectation(Outcome.INVALID, Ground.PEER_NEGATIVE.value),
    # Signed after the revocation, and a time-stamp inside proves it.
    Case.REVOKED_SIGNER: Expectation(Outcome.INVALID, Ground.PEER_NEGATIVE.value),
    # Nobody vouches for this CA: neither "yes" nor "no".
    Case.UNREGISTERED_AUTHORITY: Expectation(Outcome.UNDETERMINED_FOR_GOOD, Ground.PEER_UNDETERMINED.value),
    # A receipt made with a TTP's revoked key says "valid"; the receipt itself is not believed.
    Case.REVOKED_TTP: Expectation(Outcome.UNDETERMINED_FOR_GOOD, "RECEIPT_UNTRUSTED"),
    # The sender's TTP does not answer: undetermined for now, never invalid.
    Case.UNREACHABLE_TTP: Expectation(Outcome.UNDETERMINED_FOR_NOW, Ground.PEER_UNAVAILABLE.value),
    # The same, but its receipt travels with the document: believed although nobody answers.
    Case.RECEIPT_TRAVELS_ALONG: Expectation(Outcome.VALID, Ground.RELIED_ON_PEER.value),
    # Without any receipt a reader that does not know the algorithm cannot tell.
    Case.UNKNOWN_ALGORITHM: Expectation(Outcome.UNDETERMINED_FOR_GOOD, "SIGNATURE_ALGORITHM_NOT_SUPPORTED"),
}


@dataclass(frozen=True, slots=True)
class Roles:
    """Who plays which part in the cases; None: nobody at hand, the case is left out."""

    sender: Member
    """Has a TTP, and everybody knows its algorithm."""
    reader: Member
    """Has a TTP of its own."""
    stand_in: Member | None


def roles(members: tuple[Member, ...]) -> Roles | None:
    """The parts, given who takes part; None when there are not two ordinary members with TTPs."""
    ordinary = [m for m in members if m.ttp and not m.stand_in]
    stand_ins = [m for m in members if m.stand_in]
    if len(ordinary) < 2:
        return None
    return Roles(ordinary[0], ordinary[1], stand_ins[0] if stand_ins else None)


def cases(members: tuple[Member, ...]) -> dict[Case, Expectation]:
    """The cases that these members can play."""
    parts = roles(members)
    if parts is None:
        return {}
    return {
        case: expectation
        for case, expectation in CASES.items()
        if case is not Case.UNKNOWN_ALGORITHM or parts.stand_in is not None
    }


def chosen(codes: tuple[str, ...]) -> tuple[Member, ...]:
    """Members by code, in the usual order. Raises KeyError for an unknown code."""
    wanted = {member(code).code for code in codes}
    return tuple(item for item in MEMBERS if item.code in wanted)
