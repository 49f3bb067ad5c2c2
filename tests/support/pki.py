"""A PKI for tests, declared in a few lines: any algorithm, fixed times, no randomness of its own.

::

    pki = Pki("gost2012-256-a")
    root = pki.root("Root")
    ca = pki.authority("Issuing CA", root)
    alice = pki.signer("Alice", ca)
    tsa, ocsp = pki.tsa("TSA", ca), pki.ocsp("OCSP", ca)
    ca.revoke(alice, reason=1)
    signed = pki.sign(b"text", alice, stamper=tsa.stamp)
    ca.crl(), ocsp.status(alice), root.certificate

Every entity may have an algorithm of its own (``kind=``) and any field of its certificate changed
(``path_length=0``, ``not_after=…``, ``extended_key_usage=…``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from trustspace.algorithms.digests import digest_by_name
from trustspace.algorithms.model import DigestAlgorithm
from trustspace.algorithms.private import PrivateKey, generate
from trustspace.documents.cades_signing import SigningLevel, Stamper, sign_cades
from trustspace.documents.content import Content
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.crl import CertificateList
from trustspace.encoding.extensions import KeyUsage
from trustspace.encoding.name import Name
from trustspace.encoding.ocsp import CertStatus, OCSPResponse
from trustspace.pki.issuing import (
    CertificateTemplate,
    Issuer,
    RevokedEntry,
    SingleStatus,
    certificate_id,
    distinguished_name,
    issue_certificate,
    issue_crl,
    issue_ocsp,
)
from trustspace.pki.issuing.signed_data import CmsSigner
from trustspace.timestamps.issue import TimestampAuthority

NOW = datetime(2026, 6, 1, 12, 0, 0, tzinfo=UTC)
"""The tests' present."""

CA_USAGE = frozenset({KeyUsage.KEY_CERT_SIGN, KeyUsage.CRL_SIGN})
SIGNER_USAGE = frozenset({KeyUsage.DIGITAL_SIGNATURE, KeyUsage.NON_REPUDIATION})
TIME_STAMPING = "1.3.6.1.5.5.7.3.8"
OCSP_SIGNING = "1.3.6.1.5.5.7.3.9"
TSA_POLICY = "1.2.3.4.1"


def entropy(label: str) -> bytes:
    """64 octets that a label fixes."""
    return hashlib.sha512(label.encode()).digest()


def stream(label: str) -> Callable[[int], bytes]:
    """A source of octets that a label fixes."""
    state = {"n": 0}

    def read(size: int) -> bytes:
        state["n"] += 1
        return hashlib.shake_256(f"{label}/{state['n']}".encode()).digest(size)

    return read


@lru_cache(maxsize=512)
def key(kind: str, label: str) -> PrivateKey:
    """The key of an algorithm under a label; made once in a process (RSA is slow to generate)."""
    return generate(kind, random=stream(f"key/{kind}/{label}"))


@dataclass(eq=False)
class Entity:
    """A holder of a key and a certificate."""

    pki: Pki
    label: str
    key: PrivateKey
    certificate: Certificate
    issuer: Entity | None
    revoked: list[RevokedEntry] = field(default_factory=list)
    crl_number: int = 0

    @property
    def name(self) -> Name:
        return self.certificate.subject

    @property
    def as_issuer(self) -> Issuer:
        return Issuer.of(self.certificate, self.key)

    @property
    def chain(self) -> tuple[Certificate, ...]:
        """The issuers up to, and without, the root."""
        found: list[Certificate] = []
        entity = self.issuer
        while entity is not None and entity.issuer is not None:
            found.append(entity.certificate)
            entity = entity.issuer
        return tuple(found)

    @property
    def cms_signer(self) -> CmsSigner:
        return CmsSigner(key=self.key, certificate=self.certificate, chain=self.chain)

    def revoke(self, entity: Entity, at: datetime | None = None, reason: int | None = None) -> None:
        """Revoke a certificate that this authority issued; the next CRL and OCSP response say so."""
        at = at or self.pki.now - timedelta(days=1)
        self.revoked.append(RevokedEntry(entity.certificate.serial, at, reason))

    def crl(self, **changes: Any) -> CertificateList:
        """A full CRL as of now; any argument of issue_crl may be given."""
        self.crl_number += 1
        arguments: dict[str, Any] = {
            "number": self.crl_number,
            "this_update": self.pki.now - timedelta(hours=1),
            "next_update": self.pki.now + timedelta(days=7),
            "entropy": entropy(f"crl/{self.label}/{self.crl_number}"),
        }
        entries = changes.pop("entries", self.revoked)
        return issue_crl(self.as_issuer, entries, **{**arguments, **changes})

    def status(
        self,
        entity: Entity,
        *,
        digest: DigestAlgorithm | None = None,
        nonce: bytes | None = None,
        by_key: bool = False,
        produced_at: datetime | None = None,
        **changes: Any,
    ) -> OCSPResponse:
        """An OCSP response about ``entity``, signed by this responder (or by the CA itself)."""
        assert entity.issuer is not None
        entry = next((e for e in entity.issuer.revoked if e.serial == entity.certificate.serial), None)
        single = SingleStatus(
            certificate_id=certificate_id(
                entity.certificate, entity.issuer.certificate, digest or digest_by_name("SHA-1")
            ),
            status=CertStatus.REVOKED if entry else CertStatus.GOOD,
            this_update=self.pki.now - timedelta(hours=1),
            next_update=self.pki.now + timedelta(days=1),
            revoked_at=entry.revoked_at if entry else None,
            reason=entry.reason if entry else None,
        )
        return issue_ocsp(
            self.as_issuer,
            [replace(single, **changes)],
            produced_at=produced_at or self.pki.now - timedelta(hours=1),
            entropy=entropy(f"ocsp/{self.label}/{entity.label}"),
            nonce=nonce,
            certificates=[] if self is entity.issuer else [self.certificate],
            by_key=by_key,
        )

    def authority(self, **changes: Any) -> TimestampAuthority:
        """This entity as a time-stamping authority."""
        arguments: dict[str, Any] = {"signer": self.cms_signer, "policy": TSA_POLICY}
        return TimestampAuthority(**{**arguments, **changes})

    def stamp(self, digest: DigestAlgorithm, value: bytes) -> bytes:
        """A time-stamp token over a digest, as of the PKI's now: a Stamper."""
        return self.stamper()(digest, value)

    def stamper(self, at: datetime | None = None) -> Stamper:
        """A Stamper that states ``at``."""

        def stamp(digest: DigestAlgorithm, value: bytes) -> bytes:
            serial = self.pki.next_serial()
            return self.authority().issue(
                digest,
                value,
                serial=serial,
                now=at or self.pki.now,
                entropy=entropy(f"token/{self.label}/{serial}"),
            )

        return stamp


class Pki:
    """A declared PKI; ``kind`` is the algorithm of every key that does not name another."""

    def __init__(
        self,
        kind: str = "p-256",
        *,
        now: datetime = NOW,
        label: str = "",
        years: int = 10,
    ) -> None:
        self.kind = kind
        self.now = now
        self.label = label
        self.not_before = now - timedelta(days=365)
        self.not_after = now + timedelta(days=365 * years)
        self._serial = 1000

    def next_serial(self) -> int:
        self._serial += 1
        return self._serial

    def entity(
        self,
        label: str,
        issuer: Entity | None,
        *,
        kind: str | None = None,
        subject: Sequence[tuple[str, str]] | None = None,
        **changes: Any,
    ) -> Entity:
        """Any certificate; ``changes`` are fields of CertificateTemplate."""
        holder = key(kind or self.kind, f"{self.label}/{label}")
        serial = changes.pop("serial", None) or self.next_serial()
        template = CertificateTemplate(
            subject=distinguished_name(subject or self._subject(label)),
            public_key=changes.pop("public_key", holder.key),
            not_before=changes.pop("not_before", self.not_before),
            not_after=changes.pop("not_after", self.not_after),
            **changes,
        )
        signer = issuer.as_issuer if issuer else Issuer.itself(template, holder)
        certificate = issue_certificate(
            template, signer, serial=serial, entropy=entropy(f"certificate/{label}/{serial}")
        )
        return Entity(self, label, holder, certificate, issuer)

    def _subject(self, label: str) -> list[tuple[str, str]]:
        return [("C", "RU"), ("O", f"Test {self.label}".strip()), ("CN", label)]

    def root(self, label: str = "Root", **changes: Any) -> Entity:
        """A self-signed CA."""
        return self.entity(label, None, **{"ca": True, "key_usage": CA_USAGE, **changes})

    def authority(self, label: str, issuer: Entity, **changes: Any) -> Entity:
        """A subordinate CA."""
        return self.entity(label, issuer, **{"ca": True, "key_usage": CA_USAGE, **changes})

    def signer(self, label: str, issuer: Entity, **changes: Any) -> Entity:
        """A person's certificate."""
        return self.entity(label, issuer, **{"ca": False, "key_usage": SIGNER_USAGE, **changes})

    def tsa(self, label: str, issuer: Entity, **changes: Any) -> Entity:
        """A time-stamping unit: critical EKU timeStamping alone (RFC 3161 §2.3)."""
        defaults = {
            "ca": False,
            "key_usage": SIGNER_USAGE,
            "extended_key_usage": (TIME_STAMPING,),
            "extended_key_usage_critical": True,
        }
        return self.entity(label, issuer, **{**defaults, **changes})

    def ocsp(self, label: str, issuer: Entity, **changes: Any) -> Entity:
        """A delegated OCSP responder (RFC 6960 §4.2.2.2)."""
        defaults = {
            "ca": False,
            "key_usage": frozenset({KeyUsage.DIGITAL_SIGNATURE}),
            "extended_key_usage": (OCSP_SIGNING,),
            "ocsp_no_check": True,
        }
        return self.entity(label, issuer, **{**defaults, **changes})

    def sign(
        self,
        content: bytes | Content,
        *signers: Entity,
        stamper: Stamper | None = None,
        detached: bool = False,
        **changes: Any,
    ) -> bytes:
        """A CAdES signature by each signer: level B, or T where a stamper is given."""
        arguments: dict[str, Any] = {
            "signing_time": self.now - timedelta(minutes=5),
            "entropy": entropy("/".join(signer.label for signer in signers)),
            "level": SigningLevel.T if stamper else SigningLevel.B,
            "stamper": stamper,
            "detached": detached,
        }
        return sign_cades(
            content if isinstance(content, Content) else Content.of_bytes(content),
            [signer.cms_signer for signer in signers],
            **{**arguments, **changes},
        )
