"""One small space to validate in: root, issuing CA, signer, time-stamping authority, and their CRLs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from support.pki import NOW, Entity, Pki
from trustspace.documents.content import Content
from trustspace.documents.model import Document
from trustspace.documents.open import open_document
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.crl import CertificateList
from trustspace.encoding.ocsp import OCSPResponse
from trustspace.pki.revocation import EvidencePool
from trustspace.trust.snapshot import Snapshot
from trustspace.validation.policy import Policy
from trustspace.validation.report import Report, SignatureReport
from trustspace.validation.times import Times
from trustspace.validation.validator import Validator

DAY = timedelta(days=1)
TEXT = b"Signed in one state, believed in another.\n"


class Space:
    """A PKI of three levels with everything that a validation at NOW needs."""

    def __init__(
        self, kind: str = "p-256", *, label: str = "", signer_label: str = "Alice", **signer: object
    ):
        self.pki = Pki(kind, label=label)
        self.root = self.pki.root("Root")
        self.ca = self.pki.authority("Issuing CA", self.root)
        self.alice: Entity = self.pki.signer("Alice", self.ca, **signer)
        self.tsa = self.pki.tsa("TSA", self.ca)

    def snapshot(self) -> Snapshot:
        return Snapshot.of_certificates([self.root.certificate])

    def evidence(self, *more: CertificateList | OCSPResponse) -> EvidencePool:
        """The CRLs of root and CA as of now, and more."""
        return EvidencePool([self.root.crl(), self.ca.crl(), *more])

    def sign(self, *signers: Entity, content: bytes = TEXT, **changes: object) -> bytes:
        return self.pki.sign(content, *(signers or (self.alice,)), **changes)

    def validate(
        self,
        signed: bytes | Document,
        *,
        at: datetime = NOW,
        cut_off: datetime | None = None,
        snapshot: Snapshot | None = None,
        evidence: EvidencePool | None = None,
        policy: Policy | None = None,
        content: bytes | None = None,
    ) -> Report:
        document = (
            signed
            if isinstance(signed, Document)
            else open_document(signed, None if content is None else Content.of_bytes(content))
        )
        validator = Validator(
            snapshot if snapshot is not None else self.snapshot(),
            evidence if evidence is not None else self.evidence(),
            policy or Policy.load(),
        )
        return validator.validate(document, Times(at, cut_off))

    def judge(self, signed: bytes | Document, **how: object) -> SignatureReport:
        """The first signature's report."""
        return self.validate(signed, **how).signatures[0]  # type: ignore[arg-type]


def policy(toml: str, name: str = "test") -> Policy:
    """The basic policy's text with lines replaced or added: ``key = value`` under its table."""
    return Policy.parse(toml.encode(), name)


def codes(signature: SignatureReport) -> list[str]:
    return [cause.code for cause in signature.causes]


def outcome(signature: SignatureReport) -> tuple[str, str | None]:
    sub = signature.sub_indication
    return signature.indication.value, None if sub is None else sub.value


def replaced(data: bytes, old: bytes, new: bytes) -> bytes:
    """``data`` with the one place where ``old`` stands replaced by as many octets."""
    assert data.count(old) == 1 and len(old) == len(new), (data.count(old), len(old), len(new))
    return data.replace(old, new)


def flipped(data: bytes, position: int) -> bytes:
    """``data`` with one bit flipped."""
    changed = bytearray(data)
    changed[position] ^= 1
    return bytes(changed)


def pool_of(*data: CertificateList | OCSPResponse) -> EvidencePool:
    return EvidencePool(data)


def anchors(certificates: Iterable[Certificate]) -> Snapshot:
    return Snapshot.of_certificates(certificates)


__all__: Sequence[str] = (
    "DAY",
    "NOW",
    "TEXT",
    "Entity",
    "Pki",
    "Space",
    "anchors",
    "codes",
    "flipped",
    "outcome",
    "policy",
    "pool_of",
    "replaced",
)
