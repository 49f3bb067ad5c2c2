"""One authority with everything it needs: root, issuing CA, OCSP responder, TSA, people, CRLs.

Pure but for what is handed in: the moment and a source of random octets. Keys stay in the objects until
:mod:`trustspace.demo.layout` writes them down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from trustspace.algorithms.private import PrivateKey, generate
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.crl import CertificateList
from trustspace.encoding.extensions import KeyUsage
from trustspace.pki.issuing import (
    CertificateTemplate,
    Issuer,
    RevokedEntry,
    distinguished_name,
    issue_certificate,
    issue_crl,
)
from trustspace.pki.issuing.signed_data import CmsSigner

Random = Callable[[int], bytes]
"""n → n fresh random octets."""
Attributes = Iterable[tuple[str, str]]

AGE = timedelta(days=30)
"""How long before the demonstration its authorities began."""
YEARS = timedelta(days=5 * 365)
CRL_AGE = timedelta(hours=1)
CRL_LIFE = timedelta(days=90)

_OCSP_SIGNING, _TIME_STAMPING = "1.3.6.1.5.5.7.3.9", "1.3.6.1.5.5.7.3.8"
_CA_USAGE = frozenset({KeyUsage.KEY_CERT_SIGN, KeyUsage.CRL_SIGN})
_SIGN = frozenset({KeyUsage.DIGITAL_SIGNATURE})
SIGN_FOR_GOOD = frozenset({KeyUsage.DIGITAL_SIGNATURE, KeyUsage.NON_REPUDIATION})


@dataclass(frozen=True, slots=True)
class Holder:
    """A certificate, its key, and the certificates above it (the issuing CA first)."""

    certificate: Certificate
    key: PrivateKey
    chain: tuple[Certificate, ...] = ()

    @property
    def signer(self) -> CmsSigner:
        """The holder as a signer; its issuing CAs go along, the root does not."""
        return CmsSigner(
            key=self.key,
            certificate=self.certificate,
            chain=tuple(c for c in self.chain if not c.self_issued),
        )


@dataclass(slots=True)
class Authority:
    """A CA that issues and revokes; ``holder.chain`` leads to its root."""

    holder: Holder
    random: Random
    now: datetime
    revoked: list[RevokedEntry] = field(default_factory=list)
    crl_number: int = 0

    def serial(self) -> int:
        """A fresh serial number: 64 random bits, positive."""
        return int.from_bytes(self.random(8), "big") >> 1 | 1

    def issue(
        self,
        subject: Attributes,
        key: PrivateKey,
        *,
        usage: frozenset[KeyUsage],
        purposes: tuple[str, ...] = (),
        purposes_critical: bool = False,
        ca: bool | None = None,
        no_check: bool = False,
    ) -> Holder:
        """A certificate for ``key``, good from the authority's beginning on."""
        template = CertificateTemplate(
            subject=distinguished_name(subject),
            public_key=key.key,
            not_before=self.now - AGE,
            not_after=self.now + YEARS,
            ca=ca,
            path_length=0 if ca else None,
            key_usage=usage,
            extended_key_usage=purposes,
            extended_key_usage_critical=purposes_critical,
            ocsp_no_check=no_check,
        )
        certificate = issue_certificate(
            template, self.as_issuer(), serial=self.serial(), entropy=self.random(32)
        )
        return Holder(certificate, key, (self.holder.certificate, *self.holder.chain))

    def as_issuer(self) -> Issuer:
        """The authority as the issuer of what it signs."""
        return Issuer.of(self.holder.certificate, self.holder.key)

    def revoke(self, certificate: Certificate, when: datetime, reason: int = 1) -> None:
        """Put a certificate on the next CRL; reason 1 is keyCompromise."""
        self.revoked.append(RevokedEntry(certificate.serial, when, reason))

    def crl(self, this_update: datetime | None = None) -> CertificateList:
        """The next CRL."""
        self.crl_number += 1
        issued = this_update or self.now - CRL_AGE
        return issue_crl(
            self.as_issuer(),
            self.revoked,
            number=self.crl_number,
            this_update=issued,
            next_update=issued + CRL_LIFE,
            entropy=self.random(32),
        )


def root_authority(subject: Attributes, key_kind: str, *, now: datetime, random: Random) -> Authority:
    """A self-signed root."""
    key = generate(key_kind, random=random)
    template = CertificateTemplate(
        subject=distinguished_name(subject),
        public_key=key.key,
        not_before=now - AGE,
        not_after=now + 2 * YEARS,
        ca=True,
        key_usage=_CA_USAGE,
    )
    certificate = issue_certificate(
        template,
        Issuer.itself(template, key),
        serial=int.from_bytes(random(8), "big") >> 1 | 1,
        entropy=random(32),
    )
    return Authority(Holder(certificate, key), random, now)


def issuing_authority(root: Authority, subject: Attributes, key_kind: str) -> Authority:
    """A CA below a root, which certifies people and services."""
    key = generate(key_kind, random=root.random)
    holder = root.issue(subject, key, usage=_CA_USAGE, ca=True)
    return Authority(holder, root.random, root.now)


def ocsp_responder(authority: Authority, subject: Attributes, key_kind: str) -> Holder:
    """A delegated responder (RFC 6960 §4.2.2.2), whose own certificate need not be checked."""
    key = generate(key_kind, random=authority.random)
    return authority.issue(subject, key, usage=_SIGN, purposes=(_OCSP_SIGNING,), no_check=True)


def timestamp_unit(authority: Authority, subject: Attributes, key_kind: str) -> Holder:
    """A time-stamping unit: id-kp-timeStamping alone and critical (RFC 3161 §2.3)."""
    key = generate(key_kind, random=authority.random)
    return authority.issue(
        subject, key, usage=SIGN_FOR_GOOD, purposes=(_TIME_STAMPING,), purposes_critical=True
    )


def person(authority: Authority, subject: Attributes, key_kind: str) -> Holder:
    """A person's certificate for signing documents."""
    key = generate(key_kind, random=authority.random)
    return authority.issue(subject, key, usage=SIGN_FOR_GOOD)
