"""Attributes of CMS and CAdES (RFC 5652 §11, RFC 5035, RFC 5126, EN 319 122-1): OIDs, readers and writers.

Readers take the attribute's value, an element; all raise :class:`~trustspace.errors.MalformedEncoding`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from trustspace._native import Element
from trustspace.encoding import der
from trustspace.encoding.algorithm_identifier import AlgorithmIdentifier
from trustspace.encoding.attributes import Attribute, encode_attribute
from trustspace.encoding.general_name import GeneralName, parse_general_names
from trustspace.encoding.model import explicit, fields_between, malformed
from trustspace.encoding.name import Name
from trustspace.encoding.ocsp import ResponderID

CONTENT_TYPE = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
SIGNING_TIME = "1.2.840.113549.1.9.5"
COUNTERSIGNATURE = "1.2.840.113549.1.9.6"
CMS_ALGORITHM_PROTECTION = "1.2.840.113549.1.9.52"

CONTENT_HINTS = "1.2.840.113549.1.9.16.2.4"
CONTENT_IDENTIFIER = "1.2.840.113549.1.9.16.2.7"
CONTENT_REFERENCE = "1.2.840.113549.1.9.16.2.10"
SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12"
SIGNATURE_TIME_STAMP = "1.2.840.113549.1.9.16.2.14"
SIGNATURE_POLICY = "1.2.840.113549.1.9.16.2.15"
COMMITMENT_TYPE = "1.2.840.113549.1.9.16.2.16"
SIGNER_LOCATION = "1.2.840.113549.1.9.16.2.17"
SIGNER_ATTRIBUTES = "1.2.840.113549.1.9.16.2.18"
OTHER_SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.19"
CONTENT_TIME_STAMP = "1.2.840.113549.1.9.16.2.20"
CERTIFICATE_REFS = "1.2.840.113549.1.9.16.2.21"
REVOCATION_REFS = "1.2.840.113549.1.9.16.2.22"
CERTIFICATE_VALUES = "1.2.840.113549.1.9.16.2.23"
REVOCATION_VALUES = "1.2.840.113549.1.9.16.2.24"
CADES_C_TIME_STAMP = "1.2.840.113549.1.9.16.2.25"
CERT_CRL_TIME_STAMP = "1.2.840.113549.1.9.16.2.26"
ARCHIVE_TIME_STAMP = "1.2.840.113549.1.9.16.2.27"
DVC = "1.2.840.113549.1.9.16.2.29"
ATTRIBUTE_CERTIFICATE_REFS = "1.2.840.113549.1.9.16.2.44"
ATTRIBUTE_REVOCATION_REFS = "1.2.840.113549.1.9.16.2.45"
SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
ARCHIVE_TIME_STAMP_V2 = "1.2.840.113549.1.9.16.2.48"
EVIDENCE_RECORD_INTERNAL = "1.2.840.113549.1.9.16.2.49"
EVIDENCE_RECORD_EXTERNAL = "1.2.840.113549.1.9.16.2.50"
MIME_TYPE = "0.4.0.1733.2.1"
LONG_TERM_VALIDATION = "0.4.0.1733.2.2"
ARCHIVE_TIME_STAMP_V3 = "0.4.0.1733.2.4"
ATS_HASH_INDEX = "0.4.0.1733.2.5"
SIGNER_ATTRIBUTES_V2 = "0.4.0.19122.1.1"
SIGNATURE_POLICY_STORE = "0.4.0.19122.1.3"
ATS_HASH_INDEX_V2 = "0.4.0.19122.1.4"
ATS_HASH_INDEX_V3 = "0.4.0.19122.1.5"

TIME_STAMPS = frozenset(
    {
        CONTENT_TIME_STAMP,
        SIGNATURE_TIME_STAMP,
        CADES_C_TIME_STAMP,
        CERT_CRL_TIME_STAMP,
        ARCHIVE_TIME_STAMP,
        ARCHIVE_TIME_STAMP_V2,
        ARCHIVE_TIME_STAMP_V3,
    }
)
"""Attributes whose values are time-stamp tokens (a ContentInfo each)."""

SHA1 = "1.3.14.3.2.26"
SHA256 = "2.16.840.1.101.3.4.2.1"


@dataclass(frozen=True, slots=True)
class CertificateReference:
    """A certificate by digest: ESSCertID, ESSCertIDv2 (RFC 5035 §4, §5) or OtherCertID (RFC 5126 §6.2.1)."""

    hash_algorithm: AlgorithmIdentifier
    digest: bytes
    issuer: tuple[GeneralName, ...]
    """Empty where issuer and serial number are left out."""
    serial: int | None

    @property
    def hash_oid(self) -> str:
        """The hash algorithm, dotted."""
        return self.hash_algorithm.oid

    @property
    def issuer_name(self) -> Name | None:
        """The issuer's directory name."""
        return next((name.name for name in self.issuer if name.name is not None), None)


_SHA1 = AlgorithmIdentifier.build(SHA1)
_SHA256 = AlgorithmIdentifier.build(SHA256)


def _issuer_serial(element: Element | None) -> tuple[tuple[GeneralName, ...], int | None]:
    if element is None:
        return (), None
    fields = fields_between(element, "IssuerSerial", 2, 3)
    return parse_general_names(fields[0].expect(0x30)), fields[1].expect(0x02).integer()


def _other_hash(element: Element) -> tuple[AlgorithmIdentifier, bytes]:
    if element.tag & 0xDF == 0x04:
        return _SHA1, element.octets()
    fields = fields_between(element, "OtherHashAlgAndValue", 2, 2)
    return AlgorithmIdentifier.parse_element(fields[0]), fields[1].octets()


def signing_certificate(value: Element) -> tuple[CertificateReference, ...]:
    """signing-certificate (v1): SHA-1 digests, the signer's certificate first."""
    found = []
    for child in fields_between(value, "SigningCertificate", 1, 2)[0].fields():
        fields = fields_between(child, "ESSCertID", 1, 2)
        issuer, serial = _issuer_serial(fields[1] if len(fields) == 2 else None)
        found.append(CertificateReference(_SHA1, fields[0].expect(0x04).octets(), issuer, serial))
    return tuple(found)


def signing_certificate_v2(value: Element) -> tuple[CertificateReference, ...]:
    """signing-certificate-v2: SHA-256 unless another hash is named, the signer's certificate first."""
    found = []
    for child in fields_between(value, "SigningCertificateV2", 1, 2)[0].fields():
        fields = fields_between(child, "ESSCertIDv2", 1, 3)
        algorithm = _SHA256
        if fields[0].tag == 0x30:
            algorithm = AlgorithmIdentifier.parse_element(fields[0])
            fields = fields[1:]
        if not 1 <= len(fields) <= 2:
            malformed("ESSCertIDv2", child, "wrong number of members")
        issuer, serial = _issuer_serial(fields[1] if len(fields) == 2 else None)
        found.append(CertificateReference(algorithm, fields[0].expect(0x04).octets(), issuer, serial))
    return tuple(found)


def certificate_refs(value: Element) -> tuple[CertificateReference, ...]:
    """complete-certificate-references and attribute-certificate-references."""
    found = []
    for child in value.fields():
        fields = fields_between(child, "OtherCertID", 1, 2)
        algorithm, digest = _other_hash(fields[0])
        issuer, serial = _issuer_serial(fields[1] if len(fields) == 2 else None)
        found.append(CertificateReference(algorithm, digest, issuer, serial))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class CrlReference:
    """CrlValidatedID (RFC 5126 §6.2.2)."""

    hash_algorithm: AlgorithmIdentifier
    digest: bytes
    issuer: Name | None
    issued: datetime | None
    number: int | None


@dataclass(frozen=True, slots=True)
class OcspReference:
    """OcspResponsesID (RFC 5126 §6.2.2)."""

    responder_id: ResponderID
    produced_at: datetime
    hash_algorithm: AlgorithmIdentifier | None
    digest: bytes | None


@dataclass(frozen=True, slots=True)
class RevocationReferences:
    """complete-revocation-references, of all certificates together."""

    crls: tuple[CrlReference, ...]
    ocsps: tuple[OcspReference, ...]


def _crl_reference(element: Element) -> CrlReference:
    fields = fields_between(element, "CrlValidatedID", 1, 2)
    algorithm, digest = _other_hash(fields[0])
    issuer = issued = number = None
    if len(fields) == 2:
        parts = fields_between(fields[1], "CrlIdentifier", 2, 3)
        issuer, issued = Name.parse_element(parts[0]), parts[1].time()
        number = parts[2].integer() if len(parts) == 3 else None
    return CrlReference(algorithm, digest, issuer, issued, number)


def _ocsp_reference(element: Element) -> OcspReference:
    fields = fields_between(element, "OcspResponsesID", 1, 2)
    parts = fields_between(fields[0], "OcspIdentifier", 2, 2)
    algorithm = digest = None
    if len(fields) == 2:
        algorithm, digest = _other_hash(fields[1])
    return OcspReference(ResponderID.parse_element(parts[0]), parts[1].time(), algorithm, digest)


def revocation_refs(value: Element) -> RevocationReferences:
    """complete-revocation-references and attribute-revocation-references."""
    crls: list[CrlReference] = []
    ocsps: list[OcspReference] = []
    for reference in value.fields():
        for choice in reference.fields():
            if choice.tag == 0xA0:
                listed = fields_between(explicit(choice, "CRLListID"), "CRLListID", 1, 1)[0]
                crls += map(_crl_reference, listed.fields())
            elif choice.tag == 0xA1:
                listed = fields_between(explicit(choice, "OcspListID"), "OcspListID", 1, 1)[0]
                ocsps += map(_ocsp_reference, listed.fields())
            elif choice.tag != 0xA2:
                malformed("CrlOcspRef", choice, "unknown member")
    return RevocationReferences(tuple(crls), tuple(ocsps))


def certificate_values(value: Element) -> tuple[bytes, ...]:
    """certificate-values: certificates, whole, as they stood."""
    return tuple(value.expect(0x30).raws())


@dataclass(frozen=True, slots=True)
class RevocationValues:
    """revocation-values (RFC 5126 §6.3.4), whole, as they stood."""

    crls: tuple[bytes, ...]
    basic_ocsp_responses: tuple[bytes, ...]
    """BasicOCSPResponse; :meth:`OCSPResponse.of_basic` reads them."""


def revocation_values(value: Element) -> RevocationValues:
    """revocation-values."""
    crls: list[bytes] = []
    ocsps: list[bytes] = []
    for choice in value.fields():
        if choice.tag == 0xA0:
            crls += explicit(choice, "RevocationValues").expect(0x30).raws()
        elif choice.tag == 0xA1:
            ocsps += explicit(choice, "RevocationValues").expect(0x30).raws()
        elif choice.tag != 0xA2:
            malformed("RevocationValues", choice, "unknown member")
    return RevocationValues(tuple(crls), tuple(ocsps))


def signing_time(value: Element) -> datetime:
    """signing-time: what the signer claims, aware, in UTC."""
    return value.time()


def message_digest(value: Element) -> bytes:
    """message-digest."""
    return value.octets()


def content_type(value: Element) -> str:
    """content-type, dotted."""
    return value.oid()


@dataclass(frozen=True, slots=True)
class SignaturePolicyId:
    """signature-policy-identifier (RFC 5126 §5.8.1); an implied policy has no OID."""

    oid: str | None
    hash_algorithm: AlgorithmIdentifier | None
    digest: bytes | None
    qualifiers: tuple[tuple[str, bytes], ...]


def signature_policy(value: Element) -> SignaturePolicyId:
    """signature-policy-identifier."""
    if value.tag == 0x05:
        return SignaturePolicyId(None, None, None, ())
    fields = fields_between(value, "SignaturePolicyId", 1, 3)
    algorithm = digest = None
    if len(fields) > 1:
        algorithm, digest = _other_hash(fields[1])
    qualifiers = []
    listed = fields[2].fields() if len(fields) > 2 else ()
    if listed and listed[0].tag == 0x06:
        # One qualifier without the list around it, seen in Spanish signatures.
        listed = (fields[2],)
    for child in listed:
        parts = fields_between(child, "SigPolicyQualifierInfo", 1, 2)
        qualifiers.append((parts[0].oid(), parts[1].raw if len(parts) == 2 else b""))
    return SignaturePolicyId(fields[0].oid(), algorithm, digest, tuple(qualifiers))


def commitment_type(value: Element) -> str:
    """commitment-type-indication: the commitment, dotted."""
    return fields_between(value, "CommitmentTypeIndication", 1, 2)[0].oid()


@dataclass(frozen=True, slots=True)
class SignerLocation:
    """signer-location (RFC 5126 §5.11.2)."""

    country: str | None
    locality: str | None
    postal_address: tuple[str, ...]


def signer_location(value: Element) -> SignerLocation:
    """signer-location."""
    country = locality = None
    address: tuple[str, ...] = ()
    for child in value.fields():
        if child.tag == 0xA0:
            country = explicit(child, "SignerLocation").text()
        elif child.tag == 0xA1:
            locality = explicit(child, "SignerLocation").text()
        elif child.tag == 0xA2:
            inner = child.children
            lines = inner[0] if len(inner) == 1 and inner[0].tag == 0x30 else child
            address = tuple(line.text() for line in lines.children)
        else:
            malformed("SignerLocation", child, "unknown member")
    return SignerLocation(country, locality, address)


def mime_type(value: Element) -> str:
    """mime-type."""
    return value.text()


def content_hints(value: Element) -> tuple[str | None, str]:
    """content-hints: description, content type."""
    fields = fields_between(value, "ContentHints", 1, 2)
    return fields[0].text() if len(fields) == 2 else None, fields[-1].oid()


@dataclass(frozen=True, slots=True)
class AtsHashIndex:
    """ats-hash-index and its versions 2 and 3 (EN 319 122-1 §5.5.2)."""

    hash_algorithm: AlgorithmIdentifier
    certificates: tuple[bytes, ...]
    crls: tuple[bytes, ...]
    unsigned_attributes: tuple[bytes, ...]


def ats_hash_index(value: Element) -> AtsHashIndex:
    """ats-hash-index, ats-hash-index-v2, ats-hash-index-v3."""
    fields = fields_between(value, "ATSHashIndex", 3, 4)
    algorithm = AlgorithmIdentifier.parse_element(fields[0]) if len(fields) == 4 else _SHA256
    lists = [tuple(child.octets() for child in part.fields()) for part in fields[-3:]]
    return AtsHashIndex(algorithm, lists[0], lists[1], lists[2])


def certificate_references(attribute: Attribute) -> tuple[CertificateReference, ...]:
    """The references of a signing-certificate attribute of either version."""
    read = signing_certificate if attribute.oid == SIGNING_CERTIFICATE else signing_certificate_v2
    return read(attribute.value)


def encode_content_type(oid: str) -> bytes:
    """content-type attribute."""
    return encode_attribute(CONTENT_TYPE, [der.oid(oid)])


def encode_message_digest(digest: bytes) -> bytes:
    """message-digest attribute."""
    return encode_attribute(MESSAGE_DIGEST, [der.octet_string(digest)])


def encode_signing_time(moment: datetime) -> bytes:
    """signing-time attribute (RFC 5652 §11.3)."""
    return encode_attribute(SIGNING_TIME, [der.time(moment)])


def encode_signing_certificate_v2(
    references: Iterable[tuple[bytes, bytes]], *, issuer: bytes | None = None, serial: int | None = None
) -> bytes:
    """signing-certificate-v2 attribute of (hash AlgorithmIdentifier in DER, digest), the signer's first.

    ``issuer`` (a Name in DER) and ``serial`` go with the first. SHA-256 is DEFAULT: left out (RFC 5035 §4).
    """
    written: list[bytes] = []
    for algorithm, digest in references:
        issuer_serial = None
        if issuer is not None and serial is not None and not written:
            names = der.sequence(der.explicit(4, issuer))
            issuer_serial = der.sequence(names, der.integer(serial))
        named = None if AlgorithmIdentifier.parse(algorithm).oid == SHA256 else algorithm
        written.append(der.sequence(named, der.octet_string(digest), issuer_serial))
    return encode_attribute(SIGNING_CERTIFICATE_V2, [der.sequence(der.sequence(*written))])


def encode_revocation_values(crls: Iterable[bytes], basic_ocsp_responses: Iterable[bytes]) -> bytes:
    """revocation-values attribute."""
    crl_list, ocsp_list = list(crls), list(basic_ocsp_responses)
    value = der.sequence(
        der.explicit(0, der.sequence(*crl_list)) if crl_list else None,
        der.explicit(1, der.sequence(*ocsp_list)) if ocsp_list else None,
    )
    return encode_attribute(REVOCATION_VALUES, [value])


def encode_certificate_values(certificates: Iterable[bytes]) -> bytes:
    """certificate-values attribute."""
    return encode_attribute(CERTIFICATE_VALUES, [der.sequence(*certificates)])
