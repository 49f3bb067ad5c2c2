"""A receipt against itself: its status, its details, its parts, and the receipts inside it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.space import Member, Space
from trustspace.encoding.algorithm_identifier import AlgorithmIdentifier
from trustspace.encoding.dvcs import DVCSCertInfo, DVCSResponse
from trustspace.receipts.content_checks import read_answer, relation
from trustspace.receipts.outcome import Outcome
from trustspace.receipts.parsing import Parsed, parse_receipt

SHA_512 = "2.16.840.1.101.3.4.2.3"
NOT_VALID = (Outcome.INVALID, Outcome.UNDETERMINED_FOR_GOOD, Outcome.UNDETERMINED_FOR_NOW)


@pytest.fixture
def ru() -> Member:
    return Space().member("ru")


def receipt(ru: Member, outcome: Outcome = Outcome.VALID) -> Parsed:
    return parse_receipt(ru.receipt(ru.pki.sign(b"contract", ru.signer), outcome))


def info_of(parsed: Parsed) -> DVCSCertInfo:
    assert parsed.info is not None
    return parsed.info


def contradictions(parsed: Parsed, info: DVCSCertInfo, *, details: bool) -> tuple[Outcome, list[object]]:
    said = read_answer(DVCSResponse(cert_info=info), parsed.details if details else None)
    assert {cause.code for cause in said.causes} <= {"RECEIPT_CONTRADICTS_ITSELF"}
    return said.outcome, [cause.parameters["what"] for cause in said.causes]


@pytest.mark.parametrize("outcome", Outcome)
def test_what_agrees_is_read_as_it_stands(ru: Member, outcome: Outcome) -> None:
    parsed = receipt(ru, outcome)
    for details in (True, False):
        assert contradictions(parsed, info_of(parsed), details=details) == (outcome, [])


@pytest.mark.parametrize("outcome", NOT_VALID)
def test_a_granted_status_does_not_overrule_the_details(ru: Member, outcome: Outcome) -> None:
    parsed = receipt(ru, outcome)
    granted = replace(info_of(parsed), dv_status=info_of(receipt(ru)).dv_status, certs=())
    assert contradictions(parsed, granted, details=True) == (outcome, ["status and details"])


@pytest.mark.parametrize("outcome", NOT_VALID)
def test_details_that_say_valid_do_not_overrule_the_status(ru: Member, outcome: Outcome) -> None:
    parsed = receipt(ru)
    other = replace(info_of(parsed), dv_status=info_of(receipt(ru, outcome)).dv_status, certs=())
    assert contradictions(parsed, other, details=True) == (outcome, ["status and details"])


@pytest.mark.parametrize("outcome", NOT_VALID)
def test_a_strangers_granted_answer_is_not_valid_although_a_part_is_not(ru: Member, outcome: Outcome) -> None:
    """RFC 3029 §9.1: granted only where every part is valid; a stranger's receipt has no details."""
    parsed = receipt(ru)
    parts = info_of(receipt(ru, outcome)).certs
    mixed = replace(info_of(parsed), certs=(*info_of(parsed).certs, *parts))
    assert contradictions(parsed, mixed, details=False) == (
        outcome,
        ["granted, but not every part is valid"],
    )


def test_an_embedded_receipt_speaks_of_the_same_imprint_under_the_same_algorithm(ru: Member) -> None:
    info = info_of(receipt(ru))
    mine = info.message_imprint
    assert relation(info, info) is None
    another = replace(info, message_imprint=replace(mine, digest=bytes(len(mine.digest))))
    unrelated = relation(info, another)
    assert unrelated is not None
    assert unrelated.parameters["what"] == "the embedded receipt's imprint"
    # The same octets under another algorithm's name are not the same imprint.
    renamed = replace(info, message_imprint=replace(mine, algorithm=AlgorithmIdentifier.build(SHA_512)))
    unrelated = relation(info, renamed)
    assert unrelated is not None
    assert unrelated.parameters["what"] == "the embedded receipt's imprint has another algorithm"
