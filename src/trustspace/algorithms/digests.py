"""Hash functions by OID, by name, and by XML URI."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from trustspace.algorithms.errors import AlgorithmNotSupported
from trustspace.algorithms.model import BytesLike, DigestAlgorithm, Hasher
from trustspace.algorithms.modules import HASHLIB, NATIVE
from trustspace.algorithms.names import name_of

__all__ = [
    "BytesLike",
    "DigestAlgorithm",
    "Hasher",
    "all_digests",
    "digest_by_name",
    "digest_by_oid",
    "digest_by_uri",
]

_XMLDSIG = "http://www.w3.org/2000/09/xmldsig#"
_XMLDSIG_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_XMLDSIG_MORE_2007 = "http://www.w3.org/2007/05/xmldsig-more#"
_XMLENC = "http://www.w3.org/2001/04/xmlenc#"
_XMLDSIG11 = "http://www.w3.org/2009/xmldsig11#"
_CPXMLSEC = "urn:ietf:params:xml:ns:cpxmlsec:algorithms:"
_PKIGOVKZ = "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:"


def _hashlib(function: str) -> tuple[Callable[[], Hasher], Callable[[BytesLike], bytes]]:
    def factory() -> Hasher:
        import hashlib  # noqa: PLC0415

        return hashlib.new(function, usedforsecurity=False)

    def one_shot(data: BytesLike) -> bytes:
        import hashlib  # noqa: PLC0415

        return hashlib.new(function, data, usedforsecurity=False).digest()

    return factory, one_shot


class _Shake:
    """SHAKE with the output length that CMS fixes for it (RFC 8702 §3.1)."""

    __slots__ = ("_hash", "_size")

    def __init__(self, function: str, size: int, data: BytesLike = b"") -> None:
        import hashlib  # noqa: PLC0415

        self._hash: Any = hashlib.new(function, data, usedforsecurity=False)
        self._size = size

    def update(self, data: BytesLike, /) -> None:
        self._hash.update(data)

    def digest(self) -> bytes:
        result: bytes = self._hash.digest(self._size)
        return result


def _native(function: str) -> tuple[Callable[[], Hasher], Callable[[BytesLike], bytes]]:
    def factory() -> Hasher:
        from trustspace import _native as native  # noqa: PLC0415

        return native.Hash(function)

    def one_shot(data: BytesLike) -> bytes:
        from trustspace import _native as native  # noqa: PLC0415

        return native.hash(function, data)

    return factory, one_shot


def _sha(name: str, oid: str, size: int, function: str, *uris: str) -> DigestAlgorithm:
    family = {"md5": "md5", "sha1": "sha1"}.get(function, "sha3" if function.startswith("sha3_") else "sha2")
    return DigestAlgorithm(name, oid, size, uris, family, *_hashlib(function), HASHLIB)


def _shake(name: str, oid: str, size: int, function: str) -> DigestAlgorithm:
    return DigestAlgorithm(
        name,
        oid,
        size,
        (),
        "sha3",
        lambda: _Shake(function, size),
        lambda data: _Shake(function, size, data).digest(),
        HASHLIB,
    )


def _national(name: str, oid: str, size: int, function: str, *uris: str) -> DigestAlgorithm:
    family = function.partition("-")[0]
    return DigestAlgorithm(name, oid, size, uris, family, *_native(function), NATIVE)


_NIST = "2.16.840.1.101.3.4.2."
_BUILT_IN = (
    _sha("MD5", "1.2.840.113549.2.5", 16, "md5", f"{_XMLDSIG_MORE}md5"),
    _sha("SHA-1", "1.3.14.3.2.26", 20, "sha1", f"{_XMLDSIG}sha1"),
    _sha("SHA-224", f"{_NIST}4", 28, "sha224", f"{_XMLDSIG_MORE}sha224"),
    _sha("SHA-256", f"{_NIST}1", 32, "sha256", f"{_XMLENC}sha256"),
    _sha("SHA-384", f"{_NIST}2", 48, "sha384", f"{_XMLDSIG_MORE}sha384"),
    _sha("SHA-512", f"{_NIST}3", 64, "sha512", f"{_XMLENC}sha512"),
    _sha("SHA-512/224", f"{_NIST}5", 28, "sha512_224"),
    _sha("SHA-512/256", f"{_NIST}6", 32, "sha512_256"),
    _sha("SHA3-224", f"{_NIST}7", 28, "sha3_224", f"{_XMLDSIG_MORE_2007}sha3-224"),
    _sha("SHA3-256", f"{_NIST}8", 32, "sha3_256", f"{_XMLDSIG_MORE_2007}sha3-256"),
    _sha("SHA3-384", f"{_NIST}9", 48, "sha3_384", f"{_XMLDSIG_MORE_2007}sha3-384"),
    _sha("SHA3-512", f"{_NIST}10", 64, "sha3_512", f"{_XMLDSIG_MORE_2007}sha3-512"),
    _shake("SHAKE128", f"{_NIST}11", 32, "shake_128"),
    _shake("SHAKE256", f"{_NIST}12", 64, "shake_256"),
    # Russia (RFC 6986, RFC 5831); the same functions are GOST 34.11-2018 and GOST 34.311-95.
    _national(
        "Streebog-256",
        "1.2.643.7.1.1.2.2",
        32,
        "streebog-256",
        f"{_CPXMLSEC}gostr34112012-256",
    ),
    _national(
        "Streebog-512",
        "1.2.643.7.1.1.2.3",
        64,
        "streebog-512",
        f"{_CPXMLSEC}gostr34112012-512",
    ),
    _national(
        "GOST R 34.11-94",
        "1.2.643.2.2.9",
        32,
        "gost94-cryptopro",
        f"{_CPXMLSEC}gostr3411",
        f"{_XMLDSIG_MORE}gostr3411",
    ),
    # Kazakhstan: the same functions under its own identifiers, proven on the NCA's certificates and CRLs.
    _national(
        "GOST 34.11-2015-512",
        "1.2.398.3.10.1.3.3",
        64,
        "streebog-512",
        f"{_PKIGOVKZ}gostr34112015-512",
    ),
    _national(
        "GOST 34.311-95",
        "1.2.398.3.10.1.3.1",
        32,
        "gost94-test",
        f"{_XMLDSIG_MORE}gost34311",
    ),
    # Belarus (STB 34.101.31 §8, STB 34.101.77); two URI forms are in use for belt-hash.
    _national(
        "belt-hash",
        "1.2.112.0.2.0.34.101.31.81",
        32,
        "belt-hash",
        f"{_XMLDSIG11}belt-hash256",
        "urn:EAEU:Digest:belt-hash256",
    ),
    _national("bash-256", "1.2.112.0.2.0.34.101.77.11", 32, "bash-256"),
    _national("bash-384", "1.2.112.0.2.0.34.101.77.12", 48, "bash-384"),
    _national("bash-512", "1.2.112.0.2.0.34.101.77.13", 64, "bash-512"),
)
_OTHER_NAMES = {
    "gost12256": "Streebog-256",
    "mdgost12256": "Streebog-256",
    "gostr34112012256": "Streebog-256",
    "gost12512": "Streebog-512",
    "mdgost12512": "Streebog-512",
    "gostr34112012512": "Streebog-512",
    "gostr341194": "GOST R 34.11-94",
    "mdgost94": "GOST R 34.11-94",
    "gost94": "GOST R 34.11-94",
    "belt": "belt-hash",
    "belthash256": "belt-hash",
}

_by_oid: dict[str, DigestAlgorithm] = {}
_by_name: dict[str, DigestAlgorithm] = {}
_by_uri: dict[str, DigestAlgorithm] = {}


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def add_digest(digest: DigestAlgorithm, *, replace: bool = False) -> None:
    """Puts a digest into the registry; ``ValueError`` where its OID is taken and ``replace`` is not set."""
    if digest.oid in _by_oid and not replace:
        raise ValueError(f"{digest.oid} is taken by {_by_oid[digest.oid].name}")
    _by_oid[digest.oid] = digest
    _by_name[_plain(digest.name)] = digest
    for uri in digest.xml_uris:
        _by_uri[uri] = digest


for _digest in _BUILT_IN:
    add_digest(_digest)


def digest_by_oid(oid: str) -> DigestAlgorithm:
    """The digest under this OID. Raises ``AlgorithmNotSupported``."""
    try:
        return _by_oid[oid]
    except KeyError:
        raise AlgorithmNotSupported(oid=oid, name=name_of(oid)) from None


def digest_by_name(name: str) -> DigestAlgorithm:
    """The digest of this name, however it is written (``sha256``, ``SHA-256``, ``streebog_512``).

    Raises ``AlgorithmNotSupported``.
    """
    plain = _plain(name)
    try:
        return _by_name[_plain(_OTHER_NAMES.get(plain, plain))]
    except KeyError:
        raise AlgorithmNotSupported(name=name) from None


def digest_by_uri(uri: str) -> DigestAlgorithm:
    """The digest of this XML DigestMethod. Raises ``AlgorithmNotSupported``."""
    try:
        return _by_uri[uri]
    except KeyError:
        raise AlgorithmNotSupported(uri=uri, name=name_of(uri)) from None


def all_digests() -> tuple[DigestAlgorithm, ...]:
    """Every digest in the registry."""
    return tuple(_by_oid.values())
