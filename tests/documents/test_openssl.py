"""CMS made by OpenSSL is read and verified here; what we make, OpenSSL verifies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from support.openssl import OpenSSL
from support.pki import NOW, Pki, entropy
from support.verifying import holds, signer_certificate
from trustspace.algorithms.digests import digest_by_name
from trustspace.algorithms.signatures import pss_scheme
from trustspace.documents.cades_signing import (
    add_counter_signature,
    add_signature,
    add_signature_timestamp,
    sign_cades,
)
from trustspace.documents.content import Content
from trustspace.documents.model import Level, SignatureFormat, SignedForm
from trustspace.documents.open import open_document

DATA = b"A contract.\r\nBetween us.\n" * 50
AT = str(int(NOW.timestamp()))
THEIRS = {
    "rsa": (["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"], "sha256"),
    "ec": (["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"], "sha384"),
    "gost256": (["-algorithm", "gost2012_256", "-pkeyopt", "paramset:TCA"], "md_gost12_256"),
    "gost512": (["-algorithm", "gost2012_512", "-pkeyopt", "paramset:B"], "md_gost12_512"),
}
OURS = ["p-256", "p-521", "rsa-2048", "gost2012-256-a", "gost2012-256-b", "gost2012-512-a", "gost2012-512-c"]


@pytest.fixture(scope="module")
def theirs(
    gost_environment: dict[str, str], openssl: str, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], tuple[OpenSSL, str]]:
    made: dict[str, tuple[OpenSSL, str]] = {}

    def make(kind: str) -> tuple[OpenSSL, str]:
        if kind not in made:
            algorithm, digest = THEIRS[kind]
            tool = OpenSSL(openssl, gost_environment, tmp_path_factory.mktemp(kind))
            tool.write("data", DATA)
            tool.make_pki(algorithm, digest)
            made[kind] = (tool, digest)
        return made[kind]

    return make


def _sign(made: tuple[OpenSSL, str], *options: str) -> bytes:
    tool, digest = made
    tool.run(
        *("cms", "-sign", "-binary", "-md", digest, "-in", "data", "-signer", "signer.pem"),
        *("-inkey", "signer.key", "-certfile", "root.pem", "-out", "signed", *options),
    )
    return tool.read("signed")


@pytest.mark.parametrize("kind", THEIRS)
@pytest.mark.parametrize(
    ("options", "level", "encoding"),
    [
        (("-cades", "-nodetach", "-outform", "DER"), Level.BASELINE_B, "DER"),
        (("-cades", "-outform", "DER"), Level.BASELINE_B, "DER"),
        (("-cades", "-nodetach", "-outform", "PEM"), Level.BASELINE_B, "PEM"),
        (("-cades", "-nodetach", "-stream", "-outform", "DER"), Level.BASELINE_B, "BER"),
        (("-nodetach", "-outform", "DER"), Level.PLAIN, "DER"),
        (("-nodetach", "-noattr", "-outform", "DER"), Level.PLAIN, "DER"),
        (("-noattr", "-outform", "DER"), Level.PLAIN, "DER"),
        (("-nodetach", "-keyid", "-outform", "DER"), Level.PLAIN, "DER"),
        (("-nodetach", "-nocerts", "-cades", "-outform", "DER"), Level.BES, "DER"),
    ],
)
def test_openssls_signatures_are_read_and_hold(
    kind: str,
    options: tuple[str, ...],
    level: Level,
    encoding: str,
    theirs: Callable[[str], tuple[OpenSSL, str]],
) -> None:
    made = theirs(kind)
    octets = _sign(made, *options)
    content = None if "-nodetach" in options else Content.of_bytes(DATA)
    document = open_document(octets, content)
    (signature,) = document.signatures
    assert (signature.level, document.encoding) == (level, encoding)
    assert signature.format is (SignatureFormat.CMS if level is Level.PLAIN else SignatureFormat.CADES)
    assert [reference.found for reference in signature.references] == [True]
    assert not signature.format_problems
    assert (signature.inputs[0].form is SignedForm.CONTENT) == ("-noattr" in options)
    if "-nocerts" in options:
        assert signer_certificate(document, signature) is None
        assert len(document.certificates) == 1
    else:
        assert holds(document, signature)
    # The same octets over other content do not hold; without content nothing is claimed.
    if content is not None:
        other = open_document(octets, Content.of_bytes(DATA + b"."))
        assert not holds(other, other.signatures[0])
        absent = open_document(octets)
        assert [r.found for r in absent.signatures[0].references] == [False]


@pytest.mark.parametrize("kind", THEIRS)
def test_only_the_digest_of_the_content_is_needed(
    kind: str, theirs: Callable[[str], tuple[OpenSSL, str]]
) -> None:
    made = theirs(kind)
    for options in (("-cades",), ("-noattr",)):
        octets = _sign(made, *options, "-outform", "DER")
        algorithm = open_document(octets).signatures[0].digest_algorithm
        assert algorithm is not None
        right = open_document(octets, Content.of_digests({algorithm.name: algorithm.digest(DATA)}))
        wrong = open_document(octets, Content.of_digests({algorithm.name: algorithm.digest(b"else")}))
        assert holds(right, right.signatures[0])
        assert not holds(wrong, wrong.signatures[0])


def test_openssls_parallel_signers_are_told_apart(theirs: Callable[[str], tuple[OpenSSL, str]]) -> None:
    tool, _ = made = theirs("gost256")
    octets = _sign(
        made, "-cades", "-nodetach", "-outform", "DER", "-signer", "other.pem", "-inkey", "other.key"
    )
    document = open_document(octets)
    assert len({signature.id for signature in document.signatures}) == 2
    assert all(holds(document, signature) for signature in document.signatures)
    names = {signer_certificate(document, s).subject.rfc4514() for s in document.signatures}  # type: ignore[union-attr]
    assert names == {"CN=Their signer,C=RU", "CN=Their other,C=RU"}
    assert tool.der_of("root.pem") in document.certificates


@pytest.fixture
def tool(gost_environment: dict[str, str], openssl: str, tmp_path: Path) -> OpenSSL:
    made = OpenSSL(openssl, gost_environment, tmp_path)
    made.write("data", DATA)
    return made


def _they_verify(tool: OpenSSL, octets: bytes, *options: str, expect: int = 0) -> str:
    tool.write("signed.p7s", octets)
    return tool.run(
        *("cms", "-verify", "-binary", "-cades", "-inform", "DER", "-in", "signed.p7s"),
        *("-CAfile", "root.pem", "-attime", AT, "-out", "verified", *options),
        expect=expect,
    )


@pytest.mark.parametrize("kind", OURS)
def test_openssl_verifies_ours_at_both_levels_attached_and_detached(kind: str, tool: OpenSSL) -> None:
    pki = Pki(kind)
    root = pki.root()
    ca = pki.authority("CA", root)
    alice, tsa = pki.signer("Alice", ca), pki.tsa("TSA", ca)
    tool.pem("root.pem", root.certificate.raw)
    for stamper in (None, tsa.stamp):
        attached = pki.sign(DATA, alice, stamper=stamper)
        assert "successful" in _they_verify(tool, attached)
        assert tool.read("verified") == DATA
        detached = pki.sign(DATA, alice, stamper=stamper, detached=True)
        assert "successful" in _they_verify(tool, detached, "-content", "data")
        tool.write("forged", DATA + b".")
        assert "failure" in _they_verify(tool, detached, "-content", "forged", expect=4)


@pytest.mark.parametrize("digest", ["SHA-256", "SHA-512"])
def test_openssl_verifies_our_rsassa_pss(digest: str, tool: OpenSSL) -> None:
    pki = Pki("rsa-2048")
    root = pki.root()
    alice = pki.signer("Alice", root)
    algorithm = digest_by_name(digest)
    scheme = pss_scheme(algorithm, algorithm, algorithm.size)
    tool.pem("root.pem", root.certificate.raw)
    signed = sign_cades(
        Content.of_bytes(DATA),
        [replace(alice.cms_signer, scheme=scheme)],
        signing_time=NOW,
        entropy=entropy("pss"),
        detached=False,
    )
    assert "successful" in _they_verify(tool, signed)
    document = open_document(signed)
    assert document.signatures[0].signature_oid == "1.2.840.113549.1.1.10"
    assert document.signatures[0].format_problems == ()
    assert holds(document, document.signatures[0])


def test_openssls_rsassa_pss_is_read(theirs: Callable[[str], tuple[OpenSSL, str]]) -> None:
    octets = _sign(theirs("rsa"), "-cades", "-nodetach", "-outform", "DER", "-keyopt", "rsa_padding_mode:pss")
    document = open_document(octets)
    assert document.signatures[0].signature_oid == "1.2.840.113549.1.1.10"
    assert holds(document, document.signatures[0])


def test_openssl_verifies_parallel_signers_of_different_algorithms(tool: OpenSSL) -> None:
    russian, other = Pki("gost2012-256-a", label="ru"), Pki("rsa-2048", label="am")
    roots = [russian.root("RU Root"), other.root("AM Root")]
    signers = [russian.signer("Ivan", roots[0]), other.signer("Aram", roots[1])]
    tool.pem("root.pem", *(root.certificate.raw for root in roots))
    signed = russian.sign(DATA, *signers)
    assert "successful" in _they_verify(tool, signed)
    document = open_document(signed)
    assert [s.digest_algorithm.name for s in document.signatures if s.digest_algorithm] in (
        ["Streebog-256", "SHA-256"],
        ["SHA-256", "Streebog-256"],
    )


def test_openssl_still_verifies_what_was_added_to(tool: OpenSSL) -> None:
    pki = Pki("gost2012-512-a")
    root = pki.root()
    alice, bob, tsa = pki.signer("Alice", root), pki.signer("Bob", root), pki.tsa("TSA", root)
    tool.pem("root.pem", root.certificate.raw)
    octets = pki.sign(DATA, alice)
    first = open_document(octets).signatures[0]
    assert alice.cms_signer.digest_algorithm.name == "Streebog-512"
    octets = add_signature_timestamp(octets, first.id, tsa.stamp, alice.cms_signer.digest_algorithm)
    assert "successful" in _they_verify(tool, octets)
    stamped = open_document(octets).signatures[0]
    octets = add_counter_signature(octets, stamped.id, bob.cms_signer, signing_time=NOW, entropy=entropy("c"))
    assert "successful" in _they_verify(tool, octets)
    octets = add_signature(
        octets, Content.of_bytes(DATA), bob.cms_signer, signing_time=NOW, entropy=entropy("p")
    )
    assert "successful" in _they_verify(tool, octets)
    assert tool.read("verified") == DATA
    document = open_document(octets)
    assert len(document.signatures) == 2
    assert all(holds(document, signature) for signature in document.walk())


def test_what_openssl_streamed_in_ber_can_be_added_to(
    theirs: Callable[[str], tuple[OpenSSL, str]], tool: OpenSSL
) -> None:
    their_tool, _ = made = theirs("ec")
    octets = _sign(made, "-cades", "-nodetach", "-stream", "-outform", "DER")
    pki = Pki("p-256")
    root = pki.root()
    bob = pki.signer("Bob", root)
    (signature,) = open_document(octets).signatures
    octets = add_counter_signature(
        octets, signature.id, bob.cms_signer, signing_time=NOW, entropy=entropy("c")
    )
    document = open_document(octets)
    assert [holds(document, s) for s in document.walk()] == [True, True]
    tool.write("signed.p7s", octets)
    tool.write("root.pem", their_tool.read("root.pem"))
    assert "successful" in tool.run(
        *("cms", "-verify", "-binary", "-cades", "-inform", "DER", "-in", "signed.p7s"),
        *("-CAfile", "root.pem", "-out", "verified"),
    )
