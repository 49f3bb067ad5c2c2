"""Signature edges: which key signed what, verified once and remembered."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

from trustspace.algorithms.errors import AlgorithmNotSupported, KeyInvalid, SignatureInvalid
from trustspace.algorithms.keys import load_public_key
from trustspace.algorithms.signatures import resolve, verify
from trustspace.encoding.algorithm_identifier import AlgorithmIdentifier
from trustspace.encoding.certificate import Certificate
from trustspace.errors import MalformedEncoding


class EdgeOutcome(Enum):
    """What verifying a signature with a key came to."""

    VERIFIED = "verified"
    FAILED = "failed"
    UNSUPPORTED = "unsupported"
    KEY_INVALID = "key_invalid"


_NOTHING: Mapping[str, str | int | None] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class SignatureCheck:
    """A signature tried: outcome, the algorithm by name, the key's size in bits where it could be read.

    ``parameters`` say more where the outcome is not VERIFIED: oid and name of what is not supported, or a
    reason.
    """

    outcome: EdgeOutcome
    algorithm: str
    key_size: int | None
    key_algorithm: str | None = None
    digest: str | None = None
    parameters: Mapping[str, str | int | None] = field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True, slots=True)
class Edge:
    """That one certificate was (or was not) signed by another's key; both by SHA-256."""

    child: str
    issuer: str
    outcome: EdgeOutcome
    algorithm: str
    key_size: int | None
    parameters: Mapping[str, str | int | None] = field(default_factory=lambda: _NOTHING)


def check_signature(
    spki: bytes,
    algorithm: AlgorithmIdentifier,
    signature: bytes,
    message: bytes,
    digests: dict[str, bytes] | None = None,
) -> SignatureCheck:
    """Verify one signature; never raises on what the octets hold.

    ``digests`` keeps the message's digests by OID, so that trying several keys hashes a long message once.
    """
    size: int | None = None
    name = algorithm.oid
    try:
        key = load_public_key(spki)
        size = key.size
        scheme = resolve(algorithm.oid, algorithm.parameters, None, key)
        name = scheme.name
        digest = scheme.digest.name if scheme.digest else None
        if digests is None or scheme.digest is None:
            verify(key, scheme, signature, message=message)
        else:
            hashed = digests.get(scheme.digest.oid)
            if hashed is None:
                hashed = digests[scheme.digest.oid] = scheme.digest.digest(message)
            verify(key, scheme, signature, digest=hashed)
        return SignatureCheck(EdgeOutcome.VERIFIED, name, size, key.algorithm, digest)
    except AlgorithmNotSupported as error:
        outcome = EdgeOutcome.UNSUPPORTED
        parameters = error.parameters
        name = str(error.parameters.get("name") or name)
    except KeyInvalid as error:
        outcome, parameters = EdgeOutcome.KEY_INVALID, error.parameters
    except SignatureInvalid as error:
        outcome, parameters = EdgeOutcome.FAILED, error.parameters
    return SignatureCheck(outcome, name, size, parameters=MappingProxyType(parameters))


class EdgeCache:
    """Remembers signature checks under what was signed and the key, within a bound.

    The key, not the certificate, decides: cross-certificates of one key cost one verification. The oldest
    entries go first when the bound is met. Safe to share between threads: a lost race costs a second
    verification.
    """

    def __init__(self, max_entries: int = 65_536) -> None:
        self._max_entries = max_entries
        self._checks: dict[tuple[str, bytes], SignatureCheck] = {}
        self.verifications = 0

    def __len__(self) -> int:
        return len(self._checks)

    def edge(self, child: Certificate, issuer: Certificate) -> Edge:
        """Whether the issuer's key signed the child."""
        check = self.certificate_check(child, issuer)
        return Edge(
            child.sha256, issuer.sha256, check.outcome, check.algorithm, check.key_size, check.parameters
        )

    def certificate_check(self, child: Certificate, issuer: Certificate) -> SignatureCheck:
        """As :meth:`edge`, with all that is known of the signature."""
        key = (child.sha256, issuer.spki)
        known = self._checks.get(key)
        if known is None:
            known = self._keep(key, self._check_certificate(child, issuer.spki))
        return known

    def known(self, digest: str, spki: bytes) -> SignatureCheck | None:
        """What is remembered of a datum (its whole SHA-256, hexadecimal) under a key."""
        return self._checks.get((digest, spki))

    def remember(self, digest: str, spki: bytes, check: SignatureCheck) -> SignatureCheck:
        """Keep a check that was made elsewhere."""
        self.verifications += 1
        return self._keep((digest, spki), check)

    def _check_certificate(self, child: Certificate, spki: bytes) -> SignatureCheck:
        self.verifications += 1
        try:
            algorithm = child.signature_algorithm
            if not _same(algorithm, child.tbs_signature_algorithm):
                # RFC 5280 §4.1.1.2: both must be the same; only the inner one is signed.
                return SignatureCheck(
                    EdgeOutcome.FAILED,
                    algorithm.oid,
                    None,
                    parameters=MappingProxyType({"reason": "ALGORITHMS_DIFFER"}),
                )
            return check_signature(spki, algorithm, child.signature, child.tbs_raw)
        except MalformedEncoding as error:
            return SignatureCheck(
                EdgeOutcome.FAILED, "unknown", None, parameters=MappingProxyType(error.parameters)
            )

    def _keep(self, key: tuple[str, bytes], check: SignatureCheck) -> SignatureCheck:
        checks = self._checks
        checks[key] = check
        while len(checks) > self._max_entries:
            try:
                checks.pop(next(iter(checks)), None)
            except (StopIteration, RuntimeError):
                break  # another thread is making room
        return check


_NULL = b"\x05\x00"


def _same(left: AlgorithmIdentifier, right: AlgorithmIdentifier) -> bool:
    """Whether two identifiers say the same; NULL and absent parameters do (RFC 4055 §2.1)."""
    return left.raw == right.raw or (
        left.oid == right.oid and (left.parameters or _NULL) == (right.parameters or _NULL)
    )


def key_digest(spki: bytes) -> str:
    """SHA-256 of a SubjectPublicKeyInfo, hexadecimal: a key's name."""
    return hashlib.sha256(spki).hexdigest()
