"""The registry of hash functions."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import pytest

from trustspace.algorithms.digests import all_digests, digest_by_name, digest_by_oid, digest_by_uri
from trustspace.algorithms.errors import AlgorithmNotSupported
from trustspace.algorithms.modules import module_of


@pytest.mark.parametrize("digest", all_digests(), ids=lambda digest: digest.name)
def test_every_digest_computes_what_it_says(digest) -> None:  # type: ignore[no-untyped-def]
    running = digest.new()
    running.update(b"one ")
    running.update(memoryview(b"two"))
    assert running.digest() == digest.digest(b"one two")
    assert len(running.digest()) == digest.size
    assert digest_by_oid(digest.oid) is digest
    assert digest_by_name(digest.name) is digest
    for uri in digest.xml_uris:
        assert digest_by_uri(uri) is digest


@pytest.mark.parametrize(
    ("oid", "function"),
    [
        ("1.3.14.3.2.26", "sha1"),
        ("2.16.840.1.101.3.4.2.1", "sha256"),
        ("2.16.840.1.101.3.4.2.2", "sha384"),
        ("2.16.840.1.101.3.4.2.3", "sha512"),
        ("2.16.840.1.101.3.4.2.8", "sha3_256"),
    ],
)
def test_sha_by_oid(oid: str, function: str) -> None:
    assert digest_by_oid(oid).digest(b"abc") == hashlib.new(function, b"abc").digest()


def test_shake_has_the_output_length_of_cms() -> None:
    assert digest_by_name("SHAKE256").digest(b"abc") == hashlib.shake_256(b"abc").digest(64)
    assert digest_by_name("SHAKE128").digest(b"abc") == hashlib.shake_128(b"abc").digest(32)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("sha256", "SHA-256"),
        ("SHA_512", "SHA-512"),
        ("streebog256", "Streebog-256"),
        ("md_gost12_512", "Streebog-512"),
        ("GOST R 34.11-94", "GOST R 34.11-94"),
        ("belt", "belt-hash"),
        ("bash384", "bash-384"),
    ],
)
def test_names_are_read_however_they_are_written(written: str, name: str) -> None:
    assert digest_by_name(written).name == name


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("http://www.w3.org/2001/04/xmlenc#sha256", "SHA-256"),
        ("urn:ietf:params:xml:ns:cpxmlsec:algorithms:gostr34112012-256", "Streebog-256"),
        ("urn:EAEU:Digest:belt-hash256", "belt-hash"),
        ("http://www.w3.org/2009/xmldsig11#belt-hash256", "belt-hash"),
        ("urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:gostr34112015-512", "GOST 34.11-2015-512"),
        ("http://www.w3.org/2001/04/xmldsig-more#gost34311", "GOST 34.311-95"),
    ],
)
def test_national_uris(uri: str, name: str) -> None:
    assert digest_by_uri(uri).name == name


def test_the_same_function_under_two_states_identifiers_is_one_family() -> None:
    russian, kazakh = digest_by_oid("1.2.643.7.1.1.2.3"), digest_by_oid("1.2.398.3.10.1.3.3")
    assert russian.digest(b"x") == kazakh.digest(b"x")
    assert russian.family == kazakh.family
    assert russian != kazakh


def test_families_tell_independent_designs_apart() -> None:
    families = {digest.name: digest.family for digest in all_digests()}
    assert families["SHA-384"] == families["SHA-256"] == "sha2"
    assert families["SHA3-256"] == "sha3"
    assert (
        len({families[name] for name in ("SHA-256", "SHA3-256", "Streebog-256", "belt-hash", "bash-256")})
        == 5
    )


def test_what_is_known_but_not_computed_is_refused_by_its_name() -> None:
    with pytest.raises(AlgorithmNotSupported) as caught:
        digest_by_oid("1.2.860.3.15.1.3.2.1.1")
    assert caught.value.parameters["oid"] == "1.2.860.3.15.1.3.2.1.1"
    assert "O'zDSt 1106:2009" in str(caught.value.parameters["name"])


def test_what_is_unknown_is_refused_by_its_identifier() -> None:
    with pytest.raises(AlgorithmNotSupported) as caught:
        digest_by_oid("1.2.3.4")
    assert caught.value.parameters == {"oid": "1.2.3.4", "name": "1.2.3.4"}
    with pytest.raises(AlgorithmNotSupported):
        digest_by_name("rot13")
    with pytest.raises(AlgorithmNotSupported) as caught:
        digest_by_uri("urn:no")
    assert caught.value.parameters["uri"] == "urn:no"


def test_each_digest_names_its_module_as_not_certified() -> None:
    native, openssl = module_of(digest_by_name("belt-hash")), module_of(digest_by_name("SHA-256"))
    assert native.name == "trustspace-native"
    assert "OpenSSL" in openssl.name
    assert not native.certified
    assert not openssl.certified
    assert str(native).endswith("(not certified)")


def test_importing_the_registry_loads_neither_openssl_nor_the_native_module() -> None:
    code = (
        "import sys, trustspace.algorithms.signatures, trustspace.algorithms.policy;"
        "print([m for m in ('cryptography', 'trustspace._native', 'ssl') if m in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
