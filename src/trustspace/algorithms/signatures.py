"""Signature schemes: from an AlgorithmIdentifier or an XML URI to a verification."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from trustspace.algorithms import _bign, _der, _gost, _pyca
from trustspace.algorithms._signature_table import BUILT_IN, KEY_OIDS
from trustspace.algorithms.digests import digest_by_oid
from trustspace.algorithms.errors import AlgorithmNotSupported, SignatureInvalid
from trustspace.algorithms.keys import load_public_key
from trustspace.algorithms.model import (
    BytesLike,
    DigestAlgorithm,
    PublicKey,
    SignatureAlgorithm,
    SignatureScheme,
    Verifier,
)
from trustspace.algorithms.names import name_of

__all__ = [
    "SignatureAlgorithm",
    "SignatureScheme",
    "all_signatures",
    "pss_scheme",
    "resolve",
    "resolve_uri",
    "scheme_by_oid",
    "signature_oid_of",
    "verify",
    "verify_signature",
]

_PSS_OID = _pyca.RSA_PSS_OID
_BIGN_HSPEC = "1.2.112.0.2.0.34.101.45.11"
_ECDSA_SPECIFIED = "1.2.840.10045.4.3"
_MGF1_OID = "1.2.840.113549.1.1.8"
_SHA1_OID = "1.3.14.3.2.26"
_LARGEST_PARAMETERS = 1024  # RSASSA-PSS has some 60 octets; what is larger must not fill the cache

_by_oid: dict[str, SignatureAlgorithm] = {}
_by_uri: dict[str, SignatureAlgorithm] = {}
# A key OID in place of a signature OID (CMS): (key OID, digest OID) → signature algorithm.
_by_key: dict[tuple[str, str], SignatureAlgorithm] = {}
_key_names: dict[str, str] = dict(KEY_OIDS)

_VERIFIERS: dict[str, Verifier] = {
    "RSA": _pyca.verify_rsa,
    "EC": _pyca.verify_ecdsa,
    "DSA": _pyca.verify_dsa,
    "bign": _bign.verify,
    **{profile.family: _gost.verify for profile in _gost.PROFILES},
}


_EXTRA: dict[str, Callable[[DigestAlgorithm], object]] = {
    "RSA": _pyca.pkcs1_extra,
    "EC": _pyca.ecdsa_extra,
    "DSA": _pyca.dsa_extra,
    "bign": lambda digest: _der.oid(digest.oid),
}


def add_signature(
    algorithm: SignatureAlgorithm, *, key_oid: str | None = None, replace: bool = False
) -> None:
    """Puts a signature algorithm into the registry; ``ValueError`` where its OID is taken.

    ``key_oid``: the key's OID, where that may stand for the signature's in CMS.
    """
    if algorithm.oid in _by_oid and not replace:
        raise ValueError(f"{algorithm.oid} is taken by {_by_oid[algorithm.oid].name}")
    _by_oid[algorithm.oid] = algorithm
    for uri in algorithm.xml_uris:
        _by_uri[uri] = algorithm
    if key_oid is not None:
        _key_names[key_oid] = algorithm.key_family
        if algorithm.digest is not None:
            _by_key[key_oid, algorithm.digest.oid] = algorithm
    _resolve.cache_clear()
    resolve_uri.cache_clear()


def resolve(
    signature_oid: str, parameters: bytes | None, digest_oid: str | None = None, key: PublicKey | None = None
) -> SignatureScheme:
    """The scheme that an AlgorithmIdentifier means.

    ``signature_oid`` may be a key's OID, as CMS SignerInfo has it for RSA, GOST and others; then the digest
    is ``digest_oid`` (SignerInfo.digestAlgorithm). Where the signature OID names its digest itself, that one
    counts and ``digest_oid`` does not. NULL and absent parameters mean the same. ``key`` supplies the
    parameters of RSASSA-PSS where the identifier has none.

    Raises ``AlgorithmNotSupported``, with the combination's name.
    """
    if parameters == _der.NULL_BYTES:
        parameters = None
    if signature_oid == _PSS_OID and parameters is None and key is not None and key.oid == _PSS_OID:
        parameters = key.parameters
    try:
        if parameters is not None and len(parameters) > _LARGEST_PARAMETERS:
            raise ValueError(f"{len(parameters)} octets of parameters")
        return _resolve(signature_oid, parameters, digest_oid)
    except ValueError as error:
        name = f"{_name(signature_oid)} with malformed parameters"
        raise AlgorithmNotSupported(oid=signature_oid, name=name) from error


def _name(oid: str) -> str:
    algorithm = _by_oid.get(oid)
    return algorithm.name if algorithm else _key_names.get(oid) or name_of(oid)


@lru_cache(maxsize=1024)
def _resolve(oid: str, parameters: bytes | None, digest_oid: str | None) -> SignatureScheme:
    algorithm = _by_oid.get(oid)
    if oid == _PSS_OID:
        return _resolve_pss(parameters, digest_oid)
    if oid == _BIGN_HSPEC:
        return _resolve_hspec(parameters, digest_oid)
    if oid == _ECDSA_SPECIFIED and parameters is not None:
        digest_oid, _ = _der.read_algorithm(_der.Reader(parameters))
        algorithm = _by_key.get((_pyca.EC_OID, digest_oid))
    elif algorithm is not None and parameters is not None and algorithm.verifier is None:
        # RFC 4055 §5, RFC 5758 §3.2, RFC 9215 §2: none, or NULL. Nothing signs them: nothing else may stand.
        raise ValueError("parameters where the algorithm has none")
    if algorithm is None and digest_oid is not None:
        algorithm = _by_key.get((oid, digest_oid))
    if algorithm is None:
        name = _name(oid)
        if oid in _key_names and digest_oid is not None:
            name = f"{name} with {_digest_name(digest_oid)}"
        raise AlgorithmNotSupported(oid=oid, name=name)
    return _scheme(algorithm, oid, parameters)


def _digest_name(oid: str) -> str:
    try:
        return digest_by_oid(oid).name
    except AlgorithmNotSupported:
        return name_of(oid)


def _scheme(algorithm: SignatureAlgorithm, oid: str, parameters: bytes | None) -> SignatureScheme:
    digest = (
        digest_by_oid(algorithm.digest.oid) if algorithm.digest else None
    )  # a provider may have replaced it
    family = algorithm.key_family
    extra: object = None
    if digest is not None and family in _EXTRA:
        try:
            extra = _EXTRA[family](digest)
        except AlgorithmNotSupported:
            if algorithm.verifier is None:
                raise
    return SignatureScheme(
        algorithm.name,
        oid,
        digest,
        family,
        parameters,
        algorithm.verifier or _VERIFIERS.get(family, _pyca.verify_whole),
        extra,
        algorithm.encoding,
        algorithm.module,
    )


def _resolve_pss(parameters: bytes | None, digest_oid: str | None) -> SignatureScheme:
    """RSASSA-PSS-params (RFC 4055 §3.1), all of whose fields have defaults."""
    if parameters is None:
        raise ValueError("RSASSA-PSS without parameters")
    hash_oid, mask_oid, salt, trailer = _SHA1_OID, _SHA1_OID, 20, 1
    outer = _der.Reader(parameters)
    fields = outer.enter()
    outer.finish()
    if fields.peek() == 0xA0:
        hash_oid, _ = _der.read_algorithm(fields.enter(0xA0))
    if fields.peek() == 0xA1:
        mask_function, mask_parameters = _der.read_algorithm(fields.enter(0xA1))
        if mask_function != _MGF1_OID or mask_parameters is None:
            raise AlgorithmNotSupported(oid=_PSS_OID, name=f"RSASSA-PSS with mask generation {mask_function}")
        mask_oid, _ = _der.read_algorithm(_der.Reader(mask_parameters))
    if fields.peek() == 0xA2:
        salt = fields.enter(0xA2).integer()
    if fields.peek() == 0xA3:
        trailer = fields.enter(0xA3).integer()
    fields.finish()
    if trailer != 1 or not 0 <= salt <= 2048:
        raise ValueError("RSASSA-PSS trailer or salt length out of range")
    return pss_scheme(digest_by_oid(hash_oid), digest_by_oid(mask_oid), salt, parameters)


def pss_scheme(
    digest: DigestAlgorithm, mask: DigestAlgorithm, salt: int, parameters: bytes | None = None
) -> SignatureScheme:
    """The RSASSA-PSS scheme with these digests and this salt length."""
    name = f"RSA-PSS-{digest.name.replace('-', '')}"
    if mask.oid != digest.oid:
        name += f" with mask {mask.name.replace('-', '')}"
    if parameters is None:
        parameters = pss_parameters(digest, mask, salt)
    extra = _pyca.pss_extra(digest, mask, salt)
    module = _by_oid[_PSS_OID].module
    return SignatureScheme(name, _PSS_OID, digest, "RSA", parameters, _pyca.verify_rsa, extra, "", module)


def pss_parameters(digest: DigestAlgorithm, mask: DigestAlgorithm, salt: int) -> bytes:
    """RSASSA-PSS-params in DER (defaults left out, as DER has it)."""
    fields = b""
    if digest.oid != _SHA1_OID:
        fields += _der.tlv(0xA0, _der.sequence(_der.oid(digest.oid), _der.NULL_BYTES))
    if mask.oid != _SHA1_OID:
        inner = _der.sequence(_der.oid(mask.oid), _der.NULL_BYTES)
        fields += _der.tlv(0xA1, _der.sequence(_der.oid(_MGF1_OID), inner))
    if salt != 20:
        fields += _der.tlv(0xA2, _der.integer(salt))
    return _der.sequence(fields)


def _resolve_hspec(parameters: bytes | None, digest_oid: str | None) -> SignatureScheme:
    """bign-with-hspec: the parameters are the OID of the hash function (STB 34.101.45)."""
    if parameters is not None:
        reader = _der.Reader(parameters)
        digest_oid = reader.oid()
        reader.finish()
    if digest_oid is None:
        raise ValueError("bign-with-hspec names no hash function")
    digest = digest_by_oid(digest_oid)
    algorithm = replace(_by_oid[_BIGN_HSPEC], digest=digest, name=f"bign-with-hspec ({digest.name})")
    return _scheme(algorithm, _BIGN_HSPEC, parameters)


@lru_cache(maxsize=256)
def resolve_uri(uri: str) -> SignatureScheme:
    """The scheme of an XML SignatureMethod. ECDSA and DSA are r‖s in XML (XMLDSig §6.4).

    Raises ``AlgorithmNotSupported``.
    """
    algorithm = _by_uri.get(uri)
    if algorithm is None:
        raise AlgorithmNotSupported(uri=uri, name=name_of(uri))
    if algorithm.oid == _PSS_OID:
        digest = algorithm.digest
        if digest is None:
            raise AlgorithmNotSupported(uri=uri, name="RSASSA-PSS with parameters in XML")
        return pss_scheme(digest, digest, digest.size)
    scheme = _scheme(algorithm, algorithm.oid, None)
    return replace(scheme, encoding="raw") if algorithm.key_family in ("EC", "DSA") else scheme


def signature_oid_of(scheme: SignatureScheme) -> str:
    """The signature algorithm's own OID, where the scheme was resolved from a key's OID."""
    if scheme.oid in _by_oid or scheme.digest is None:
        return scheme.oid
    algorithm = _by_key.get((scheme.oid, scheme.digest.oid))
    return algorithm.oid if algorithm else scheme.oid


def scheme_by_oid(oid: str) -> SignatureScheme:
    """The scheme of a signature OID that needs no parameters. Raises ``AlgorithmNotSupported``."""
    return resolve(oid, None)


def all_signatures() -> tuple[SignatureAlgorithm, ...]:
    """Every signature algorithm in the registry."""
    return tuple(_by_oid.values())


def verify(
    key: PublicKey,
    scheme: SignatureScheme,
    signature: bytes,
    *,
    message: BytesLike | None = None,
    digest: bytes | None = None,
) -> None:
    """Verifies a signature over a message, or over the scheme's digest of it (exactly one is given).

    Raises ``SignatureInvalid`` if it does not verify (also under a key of another family, or one whose
    RSASSA-PSS parameters forbid the scheme), ``AlgorithmNotSupported`` where only a digest is at hand and the
    scheme signs the message itself.
    """
    if (message is None) == (digest is None):
        raise TypeError("exactly one of message and digest")
    if key.algorithm != scheme.key_family:
        raise SignatureInvalid(algorithm=scheme.name, key=key.algorithm)
    if key.oid == _PSS_OID and not _pss_key_allows(key, scheme):
        raise SignatureInvalid(algorithm=scheme.name, key="RSASSA-PSS")
    if digest is not None and scheme.digest is not None and len(digest) != scheme.digest.size:
        raise SignatureInvalid(algorithm=scheme.name)
    if not scheme.verifier(key, scheme, signature, message, digest):
        raise SignatureInvalid(algorithm=scheme.name)


def _pss_key_allows(key: PublicKey, scheme: SignatureScheme) -> bool:
    """RFC 4055 §1.2, §3.3: such a key is for PSS only, with its hash, its mask and at least its salt."""
    if scheme.oid != _PSS_OID:
        return False
    if key.parameters is None or key.parameters == _der.NULL_BYTES:
        return True
    bound = resolve(_PSS_OID, key.parameters)
    (mask, salt), (least_mask, least_salt) = scheme.extra[3:], bound.extra[3:]
    return scheme.digest == bound.digest and bool(mask == least_mask and salt >= least_salt)


def verify_signature(
    spki: bytes, signature_oid: str, parameters: bytes | None, signature: bytes, message: BytesLike
) -> None:
    """Verifies what a certificate, CRL or OCSP response carries, under a SubjectPublicKeyInfo.

    Raises ``SignatureInvalid``, ``KeyInvalid``, ``AlgorithmNotSupported``.
    """
    key = load_public_key(spki)
    verify(key, resolve(signature_oid, parameters, None, key), signature, message=message)


for _algorithm, _key_oid in BUILT_IN:
    if _algorithm.oid in _by_oid:  # a further combination or XML form of an algorithm that is there
        for _uri in _algorithm.xml_uris:
            _by_uri[_uri] = _algorithm
    else:
        add_signature(_algorithm, key_oid=_key_oid)
