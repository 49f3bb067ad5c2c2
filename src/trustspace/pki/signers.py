"""Who signed a revocation datum: candidates tried in order, each key once, each answer remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from trustspace.encoding.algorithm_identifier import AlgorithmIdentifier
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.name import Name
from trustspace.pki.edges import Edge, EdgeCache, EdgeOutcome, SignatureCheck, check_signature

# Keys tried on one datum: a CA has a few, an attacker's bag as many as he likes.
MAX_KEYS = 16


class SignerSource(Protocol):
    """What statements ask of a pool of certificates."""

    def issuers_of(self, certificate: Certificate) -> list[Certificate]: ...

    def named(self, name: Name, key_identifier: bytes | None = None) -> list[Certificate]: ...

    def find_by_ski(self, identifier: bytes) -> list[Certificate]: ...


@dataclass(frozen=True, slots=True)
class Signer:
    """The certificate that verifies a datum, or the likeliest that does not; both None without any."""

    certificate: Certificate | None
    check: SignatureCheck | None
    others: tuple[str, ...] = ()


NO_SIGNER = Signer(None, None)


@dataclass(frozen=True, slots=True)
class SignedDatum:
    """A datum's signature; ``message`` is fetched only when a key has to be tried."""

    sha256: str
    algorithm: AlgorithmIdentifier
    inner_algorithm: AlgorithmIdentifier | None
    signature: bytes
    message: Callable[[], bytes]


def find_signer(datum: SignedDatum, candidates: Iterable[Certificate], edges: EdgeCache) -> Signer:
    """The first candidate whose key verifies the datum, and others of the same key beside it."""
    keys: dict[bytes, SignatureCheck] = {}
    digests: dict[str, bytes] = {}
    best: tuple[Certificate, SignatureCheck] | None = None
    others: list[str] = []
    for candidate in candidates:
        if best is not None and best[1].outcome is EdgeOutcome.VERIFIED:
            if candidate.spki == best[0].spki and candidate.sha256 != best[0].sha256:
                others.append(candidate.sha256)
            continue
        check = keys.get(candidate.spki)
        if check is None:
            if len(keys) >= MAX_KEYS:
                continue
            check = edges.known(datum.sha256, candidate.spki)
            if check is None:
                check = edges.remember(datum.sha256, candidate.spki, _try(datum, candidate.spki, digests))
            keys[candidate.spki] = check
        if best is None or _rank(check) < _rank(best[1]):
            best = (candidate, check)
    return NO_SIGNER if best is None else Signer(best[0], best[1], tuple(others))


def _try(datum: SignedDatum, spki: bytes, digests: dict[str, bytes]) -> SignatureCheck:
    algorithm = datum.algorithm
    if datum.inner_algorithm is not None and datum.inner_algorithm.oid != algorithm.oid:
        # RFC 5280 §5.1.1.2: both must be the same; only the inner one is signed.
        reason = MappingProxyType({"reason": "ALGORITHMS_DIFFER"})
        return SignatureCheck(EdgeOutcome.FAILED, algorithm.oid, None, parameters=reason)
    return check_signature(spki, algorithm, datum.signature, datum.message(), digests)


# What is shown where nothing verifies: "cannot tell" says more than "not this one".
_ORDER = (EdgeOutcome.VERIFIED, EdgeOutcome.UNSUPPORTED, EdgeOutcome.FAILED, EdgeOutcome.KEY_INVALID)


def _rank(check: SignatureCheck) -> int:
    return _ORDER.index(check.outcome)


def verified_issuers(
    certificate: Certificate, pool: SignerSource, edges: EdgeCache
) -> tuple[Certificate, ...]:
    """The candidates whose key signed the certificate (cross-certificates make several)."""
    found: list[Certificate] = []
    keys: set[bytes] = set()
    for candidate in pool.issuers_of(certificate):
        if candidate.spki not in keys and len(keys) >= MAX_KEYS:
            continue
        keys.add(candidate.spki)
        edge: Edge = edges.edge(certificate, candidate)
        if edge.outcome is EdgeOutcome.VERIFIED:
            found.append(candidate)
    return tuple(found)
