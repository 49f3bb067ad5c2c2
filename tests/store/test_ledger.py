"""The ledger: once, in order, durable; on SQLite and on PostgreSQL."""

from __future__ import annotations

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from store.conftest import KEY, NOW, key, order
from support.postgresql import Cluster
from trustspace.errors import TrustspaceError
from trustspace.store.database import Database
from trustspace.store.ledger import (
    Evidence,
    Hop,
    Ledger,
    LedgerError,
    RequestKey,
    Reservation,
    TransactionConflict,
)
from trustspace.store.migrate import migrate


class Unsigned(TrustspaceError):
    code = "TIME_STAMP_UNAVAILABLE"


def fails(reservation: Reservation) -> bytes:
    raise Unsigned(url="x", reason=str(reservation.serial))


def test_equal_request_gets_the_identical_bytes(where: Path | str) -> None:
    with Ledger(where) as ledger:
        assert ledger.recall(KEY) is None
        assert ledger.issue(order(KEY, b"receipt one")) == b"receipt one"
        assert ledger.recall(KEY) == b"receipt one"
        # One that was judged at the same time comes second, and answers with the first's bytes.
        assert ledger.issue(order(KEY, b"receipt two")) == b"receipt one"
    with Ledger(where) as ledger:  # a restart
        assert ledger.issue(order(KEY, b"receipt three")) == b"receipt one"
        assert ledger.gaps() == ()


def test_equal_requests_in_one_batch_are_one_receipt(ledger: Ledger) -> None:
    other = RequestKey(KEY.requester, KEY.transaction, "bb" * 32)
    first, second, conflict = ledger.issue_batch([order(KEY, b"one"), order(KEY, b"two"), order(other)])
    assert (first, second) == (b"one", b"one")
    assert isinstance(conflict, TransactionConflict)
    assert [serial for serial, _ in ledger.pending_leaves()] == [1]


def test_same_transaction_for_another_document_is_a_conflict(ledger: Ledger) -> None:
    other = RequestKey(KEY.requester, KEY.transaction, "bb" * 32)
    # Asking alone binds nothing: a request that could not be read may be corrected.
    ledger.recall(other)
    ledger.issue(order(KEY, final=False))
    with pytest.raises(TransactionConflict):
        ledger.recall(other)
    with pytest.raises(TransactionConflict):
        ledger.issue(order(other))
    # Another requester's transaction identifiers are a space of their own.
    assert ledger.issue(order(RequestKey("kz", KEY.transaction, "bb" * 32), b"theirs")) == b"theirs"


def test_requester_and_transaction_cannot_run_into_one_another(ledger: Ledger) -> None:
    assert ledger.issue(order(RequestKey("a", "bc", "aa" * 32), b"one")) == b"one"
    assert ledger.issue(order(RequestKey("ab", "c", "aa" * 32), b"two")) == b"two"


@pytest.mark.parametrize("text", ["\0", "x" * 100_000, "\ud800", "й" * 5000, "' OR 1=1 --", ""])
def test_what_a_stranger_calls_himself_is_no_trouble(ledger: Ledger, text: str) -> None:
    mine = RequestKey(text, f"id:{text}", "aa" * 32)
    assert ledger.issue(order(mine, b"r", evidence=Evidence(signers=(("subject", text),)))) == b"r"
    assert ledger.recall(mine) == b"r"
    assert [found.serial for found in ledger.search.by_requester(text)] == [1]
    assert [found.serial for found in ledger.search.by_signer(text)] == [1]


def test_serials_rise_and_times_never_fall_even_when_the_clock_does(where: Path | str) -> None:
    given: list[Reservation] = []

    def sign(reservation: Reservation) -> bytes:
        given.append(reservation)
        return str(reservation.serial).encode()

    for hours in (0, -1, -24):
        with Ledger(where, clock=lambda hours=hours: NOW + timedelta(hours=hours)) as ledger:
            ledger.issue(order(key(hours), sign=sign))
            assert ledger.last_time() == NOW
    assert [each.serial for each in given] == [1, 2, 3]
    assert {each.time for each in given} == {NOW}


def test_a_deferred_answer_is_no_receipt_and_is_judged_again(ledger: Ledger) -> None:
    assert ledger.issue(order(KEY, b"wait", final=False)) == b"wait"
    assert ledger.recall(KEY) is None
    assert ledger.issue(order(KEY, b"wait longer", final=False)) == b"wait longer"
    assert ledger.issue(order(KEY, b"final")) == b"final"
    assert ledger.recall(KEY) == b"final"
    assert ledger.gaps() == ((1, "deferred"), (2, "deferred"))
    assert [serial for serial, _ in ledger.pending_leaves()] == [3]
    assert ledger.receipt(1) is None


def test_what_cannot_be_signed_stops_itself_only_and_its_serial_is_accounted_for(ledger: Ledger) -> None:
    def breaks(reservation: Reservation) -> bytes:
        raise ZeroDivisionError(str(reservation))

    answers = ledger.issue_batch(
        [order(key(1)), order(key(2), sign=fails), order(key(3)), order(key(4), sign=breaks)]
    )
    assert [type(answer) for answer in answers] == [bytes, Unsigned, bytes, ZeroDivisionError]
    assert ledger.gaps() == ((2, "void: TIME_STAMP_UNAVAILABLE"), (4, "void: ZeroDivisionError"))
    with pytest.raises(Unsigned):
        ledger.issue(order(key(2), sign=fails))
    assert ledger.issue(order(key(2), b"now")) == b"now"


def test_receipt_evidence_and_log_row_commit_together(ledger: Ledger) -> None:
    kept = Evidence(
        {"report": b"{}", "facts/0": b"[]"}, outcome="valid", snapshot="11" * 32, evidence="22" * 32
    )
    ledger.issue(order(KEY, b"final", evidence=kept))
    leaf = hashlib.sha256(b"final").hexdigest()
    stored = ledger.receipt(1)
    assert stored is not None
    assert (stored.time, stored.sha256, stored.receipt) == (NOW, leaf, b"final")
    assert (stored.snapshot, stored.evidence_digest) == ("11" * 32, "22" * 32)
    assert stored.evidence == {"report": b"{}", "facts/0": b"[]"}
    assert ledger.pending_leaves() == ((1, leaf),)
    assert ledger.receipt(2) is None


def test_octets_that_receipts_share_are_stored_once(ledger: Ledger) -> None:
    crl = Evidence({"crl/1": b"a large CRL"})
    ledger.issue_batch([order(key(number), evidence=crl) for number in range(3)])
    ledger.issue(order(key(3), evidence=Evidence({"crl/1": b"a large CRL", "report": b"{}"})))
    with ledger._database.reading() as connection:
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM blobs").scalar() == 2
    touched = ledger.search.by_evidence(hashlib.sha256(b"a large CRL").hexdigest())
    assert [found.serial for found in touched] == [4, 3, 2, 1]


def test_threads_that_come_together_share_a_commit(where: Path | str) -> None:
    steps: list[str] = []
    given: list[Reservation] = []

    def sign(reservation: Reservation) -> bytes:
        given.append(reservation)
        return str(reservation.serial).encode()

    ready = threading.Barrier(24)

    def ask(number: int) -> bytes:
        ready.wait()
        return ledger.issue(order(key(number), sign=sign))

    with Ledger(where, window=0.05, at=steps.append) as ledger, ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(ask, range(24)))
        assert sorted(map(int, answers)) == list(range(1, 25))
        for number, answer in enumerate(answers):
            assert ledger.recall(key(number)) == answer
    assert steps.count("committed") <= 6
    ordered = sorted(given, key=lambda each: each.serial)
    assert [each.time for each in ordered] == sorted(each.time for each in ordered)


def test_reading_does_not_wait_for_who_issues(where: Path | str) -> None:
    with Ledger(where) as ledger:
        ledger.issue(order(key(1), b"one"))

        def sign(reservation: Reservation) -> bytes:
            del reservation
            # The lock is held now; another process or thread reads.
            with Ledger(where) as other:
                assert other.recall(key(1)) == b"one"
                assert other.search.by_serial(1) is not None
            return b"two"

        assert ledger.issue(order(key(2), sign=sign)) == b"two"


def test_the_question_to_another_ttp_is_asked_the_same_way_again(where: Path | str) -> None:
    proposed = Hop("urn:mine:1", 2**136 - 1, NOW)
    with Ledger(where) as ledger:
        assert ledger.hop(KEY, "ru", "question", proposed) == proposed
    again = Hop("urn:mine:2", 7, NOW + timedelta(days=1))
    with Ledger(where) as ledger:
        assert ledger.hop(KEY, "ru", "question", again) == proposed
        # Another TTP, another question, another request: a transaction of its own.
        assert ledger.hop(KEY, "kz", "question", again) == again
        assert ledger.hop(KEY, "ru", "another", again) == again
        assert ledger.hop(key(2), "ru", "question", again) == again


def test_equal_questions_of_several_threads_are_one(where: Path | str) -> None:
    with Ledger(where) as ledger, ThreadPoolExecutor(8) as pool:
        hops = pool.map(lambda n: ledger.hop(KEY, "ru", "q", Hop(f"urn:{n}", n, NOW)), range(16))
        assert len(set(hops)) == 1


def test_receipts_are_found_again(where: Path | str) -> None:
    moments = iter(NOW + timedelta(days=day) for day in range(3))
    with Ledger(where, clock=lambda: next(moments)) as ledger:
        for number, (requester, who) in enumerate([("kz", "Ann"), ("by", "Ann"), ("by", "Bob")]):
            kept = Evidence(
                {},
                outcome="valid",
                documents=(("SHA-256", f"{number:064x}"), ("Streebog-256", f"{number + 9:064x}")),
                signers=(("subject", who), ("iin", f"00{who}")),
            )
            ledger.issue(order(key(number, requester=requester), evidence=kept))
        search = ledger.search

        def serials(found: object) -> list[int]:
            return [each.serial for each in found]  # type: ignore[attr-defined]

        assert serials(search.by_document(f"{1:064X}")) == [2]
        assert serials(search.by_document(f"{11:064x}")) == [3]
        assert serials(search.by_document("00")) == []
        assert serials(search.by_signer("Ann")) == [2, 1]
        assert serials(search.by_signer("00Bob", kind="iin")) == [3]
        assert serials(search.by_signer("00Bob", kind="subject")) == []
        assert serials(search.by_requester("by")) == [3, 2]
        assert serials(search.by_requester("by", limit=1)) == [3]
        assert serials(search.by_requester("by", before=3)) == [2]
        assert serials(search.by_time(NOW, NOW + timedelta(days=1))) == [1]
        assert serials(search.by_time(NOW + timedelta(seconds=1), NOW + timedelta(days=9))) == [3, 2]
        first = search.by_serial(1)
        assert first is not None
        assert search.by_id(first.sha256.upper()) == first
        assert (first.requester, first.outcome, first.time) == ("kz", "valid", NOW)
        assert search.by_id("00" * 32) is None
        assert search.by_serial(4) is None


def test_a_connection_that_is_cut_loses_nothing_and_the_next_one_works(cluster: Cluster) -> None:
    url = cluster.database()
    database = Database(url)
    migrate(database)
    database.close()
    cut: set[str] = set()

    def at(step: str) -> None:
        if step in cut:
            cluster.disconnect()

    with Ledger(url, at=at) as ledger:
        for number, step in enumerate(["locked", "numbered", "signed", "written"]):
            cut.add(step)
            with pytest.raises(LedgerError):
                ledger.issue(order(key(number)))
            cut.clear()
            assert ledger.recall(key(number)) is None, step
            answer = ledger.issue(order(key(number)))
            assert ledger.recall(key(number)) == answer
        assert [serial for serial, _ in ledger.pending_leaves()] == [1, 2, 3, 4]
        assert ledger.gaps() == ()
