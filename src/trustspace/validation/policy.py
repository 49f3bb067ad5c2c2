"""The validation policy: what EN 319 102-1 calls validation constraints, read from a small TOML file.

Shipped: ``basic`` (the default), ``ades`` (insists on the CAdES attributes), ``receipt`` (a TTP's receipt).
A report cites a policy by its name and the SHA-256 of the file, byte for byte.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from importlib import resources

from trustspace.errors import InputError
from trustspace.trust.snapshot import ServiceKind

DEFAULT = "basic"


class PolicyUnusable(InputError):
    """A policy cannot be used. Parameters: ``name``, ``where`` (the key), ``reason``."""

    code = "POLICY_UNUSABLE"


class PolicyUnknown(InputError):
    """No shipped policy has this name. Parameters: ``name``, ``known``."""

    code = "POLICY_UNKNOWN"


@dataclass(frozen=True, slots=True)
class SignatureRules:
    """§5.2.8: what a document's signature must be like."""

    formats: frozenset[str] = frozenset({"CAdES", "CMS"})
    signing_certificate_reference: bool = False
    """Whether the signing-certificate attribute must be there even in plain CMS."""
    signing_time: bool = False
    """Whether a claimed signing time must be there."""
    content_type: bool = False
    policies: Mapping[str, frozenset[str]] | None = None
    """Signature policies (OIDs) that are at hand, each with its digests in hex (none: any digest will do);
    None: they are reported, not enforced. Another one is SIGNATURE_POLICY_NOT_AVAILABLE."""
    policy_required: bool = False
    timestamp_delay: timedelta | None = None
    """How long after the claimed signing time the first signature time-stamp may come (§5.5.4)."""
    timestamp_required: bool = False


@dataclass(frozen=True, slots=True)
class ChainRules:
    """§5.2.6: what a certificate chain must be like, by the role of its end certificate."""

    anchors: frozenset[ServiceKind] = frozenset({ServiceKind.CA})
    key_usage: frozenset[str] = frozenset()
    """One of these key usages must be asserted, where the certificate has the extension; empty: any."""
    extended_key_usage: frozenset[str] = frozenset()
    """Each of these key purposes (OIDs) must be asserted; empty: none asked."""
    certificate_policies: frozenset[str] = frozenset()
    """RFC 5280's user-initial-policy-set; empty: any policy."""
    explicit_policy: bool = False
    max_depth: int = 10


@dataclass(frozen=True, slots=True)
class RevocationRules:
    """§5.2.5: revocation data, its acceptance and freshness."""

    required: bool = True
    """For every certificate below the anchor, except short-term ones and OCSP responders marked nocheck."""
    max_age: timedelta | None = None
    """Stricter than nextUpdate: how old thisUpdate may be."""
    responder_status_required: bool = True
    """Whether a responder without id-pkix-ocsp-nocheck needs revocation data of its own."""
    after_best_signature_time: bool = False
    """Whether the data must be issued after the signature's proven existence, not only fresh at it."""


@dataclass(frozen=True, slots=True)
class AlgorithmRules:
    """The cryptographic constraints: which algorithms are believed until when."""

    catalogue: str = "default"
    """"default" (the shipped one) or "none" (every algorithm that can be computed is believed)."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A whole policy. Make one with :meth:`load` or :meth:`parse`."""

    name: str
    sha256: str
    signature: SignatureRules = field(default_factory=SignatureRules)
    signer: ChainRules = field(default_factory=ChainRules)
    timestamp: ChainRules = field(default_factory=ChainRules)
    responder: ChainRules = field(default_factory=ChainRules)
    revocation: RevocationRules = field(default_factory=RevocationRules)
    algorithms: AlgorithmRules = field(default_factory=AlgorithmRules)
    clock_skew: timedelta = timedelta(0)

    @classmethod
    def load(cls, name: str = DEFAULT) -> Policy:
        """A shipped policy by name. Raises :class:`PolicyUnknown`."""
        if name not in shipped():
            raise PolicyUnknown(name=name, known=", ".join(shipped()))
        return _load_shipped(name)

    @classmethod
    def parse(cls, data: bytes, name: str) -> Policy:
        """A policy from the bytes of its TOML file. Raises :class:`PolicyUnusable`."""
        from trustspace.validation.policy_toml import parse_policy  # noqa: PLC0415 - it imports this module

        return parse_policy(data, name)


@cache
def shipped() -> tuple[str, ...]:
    """The names of the shipped policies."""
    folder = resources.files("trustspace.validation") / "policies"
    return tuple(sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".toml")))


@cache
def _load_shipped(name: str) -> Policy:
    folder = resources.files("trustspace.validation") / "policies"
    return Policy.parse((folder / f"{name}.toml").read_bytes(), name)
