"""The one table of outcomes: every value over every wire and back."""

from __future__ import annotations

from itertools import product

import pytest

from trustspace.encoding.pki_status import PKIFailureInfo, PKIStatus
from trustspace.receipts.outcome import (
    Dialect,
    DvcsStatus,
    EecJournal,
    EecReport,
    Outcome,
    OutcomeUnreadable,
    ReasonCode,
    from_dvcs,
    from_eec,
    from_journal,
    to_certificate_status,
    to_dvcs,
    to_eec,
    to_journal,
    worst,
)

UNDETERMINED = [outcome for outcome in Outcome if outcome.undetermined]
FAILURE = {PKIFailureInfo.INCORRECT_DATA, 1}


@pytest.mark.parametrize(("outcome", "dialect"), list(product(Outcome, Dialect)))
def test_dvcs_round_trip_keeps_the_value(outcome: Outcome, dialect: Dialect) -> None:
    assert from_dvcs(to_dvcs(outcome, dialect)) is outcome
    assert from_dvcs(to_dvcs(outcome, dialect, partial=True)) is outcome
    assert from_dvcs(to_certificate_status(outcome, dialect)) is outcome


@pytest.mark.parametrize(("outcome", "dialect"), list(product(UNDETERMINED, Dialect)))
def test_undetermined_is_no_success_and_no_signature_error_on_dvcs(
    outcome: Outcome, dialect: Dialect
) -> None:
    for wire in (to_dvcs(outcome, dialect), to_certificate_status(outcome, dialect)):
        assert wire.status in (PKIStatus.REJECTION, PKIStatus.WAITING)
        assert not wire.fail_info & FAILURE
        assert "cannot be verified" in " ".join(wire.text)


@pytest.mark.parametrize("dialect", Dialect)
def test_only_valid_is_granted(dialect: Dialect) -> None:
    for outcome in Outcome:
        wire = to_dvcs(outcome, dialect)
        granted = wire.status in (None, PKIStatus.GRANTED)
        assert granted == (outcome is Outcome.VALID)


def test_a_partly_valid_document_is_granted_with_mods_and_reads_as_no_success() -> None:
    for outcome in (Outcome.INVALID, Outcome.UNDETERMINED_FOR_GOOD):
        wire = to_dvcs(outcome, Dialect.RFC3029, partial=True)
        assert wire.status is PKIStatus.GRANTED_WITH_MODS
        assert from_dvcs(wire) is outcome
    waiting = to_dvcs(Outcome.UNDETERMINED_FOR_NOW, Dialect.RFC3029, partial=True)
    assert waiting.status is PKIStatus.WAITING


def test_belarus_says_no_only_in_an_error_note_and_kazakhstan_in_a_receipt() -> None:
    for outcome in Outcome:
        assert to_dvcs(outcome, Dialect.BY).error_note == (outcome is not Outcome.VALID)
        assert not to_dvcs(outcome, Dialect.KZ).error_note
    assert to_dvcs(Outcome.VALID, Dialect.BY) == DvcsStatus(None)
    assert "Невозможно проверить" in to_dvcs(Outcome.UNDETERMINED_FOR_GOOD, Dialect.KZ).text
    assert "Не проверено" in to_dvcs(Outcome.INVALID, Dialect.KZ).text


@pytest.mark.parametrize(
    ("wire", "outcome"),
    [
        (DvcsStatus(None), Outcome.VALID),
        (DvcsStatus(PKIStatus.REJECTION), Outcome.INVALID),
        (DvcsStatus(PKIStatus.REJECTION, ("bad signature",)), Outcome.INVALID),
        (DvcsStatus(PKIStatus.GRANTED_WITH_MODS), Outcome.INVALID),
        (DvcsStatus(PKIStatus.WAITING), Outcome.UNDETERMINED_FOR_NOW),
        (DvcsStatus(PKIStatus.REVOCATION_NOTIFICATION), Outcome.INVALID),
        (DvcsStatus(PKIStatus.REJECTION, ("Невозможно проверить",)), Outcome.UNDETERMINED_FOR_GOOD),
        # The failure speaks of the request, not of the signature.
        (
            DvcsStatus(PKIStatus.REJECTION, (), frozenset({PKIFailureInfo.BAD_DATA_FORMAT}), error_note=True),
            Outcome.UNDETERMINED_FOR_GOOD,
        ),
        # "Granted" that contradicts itself is no success.
        (DvcsStatus(PKIStatus.GRANTED, ("cannot be verified",)), Outcome.UNDETERMINED_FOR_GOOD),
        (
            DvcsStatus(PKIStatus.GRANTED, (), frozenset({PKIFailureInfo.INCORRECT_DATA})),
            Outcome.UNDETERMINED_FOR_GOOD,
        ),
        (DvcsStatus(PKIStatus.GRANTED, error_note=True), Outcome.UNDETERMINED_FOR_GOOD),
    ],
)
def test_others_statuses_are_read_without_widening_trust(wire: DvcsStatus, outcome: Outcome) -> None:
    assert from_dvcs(wire) is outcome


@pytest.mark.parametrize(
    "wire",
    [
        DvcsStatus(PKIStatus.REVOCATION_WARNING),
        DvcsStatus(PKIStatus.KEY_UPDATE_WARNING),
        DvcsStatus(None, error_note=True),
    ],
)
def test_a_status_that_answers_nothing_is_an_error(wire: DvcsStatus) -> None:
    with pytest.raises(OutcomeUnreadable):
        from_dvcs(wire)


@pytest.mark.parametrize(("outcome", "reason"), list(product(Outcome, ReasonCode)))
def test_eec_and_its_journal_round_trip_keeps_the_value(outcome: Outcome, reason: ReasonCode) -> None:
    report = to_eec(outcome, reason)
    assert report.success == (outcome is Outcome.VALID)
    assert from_eec(report) is outcome
    row = to_journal(report)
    assert row.is_valid == (outcome is Outcome.VALID)
    assert from_journal(row) is outcome


@pytest.mark.parametrize("outcome", UNDETERMINED)
def test_undetermined_is_never_called_a_false_signature_in_eec(outcome: Outcome) -> None:
    report = to_eec(outcome, ReasonCode.SIGNATURE_ERROR)
    assert report.reason is ReasonCode.BAD_CERTIFICATE
    assert "cannot be verified" in report.text
    assert "невозможно проверить" in report.text


def test_an_eec_success_that_says_cannot_is_no_success() -> None:
    assert from_eec(EecReport(None, "невозможно проверить")) is Outcome.UNDETERMINED_FOR_GOOD
    assert from_journal(EecJournal(True, "Signature.Error")) is Outcome.INVALID
    assert from_journal(EecJournal(True, None, "cannot be verified")) is Outcome.UNDETERMINED_FOR_GOOD


def test_the_whole_is_the_worst_of_its_parts_and_nothing_proves_nothing() -> None:
    valid, invalid, good, now = (
        Outcome.VALID,
        Outcome.INVALID,
        Outcome.UNDETERMINED_FOR_GOOD,
        Outcome.UNDETERMINED_FOR_NOW,
    )
    assert worst([valid, valid]) is valid
    assert worst([valid, good]) is good
    assert worst([good, now]) is now
    assert worst([now, invalid, valid]) is invalid
    assert worst([]) is good
