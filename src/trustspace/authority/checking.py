"""``authority verify``: the whole journal, and what is known of it from elsewhere."""

from __future__ import annotations

from trustspace.authority.errors import JournalBroken
from trustspace.authority.journal import read_records
from trustspace.authority.state import State


def verify_journal(
    data: bytes,
    *,
    ceremony: str | None = None,
    head: tuple[int, str] | None = None,
    published: int | None = None,
) -> State:
    """Replay a journal and compare it with what others know of it.

    ``ceremony`` is the digest on the printed ceremony record (so that a whole journal cannot be replaced),
    ``head`` a record's number and digest that an auditor has noted, ``published`` the sequence of a register
    that is known (so that the end cannot be cut off). Raises ``JournalBroken`` with the first broken record.
    """
    state = State()
    digests: dict[int, str] = {}
    for record in read_records(data):
        state.replay_one(record)
        digests[record.number] = record.digest
        if record.number == 1 and ceremony is not None and state.ceremony_act != ceremony:
            raise JournalBroken(
                "JOURNAL_BEGINNING_FOREIGN", number=1, kind="ceremony", found=state.ceremony_act
            )
    if not state.records:
        raise JournalBroken("JOURNAL_EMPTY", number=1, kind="?")
    least = max(head[0] if head else 0, published or 0)
    if state.records < least:
        raise JournalBroken("JOURNAL_CUT_SHORT", number=state.records + 1, kind="?", known=least)
    if head is not None and digests[head[0]] != head[1]:
        raise JournalBroken("JOURNAL_REWRITTEN", number=head[0], kind="?")
    return state
