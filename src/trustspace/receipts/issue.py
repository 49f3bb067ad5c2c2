"""Issuing receipts (RFC 3029 §9): from what a TTP judged to signed bytes. Pure: serial, time, nonce, keys and
the time-stamp authority are handed in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from trustspace.algorithms.digests import digest_by_name, digest_by_oid
from trustspace.documents.cades_signing import Stamper
from trustspace.encoding import der
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.dvcs import (
    CertEtcKind,
    CertEtcToken,
    DVCSCertInfo,
    DVCSErrorNotice,
    DVCSResponse,
    DVCSTime,
    TargetEtcChain,
)
from trustspace.encoding.extensions import Extension, encode_extension
from trustspace.encoding.general_name import GeneralName
from trustspace.encoding.pki_status import PKIFailureInfo, PKIStatus, PKIStatusInfo
from trustspace.encoding.tsp import MessageImprint
from trustspace.pki.issuing.signed_data import CmsSigner, attribute
from trustspace.receipts.details import Imprint, Opinion, ReceiptDetails, Verdict
from trustspace.receipts.identifiers import ID_RECEIPT_DETAILS, ID_SIGNATURE_REFERENCE
from trustspace.receipts.outcome import Dialect, Outcome, to_certificate_status, to_dvcs
from trustspace.receipts.profiles import Profile
from trustspace.receipts.request import Request
from trustspace.receipts.sealing import RevocationSource, no_revocation, seal

MAX_TOKENS = 256 * 1024
"""Octets of certificates, CRLs and OCSP responses that one signature's ``certs`` entry takes in."""


@dataclass(frozen=True, slots=True)
class Row:
    """One signature or certificate as it was judged.

    ``certificate`` is the signer's (or the one asked about), None where none was found. ``chain`` are the
    certificates above it, ``crls`` and ``ocsps`` (DER) what the judgement drew on.
    """

    verdict: Verdict
    certificate: Certificate | None
    chain: tuple[Certificate, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a TTP found, of whatever service; digests are raw SHA-256."""

    outcome: Outcome
    ground: str
    alarm: bool = False
    rows: tuple[Row, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    embedded: tuple[bytes, ...] = ()
    """The receipts of other TTPs that were relied on."""
    content_imprints: tuple[Imprint, ...] = ()
    snapshot: bytes
    evidence: bytes
    policy_name: str
    policy: bytes
    report: bytes
    """SHA-256 of the report's JSON."""
    control_time: datetime
    engine: str
    modules: tuple[str, ...] = ()

    @property
    def partial(self) -> bool:
        """Whether some, and not all, is valid."""
        valid = [row.verdict.outcome is Outcome.VALID for row in self.rows]
        return any(valid) and not all(valid)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuing:
    """Who issues, and what makes this answer one of its kind."""

    member: str
    profile: Profile
    signers: tuple[CmsSigner, ...]
    stamper: Stamper | None
    revocation: RevocationSource = field(default=no_revocation)
    serial: int
    time: datetime
    nonce: bytes
    entropy: bytes


def issue(request: Request, judgement: Judgement, by: Issuing) -> bytes:
    """A signed answer: a receipt where the outcome is final, else a deferred answer or an error notice.

    What the stamper raises passes through: without its time-stamp there is no receipt.
    """
    details = _details(request, judgement, by)
    status = to_dvcs(judgement.outcome, by.profile.dialect, partial=judgement.partial)
    info = status.info
    if status.error_note and info is not None:
        notice = DVCSErrorNotice(info, request.dvcs.transaction_identifier)
        return _sealed(DVCSResponse(error_note=notice), judgement, by, details)
    plain = by.profile.dialect is Dialect.BY
    cert_info = DVCSCertInfo(
        dv_req_info=request.echoed(),
        message_imprint=message_imprint(request, by.profile),
        serial_number=by.serial,
        response_time=DVCSTime(gen_time=by.time.replace(microsecond=0)),
        dv_status=info,
        certs=() if plain else _targets(judgement.rows, by.profile.dialect),
        extensions=() if plain else (Extension(ID_RECEIPT_DETAILS, False, details.to_der()),),
    )
    return _sealed(DVCSResponse(cert_info=cert_info), judgement, by, details if plain else None)


def _sealed(
    response: DVCSResponse, judgement: Judgement, by: Issuing, details: ReceiptDetails | None
) -> bytes:
    # Belarus's profile leaves all optional fields out: the details go into a signed attribute instead.
    more = [attribute(ID_RECEIPT_DETAILS, details.to_der())] if details is not None else []
    return seal(
        response.encode(),
        by.signers,
        signing_time=by.time,
        entropy=by.entropy,
        stamper=by.stamper,
        embedded=judgement.embedded,
        revocation=by.revocation,
        attributes=more,
    )


def refuse(status: PKIFailureInfo, text: str, transaction: GeneralName | None, by: Issuing) -> bytes:
    """A signed refusal of a request that cannot be served; it is no receipt and judges nothing.

    RFC 3029 §9: an unsigned response is a critical error, so refusals are signed too.
    """
    info = PKIStatusInfo.build(PKIStatus.REJECTION, (text,), (status,))
    response = DVCSResponse(error_note=DVCSErrorNotice(info, transaction))
    return seal(response.encode(), by.signers, signing_time=by.time, entropy=by.entropy, stamper=None)


def message_imprint(request: Request, profile: Profile) -> MessageImprint:
    """``messageImprint`` (RFC 3029 §9.1): of the message's octets, of the certs' DER, or as it came."""
    given = request.dvcs.data.message_imprint
    octets = request.dvcs.data.imprint_input
    if given is not None or octets is None:
        assert given is not None
        return given
    algorithm = digest_by_name(profile.imprint)
    return Imprint.of(algorithm, algorithm.digest(octets)).to_message_imprint()


def _details(request: Request, judgement: Judgement, by: Issuing) -> ReceiptDetails:
    return ReceiptDetails(
        member=by.member,
        nonce=by.nonce,
        outcome=judgement.outcome,
        ground=judgement.ground,
        alarm=judgement.alarm,
        imprints=_further_imprints(request, by.profile),
        content_imprints=judgement.content_imprints,
        snapshot=judgement.snapshot,
        evidence=judgement.evidence,
        policy_name=judgement.policy_name,
        policy=judgement.policy,
        report=judgement.report,
        control_time=judgement.control_time.replace(microsecond=0),
        engine=judgement.engine,
        modules=_modules(judgement, by),
        verdicts=tuple(row.verdict for row in judgement.rows),
        opinions=judgement.opinions,
    )


def _modules(judgement: Judgement, by: Issuing) -> tuple[str, ...]:
    """Design rule 7: what verified and what signs, with version and certification."""
    signing = (str(signer.key.module) for signer in by.signers)
    return tuple(dict.fromkeys((*judgement.modules, *signing)))


def _further_imprints(request: Request, profile: Profile) -> tuple[Imprint, ...]:
    """A second imprint of another family, where the octets are at hand (ccpd brings one imprint only)."""
    octets = request.dvcs.data.imprint_input
    if octets is None:
        return ()
    first = digest_by_name(profile.imprint)
    for name in (profile.second_imprint, "SHA3-256", "SHA-256"):
        second = digest_by_name(name)
        if second.family != first.family:
            return (Imprint.of(second, second.digest(octets)),)
    return ()


def _targets(rows: Sequence[Row], dialect: Dialect) -> tuple[TargetEtcChain, ...]:
    seen: set[bytes] = set()
    return tuple(_target(row, dialect, seen) for row in rows)


def _target(row: Row, dialect: Dialect, seen: set[bytes]) -> TargetEtcChain:
    """RFC 3029 §9.1: one element a signature; the status in ``chain[0]`` is the target's.

    ``seen`` is what earlier elements hold: signatures of one CA need its CRL once.
    """
    if row.certificate is not None:
        target = CertEtcToken(CertEtcKind.CERTIFICATE, row.certificate.raw)
    else:
        reference = encode_extension(ID_SIGNATURE_REFERENCE, der.utf8(row.verdict.id))
        target = CertEtcToken(CertEtcKind.EXTENSION, reference)
    status = to_certificate_status(row.verdict.outcome, dialect).info
    assert status is not None
    tokens = [CertEtcToken(CertEtcKind.PKI_STATUS, status.encode())]
    size = 0
    for kind, items in (
        (CertEtcKind.CERTIFICATE, [c.raw for c in row.chain]),
        (CertEtcKind.OCSP_RESPONSE, row.ocsps),
        (CertEtcKind.CRL, row.crls),
    ):
        for raw in items:
            if raw in seen:
                continue
            seen.add(raw)
            size += len(raw)
            # Large CRLs stay out: the details' evidence digest names them, and the node keeps them.
            if size <= MAX_TOKENS:
                tokens.append(CertEtcToken(kind, raw))
    return TargetEtcChain(target, tuple(tokens))


def content_imprints(
    octets: bytes | None, verified: Sequence[Imprint], profile: Profile
) -> tuple[Imprint, ...]:
    """Imprints of detached content: computed where its octets are at hand, else those that a signature's
    own message digest confirmed.
    """
    if octets is None:
        return tuple(dict.fromkeys(verified))
    names = (profile.imprint, profile.second_imprint)
    computed = [Imprint.of(a, a.digest(octets)) for a in map(digest_by_name, names)]
    return tuple(dict.fromkeys((*computed, *verified)))


def sha256_of(data: bytes) -> bytes:
    """The digest that a receipt cites reports, evidence and embedded receipts by."""
    return hashlib.sha256(data).digest()


def families(imprints: Sequence[Imprint]) -> frozenset[str]:
    """The hash families of imprints. Raises AlgorithmNotSupported."""
    return frozenset(digest_by_oid(imprint.oid).family for imprint in imprints)
