"""CMS: ContentInfo and SignedData (RFC 5652), read from BER or DER."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from trustspace._native import Element, ber_parse
from trustspace.encoding.algorithm_identifier import AlgorithmIdentifier
from trustspace.encoding.attributes import (
    Attribute,
    Attributes,
    encode_attribute,
    encode_attributes,
)
from trustspace.encoding.lazy import lazy
from trustspace.encoding.model import Encoded, explicit, fields_between, malformed
from trustspace.encoding.name import Name

ID_DATA = "1.2.840.113549.1.7.1"
ID_SIGNED_DATA = "1.2.840.113549.1.7.2"
ID_RI_OCSP_RESPONSE = "1.3.6.1.5.5.7.16.2"

MAX_SIGNERS = 1000
MAX_CERTIFICATES = 10_000


class ContentInfo(Encoded):
    """RFC 5652 §3. ``content`` is the element inside the explicit tag, ``None`` where absent."""

    what = "ContentInfo"

    content_type: str
    content: Element | None

    def __init__(self, element: Element) -> None:
        fields = fields_between(element, "ContentInfo", 1, 2)
        self.raw = element.raw
        self.content_type = fields[0].expect(0x06).oid()
        self.content = explicit(fields[1].expect(0xA0), "ContentInfo") if len(fields) == 2 else None

    @classmethod
    def parse_element(cls, element: Element) -> ContentInfo:
        """Read it from an element of another structure. Raises MalformedEncoding."""
        return cls(element)


@dataclass(frozen=True, slots=True)
class SignerIdentifier:
    """RFC 5652 §5.3: issuer and serial number, or the subject key identifier."""

    issuer: Name | None
    serial: int | None
    subject_key_identifier: bytes | None
    raw: bytes

    @classmethod
    def parse_element(cls, element: Element) -> SignerIdentifier:
        """Read it from an element of another structure. Raises MalformedEncoding."""
        if element.tag == 0x30:
            fields = fields_between(element, "IssuerAndSerialNumber", 2, 2)
            serial = fields[1].expect(0x02).integer()
            return cls(Name.parse_element(fields[0]), serial, None, element.raw)
        if element.number != 0 or element.tag & 0xC0 != 0x80:
            malformed("SignerIdentifier", element, "unknown alternative")
        # Some encoders write the tag as EXPLICIT around an OCTET STRING; octets() joins both.
        return cls(None, None, element.octets(), element.raw)


@dataclass(frozen=True, slots=True)
class OtherRevocationInfo:
    """RFC 5652 §10.2.1: a format and the whole element of the information."""

    format: str
    info: bytes


class SignerInfo(Encoded):
    """RFC 5652 §5.3: one signer's signature."""

    what = "SignerInfo"

    version: int
    sid: SignerIdentifier
    digest_algorithm: AlgorithmIdentifier
    signed_attributes: Attributes | None
    signature_algorithm: AlgorithmIdentifier
    signature: bytes
    unsigned_attributes: Attributes | None

    def __init__(self, element: Element) -> None:
        fields = fields_between(element, "SignerInfo", 5, 7)
        self.element = element
        self.raw = element.raw
        self.version = fields[0].expect(0x02).integer()
        self.sid = SignerIdentifier.parse_element(fields[1])
        self.digest_algorithm = AlgorithmIdentifier.parse_element(fields[2])
        at = 3
        self.signed_attributes = self.unsigned_attributes = None
        if fields[at].tag == 0xA0:
            self.signed_attributes = Attributes(fields[at])
            at += 1
        if len(fields) < at + 2:
            malformed("SignerInfo", element, "a member is missing")
        self.signature_algorithm = AlgorithmIdentifier.parse_element(fields[at])
        signature = fields[at + 1]
        if signature.tag & 0xDF != 0x04:
            malformed("SignerInfo", signature, "the signature is no OCTET STRING")
        self.signature = signature.octets()
        self.signature_element = signature
        """The signature's OCTET STRING; its content is what a signature time-stamp covers."""
        if len(fields) == at + 3:
            self.unsigned_attributes = Attributes(fields[at + 2].expect(0xA1))
        elif len(fields) > at + 3:
            malformed("SignerInfo", element, "wrong number of members")

    @classmethod
    def parse_element(cls, element: Element) -> SignerInfo:
        """Read it from an element of another structure. Raises MalformedEncoding."""
        return cls(element)

    @property
    def own_octets(self) -> bytes:
        """The content octets up to the signature's end: all but the unsigned attributes, which may grow."""
        end = self.signature_element.offset + len(self.signature_element.raw) - self.element.offset
        return self.raw[self.element.header_length : end]

    @lazy
    def sha256(self) -> str:
        """SHA-256 of the whole SignerInfo, hexadecimal."""
        return hashlib.sha256(self.raw).hexdigest()

    def signed(self, oid: str) -> Attribute | None:
        """The first signed attribute of a type."""
        return self.signed_attributes.get(oid) if self.signed_attributes else None

    def unsigned(self, oid: str) -> tuple[Attribute, ...]:
        """All unsigned attributes of a type."""
        return self.unsigned_attributes.get_all(oid) if self.unsigned_attributes else ()


class SignedData(Encoded):
    """RFC 5652 §5.1. ``parse`` takes the ContentInfo around it; ``raw`` is what was parsed."""

    what = "SignedData"

    version: int
    encap_content_type: str
    deviations: tuple[str, ...] = ()
    """``TRAILING_OCTETS``: something follows the structure; ``raw`` ends before it."""

    def __init__(self, element: Element, outer: Element) -> None:
        fields = fields_between(element, "SignedData", 4, 6)
        self.element = element
        """The SignedData itself, inside its ContentInfo."""
        self.raw = outer.raw
        self.version = fields[0].expect(0x02).integer()
        self._digest_algorithms = fields[1].expect(0x31)
        encap = fields_between(fields[2], "EncapsulatedContentInfo", 1, 2)
        self.encap_element = fields[2]
        """EncapsulatedContentInfo, which an archive time-stamp covers."""
        self.encap_content_type = encap[0].expect(0x06).oid()
        self.content_element: Element | None = (
            explicit(encap[1].expect(0xA0), "EncapsulatedContentInfo") if len(encap) == 2 else None
        )
        """eContent: an OCTET STRING, in one piece or several; ``None`` where detached."""
        self.certificates_element: Element | None = None
        self.crls_element: Element | None = None
        for field in fields[3:-1]:
            if field.tag == 0xA0 and self.certificates_element is None and self.crls_element is None:
                self.certificates_element = field
            elif field.tag == 0xA1 and self.crls_element is None:
                self.crls_element = field
            else:
                malformed("SignedData", field, "unknown member")
        self._signer_infos = fields[-1].expect(0x31)

    @classmethod
    def parse(cls, data: bytes) -> SignedData:
        """Read a ContentInfo or a bare SignedData. Octets after its end are left aside, and named.

        Raises MalformedEncoding.
        """
        element = ber_parse(data, max_elements=cls.max_elements, what=cls.what, allow_trailing=True)
        signed_data = cls.parse_element(element)
        if len(signed_data.raw) != len(data):
            signed_data.deviations = ("TRAILING_OCTETS",)
        return signed_data

    @classmethod
    def parse_element(cls, element: Element) -> SignedData:
        """Read it from a ContentInfo or from the bare SEQUENCE. Raises MalformedEncoding."""
        fields = element.fields()
        if not fields or fields[0].tag != 0x06:
            return cls(element, element)
        info = ContentInfo(element)
        if info.content_type != ID_SIGNED_DATA or info.content is None:
            malformed("SignedData", element, "another content type")
        return cls(info.content, element)

    @lazy
    def sha256(self) -> str:
        """SHA-256 of what was parsed, hexadecimal."""
        return hashlib.sha256(self.raw).hexdigest()

    @property
    def detached(self) -> bool:
        """Whether the content stands elsewhere."""
        return self.content_element is None

    @lazy
    def content(self) -> bytes | None:
        """The content's octets: what message digests and time-stamps are over; ``None`` where detached.

        PKCS #7 content that is no OCTET STRING is hashed without its tag and length (RFC 2315 §9.3).
        """
        element = self.content_element
        if element is None:
            return None
        return element.octets() if element.tag & 0xDF == 0x04 else element.content

    @lazy
    def digest_algorithms(self) -> tuple[AlgorithmIdentifier, ...]:
        """The signers' digest algorithms, so far as the maker declared them."""
        return tuple(AlgorithmIdentifier.parse_element(child) for child in self._digest_algorithms)

    @lazy
    def certificates(self) -> tuple[bytes, ...]:
        """The X.509 certificates, whole, as they stood."""
        return tuple(self._choices(self.certificates_element, plain=True))

    @lazy
    def other_certificates(self) -> tuple[bytes, ...]:
        """The other alternatives (PKCS #6, attribute certificates, other formats) as they stood."""
        return tuple(self._choices(self.certificates_element, plain=False))

    @lazy
    def crls(self) -> tuple[bytes, ...]:
        """The CRLs, whole, as they stood."""
        return tuple(self._choices(self.crls_element, plain=True))

    @lazy
    def other_revocation_infos(self) -> tuple[OtherRevocationInfo, ...]:
        """Revocation information that is no CRL."""
        found = []
        for raw in self._choices(self.crls_element, plain=False):
            element = ber_parse(raw, what="OtherRevocationInfoFormat")
            parts = element.children
            if element.tag != 0xA1 or len(parts) != 2:
                malformed("OtherRevocationInfoFormat", element, "wrong form")
            found.append(OtherRevocationInfo(parts[0].oid(), parts[1].raw))
        return tuple(found)

    @property
    def ocsp_responses(self) -> tuple[bytes, ...]:
        """OCSP responses among the revocation information (RFC 5940 §2.1), as they stood."""
        return tuple(o.info for o in self.other_revocation_infos if o.format == ID_RI_OCSP_RESPONSE)

    @lazy
    def signer_infos(self) -> tuple[SignerInfo, ...]:
        """The signers, as they stood. Raises MalformedEncoding, also of more than ``MAX_SIGNERS``."""
        if len(self._signer_infos) > MAX_SIGNERS:
            malformed("SignedData", self._signer_infos, "too many signers")
        return tuple(SignerInfo(child) for child in self._signer_infos)

    @staticmethod
    def _choices(element: Element | None, *, plain: bool) -> list[bytes]:
        if element is None:
            return []
        if len(element) > MAX_CERTIFICATES:
            malformed("SignedData", element, "too many certificates or CRLs")
        return [raw for raw in element.raws() if (raw[0] == 0x30) == plain]


__all__ = [
    "ID_DATA",
    "ID_RI_OCSP_RESPONSE",
    "ID_SIGNED_DATA",
    "Attribute",
    "Attributes",
    "ContentInfo",
    "OtherRevocationInfo",
    "SignedData",
    "SignerIdentifier",
    "SignerInfo",
    "encode_attribute",
    "encode_attributes",
]
