"""Private keys: made from handed-in randomness, stored, loaded, never shown."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trustspace.algorithms import _der, _pkcs8
from trustspace.algorithms.errors import AlgorithmNotSupported, KeyInvalid
from trustspace.algorithms.private import generate, key_kinds, load_private_key
from trustspace.algorithms.signatures import resolve
from trustspace.errors import TrustspaceError

KINDS = [kind for kind in key_kinds() if not kind.startswith("rsa-") or kind == "rsa-2048"]
TCA = _der.sequence(_der.oid("1.2.643.7.1.2.1.1.1"))


def _fixed(size: int) -> bytes:
    return bytes(range(1, size + 1))


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_stored_is_loaded(kind: str, random: Callable[[int], bytes], entropy: bytes) -> None:
    private = generate(kind, random=random)
    pem = (
        b"-----BEGIN PRIVATE KEY-----\n"
        + base64.encodebytes(private.to_pkcs8())
        + b"-----END PRIVATE KEY-----\n"
    )
    for stored in (private.to_pkcs8(), pem, b"bag attributes\n" + pem):
        assert load_private_key(stored).key == private.key
    assert load_private_key(pem).to_pkcs8() == private.to_pkcs8()


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "rsa-2048"])
def test_keys_come_from_the_randomness_that_is_handed_in(kind: str) -> None:
    assert generate(kind, random=_fixed).key == generate(kind, random=_fixed).key
    other = generate(kind, random=lambda size: bytes(reversed(_fixed(size))))
    assert generate(kind, random=_fixed).key != other.key


@pytest.mark.parametrize("kind", KINDS)
def test_a_secret_does_not_show(kind: str, random: Callable[[int], bytes]) -> None:
    private = generate(kind, random=random)
    shown = repr(private) + str(private)
    assert private.to_pkcs8().hex()[-40:] not in shown
    assert shown.count("PrivateKey(") == 2
    if kind.startswith(("gost", "bign", "kz")):
        assert str(private._secret.number) not in repr(private._secret)


def test_an_unknown_kind_is_refused_by_name(random: Callable[[int], bytes]) -> None:
    with pytest.raises(AlgorithmNotSupported) as caught:
        generate("rot13", random=random)
    assert caught.value.parameters["name"] == "rot13"


def test_a_key_signs_only_with_its_own_algorithm(random: Callable[[int], bytes], entropy: bytes) -> None:
    private = generate("gost2012-256-a", random=random)
    with pytest.raises(AlgorithmNotSupported, match="RSA-PKCS1-SHA256 with a key of GOST"):
        private.sign(b"x", resolve("1.2.840.113549.1.1.11", None), entropy=entropy)


@pytest.mark.parametrize(
    "wrap", [bytes, _der.octet_string, lambda n: _der.integer(int.from_bytes(n, "little"))]
)
def test_the_three_forms_of_a_gost_private_number(wrap: Callable[[bytes], bytes]) -> None:
    number = _fixed(32)
    info = _pkcs8.private_key_info("1.2.643.7.1.1.1.1", TCA, wrap(number))
    plain = _pkcs8.private_key_info("1.2.643.7.1.1.1.1", TCA, number)
    assert load_private_key(info).key == load_private_key(plain).key


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"\x30\x00",
        b"\x30\x03\x02\x01\x00",
        b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----",
        b"-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----",
        b"-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----",
        _pkcs8.private_key_info("1.2.643.7.1.1.1.1", TCA, bytes(32)),  # zero
        _pkcs8.private_key_info("1.2.643.7.1.1.1.1", TCA, b"\xff" * 32),  # not below q
        _pkcs8.private_key_info("1.2.643.7.1.1.1.1", TCA, bytes(31)),
        _pkcs8.private_key_info("1.2.643.7.1.1.1.1", TCA, _der.integer(-5)),
        _pkcs8.private_key_info("1.2.643.7.1.1.1.1", b"", _fixed(32)),
        _pkcs8.private_key_info("1.2.112.0.2.0.34.101.45.2.1", b"", _fixed(32)),
        _pkcs8.private_key_info(
            "1.2.112.0.2.0.34.101.45.2.1", _der.oid("1.2.112.0.2.0.34.101.45.3.1"), bytes(32)
        ),
        _pkcs8.private_key_info("1.2.840.113549.1.1.1", _der.NULL_BYTES, b"\x30\x00"),
    ],
)
def test_what_is_no_private_key_is_refused(data: bytes) -> None:
    with pytest.raises(KeyInvalid):
        load_private_key(data)


def test_an_unknown_private_key_is_refused_by_name() -> None:
    info = _pkcs8.private_key_info("1.2.860.3.15.1.1.2.1", b"", _fixed(32))
    with pytest.raises(AlgorithmNotSupported, match="O'zDSt 1092:2009"):
        load_private_key(info)


def test_absurd_iterations_are_refused_before_they_are_run() -> None:
    derivation = _der.sequence(
        _der.oid("1.2.840.113549.1.5.12"),
        _der.sequence(_der.octet_string(b"salt" * 4), _der.integer(2**40)),
    )
    cipher = _der.sequence(_der.oid("2.16.840.1.101.3.4.1.42"), _der.octet_string(bytes(16)))
    parameters = _der.sequence(derivation, cipher)
    info = _der.sequence(
        _der.sequence(_der.oid("1.2.840.113549.1.5.13"), parameters), _der.octet_string(bytes(64))
    )
    with pytest.raises(KeyInvalid, match="iterations"):
        load_private_key(info, b"password")


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_hostile_octets_get_a_clear_answer(data: st.DataObject) -> None:
    seed = data.draw(st.sampled_from(_SEEDS))
    octets = bytearray(seed)
    for _ in range(data.draw(st.integers(1, 3))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    try:
        load_private_key(bytes(octets[: data.draw(st.integers(0, len(octets)))]))
        load_private_key(bytes(octets))
    except TrustspaceError as error:
        assert error.code in ("KEY_INVALID", "ALGORITHM_NOT_SUPPORTED")


_SEEDS = [
    generate(kind, random=_fixed).to_pkcs8()
    for kind in ("p-256", "ed25519", "gost2012-256-a", "gost2012-512-c", "bign-384v1", "kz-gost2015-512")
]


def test_a_key_that_openssl_alone_refuses_is_no_key() -> None:
    """Ed448 with the 32 octets of an Ed25519 key: pyca has no words for OpenSSL's refusal."""
    hostile = bytes.fromhex("302e020100300506032b6571042204206bf4f77b8de2d0c11a223065648bcd06") + bytes(16)
    with pytest.raises(KeyInvalid):
        load_private_key(hostile)


@pytest.mark.parametrize("number", range(1, 9))
@pytest.mark.parametrize("form", ["PKCS#8", "PKCS#1", "PEM"])
def test_an_rsa_key_whose_check_would_take_minutes_is_refused(number: int, form: str) -> None:
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    key = rsa.generate_private_key(65537, 2048)
    good = key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    reader = _der.Reader(good).enter()
    numbers = [reader.raw() for _ in range(9)]
    numbers[number] = _der.tlv(_der.INTEGER, b"\x7f" * 1100)
    hostile = _der.sequence(*numbers)

    def written(content: bytes) -> bytes:
        if form == "PEM":
            text = base64.encodebytes(content)
            return b"-----BEGIN RSA PRIVATE KEY-----\n" + text + b"-----END RSA PRIVATE KEY-----\n"
        if form == "PKCS#1":
            return content
        algorithm = _der.sequence(_der.oid("1.2.840.113549.1.1.1"), _der.NULL_BYTES)
        return _der.sequence(_der.integer(0), algorithm, _der.octet_string(content))

    assert load_private_key(written(good)).key.size == 2048
    begun = time.process_time()
    with pytest.raises(KeyInvalid):
        load_private_key(written(hostile))
    assert time.process_time() - begun < 0.5
