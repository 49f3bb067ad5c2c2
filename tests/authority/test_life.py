"""The whole life of a TTP, as the register, the certificates, the CRL and OCSP tell it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from support.authority import ADDRESS, GROUND, World
from trustspace.algorithms.digests import digest_by_name
from trustspace.authority.acts import (
    Purpose,
    Reason,
    RegisterAuthority,
    Requested,
    Resume,
    Revoke,
    Suspend,
    Target,
    TargetKind,
)
from trustspace.authority.errors import ActRefused
from trustspace.authority.products import register
from trustspace.authority.reading import time_text
from trustspace.authority.values import IssuerName, status_at
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.crl import CertificateList
from trustspace.encoding.extensions import EXTENDED_KEY_USAGE, KeyUsage
from trustspace.encoding.ocsp import CertStatus, OCSPRequest, OCSPResponse, OCSPResponseStatus
from trustspace.lists.register import RegisterReplayed, RegisterUntrusted, read_register
from trustspace.pki.issuing import certificate_id
from trustspace.pki.revocation import EvidencePool
from trustspace.trust.register import Register, ServiceStatus

RU = Target(TargetKind.TTP, "ru")
KINDS = ["p-256", "rsa-2048", "ed25519", "gost2012-256-a", "gost2012-512-a", "bign-256v1", "kz-gost2015-512"]


def published(world: World) -> Register:
    """The register, published and read back as its readers read it, from the root alone."""
    crls = world.crls()
    made, signed = world.office.publish(world.service)
    read = read_register(signed, [world.state.ceremony.certificates.root], EvidencePool(crls), world.now)
    assert read == made
    world.pass_time()
    return read


def crl(world: World) -> CertificateList:
    return world.office.crl(IssuerName.ISSUING, world.keys.issuing, world.service)


def ocsp(world: World, certificate: Certificate) -> OCSPResponse:
    issuing = world.state.ceremony.certificates.issuing
    asked = certificate_id(certificate, issuing, digest_by_name("SHA-1"))
    request = OCSPRequest.build([asked], nonce=b"n" * 16)
    return OCSPResponse.parse(world.office.ocsp(request.raw, world.keys.ocsp))


def said(world: World, certificate: Certificate) -> CertStatus:
    basic = ocsp(world, certificate).basic
    assert basic is not None
    return basic.responses[0].status


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_of_any_member_state_is_certified(world: World, kind: str) -> None:
    key = world.key(kind)
    (certificate,) = world.register(key)
    assert certificate.spki == key.key.spki
    assert certificate.key_usage == {KeyUsage.DIGITAL_SIGNATURE, KeyUsage.NON_REPUDIATION}
    assert certificate.extended_key_usage == ("1.3.6.1.5.5.7.3.10",)
    assert certificate.extensions[EXTENDED_KEY_USAGE].critical
    points = certificate.crl_distribution_points
    access = certificate.authority_information_access
    assert points is not None
    assert access is not None
    assert ADDRESS + "ttp-ca.crl" in str(points)
    assert [each.location.uri for each in access] == [ADDRESS + "ocsp", ADDRESS + "ttp-ca.cer"]
    assert world.replayed().head == world.state.head


def test_the_authority_itself_may_sign_with_national_keys() -> None:
    world = World("gost2012-256-a").establish()
    world.register(world.key())
    assert published(world).ttp_of_member("ru") is not None


def test_the_life_of_a_ttp(world: World) -> None:
    before = world.now
    certificate, stamping = world.register(world.key(), tsa=world.key())
    assert stamping.extended_key_usage == ("1.3.6.1.5.5.7.3.8",)
    entry = published(world).ttp_of_member("ru")
    assert entry is not None
    assert (entry.certificates, entry.timestamping) == ((certificate.raw,), (stamping.raw,))
    assert entry.status_at(before) is None
    assert entry.granted_at(world.now)
    assert said(world, certificate) is CertStatus.GOOD
    assert crl(world).count == 0

    world.decide(Suspend(RU, GROUND, world.now))
    held = world.now
    on_hold = crl(world).lookup(certificate.serial)
    assert on_hold is not None
    assert on_hold.reason == 6
    assert said(world, certificate) is CertStatus.REVOKED
    entry = published(world).ttp_of_member("ru")
    assert entry is not None
    assert not entry.granted_at(world.now)

    world.decide(Resume(RU, GROUND))
    assert crl(world).lookup(certificate.serial) is None
    assert said(world, certificate) is CertStatus.GOOD

    announced, lost = world.now - timedelta(minutes=3), world.now - timedelta(minutes=5)
    world.decide(Revoke(RU, Reason.KEY_COMPROMISE, GROUND, announced, lost))
    revoked = world.now - timedelta(minutes=10)
    for each in (certificate, stamping):
        row = crl(world).lookup(each.serial)
        assert row is not None
        assert (row.reason, row.invalidity_date, row.revocation_time) == (1, lost, revoked)
        assert said(world, each) is CertStatus.REVOKED
    entry = published(world).ttp_of_member("ru")
    assert entry is not None
    statuses = [period.status for period in entry.history]
    granted, suspended, withdrawn = (
        ServiceStatus.GRANTED,
        ServiceStatus.SUSPENDED,
        ServiceStatus.WITHDRAWN,
    )
    assert statuses == [granted, suspended, granted, withdrawn]
    # On record: the legal act, the reason, when notice was given, since when not to be relied on.
    ground = entry.history[-1].ground
    for part in (
        GROUND.act,
        GROUND.article,
        GROUND.text,
        "keyCompromise",
        time_text(announced),
        time_text(lost),
    ):
        assert part in ground
    # Every moment of the past is still answered, by the journal and by the register.
    service = world.replayed().services["ru"]
    for moment, status in (
        (held, suspended),
        (held - timedelta(hours=2), None),
        (revoked - timedelta(seconds=1), granted),
        (revoked, withdrawn),
    ):
        for period in (entry.status_at(moment), status_at(service.history, moment)):
            assert (None if period is None else period.status) is status
    assert world.replayed().head == world.state.head


def test_a_hold_that_ends_in_revocation_keeps_its_date(world: World) -> None:
    (certificate,) = world.register(world.key())
    world.decide(Suspend(RU, GROUND, world.now))
    since = world.now - timedelta(minutes=10)
    world.decide(Revoke(RU, Reason.PRIVILEGE_WITHDRAWN, GROUND, world.now))
    row = crl(world).lookup(certificate.serial)
    assert row is not None
    assert (row.revocation_time, row.reason) == (since, 9)


def test_one_certificate_is_revoked_and_its_ttp_goes_on_with_another(world: World) -> None:
    (first,) = world.register(world.key())
    act = world.decide(world.further(world.key("gost2012-256-a")))
    (second,) = world.office.issue(act, world.keys.issuing, world.service)
    world.pass_time()
    target = Target(TargetKind.CERTIFICATE, first.sha256)
    world.decide(Revoke(target, Reason.SUPERSEDED, GROUND, world.now))
    entry = published(world).ttp_of_member("ru")
    assert entry is not None
    assert entry.certificates == (first.raw, second.raw)
    assert entry.granted_at(world.now)
    assert (said(world, first), said(world, second)) == (CertStatus.REVOKED, CertStatus.GOOD)


def test_what_is_held_for_itself_stays_held_when_its_ttp_resumes(world: World) -> None:
    certificate, stamping = world.register(world.key(), tsa=world.key())
    single = Target(TargetKind.CERTIFICATE, stamping.sha256)
    world.decide(Suspend(single, GROUND, world.now))
    world.decide(Suspend(RU, GROUND, world.now))
    with pytest.raises(ActRefused) as refused:
        world.decide(Resume(single, GROUND))
    assert refused.value.code == "TARGET_STATUS_WRONG"
    world.decide(Resume(RU, GROUND))
    assert (said(world, certificate), said(world, stamping)) == (CertStatus.GOOD, CertStatus.REVOKED)
    world.decide(Resume(single, GROUND))
    assert said(world, stamping) is CertStatus.GOOD


def test_a_withdrawn_ttp_comes_back_only_by_a_new_registration_with_a_new_key(world: World) -> None:
    key = world.key()
    (old,) = world.register(key)
    pending = world.decide(world.further(world.key()))
    world.decide(Revoke(RU, Reason.CESSATION_OF_OPERATION, GROUND, world.now))
    for payload, code in (
        (Resume(RU, GROUND), "TARGET_STATUS_WRONG"),
        (world.further(world.key()), "MEMBER_NOT_REGISTERED"),
        (world.registration(key), "REQUEST_KEY_USED"),
    ):
        with pytest.raises(ActRefused) as refused:
            world.decide(payload)
        assert refused.value.code == code
    (new,) = world.register(world.key())
    # What was decided for the former TTP is not issued to the new one.
    with pytest.raises(ActRefused):
        world.office.issue(pending, world.keys.issuing, world.service)
    entry = published(world).ttp_of_member("ru")
    assert entry is not None
    assert entry.granted_at(world.now)
    assert entry.certificates == (old.raw, new.raw)
    assert (said(world, old), said(world, new)) == (CertStatus.REVOKED, CertStatus.GOOD)


def test_a_member_without_a_ttp_registers_its_ca(world: World) -> None:
    ca = world.state.ceremony.certificates.root  # any CA's certificate
    world.decide(RegisterAuthority("kg", "CA of Kyrgyzstan", ca, GROUND))
    (entry,) = published(world).authorities_of("kg")
    assert entry.granted_at(world.now)
    world.decide(Revoke(Target(TargetKind.AUTHORITY, ca.sha256), Reason.UNSPECIFIED, GROUND, world.now))
    (entry,) = published(world).authorities_of("kg")
    assert not entry.granted_at(world.now)


def test_a_revoked_issuing_ca_is_on_the_roots_crl_and_the_register_falls(world: World) -> None:
    issuing = world.state.ceremony.certificates.issuing
    target = Target(TargetKind.CERTIFICATE, issuing.sha256)
    world.decide(Revoke(target, Reason.CA_COMPROMISE, GROUND, world.now))
    root_crl = world.office.crl(IssuerName.ROOT, world.keys.root, world.service)
    assert root_crl.lookup(issuing.serial) is not None
    with pytest.raises(RegisterUntrusted):
        published(world)


def test_the_sequence_of_registers_grows_and_an_older_one_does_not_come_back(world: World) -> None:
    world.register(world.key())
    crls = world.crls()
    first, old = world.office.publish(world.service)
    second, _ = world.office.publish(world.service)
    assert second.sequence > first.sequence
    root = world.state.ceremony.certificates.root
    with pytest.raises(RegisterReplayed):
        read_register(old, [root], EvidencePool(crls), world.now, least_sequence=second.sequence)


def test_crls_are_numbered_and_each_ca_has_its_own(world: World) -> None:
    numbers = [crl(world).crl_number for _ in range(3)]
    assert numbers == [1, 2, 3]
    assert world.office.crl(IssuerName.ROOT, world.keys.root, world.service).crl_number == 1


def test_ocsp_says_good_of_what_was_issued_only(world: World) -> None:
    stranger = world.officers[0].certificate
    basic = ocsp(world, stranger).basic
    assert basic is not None
    assert basic.responses[0].status is CertStatus.UNKNOWN
    assert basic.nonce == b"n" * 16
    foreign = certificate_id(stranger, stranger, digest_by_name("SHA-256"))
    answer = OCSPResponse.parse(world.office.ocsp(OCSPRequest.build([foreign]).raw, world.keys.ocsp))
    assert answer.status is OCSPResponseStatus.UNAUTHORIZED
    for junk in (b"", b"\x30\x00", b"not a request"):
        answer = OCSPResponse.parse(world.office.ocsp(junk, world.keys.ocsp))
        assert answer.status is OCSPResponseStatus.MALFORMED_REQUEST


def test_a_request_must_prove_its_key_and_name_its_member(world: World) -> None:
    key = world.key()
    good = world.request(key)
    forged = good[:-1] + bytes([good[-1] ^ 1])
    for request, code in (
        (forged, "REQUEST_NOT_PROVEN"),
        (world.request(key, member="by"), "REQUEST_SUBJECT_WRONG"),
        (b"\x30\x03\x02\x01\x00", "REQUEST_UNREADABLE"),
        (world.request(world.keys.ocsp), "REQUEST_KEY_USED"),
    ):
        payload = world.registration(key)
        changed = type(payload)(
            payload.member,
            payload.name,
            payload.profile,
            payload.endpoints,
            (Requested(Purpose.DVCS, request),),
            GROUND,
        )
        with pytest.raises(ActRefused) as refused:
            world.office.propose(changed, world.officers[0])
        assert refused.value.code == code
    assert "ru" not in world.state.services


def test_no_certificate_outlives_its_issuer(world: World) -> None:
    issuing = world.state.ceremony.certificates.issuing
    world.now = issuing.not_after - timedelta(days=10)
    (certificate,) = world.register(world.key())
    assert certificate.not_after == issuing.not_after


def test_the_register_names_a_ttp_from_its_first_certificate_on(world: World) -> None:
    def now(world: World) -> Register:
        moment: datetime = world.now
        return register(world.state, sequence=1, issued=moment, next_update=moment + timedelta(days=1))

    act = world.decide(world.registration(world.key()))
    assert now(world).ttps == ()
    world.office.issue(act, world.keys.issuing, world.service)
    assert [entry.member for entry in now(world).ttps] == ["ru"]
    with pytest.raises(ActRefused) as refused:
        world.office.issue(act, world.keys.issuing, world.service)
    assert refused.value.code == "CERTIFICATE_ISSUED_ALREADY"
