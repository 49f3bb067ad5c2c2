"""PKCS#8 around private keys of any algorithm (RFC 5208), and its password (PBES2, RFC 8018)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable

from trustspace.algorithms import _der
from trustspace.algorithms.errors import AlgorithmNotSupported, KeyInvalid, PasswordInvalid
from trustspace.algorithms.model import KeyDerivation

_PBES2, _PBKDF2 = "1.2.840.113549.1.5.13", "1.2.840.113549.1.5.12"
_SCRYPT = "1.3.6.1.4.1.11591.4.11"  # RFC 7914 §7
_HMAC_SHA256, _AES_256_CBC = "1.2.840.113549.2.9", "2.16.840.1.101.3.4.1.42"
_PRFS = {
    "1.2.840.113549.2.7": "sha1",
    "1.2.840.113549.2.8": "sha224",
    "1.2.840.113549.2.9": "sha256",
    "1.2.840.113549.2.10": "sha384",
    "1.2.840.113549.2.11": "sha512",
}
_AES_CBC = {"2.16.840.1.101.3.4.1.2": 16, "2.16.840.1.101.3.4.1.22": 24, "2.16.840.1.101.3.4.1.42": 32}
_MOST_ITERATIONS = 10_000_000  # some seconds; more is an attack or a mistake
_MOST_MEMORY = 256 * 1024 * 1024  # of scrypt
_MOST_WORK = 64 * 1024 * 1024  # N·r·p: again some seconds
# What we write. PBKDF2: OWASP's count for HMAC-SHA-256. scrypt: 16 MiB is what OpenSSL reads by default (its
# limit is 32); p = 5 makes up for it.
_ITERATIONS = 600_000
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 2**14, 8, 5
_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----(.+?)-----END \1-----", re.DOTALL)

_LARGEST_PRIME = 513
"""Octets of a prime of an RSA key of 8192 bits, its sign's included."""


def unwrap(data: bytes) -> tuple[str | None, bytes]:
    """The label of the first private key in PEM and its octets; (None, data) for DER.

    A PEM block with headers of its own (an encrypted "RSA PRIVATE KEY") comes back as it stands.
    """
    match = _PEM.search(data)
    if match is None:
        if b"-----BEGIN " in data[:4096]:
            raise KeyInvalid(algorithm="private key", reason="the PEM holds no private key")
        return None, data
    label = match[1].decode("ascii")
    if label not in ("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"):
        return label, data
    try:
        return label, base64.b64decode(b"".join(match[2].split()), validate=True)
    except binascii.Error as error:
        raise KeyInvalid(algorithm="private key", reason="the PEM is not base64") from error


def private_key_info(algorithm: str, parameters: bytes, content: bytes) -> bytes:
    """A PrivateKeyInfo."""
    identifier = _der.sequence(_der.oid(algorithm), parameters)
    return _der.sequence(_der.integer(0), identifier, _der.octet_string(content))


def read_private_key_info(der: bytes) -> tuple[str, bytes | None, bytes] | None:
    """(algorithm, parameters, privateKey's octets), or None where the DER is some other kind of key."""
    outer = _der.Reader(der)
    reader = outer.enter()
    outer.finish()
    if reader.peek() != _der.INTEGER or reader.integer() not in (0, 1) or reader.peek() != _der.SEQUENCE:
        return None
    algorithm, parameters = _der.read_algorithm(reader)
    return algorithm, parameters, reader.value(_der.OCTET_STRING)  # attributes and public key may follow


def is_rsa(der: bytes) -> bool:
    """Whether octets are an RSAPrivateKey as it stands: a version and a modulus (not so if encrypted)."""
    try:
        reader = _der.Reader(der).enter()
        return reader.integer() in (0, 1) and reader.peek() == _der.INTEGER
    except ValueError:
        return False


def check_rsa_sizes(content: bytes) -> None:
    """Raises ``ValueError`` for an RSAPrivateKey (RFC 8017 A.1.2) that OpenSSL would check for minutes.

    It tests the primes for being prime, and the time that this takes grows with the cube of their size.
    """
    reader = _der.Reader(content).enter()
    for name in ("version", "modulus", "publicExponent", "privateExponent", "prime1", "prime2", *"abc"):
        octets = len(reader.value(_der.INTEGER))
        if octets > (_LARGEST_PRIME if name.startswith("prime") else 2 * _LARGEST_PRIME):
            raise ValueError(f"an RSA key with a number of {8 * octets} bits")


def is_encrypted(der: bytes) -> bool:
    """Whether the DER is an EncryptedPrivateKeyInfo: a SEQUENCE that begins with one."""
    reader = _der.Reader(der).enter()
    return reader.peek() == _der.SEQUENCE


def decrypt(der: bytes, password: bytes) -> bytes:
    """The PrivateKeyInfo inside an EncryptedPrivateKeyInfo (PBES2 with PBKDF2 or scrypt, and AES-CBC)."""
    outer = _der.Reader(der)
    reader = outer.enter()
    outer.finish()
    scheme, parameters = _der.read_algorithm(reader)
    ciphertext = reader.value(_der.OCTET_STRING)
    if scheme != _PBES2 or parameters is None:
        raise AlgorithmNotSupported(oid=scheme, name=f"private key encryption {scheme}")
    fields = _der.Reader(parameters).enter()
    derivation, derivation_parameters = _der.read_algorithm(fields)
    cipher, initial = _der.read_algorithm(fields)
    if derivation not in _DERIVATIONS or derivation_parameters is None:
        raise AlgorithmNotSupported(oid=derivation, name=f"key derivation {derivation}")
    if cipher not in _AES_CBC or initial is None:
        raise AlgorithmNotSupported(oid=cipher, name=f"private key encryption with {cipher}")
    key = _DERIVATIONS[derivation](derivation_parameters, password, _AES_CBC[cipher])
    return _aes_cbc(key, _der.Reader(initial).value(_der.OCTET_STRING), ciphertext)


def _pbkdf2(parameters: bytes, password: bytes, size: int) -> bytes:
    import hashlib  # noqa: PLC0415

    fields = _der.Reader(parameters).enter()
    salt = fields.value(_der.OCTET_STRING)
    iterations = fields.integer()
    if fields.peek() == _der.INTEGER:
        fields.integer()
    function = "1.2.840.113549.2.7" if fields.at_end else _der.read_algorithm(fields)[0]
    if function not in _PRFS:
        raise AlgorithmNotSupported(oid=function, name=f"PBKDF2 with {function}")
    if not 1 <= iterations <= _MOST_ITERATIONS:
        raise KeyInvalid(algorithm="PKCS#8", reason=f"{iterations} iterations of PBKDF2")
    return hashlib.pbkdf2_hmac(_PRFS[function], password, salt, iterations, size)


def _scrypt(parameters: bytes, password: bytes, size: int) -> bytes:
    import hashlib  # noqa: PLC0415

    fields = _der.Reader(parameters).enter()
    salt = fields.value(_der.OCTET_STRING)
    n, r, p = fields.integer(), fields.integer(), fields.integer()
    if n < 2 or n & (n - 1) or r < 1 or p < 1 or 128 * n * r > _MOST_MEMORY or n * r * p > _MOST_WORK:
        raise KeyInvalid(algorithm="PKCS#8", reason=f"scrypt with N = {n}, r = {r}, p = {p}")
    memory = 128 * r * (n + p + 2) + 1024
    return hashlib.scrypt(password, salt=salt, n=n, r=r, p=p, maxmem=memory, dklen=size)


_DERIVATIONS = {_PBKDF2: _pbkdf2, _SCRYPT: _scrypt}


def encrypt(
    der: bytes, password: bytes, *, random: Callable[[int], bytes], derivation: KeyDerivation
) -> bytes:
    """An EncryptedPrivateKeyInfo (RFC 5958 §3) around a PrivateKeyInfo: PBES2, AES-256-CBC.

    ``ValueError`` where the password is empty.
    """
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # noqa: PLC0415

    if not password:
        raise ValueError("an empty password")
    salt, initial = random(16), random(16)
    if derivation is KeyDerivation.SCRYPT:
        costs = (_der.integer(_SCRYPT_N), _der.integer(_SCRYPT_R), _der.integer(_SCRYPT_P))
        function, parameters = _SCRYPT, _der.sequence(_der.octet_string(salt), *costs)
    else:
        prf = _der.sequence(_der.oid(_HMAC_SHA256), _der.NULL_BYTES)
        function = _PBKDF2
        parameters = _der.sequence(_der.octet_string(salt), _der.integer(_ITERATIONS), prf)
    key = _DERIVATIONS[function](parameters, password, 32)
    padding = 16 - len(der) % 16
    encryptor = Cipher(algorithms.AES(key), modes.CBC(initial)).encryptor()
    ciphertext = encryptor.update(der + bytes([padding]) * padding) + encryptor.finalize()
    scheme = _der.sequence(
        _der.sequence(_der.oid(function), parameters),
        _der.sequence(_der.oid(_AES_256_CBC), _der.octet_string(initial)),
    )
    return _der.sequence(_der.sequence(_der.oid(_PBES2), scheme), _der.octet_string(ciphertext))


def _aes_cbc(key: bytes, initial: bytes, ciphertext: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # noqa: PLC0415

    if len(initial) != 16 or len(ciphertext) % 16 or not ciphertext:
        raise KeyInvalid(algorithm="PKCS#8", reason="the encrypted key is malformed")
    decryptor = Cipher(algorithms.AES(key), modes.CBC(initial)).decryptor()
    plain = decryptor.update(ciphertext) + decryptor.finalize()
    padding = plain[-1]
    if not 1 <= padding <= 16 or plain[-padding:] != bytes([padding]) * padding or plain[0] != _der.SEQUENCE:
        raise PasswordInvalid(algorithm="PKCS#8", reason="the password is wrong")
    return plain[:-padding]
