"""What is made of the state: the register, CRLs, OCSP responses; and whether what was made agrees with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from trustspace.algorithms.digests import digest_by_oid
from trustspace.algorithms.errors import AlgorithmNotSupported, KeyInvalid, SignatureInvalid
from trustspace.algorithms.model import SigningKey
from trustspace.algorithms.signatures import verify_signature
from trustspace.authority.acts import Certify, OwnService, Payload, Purpose, Reason, RegisterTtp, Renew
from trustspace.authority.errors import JournalBroken
from trustspace.authority.issuance import as_decided, renewal_as_decided
from trustspace.authority.journal import Record
from trustspace.authority.reading import Reader
from trustspace.authority.values import (
    CertificateStatus,
    CrlIssue,
    Issued,
    IssuerName,
    Publication,
)
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.crl import CertificateList
from trustspace.encoding.ocsp import (
    CertID,
    CertStatus,
    OCSPRequest,
    OCSPResponseStatus,
    encode_ocsp_error,
)
from trustspace.errors import MalformedEncoding
from trustspace.pki.issuing import Issuer, RevokedEntry, SingleStatus, issue_crl, issue_ocsp
from trustspace.trust.register import AuthorityEntry, Register, TtpEntry

if TYPE_CHECKING:
    from trustspace.authority.state import State

_HOLD = 6
_MAX_NONCE = 128
_HONEST_ENDS = (Reason.AFFILIATION_CHANGED, Reason.SUPERSEDED, Reason.CESSATION_OF_OPERATION)


# --- The register -------------------------------------------------------------------------------------------


def register(state: State, *, sequence: int, issued: datetime, next_update: datetime) -> Register:
    """The register as the state has it; a TTP stands in it from its first certificate on."""
    ttps = []
    for member, service in sorted(state.services.items()):
        of_member = [each for each in state.issued.values() if each.member == member]
        signing = tuple(c.certificate.raw for c in of_member if c.purpose == Purpose.DVCS.value)
        if not signing:
            continue
        ttps.append(
            TtpEntry(
                member=member,
                name=service.name,
                # All that it ever had: what they signed before an end stays good (with a proof of that time).
                certificates=signing,
                endpoints=service.endpoints,
                profile=service.profile,
                history=service.history,
                timestamping=tuple(c.certificate.raw for c in of_member if _stamps(c)),
            )
        )
    return Register(
        space=state.space,
        sequence=sequence,
        issued=issued,
        next_update=next_update,
        ttps=tuple(ttps),
        authorities=tuple(
            AuthorityEntry(each.member, each.name, each.certificate.raw, each.history)
            for _, each in sorted(state.authorities.items(), key=lambda item: (item[1].member, item[0]))
        ),
    )


def _stamps(issued: Issued) -> bool:
    """Whether the register lists it among those whose time-stamps are believed.

    For the register's readers it is an anchor, whose revocation nobody looks up: so one that is held, or
    revoked for a reason that casts doubt on its earlier tokens, must not be there (RFC 3161 §4, item 1).
    """
    if issued.purpose != Purpose.TIMESTAMPING.value:
        return False
    now = issued.now
    honest = now.status is CertificateStatus.REVOKED and now.reason in _HONEST_ENDS
    return honest or now.status is CertificateStatus.GOOD


def take_publication(state: State, record: Record, body: Reader) -> None:
    """The register was published; it must be what the state gives."""
    made = Publication(
        body.integer("sequence"), body.time("issued"), body.time("next_update"), body.digest("register")
    )
    agrees = made.sequence == record.number and made.issued < made.next_update
    if agrees:
        expected = register(state, sequence=made.sequence, issued=made.issued, next_update=made.next_update)
        agrees = expected.sha256 == made.sha256
    if not agrees:
        raise JournalBroken("JOURNAL_PUBLICATION_WRONG", number=record.number, kind=record.kind.value)
    state.publication = made


# --- CRLs ---------------------------------------------------------------------------------------------------


def revoked_entries(state: State, issuer: IssuerName) -> list[RevokedEntry]:
    """The entries of a full CRL, also of certificates that have expired: their signatures live on."""
    return [
        _entry(each)
        for each in state.issued.values()
        if each.issuer is issuer and each.now.status is not CertificateStatus.GOOD
    ]


def _entry(issued: Issued) -> RevokedEntry:
    now = issued.now
    reason = _HOLD if now.status is CertificateStatus.HELD else now.reason.number if now.reason else None
    return RevokedEntry(
        issued.certificate.serial, issued.not_good_since, reason, invalidity_date=now.invalid_since
    )


def make_crl(
    state: State, issuer: IssuerName, key: SigningKey, *, moment: datetime, entropy: bytes
) -> CertificateList:
    """The next full CRL of one of the two CAs."""
    certificates, lifetimes = state.ceremony.certificates, state.ceremony.lifetimes
    of_root = issuer is IssuerName.ROOT
    last = state.crls.get(issuer)
    return issue_crl(
        Issuer.of(certificates.root if of_root else certificates.issuing, key),
        revoked_entries(state, issuer),
        number=1 if last is None else last.number + 1,
        this_update=moment,
        next_update=moment + timedelta(days=lifetimes.root_crl if of_root else lifetimes.crl),
        entropy=entropy,
    )


def take_crl(state: State, record: Record, body: Reader) -> None:
    """A CRL was issued; its signature, its number and every entry must be what the state gives."""
    issuer, raw = body.choice("issuer", IssuerName), body.octets("crl")
    crl = CertificateList.parse(raw)
    last = state.crls.get(issuer)
    number = 1 if last is None else last.number + 1
    if not _crl_agrees(state, issuer, crl) or crl.crl_number != number or crl.next_update is None:
        raise JournalBroken("JOURNAL_CRL_WRONG", number=record.number, kind=record.kind.value)
    state.crls[issuer] = CrlIssue(issuer, number, crl.this_update, crl.next_update, raw)


def _crl_agrees(state: State, issuer: IssuerName, crl: CertificateList) -> bool:
    certificates = state.ceremony.certificates
    signer = certificates.root if issuer is IssuerName.ROOT else certificates.issuing
    algorithm = crl.signature_algorithm
    try:
        verify_signature(signer.spki, algorithm.oid, algorithm.parameters, crl.signature, crl.tbs_raw)
    except (SignatureInvalid, KeyInvalid, AlgorithmNotSupported):
        return False
    entries = revoked_entries(state, issuer)
    if crl.count != len(entries) or crl.issuer.raw != signer.subject.raw:
        return False
    for entry in entries:
        found = crl.lookup(entry.serial)
        if found is None:
            return False
        said = (found.revocation_time, found.reason, found.invalidity_date)
        if said != (entry.revoked_at, entry.reason, entry.invalidity_date):
            return False
    return True


# --- OCSP ---------------------------------------------------------------------------------------------------


def ocsp_response(
    state: State, request: bytes, key: SigningKey, *, moment: datetime, entropy: bytes
) -> bytes:
    """The answer to an OCSP request (DER), signed by the delegated responder.

    ``good`` is said of certificates that were issued, and of no others (``unknown``). Of what cannot be read
    or has another issuer only: an unsigned error (RFC 6960 §2.3).
    """
    try:
        asked = OCSPRequest.parse(request)
        nonce = asked.nonce
    except MalformedEncoding:
        return encode_ocsp_error(OCSPResponseStatus.MALFORMED_REQUEST)
    if nonce is not None and not 0 < len(nonce) <= _MAX_NONCE:
        return encode_ocsp_error(OCSPResponseStatus.MALFORMED_REQUEST)  # RFC 9654 §2.1
    issuing = state.ceremony.certificates.issuing
    if not asked.cert_ids or not all(_names(each, issuing) for each in asked.cert_ids):
        return encode_ocsp_error(OCSPResponseStatus.UNAUTHORIZED)
    responder = state.own[OwnService.OCSP]
    return issue_ocsp(
        Issuer.of(responder, key),
        [_single(state, each, moment) for each in asked.cert_ids],
        produced_at=moment,
        entropy=entropy,
        nonce=nonce,
        certificates=[responder],
    ).raw


def _names(asked: CertID, issuer: Certificate) -> bool:
    try:
        digest = digest_by_oid(asked.hash_oid)
    except AlgorithmNotSupported:
        return False
    by_name, by_key = digest.digest(issuer.subject.raw), digest.digest(issuer.public_key_bits)
    return asked.name_hash == by_name and asked.key_hash == by_key


def _single(state: State, asked: CertID, moment: datetime) -> SingleStatus:
    found = next(
        (
            each
            for each in state.issued.values()
            if each.issuer is IssuerName.ISSUING and each.certificate.serial == asked.serial
        ),
        None,
    )
    until = moment + timedelta(days=state.ceremony.lifetimes.ocsp)
    if found is None:
        return SingleStatus(
            certificate_id=asked, status=CertStatus.UNKNOWN, this_update=moment, next_update=until
        )
    if found.now.status is CertificateStatus.GOOD:
        return SingleStatus(
            certificate_id=asked, status=CertStatus.GOOD, this_update=moment, next_update=until
        )
    entry = _entry(found)
    return SingleStatus(
        certificate_id=asked,
        status=CertStatus.REVOKED,
        this_update=moment,
        next_update=until,
        revoked_at=entry.revoked_at,
        reason=entry.reason,
    )


# --- Certificates -------------------------------------------------------------------------------------------


def is_new_and_as_decided(
    state: State, certificate: Certificate, payload: Payload, index: int, recorded: datetime
) -> bool:
    """Whether an issued certificate is what the act decided, under a serial number of its own."""
    serials = {c.certificate.serial for c in state.issued.values() if c.issuer is IssuerName.ISSUING}
    if isinstance(payload, Renew):
        decided = renewal_as_decided(certificate, payload, state.own[payload.service], state.ceremony)
    else:
        assert isinstance(payload, RegisterTtp | Certify)
        decided = as_decided(certificate, payload.requests[index], payload.member, state.ceremony)
    return decided and certificate.serial not in serials and certificate.not_before <= recorded
