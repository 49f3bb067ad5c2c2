"""A chain of receipts, checked offline: what holds, what fails, and what stays undetermined."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from support.pki import NOW
from support.space import Member, Space, content_of, vsd
from trustspace.documents.content import Content
from trustspace.encoding import der
from trustspace.pki.revocation import EvidencePool
from trustspace.receipts.details import Verdict
from trustspace.receipts.issue import issue
from trustspace.receipts.outcome import Outcome
from trustspace.receipts.parsing import ReceiptUnreadable, parse_receipt
from trustspace.receipts.profiles import Suite
from trustspace.receipts.report import ReceiptReport, Standing
from trustspace.receipts.sealing import no_revocation
from trustspace.receipts.verify import MAX_DEPTH, ReceiptVerifier, verify_receipt
from trustspace.trust.register import ServiceStatus, StatusPeriod
from trustspace.trust.snapshot import Snapshot
from trustspace.validation.indications import Indication
from trustspace.validation.times import Times

RELIED = {"ground": "OPINION_RELIED_ON_PEER"}


@pytest.fixture
def space() -> Space:
    return Space()


@pytest.fixture
def ru(space: Space) -> Member:
    return space.member("ru", "gost2012-256-a")


@pytest.fixture
def by(space: Space) -> Member:
    return space.member("by", "bign-256v1")


@pytest.fixture
def document(ru: Member) -> bytes:
    return ru.pki.sign(b"contract", ru.signer)


def check(space: Space, receipt: bytes, document: bytes | None, **changes: Any) -> ReceiptReport:
    arguments: dict[str, Any] = {"snapshot": space.snapshot(), "evidence": None, "times": space.times}
    content = None if document is None else content_of(document)
    return verify_receipt(receipt, document=content, **{**arguments, **changes})


def codes(report: ReceiptReport) -> list[str]:
    return [cause.code for cause in report.causes]


@pytest.mark.parametrize("kind", ["gost2012-256-a", "bign-256v1", "kz-gost2015-512", "p-256", "rsa-2048"])
@pytest.mark.parametrize("suite", Suite)
def test_a_receipt_holds_in_every_members_algorithms(space: Space, kind: str, suite: Suite) -> None:
    member = space.member("xx", kind, suite=suite)
    document = member.pki.sign(b"contract", member.signer)
    report = check(space, member.receipt(document), document)
    assert report.exit_code == 0, report.causes
    assert report.proven_time == NOW
    assert len(report.certificates) == (2 if suite is Suite.BOTH else 1)
    # Two imprints of different hash families, both the document's.
    assert [c.matches for c in report.imprints] == [True, True]
    assert [note.code for note in report.notes] == ["RECEIPT_UNWITNESSED"]


def test_the_chain_says_who_vouched_for_whom(space: Space, ru: Member, by: Member, document: bytes) -> None:
    inner = ru.receipt(document)
    outer = by.receipt(document, embedded=[("ru", Outcome.VALID, inner)], **RELIED)
    report = check(space, outer, document)
    assert report.exit_code == 0, report.causes
    assert (report.member, report.embedded[0].member) == ("by", "ru")
    values = report.to_dict("ru")
    assert values["indication"] == "TOTAL-PASSED"
    # What verified, and what signed; neither is certified by a state, and both say so.
    modules = values["embedded"][0]["details"]["modules"]
    assert [module.split()[0] for module in modules] == ["test", "trustspace-native"]
    assert all(module.endswith("(not certified)") for module in modules)
    assert values["missing"][0]["message"] == "Квитанция не засвидетельствована."
    assert report.to_json() == check(space, outer, document).to_json()


def test_what_the_receipt_says_is_told_from_whether_it_holds(
    space: Space, ru: Member, document: bytes
) -> None:
    expected = {
        Outcome.VALID: Indication.TOTAL_PASSED,
        Outcome.INVALID: Indication.TOTAL_FAILED,
        Outcome.UNDETERMINED_FOR_GOOD: Indication.INDETERMINATE,
        Outcome.UNDETERMINED_FOR_NOW: Indication.INDETERMINATE,
    }
    for outcome, indication in expected.items():
        report = check(space, ru.receipt(document, outcome), document)
        assert report.standing is Standing.HOLDS
        assert report.says is outcome
        assert report.indication is indication


def test_another_document_fails_and_no_document_is_said(space: Space, ru: Member, document: bytes) -> None:
    receipt = ru.receipt(document)
    other = check(space, receipt, ru.pki.sign(b"another", ru.signer))
    assert other.exit_code == 1
    assert set(codes(other)) == {"RECEIPT_DOCUMENT_MISMATCH"}
    without = check(space, receipt, None)
    assert without.exit_code == 0
    assert without.document_matches is None
    assert "RECEIPT_DOCUMENT_NOT_GIVEN" in [note.code for note in without.notes]
    # Only an imprint of an unrelated kind is at hand: nothing was compared, and that is no match.
    unknown = verify_receipt(
        receipt,
        snapshot=space.snapshot(),
        evidence=None,
        times=space.times,
        document=Content.of_digests({"SHA-512": bytes(64)}),
    )
    assert unknown.indication is Indication.INDETERMINATE


def test_without_register_anchor_or_revocation_values_it_is_undetermined(
    space: Space, ru: Member, document: bytes
) -> None:
    receipt = ru.receipt(document)
    anchors = space.snapshot().anchors
    no_register = check(space, receipt, document, snapshot=Snapshot(anchors, None))
    assert no_register.indication is Indication.INDETERMINATE
    assert "RECEIPT_NO_REGISTER" in codes(no_register)
    no_anchor = check(space, receipt, document, snapshot=Snapshot((), space.register))
    assert no_anchor.indication is Indication.INDETERMINATE
    bare = ru.receipt(document, revocation=no_revocation)
    assert check(space, bare, document).indication is Indication.INDETERMINATE
    # The same values beside the receipt do as well.
    assert check(space, bare, document, evidence=space.evidence()).exit_code == 0


def test_a_stale_register_is_not_relied_on(space: Space, ru: Member, document: bytes) -> None:
    later = Times.at(space.register.next_update + timedelta(days=1))
    report = check(space, ru.receipt(document), document, times=later)
    assert report.indication is Indication.INDETERMINATE
    assert "REGISTER_OUT_OF_DATE" in codes(report)


@pytest.mark.parametrize(
    ("days", "holds"), [(-2, False), (2, True)], ids=["revoked before", "revoked afterwards"]
)
def test_a_revoked_ttp_certificate_counts_by_the_time_that_is_proven(
    space: Space, ru: Member, document: bytes, days: int, holds: bool
) -> None:
    receipt = ru.receipt(document)
    space.root.revoke(ru.ttps[0], at=NOW + timedelta(days=days), reason=1)
    later = NOW + timedelta(days=3)
    crl = space.root.crl(this_update=later, next_update=later + timedelta(days=7))
    report = check(
        space, receipt, document, evidence=EvidencePool([crl]), times=Times.at(later + timedelta(hours=1))
    )
    assert (report.standing is Standing.HOLDS) == holds, report.causes
    assert report.says is Outcome.VALID
    if not holds:
        assert report.exit_code == 3


@pytest.mark.parametrize(
    ("history", "holds"),
    [
        ([(ServiceStatus.GRANTED, -10)], True),
        ([(ServiceStatus.GRANTED, 10)], False),
        ([(ServiceStatus.GRANTED, -10), (ServiceStatus.SUSPENDED, -1)], False),
        ([(ServiceStatus.GRANTED, -10), (ServiceStatus.WITHDRAWN, -1)], False),
        ([(ServiceStatus.GRANTED, -10), (ServiceStatus.SUSPENDED, -5), (ServiceStatus.GRANTED, -1)], True),
        ([(ServiceStatus.GRANTED, -10), (ServiceStatus.WITHDRAWN, 1)], True),
    ],
)
def test_the_register_must_grant_the_ttp_at_the_receipts_time(
    space: Space, ru: Member, document: bytes, history: list[tuple[ServiceStatus, int]], holds: bool
) -> None:
    receipt = ru.receipt(document)
    ru.history = tuple(StatusPeriod(status, NOW + timedelta(days=days), "ground") for status, days in history)
    report = check(space, receipt, document)
    assert (report.exit_code == 0) == holds
    if not holds:
        assert report.exit_code == 3
        assert codes(report) == ["RECEIPT_ISSUER_NOT_GRANTED"]


def test_an_unregistered_ttp_is_not_believed_though_its_certificate_is_good(
    space: Space, ru: Member, document: bytes
) -> None:
    stranger = Member(space, "zz", "p-256", registered=False)
    # The Commission's CA certified it, and its time-stamps are by a registered authority.
    report = check(space, stranger.receipt(document, stamper=ru.tsa.stamp), document)
    assert report.exit_code == 3
    assert "RECEIPT_ISSUER_UNREGISTERED" in codes(report)


def test_a_ttp_cannot_speak_in_another_members_name(
    space: Space, ru: Member, by: Member, document: bytes
) -> None:
    report = check(space, ru.receipt(document, member="by"), document)
    assert report.exit_code == 3
    assert codes(report) == ["RECEIPT_ISSUER_MISMATCH"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"extended_key_usage_critical": False}, "not critical"),
        ({"extended_key_usage": ("1.3.6.1.5.5.7.3.4",)}, "missing"),
    ],
)
def test_the_key_purpose_is_dvcs_and_critical(space: Space, changes: dict[str, Any], reason: str) -> None:
    member = space.member("xx", "p-256", ttp_changes=changes)
    document = member.pki.sign(b"contract", member.signer)
    report = check(space, member.receipt(document), document)
    assert report.exit_code == 3
    said = [c.parameters["reason"] for c in report.causes if c.code == "RECEIPT_KEY_PURPOSE"]
    assert reason in str(said)


def test_a_time_stamp_by_another_key_is_needed_and_close_to_the_receipts_time(
    space: Space, ru: Member, document: bytes
) -> None:
    for stamper, code in (
        (None, "RECEIPT_NO_TIME_STAMP"),
        (ru.tsa.stamper(NOW + timedelta(hours=5)), "RECEIPT_TIME_DISORDER"),
        (ru.tsa.stamper(NOW - timedelta(hours=5)), "RECEIPT_TIME_DISORDER"),
    ):
        report = check(
            space, ru.receipt(document, stamper=stamper), document, times=Times.at(NOW + timedelta(hours=6))
        )
        assert report.exit_code == 3
        assert code in codes(report)


def test_a_time_stamp_by_the_receipts_own_key_proves_nothing(space: Space) -> None:
    """Who holds that key could date back both; a certificate for each purpose changes nothing about it."""
    member = space.member("xx", "p-256", suite=Suite.COMMON)
    own = member.ttps[0]
    member.tsa = space.pki.tsa(f"TTP {member.code} p-256", space.root, kind="p-256")
    assert member.tsa.certificate.spki == own.certificate.spki
    document = member.pki.sign(b"contract", member.signer)
    report = check(space, member.receipt(document), document)
    assert report.exit_code == 3
    assert codes(report) == ["RECEIPT_NO_TIME_STAMP"]


def test_a_time_stamp_that_covers_something_else_proves_nothing(
    space: Space, ru: Member, document: bytes
) -> None:
    def elsewhere(digest: Any, value: bytes) -> bytes:
        return ru.tsa.stamp(digest, digest.digest(value))

    report = check(space, ru.receipt(document, stamper=elsewhere), document)
    assert report.exit_code == 3
    assert "RECEIPT_NO_TIME_STAMP" in codes(report)


def with_rows(member: Member, document: bytes, outcome: Outcome) -> bytes:
    """A receipt that says "valid" as a whole while its one row says something else."""
    judgement = member.judgement(document)
    row = judgement.rows[0]
    changed = replace(row, verdict=replace(row.verdict, outcome=outcome))
    return issue(vsd(document), replace(judgement, rows=(changed,)), member.issuing())


@pytest.mark.parametrize("outcome", [o for o in Outcome if o is not Outcome.VALID])
def test_granted_needs_every_part_valid(space: Space, ru: Member, document: bytes, outcome: Outcome) -> None:
    report = check(space, with_rows(ru, document, outcome), document)
    assert report.indication is not Indication.TOTAL_PASSED
    assert "RECEIPT_CONTRADICTS_ITSELF" in codes(report)


def test_an_answer_that_relies_on_a_receipt_must_embed_it(
    space: Space, ru: Member, by: Member, document: bytes
) -> None:
    inner = ru.receipt(document)
    judgement = by.judgement(document, embedded=[("ru", Outcome.VALID, inner)], **RELIED)
    without = issue(vsd(document), replace(judgement, embedded=()), by.issuing())
    report = check(space, without, document)
    assert report.exit_code == 3
    assert codes(report) == ["RECEIPT_EMBEDDED_MISSING"]
    uncited = issue(vsd(document), replace(judgement, opinions=()), by.issuing())
    assert check(space, uncited, document).exit_code == 3


def test_an_embedded_receipt_about_another_document_is_a_contradiction(
    space: Space, ru: Member, by: Member, document: bytes
) -> None:
    elsewhere = ru.receipt(ru.pki.sign(b"another", ru.signer))
    outer = by.receipt(document, embedded=[("ru", Outcome.VALID, elsewhere)], **RELIED)
    assert check(space, outer, None).exit_code == 3


def test_an_embedded_receipt_that_is_not_believed_takes_the_chain_down_only_where_it_is_relied_on(
    space: Space, ru: Member, by: Member, document: bytes
) -> None:
    unstamped = ru.receipt(document, stamper=None)
    relying = by.receipt(document, embedded=[("ru", Outcome.VALID, unstamped)], **RELIED)
    report = check(space, relying, document)
    assert report.exit_code == 3
    assert "RECEIPT_EMBEDDED" in codes(report)
    honest = by.receipt(
        document,
        Outcome.UNDETERMINED_FOR_GOOD,
        embedded=[("ru", Outcome.UNDETERMINED_FOR_GOOD, unstamped)],
        ground="OPINION_PEER_UNDETERMINED",
    )
    assert check(space, honest, document).standing is Standing.HOLDS


def test_receipts_within_receipts_are_bounded(space: Space, ru: Member, document: bytes) -> None:
    receipt = ru.receipt(document)
    for _ in range(MAX_DEPTH - 1):
        receipt = ru.receipt(document, embedded=[("ru", Outcome.VALID, receipt)], **RELIED)
    assert check(space, receipt, document).exit_code == 0
    receipt = ru.receipt(document, embedded=[("ru", Outcome.VALID, receipt)], **RELIED)
    report = check(space, receipt, document)
    assert report.indication is Indication.INDETERMINATE
    assert "RECEIPT_TOO_DEEP" in str(report.to_dict())


def test_a_receipt_outlives_its_certificate(space: Space) -> None:
    """Design rule 5: revocation values, a time-stamp by another key, and both imprints are inside."""
    short = space.member("xx", "p-256", ttp_changes={"not_after": NOW + timedelta(days=5)})
    document = short.pki.sign(b"contract", short.signer)
    receipt = short.receipt(document)
    years = NOW + timedelta(days=3 * 365)
    good = {"issued": years - timedelta(days=1), "next_update": years + timedelta(days=9)}
    register = replace(space.register, **good)
    report = check(space, receipt, document, snapshot=space.snapshot(register), times=Times.at(years))
    assert report.exit_code == 0, report.causes


def test_belarus_profile_leaves_out_what_is_optional_and_refuses_in_an_error_note(space: Space) -> None:
    member = space.member("by", "bign-256v1", dialect="by")
    document = member.pki.sign(b"contract", member.signer)
    positive = member.receipt(document)
    info = parse_receipt(positive).info
    assert info is not None
    assert (info.dv_status, info.certs, info.extensions) == (None, (), ())
    report = check(space, positive, document)
    assert report.exit_code == 0, report.causes
    assert [c.matches for c in report.imprints] == [True, True]
    for outcome in (Outcome.INVALID, Outcome.UNDETERMINED_FOR_GOOD, Outcome.UNDETERMINED_FOR_NOW):
        negative = check(space, member.receipt(document, outcome), document)
        assert parse_receipt(member.receipt(document, outcome)).response.error_note is not None
        assert negative.standing is Standing.HOLDS, negative.causes
        assert negative.says is outcome


def test_kazakhstans_profile_words_its_three_verdicts(space: Space) -> None:
    member = space.member("kz", "kz-gost2015-512", dialect="kz", suite=Suite.BOTH)
    document = member.pki.sign(b"contract", member.signer)
    for outcome, words in (
        (Outcome.VALID, "Проверено"),
        (Outcome.INVALID, "Не проверено"),
        (Outcome.UNDETERMINED_FOR_GOOD, "Невозможно проверить"),
    ):
        report = check(space, member.receipt(document, outcome), document)
        assert report.standing is Standing.HOLDS, report.causes
        assert report.says is outcome
        assert words in report.status_text


def test_partly_valid_documents_say_which_signature_is_which(space: Space, ru: Member, by: Member) -> None:
    document = ru.pki.sign(b"contract", ru.signer, by.signer)
    judgement = ru.judgement(document)
    first, second = judgement.rows
    bad = replace(second, verdict=replace(second.verdict, outcome=Outcome.INVALID))
    mixed = replace(judgement, rows=(first, bad), outcome=Outcome.INVALID)
    receipt = issue(vsd(document), mixed, ru.issuing())
    info = parse_receipt(receipt).info
    assert info is not None
    assert info.dv_status is not None
    assert info.dv_status.status == 1  # grantedWithMods
    report = check(space, receipt, document)
    assert report.standing is Standing.HOLDS, report.causes
    assert report.says is Outcome.INVALID


def test_a_signature_without_certificate_is_named_by_its_id(
    space: Space, ru: Member, document: bytes
) -> None:
    judgement = ru.judgement(document, Outcome.UNDETERMINED_FOR_GOOD)
    verdict: Verdict = judgement.rows[0].verdict
    row = replace(judgement.rows[0], certificate=None)
    receipt = issue(vsd(document), replace(judgement, rows=(row,)), ru.issuing())
    info = parse_receipt(receipt).info
    assert info is not None
    assert verdict.id.encode() in info.certs[0].target.value
    assert check(space, receipt, document).standing is Standing.HOLDS


@pytest.mark.parametrize(
    "make",
    [
        lambda ru, document: b"",
        lambda ru, document: b"-----BEGIN",
        lambda ru, document: document,
        lambda ru, document: ru.receipt(document)[:-1],
        lambda ru, document: ru.tsa.stamp(ru.tsa.cms_signer.digest_algorithm, bytes(32)),
        lambda ru, document: der.sequence(*[der.sequence()] * 3),
        lambda ru, document: b"\x30\x80" * 200,
    ],
)
def test_what_is_no_receipt_is_one_clear_error(
    space: Space, ru: Member, document: bytes, make: Callable[[Member, bytes], bytes]
) -> None:
    with pytest.raises(ReceiptUnreadable):
        check(space, make(ru, document), document)


def test_a_warm_verifier_gives_the_same_report(space: Space, ru: Member, document: bytes) -> None:
    verifier = ReceiptVerifier(space.snapshot(), None)
    receipt = ru.receipt(document)
    reports = {verifier.verify(receipt, space.times, document=content_of(document)).to_json() for _ in "123"}
    assert reports == {check(space, receipt, document).to_json()}
