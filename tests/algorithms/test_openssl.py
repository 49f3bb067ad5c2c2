"""OpenSSL, with Debian's GOST engine, as the other side: its keys and signatures here, ours there."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from trustspace.algorithms.digests import digest_by_name
from trustspace.algorithms.errors import KeyInvalid, SignatureInvalid
from trustspace.algorithms.keys import load_public_key
from trustspace.algorithms.private import PrivateKey, generate, load_private_key
from trustspace.algorithms.signatures import SignatureScheme, pss_scheme, resolve, verify

MESSAGE = b"a document that crosses a border" * 40

# kind here → (how OpenSSL makes such a key, its digest option)
KINDS: dict[str, tuple[list[str], str | None]] = {
    "rsa-2048": (["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"], "-sha256"),
    "p-256": (["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"], "-sha256"),
    "p-384": (["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"], "-sha384"),
    "p-521": (["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"], "-sha512"),
    "ed25519": (["-algorithm", "ed25519"], None),
    "ed448": (["-algorithm", "ed448"], None),
}
GOST_KINDS: dict[str, tuple[list[str], str | None]] = {
    **{
        f"gost2012-256-{ours}": (
            ["-algorithm", "gost2012_256", "-pkeyopt", f"paramset:{theirs}"],
            "-md_gost12_256",
        )
        for ours, theirs in {
            "a": "TCA",
            "b": "TCB",
            "c": "TCC",
            "d": "TCD",
            "cp-a": "A",
            "cp-b": "B",
            "cp-c": "C",
            "cp-xch-a": "XA",
            "cp-xch-b": "XB",
            "cp-test": "0",
        }.items()
    },
    **{
        f"gost2012-512-{name}": (
            ["-algorithm", "gost2012_512", "-pkeyopt", f"paramset:{name.upper()}"],
            "-md_gost12_512",
        )
        for name in ("a", "b", "c")
    },
    **{
        f"gost2001-{ours}": (["-algorithm", "gost2001", "-pkeyopt", f"paramset:{theirs}"], "-md_gost94")
        for ours, theirs in {"a": "A", "b": "B", "c": "C", "xch-a": "XA", "xch-b": "XB", "test": "0"}.items()
    },
}


class Tool:
    """The openssl command in a folder, with or without the engine."""

    def __init__(self, command: str, folder: Path, environment: dict[str, str] | None) -> None:
        self.command, self.folder, self.environment = command, folder, environment

    def run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [self.command, *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            check=False,
        )

    def make_key(self, options: list[str]) -> bytes:
        done = self.run("genpkey", *options, "-out", "key.pem")
        assert done.returncode == 0, done.stderr
        return (self.folder / "key.pem").read_bytes()

    def sign(self, digest: str | None, *options: str) -> bytes:
        (self.folder / "message").write_bytes(MESSAGE)
        if digest is None:
            done = self.run(
                "pkeyutl", "-sign", "-rawin", "-inkey", "key.pem", "-in", "message", "-out", "sig"
            )
        else:
            done = self.run("dgst", digest, *options, "-sign", "key.pem", "-out", "sig", "message")
        assert done.returncode == 0, done.stderr
        return (self.folder / "sig").read_bytes()

    def verifies(self, digest: str | None, spki: bytes, signature: bytes, *options: str) -> bool:
        (self.folder / "message").write_bytes(MESSAGE)
        (self.folder / "public.der").write_bytes(spki)
        (self.folder / "ours").write_bytes(signature)
        done = self.run("pkey", "-pubin", "-inform", "DER", "-in", "public.der", "-out", "public.pem")
        assert done.returncode == 0, done.stderr
        if digest is None:
            arguments = ["pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "public.pem", "-in", "message"]
            return self.run(*arguments, "-sigfile", "ours").returncode == 0
        return (
            self.run(
                "dgst", digest, *options, "-verify", "public.pem", "-signature", "ours", "message"
            ).returncode
            == 0
        )


@pytest.fixture
def plain(openssl: str, tmp_path: Path) -> Tool:
    return Tool(openssl, tmp_path, None)


@pytest.fixture
def engine(openssl: str, tmp_path: Path, gost_environment: dict[str, str]) -> Tool:
    return Tool(openssl, tmp_path, gost_environment)


def _both_ways(
    tool: Tool,
    made: tuple[list[str], str | None],
    kind: str,
    random: Callable[[int], bytes],
    entropy: bytes,
) -> None:
    options, digest = made
    theirs = load_private_key(tool.make_key(options))
    signature = tool.sign(digest)
    verify(theirs.key, theirs.default_scheme, signature, message=MESSAGE)
    with pytest.raises(SignatureInvalid):
        verify(theirs.key, theirs.default_scheme, signature, message=MESSAGE + b".")

    ours = generate(kind, random=random)
    assert (ours.key.algorithm, ours.key.size) == (theirs.key.algorithm, theirs.key.size)
    assert ours.key.parameter_set == theirs.key.parameter_set
    signed = ours.sign(MESSAGE, entropy=entropy)
    assert tool.verifies(digest, ours.key.spki, signed)
    assert not tool.verifies(digest, ours.key.spki, signed[:-1] + bytes([signed[-1] ^ 1]))

    # The key written here is read there, and makes the same public key.
    (tool.folder / "ours.der").write_bytes(ours.to_pkcs8())
    done = tool.run("pkey", "-inform", "DER", "-in", "ours.der", "-pubout", "-outform", "DER")
    assert done.stdout == ours.key.spki, done.stderr
    assert load_private_key(theirs.to_pkcs8()).key == theirs.key


@pytest.mark.parametrize("kind", KINDS)
def test_keys_and_signatures_both_ways(
    kind: str, plain: Tool, random: Callable[[int], bytes], entropy: bytes
) -> None:
    _both_ways(plain, KINDS[kind], kind, random, entropy)


@pytest.mark.parametrize("kind", GOST_KINDS)
def test_gost_keys_and_signatures_both_ways(
    kind: str, engine: Tool, random: Callable[[int], bytes], entropy: bytes
) -> None:
    _both_ways(engine, GOST_KINDS[kind], kind, random, entropy)


@pytest.mark.parametrize("name", ["SHA-1", "SHA-256", "SHA-384", "SHA-512"])
@pytest.mark.parametrize("salt", ["digest", "0"])
def test_rsa_pss_both_ways(
    name: str, salt: str, plain: Tool, random: Callable[[int], bytes], entropy: bytes
) -> None:
    digest, option = digest_by_name(name), f"-{name.replace('-', '').lower()}"
    scheme = pss_scheme(digest, digest, digest.size if salt == "digest" else 0)
    options = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", f"rsa_pss_saltlen:{salt}"]
    theirs = load_private_key(plain.make_key(KINDS["rsa-2048"][0]))
    verify(theirs.key, scheme, plain.sign(option, *options), message=MESSAGE)
    signature = theirs.sign(MESSAGE, scheme, entropy=entropy)
    assert plain.verifies(option, theirs.key.spki, signature, *options)
    # The parameters as they are written mean the same scheme when they are read.
    assert resolve(scheme.oid, scheme.parameters).name == scheme.name


def test_a_pss_key_is_for_pss_as_it_says(plain: Tool, entropy: bytes) -> None:
    options = ["-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"]
    options += ["-pkeyopt", "rsa_pss_keygen_md:sha256", "-pkeyopt", "rsa_pss_keygen_mgf1_md:sha256"]
    plain.make_key([*options, "-pkeyopt", "rsa_pss_keygen_saltlen:32"])
    signature = plain.sign("-sha256", "-sigopt", "rsa_pss_saltlen:32")
    spki = plain.run("pkey", "-in", "key.pem", "-pubout", "-outform", "DER").stdout
    key = load_public_key(spki)
    sha256, sha512 = digest_by_name("SHA-256"), digest_by_name("SHA-512")
    verify(key, pss_scheme(sha256, sha256, 32), signature, message=MESSAGE)
    # Without parameters of its own, the signature has the key's.
    verify(key, resolve("1.2.840.113549.1.1.10", None, None, key), signature, message=MESSAGE)
    for forbidden in (
        pss_scheme(sha512, sha512, 64),
        pss_scheme(sha256, sha256, 20),
        resolve("1.2.840.113549.1.1.11", None),
    ):
        with pytest.raises(SignatureInvalid):
            verify(key, forbidden, signature, message=MESSAGE)


@pytest.mark.parametrize("kind", ["gost2012-256-a", "gost2012-512-a", "p-256"])
def test_an_encrypted_key_opens_with_its_password(kind: str, engine: Tool) -> None:
    options, _ = {**KINDS, **GOST_KINDS}[kind]
    plain_key = load_private_key(engine.make_key(options))
    arguments = ["pkcs8", "-topk8", "-in", "key.pem", "-v2", "aes-256-cbc", "-passout", "pass:tajna"]
    for form in ("PEM", "DER"):
        done = engine.run(*arguments, "-outform", form, "-out", "encrypted")
        assert done.returncode == 0, done.stderr
        encrypted = (engine.folder / "encrypted").read_bytes()
        assert load_private_key(encrypted, b"tajna").key == plain_key.key
        for password in (None, b"wrong", b""):
            with pytest.raises(KeyInvalid):
                load_private_key(encrypted, password)


@pytest.mark.parametrize(
    ("arguments", "algorithm"),
    [
        (["genrsa", "-traditional", "2048"], "RSA"),
        (["ecparam", "-name", "prime256v1", "-genkey", "-noout"], "EC"),
    ],
)
def test_older_forms_of_private_keys(arguments: list[str], algorithm: str, plain: Tool) -> None:
    key = load_private_key(plain.run(*arguments).stdout)
    assert isinstance(key, PrivateKey)
    assert key.key.algorithm == algorithm


def test_dsa_of_the_archives(plain: Tool) -> None:
    made = plain.run(
        "genpkey", "-genparam", "-algorithm", "DSA", "-pkeyopt", "dsa_paramgen_bits:1024", "-out", "p"
    )
    assert made.returncode == 0, made.stderr
    theirs = load_private_key(plain.make_key(["-paramfile", "p"]))
    scheme: SignatureScheme = resolve("2.16.840.1.101.3.4.3.2", None)
    verify(theirs.key, scheme, plain.sign("-sha256"), message=MESSAGE)
