"""The 70 files of ``corpora/dss/cades``: none crashes, and the checks agree with what their origin asserts.

Every difference stands in ``dss_cades.toml`` with its reason and with what we find instead, so that neither
side of it can change unnoticed.
"""

from __future__ import annotations

import csv
import subprocess
from pathlib import Path

import pytest

from support.dss_cades import (
    NO_SIGNATURE,
    Case,
    cases,
    certificate_of,
    content_of,
    embedded_roots,
    judge,
    judge_case,
    judge_document,
    own_time,
    signature_files,
)
from trustspace.documents.model import Signature
from trustspace.documents.open import NotASignature, open_document

LIMIT = 2.0
"""Seconds of processor time for one file, on any machine and however busy it is."""


@pytest.fixture(scope="module")
def folder(corpora: Path) -> Path:
    path = corpora / "dss" / "cades"
    if not path.is_dir():
        pytest.skip(f"the corpus is not there ({path})")
    return path


def _name(case: Case) -> str:
    return f"{case.file}-{case.origin}"


@pytest.mark.parametrize("case", cases(), ids=_name)
def test_the_checks_agree_with_the_origin(case: Case, folder: Path) -> None:
    if not (folder / case.file).exists():
        pytest.skip("this corpus does not hold the file")
    outcome = judge_case(case, folder)
    found = outcome.found
    for name, expected in case.expected.items():
        if name == "level" or (isinstance(expected, list) and name == "signature"):
            assert sorted(found[name]) == sorted(expected), name
        else:
            assert found[name] == expected, name
    for name, ours in case.ours.items():
        assert ours != case.asserted[name], f"{name} agrees: the explanation is out of date"
    assert bool(case.ours) == bool(case.differs)
    assert outcome.seconds < LIMIT


def test_every_signature_has_a_case(folder: Path) -> None:
    named = {case.file for case in cases()}
    files = {path.relative_to(folder).as_posix() for path in signature_files(folder)}
    assert named <= files
    assert len(files) >= 54


def test_every_file_gets_a_clear_answer_in_time(folder: Path) -> None:
    """Also those that the origin says nothing of; twice: nobody trusted, and their own roots trusted."""
    for path in signature_files(folder):
        case = next((c for c in cases() if folder / c.file == path), None)
        content = content_of(case, folder)
        first = judge(path, content)
        assert first.seconds < LIMIT, path.name
        assert all(not signature.passed for signature in first.report.signatures), path.name
        assert all(signature.causes for signature in first.report.signatures), path.name
        roots = embedded_roots(first.document)
        second = judge(path, content, anchors=roots, at=own_time(first.document))
        assert second.seconds < LIMIT, path.name
        for signature in second.report.signatures:
            assert signature.passed == (not signature.sub_indication), path.name
            assert signature.passed or signature.causes, path.name
            assert not (signature.passed and signature.signature_intact is not True), path.name


def test_files_that_are_no_signatures_are_refused_as_such(folder: Path) -> None:
    refused = 0
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in NO_SIGNATURE:
            with pytest.raises(NotASignature):
                open_document(path.read_bytes(), None, path.name)
            refused += 1
    assert refused >= 10


def test_asserted_verdicts_of_signatures_are_among_the_cases(corpora: Path) -> None:
    """Each row of asserted.tsv on a signature of this folder has its test class among our cases."""
    with (corpora / "dss" / "asserted.tsv").open(newline="") as rows:
        asserted = [row for row in csv.reader(rows, delimiter="\t") if row[0].startswith("cades/")]
    ours = {(case.file, case.origin) for case in cases()}
    missing = {
        (file.removeprefix("cades/"), origin)
        for file, origin, _ in asserted
        if Path(file).suffix not in NO_SIGNATURE and (file.removeprefix("cades/"), origin) not in ours
    }
    # These two hand in evidence records of other files: what they assert is of those.
    assert {origin for _, origin in missing} <= {
        "CAdESLevelLTWithBrokenXmlEvidenceRecordValidationTest",
        "CAdESLevelLTWithXmlEvidenceRecordWrongDigestAlgoValidationTest",
    }


def test_a_trusted_signer_is_believed_inside_its_period(folder: Path) -> None:
    path = folder / "no-key-info-cert.pkcs7"
    certificate = certificate_of(folder / "signCert.cer")
    inside = own_time(open_document(path.read_bytes()))
    assert inside < certificate.not_after
    (signature,) = judge(path, anchors=[certificate], at=inside).report.signatures
    assert signature.passed


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Signature-C-DE_CRY-4.p7m", "SIGNED_ATTRIBUTES_NOT_DER"),
        ("dss-646/CAdES_A_DETACHED.csig", "SIGNED_ATTRIBUTES_NOT_DER"),
        ("dss-667/BER_reordered_prova.txt.p7m", "SIGNED_ATTRIBUTES_NOT_DER"),
        ("cades-double-signing-time.p7m", "ATTRIBUTE_DUPLICATED"),
    ],
)
def test_what_is_forgiven_is_said(name: str, code: str, folder: Path) -> None:
    signatures = judge(folder / name).report.signatures
    assert code in [note.code for signature in signatures for note in signature.notes]


# Where OpenSSL's answer is another than ours, and why.
_OPENSSL_DIFFERS = {
    # It verifies under the digest of digestAlgorithm, whatever signatureAlgorithm names.
    "dss-1419/CAdES-BpB-att-SHA256-SHA3_256withRSA.p7m": True,
    "dss-1419/CAdES-BpB-att-SHA256-SHA512withRSA.p7m": True,
    "dss-1419/CAdES-BpB-att-SHA3_224-SHA256withRSA.p7m": True,
    "dss-1419/CAdES-BpB-att-SHA3_256-SHA256withRSA.p7m": True,
    "dss-1419/CAdES-BpB-att-SHA3_384-SHA256withRSA.p7m": True,
    "dss-1419/CAdES-BpB-att-SHA3_512-SHA256withRSA.p7m": True,
    # It wants one digest for content and PSS.
    "dss-1419/CAdES-BpB-att-SHA256-SHA3_256withRSAandMGF1.p7m": False,
    # It wants the NULL in the DigestInfo of RSASSA-PKCS1-v1_5.
    "cades-broken-sig-tst.p7m": False,
    "cades-broken-sig-tst-and-ats-v3.cms": False,
    # It takes signed attributes only as they stand; these values are over their DER.
    "dss-667/BER_reordered_prova.txt.p7m": False,
    "dss-667/DER_reordered_prova.txt.p7m": False,
}


def test_openssl_finds_the_same_values_and_digests_intact(openssl: str, folder: Path, tmp_path: Path) -> None:
    compared = 0
    for path in signature_files(folder):
        relative = path.relative_to(folder).as_posix()
        case = next((c for c in cases() if c.file == relative), None)
        content = content_of(case, folder)
        command = [openssl, "cms", "-verify", "-binary", "-noverify", "-inform", "DER"]
        command += ["-in", str(path), "-out", "/dev/null"]
        if content is not None and content.available:
            (tmp_path / "content").write_bytes(content.read(1 << 30))
            command += ["-content", str(tmp_path / "content")]
        done = subprocess.run(command, capture_output=True, check=False, text=True)
        if "no content" in done.stderr or "signer certificate not found" in done.stderr:
            continue
        report = judge(path, content).report
        # It looks at the signatures of the document itself, not at counter-signatures.
        top = [each for each in report.signatures if each.parent is None]
        ours = all(each.digest_intact and each.signature_intact for each in top)
        assert (done.returncode == 0) == _OPENSSL_DIFFERS.get(relative, ours), (relative, done.stderr)
        compared += 1
    assert compared >= 45


def test_what_still_holds_in_a_damaged_copy_is_what_was_signed(folder: Path) -> None:
    """Each file cut short and with octets changed: an answer in time, and nothing new found intact."""
    judged = 0
    for path in signature_files(folder):
        data = path.read_bytes()
        signed = {_covered(signature) for signature in open_document(data).walk()}
        for damaged in (data[: len(data) // 2], data[:-1], *_flipped(data)):
            try:
                document = open_document(damaged, None, path.name)
            except NotASignature:
                continue
            outcome = judge_document(document)
            assert outcome.seconds < LIMIT, path.name
            for signature, report in zip(document.walk(), outcome.report.signatures, strict=True):
                if report.digest_intact and report.signature_intact:
                    assert _covered(signature) in signed, path.name
            judged += 1
    assert judged > 100


def _covered(signature: Signature) -> tuple[bytes | None, tuple[bytes | None, ...]]:
    return signature.signed_bytes, tuple(reference.actual for reference in signature.references)


def _flipped(data: bytes) -> list[bytes]:
    step = max(1, len(data) // 12)
    return [data[:at] + bytes([data[at] ^ 0x21]) + data[at + 1 :] for at in range(7, len(data), step)]
