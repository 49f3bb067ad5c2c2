"""What a reader finds in a signed document, in one shape for every format.

Everything stands as read: octets stay raw DER (certificates, CRLs, OCSP responses), algorithms stay OIDs,
deviations are :class:`Problem` codes. Whom to believe is decided later, in ``validation``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from trustspace.algorithms.model import DigestAlgorithm
from trustspace.documents.content import Content
from trustspace.timestamps.token import TimestampToken

Parameters = Mapping[str, str | int | None]


class SignatureFormat(StrEnum):
    """What kind of signature this is; a CMS signature without the CAdES attributes is named so."""

    CADES = "CAdES"
    CMS = "CMS"


class Level(StrEnum):
    """What the attributes that are present amount to (EN 319 122-1 §6, EN 319 122-2 §5); not a verdict."""

    PLAIN = "PLAIN"
    BES = "BES"
    EPES = "EPES"
    T = "T"
    C = "C"
    X = "X"
    XL = "XL"
    A = "A"
    BASELINE_B = "BASELINE-B"
    BASELINE_T = "BASELINE-T"
    BASELINE_LT = "BASELINE-LT"
    BASELINE_LTA = "BASELINE-LTA"


class TimestampKind(StrEnum):
    """What a time-stamp inside a signature is over (EN 319 122-1 §5.2.8, §5.3, §5.5, A.1.5)."""

    CONTENT = "content"
    SIGNATURE = "signature"
    REFERENCES = "references"
    """certs-crls-timestamp: over the certificate and revocation references."""
    SIGNATURE_AND_REFERENCES = "signature-and-references"
    """CAdES-C-timestamp."""
    ARCHIVE = "archive"
    """archive-time-stamp of any version."""


class SignedForm(StrEnum):
    """Which octets the signature value is taken to be over (RFC 5652 §5.4)."""

    ATTRIBUTES = "attributes"
    """The signed attributes as they stand in the bytes, under the SET OF tag."""
    ATTRIBUTES_DER = "attributes-der"
    """Their DER re-encoding, where what stands there is not DER."""
    CONTENT = "content"
    """The content itself: there are no signed attributes."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A deviation from the format: a catalogue code and its parameters.

    ``fatal`` tells a signature that breaks a SHALL of its format (FORMAT_FAILURE) from a tolerated oddity.
    """

    code: str
    parameters: Parameters = field(default_factory=dict)
    fatal: bool = True


@dataclass(frozen=True, slots=True)
class SignerIdentifier:
    """The SignerInfo's ``sid`` (RFC 5652 §5.3): issuer and serial number, or subject key identifier."""

    issuer: bytes | None = None
    """The issuer's Name, raw DER."""
    serial: int | None = None
    key_identifier: bytes | None = None


@dataclass(frozen=True, slots=True)
class CertificateReference:
    """One ESSCertID or ESSCertIDv2 (RFC 5035 §3, §5)."""

    digest_oid: str
    digest_algorithm: str | None
    """The algorithm's name; None when it is not supported."""
    digest: bytes
    issuer: bytes | None = None
    """The directoryName of issuerSerial, raw DER, where it is present."""
    serial: int | None = None
    version: int = 2


@dataclass(frozen=True, slots=True)
class DataReference:
    """What a signature claims to cover, and whether it does: one row of the report's scope."""

    name: str
    digest_oid: str
    digest_algorithm: str | None
    expected: bytes | None
    """The message-digest attribute; None where there are no signed attributes."""
    actual: bytes | None
    """The computed digest; None when the data or the algorithm is not at hand."""
    found: bool
    """Whether the data (or its digest under this algorithm) was found."""

    @property
    def intact(self) -> bool | None:
        """True or False when both digests are known, else None."""
        if self.expected is None or self.actual is None:
            return None
        return self.expected == self.actual


@dataclass(frozen=True, slots=True)
class SignaturePolicyReference:
    """signature-policy-identifier (EN 319 122-1 §5.2.9); ``oid`` None is an implied policy."""

    oid: str | None
    digest_oid: str | None = None
    digest: bytes | None = None
    uri: str | None = None


@dataclass(frozen=True, slots=True)
class AttributeNote:
    """An attribute that is present, recognised or not."""

    oid: str
    name: str | None
    signed: bool
    values: int


@dataclass(frozen=True, slots=True)
class SignedInput:
    """Octets that the signature value may be over, best first in :attr:`Signature.inputs`."""

    form: SignedForm
    content: Content


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedTimestamp:
    """A time-stamp token that stands in a signature (or that is a document itself)."""

    id: str
    """``T-`` and the first 16 hex digits of the SHA-256 of its octets."""
    kind: TimestampKind
    attribute: str
    """The OID of the attribute that holds it."""
    raw: bytes
    token: TimestampToken | None
    """None when the octets are no token; then ``problems`` says so."""
    covered: Content | None
    """What it should be over: its imprint is compared with this content's digest; None when not known."""
    signature: Signature | None
    """The TSA's own signature over the TSTInfo, in the same shape."""
    certificates: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def gen_time(self) -> datetime | None:
        """The time that the token states."""
        return self.token.gen_time if self.token else None

    def covers(self) -> bool | None:
        """Whether the imprint is the digest of what it should be over; None when that cannot be computed."""
        if self.token is None or self.covered is None:
            return None
        return self.token.covers(self.covered.digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature as it stands."""

    id: str
    """``S-`` and the first 16 hex digits of the SHA-256 of its octets without the unsigned attributes (a
    counter-signature's: with its parent's id before them): stable, whatever is added to it or beside it."""
    raw: bytes
    """The SignerInfo's octets."""
    format: SignatureFormat
    level: Level
    parent: str | None = None
    """The id of the signature that this one counter-signs."""
    claimed_signing_time: datetime | None = None
    signer: SignerIdentifier
    certificate_references: tuple[CertificateReference, ...] = ()
    """In their order: the first names the signing certificate."""
    digest_oid: str
    digest_algorithm: DigestAlgorithm | None
    """None when it is not supported."""
    signature_oid: str
    signature_parameters: bytes | None
    """The parameters' TLV."""
    value: bytes
    inputs: tuple[SignedInput, ...]
    references: tuple[DataReference, ...] = ()
    content_type: str | None = None
    """The content-type attribute; None where absent."""
    mime_type: str | None = None
    policy: SignaturePolicyReference | None = None
    commitments: tuple[str, ...] = ()
    attributes: tuple[AttributeNote, ...] = ()
    timestamps: tuple[EmbeddedTimestamp, ...] = ()
    counter_signatures: tuple[Signature, ...] = ()
    certificates: tuple[bytes, ...] = ()
    """Those in this signature's own attributes; the document has all."""
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    format_problems: tuple[Problem, ...] = ()

    @property
    def signed_bytes(self) -> bytes | None:
        """The octets that the signature is over, where they are signed attributes (else see ``inputs``)."""
        first = self.inputs[0] if self.inputs else None
        if first is None or first.form is SignedForm.CONTENT:
            return None
        return first.content.read(1 << 30)

    @property
    def policy_id(self) -> str | None:
        """The OID of the explicit signature policy."""
        return self.policy.oid if self.policy else None

    def walk(self) -> Iterator[Signature]:
        """This signature and, below it, every counter-signature."""
        yield self
        for counter in self.counter_signatures:
            yield from counter.walk()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A signed document: its signatures and what else it carries."""

    format: SignatureFormat
    """CAdES when any signature has the CAdES attributes, else CMS."""
    content_type: str
    """The eContentType: id-data, id-ct-TSTInfo, a DVCS type, ..."""
    content: Content | None
    """What is signed: encapsulated or handed in; None when neither is there."""
    detached: bool
    signatures: tuple[Signature, ...]
    """The top level in their order; counter-signatures hang below their parents."""
    certificates: tuple[bytes, ...] = ()
    """Every certificate anywhere in the document, DER, each once."""
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    """As OCSPResponse, whatever form they were embedded in."""
    raw_size: int
    sha256: str
    """Of the document's own octets, hex."""
    name: str | None = None
    encoding: str = "DER"
    """How it came: DER, BER, PEM or base64."""
    format_problems: tuple[Problem, ...] = ()
    """Of the document as a whole."""

    def walk(self) -> Iterator[Signature]:
        """Every signature, counter-signatures after their parents."""
        for signature in self.signatures:
            yield from signature.walk()


def signature_id(octets: bytes, parent: str | None = None) -> str:
    """The stable identifier of a signature with these octets, its unsigned attributes left out."""
    return "S-" + sha256((parent or "").encode() + octets).hexdigest()[:16]


def timestamp_id(raw: bytes) -> str:
    """The stable identifier of a time-stamp token with these octets."""
    return "T-" + sha256(raw).hexdigest()[:16]
