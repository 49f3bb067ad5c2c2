"""A document crosses a border: two nodes over real HTTP, national cryptography, receipts checked offline."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from support.nodes import World, write_crls
from support.pki import NOW
from support.space import Member, content_of
from trustspace.documents.content import Content
from trustspace.encoding.dvcs import ServiceType
from trustspace.encoding.general_name import GeneralName
from trustspace.receipts.details import Imprint
from trustspace.receipts.outcome import Outcome
from trustspace.receipts.parsing import parse_receipt
from trustspace.receipts.profiles import Suite
from trustspace.receipts.report import ReceiptReport, Standing
from trustspace.receipts.request import DetachedContent, build_request
from trustspace.receipts.verify import verify_receipt
from trustspace.trust.register import ServiceStatus, StatusPeriod
from trustspace.validation.indications import Indication


def ask(url: str, document: bytes, transaction: str = "1", **more: object) -> bytes:
    body = build_request(
        ServiceType.VSD,
        message=document,
        nonce=4711,
        request_time=NOW,
        transaction=GeneralName.of_uri(f"urn:tx:{transaction}"),
        **more,  # type: ignore[arg-type]
    )
    return post(url, body)


def post(url: str, body: bytes) -> bytes:
    answer = httpx.post(url, content=body, headers={"Content-Type": "application/dvcs"}, timeout=20)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/dvcs"
    return answer.content


def verified(world: World, receipt: bytes, document: bytes | None) -> ReceiptReport:
    """Offline: the register and the CA of the TTP service, nothing else."""
    return verify_receipt(
        receipt,
        snapshot=world.space.snapshot(),
        evidence=None,
        times=world.space.times,
        document=None if document is None else content_of(document),
    )


def ground(report: ReceiptReport) -> str:
    assert report.details is not None
    return report.details.ground


@pytest.fixture
def two(world: World) -> tuple[Member, Member]:
    return world.add("ru", "gost2012-256-a"), world.add("by", "bign-256v1", suite=Suite.BOTH)


def test_gost_document_is_believed_in_belarus(world: World, two: tuple[Member, Member]) -> None:
    ru, _ = two
    world.start()
    document = ru.pki.sign(b"contract", ru.signer)
    report = verified(world, ask(world.nodes["by"].dvcs, document), document)
    assert report.exit_code == 0, report.causes
    assert report.member == "by"
    assert ground(report) == "OPINION_RELIED_ON_PEER"
    assert [inner.member for inner in report.embedded] == ["ru"]
    assert ground(report.embedded[0]) == "OPINION_OWN"


def test_bign_document_is_believed_in_russia(world: World, two: tuple[Member, Member]) -> None:
    _, by = two
    world.start()
    document = by.pki.sign(b"contract", by.signer)
    report = verified(world, ask(world.nodes["ru"].dvcs, document), document)
    assert report.exit_code == 0, report.causes
    assert [inner.member for inner in report.embedded] == ["by"]


def test_an_unreachable_ttp_leaves_it_undetermined_and_is_asked_again(
    world: World, two: tuple[Member, Member]
) -> None:
    ru, _ = two
    world.start("by")
    document = ru.pki.sign(b"contract", ru.signer)
    # Nobody listens behind this address yet: it is bound, but the connection is never answered.
    waiting = ask(world.nodes["by"].dvcs, document)
    report = verified(world, waiting, document)
    assert report.standing is Standing.HOLDS
    assert report.says is Outcome.UNDETERMINED_FOR_NOW
    assert report.indication is Indication.INDETERMINATE
    assert ground(report) == "PEER_UNAVAILABLE"
    with world.run("ru"):
        final = verified(world, ask(world.nodes["by"].dvcs, document), document)
    assert final.says is Outcome.VALID
    assert final.serial is not None
    assert report.serial is not None
    assert final.serial > report.serial


def test_a_travelling_receipt_is_enough_where_nobody_answers(
    world: World, two: tuple[Member, Member]
) -> None:
    ru, _ = two
    world.start("by")
    document = ru.pki.sign(b"contract", ru.signer)
    with world.run("ru"):
        travelling = ask(world.nodes["ru"].dvcs, document)
    receipt = ask(world.nodes["by"].dvcs, document, travelling=[travelling])
    report = verified(world, receipt, document)
    assert report.exit_code == 0, report.causes
    assert ground(report) == "OPINION_RELIED_ON_PEER"
    assert parse_receipt(receipt).embedded == (travelling,)
    # A travelling receipt about another document is nobody's word about this one.
    other = ru.pki.sign(b"another contract", ru.signer)
    assert (
        verified(world, ask(world.nodes["by"].dvcs, other, "2", travelling=[travelling]), other).says
        is Outcome.UNDETERMINED_FOR_NOW
    )


def test_a_changed_document_is_invalid_on_both_sides(world: World, two: tuple[Member, Member]) -> None:
    ru, _ = two
    world.start()
    document = ru.pki.sign(b"contract over 100", ru.signer).replace(b"over 100", b"over 900")
    report = verified(world, ask(world.nodes["by"].dvcs, document), document)
    assert report.standing is Standing.HOLDS
    assert report.says is Outcome.INVALID
    assert report.exit_code == 1
    assert ground(report) == "OPINION_PEER_NEGATIVE"


def test_a_revocation_that_is_published_meanwhile_takes_effect_at_the_next_request(
    world: World, two: tuple[Member, Member]
) -> None:
    ru, _ = two
    world.start()
    before = ru.pki.sign(b"before", ru.signer)
    assert verified(world, ask(world.nodes["by"].dvcs, before), before).says is Outcome.VALID
    ru.ca.revoke(ru.signer, at=NOW - timedelta(days=2))
    write_crls(world.nodes["ru"].folder, ru)
    after = ru.pki.sign(b"after", ru.signer)
    report = verified(world, ask(world.nodes["by"].dvcs, after, "2"), after)
    assert report.says is not Outcome.VALID
    assert report.standing is Standing.HOLDS


def test_a_ttp_that_was_withdrawn_is_not_believed(world: World, two: tuple[Member, Member]) -> None:
    ru, _ = two
    withdrawn = StatusPeriod(ServiceStatus.WITHDRAWN, NOW - timedelta(days=3), "key compromise")
    document = ru.pki.sign(b"contract", ru.signer)
    world.start("by")
    with world.run("ru"):
        travelling = ask(world.nodes["ru"].dvcs, document)
    ru.history = (*world.space.granted(), withdrawn)
    world.space.sequence += 1
    world.publish()
    for more in ({}, {"travelling": [travelling]}):
        receipt = ask(world.nodes["by"].dvcs, document, str(len(more)), **more)
        report = verified(world, receipt, document)
        assert report.standing is Standing.HOLDS
        assert report.says is Outcome.UNDETERMINED_FOR_GOOD
        assert report.details is not None
        assert "RECEIPT_ISSUER_NOT_GRANTED" in report.details.verdicts[0].causes
    alone = verified(world, travelling, document)
    assert alone.indication is Indication.INDETERMINATE
    assert [c.code for c in alone.causes] == ["RECEIPT_ISSUER_NOT_GRANTED"]


def test_a_signer_of_an_unregistered_authority_is_undetermined(
    world: World, two: tuple[Member, Member]
) -> None:
    ru, _ = two
    world.start()
    rogue = replace_member(ru)
    document = rogue.pki.sign(b"contract", rogue.signer)
    report = verified(world, ask(world.nodes["by"].dvcs, document), document)
    assert report.says is Outcome.UNDETERMINED_FOR_GOOD
    assert ground(report) == "OPINION_PEER_UNDETERMINED"


def replace_member(member: Member) -> Member:
    """The same names and country under keys that nobody registered."""
    return replace(member, kind="p-256")


def test_a_signer_of_no_member_at_all_is_undetermined_for_good(
    world: World, two: tuple[Member, Member]
) -> None:
    ru, _ = two
    world.start("by")
    stranger = ru.pki.entity(
        "Stranger",
        ru.pki.root("Elsewhere", subject=[("C", "XX"), ("CN", "Elsewhere")]),
        subject=[("C", "XX"), ("CN", "Stranger")],
        ca=False,
    )
    document = ru.pki.sign(b"contract", stranger)
    report = verified(world, ask(world.nodes["by"].dvcs, document), document)
    assert report.says is Outcome.UNDETERMINED_FOR_GOOD
    assert report.details is not None
    assert "SIGNER_UNREGISTERED" in report.details.verdicts[0].causes


def test_a_member_without_a_ttp_is_judged_by_its_registered_authority(
    world: World, two: tuple[Member, Member]
) -> None:
    md = Member(world.space, "md", "p-256", registered=False)
    world.space.register_authority("md", md.ca)
    world.start("by")
    (world.nodes["by"].folder / "evidence" / "md.crl").write_bytes(md.ca.crl().raw)
    document = md.pki.sign(b"contract", md.signer)
    report = verified(world, ask(world.nodes["by"].dvcs, document), document)
    assert report.exit_code == 0, report.details
    assert ground(report) == "OPINION_OWN"
    assert report.embedded == ()


def test_a_document_signed_in_two_states_needs_both_ttps(world: World, two: tuple[Member, Member]) -> None:
    ru, by = two
    kz = world.add("kz", "kz-gost2015-512")
    world.start()
    document = ru.pki.sign(b"contract", ru.signer, by.signer, kz.signer)
    report = verified(world, ask(world.nodes["by"].dvcs, document), document)
    assert report.exit_code == 0, report.causes
    assert sorted(inner.member or "" for inner in report.embedded) == ["kz", "ru"]
    # Each TTP was asked for its own opinion only and vouches for its own signer.
    assert report.details is not None
    assert [v.ground for v in report.details.verdicts].count("OPINION_OWN") == 1


def test_a_detached_signature_crosses_by_digest_and_the_content_stays_at_home(
    world: World, two: tuple[Member, Member]
) -> None:
    ru, _ = two
    world.start()
    content = b"a very confidential contract"
    signature = ru.pki.sign(content, ru.signer, detached=True)
    digest = ru.signer.cms_signer.digest_algorithm
    detached = DetachedContent((Imprint.of(digest, digest.digest(content)),))
    receipt = ask(world.nodes["by"].dvcs, signature, detached=detached)
    assert content not in receipt
    report = verified(world, receipt, signature)
    assert report.exit_code == 0, report.causes
    by_content = verify_receipt(
        receipt,
        snapshot=world.space.snapshot(),
        evidence=None,
        times=world.space.times,
        document=Content.of_bytes(content),
    )
    assert by_content.exit_code == 0, by_content.causes
    assert by_content.document_matches is True
    wrong = verified(world, receipt, b"another contract")
    assert wrong.exit_code == 1
    assert wrong.causes[0].code == "RECEIPT_DOCUMENT_MISMATCH"


def test_content_that_is_sent_along_is_not_in_the_receipt_nor_in_the_ledger(
    world: World, two: tuple[Member, Member]
) -> None:
    ru, _ = two
    world.start()
    content = b"a very confidential contract"
    signature = ru.pki.sign(content, ru.signer, detached=True)
    receipt = ask(world.nodes["by"].dvcs, signature, detached=DetachedContent(content=content))
    report = verified(world, receipt, signature)
    assert report.exit_code == 0, report.causes
    assert len(report.content_imprints) >= 2
    assert content not in receipt
    for path in world.nodes["by"].folder.joinpath("data").iterdir():
        assert content not in path.read_bytes()


def test_foreign_and_own_certificates_are_validated_by_vpkc(world: World, two: tuple[Member, Member]) -> None:
    ru, by = two
    world.start()
    certificates = [ru.signer.certificate, by.signer.certificate]
    helpers = [ru.ca.certificate, by.ca.certificate]
    body = build_request(ServiceType.VPKC, certificates=certificates, helpers=helpers, nonce=9)
    receipt = post(world.nodes["by"].dvcs, body)
    report = verified(world, receipt, None)
    assert report.exit_code == 0, report.details
    assert report.service == "vpkc"
    assert report.details is not None
    assert [v.ground for v in report.details.verdicts] == ["OPINION_RELIED_ON_PEER", "OPINION_OWN"]
    assert [inner.member for inner in report.embedded] == ["ru"]
    # Without the issuing CA no path can be built, there as here: undetermined, not invalid.
    body = build_request(ServiceType.VPKC, certificates=certificates[:1], nonce=10)
    alone = verified(world, post(world.nodes["by"].dvcs, body), None)
    assert alone.standing is Standing.HOLDS
    assert alone.says is Outcome.UNDETERMINED_FOR_GOOD


def test_ccpd_certifies_an_imprint(world: World, two: tuple[Member, Member]) -> None:
    ru, _ = two
    world.start("ru")
    digest = ru.signer.cms_signer.digest_algorithm
    imprint = Imprint.of(digest, digest.digest(b"content"))
    receipt = post(world.nodes["ru"].dvcs, build_request(ServiceType.CCPD, imprint=imprint, nonce=1))
    report = verified(world, receipt, b"content")
    assert report.exit_code == 0, report.causes
    assert report.service == "ccpd"
    assert [note.code for note in report.notes] == ["RECEIPT_UNWITNESSED", "RECEIPT_SINGLE_IMPRINT"]


def test_a_positive_receipt_against_false_mathematics_raises_the_alarm(
    world: World, two: tuple[Member, Member]
) -> None:
    ru, _ = two
    world.start("by")
    document = ru.pki.sign(b"contract over 100", ru.signer).replace(b"over 100", b"over 900")
    lie = ru.receipt(document, certificate=ru.signer.certificate)
    assert verified(world, lie, document).exit_code == 0
    report = verified(world, ask(world.nodes["by"].dvcs, document, travelling=[lie]), document)
    assert report.says is Outcome.UNDETERMINED_FOR_GOOD
    assert ground(report) == "OPINION_CONTRADICTION"
    assert report.details is not None
    assert report.details.alarm


@pytest.mark.parametrize("dialect", ["rfc3029", "kz", "by"])
def test_a_peers_no_is_understood_in_each_profile(world: World, dialect: str) -> None:
    by = world.add("by", "bign-256v1", dialect=dialect)
    world.add("ru", "gost2012-256-a")
    world.start()
    document = by.pki.sign(b"contract over 100", by.signer)
    good = verified(world, ask(world.nodes["ru"].dvcs, document), document)
    assert good.exit_code == 0, good.causes
    changed = document.replace(b"over 100", b"over 900")
    bad = verified(world, ask(world.nodes["ru"].dvcs, changed, "2"), changed)
    assert bad.standing is Standing.HOLDS, bad.causes
    assert bad.says is Outcome.INVALID
    assert ground(bad) == "OPINION_PEER_NEGATIVE"
    assert bad.embedded[0].says is Outcome.INVALID


def test_a_request_that_could_not_be_read_may_be_corrected(world: World, two: tuple[Member, Member]) -> None:
    ru, _ = two
    world.start("ru")
    assert parse_receipt(ask(world.nodes["ru"].dvcs, b"torn")).response.error_note is not None
    document = ru.pki.sign(b"contract", ru.signer)
    assert verified(world, ask(world.nodes["ru"].dvcs, document), document).exit_code == 0
