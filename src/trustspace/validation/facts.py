"""Facts: what parsing and cryptography found, without judgement.

Facts hold every candidate certificate (DER), every edge between them, every revocation statement, every
digest and imprint, and the outcome of every signature check. They depend on the document, the evidence and
on which certificates were at hand, never on a policy or a time; whoever has them needs neither the content
nor the network to judge again (:mod:`trustspace.validation.facts_json` writes and reads them).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trustspace.documents.model import DataReference, Problem, SignaturePolicyReference
    from trustspace.encoding.certificate import Certificate
    from trustspace.pki.edges import Edge, EdgeOutcome
    from trustspace.pki.revocation import RevocationStatement


class ReferenceMatch(StrEnum):
    """What the signing-certificate attribute says of a candidate (RFC 5035 §3, §5)."""

    ABSENT = "absent"
    """The signature has no such attribute."""
    MATCH = "match"
    MISMATCH = "mismatch"
    UNSUPPORTED = "unsupported"
    """The reference's digest algorithm is not known here."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A certificate that may be the signer's, and what the signature value says under its key."""

    certificate: str
    """SHA-256, hex: the key in :attr:`Facts.certificates`."""
    identifier: bool | None
    """Whether the SignerInfo's issuer and serial (or key identifier) are this certificate's."""
    reference: ReferenceMatch
    issuer_serial: bool | None
    """Whether the reference's issuerSerial is this certificate's; None where there is none."""
    outcome: EdgeOutcome | None
    """VERIFIED, FAILED, UNSUPPORTED or KEY_INVALID; None when what the value is over is not at hand."""
    scheme: str
    """The signature algorithm's name, or its OID where it is not known."""
    key: str | None = None
    """The key's family: "RSA", "GOST R 34.10-2012-256", ...; None when it could not be read."""
    parameter_set: str | None = None
    key_size: int | None = None
    embedded: bool = True
    """Whether the document itself brought it."""


@dataclass(frozen=True, slots=True)
class TimestampFacts:
    """A time-stamp token found in a signature."""

    id: str
    kind: str
    """content, signature, references, signature-and-references, archive."""
    attribute: str
    gen_time: datetime | None
    """None when the octets are no token."""
    imprint: bool | None
    """Whether it covers what it should; None when that cannot be computed."""
    imprint_algorithm: str | None
    """The name, or the OID where the algorithm is not supported."""
    signature: SignatureFacts | None
    """The TSA's own signature."""
    policy: str | None = None
    serial: int | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class SignatureFacts:
    """One signature: a document's, a counter-signature, or a TSA's over its TSTInfo."""

    id: str
    format: str
    level: str
    parent: str | None
    claimed_signing_time: datetime | None
    digest_algorithm: str
    """The name, or the OID where it is not supported."""
    signature_algorithm: str
    """The OID as it stands in the signature."""
    references: tuple[DataReference, ...]
    candidates: tuple[Candidate, ...]
    """Best first: referenced and identified ones, embedded before others."""
    identified: bool
    """Whether the signature names its certificate by a signing-certificate attribute."""
    content_type: str | None = None
    mime_type: str | None = None
    policy: SignaturePolicyReference | None = None
    commitments: tuple[str, ...] = ()
    signed_attributes: tuple[str, ...] = ()
    """Their OIDs."""
    timestamps: tuple[TimestampFacts, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """The signed document as it came."""

    format: str
    content_type: str
    sha256: str
    size: int
    encoding: str
    detached: bool
    name: str | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that was found out about one document (or, with no signatures, about one certificate)."""

    document: DocumentFacts | None
    signatures: tuple[SignatureFacts, ...]
    """Counter-signatures after their parents."""
    certificates: Mapping[str, Certificate]
    """Every candidate by its SHA-256."""
    edges: Mapping[str, tuple[Edge, ...]]
    """By child: each candidate issuer and whether its key verifies the child's signature."""
    revocations: Mapping[str, tuple[RevocationStatement, ...]]
    """By certificate: what each CRL or OCSP response at hand says of it."""
    evidence: str
    """Digest of the evidence that was at hand, hex."""
    modules: tuple[str, ...] = ()
    """The cryptographic modules that hashed and verified, with version and certification."""

    def issuers(self, child: str) -> Iterator[tuple[Certificate, Edge]]:
        """The candidate issuers of a certificate, with the edge to each."""
        for edge in self.edges.get(child, ()):
            issuer = self.certificates.get(edge.issuer)
            if issuer is not None:
                yield issuer, edge

    def signature(self, signature_id: str) -> SignatureFacts | None:
        """The signature with this id."""
        return next((signature for signature in self.signatures if signature.id == signature_id), None)
