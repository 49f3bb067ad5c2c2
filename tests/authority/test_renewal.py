"""The authority's own signers get new keys, and nobody notices but who looks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from support.authority import GROUND, World
from trustspace.algorithms.digests import digest_by_name
from trustspace.authority.acts import OwnService, Reason, Renew, Revoke, Target, TargetKind
from trustspace.authority.errors import ActRefused, JournalBroken
from trustspace.authority.journal import Record, RecordKind, read_records
from trustspace.authority.reading import b64
from trustspace.authority.state import State
from trustspace.encoding.extensions import SUBJECT_KEY_IDENTIFIER
from trustspace.encoding.ocsp import OCSPRequest, OCSPResponse
from trustspace.lists.register import RegisterUntrusted, read_register
from trustspace.pki.issuing import certificate_id
from trustspace.pki.revocation import EvidencePool


def believed(world: World) -> bool:
    """Whether the register that is published now is believed by its readers."""
    crls = EvidencePool(world.crls())
    register, signed = world.office.publish(world.service)
    root = world.state.ceremony.certificates.root
    try:
        return read_register(signed, [root], crls, world.now) == register
    except RegisterUntrusted:
        return False


@pytest.mark.parametrize("kind", ["p-256", "gost2012-256-a"])
def test_the_registers_signer_changes_without_a_gap(kind: str) -> None:
    world = World(kind).establish()
    world.register(world.key())
    former, former_certificate = world.service, world.state.own[OwnService.REGISTER]
    assert believed(world)
    world.renew(OwnService.REGISTER)
    now = world.state.own[OwnService.REGISTER]
    assert now.spki != former_certificate.spki
    assert now.subject.raw == former_certificate.subject.raw
    for oid, extension in former_certificate.extensions.items():
        assert oid == SUBJECT_KEY_IDENTIFIER or now.extensions[oid] == extension
    assert believed(world)
    # The former key seals nothing any more; revoked, it takes nothing with it.
    with pytest.raises(JournalBroken) as found:
        world.office.publish(former)
    assert found.value.code == "JOURNAL_SEAL_FOREIGN"
    target = Target(TargetKind.CERTIFICATE, former_certificate.sha256)
    world.decide(Revoke(target, Reason.SUPERSEDED, GROUND, world.now))
    assert believed(world)
    assert world.replayed().head == world.state.head


def test_a_register_signed_by_a_revoked_signer_is_not_believed(world: World) -> None:
    target = Target(TargetKind.CERTIFICATE, world.service.certificate.sha256)
    world.decide(Revoke(target, Reason.KEY_COMPROMISE, GROUND, world.now))
    assert not believed(world)
    world.renew(OwnService.REGISTER)
    assert believed(world)


def test_the_ocsp_responder_changes(world: World) -> None:
    (certificate,) = world.register(world.key())
    key = world.renew(OwnService.OCSP)
    issuing = world.state.ceremony.certificates.issuing
    asked = certificate_id(certificate, issuing, digest_by_name("SHA-256"))
    answer = OCSPResponse.parse(world.office.ocsp(OCSPRequest.build([asked]).raw, key))
    assert answer.basic is not None
    assert answer.basic.certificates == (world.state.own[OwnService.OCSP].raw,)


def test_a_signer_that_is_over_publishes_nothing(world: World) -> None:
    world.now = world.service.certificate.not_after + timedelta(seconds=1)
    with pytest.raises(ActRefused) as refused:
        world.office.publish(world.service)
    assert refused.value.code == "OWN_SIGNER_OVER"
    world.renew(OwnService.REGISTER)
    world.office.publish(world.service)


def test_a_certificate_for_another_purpose_is_not_what_was_decided(world: World) -> None:
    """Who holds the issuing key cannot pass the OCSP signer's certificate off as the register's."""
    key = world.key()
    ocsp = world.state.own[OwnService.OCSP]
    act = world.decide(Renew(OwnService.REGISTER, world.request(key), GROUND))
    for wrong in (ocsp, world.officers[0].certificate):
        body = {"act": act, "index": 0, "certificate": b64(wrong.raw)}
        record = Record.make(
            number=world.state.records + 1,
            previous=world.state.head,
            recorded=world.now,
            kind=RecordKind.CERTIFICATE,
            body=body,
            signer=world.service,
            entropy=world.random(32),
        )
        with pytest.raises(JournalBroken) as found:
            State.replay(read_records(bytes(world.lines) + record.line + b"\n"))
        assert found.value.code == "JOURNAL_CERTIFICATE_WRONG"
