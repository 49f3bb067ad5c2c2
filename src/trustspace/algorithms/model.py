"""The values that the registry deals in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, TypeAlias

BytesLike: TypeAlias = bytes | bytearray | memoryview


class Hasher(Protocol):
    """A running hash."""

    def update(self, data: BytesLike, /) -> None: ...

    def digest(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class ModuleInfo:
    """The cryptographic module that computes something.

    ``certified`` says whether a state has certified it, ``certificate`` under which number. Our own module
    and OpenSSL as we load it are not, and say so in every report and receipt.
    """

    name: str
    version: str
    certified: bool = False
    certificate: str | None = None

    def __str__(self) -> str:
        status = f"certificate {self.certificate}" if self.certified else "not certified"
        return f"{self.name} {self.version} ({status})"


@dataclass(frozen=True, slots=True)
class DigestAlgorithm:
    """A hash function under one OID.

    The same function may stand under several OIDs (Streebog-512 has a Russian and a Kazakh one); ``family``
    tells functions of independent designs apart, as imprints of two families must.
    ``size`` is the hash value's length in octets.
    """

    name: str
    oid: str
    size: int
    xml_uris: tuple[str, ...]
    family: str
    factory: Callable[[], Hasher] = field(repr=False, compare=False)
    one_shot: Callable[[BytesLike], bytes] = field(repr=False, compare=False)
    module: str = field(default="", repr=False, compare=False)

    def new(self) -> Hasher:
        """A fresh running hash."""
        return self.factory()

    def digest(self, data: BytesLike) -> bytes:
        """The hash of one whole message."""
        return self.one_shot(data)


@dataclass(frozen=True, slots=True, eq=False)
class PublicKey:
    """A public key that was checked when it was loaded; two are equal if their encodings are.

    ``algorithm`` is the key's family ("RSA", "EC", "GOST R 34.10-2012-256", "bign", …), ``parameter_set`` the
    curve by its usual name, ``size`` the modulus or field in bits, ``spki`` the SubjectPublicKeyInfo (DER).
    ``material`` is what the module that computes with the key wants, of no use to others.
    """

    algorithm: str
    parameter_set: str | None
    size: int
    spki: bytes = field(repr=False)
    oid: str
    parameters: bytes | None = field(repr=False)
    material: Any = field(repr=False)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PublicKey) and self.spki == other.spki

    def __hash__(self) -> int:
        return hash(self.spki)


Verifier: TypeAlias = Callable[["PublicKey", "SignatureScheme", bytes, BytesLike | None, bytes | None], bool]
"""(key, scheme, signature, message or None, digest or None) → does it verify?"""

Signer: TypeAlias = Callable[[Any, "SignatureScheme", BytesLike, bytes], bytes]
"""(secret, scheme, message, entropy) → signature."""


@dataclass(frozen=True, slots=True)
class SignatureAlgorithm:
    """A signature algorithm under one OID.

    ``digest`` is None where the algorithm hashes the message itself (EdDSA, ML-DSA) or where its parameters
    name the digest (RSASSA-PSS). ``encoding`` is "raw" where r and s are plain halves although DER is usual.
    """

    name: str
    oid: str
    digest: DigestAlgorithm | None
    key_family: str
    xml_uris: tuple[str, ...] = ()
    verifier: Verifier | None = field(default=None, repr=False, compare=False)
    encoding: str = ""
    module: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class SignatureScheme:
    """A signature algorithm with everything that its parameters leave open decided.

    ``digest`` is None for the schemes that take the message itself (EdDSA, ML-DSA).
    ``parameters`` are the AlgorithmIdentifier's as they stood; ``extra`` belongs to the computing module.
    """

    name: str
    oid: str
    digest: DigestAlgorithm | None
    key_family: str
    parameters: bytes | None = field(default=None, repr=False)
    verifier: Verifier = field(default=lambda *_: False, repr=False, compare=False)
    extra: Any = field(default=None, repr=False, compare=False)
    encoding: str = ""
    module: str = field(default="", repr=False, compare=False)


class KeyDerivation(StrEnum):
    """How the encrypting key comes from the password."""

    PBKDF2 = "pbkdf2"
    """RFC 8018 §5.2 with HMAC-SHA-256: opened by everything."""
    SCRYPT = "scrypt"
    """RFC 7914: costs an attacker memory."""


class SigningKey(Protocol):
    """A private key that signs, wherever it lives: in this process, or behind a provider that never shows it.

    ``default_scheme`` is what the key's state (or custom) signs with; ``module`` is what computes the
    signatures, for receipts and reports to name.
    """

    @property
    def key(self) -> PublicKey:
        """The public side."""
        ...

    @property
    def default_scheme(self) -> SignatureScheme: ...

    @property
    def module(self) -> ModuleInfo: ...

    def sign(self, message: BytesLike, scheme: SignatureScheme | None = None, *, entropy: bytes) -> bytes:
        """The signature over a message, in the form that certificates and CMS carry.

        ``entropy``: fresh random octets, for keys that hedge their nonces with them; others draw their own.
        Raises ``AlgorithmNotSupported`` where the scheme is not one of this key's.
        """
        ...
