"""Encrypted PKCS#8 both ways with OpenSSL, GOST keys through its engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.openssl import OpenSSL
from support.pki import stream
from trustspace.algorithms.model import KeyDerivation
from trustspace.algorithms.private import generate
from trustspace.keys.files import load_key_file, write_key_file
from trustspace.keys.secrets import SecretSource

PLAIN = {
    "rsa-2048": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
    "p-256": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "p-521": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"],
    "ed25519": ["-algorithm", "ED25519"],
}
GOST = {
    "gost2012-256-a": ["-algorithm", "gost2012_256", "-pkeyopt", "paramset:TCA"],
    "gost2012-256-cp-a": ["-algorithm", "gost2012_256", "-pkeyopt", "paramset:A"],
    "gost2012-512-a": ["-algorithm", "gost2012_512", "-pkeyopt", "paramset:A"],
    "gost2001-a": ["-algorithm", "gost2001", "-pkeyopt", "paramset:A"],
}
WAYS = {
    "pbkdf2": ["-v2", "aes-256-cbc"],
    "pbkdf2-sha512": ["-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA512"],
    "aes-128": ["-v2", "aes-128-cbc"],
    "scrypt": ["-scrypt"],
}


@pytest.fixture
def plain(openssl: str, tmp_path: Path) -> OpenSSL:
    import os  # noqa: PLC0415

    return OpenSSL(openssl, dict(os.environ), tmp_path)


@pytest.fixture
def engine(openssl: str, gost_environment: dict[str, str], tmp_path: Path) -> OpenSSL:
    return OpenSSL(openssl, gost_environment, tmp_path)


def secret(text: str) -> SecretSource:
    return SecretSource("env:P", environment={"P": text})


def theirs_opens_here(tool: OpenSSL, options: list[str], way: list[str]) -> None:
    tool.run("genpkey", *options, "-out", "plain.key")
    tool.run("pkcs8", "-topk8", "-in", "plain.key", *way, "-passout", "pass:тайна", "-out", "their.key")
    tool.run("pkey", "-in", "plain.key", "-pubout", "-outform", "DER", "-out", "public.der")
    (tool.folder / "their.key").chmod(0o600)
    key = load_key_file(tool.folder / "their.key", secret("тайна"))
    assert key.key.spki == tool.read("public.der")


def ours_opens_there(tool: OpenSSL, kind: str, derivation: KeyDerivation) -> None:
    key = generate(kind, random=stream(kind))
    write_key_file(tool.folder / "our.key", key, "тайна", random=stream("salt"), derivation=derivation)
    tool.run("pkey", "-in", "our.key", "-passin", "pass:тайна", "-pubout", "-outform", "DER", "-out", "p.der")
    assert tool.read("p.der") == key.key.spki
    tool.run("pkcs8", "-in", "our.key", "-passin", "pass:тайна", "-outform", "DER", "-out", "open.der")
    assert load_der(tool, "open.der") == key.key.spki
    tool.run("pkey", "-in", "our.key", "-passin", "pass:таина", "-noout", expect=1)


def load_der(tool: OpenSSL, name: str) -> bytes:
    (tool.folder / name).chmod(0o600)
    return load_key_file(tool.folder / name).key.spki


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", PLAIN)
def test_what_openssl_encrypts_opens_here(kind: str, way: str, plain: OpenSSL) -> None:
    theirs_opens_here(plain, PLAIN[kind], WAYS[way])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", GOST)
def test_what_the_engine_encrypts_opens_here(kind: str, way: str, engine: OpenSSL) -> None:
    theirs_opens_here(engine, GOST[kind], WAYS[way])


@pytest.mark.parametrize("derivation", list(KeyDerivation))
@pytest.mark.parametrize("kind", PLAIN)
def test_what_we_encrypt_opens_in_openssl(kind: str, derivation: KeyDerivation, plain: OpenSSL) -> None:
    ours_opens_there(plain, kind, derivation)


@pytest.mark.parametrize("derivation", list(KeyDerivation))
@pytest.mark.parametrize("kind", GOST)
def test_what_we_encrypt_opens_in_the_engine(kind: str, derivation: KeyDerivation, engine: OpenSSL) -> None:
    ours_opens_there(engine, kind, derivation)


def test_a_legacy_encrypted_file_opens_too(plain: OpenSSL) -> None:
    plain.run("genrsa", "-traditional", "-aes256", "-passout", "pass:тайна", "-out", "old.key", "2048")
    (plain.folder / "old.key").chmod(0o600)
    assert load_key_file(plain.folder / "old.key", secret("тайна")).key.algorithm == "RSA"
