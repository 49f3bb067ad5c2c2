"""The snapshot: an immutable set of trust anchors and the register, named by the SHA-256 of its manifest.

Every report and receipt cites the snapshot it was made under, so a later reader can tell under which trust
it was true (facts/anchors.md, complaint 8: trust state that is not pinned). CRLs and OCSP responses are
*evidence*, never part of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trustspace.encoding.certificate import Certificate
    from trustspace.trust.register import Register

_FORMAT = "trustspace-snapshot/1"


class ServiceKind(StrEnum):
    """What an anchor is trusted for."""

    CA = "CA"
    """Certifies people, organisations and services of a member: a document's signer may chain to it."""
    TSA = "TSA"
    """Time-stamps only."""
    OCSP = "OCSP"
    """Revocation answers only."""
    TTP_CA = "TTP-CA"
    """The CA of the TTP service: certifies trusted third parties, whose receipts chain to it."""


@dataclass(frozen=True, slots=True)
class TrustAnchor:
    """A certificate that is trusted as it stands, be it a root, an intermediate or an end entity's.

    ``since`` and ``until`` bound when the service was granted: a signature whose existence is proven inside
    the interval may rely on it even after ``until`` (EN 319 102-1 §5.2.6.4, sunset date).
    """

    certificate: Certificate
    member: str | None = None
    kind: ServiceKind = ServiceKind.CA
    since: datetime | None = None
    until: datetime | None = None

    def granted_at(self, moment: datetime) -> bool:
        """Whether the anchor could be relied on at ``moment`` (since ≤ moment < until)."""
        return (self.since is None or self.since <= moment) and (self.until is None or moment < self.until)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Anchors, further certificates that may help to build paths, and the register; immutable.

    ``certificates`` are known but not trusted: intermediates that a member publishes.
    """

    anchors: tuple[TrustAnchor, ...] = ()
    register: Register | None = None
    certificates: tuple[Certificate, ...] = ()
    manifest: bytes = field(init=False, repr=False)
    """Canonical JSON: sorted keys, no spaces, UTF-8; certificates by SHA-256, in order of it."""
    sha256: str = field(init=False)
    """Hex; reports cite it as ``sha256:…``."""
    by_certificate: dict[str, tuple[TrustAnchor, ...]] = field(init=False, repr=False, compare=False)
    """The anchors by the SHA-256 of their certificate: one certificate may be trusted for several things."""

    def __post_init__(self) -> None:
        index: dict[str, tuple[TrustAnchor, ...]] = {}
        for anchor in self.anchors:
            known = index.get(anchor.certificate.sha256, ())
            if anchor not in known:
                index[anchor.certificate.sha256] = (*known, anchor)
        manifest = canonical_json(
            {
                "format": _FORMAT,
                "anchors": sorted(
                    (_anchor_row(anchor) for anchors in index.values() for anchor in anchors),
                    key=lambda row: json.dumps(row, sort_keys=True),
                ),
                "certificates": sorted({certificate.sha256 for certificate in self.certificates}),
                "register": None if self.register is None else self.register.sha256,
            }
        )
        object.__setattr__(self, "by_certificate", index)
        object.__setattr__(self, "manifest", manifest)
        object.__setattr__(self, "sha256", sha256(manifest).hexdigest())

    def __hash__(self) -> int:
        return hash(self.sha256)

    @classmethod
    def of_certificates(
        cls,
        certificates: Iterable[Certificate],
        *,
        member: str | None = None,
        kind: ServiceKind = ServiceKind.CA,
    ) -> Snapshot:
        """Every one of ``certificates`` as an anchor: what ``--trust`` makes of certificate files."""
        return cls(tuple(TrustAnchor(certificate, member, kind) for certificate in certificates))

    def anchors_of(self, certificate_sha256: str) -> tuple[TrustAnchor, ...]:
        """The anchors that are this certificate; empty when it is not trusted as such."""
        return self.by_certificate.get(certificate_sha256, ())


def canonical_json(value: Any) -> bytes:
    """The one JSON form that digests are taken over."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _anchor_row(anchor: TrustAnchor) -> dict[str, str | None]:
    return {
        "certificate": anchor.certificate.sha256,
        "member": anchor.member,
        "kind": anchor.kind.value,
        "since": _time(anchor.since),
        "until": _time(anchor.until),
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
