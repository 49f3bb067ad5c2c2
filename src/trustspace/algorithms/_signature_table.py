"""The signature algorithms that are built in: OIDs, digests, key families, XML URIs.

Sources: RFC 3279, 4055, 5480, 5758, 8410, 8419, 9688, 9881 (OIDs), RFC 9231 and XMLDSig (URIs), BSI TR-03111
(plain ECDSA), RFC 4491 and RFC 9215 (Russia), STB 34.101.45 (Belarus), the NCA's certificates (Kazakhstan).
"""

from __future__ import annotations

from trustspace.algorithms import _bign, _gost, _pyca
from trustspace.algorithms.digests import digest_by_name
from trustspace.algorithms.model import SignatureAlgorithm
from trustspace.algorithms.modules import NATIVE, PYCA

_XMLDSIG = "http://www.w3.org/2000/09/xmldsig#"
_MORE_2001 = "http://www.w3.org/2001/04/xmldsig-more#"
_MORE_2007 = "http://www.w3.org/2007/05/xmldsig-more#"
_MORE_2021 = "http://www.w3.org/2021/04/xmldsig-more#"
_XMLDSIG11 = "http://www.w3.org/2009/xmldsig11#"
_CPXMLSEC = "urn:ietf:params:xml:ns:cpxmlsec:algorithms:"
_PKIGOVKZ = "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:"
_NIST_SIGNATURES = "2.16.840.1.101.3.4.3."
_PKCS1 = "1.2.840.113549.1.1."
_PLAIN_ECDSA = "0.4.0.127.0.7.1.1.4.1."
_BIGN = "1.2.112.0.2.0.34.101.45."

KEY_OIDS: dict[str, str] = {
    **{oid: family for oid, family in _pyca.FAMILIES.items() if oid != _pyca.RSA_PSS_OID},
    **{profile.key_oid: profile.family for profile in _gost.PROFILES},
    _bign.KEY_OID: _bign.FAMILY,
}

_Row = tuple[SignatureAlgorithm, str | None]


def _row(
    name: str,
    oid: str,
    digest: str | None,
    family: str,
    *uris: str,
    key_oid: str | None = None,
) -> _Row:
    module = PYCA if key_oid in _pyca.FAMILIES or family.startswith(("RSA", "Ed", "ML-")) else NATIVE
    algorithm = SignatureAlgorithm(
        name, oid, digest_by_name(digest) if digest else None, family, uris, None, "", module
    )
    return algorithm, key_oid


def _rsa(digest: str, oid: str, *uris: str) -> _Row:
    return _row(f"RSA-PKCS1-{digest.replace('-', '', 1)}", oid, digest, "RSA", *uris, key_oid=_pyca.RSA_OID)


def _ecdsa(digest: str, oid: str, *uris: str) -> _Row:
    return _row(f"ECDSA-{digest.replace('-', '', 1)}", oid, digest, "EC", *uris, key_oid=_pyca.EC_OID)


def _dsa(digest: str, oid: str, *uris: str) -> _Row:
    return _row(f"DSA-{digest.replace('-', '', 1)}", oid, digest, "DSA", *uris, key_oid=_pyca.DSA_OID)


def _plain_ecdsa(digest: str, arc: int) -> _Row:
    name = f"Plain-ECDSA-{digest.replace('-', '', 1)}"
    return (
        SignatureAlgorithm(name, f"{_PLAIN_ECDSA}{arc}", digest_by_name(digest), "EC", (), None, "raw", PYCA),
        None,
    )


def _pss(digest: str | None, *uris: str) -> _Row:
    name = f"RSA-PSS-{digest.replace('-', '', 1)}" if digest else "RSA-PSS"
    return _row(name, _pyca.RSA_PSS_OID, digest, "RSA", *uris)


def _gost_row(profile: _gost.GostProfile, oid: str, digest: str, *uris: str) -> _Row:
    return _row(
        f"{profile.family} with {digest}", oid, digest, profile.family, *uris, key_oid=profile.key_oid
    )


def _bign_row(name: str, arc: int, digest: str | None, *uris: str) -> _Row:
    return _row(name, f"{_BIGN}{arc}", digest, _bign.FAMILY, *uris, key_oid=_bign.KEY_OID)


BUILT_IN: tuple[_Row, ...] = (
    _rsa("MD5", f"{_PKCS1}4", f"{_MORE_2001}rsa-md5"),
    _rsa("SHA-1", f"{_PKCS1}5", f"{_XMLDSIG}rsa-sha1"),
    _rsa("SHA-224", f"{_PKCS1}14", f"{_MORE_2001}rsa-sha224"),
    _rsa("SHA-256", f"{_PKCS1}11", f"{_MORE_2001}rsa-sha256"),
    _rsa("SHA-384", f"{_PKCS1}12", f"{_MORE_2001}rsa-sha384"),
    _rsa("SHA-512", f"{_PKCS1}13", f"{_MORE_2001}rsa-sha512"),
    _rsa("SHA-512/224", f"{_PKCS1}15"),
    _rsa("SHA-512/256", f"{_PKCS1}16"),
    _rsa("SHA3-224", f"{_NIST_SIGNATURES}13"),
    _rsa("SHA3-256", f"{_NIST_SIGNATURES}14"),
    _rsa("SHA3-384", f"{_NIST_SIGNATURES}15"),
    _rsa("SHA3-512", f"{_NIST_SIGNATURES}16"),
    _rsa("SHA-1", "1.3.14.3.2.29"),
    _pss(None, f"{_MORE_2007}rsa-pss"),
    _pss("SHA-1", f"{_MORE_2007}sha1-rsa-MGF1"),
    _pss("SHA-224", f"{_MORE_2007}sha224-rsa-MGF1"),
    _pss("SHA-256", f"{_MORE_2007}sha256-rsa-MGF1"),
    _pss("SHA-384", f"{_MORE_2007}sha384-rsa-MGF1"),
    _pss("SHA-512", f"{_MORE_2007}sha512-rsa-MGF1"),
    _pss("SHA3-224", f"{_MORE_2007}sha3-224-rsa-MGF1"),
    _pss("SHA3-256", f"{_MORE_2007}sha3-256-rsa-MGF1"),
    _pss("SHA3-384", f"{_MORE_2007}sha3-384-rsa-MGF1"),
    _pss("SHA3-512", f"{_MORE_2007}sha3-512-rsa-MGF1"),
    _ecdsa("SHA-1", "1.2.840.10045.4.1", f"{_MORE_2001}ecdsa-sha1"),
    _ecdsa("SHA-224", "1.2.840.10045.4.3.1", f"{_MORE_2001}ecdsa-sha224"),
    _ecdsa("SHA-256", "1.2.840.10045.4.3.2", f"{_MORE_2001}ecdsa-sha256"),
    _ecdsa("SHA-384", "1.2.840.10045.4.3.3", f"{_MORE_2001}ecdsa-sha384"),
    _ecdsa("SHA-512", "1.2.840.10045.4.3.4", f"{_MORE_2001}ecdsa-sha512"),
    _ecdsa("SHA3-224", f"{_NIST_SIGNATURES}9", f"{_MORE_2021}ecdsa-sha3-224"),
    _ecdsa("SHA3-256", f"{_NIST_SIGNATURES}10", f"{_MORE_2021}ecdsa-sha3-256"),
    _ecdsa("SHA3-384", f"{_NIST_SIGNATURES}11", f"{_MORE_2021}ecdsa-sha3-384"),
    _ecdsa("SHA3-512", f"{_NIST_SIGNATURES}12", f"{_MORE_2021}ecdsa-sha3-512"),
    _plain_ecdsa("SHA-1", 1),
    _plain_ecdsa("SHA-224", 2),
    _plain_ecdsa("SHA-256", 3),
    _plain_ecdsa("SHA-384", 4),
    _plain_ecdsa("SHA-512", 5),
    _dsa("SHA-1", "1.2.840.10040.4.3", f"{_XMLDSIG}dsa-sha1"),
    _dsa("SHA-224", f"{_NIST_SIGNATURES}1"),
    _dsa("SHA-256", f"{_NIST_SIGNATURES}2", f"{_XMLDSIG11}dsa-sha256"),
    _dsa("SHA-384", f"{_NIST_SIGNATURES}3"),
    _dsa("SHA-512", f"{_NIST_SIGNATURES}4"),
    _row("Ed25519", "1.3.101.112", None, "Ed25519", f"{_MORE_2021}eddsa-ed25519"),
    _row("Ed448", "1.3.101.113", None, "Ed448", f"{_MORE_2021}eddsa-ed448"),
    _row("ML-DSA-44", f"{_NIST_SIGNATURES}17", None, "ML-DSA-44"),
    _row("ML-DSA-65", f"{_NIST_SIGNATURES}18", None, "ML-DSA-65"),
    _row("ML-DSA-87", f"{_NIST_SIGNATURES}19", None, "ML-DSA-87"),
    _gost_row(
        _gost.RU_2012_256,
        "1.2.643.7.1.1.3.2",
        "Streebog-256",
        f"{_CPXMLSEC}gostr34102012-gostr34112012-256",
    ),
    _gost_row(
        _gost.RU_2012_512,
        "1.2.643.7.1.1.3.3",
        "Streebog-512",
        f"{_CPXMLSEC}gostr34102012-gostr34112012-512",
    ),
    _gost_row(
        _gost.RU_2001,
        "1.2.643.2.2.3",
        "GOST R 34.11-94",
        f"{_CPXMLSEC}gostr34102001-gostr3411",
        f"{_MORE_2001}gostr34102001-gostr3411",
    ),
    _gost_row(
        _gost.KZ_2015,
        "1.2.398.3.10.1.1.2.3.2",
        "GOST 34.11-2015-512",
        f"{_PKIGOVKZ}gostr34102015-gostr34112015-512",
    ),
    _gost_row(
        _gost.KZ_2004,
        "1.2.398.3.10.1.1.1.2",
        "GOST 34.311-95",
        f"{_MORE_2001}gost34310-gost34311",
    ),
    _bign_row(
        "bign-with-hbelt",
        12,
        "belt-hash",
        f"{_XMLDSIG11}bign-with-hbelt",
        "urn:EAEU:Signature:bign-with-hbelt",
    ),
    _bign_row("bign-with-bash256", 13, "bash-256"),
    _bign_row("bign-with-bash384", 14, "bash-384"),
    _bign_row("bign-with-bash512", 15, "bash-512"),
    _bign_row("bign-with-hspec", 11, None),
)
