"""Whether a key and a certificate belong together.

A token does not keep the SubjectPublicKeyInfo as the certificate has it: for GOST keys the same key is
written with and without digestParamSet, for RSA with and without the NULL. What is compared is the key.
"""

from __future__ import annotations

from trustspace.algorithms.errors import AlgorithmNotSupported, KeyInvalid
from trustspace.algorithms.keys import load_public_key
from trustspace.algorithms.model import PublicKey
from trustspace.encoding.certificate import Certificate, subject_public_key
from trustspace.keys.errors import KeyNameError


def public_key_of(certificate: Certificate) -> PublicKey | None:
    """The certificate's key; None where nobody here knows its algorithm."""
    try:
        return load_public_key(certificate.spki)
    except (AlgorithmNotSupported, KeyInvalid):
        return None


def same_key(one: PublicKey, other: PublicKey) -> bool:
    """Whether two encodings are of one key: the same family, parameter set and key octets."""
    if one.spki == other.spki:
        return True
    alike = (one.algorithm, one.parameter_set, one.size) == (other.algorithm, other.parameter_set, other.size)
    return alike and subject_public_key(one.spki) == subject_public_key(other.spki)


def check_certificate_of(key: PublicKey, certificate: Certificate, name: str) -> None:
    """Raises ``KeyNameError`` KEY_CERTIFICATE_FOREIGN where the certificate is not of this key."""
    other = public_key_of(certificate)
    if other is None or not same_key(key, other):
        raise KeyNameError("KEY_CERTIFICATE_FOREIGN", key=name, subject=str(certificate.subject))
