"""Path building: every way from a certificate to an anchor, the likeliest first (RFC 4158 in spirit).

The search is bounded in depth, steps, signature checks and paths, because the bag of certificates comes from
whoever sent the document. A candidate is tried only when the search comes to it, so that a good chain costs
as many signature checks as it has links; and the caller, who takes the paths one by one, stops at the first
that is valid.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from heapq import heappop, heappush
from typing import Protocol, TypeAlias

from trustspace.encoding.certificate import Certificate
from trustspace.pki.edges import Edge, EdgeOutcome
from trustspace.pki.profile import profile_of

Path: TypeAlias = tuple[Certificate, ...]
"""Target first, anchor last."""


class IssuerSource(Protocol):
    """What a search asks of a pool of certificates."""

    def issuers_of(self, certificate: Certificate) -> list[Certificate]: ...


@dataclass(frozen=True, slots=True)
class PathLimits:
    """Bounds of one search: certificates in a path, signature checks, steps, paths given out."""

    max_depth: int = 16
    max_edges: int = 256
    max_steps: int = 1024
    max_paths: int = 64


DEFAULT_LIMITS = PathLimits()
# What makes a candidate less likely; the smallest sum is tried first.
_STEP = 2
_WRONG_KEY_IDENTIFIER = 8
_OUT_OF_PERIOD = 12
_NOT_A_CA = 24
_UNSUPPORTED = 100
_BEYOND_AN_ANCHOR = 40
_DEAD_ENDS_KEPT = 16


class PathSearch(Iterator[Path]):
    """The paths of one target, lazily. After the last: what was found on the way.

    ``exhausted`` says that a bound was met, so that more paths may exist. ``dead_ends`` are partial paths
    whose last certificate has no issuer here, longest first. ``failed`` are edges whose signature does not
    verify.
    """

    def __init__(
        self,
        target: Certificate,
        pool: IssuerSource,
        anchors: Mapping[str, object],
        *,
        edge: Callable[[Certificate, Certificate], Edge],
        limits: PathLimits,
        moment: datetime | None,
    ) -> None:
        self.exhausted = False
        self.edges_checked = 0
        self.failed: list[Edge] = []
        self._dead_ends: list[Path] = []
        self._pool = pool
        self._anchors = anchors
        self._edge = edge
        self._limits = limits
        self._moment = moment
        self._found = self._search(target)

    def __iter__(self) -> PathSearch:
        return self

    def __next__(self) -> Path:
        return next(self._found)

    @property
    def dead_ends(self) -> tuple[Path, ...]:
        """Partial paths that lead nowhere, longest first."""
        return tuple(sorted(self._dead_ends, key=len, reverse=True))

    def _search(self, target: Certificate) -> Iterator[Path]:
        limits, anchors = self._limits, self._anchors
        order = steps = paths = 0
        # (sum of penalties, order of discovery, path, whether its last edge is known to hold)
        heap: list[tuple[int, int, Path, bool]] = [(0, 0, (target,), True)]
        while heap:
            steps += 1
            if steps > limits.max_steps:
                self.exhausted = True
                return
            penalty, _, path, verified = heappop(heap)
            last = path[-1]
            if not verified:
                if self.edges_checked >= limits.max_edges:
                    self.exhausted = True
                    return
                self.edges_checked += 1
                edge = self._edge(path[-2], last)
                if edge.outcome is EdgeOutcome.UNSUPPORTED:
                    order += 1
                    heappush(heap, (penalty + _UNSUPPORTED, order, path, True))
                    continue
                if edge.outcome is not EdgeOutcome.VERIFIED:
                    self.failed.append(edge)
                    continue
            anchored = last.sha256 in anchors
            if anchored:
                yield path
                paths += 1
                if paths >= limits.max_paths:
                    self.exhausted = bool(heap)
                    return
                penalty += _BEYOND_AN_ANCHOR
            if len(path) >= limits.max_depth:
                self.exhausted = True
                continue
            extended = False
            for candidate in self._pool.issuers_of(last):
                if _closes_a_loop(path, candidate):
                    continue
                extended = True
                order += 1
                cost = penalty + self._penalty(last, candidate)
                heappush(heap, (cost, order, (*path, candidate), False))
            if not extended and not anchored and len(self._dead_ends) < _DEAD_ENDS_KEPT:
                self._dead_ends.append(path)

    def _penalty(self, child: Certificate, issuer: Certificate) -> int:
        if issuer.sha256 in self._anchors:
            penalty = 0
        else:
            profile = profile_of(issuer)
            penalty = _STEP
            if not (profile.is_ca and profile.may_sign_certificates):
                penalty += _NOT_A_CA
            if self._moment is not None and not profile.not_before <= self._moment <= profile.not_after:
                penalty += _OUT_OF_PERIOD
        wanted = profile_of(child).authority_key_identifier
        if wanted is not None:
            identifier = profile_of(issuer).subject_key_identifier
            if identifier is not None and identifier != wanted:
                penalty += _WRONG_KEY_IDENTIFIER
        return penalty


def _closes_a_loop(path: Path, candidate: Certificate) -> bool:
    """The same certificate, or the same name with the same key, does not help twice (RFC 4158 §5.2)."""
    for certificate in path:
        if certificate.sha256 == candidate.sha256:
            return True
        if certificate.spki == candidate.spki and (
            certificate.subject.raw == candidate.subject.raw or certificate.subject.matches(candidate.subject)
        ):
            return True
    return False


def build_paths(
    target: Certificate,
    pool: IssuerSource,
    anchors: Mapping[str, object],
    edge: Callable[[Certificate, Certificate], Edge],
    limits: PathLimits = DEFAULT_LIMITS,
    *,
    moment: datetime | None = None,
) -> PathSearch:
    """All paths from the target to an anchor, best first, as an iterator.

    ``anchors`` maps SHA-256 fingerprints (hex) to whatever the caller knows of them; the certificates
    themselves must be in the pool. An anchor may be an intermediate, or the target itself (a path of one). A
    path beyond an anchor to another anchor is given too, later. Edges of an unsupported algorithm stay in,
    last: whether such a path can be relied on is the caller's judgement. ``moment`` only orders candidates.
    """
    return PathSearch(target, pool, anchors, edge=edge, limits=limits, moment=moment)
