"""Real certificates and CRLs, made by the states' own software, verify."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import pytest
from cryptography import x509

from support.der_walk import Signed, certificate, crl, der_of
from trustspace.algorithms._der import Reader, read_algorithm
from trustspace.algorithms.errors import SignatureInvalid
from trustspace.algorithms.keys import load_public_key
from trustspace.algorithms.signatures import verify_signature


def _verifies(signed: Signed, spki: bytes) -> bool:
    try:
        verify_signature(spki, signed.oid, signed.parameters, signed.signature, signed.tbs)
    except SignatureInvalid:
        return False
    return True


@pytest.mark.parametrize(
    ("subject", "issuer", "algorithm"),
    [
        ("national/kz/ceo_valid_sign_2004_gost.cer", "national/kz/nca_gost_test.crt", "KZ GOST 34.310-2004"),
        ("national/kz/individual_valid_sign_2004_rsa.cer", "national/kz/nca_rsa_test.crt", "RSA"),
        ("national/by/kuc.cer", "national/by/kuc.cer", "bign"),
        ("national/by/ruc.cer", "national/by/kuc.cer", "bign"),
        ("national/ru/root256_cert.pem", "national/ru/root256_cert.pem", "GOST R 34.10-2012-256"),
        ("national/ru/sender512_cert.pem", "national/ru/root256_cert.pem", "GOST R 34.10-2012-256"),
        ("generated/by-bign-256v1-belt/ee.pem", "generated/by-bign-256v1-belt/int.pem", "bign"),
        (
            "generated/ru-gost2012-256-tca/ee.pem",
            "generated/ru-gost2012-256-tca/int.pem",
            "GOST R 34.10-2012-256",
        ),
    ],
)
def test_certificate_verifies_under_its_issuer(
    corpora: Path, subject: str, issuer: str, algorithm: str
) -> None:
    signed, spki = certificate(corpora / subject), certificate(corpora / issuer).spki
    assert load_public_key(spki).algorithm == algorithm
    assert _verifies(signed, spki)
    broken = bytes([*signed.tbs[:-1], signed.tbs[-1] ^ 1])
    with pytest.raises(SignatureInvalid):
        verify_signature(spki, signed.oid, signed.parameters, signed.signature, broken)


@pytest.mark.parametrize(
    ("name", "issuer"),
    [
        ("national/kz/nca_gost2022_test.crl", "national/kz/nca_gost2015_test.cer"),
        ("national/kz/nca_rsa_test.crl", "national/kz/nca_rsa_test.crt"),
        ("generated/by-bign-256v1-belt/int.crl.pem", "generated/by-bign-256v1-belt/int.pem"),
        ("generated/by-bign-256v1-belt/root.crl.pem", "generated/by-bign-256v1-belt/root.pem"),
        ("generated/ru-gost2012-256-tca/int.crl.pem", "generated/ru-gost2012-256-tca/int.pem"),
        ("generated/ru-gost2012-256-tca/root.crl.pem", "generated/ru-gost2012-256-tca/root.pem"),
    ],
)
def test_crl_verifies_under_its_issuer(corpora: Path, name: str, issuer: str) -> None:
    assert _verifies(crl(corpora / name), certificate(corpora / issuer).spki)


def test_every_generated_certificate_chains(corpora: Path) -> None:
    for folder in sorted((corpora / "generated").iterdir()):
        found = [certificate(path) for path in folder.glob("*.pem") if "crl" not in path.name]
        by_subject = {each.subject: each for each in found}
        assert len(found) >= 5
        assert all(_verifies(each, by_subject[each.issuer].spki) for each in found), folder.name


def test_kazakh_ocsp_response_of_2015(corpora: Path) -> None:
    # The one GOST 34.10-2015 signature over something else than a CRL: BasicOCSPResponse (RFC 6960 §4.2.1).
    outer = Reader((corpora / "national/kz/ocsp_response_ceo_2015_revoked.bin").read_bytes()).enter()
    outer.raw()
    response = outer.enter(0xA0).enter()
    response.oid()
    basic = Reader(response.value(0x04)).enter()
    data = basic.raw()
    oid, parameters = read_algorithm(basic)
    signature = basic.bits()
    responder = basic.enter(0xA0).enter().raw()
    tbs = Reader(Reader(responder).enter().raw()).enter()
    for _ in range(6):  # version, serial, algorithm, issuer, validity, subject
        tbs.raw()
    verify_signature(tbs.raw(), oid, parameters, signature, data)


def test_russian_ca_certificates(corpora: Path) -> None:
    """All 301: a signature verifies exactly where the key identifiers say that it should."""
    paths = sorted((corpora / "national/ru-cas").glob("*.pem"))
    certificates = {path: certificate(path) for path in paths}
    by_subject: dict[bytes, list[Path]] = defaultdict(list)
    for path, each in certificates.items():
        by_subject[each.subject].append(path)
    counts: Counter[str] = Counter()
    for path, each in certificates.items():
        if each.issuer == each.subject:
            counts["self-signed verified" if _verifies(each, each.spki) else "self-signed failed"] += 1
            continue
        candidates = by_subject.get(each.issuer, [])
        verified = False
        for candidate in candidates:
            result = _verifies(each, certificates[candidate].spki)
            assert result == (_authority_key(path) == _subject_key(candidate)), (path.name, candidate.name)
            verified |= result
        if not candidates:
            counts["issuer absent"] += 1
        else:
            counts["chained verified" if verified else "issuer's name under another key"] += 1
    assert sum(counts.values()) == len(paths)
    assert not counts["self-signed failed"]
    if len(paths) == 301:
        assert counts == {
            "self-signed verified": 1,
            "chained verified": 30,
            "issuer's name under another key": 27,
            "issuer absent": 243,
        }


def test_every_russian_ca_key_loads(corpora: Path) -> None:
    families = Counter(
        load_public_key(certificate(path).spki).algorithm
        for path in (corpora / "national/ru-cas").glob("*.pem")
    )
    assert set(families) <= {"GOST R 34.10-2001", "GOST R 34.10-2012-256", "GOST R 34.10-2012-512"}
    assert families["GOST R 34.10-2001"] > 100


def _authority_key(path: Path) -> bytes | None:
    extensions = x509.load_der_x509_certificate(der_of(path)).extensions
    return extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier


def _subject_key(path: Path) -> bytes:
    extensions = x509.load_der_x509_certificate(der_of(path)).extensions
    return extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
