"""Real and foreign-made certificates, CRLs and OCSP responses: all are read, and signatures verify."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from trustspace.encoding.certificate import Certificate
from trustspace.encoding.crl import CertificateList
from trustspace.encoding.ocsp import OCSPResponse
from trustspace.encoding.pem import decode_any
from trustspace.pki.edges import EdgeCache, EdgeOutcome, check_signature
from trustspace.pki.identity import IdentityKind, PowerKind, identities, powers
from trustspace.pki.path_processing import process_path
from trustspace.pki.paths import build_paths
from trustspace.pki.pool import CertificatePool
from trustspace.pki.profile import profile_of
from trustspace.pki.purposes import OCSP_SIGNING, PURPOSES, check_purpose
from trustspace.pki.revocation import EvidencePool, RevocationStatus, statements


def read(path: Path) -> bytes:
    return decode_any(path.read_bytes())[0][1]


def certificate(path: Path) -> Certificate:
    return Certificate.parse(read(path))


@pytest.fixture(scope="module")
def russian_cas(corpora: Path) -> list[Certificate]:
    return [certificate(path) for path in sorted((corpora / "national" / "ru-cas").glob("*.pem"))]


def test_every_russian_ca_certificate_is_read_whole(russian_cas: list[Certificate]) -> None:
    assert len(russian_cas) == 301
    for ca in russian_cas:
        ca.read_all()
        profile = profile_of(ca)
        assert not profile.malformed
        assert profile.is_ca


def test_every_russian_signature_whose_key_is_here_verifies(russian_cas: list[Certificate]) -> None:
    pool, edges = CertificatePool(russian_cas), EdgeCache()
    counts: Counter[str] = Counter()
    for ca in russian_cas:
        issuers = pool.issuers_of(ca)
        outcomes = {edges.edge(ca, issuer).outcome for issuer in issuers}
        if ca.subject.matches(ca.issuer):
            assert EdgeOutcome.VERIFIED in outcomes
            counts["self-signed"] += 1
        elif not issuers:
            counts["issuer absent"] += 1
        elif EdgeOutcome.VERIFIED in outcomes:
            counts["chained"] += 1
        else:
            # Only namesakes of other keys are here, as the key identifiers say too.
            wanted = profile_of(ca).authority_key_identifier
            assert wanted is not None
            assert wanted not in {profile_of(issuer).subject_key_identifier for issuer in issuers}
            assert outcomes == {EdgeOutcome.FAILED}
            counts["issuer's key absent"] += 1
    assert counts == {"self-signed": 1, "chained": 30, "issuer absent": 243, "issuer's key absent": 27}


def test_russian_chains_pass_processing(russian_cas: list[Certificate]) -> None:
    pool, edges = CertificatePool(russian_cas), EdgeCache()
    chained = 0
    for ca in russian_cas:
        others = {other.sha256: None for other in russian_cas if other.spki != ca.spki}
        path = next(build_paths(ca, pool, others, edges.edge), None)
        if path is not None:
            assert process_path(path, moment=ca.not_before).failure is None
            chained += 1
    assert chained == 30


def test_russian_identifiers_pass_their_check_digits(russian_cas: list[Certificate]) -> None:
    counts = Counter((found.kind, found.check) for ca in russian_cas for found in identities(ca))
    assert counts[IdentityKind.OGRN, True] == 301
    assert counts[IdentityKind.INNLE, True] == 301
    # One of them holds another organisation number of nine digits where INNLE should be.
    assert sum(number for (_, check), number in counts.items() if check is False) <= 1


def kazakh(corpora: Path) -> Iterator[Certificate]:
    folder = corpora / "national" / "kz"
    for path in sorted((*folder.glob("*.cer"), *folder.glob("*.crt"))):
        yield certificate(path)


def test_kazakh_certificates_crls_and_responses(corpora: Path) -> None:
    folder = corpora / "national" / "kz"
    certificates = list(kazakh(corpora))
    assert len(certificates) == 5
    crls = [CertificateList.parse(read(path)) for path in sorted(folder.glob("*.crl"))]
    responses = [OCSPResponse.parse(path.read_bytes()) for path in sorted(folder.glob("ocsp*.bin"))]
    pool, edges, evidence = CertificatePool(certificates), EdgeCache(), EvidencePool([*crls, *responses])
    found = [edges.edge(one, issuer) for one in certificates for issuer in pool.issuers_of(one)]
    # The two signers chain to the two CAs of 2004; the CAs' own roots are not here.
    assert {edge.outcome for edge in found} == {EdgeOutcome.VERIFIED}
    assert {edge.algorithm for edge in found} == {
        "RSA-PKCS1-SHA256",
        "KZ GOST 34.310-2004 with GOST 34.311-95",
    }
    by_rsa = certificate(folder / "individual_valid_sign_2004_rsa.cer")
    (said,) = statements(by_rsa, pool, evidence, edges)
    assert said.reliable
    assert said.status is RevocationStatus.GOOD
    for crl in crls:
        assert any(
            check_signature(ca.spki, crl.signature_algorithm, crl.signature, crl.tbs_raw).outcome
            is EdgeOutcome.VERIFIED
            for ca in pool.find_by_name(crl.issuer)
        )
    for response in responses:
        assert response.basic is not None
        (responder,) = map(Certificate.parse, response.basic.certificates)
        check = check_signature(
            responder.spki,
            response.basic.signature_algorithm,
            response.basic.signature,
            response.basic.tbs_raw,
        )
        assert check.outcome is EdgeOutcome.VERIFIED
        (ca,) = pool.issuers_of(responder)
        assert edges.edge(responder, ca).outcome is EdgeOutcome.VERIFIED
        assert check_purpose(responder, PURPOSES[OCSP_SIGNING]) is None


def test_kazakh_identities_and_roles(corpora: Path) -> None:
    director = certificate(corpora / "national" / "kz" / "ceo_valid_sign_2004_gost.cer")
    assert [(found.kind, found.value) for found in identities(director)] == [
        (IdentityKind.IIN, "123456789011"),
        (IdentityKind.BIN, "123456789021"),
    ]
    assert PowerKind.CHIEF_EXECUTIVE in {power.kind for power in powers(director)}


def test_the_belarusian_root_signs_itself_and_the_republican_ca(corpora: Path) -> None:
    root = certificate(corpora / "national" / "by" / "kuc.cer")
    ca = certificate(corpora / "national" / "by" / "ruc.cer")
    edges = EdgeCache()
    assert edges.edge(root, root).outcome is EdgeOutcome.VERIFIED
    assert edges.edge(ca, root).outcome is EdgeOutcome.VERIFIED
    (path,) = build_paths(ca, CertificatePool([root]), {root.sha256: None}, edges.edge)
    assert process_path(path, moment=ca.not_before).failure is None


def generated(corpora: Path) -> list[Path]:
    return sorted(path for path in (corpora / "generated").iterdir() if path.is_dir())


def test_generated_chains_hold_and_their_evidence_says_who_is_revoked(corpora: Path) -> None:
    folders = generated(corpora)
    assert folders
    for folder in folders:
        holders = {
            path.stem: certificate(path)
            for path in folder.glob("*.pem")
            if not path.name.endswith(".crl.pem")
        }
        crls = {path.name: CertificateList.parse(read(path)) for path in folder.glob("*.crl.pem")}
        pool, edges = CertificatePool(holders.values()), EdgeCache()
        evidence = EvidencePool([*crls.values(), OCSPResponse.parse((folder / "ocsp.der").read_bytes())])
        root = holders["root"]
        for name, holder in holders.items():
            path = next(build_paths(holder, pool, {root.sha256: None}, edges.edge))
            assert process_path(path, moment=holder.not_before).failure is None
            said = statements(holder, pool, evidence, edges)
            assert all(statement.reliable for statement in said)
            expected = RevocationStatus.REVOKED if name == "rev" else RevocationStatus.GOOD
            assert {statement.status for statement in said} == {expected}
        (revoked,) = statements(holders["rev"], pool, evidence, edges)
        assert revoked.digest == crls["int.crl.pem"].sha256
        assert {statement.source for statement in statements(holders["ee"], pool, evidence, edges)} == {
            "crl",
            "ocsp",
        }
