"""GOST R 34.10 against OpenSSL's GOST engine, which verifies what we sign and signs what we verify."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.curves import GOST
from support.openssl import OpenSSL
from trustspace import _native

KEY_2001 = "1.2.643.2.2.19"
KEY_256 = "1.2.643.7.1.1.1.1"
KEY_512 = "1.2.643.7.1.1.1.2"


@dataclass(frozen=True, slots=True)
class Set:
    """A parameter set as a key names it, and the native module's name for it."""

    name: str
    key: str
    oid: str
    digest: str
    curve: str


DIGESTS = {KEY_2001: "1.2.643.2.2.30.1", KEY_256: "1.2.643.7.1.1.2.2", KEY_512: "1.2.643.7.1.1.2.3"}
CRYPTOPRO = {"A": "256-B", "B": "256-C", "C": "256-D"}
SETS = [
    *(
        Set(f"{year}-CryptoPro-{letter}", key, f"1.2.643.2.2.35.{number}", DIGESTS[key], curve)
        for year, key in (("2001", KEY_2001), ("2012", KEY_256))
        for number, (letter, curve) in enumerate(CRYPTOPRO.items(), 1)
    ),
    Set("2001-XchA", KEY_2001, "1.2.643.2.2.36.0", DIGESTS[KEY_2001], "256-B"),
    Set("2001-XchB", KEY_2001, "1.2.643.2.2.36.1", DIGESTS[KEY_2001], "256-D"),
    Set("2001-test", KEY_2001, "1.2.643.2.2.35.0", DIGESTS[KEY_2001], "256-test"),
    *(
        Set(f"2012-256-{letter}", KEY_256, f"1.2.643.7.1.2.1.1.{number}", DIGESTS[KEY_256], f"256-{letter}")
        for number, letter in enumerate("ABCD", 1)
    ),
    *(
        Set(f"2012-512-{letter}", KEY_512, f"1.2.643.7.1.2.1.2.{number}", DIGESTS[KEY_512], f"512-{letter}")
        for number, letter in enumerate("ABC", 1)
    ),
]


def der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    length = bytes([len(content)]) if len(content) < 128 else bytes([0x81, len(content)])
    return bytes([tag]) + length + content


def oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    octets = bytearray()
    for arc in (40 * first + second, *rest):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(0x80 | arc & 0x7F)
        octets += bytes(reversed(groups))
    return der(0x06, bytes(octets))


def algorithm(chosen: Set) -> bytes:
    """RFC 9215, section 4.2: the digest's set is left out with the sets that TC26 made itself."""
    own = chosen.oid.startswith("1.2.643.7.")
    digest = b"" if own and chosen.oid != "1.2.643.7.1.2.1.2.1" else oid(chosen.digest)
    return der(0x30, oid(chosen.key), der(0x30, oid(chosen.oid), digest))


def private_key_info(chosen: Set, key: bytes) -> bytes:
    return der(0x30, der(0x02, b"\0"), algorithm(chosen), der(0x04, key))


def public_key_info(chosen: Set, key: bytes) -> bytes:
    return der(0x30, algorithm(chosen), der(0x03, b"\0", der(0x04, key)))


@pytest.fixture(scope="module")
def engine(
    openssl: str, gost_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> OpenSSL:
    return OpenSSL(openssl, gost_environment, tmp_path_factory.mktemp("gost"))


def files(engine: OpenSSL, chosen: Set, key: bytes, digest: bytes) -> tuple[Path, Path, Path]:
    public = _native.gost_public_key(chosen.curve, key)
    return (
        engine.write(f"{chosen.name}.key", private_key_info(chosen, key)),
        engine.write(f"{chosen.name}.pub", public_key_info(chosen, public)),
        engine.write(f"{chosen.name}.digest", digest),
    )


@pytest.mark.parametrize("chosen", SETS, ids=lambda chosen: chosen.name)
def test_both_ways(engine: OpenSSL, chosen: Set) -> None:
    curve = GOST[chosen.curve]
    random = hashlib.shake_256(chosen.name.encode())
    key = _native.gost_private_key(chosen.curve, random.digest(curve.size + 8))
    digest = random.digest(2 * curve.size)[-curve.size :]
    public = _native.gost_public_key(chosen.curve, key)
    key_file, public_file, digest_file = files(engine, chosen, key, digest)

    # The same public key comes out of the private one.
    engine.run("pkey", "-inform", "DER", "-in", key_file, "-pubout", "-outform", "DER", "-out", "theirs.pub")
    assert engine.read("theirs.pub").endswith(public)

    sign = ("pkeyutl", "-sign", "-keyform", "DER", "-inkey", key_file, "-in", digest_file)
    engine.run(*sign, "-out", "theirs.signature")
    theirs = engine.read("theirs.signature")
    assert _native.gost_verify(chosen.curve, public, digest, theirs)
    assert not _native.gost_verify(chosen.curve, public, digest[::-1], theirs)

    check = ("pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", public_file, "-in", digest_file)
    for entropy in (b"", b"entropy of this test"):
        ours = engine.write("ours.signature", _native.gost_sign(chosen.curve, key, digest, entropy))
        engine.run(*check, "-sigfile", ours)
    wrong = engine.write("wrong.signature", theirs[:-1] + bytes([theirs[-1] ^ 1]))
    engine.run(*check, "-sigfile", wrong, expect=1)


def test_whole_documents(engine: OpenSSL) -> None:
    """With the engine's own hash and key, as `openssl dgst` signs a file."""
    document = engine.write("document", b"a document\n" * 1000)
    for kind, letter, hash_name, curve in (
        ("gost2012_256", "TCA", "md_gost12_256", "256-A"),
        ("gost2012_512", "C", "md_gost12_512", "512-C"),
    ):
        engine.run("genpkey", "-algorithm", kind, "-pkeyopt", f"paramset:{letter}", "-out", "their.pem")
        engine.run("pkey", "-in", "their.pem", "-pubout", "-outform", "DER", "-out", "their.pub")
        engine.run("dgst", f"-{hash_name}", "-sign", "their.pem", "-out", "their.signature", document)
        public = engine.read("their.pub")[-2 * GOST[curve].size :]
        streebog = "streebog-256" if curve.startswith("256") else "streebog-512"
        digest = _native.hash(streebog, document.read_bytes())
        _native.gost_check_public_key(curve, public)
        assert _native.gost_verify(curve, public, digest, engine.read("their.signature"))
