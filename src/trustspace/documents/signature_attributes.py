"""What the CMS and CAdES attributes of one signature say (RFC 5652 §11, RFC 5035, EN 319 122-1 §5).

Reading is forgiving one attribute at a time: what cannot be read becomes a coded problem, and the others are
read all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
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
from trustspace.encoding import cades_attributes as oids
from trustspace.encoding import der
from trustspace.encoding.algorithm_identifier import AlgorithmIdentifier
from trustspace.encoding.cms import Attribute, Attributes, SignerInfo
from trustspace.encoding.ocsp import OCSPResponse
from trustspace.errors import MalformedEncoding

T = TypeVar("T")

ADBE_REVOCATION: Final = "1.2.840.113583.1.1.8"
ARCHIVE_TIME_STAMPS: Final = (oids.ARCHIVE_TIME_STAMP, oids.ARCHIVE_TIME_STAMP_V2, oids.ARCHIVE_TIME_STAMP_V3)

NAMES: Final = {
    oids.CONTENT_TYPE: "content-type",
    oids.MESSAGE_DIGEST: "message-digest",
    oids.SIGNING_TIME: "signing-time",
    oids.COUNTERSIGNATURE: "countersignature",
    oids.CMS_ALGORITHM_PROTECTION: "cms-algorithm-protection",
    oids.SIGNING_CERTIFICATE: "signing-certificate",
    oids.SIGNING_CERTIFICATE_V2: "signing-certificate-v2",
    oids.SIGNATURE_TIME_STAMP: "signature-time-stamp",
    oids.SIGNATURE_POLICY: "signature-policy-identifier",
    oids.COMMITMENT_TYPE: "commitment-type-indication",
    oids.CONTENT_TIME_STAMP: "content-time-stamp",
    oids.CERTIFICATE_REFS: "complete-certificate-references",
    oids.REVOCATION_REFS: "complete-revocation-references",
    oids.CERTIFICATE_VALUES: "certificate-values",
    oids.REVOCATION_VALUES: "revocation-values",
    oids.CADES_C_TIME_STAMP: "CAdES-C-timestamp",
    oids.CERT_CRL_TIME_STAMP: "time-stamped-certs-crls-references",
    oids.ARCHIVE_TIME_STAMP: "archive-time-stamp",
    oids.ARCHIVE_TIME_STAMP_V2: "archive-time-stamp-v2",
    oids.ARCHIVE_TIME_STAMP_V3: "archive-time-stamp-v3",
    oids.MIME_TYPE: "mime-type",
    ADBE_REVOCATION: "adbe-revocationInfoArchival",
    oids.LONG_TERM_VALIDATION: "long-term-validation",
    oids.ATS_HASH_INDEX: "ats-hash-index",
    oids.SIGNER_ATTRIBUTES_V2: "signer-attributes-v2",
    oids.SIGNATURE_POLICY_STORE: "signature-policy-store",
    oids.ATS_HASH_INDEX_V2: "ats-hash-index-v2",
    oids.ATS_HASH_INDEX_V3: "ats-hash-index-v3",
    "1.2.840.113549.1.9.15": "smime-capabilities",
    oids.CONTENT_HINTS: "content-hints",
    oids.CONTENT_IDENTIFIER: "content-identifier",
    oids.CONTENT_REFERENCE: "content-reference",
    oids.SIGNER_LOCATION: "signer-location",
    oids.SIGNER_ATTRIBUTES: "signer-attributes",
    oids.OTHER_SIGNING_CERTIFICATE: "other-signing-certificate",
    oids.DVC: "dvcs-dvc",
    oids.ATTRIBUTE_CERTIFICATE_REFS: "attribute-certificate-references",
    oids.ATTRIBUTE_REVOCATION_REFS: "attribute-revocation-references",
    oids.EVIDENCE_RECORD_INTERNAL: "internal-evidence-records",
    oids.EVIDENCE_RECORD_EXTERNAL: "external-evidence-records",
}
"""The attributes that we can name; the rest are noted by OID."""

_SINGLE: Final = (
    oids.CONTENT_TYPE,
    oids.MESSAGE_DIGEST,
    oids.SIGNING_TIME,
    oids.SIGNING_CERTIFICATE,
    oids.SIGNING_CERTIFICATE_V2,
)
# Two different values of these leave open what was signed: RFC 5652 §11.1, §11.2.
_AMBIGUOUS: Final = (oids.CONTENT_TYPE, oids.MESSAGE_DIGEST)
_EVIDENCE: Final = (oids.CERTIFICATE_VALUES, oids.REVOCATION_VALUES)
_SPQ_URI: Final = "1.2.840.113549.1.9.16.5.1"
MAX_REFERENCES: Final = 64
_PSS_DEFAULTS: Final = (
    # RFC 4055 §3.1: SHA-1, MGF1 with SHA-1, 20 octets of salt, trailerFieldBC.
    bytes.fromhex("a009300706052b0e03021a"),
    bytes.fromhex("a116301406092a864886f70d010108300706052b0e03021a"),
    bytes.fromhex("a203020114"),
    bytes.fromhex("a303020101"),
)


class AttributeReader:
    """Reads the attributes of one SignerInfo and collects what deviates."""

    __slots__ = ("_signed", "_unsigned", "info", "problems")

    def __init__(self, info: SignerInfo) -> None:
        self.info = info
        self.problems: list[Problem] = []
        self._signed = _by_type(info.signed_attributes)
        self._unsigned = _by_type(info.unsigned_attributes)

    @property
    def signed_types(self) -> Collection[str]:
        """The OIDs of the signed attributes."""
        return self._signed.keys()

    @property
    def unsigned_types(self) -> Collection[str]:
        """The OIDs of the unsigned attributes."""
        return self._unsigned.keys()

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
                found = self._signed.get(oid, ())
                if len(found) > 1 or (found and len(found[0].values) > 1):
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
        found = self._signed.get(oid)
        if found is None or not found[0].values:
            return None
        try:
            return read(found[0].values[0])
        except MalformedEncoding:
            self._add("ATTRIBUTE_MALFORMED", oid, fatal=fatal)
            return None

    def content_type(self) -> str | None:
        """content-type (RFC 5652 §11.1)."""
        return self._read(oids.CONTENT_TYPE, Element.oid, fatal=True)

    def message_digest(self) -> bytes | None:
        """message-digest (RFC 5652 §11.2)."""
        return self._read(oids.MESSAGE_DIGEST, Element.octets, fatal=True)

    def signing_time(self) -> datetime | None:
        """signing-time (RFC 5652 §11.3)."""
        return self._read(oids.SIGNING_TIME, Element.time)

    def mime_type(self) -> str | None:
        """mime-type (EN 319 122-1 §5.2.5.1)."""
        return self._read(oids.MIME_TYPE, Element.text)

    def policy(self) -> SignaturePolicyReference | None:
        """signature-policy-identifier (EN 319 122-1 §5.2.9)."""
        if oids.SIGNATURE_POLICY not in self._signed:
            return None
        found = self._read(oids.SIGNATURE_POLICY, _policy)
        if found is None:
            # Real policies come with malformed qualifiers; which policy it is can still be said.
            for value in self.signed_values(oids.SIGNATURE_POLICY):
                with suppress(MalformedEncoding):
                    return SignaturePolicyReference(value[0].oid())
        return found

    def commitments(self) -> tuple[str, ...]:
        """commitment-type-indication (EN 319 122-1 §5.2.3)."""
        found = []
        for value in self.signed_values(oids.COMMITMENT_TYPE):
            try:
                found.append(oids.commitment_type(value))
            except MalformedEncoding:
                self._add("ATTRIBUTE_MALFORMED", oids.COMMITMENT_TYPE, fatal=False)
        return tuple(found)

    def certificate_references(self) -> tuple[CertificateReference, ...]:
        """signing-certificate-v2, then v1 (RFC 5035 §3, §5.4); the first of each names the signer's."""
        found: list[CertificateReference] = []
        for oid, version in ((oids.SIGNING_CERTIFICATE_V2, 2), (oids.SIGNING_CERTIFICATE, 1)):
            references = self._read(oid, partial(_references, version), fatal=True)
            found += references or ()
            if references == ():
                self._add("ATTRIBUTE_EMPTY", oid, fatal=True)
        return tuple(found)

    def protected_algorithms(self) -> bool | None:
        """Whether cms-algorithm-protection repeats the SignerInfo's algorithms (RFC 6211 §2)."""
        return self._read(oids.CMS_ALGORITHM_PROTECTION, self._same_algorithms, fatal=True)

    def _same_algorithms(self, value: Element) -> bool:
        fields = value.fields()
        if len(fields) < 2:
            return False
        signature = next((list(item) for item in fields[1:] if item.tag == 0xA1), None)
        same = _same_algorithm(fields[0].fields(), self.info.digest_algorithm)
        if signature is not None:
            same = same and _same_algorithm(signature, self.info.signature_algorithm)
        return same

    def unsigned(self, oid: str) -> Iterator[Element]:
        """Every value of every unsigned attribute of this type."""
        for item in self._unsigned.get(oid, ()):
            yield from item.values

    def signed_values(self, oid: str) -> Iterator[Element]:
        """Every value of every signed attribute of this type."""
        for item in self._signed.get(oid, ()):
            yield from item.values

    def evidence(self) -> tuple[tuple[bytes, ...], tuple[bytes, ...], tuple[bytes, ...]]:
        """Certificates, CRLs and OCSP responses in this signature's attributes."""
        if ADBE_REVOCATION not in self._signed and self._unsigned.keys().isdisjoint(_EVIDENCE):
            return (), (), ()
        certificates: list[bytes] = []
        crls: list[bytes] = []
        ocsps: list[bytes] = []
        for oid, values, read in (
            (oids.CERTIFICATE_VALUES, self.unsigned(oids.CERTIFICATE_VALUES), None),
            (oids.REVOCATION_VALUES, self.unsigned(oids.REVOCATION_VALUES), _basic),
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


def _by_type(attributes: Attributes | None) -> dict[str, list[Attribute]]:
    found: dict[str, list[Attribute]] = {}
    for item in attributes or ():
        found.setdefault(item.oid, []).append(item)
    return found


def _same_algorithm(protected: Sequence[Element], stands: AlgorithmIdentifier) -> bool:
    """RFC 6211 §3.1: the same modulo encoding, parameters and all; absent is NULL, a default may stand."""
    if not protected or protected[0].oid() != stands.oid:
        return False
    parameters = protected[1].raw if len(protected) > 1 else None
    return _canonical(parameters) == _canonical(stands.parameters)


def _canonical(parameters: bytes | None) -> bytes | None:
    """Parameters in one encoding: NULL is absent at any depth, fields of RSASSA-PSS at their defaults too."""
    if parameters is None or parameters == der.NULL:
        return None
    element = ber_parse(parameters, what="AlgorithmIdentifier")
    if not element.constructed:
        return element.der()
    return b"".join(field for field in map(_without_null, element) if field not in _PSS_DEFAULTS)


def _without_null(element: Element) -> bytes:
    if not element.constructed:
        return b"" if element.tag == 0x05 else element.der()
    return der.tlv(element.tag, b"".join(map(_without_null, element.children)))


def _basic(element: Element) -> bytes:
    """revocation-values holds BasicOCSPResponse (EN 319 122-1 §A.1.1.3); some put the whole response."""
    if element.fields() and element[0].tag == 0x0A:
        return element.raw
    return OCSPResponse.of_basic(element.raw).raw


def _whole(element: Element) -> bytes:
    return element.raw


def _references(version: int, value: Element) -> tuple[CertificateReference, ...]:
    read = oids.signing_certificate if version == 1 else oids.signing_certificate_v2
    return tuple(
        CertificateReference(
            found.hash_oid,
            _digest_name(found.hash_oid),
            found.digest,
            found.issuer_name.raw if found.issuer_name else None,
            found.serial,
            version,
        )
        for found in read(value)[:MAX_REFERENCES]
    )


def _digest_name(oid: str) -> str | None:
    try:
        return digest_by_oid(oid).name
    except AlgorithmNotSupported:
        return None


def _policy(value: Element) -> SignaturePolicyReference:
    found = oids.signature_policy(value)
    uri = next((raw for oid, raw in found.qualifiers if oid == _SPQ_URI and raw), None)
    return SignaturePolicyReference(
        found.oid,
        found.hash_algorithm.oid if found.hash_algorithm else None,
        found.digest,
        ber_parse(uri).text() if uri else None,
    )


def concatenation(attributes: tuple[Attribute, ...]) -> bytes:
    """attrType and attrValues of each, without the outer SEQUENCE (EN 319 122-1 §A.1.5.1, §A.1.5.2)."""
    return b"".join(ber_parse(item.raw, what="Attribute").content for item in attributes)
