"""Public keys: what is loaded, and what is refused with which word."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trustspace.algorithms import _der
from trustspace.algorithms.errors import AlgorithmNotSupported, KeyInvalid
from trustspace.algorithms.keys import load_public_key
from trustspace.algorithms.modules import module_of
from trustspace.algorithms.private import generate, key_kinds
from trustspace.errors import TrustspaceError

NATIONAL = [kind for kind in key_kinds() if kind.startswith(("gost", "kz", "bign"))]
CP_A_PARAMETERS = _der.sequence(_der.oid("1.2.643.2.2.35.1"), _der.oid("1.2.643.7.1.1.2.2"))


def _gost_spki(point: bytes, parameters: bytes | None = CP_A_PARAMETERS) -> bytes:
    return _der.subject_public_key_info("1.2.643.7.1.1.1.1", parameters, _der.octet_string(point))


@pytest.mark.parametrize(
    ("kind", "expected", "module"),
    [
        ("rsa-2048", ("RSA", None, 2048), "OpenSSL"),
        ("p-521", ("EC", "P-521", 521), "OpenSSL"),
        ("ed25519", ("Ed25519", None, 256), "OpenSSL"),
        ("ml-dsa-65", ("ML-DSA-65", None, 1952 * 8), "OpenSSL"),
        ("gost2012-256-a", ("GOST R 34.10-2012-256", "TC26-256-A", 256), "trustspace-native"),
        ("gost2012-256-cp-xch-a", ("GOST R 34.10-2012-256", "CryptoPro-XchA", 256), "trustspace-native"),
        ("gost2012-512-c", ("GOST R 34.10-2012-512", "TC26-512-C", 512), "trustspace-native"),
        ("gost2001-b", ("GOST R 34.10-2001", "CryptoPro-B", 256), "trustspace-native"),
        ("bign-384v1", ("bign", "bign-curve384v1", 384), "trustspace-native"),
        ("kz-gost2015-512", ("KZ GOST 34.10-2015", "TC26-512-A", 512), "trustspace-native"),
        ("kz-gost2004", ("KZ GOST 34.310-2004", "CryptoPro-A", 256), "trustspace-native"),
    ],
)
def test_a_key_says_what_it_is(
    kind: str, expected: tuple[str, str | None, int], module: str, random: Callable[[int], bytes]
) -> None:
    spki = generate(kind, random=random).key.spki
    key = load_public_key(bytes(bytearray(spki)))
    assert (key.algorithm, key.parameter_set, key.size) == expected
    assert module_of(key).name.startswith(module)
    assert load_public_key(spki) is key, "the same octets are loaded once"


def test_the_same_curve_goes_under_several_identifiers() -> None:
    point = bytes.fromhex("01" + "00" * 31) + _cp_a_y_of_1()
    for oid in ("1.2.643.2.2.35.1", "1.2.643.7.1.2.1.1.2", "1.2.643.2.2.36.0"):
        assert load_public_key(_gost_spki(point, _der.sequence(_der.oid(oid)))).size == 256


def _cp_a_y_of_1() -> bytes:
    """CryptoPro-A's base point has x = 1 (RFC 4357 §11.4)."""
    y = 0x8D91E471E0989CDA27DF505A453F2B7635294F2DDF23E3B122ACC99C9E9F1E14
    return y.to_bytes(32, "little")


def test_the_base_point_itself_is_a_key() -> None:
    x = (1).to_bytes(32, "little")
    assert load_public_key(_gost_spki(x + _cp_a_y_of_1())).parameter_set == "CryptoPro-A"


@pytest.mark.parametrize(
    "spki",
    [
        b"",
        b"\x30",
        b"\x30\x80\x00\x00",
        b"\x30\x84\xff\xff\xff\xff",
        _gost_spki(bytes(64)),  # the origin is not on the curve
        _gost_spki(b"\xff" * 64),  # coordinates beyond the field
        _gost_spki(b"\x01" + bytes(63)),
        _gost_spki(bytes(63)),
        _gost_spki(bytes(128)),
        _gost_spki(b""),
        _gost_spki(bytes(20000)),
        _gost_spki(bytes(64), None),
        _gost_spki(bytes(64), _der.NULL_BYTES),
        _der.subject_public_key_info("1.2.643.7.1.1.1.1", CP_A_PARAMETERS, bytes(64)),  # no OCTET STRING
        _der.subject_public_key_info(
            "1.2.112.0.2.0.34.101.45.2.1", _der.oid("1.2.112.0.2.0.34.101.45.3.1"), bytes(64)
        ),
        _der.subject_public_key_info("1.2.112.0.2.0.34.101.45.2.1", None, bytes(64)),
        _der.subject_public_key_info("1.2.840.113549.1.1.1", _der.NULL_BYTES, b"\x30\x00"),
        _der.subject_public_key_info(
            "1.2.840.10045.2.1", _der.oid("1.2.840.10045.3.1.7"), b"\x04" + bytes(64)
        ),
        _der.subject_public_key_info("1.3.101.112", None, bytes(31)),
    ],
)
def test_what_is_no_key_is_refused(spki: bytes) -> None:
    with pytest.raises(KeyInvalid) as caught:
        load_public_key(spki)
    assert caught.value.code == "KEY_INVALID"
    assert caught.value.parameters["reason"]


@pytest.mark.parametrize(
    ("spki", "name"),
    [
        (_der.subject_public_key_info("1.2.860.3.15.1.1.2.1", None, b"x"), "O'zDSt 1092:2009"),
        (_der.subject_public_key_info("1.2.398.3.10.1.1.2.1", None, b"x"), "GOST 34.10-2015 key, 256 bit"),
        (_der.subject_public_key_info("1.2.804.2.1.1.1.1.3.1.1", None, b"x"), "DSTU 4145"),
        (_der.subject_public_key_info("1.2.3.4.5", None, b"x"), "1.2.3.4.5"),
        (
            _gost_spki(bytes(64), _der.sequence(_der.oid("1.2.643.2.2.35.9"))),
            "parameter set 1.2.643.2.2.35.9",
        ),
        (
            _der.subject_public_key_info("1.2.112.0.2.0.34.101.45.2.1", _der.sequence(), bytes(64)),
            "explicit curve",
        ),
        (
            _der.subject_public_key_info("1.2.840.10045.2.1", _der.oid("1.3.132.0.1"), b"\x04" + bytes(42)),
            "1.3.132.0.1",
        ),
    ],
)
def test_what_is_not_computed_is_refused_by_name(spki: bytes, name: str) -> None:
    with pytest.raises(AlgorithmNotSupported) as caught:
        load_public_key(spki)
    assert name in str(caught.value.parameters["name"])


@pytest.mark.parametrize("kind", NATIONAL)
def test_a_flipped_coordinate_is_off_the_curve(kind: str, random: Callable[[int], bytes]) -> None:
    spki = bytearray(generate(kind, random=random).key.spki)
    spki[-1] ^= 1  # the top octet of y; a point's neighbour is on the curve with probability 2^-255
    with pytest.raises(KeyInvalid):
        load_public_key(bytes(spki))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_hostile_octets_get_a_clear_answer(data: st.DataObject) -> None:
    seeds = [_gost_spki(b"\x01" + bytes(31) + _cp_a_y_of_1()), *_SEEDS]
    octets = bytearray(data.draw(st.sampled_from(seeds)))
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, len(octets) - 1))
        octets[position] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(octets)))
    for candidate in (bytes(octets), bytes(octets[:cut])):
        try:
            load_public_key(candidate)
        except TrustspaceError as error:
            assert error.code in ("KEY_INVALID", "ALGORITHM_NOT_SUPPORTED")


def _seeds() -> list[bytes]:
    fixed = bytes(range(1, 200))
    return [
        generate(kind, random=lambda size: fixed[:size]).key.spki
        for kind in ("p-256", "ed25519", "gost2012-512-a", "bign-256v1", "kz-gost2004", "ml-dsa-44")
    ]


_SEEDS = _seeds()
