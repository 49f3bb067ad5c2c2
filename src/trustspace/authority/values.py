"""What the state is made of: certificates, services and authorities, each with its whole history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from trustspace.authority.acts import Act, Reason
from trustspace.encoding.certificate import Certificate
from trustspace.trust.register import ServiceStatus, StatusPeriod


class IssuerName(StrEnum):
    """Which of the authority's two CAs issued something."""

    ROOT = "root"
    ISSUING = "issuing"


class CertificateStatus(StrEnum):
    """What is said of a certificate from a moment on."""

    GOOD = "good"
    HELD = "held"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class CertificatePeriod:
    """A status that holds from ``since`` on, by which act, and what the act said."""

    status: CertificateStatus
    since: datetime
    act: str
    ground: str
    reason: Reason | None = None
    announced: datetime | None = None
    invalid_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate of the authority; ``purpose`` as in ``Purpose`` or the authority's own use of it."""

    certificate: Certificate
    issuer: IssuerName
    purpose: str
    member: str | None
    history: tuple[CertificatePeriod, ...]

    def at(self, moment: datetime) -> CertificatePeriod | None:
        """What was said at a moment; None before it was issued."""
        return next((period for period in reversed(self.history) if period.since <= moment), None)

    @property
    def now(self) -> CertificatePeriod:
        """What is said now."""
        return self.history[-1]

    @property
    def not_good_since(self) -> datetime:
        """When the present hold or revocation began.

        A hold that ends in revocation keeps the date of the hold (X.509 §8.5.2.2).
        """
        since = self.history[-1].since
        for period in reversed(self.history):
            if period.status is CertificateStatus.GOOD:
                break
            since = period.since
        return since

    def then(self, period: CertificatePeriod) -> Issued:
        """With one more period."""
        return replace(self, history=(*self.history, period))


def then(history: tuple[StatusPeriod, ...], period: StatusPeriod) -> tuple[StatusPeriod, ...]:
    """With one more period; two in the same second are one, the later (the register counts in seconds)."""
    if history and history[-1].since == period.since:
        history = history[:-1]
    return (*history, period)


def status_at(history: tuple[StatusPeriod, ...], moment: datetime) -> StatusPeriod | None:
    """The period that a moment falls in; None before the first."""
    return next((period for period in reversed(history) if period.since <= moment), None)


@dataclass(frozen=True, slots=True)
class Service:
    """A member's TTP. ``admission`` is the act that admitted it last, None once it is withdrawn."""

    member: str
    name: str
    profile: str
    endpoints: Mapping[str, str]
    admission: str | None
    history: tuple[StatusPeriod, ...] = ()

    @property
    def status(self) -> ServiceStatus | None:
        """What is said now; None while it has no certificate yet."""
        return self.history[-1].status if self.history else None


@dataclass(frozen=True, slots=True)
class Registered:
    """A member's CA."""

    member: str
    name: str
    certificate: Certificate
    history: tuple[StatusPeriod, ...]

    @property
    def status(self) -> ServiceStatus:
        """What is said now."""
        return self.history[-1].status


@dataclass(frozen=True, slots=True)
class Decision:
    """An act with who signed it (SHA-256 of certificates, the proposer first), and since when it holds."""

    act: Act
    signers: tuple[str, ...]
    number: int
    """The record that proposed it."""
    effective: datetime | None = None


@dataclass(frozen=True, slots=True)
class CrlIssue:
    """A CRL that was issued; ``raw`` is its DER."""

    issuer: IssuerName
    number: int
    this_update: datetime
    next_update: datetime
    raw: bytes


@dataclass(frozen=True, slots=True)
class Publication:
    """The register as it was published last."""

    sequence: int
    issued: datetime
    next_update: datetime
    sha256: str
