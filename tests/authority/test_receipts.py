"""Receipts of a TTP that this authority certified: believed while it was granted, and not afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pytest

from support.authority import GROUND, START, World
from support.space import Member, Space, content_of
from trustspace.algorithms.model import DigestAlgorithm
from trustspace.authority.acts import Reason, Resume, Revoke, Suspend, Target, TargetKind
from trustspace.lists.register import read_register
from trustspace.pki.edges import EdgeCache
from trustspace.pki.issuing.signed_data import CmsSigner
from trustspace.pki.pool import CertificatePool
from trustspace.pki.revocation import EvidencePool
from trustspace.receipts.report import ReceiptReport, Standing
from trustspace.receipts.revocation import revocation_source
from trustspace.receipts.verify import verify_receipt
from trustspace.timestamps.issue import TimestampAuthority
from trustspace.trust.snapshot import ServiceKind, Snapshot, TrustAnchor
from trustspace.validation.times import Times

RU = Target(TargetKind.TTP, "ru")


@dataclass
class Crossing:
    """A member's TTP with certificates of the authority, and a document."""

    world: World
    member: Member
    document: bytes
    signer: CmsSigner
    stamping: CmsSigner

    def receipt(self) -> bytes:
        world, own = self.world, self.world.state.ceremony.certificates
        moment = world.now
        pool = CertificatePool([own.root, own.issuing])

        def stamp(digest: DigestAlgorithm, value: bytes) -> bytes:
            unit = TimestampAuthority(signer=self.stamping, policy="1.2.3")
            serial = int.from_bytes(world.random(8), "big") >> 1 | 1
            return unit.issue(digest, value, serial=serial, now=moment, entropy=world.random(32))

        return self.member.receipt(
            self.document,
            signers=(self.signer,),
            stamper=stamp,
            time=moment,
            revocation=revocation_source(pool, EvidencePool(world.crls()), EdgeCache()),
        )

    def verify(self, receipt: bytes) -> ReceiptReport:
        """Offline, with the register and the CRLs that the authority publishes now."""
        world, root = self.world, self.world.state.ceremony.certificates.root
        crls = EvidencePool(world.crls())
        _, signed = world.office.publish(world.service)
        register = read_register(signed, [root], crls, world.now)
        snapshot = Snapshot((TrustAnchor(root, None, ServiceKind.TTP_CA),), register)
        report = verify_receipt(
            receipt,
            snapshot=snapshot,
            evidence=crls,
            times=Times.at(world.now),
            document=content_of(self.document),
        )
        world.pass_time()
        return report


@pytest.fixture
def crossing(world: World) -> Crossing:
    key, stamping_key = world.key("gost2012-256-a"), world.key()
    certificate, stamping = world.register(key, tsa=stamping_key)
    chain = (world.state.ceremony.certificates.issuing,)
    member = Space(now=START).member("ru", "gost2012-256-a")
    return Crossing(
        world,
        member,
        member.pki.sign(b"contract", member.signer),
        CmsSigner(key=key, certificate=certificate, chain=chain),
        CmsSigner(key=stamping_key, certificate=stamping, chain=chain),
    )


def test_a_receipt_of_a_registered_ttp_holds(crossing: Crossing) -> None:
    report = crossing.verify(crossing.receipt())
    assert report.exit_code == 0, report.causes
    assert (report.member, report.issuer_name) == ("ru", "TTP of ru")


def _revoke_signer(crossing: Crossing, since: datetime | None) -> None:
    target = Target(TargetKind.CERTIFICATE, crossing.signer.certificate.sha256)
    now = crossing.world.now
    crossing.world.decide(Revoke(target, Reason.KEY_COMPROMISE, GROUND, now, since))


def test_a_receipt_from_before_the_revocation_holds_and_one_from_after_does_not(crossing: Crossing) -> None:
    before = crossing.receipt()
    crossing.world.pass_time(hours=1)
    _revoke_signer(crossing, None)
    report = crossing.verify(before)
    assert report.standing is Standing.HOLDS, report.causes
    report = crossing.verify(crossing.receipt())
    assert report.standing is not Standing.HOLDS


def test_the_receipts_of_a_withdrawn_ttp_end_with_it_and_its_earlier_ones_do_not(crossing: Crossing) -> None:
    before = crossing.receipt()
    crossing.world.pass_time(hours=1)
    crossing.world.decide(Revoke(RU, Reason.PRIVILEGE_WITHDRAWN, GROUND, crossing.world.now))
    after = crossing.verify(crossing.receipt())
    assert after.exit_code == 3
    assert "RECEIPT_ISSUER_NOT_GRANTED" in [cause.code for cause in after.causes]
    earlier = crossing.verify(before)
    assert earlier.standing is Standing.HOLDS, earlier.causes


def test_where_the_keys_are_lost_even_the_times_prove_nothing(crossing: Crossing) -> None:
    before = crossing.receipt()
    crossing.world.pass_time(hours=1)
    crossing.world.decide(Revoke(RU, Reason.KEY_COMPROMISE, GROUND, crossing.world.now))
    assert crossing.verify(before).standing is not Standing.HOLDS


def test_a_suspended_ttp_is_not_believed_until_it_resumes(crossing: Crossing) -> None:
    crossing.world.decide(Suspend(RU, GROUND, crossing.world.now))
    during = crossing.receipt()
    assert crossing.verify(during).exit_code == 3
    crossing.world.decide(Resume(RU, GROUND))
    assert crossing.verify(crossing.receipt()).standing is Standing.HOLDS
    # What was made during the suspension stays what it was.
    assert crossing.verify(during).standing is not Standing.HOLDS
