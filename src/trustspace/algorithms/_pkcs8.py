"""PKCS#8 around private keys of any algorithm (RFC 5208), and its password (PBES2, RFC 8018)."""

from __future__ import annotations

import base64
import binascii
import re

from trustspace.algorithms import _der
from trustspace.algorithms.errors import AlgorithmNotSupported, KeyInvalid

_PBES2, _PBKDF2 = "1.2.840.113549.1.5.13", "1.2.840.113549.1.5.12"
_PRFS = {
    "1.2.840.113549.2.7": "sha1",
    "1.2.840.113549.2.8": "sha224",
    "1.2.840.113549.2.9": "sha256",
    "1.2.840.113549.2.10": "sha384",
    "1.2.840.113549.2.11": "sha512",
}
_AES_CBC = {"2.16.840.1.101.3.4.1.2": 16, "2.16.840.1.101.3.4.1.22": 24, "2.16.840.1.101.3.4.1.42": 32}
_MOST_ITERATIONS = 10_000_000  # some seconds; more is an attack or a mistake
_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----(.+?)-----END \1-----", re.DOTALL)


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


def is_encrypted(der: bytes) -> bool:
    """Whether the DER is an EncryptedPrivateKeyInfo: a SEQUENCE that begins with one."""
    reader = _der.Reader(der).enter()
    return reader.peek() == _der.SEQUENCE


def decrypt(der: bytes, password: bytes) -> bytes:
    """The PrivateKeyInfo inside an EncryptedPrivateKeyInfo (PBES2 with PBKDF2 and AES-CBC)."""
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
    if derivation != _PBKDF2 or derivation_parameters is None:
        raise AlgorithmNotSupported(oid=derivation, name=f"key derivation {derivation}")
    if cipher not in _AES_CBC or initial is None:
        raise AlgorithmNotSupported(oid=cipher, name=f"private key encryption with {cipher}")
    key = _pbkdf2(derivation_parameters, password, _AES_CBC[cipher])
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


def _aes_cbc(key: bytes, initial: bytes, ciphertext: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # noqa: PLC0415

    if len(initial) != 16 or len(ciphertext) % 16 or not ciphertext:
        raise KeyInvalid(algorithm="PKCS#8", reason="the encrypted key is malformed")
    decryptor = Cipher(algorithms.AES(key), modes.CBC(initial)).decryptor()
    plain = decryptor.update(ciphertext) + decryptor.finalize()
    padding = plain[-1]
    if not 1 <= padding <= 16 or plain[-padding:] != bytes([padding]) * padding or plain[0] != _der.SEQUENCE:
        raise KeyInvalid(algorithm="PKCS#8", reason="the password is wrong")
    return plain[:-padding]
