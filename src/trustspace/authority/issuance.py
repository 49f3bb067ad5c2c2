"""Certificates: what the authority writes into them, and whether one is what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from trustspace.algorithms.errors import AlgorithmNotSupported, KeyInvalid, SignatureInvalid
from trustspace.algorithms.keys import load_public_key
from trustspace.algorithms.model import PublicKey, SigningKey
from trustspace.authority.acts import OwnService, Purpose, Renew, Requested
from trustspace.authority.ceremony import OCSP_PURPOSE, REGISTER_PURPOSE, Ceremony
from trustspace.authority.errors import ActRefused
from trustspace.authority.signatures import certified_by
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.certification_request import CertificationRequest
from trustspace.encoding.extensions import EXTENDED_KEY_USAGE, SUBJECT_KEY_IDENTIFIER, KeyUsage
from trustspace.encoding.name import COUNTRY, Name
from trustspace.errors import MalformedEncoding
from trustspace.pki.issuing import CertificateTemplate, Issuer, distinguished_name, issue_certificate

_SIGNS = frozenset({KeyUsage.DIGITAL_SIGNATURE, KeyUsage.NON_REPUDIATION})
_CERTIFIES = frozenset({KeyUsage.KEY_CERT_SIGN, KeyUsage.CRL_SIGN})
_LEAST_RSA = 2048
SERVICE_DAYS = 5 * 365
"""How long the certificates of the authority's own signers are good."""

PURPOSES: Mapping[Purpose, str] = MappingProxyType(
    {Purpose.DVCS: "1.3.6.1.5.5.7.3.10", Purpose.TIMESTAMPING: "1.3.6.1.5.5.7.3.8"}
)
"""The critical extended key usage of a TTP's certificates (RFC 3029 §9, RFC 3161 §2.3)."""

ROOT_CRL, ISSUING_CRL, ROOT_FILE, ISSUING_FILE = "root.crl", "ttp-ca.crl", "root.cer", "ttp-ca.cer"
"""The names under which things lie at the authority's address."""


def serial_number(random: bytes) -> int:
    """A serial number of 16 random octets, positive (RFC 5280 §4.1.2.2)."""
    return int.from_bytes(random[:16], "big") >> 1 | 1


@dataclass(frozen=True, slots=True)
class Validity:
    """From when to when; inside the issuer's own."""

    not_before: datetime
    not_after: datetime

    @classmethod
    def within(cls, issuer: Certificate, begin: datetime, days: int) -> Validity:
        """``days`` from ``begin`` on, but never beyond the issuer's own end."""
        begin = begin.replace(microsecond=0)
        return cls(begin, min(begin + timedelta(days=days), issuer.not_after))


def root_certificate(
    organisation: str, key: SigningKey, *, begin: datetime, days: int, random: bytes
) -> Certificate:
    """The self-signed certificate of the offline root."""
    template = CertificateTemplate(
        subject=distinguished_name([("O", organisation), ("CN", "Root of the CA of the TTP service")]),
        public_key=key.key,
        not_before=begin,
        not_after=begin + timedelta(days=days),
        ca=True,
        path_length=1,
        key_usage=_CERTIFIES,
    )
    return issue_certificate(
        template, Issuer.itself(template, key), serial=serial_number(random), entropy=random[16:]
    )


def issuing_certificate(
    organisation: str,
    public_key: PublicKey,
    root: Certificate,
    root_key: SigningKey,
    *,
    address: str,
    days: int,
    random: bytes,
) -> Certificate:
    """The certificate of the CA of the TTP service."""
    validity = Validity.within(root, root.not_before, days)
    template = CertificateTemplate(
        subject=distinguished_name([("O", organisation), ("CN", "CA of the TTP service")]),
        public_key=public_key,
        not_before=validity.not_before,
        not_after=validity.not_after,
        ca=True,
        path_length=0,
        key_usage=_CERTIFIES,
        crl_urls=(address + ROOT_CRL,),
        ca_issuer_urls=(address + ROOT_FILE,),
    )
    return issue_certificate(
        template, Issuer.of(root, root_key), serial=serial_number(random), entropy=random[16:]
    )


def service_name(organisation: str, service: OwnService) -> Name:
    """The subject of one of the authority's own signers; a new key keeps it."""
    of_register = service is OwnService.REGISTER
    title = "Register of the TTP service" if of_register else "OCSP of the CA of the TTP service"
    return distinguished_name([("O", organisation), ("CN", title)])


def service_certificate(
    subject: Name,
    service: OwnService,
    public_key: PublicKey | bytes,
    issuing: Certificate,
    issuing_key: SigningKey,
    *,
    address: str,
    begin: datetime,
    random: bytes,
) -> Certificate:
    """The certificate of the register's signer or of the OCSP responder."""
    of_register = service is OwnService.REGISTER
    validity = Validity.within(issuing, begin, SERVICE_DAYS)
    template = CertificateTemplate(
        subject=subject,
        public_key=public_key,
        not_before=validity.not_before,
        not_after=validity.not_after,
        key_usage=_SIGNS if of_register else frozenset({KeyUsage.DIGITAL_SIGNATURE}),
        extended_key_usage=(REGISTER_PURPOSE if of_register else OCSP_PURPOSE,),
        crl_urls=(address + ISSUING_CRL,),
        ca_issuer_urls=(address + ISSUING_FILE,),
        # RFC 6960 §4.2.2.2.1: or its status would be asked of itself.
        ocsp_no_check=not of_register,
    )
    return issue_certificate(
        template, Issuer.of(issuing, issuing_key), serial=serial_number(random), entropy=random[16:]
    )


def officer_certificate(
    name: str, key: SigningKey, *, begin: datetime, days: int, random: bytes
) -> Certificate:
    """A self-signed certificate for an officer who has none: the register of officers is its only anchor."""
    template = CertificateTemplate(
        subject=distinguished_name([("CN", name)]),
        public_key=key.key,
        not_before=begin,
        not_after=begin + timedelta(days=days),
        ca=False,
        key_usage=_SIGNS,
    )
    return issue_certificate(
        template, Issuer.itself(template, key), serial=serial_number(random), entropy=random[16:]
    )


def read_request(requested: Requested, member: str) -> CertificationRequest:
    """The request, believed: its key's holder made it, and it names a subject of this member.

    Raises ``ActRefused``: REQUEST_UNREADABLE, REQUEST_NOT_PROVEN, REQUEST_KEY_WEAK, REQUEST_SUBJECT_WRONG.
    """
    try:
        request = CertificationRequest.parse(requested.request)
        key = load_public_key(request.spki)
        country = request.subject.get(COUNTRY)
    except (MalformedEncoding, KeyInvalid, AlgorithmNotSupported) as error:
        raise ActRefused("REQUEST_UNREADABLE", member=member, reason=str(error)) from error
    try:
        request.verify_possession()
    except (SignatureInvalid, KeyInvalid, AlgorithmNotSupported) as error:
        raise ActRefused("REQUEST_NOT_PROVEN", member=member, subject=str(request.subject)) from error
    if key.algorithm == "RSA" and key.size < _LEAST_RSA:
        raise ActRefused("REQUEST_KEY_WEAK", member=member, size=key.size, least=_LEAST_RSA)
    foreign = country is not None and len(member) == 2 and country.upper() != member.upper()
    if request.subject.empty or request.subject.deviations or foreign:
        raise ActRefused("REQUEST_SUBJECT_WRONG", member=member, subject=str(request.subject))
    return request


def ttp_template(
    request: CertificationRequest, purpose: Purpose, validity: Validity, address: str
) -> CertificateTemplate:
    """A TTP's certificate: subject and key are the request's, everything else is the authority's."""
    return CertificateTemplate(
        subject=request.subject,
        public_key=request.spki,
        not_before=validity.not_before,
        not_after=validity.not_after,
        key_usage=_SIGNS,
        extended_key_usage=(PURPOSES[purpose],),
        extended_key_usage_critical=True,
        crl_urls=(address + ISSUING_CRL,),
        ocsp_urls=(address + "ocsp",),
        ca_issuer_urls=(address + ISSUING_FILE,),
    )


def issue_to_ttp(
    requested: Requested, member: str, ceremony: Ceremony, key: SigningKey, *, moment: datetime, random: bytes
) -> Certificate:
    """Issue what an act decided. ``random``: 48 octets. Raises ``ActRefused``."""
    issuing = ceremony.certificates.issuing
    validity = Validity.within(issuing, moment, ceremony.lifetimes.certificate)
    template = ttp_template(read_request(requested, member), requested.purpose, validity, ceremony.address)
    return issue_certificate(
        template, Issuer.of(issuing, key), serial=serial_number(random), entropy=random[16:]
    )


def as_decided(certificate: Certificate, requested: Requested, member: str, ceremony: Ceremony) -> bool:
    """Whether an issued certificate is what the act decided: key, subject, purpose, issuer, time."""
    request = read_request(requested, member)
    purpose = certificate.extensions.get(EXTENDED_KEY_USAGE)
    basic = certificate.basic_constraints
    return (
        certified_by(certificate, ceremony.certificates.issuing)
        and certificate.spki == request.spki
        and _same(certificate.subject, request.subject)
        and certificate.extended_key_usage == (PURPOSES[requested.purpose],)
        and purpose is not None
        and purpose.critical
        and certificate.key_usage == _SIGNS
        and (basic is None or not basic.ca)
        and certificate.not_after - certificate.not_before <= timedelta(days=ceremony.lifetimes.certificate)
        and certificate.not_after <= ceremony.certificates.issuing.not_after
    )


def renewal_as_decided(
    certificate: Certificate, renew: Renew, former: Certificate, ceremony: Ceremony
) -> bool:
    """Whether the new certificate of an own signer differs from the former in key, number and time only."""
    names = set(certificate.extensions) | set(former.extensions)
    kept = names - {SUBJECT_KEY_IDENTIFIER}
    return (
        certified_by(certificate, ceremony.certificates.issuing)
        and certificate.spki == CertificationRequest.parse(renew.request).spki
        and _same(certificate.subject, former.subject)
        and all(certificate.extensions.get(oid) == former.extensions.get(oid) for oid in kept)
        and certificate.not_after - certificate.not_before <= timedelta(days=SERVICE_DAYS)
        and certificate.not_after <= ceremony.certificates.issuing.not_after
    )


def _same(one: Name, other: Name) -> bool:
    return one.raw == other.raw
