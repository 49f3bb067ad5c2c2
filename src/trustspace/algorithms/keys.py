"""Public keys from SubjectPublicKeyInfo."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import TypeAlias

from trustspace.algorithms import _bign, _der, _gost, _pyca
from trustspace.algorithms.errors import AlgorithmNotSupported, KeyInvalid
from trustspace.algorithms.model import PublicKey
from trustspace.algorithms.modules import NATIVE, PYCA
from trustspace.algorithms.names import name_of

__all__ = ["PublicKey", "load_public_key"]

KeyLoader: TypeAlias = Callable[[bytes | None, bytes, bytes], PublicKey]
"""(parameters or None, the key's octets, the whole SPKI) → key; ``ValueError`` where it is malformed."""

# Enough for the CA and signer keys of a busy hour; one key costs a few kilobytes at most.
_CACHED_KEYS = 4096
# RSA of 16384 bits and ML-DSA-87 fit several times over; what is larger must not fill the cache.
_LARGEST_KEY = 16384


def _pyca_loader(oid: str) -> KeyLoader:
    return lambda parameters, _key, spki: _pyca.load_public_key(oid, parameters, spki)


_loaders: dict[str, tuple[KeyLoader, str]] = {
    **{oid: (_pyca_loader(oid), PYCA) for oid in _pyca.FAMILIES},
    **{profile.key_oid: (partial(_gost.load_public_key, profile), NATIVE) for profile in _gost.PROFILES},
    _bign.KEY_OID: (_bign.load_public_key, NATIVE),
}


def add_key_loader(oid: str, loader: KeyLoader, module: str, *, replace: bool = False) -> None:
    """Puts a kind of key into the registry; ``ValueError`` where its OID is taken, unless ``replace``."""
    if oid in _loaders and not replace:
        raise ValueError(f"key {oid} is taken")
    _loaders[oid] = (loader, module)
    load_public_key.cache_clear()


def module_of_key(key: PublicKey) -> str:
    """The identifier of the module that loaded the key."""
    return _loaders[key.oid][1]


@lru_cache(maxsize=_CACHED_KEYS)
def load_public_key(spki_der: bytes) -> PublicKey:
    """The public key in a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7, DER), checked.

    On the curve and in the right subgroup for elliptic curves, of plausible numbers for the rest. Loaded keys
    are kept in a bounded cache under their octets.

    Raises ``AlgorithmNotSupported`` for an unknown algorithm or parameter set, ``KeyInvalid`` for the rest.
    """
    oid = ""
    if len(spki_der) > _LARGEST_KEY:
        raise KeyInvalid(algorithm="unknown", reason=f"{len(spki_der)} octets of key")
    try:
        oid, parameters, key = _der.read_subject_public_key_info(spki_der)
        if oid not in _loaders:
            raise AlgorithmNotSupported(oid=oid, name=name_of(oid))
        return _loaders[oid][0](parameters, key, spki_der)
    except ValueError as error:
        raise KeyInvalid(algorithm=name_of(oid) or "unknown", reason=str(error)) from error


def gost_public_key_info(family: str, parameter_set: str, point: bytes) -> bytes:
    """The SubjectPublicKeyInfo (DER) of a GOST key that is known by its numbers, as a token shows them.

    ``family`` as in ``PublicKey.algorithm``, ``parameter_set`` the set's OID, ``point`` x‖y, little-endian.
    Raises ``AlgorithmNotSupported`` for an unknown family or set.
    """
    for profile in _gost.PROFILES:
        if profile.family == family and parameter_set in profile.parameter_sets:
            parameters = _gost.encode_parameters(profile, parameter_set)
            return _gost.encode_public_key(profile, parameters, point)
    raise AlgorithmNotSupported(oid=parameter_set, name=f"{family} parameter set {parameter_set}")
