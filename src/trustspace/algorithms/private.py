"""Private keys: made, loaded, signing, stored.

This is the software key. A node may keep its keys elsewhere (PKCS#11, a certified module) behind the same
``sign``: ``model.SigningKey`` is what they have in common, and ``trustspace.keys`` has the others. Randomness
is handed in, except that OpenSSL draws its own for RSA keys and for its signatures' nonces.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from trustspace.algorithms import _bign, _der, _gost, _pkcs8, _pyca
from trustspace.algorithms.errors import AlgorithmNotSupported, KeyInvalid, PasswordInvalid
from trustspace.algorithms.keys import load_public_key
from trustspace.algorithms.model import (
    BytesLike,
    KeyDerivation,
    ModuleInfo,
    PublicKey,
    SignatureScheme,
    Signer,
)
from trustspace.algorithms.modules import module_of
from trustspace.algorithms.names import name_of
from trustspace.algorithms.signatures import all_signatures, resolve

_LARGEST = 12 * 1024
"""Octets of a private key: RSA of 16384 bits has 9.4 KB. OpenSSL takes seconds to check larger numbers."""

Random: TypeAlias = Callable[[int], bytes]
Generator: TypeAlias = Callable[[Random], "PrivateKey"]
SecretLoader: TypeAlias = Callable[[bytes | None, bytes], "PrivateKey"]
"""(AlgorithmIdentifier's parameters, privateKey's octets) → key."""

_DEFAULT_SIGNATURE = {
    "RSA": "1.2.840.113549.1.1.11",
    "P-256": "1.2.840.10045.4.3.2",
    "P-384": "1.2.840.10045.4.3.3",
    "P-521": "1.2.840.10045.4.3.4",
    "EC": "1.2.840.10045.4.3.2",
    "DSA": "2.16.840.1.101.3.4.3.2",
    "GOST R 34.10-2012-256": "1.2.643.7.1.1.3.2",
    "GOST R 34.10-2012-512": "1.2.643.7.1.1.3.3",
    "GOST R 34.10-2001": "1.2.643.2.2.3",
    "KZ GOST 34.10-2015": "1.2.398.3.10.1.1.2.3.2",
    "KZ GOST 34.310-2004": "1.2.398.3.10.1.1.1.2",
    "bign-curve256v1": "1.2.112.0.2.0.34.101.45.12",
    "bign-curve384v1": "1.2.112.0.2.0.34.101.45.14",
    "bign-curve512v1": "1.2.112.0.2.0.34.101.45.15",
}


class PrivateKey:
    """A private key and its public side.

    ``default_scheme`` is what the key's state (or custom) signs with. The secret never shows in ``repr``.
    """

    __slots__ = ("_pkcs8", "_secret", "_signer", "default_scheme", "key")

    def __init__(
        self, key: PublicKey, default_scheme: SignatureScheme, secret: Any, signer: Signer, pkcs8: bytes
    ) -> None:
        self.key = key
        self.default_scheme = default_scheme
        self._secret = secret
        self._signer = signer
        self._pkcs8 = pkcs8

    @property
    def module(self) -> ModuleInfo:
        """The module that signs with this key."""
        return module_of(self.default_scheme)

    def __repr__(self) -> str:
        return f"PrivateKey({self.key.algorithm}, {self.key.parameter_set or self.key.size})"

    def sign(self, message: BytesLike, scheme: SignatureScheme | None = None, *, entropy: bytes) -> bytes:
        """The signature over a message, in the form that certificates and CMS carry.

        ``entropy``: fresh random octets (32 are right) that hedge the nonce of the national algorithms; even
        if they were predictable or repeated, the nonce would still depend on the key and the message.
        Raises ``AlgorithmNotSupported`` where the scheme is not one of this key's.
        """
        scheme = scheme or self.default_scheme
        if scheme.key_family != self.key.algorithm:
            raise AlgorithmNotSupported(
                oid=scheme.oid, name=f"{scheme.name} with a key of {self.key.algorithm}"
            )
        try:
            return self._signer(self._secret, scheme, message, entropy)
        except ValueError as error:
            name = f"{scheme.name} with {self.key.parameter_set or self.key.size}"
            raise AlgorithmNotSupported(oid=scheme.oid, name=name) from error

    def to_pkcs8(self) -> bytes:
        """The key as PrivateKeyInfo (RFC 5208 §5), DER, not encrypted."""
        return self._pkcs8

    def to_encrypted_pkcs8(
        self,
        password: bytes,
        *,
        random: Random,
        derivation: KeyDerivation = KeyDerivation.PBKDF2,
    ) -> bytes:
        """The key as EncryptedPrivateKeyInfo (RFC 5958 §3), DER: PBES2 with AES-256-CBC.

        ``ValueError`` for an empty password: it would protect nothing and look as if it did.
        """
        return _pkcs8.encrypt(self._pkcs8, password, random=random, derivation=derivation)


def default_scheme(key: PublicKey) -> SignatureScheme:
    """The scheme that a key of this kind signs with unless told otherwise."""
    oid = _DEFAULT_SIGNATURE.get(key.parameter_set or "") or _DEFAULT_SIGNATURE.get(key.algorithm)
    if oid is None:  # the families with one signature algorithm, and what a provider added
        oid = next((each.oid for each in all_signatures() if each.key_family == key.algorithm), key.oid)
    return resolve(oid, None)


# RSA, EC, EdDSA, ML-DSA -------------------------------------------------------------------------------------


def _from_pyca(secret: Any) -> PrivateKey:
    from cryptography.hazmat.primitives import serialization as pyca  # noqa: PLC0415

    spki = secret.public_key().public_bytes(pyca.Encoding.DER, pyca.PublicFormat.SubjectPublicKeyInfo)
    pkcs8 = secret.private_bytes(pyca.Encoding.DER, pyca.PrivateFormat.PKCS8, pyca.NoEncryption())
    key = load_public_key(spki)
    return PrivateKey(key, default_scheme(key), secret, _pyca.sign, pkcs8)


def _rsa(bits: int) -> Generator:
    def make(_random: Random) -> PrivateKey:
        from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415

        return _from_pyca(rsa.generate_private_key(65537, bits))

    return make


def _ec(curve_class: str) -> Generator:
    def make(random: Random) -> PrivateKey:
        from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

        curve = getattr(ec, curve_class)()
        # 64 bits more than the order leave no bias (FIPS 186-5 §A.2.1).
        number = int.from_bytes(random((curve.key_size + 7) // 8 + 8), "big")
        return _from_pyca(ec.derive_private_key(number % (curve.group_order - 1) + 1, curve))

    return make


def _edwards(module: str, private_class: str, octets: int) -> Generator:
    def make(random: Random) -> PrivateKey:
        import importlib  # noqa: PLC0415

        pyca = importlib.import_module(f"cryptography.hazmat.primitives.asymmetric.{module}")
        return _from_pyca(getattr(pyca, private_class).from_private_bytes(random(octets)))

    return make


def _ml_dsa(private_class: str) -> Generator:
    def make(random: Random) -> PrivateKey:
        from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import mldsa  # noqa: PLC0415

        try:
            return _from_pyca(getattr(mldsa, private_class).from_seed_bytes(random(32)))
        except UnsupportedAlgorithm as error:
            raise AlgorithmNotSupported(name=private_class) from error

    return make


# GOST and bign --------------------------------------------------------------------------------------------


def _from_gost(profile: _gost.GostProfile, parameters: bytes, number: bytes) -> PrivateKey:
    from trustspace import _native as native  # noqa: PLC0415

    _, curve = _gost.curve_of(profile, parameters)
    point = native.gost_public_key(curve, number)
    key = load_public_key(_gost.encode_public_key(profile, parameters, point))
    pkcs8 = _pkcs8.private_key_info(profile.key_oid, parameters, number)
    return PrivateKey(key, default_scheme(key), _gost.GostSecret(profile, curve, number), _gost.sign, pkcs8)


def gost_generator(profile: _gost.GostProfile, parameter_set: str) -> Generator:
    """A generator of keys on one of a profile's parameter sets, given by its OID."""

    def make(random: Random) -> PrivateKey:
        from trustspace import _native as native  # noqa: PLC0415

        parameters = _gost.encode_parameters(profile, parameter_set)
        _, curve = _gost.curve_of(profile, parameters)
        return _from_gost(profile, parameters, native.gost_private_key(curve, random(profile.octets + 8)))

    return make


def gost_loader(profile: _gost.GostProfile) -> SecretLoader:
    """A loader of a profile's PrivateKeyInfo."""

    def load(parameters: bytes | None, content: bytes) -> PrivateKey:
        if parameters is None:
            raise KeyInvalid(algorithm=profile.family, reason="no parameters")
        return _from_gost(profile, parameters, _gost.secret_number(profile, content))

    return load


def _from_bign(parameters: bytes | None, number: bytes) -> PrivateKey:
    from trustspace import _native as native  # noqa: PLC0415

    _, curve, bits = _bign.curve_of(parameters)
    assert parameters is not None
    if len(number) == bits // 8 + 2:  # some writers wrap the octets once more
        number = _der.Reader(number).value(_der.OCTET_STRING)
    key = load_public_key(_bign.encode_public_key(parameters, native.bign_public_key(curve, number)))
    pkcs8 = _pkcs8.private_key_info(_bign.KEY_OID, parameters, number)
    secret = _bign.BignSecret(curve, bits // 8, number)
    return PrivateKey(key, default_scheme(key), secret, _bign.sign, pkcs8)


def _bign_generator(curve_oid: str) -> Generator:
    def make(random: Random) -> PrivateKey:
        from trustspace import _native as native  # noqa: PLC0415

        _, curve, bits = _bign.CURVES[curve_oid]
        return _from_bign(_der.oid(curve_oid), native.bign_private_key(curve, random(bits // 8 + 8)))

    return make


# The registry ---------------------------------------------------------------------------------------------

_CP = "1.2.643.2.2."
_CRYPTOPRO = {
    "a": f"{_CP}35.1",
    "b": f"{_CP}35.2",
    "c": f"{_CP}35.3",
    "xch-a": f"{_CP}36.0",
    "xch-b": f"{_CP}36.1",
    "test": f"{_CP}35.0",
}
_generators: dict[str, Generator] = {
    **{f"rsa-{bits}": _rsa(bits) for bits in (2048, 3072, 4096)},
    "p-256": _ec("SECP256R1"),
    "p-384": _ec("SECP384R1"),
    "p-521": _ec("SECP521R1"),
    "ed25519": _edwards("ed25519", "Ed25519PrivateKey", 32),
    "ed448": _edwards("ed448", "Ed448PrivateKey", 57),
    **{f"ml-dsa-{level}": _ml_dsa(f"MLDSA{level}PrivateKey") for level in (44, 65, 87)},
    **{f"gost2001-{name}": gost_generator(_gost.RU_2001, oid) for name, oid in _CRYPTOPRO.items()},
    **{
        f"gost2012-256-{name}": gost_generator(_gost.RU_2012_256, f"1.2.643.7.1.2.1.1.{arc}")
        for name, arc in (("a", 1), ("b", 2), ("c", 3), ("d", 4))
    },
    **{f"gost2012-256-cp-{name}": gost_generator(_gost.RU_2012_256, oid) for name, oid in _CRYPTOPRO.items()},
    **{
        f"gost2012-512-{name}": gost_generator(_gost.RU_2012_512, f"1.2.643.7.1.2.1.2.{arc}")
        for name, arc in (("test", 0), ("a", 1), ("b", 2), ("c", 3))
    },
    "kz-gost2015-512": gost_generator(_gost.KZ_2015, "1.2.398.3.10.1.1.2.2.1"),
    "kz-gost2004": gost_generator(_gost.KZ_2004, "1.2.398.3.10.1.1.1.1.1"),
    "bign-256v1": _bign_generator("1.2.112.0.2.0.34.101.45.3.1"),
    "bign-384v1": _bign_generator("1.2.112.0.2.0.34.101.45.3.2"),
    "bign-512v1": _bign_generator("1.2.112.0.2.0.34.101.45.3.3"),
}
_secret_loaders: dict[str, SecretLoader] = {
    **{profile.key_oid: gost_loader(profile) for profile in _gost.PROFILES},
    _bign.KEY_OID: _from_bign,
}


def add_generator(kind: str, generator: Generator) -> None:
    """Puts a kind of key into ``generate``; ``ValueError`` where its name is taken."""
    if kind in _generators:
        raise ValueError(f"key kind {kind} is taken")
    _generators[kind] = generator


def add_secret_loader(oid: str, loader: SecretLoader, *, replace: bool = False) -> None:
    """Puts a PrivateKeyInfo loader in; ``ValueError`` where its OID is taken and ``replace`` is not set."""
    if oid in _secret_loaders and not replace:
        raise ValueError(f"private key {oid} is taken")
    _secret_loaders[oid] = loader


def key_kinds() -> tuple[str, ...]:
    """What ``generate`` can make."""
    return tuple(_generators)


def generate(kind: str, *, random: Random) -> PrivateKey:
    """A fresh key: "rsa-3072", "p-256", "gost2012-256-a", "bign-256v1", "kz-gost2015-512", … (``key_kinds``).

    ``random(n)`` gives n octets of the operating system's randomness. Raises ``AlgorithmNotSupported``.
    """
    if kind not in _generators:
        raise AlgorithmNotSupported(name=kind)
    return _generators[kind](random)


def load_private_key(data: bytes, password: bytes | None = None) -> PrivateKey:
    """A private key from PEM or DER: PKCS#8 (also encrypted, PBES2 with AES), SEC 1, PKCS#1.

    Raises ``KeyInvalid`` (``PasswordInvalid`` for a password that is wrong or missing),
    ``AlgorithmNotSupported``.
    """
    label, der = _pkcs8.unwrap(data)
    if len(der) > _LARGEST:
        raise KeyInvalid(algorithm="private key", reason=f"{len(der)} octets")
    try:
        if label == "ENCRYPTED PRIVATE KEY" or (label is None and _pkcs8.is_encrypted(der)):
            if password is None:
                raise PasswordInvalid(algorithm="PKCS#8", reason="a password is needed")
            der, label = _pkcs8.decrypt(der, password), "PRIVATE KEY"
        if label in (None, "PRIVATE KEY"):
            info = _pkcs8.read_private_key_info(der)
            if info is not None and info[0] in _secret_loaders:
                return _secret_loaders[info[0]](info[1], info[2])
            if info is not None and info[0] not in _pyca.FAMILIES:
                raise AlgorithmNotSupported(oid=info[0], name=name_of(info[0]))
            if info is not None and info[0] in (_pyca.RSA_OID, _pyca.RSA_PSS_OID):
                _pkcs8.check_rsa_sizes(info[2])
            elif info is None and _pkcs8.is_rsa(der):
                _pkcs8.check_rsa_sizes(der)
        elif label == "RSA PRIVATE KEY" and _pkcs8.is_rsa(der):
            _pkcs8.check_rsa_sizes(der)
        return _load_with_pyca(data if label not in (None, "PRIVATE KEY") else der, label, password)
    except ValueError as error:
        raise KeyInvalid(algorithm="private key", reason=str(error)) from error


def _load_with_pyca(data: bytes, label: str | None, password: bytes | None) -> PrivateKey:
    from cryptography.exceptions import InternalError, UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415

    try:
        if label in (None, "PRIVATE KEY"):
            return _from_pyca(serialization.load_der_private_key(data, None))
        return _from_pyca(serialization.load_pem_private_key(data, password))
    except TypeError as error:  # pyca's answer to a password that is missing, or not needed
        kind = PasswordInvalid if password is None else KeyInvalid
        raise kind(algorithm="private key", reason=str(error)) from error
    except UnsupportedAlgorithm as error:
        raise AlgorithmNotSupported(name=str(error)) from error
    except InternalError as error:  # OpenSSL refused what pyca did not foresee: an Ed448 key of 32 octets
        raise KeyInvalid(algorithm="private key", reason="OpenSSL refuses it") from error
