"""What the CMS and CAdES attributes of one signature say (RFC 5652 §11, RFC 5035, EN 319 122-1 §5).

Reading is forgiving one attribute at a time: what cannot be read becomes a coded problem, and the others are
read all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final, TypeVar

from trustspace._native import Element, ber_parse
from trustspace.algorithms.digests import digest_by_oid
from trustspace.algorithms.errors import AlgorithmNotSupported
from trustspace.documents.model import (
    AttributeNote,
    CertificateReference,
    Problem,
    SignaturePolicyReference,
)
from trustspace.encoding.cms import Attribute, SignerInfo
from trustspace.encoding.ocsp import OCSPResponse
from trustspace.errors import MalformedEncoding

T = TypeVar("T")

CONTENT_TYPE: Final = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST: Final = "1.2.840.113549.1.9.4"
SIGNING_TIME: Final = "1.2.840.113549.1.9.5"
COUNTERSIGNATURE: Final = "1.2.840.113549.1.9.6"
ALGORITHM_PROTECTION: Final = "1.2.840.113549.1.9.52"
SIGNING_CERTIFICATE: Final = "1.2.840.113549.1.9.16.2.12"
SIGNATURE_TIME_STAMP: Final = "1.2.840.113549.1.9.16.2.14"
POLICY: Final = "1.2.840.113549.1.9.16.2.15"
COMMITMENT: Final = "1.2.840.113549.1.9.16.2.16"
CONTENT_TIME_STAMP: Final = "1.2.840.113549.1.9.16.2.20"
CERTIFICATE_REFS: Final = "1.2.840.113549.1.9.16.2.21"
REVOCATION_REFS: Final = "1.2.840.113549.1.9.16.2.22"
CERTIFICATE_VALUES: Final = "1.2.840.113549.1.9.16.2.23"
REVOCATION_VALUES: Final = "1.2.840.113549.1.9.16.2.24"
CADES_C_TIME_STAMP: Final = "1.2.840.113549.1.9.16.2.25"
REFERENCES_TIME_STAMP: Final = "1.2.840.113549.1.9.16.2.26"
ARCHIVE_TIME_STAMP: Final = "1.2.840.113549.1.9.16.2.27"
SIGNING_CERTIFICATE_V2: Final = "1.2.840.113549.1.9.16.2.47"
ARCHIVE_TIME_STAMP_V2: Final = "1.2.840.113549.1.9.16.2.48"
ARCHIVE_TIME_STAMP_V3: Final = "0.4.0.1733.2.4"
MIME_TYPE: Final = "0.4.0.1733.2.1"
ADBE_REVOCATION: Final = "1.2.840.113583.1.1.8"

ARCHIVE_TIME_STAMPS: Final = (ARCHIVE_TIME_STAMP, ARCHIVE_TIME_STAMP_V2, ARCHIVE_TIME_STAMP_V3)

NAMES: Final = {
    CONTENT_TYPE: "content-type",
    MESSAGE_DIGEST: "message-digest",
    SIGNING_TIME: "signing-time",
    COUNTERSIGNATURE: "countersignature",
    ALGORITHM_PROTECTION: "cms-algorithm-protection",
    SIGNING_CERTIFICATE: "signing-certificate",
    SIGNING_CERTIFICATE_V2: "signing-certificate-v2",
    SIGNATURE_TIME_STAMP: "signature-time-stamp",
    POLICY: "signature-policy-identifier",
    COMMITMENT: "commitment-type-indication",
    CONTENT_TIME_STAMP: "content-time-stamp",
    CERTIFICATE_REFS: "complete-certificate-references",
    REVOCATION_REFS: "complete-revocation-references",
    CERTIFICATE_VALUES: "certificate-values",
    REVOCATION_VALUES: "revocation-values",
    CADES_C_TIME_STAMP: "CAdES-C-timestamp",
    REFERENCES_TIME_STAMP: "time-stamped-certs-crls-references",
    ARCHIVE_TIME_STAMP: "archive-time-stamp",
    ARCHIVE_TIME_STAMP_V2: "archive-time-stamp-v2",
    ARCHIVE_TIME_STAMP_V3: "archive-time-stamp-v3",
    MIME_TYPE: "mime-type",
    ADBE_REVOCATION: "adbe-revocationInfoArchival",
    "0.4.0.1733.2.2": "long-term-validation",
    "0.4.0.1733.2.5": "ats-hash-index",
    "0.4.0.19122.1.1": "signer-attributes-v2",
    "0.4.0.19122.1.3": "signature-policy-store",
    "0.4.0.19122.1.4": "ats-hash-index-v2",
    "0.4.0.19122.1.5": "ats-hash-index-v3",
    "1.2.840.113549.1.9.15": "smime-capabilities",
    "1.2.840.113549.1.9.16.2.4": "content-hints",
    "1.2.840.113549.1.9.16.2.7": "content-identifier",
    "1.2.840.113549.1.9.16.2.10": "content-reference",
    "1.2.840.113549.1.9.16.2.17": "signer-location",
    "1.2.840.113549.1.9.16.2.18": "signer-attributes",
    "1.2.840.113549.1.9.16.2.19": "other-signing-certificate",
    "1.2.840.113549.1.9.16.2.29": "dvcs-dvc",
    "1.2.840.113549.1.9.16.2.44": "attribute-certificate-references",
    "1.2.840.113549.1.9.16.2.45": "attribute-revocation-references",
    "1.2.840.113549.1.9.16.2.49": "internal-evidence-records",
    "1.2.840.113549.1.9.16.2.50": "external-evidence-records",
}
"""The attributes that we can name; the rest are noted by OID."""

_SINGLE: Final = (CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_TIME, SIGNING_CERTIFICATE, SIGNING_CERTIFICATE_V2)
# Two different values of these leave open what was signed: RFC 5652 §11.1, §11.2.
_AMBIGUOUS: Final = (CONTENT_TYPE, MESSAGE_DIGEST)
_SHA1: Final = "1.3.14.3.2.26"
_SHA256: Final = "2.16.840.1.101.3.4.2.1"
MAX_REFERENCES: Final = 64


@dataclass(slots=True)
class AttributeReader:
    """Reads the attributes of one SignerInfo and collects what deviates."""

    info: SignerInfo
    problems: list[Problem] = field(default_factory=list)

    def notes(self) -> tuple[AttributeNote, ...]:
        """Every attribute by name."""
        return tuple(
            AttributeNote(item.oid, NAMES.get(item.oid), signed, len(item.values))
            for signed, items in ((True, self.info.signed_attributes), (False, self.info.unsigned_attributes))
            for item in items or ()
        )

    def check_shape(self) -> None:
        """Duplicates and emptiness (RFC 5652 §5.3, §11.1–11.3)."""
        signed = self.info.signed_attributes
        if signed is not None:
            if not signed.is_der:
                self._add("SIGNED_ATTRIBUTES_NOT_DER", fatal=False)
            for oid in _SINGLE:
                found = signed.get_all(oid)
                if len(found) > 1 or any(len(item.values) > 1 for item in found):
                    same = len({value.raw for item in found for value in item.values}) == 1
                    self._add("ATTRIBUTE_DUPLICATED", oid, fatal=oid in _AMBIGUOUS and not same)
        for attributes in (signed, self.info.unsigned_attributes):
            if attributes is None:
                continue
            if not len(attributes):
                self._add("ATTRIBUTES_EMPTY", fatal=False)
            for item in attributes:
                if not item.values:
                    self._add("ATTRIBUTE_EMPTY", item.oid, fatal=item.oid in _AMBIGUOUS)

    def _add(self, code: str, oid: str | None = None, *, fatal: bool) -> None:
        parameters = {} if oid is None else {"oid": oid, "attribute": NAMES.get(oid, oid)}
        self.problems.append(Problem(code, parameters, fatal))

    def _read(self, oid: str, read: Callable[[Element], T], *, fatal: bool = False) -> T | None:
        """The first value of a signed attribute, if it is there and can be read."""
        item = self.info.signed(oid)
        if item is None or not item.values:
            return None
        try:
            return read(item.values[0])
        except MalformedEncoding:
            self._add("ATTRIBUTE_MALFORMED", oid, fatal=fatal)
            return None

    def content_type(self) -> str | None:
        """content-type (RFC 5652 §11.1)."""
        return self._read(CONTENT_TYPE, lambda value: value.expect(0x06).oid(), fatal=True)

    def message_digest(self) -> bytes | None:
        """message-digest (RFC 5652 §11.2)."""
        return self._read(MESSAGE_DIGEST, lambda value: value.octets(), fatal=True)

    def signing_time(self) -> datetime | None:
        """signing-time (RFC 5652 §11.3)."""
        return self._read(SIGNING_TIME, lambda value: value.time())

    def mime_type(self) -> str | None:
        """mime-type (EN 319 122-1 §5.2.5.1)."""
        return self._read(MIME_TYPE, lambda value: value.text())

    def policy(self) -> SignaturePolicyReference | None:
        """signature-policy-identifier (EN 319 122-1 §5.2.9)."""
        return self._read(POLICY, _policy)

    def commitments(self) -> tuple[str, ...]:
        """commitment-type-indication (EN 319 122-1 §5.2.3)."""
        found = []
        for item in self.info.signed_attributes or ():
            if item.oid == COMMITMENT:
                try:
                    found += [value.expect(0x30)[0].oid() for value in item.values]
                except MalformedEncoding:
                    self._add("ATTRIBUTE_MALFORMED", COMMITMENT, fatal=False)
        return tuple(found)

    def certificate_references(self) -> tuple[CertificateReference, ...]:
        """signing-certificate-v2, then v1 (RFC 5035 §3, §5.4); the first of each names the signer's."""
        found: list[CertificateReference] = []
        for oid, version in ((SIGNING_CERTIFICATE_V2, 2), (SIGNING_CERTIFICATE, 1)):
            references = self._read(oid, partial(_references, version), fatal=True)
            found += references or ()
            if references == ():
                self._add("ATTRIBUTE_EMPTY", oid, fatal=True)
        return tuple(found)

    def protected_algorithms(self) -> bool | None:
        """Whether cms-algorithm-protection repeats the SignerInfo's algorithms (RFC 6211 §2)."""
        return self._read(ALGORITHM_PROTECTION, self._same_algorithms, fatal=True)

    def _same_algorithms(self, value: Element) -> bool:
        fields = value.fields()
        if len(fields) < 2:
            return False
        digest = fields[0].fields()
        signature = next((item for item in fields[1:] if item.tag == 0xA1), None)
        same = bool(digest) and digest[0].oid() == self.info.digest_algorithm.oid
        if signature is not None:
            same = same and signature[0].oid() == self.info.signature_algorithm.oid
        return same

    def unsigned(self, oid: str) -> Iterator[Element]:
        """Every value of every unsigned attribute of this type."""
        for item in self.info.unsigned(oid):
            yield from item.values

    def signed_values(self, oid: str) -> Iterator[Element]:
        """Every value of every signed attribute of this type."""
        for item in self.info.signed_attributes or ():
            if item.oid == oid:
                yield from item.values

    def evidence(self) -> tuple[tuple[bytes, ...], tuple[bytes, ...], tuple[bytes, ...]]:
        """Certificates, CRLs and OCSP responses in this signature's attributes."""
        certificates: list[bytes] = []
        crls: list[bytes] = []
        ocsps: list[bytes] = []
        for oid, values, read in (
            (CERTIFICATE_VALUES, self.unsigned(CERTIFICATE_VALUES), None),
            (REVOCATION_VALUES, self.unsigned(REVOCATION_VALUES), _basic),
            (ADBE_REVOCATION, self.signed_values(ADBE_REVOCATION), _whole),
        ):
            for value in values:
                try:
                    if read is None:
                        certificates += [item.raw for item in value.fields() if item.tag == 0x30]
                        continue
                    for choice in value.fields():
                        inner = choice[0]
                        if choice.tag == 0xA0:
                            crls += inner.raws()
                        elif choice.tag == 0xA1:
                            ocsps += [read(item) for item in inner.fields()]
                except MalformedEncoding:
                    self._add("ATTRIBUTE_MALFORMED", oid, fatal=False)
        return tuple(certificates), tuple(crls), tuple(ocsps)


def _basic(element: Element) -> bytes:
    """revocation-values holds BasicOCSPResponse (EN 319 122-1 §A.1.1.3); some put the whole response."""
    if element.fields() and element[0].tag == 0x0A:
        return element.raw
    return OCSPResponse.of_basic(element.raw).raw


def _whole(element: Element) -> bytes:
    return element.raw


def _references(version: int, value: Element) -> tuple[CertificateReference, ...]:
    sequence = value.fields()
    if not sequence:
        return ()
    return tuple(_reference(item, version) for item in sequence[0].fields()[:MAX_REFERENCES])


def _reference(item: Element, version: int) -> CertificateReference:
    fields = list(item.fields())
    oid = _SHA1 if version == 1 else _SHA256
    if fields and fields[0].tag == 0x30:
        oid = fields.pop(0)[0].oid()
    if not fields:
        item.expect(0x00)  # an ESSCertID without its hash: malformed, at its place
    digest = fields.pop(0).octets()
    issuer, serial = _issuer_serial(fields[0]) if fields else (None, None)
    return CertificateReference(oid, _digest_name(oid), digest, issuer, serial, version)


def _issuer_serial(element: Element) -> tuple[bytes | None, int | None]:
    fields = element.fields()
    if len(fields) < 2:
        return None, None
    directory = next((name for name in fields[0] if name.tag == 0xA4), None)
    return (directory[0].raw if directory is not None else None), fields[1].integer()


def _digest_name(oid: str) -> str | None:
    try:
        return digest_by_oid(oid).name
    except AlgorithmNotSupported:
        return None


def _policy(value: Element) -> SignaturePolicyReference:
    if value.tag == 0x05:
        return SignaturePolicyReference(None)
    fields = value.fields()
    oid = value[0].oid()
    digest_oid = digest = uri = None
    if len(fields) > 1:
        digest_oid, digest = fields[1][0][0].oid(), fields[1][1].octets()
    for qualifier in fields[2].fields() if len(fields) > 2 else ():
        members = qualifier.fields()
        # id-spq-ets-uri (EN 319 122-1 §5.2.9.1)
        if len(members) == 2 and members[0].oid() == "1.2.840.113549.1.9.16.5.1":
            uri = members[1].text()
    return SignaturePolicyReference(oid, digest_oid, digest, uri)


def concatenation(attributes: tuple[Attribute, ...]) -> bytes:
    """attrType and attrValues of each, without the outer SEQUENCE (EN 319 122-1 §A.1.5.1, §A.1.5.2)."""
    return b"".join(ber_parse(item.raw, what="Attribute").content for item in attributes)
