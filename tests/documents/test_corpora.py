"""Signatures that others made: every file opens or is refused; the state of each is what was found out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.verifying import holds, signer_certificate, verified_form
from trustspace.documents.content import Content
from trustspace.documents.model import Level, SignatureFormat
from trustspace.documents.open import NotASignature, open_document

DETACHED = {
    "dss-1188/Test.bin.sig": "dss-1188/Test.bin",
    "dss-1892/detached_with_counter_sig.p7m": "dss-1892/signed_content.bin",
}
NO_SIGNATURE = {".ers", ".xml", ".zip", ".cer", ".bin", ".der"}


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_every_cades_file_opens(corpora: Path) -> None:
    folder = corpora / "dss" / "cades"
    opened = 0
    for path in _files(folder):
        relative = path.relative_to(folder).as_posix()
        content = None
        if relative in DETACHED:
            content = Content.of_bytes((folder / DETACHED[relative]).read_bytes())
        try:
            document = open_document(path.read_bytes(), content, path.name)
        except NotASignature:
            assert path.suffix in NO_SIGNATURE, relative
            continue
        opened += 1
        assert path.suffix not in NO_SIGNATURE, relative
        for signature in document.walk():
            assert not [p for p in signature.format_problems if p.fatal], relative
            for stamp in signature.timestamps:
                assert stamp.token is not None, relative
                assert stamp.covers() in (True, None), relative
    assert opened > 40


def test_every_sound_cades_file_verifies(corpora: Path) -> None:
    """Those whose value does not verify as it declares itself are listed with what was found in them."""
    folder = corpora / "dss" / "cades"
    known = {
        # The content was changed on purpose.
        "dss-2011/cades-enveloping-broken.pkcs7",
        # The signer's certificate is not in the file.
        "no-key-info-cert.pkcs7",
        # signatureAlgorithm names another digest than the one that was signed with.
        *(
            f"dss-1419/CAdES-BpB-att-{name}withRSA.p7m"
            for name in (
                "SHA256-SHA3_256",
                "SHA256-SHA512",
                "SHA3_224-SHA256",
                "SHA3_256-SHA256",
                "SHA3_384-SHA256",
                "SHA3_512-SHA256",
            )
        ),
    }
    for path in _files(folder):
        relative = path.relative_to(folder).as_posix()
        try:
            document = open_document(path.read_bytes())
        except NotASignature:
            continue
        if relative not in known:
            for signature in document.walk():
                assert holds(document, signature), relative
                for stamp in signature.timestamps:
                    assert stamp.signature is not None
                    assert holds(document, stamp.signature), relative


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("Signature-C-BES-4.p7m", Level.BASELINE_B),
        ("cades-extended-bes.pkcs7", Level.BES),
        ("cades-t-duplicated-sigtst.p7m", Level.BASELINE_T),
        ("cades-e-lt.p7m", Level.XL),
        ("Signature-C-A-XL-1.p7m", Level.A),
        ("dss-2011/cades-lta-detached.pkcs7", Level.BASELINE_LTA),
        ("evidence-record/C-E-ERS-detached.p7s", Level.BASELINE_LT),
    ],
)
def test_levels_are_named(name: str, level: Level, corpora: Path) -> None:
    document = open_document((corpora / "dss" / "cades" / name).read_bytes())
    assert document.signatures[0].level is level


def test_archival_evidence_is_collected(corpora: Path) -> None:
    document = open_document((corpora / "dss" / "cades" / "Signature-C-A-XL-1.p7m").read_bytes())
    assert (len(document.certificates), len(document.crls)) == (5, 3)
    document = open_document((corpora / "dss" / "cades" / "dss-646" / "CAdES_A_DETACHED.csig").read_bytes())
    assert len(document.ocsps) == 1


def test_every_generated_signature_holds(corpora: Path) -> None:
    seen = 0
    for folder in sorted((corpora / "generated").iterdir()):
        content = Content.of_bytes((folder / "data.txt").read_bytes())
        for path in sorted(folder.glob("*.p7s")):
            document = open_document(path.read_bytes(), content)
            assert holds(document, document.signatures[0]), path
            assert (document.format is SignatureFormat.CMS) == (path.name == "plain.p7s")
            seen += 1
        token = open_document((folder / "r.tsr").read_bytes(), content)
        assert holds(token, token.signatures[0])
        other = open_document((folder / "r.tsr").read_bytes(), Content.of_bytes(b"else"))
        assert not holds(other, other.signatures[0])
    assert seen >= 8


def test_the_russian_example_verifies_under_its_senders_certificate(corpora: Path) -> None:
    document = open_document((corpora / "national" / "ru" / "signed_a121.pem").read_bytes())
    (signature,) = document.signatures
    assert (signature.format, signature.level, document.encoding) == (SignatureFormat.CMS, Level.PLAIN, "PEM")
    certificate = signer_certificate(document, signature)
    assert certificate is not None
    assert verified_form(signature, certificate) is not None


@pytest.mark.parametrize("name", ["tsp_response.bin", "tsp_token.bin"])
def test_the_kazakh_time_stamp_verifies(name: str, corpora: Path) -> None:
    document = open_document((corpora / "national" / "kz" / name).read_bytes())
    assert holds(document, document.signatures[0])


def test_a_signature_algorithm_that_contradicts_the_digest_algorithm_is_reported(corpora: Path) -> None:
    """Made by Bouncy Castle, which signs with digestAlgorithm's digest whatever signatureAlgorithm names."""
    seen = 0
    for path in sorted((corpora / "dss" / "cades" / "dss-1419").iterdir()):
        document = open_document(path.read_bytes())
        codes = [problem.code for problem in document.signatures[0].format_problems]
        first, second = re.fullmatch(r"CAdES-BpB-att-(\w+)-(\w+)withRSA.*", path.stem).groups()  # type: ignore[union-attr]
        contradicts = first != second and not path.stem.endswith("MGF1")
        assert ("SIGNATURE_DIGEST_MISMATCH" in codes) == (first != second), path
        # RSASSA-PSS is made with the digest that its parameters name.
        assert holds(document, document.signatures[0]) == (not contradicts), path
        seen += 1
    assert seen == 10
