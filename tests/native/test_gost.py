"""GOST R 34.10: published examples, a slow reference, and what must be refused."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.curves import GOST, Curve, Point
from trustspace import _native

ALL = sorted(GOST)
COFACTOR_4 = ["256-A", "512-C"]


def number(digits: str) -> int:
    return int("".join(digits.split()), 16)


def little(value: int, curve: Curve) -> bytes:
    return value.to_bytes(curve.size, "little")


def signature(r: int, s: int, curve: Curve) -> bytes:
    return s.to_bytes(curve.size, "big") + r.to_bytes(curve.size, "big")


def numbers(signed: bytes) -> tuple[int, int]:
    half = len(signed) // 2
    return int.from_bytes(signed[half:], "big"), int.from_bytes(signed[:half], "big")


def reference_verify(curve: Curve, public: Point, digest: bytes, signed: bytes) -> bool:
    """RFC 7091, section 6.2, step by step."""
    r, s = numbers(signed)
    if not (0 < r < curve.q and 0 < s < curve.q):
        return False
    e = int.from_bytes(digest, "little") % curve.q or 1
    v = pow(e, -1, curve.q)
    point = curve.add(
        curve.multiply(s * v % curve.q, curve.generator),
        curve.multiply(-r * v % curve.q, public),
    )
    return point is not None and point[0] % curve.q == r


def reference_nonces(curve: Curve, d: int, e: int, entropy: bytes) -> list[int]:
    """The first candidates of RFC 6979, section 3.2, with HMAC-SHA-512 and additional data."""

    def mac(key: bytes, data: bytes) -> bytes:
        return hmac.new(key, data, hashlib.sha512).digest()

    seed = d.to_bytes(curve.size, "big") + e.to_bytes(curve.size, "big") + entropy
    key, value = bytes(64), b"\1" * 64
    for separator in (b"\0", b"\1"):
        key = mac(key, value + separator + seed)
        value = mac(key, value)
    candidates = []
    for _ in range(32):
        value = mac(key, value)
        candidate = int.from_bytes(value[: curve.size], "big") >> (8 * curve.size - curve.q.bit_length())
        if 0 < candidate < curve.q:
            candidates.append(candidate)
        key = mac(key, value + b"\0")
        value = mac(key, value)
    return candidates


RFC_7091 = {  # section 7.1; the 512-bit example is appendix A.2 of GOST R 34.10-2012
    "256-test": (
        number("7A929ADE789BB9BE10ED359DD39A72C11B60961F49397EEE1D19CE9891EC3B28"),
        number("7F2B49E270DB6D90D8595BEC458B50C58585BA1D4E9B788F6689DBD8E56FD80B"),
        number("26F1B489D6701DD185C8413A977B3CBBAF64D1C593D26627DFFB101A87FF77DA"),
        number("2DFBC1B372D89A1188C09C52E0EEC61FCE52032AB1022E8E67ECE6672B043EE5"),
        number("41AA28D2F1AB148280CD9ED56FEDA41974053554A42767B83AD043FD39DC0493"),
        number("01456C64BA4642A1653C235A98A60249BCD6D3F746B631DF928014F6C5BF9C40"),
    ),
    "512-test": (
        number("""0BA6048AADAE241BA40936D47756D7C93091A0E8514669700EE7508E508B1020
                  72E8123B2200A0563322DAD2827E2714A2636B7BFD18AADFC62967821FA18DD4"""),
        number("""115DC5BC96760C7B48598D8AB9E740D4C4A85A65BE33C1815B5C320C854621DD
                  5A515856D13314AF69BC5B924C8B4DDFF75C45415C1D9DD9DD33612CD530EFE1"""),
        number("""37C7C90CD40B0F5621DC3AC1B751CFA0E2634FA0503B3D52639F5D7FB72AFD61
                  EA199441D943FFE7F0C70A2759A3CDB84C114E1F9339FDF27F35ECA93677BEEC"""),
        number("""3754F3CFACC9E0615C4F4A7C4D8DAB531B09B6F9C170C533A71D147035B0C591
                  7184EE536593F4414339976C647C5D5A407ADEDB1D560C4FC6777D2972075B8C"""),
        number("""2F86FA60A081091A23DD795E1E3C689EE512A3C82EE0DCC2643C78EEA8FCACD3
                  5492558486B20F1C9EC197C90699850260C93BCBCD9C5C3317E19344E173AE36"""),
        number("""1081B394696FFE8E6585E7A9362D26B6325F56778AADBC081C0BFBE933D52FF5
                  823CE288E8C4F362526080DF7F70CE406A6EEB1F56919CB92A9853BDE73E5B4A"""),
    ),
}


@pytest.mark.parametrize("name", RFC_7091)
def test_published_example(name: str) -> None:
    d, x, y, e, r, s = RFC_7091[name]
    curve = GOST[name]
    public = curve.encode((x, y))
    assert _native.gost_public_key(name, little(d, curve)) == public
    assert _native.gost_verify(name, public, little(e, curve), signature(r, s, curve))


def test_every_set_is_known() -> None:
    assert sorted(_native.gost_curves()) == ALL


@pytest.mark.parametrize("name", ALL)
def test_sets_are_the_published_ones(name: str) -> None:
    curve = GOST[name]
    assert curve.holds(curve.x, curve.y)
    assert curve.multiply(curve.q, curve.generator) is None
    assert _native.gost_public_key(name, little(1, curve)) == curve.encode(curve.generator)


@pytest.mark.parametrize("name", ALL)
def test_multiples_of_the_generator(name: str) -> None:
    curve = GOST[name]
    edges = [2, 3, 7, 8, 9, 15, 16, 17, curve.q - 1, curve.q - 2, curve.q // 2, curve.q // 2 + 1]
    patterns = [int(digit * (2 * curve.size - 1), 16) % curve.q for digit in "1789F"]
    for d in [*edges, *patterns, 1 << (curve.q.bit_length() - 2)]:
        expected = curve.encode(curve.multiply(d, curve.generator))
        assert _native.gost_public_key(name, little(d, curve)) == expected, d


@pytest.mark.parametrize("name", ALL)
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_signature_holds_for_the_reference(name: str, data: st.DataObject) -> None:
    curve = GOST[name]
    d = data.draw(st.integers(1, curve.q - 1))
    digest = data.draw(st.binary(min_size=curve.size, max_size=curve.size))
    entropy = data.draw(st.binary(max_size=64))
    public = curve.multiply(d, curve.generator)
    signed = _native.gost_sign(name, little(d, curve), digest, entropy)
    assert _native.gost_public_key(name, little(d, curve)) == curve.encode(public)
    assert reference_verify(curve, public, digest, signed)
    assert _native.gost_verify(name, curve.encode(public), digest, signed)


@pytest.mark.parametrize("name", ALL)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_other_message_key_or_signature_fails(name: str, data: st.DataObject) -> None:
    curve = GOST[name]
    d = data.draw(st.integers(2, curve.q - 1))
    digest = data.draw(st.binary(min_size=curve.size, max_size=curve.size))
    public = _native.gost_public_key(name, little(d, curve))
    signed = _native.gost_sign(name, little(d, curve), digest, b"")
    assert _native.gost_verify(name, public, digest, signed)
    half = curve.size
    assert not _native.gost_verify(name, public, digest, signed[half:] + signed[:half])
    assert not _native.gost_verify(name, public, digest, signed[::-1])
    assert not _native.gost_verify(name, public, digest[::-1], signed) or digest == digest[::-1]
    assert not _native.gost_verify(name, curve.encode(curve.generator), digest, signed)
    negative = public[:half] + little(curve.p - int.from_bytes(public[half:], "little"), curve)
    assert not _native.gost_verify(name, negative, digest, signed)


@pytest.mark.parametrize("name", ALL)
def test_every_flipped_bit_is_noticed(name: str) -> None:
    curve = GOST[name]
    d, digest = curve.q // 3, bytes(range(1, curve.size + 1))
    public = _native.gost_public_key(name, little(d, curve))
    signed = _native.gost_sign(name, little(d, curve), digest, b"")

    def flipped(value: bytes) -> list[bytes]:
        return [
            bytes(octet ^ (1 << bit) if i == place else octet for i, octet in enumerate(value))
            for place in range(len(value))
            for bit in range(8)
        ]

    assert not any(_native.gost_verify(name, public, digest, other) for other in flipped(signed))
    assert not any(_native.gost_verify(name, public, other, signed) for other in flipped(digest))
    for other in flipped(public):
        with pytest.raises(ValueError, match="public key"):
            _native.gost_verify(name, other, digest, signed)


@pytest.mark.parametrize("name", ALL)
def test_numbers_out_of_range_fail(name: str) -> None:
    curve = GOST[name]
    d, digest = curve.q // 5, b"\x11" * curve.size
    public = _native.gost_public_key(name, little(d, curve))
    r, s = numbers(_native.gost_sign(name, little(d, curve), digest, b""))
    top = 256**curve.size
    for other_r, other_s in [
        (0, s),
        (r, 0),
        (0, 0),
        (curve.q, s),
        (r, curve.q),
        (r + curve.q, s),
        (r, s + curve.q),
    ]:
        if max(other_r, other_s) < top:
            assert not _native.gost_verify(name, public, digest, signature(other_r, other_s, curve))
    for wrong in (b"", signature(r, s, curve)[1:], signature(r, s, curve) + b"\0"):
        assert not _native.gost_verify(name, public, digest, wrong)


@pytest.mark.parametrize("name", ALL)
def test_a_digest_of_zero_counts_as_one(name: str) -> None:
    """RFC 7091, section 6.1, step 2; q itself is zero modulo q."""
    curve = GOST[name]
    d = curve.q - 12345
    public = _native.gost_public_key(name, little(d, curve))
    zeros = [little(0, curve), little(curve.q, curve)]
    signed = _native.gost_sign(name, little(d, curve), zeros[0], b"")
    for digest in [*zeros, little(1, curve)]:
        assert _native.gost_verify(name, public, digest, signed)
    assert not _native.gost_verify(name, public, little(2, curve), signed)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("d", [1, 2, 3, 5, -1, -2, -3])
def test_keys_that_are_small_multiples_of_the_generator(name: str, d: int) -> None:
    """The sums of a verification then meet equal and opposite points."""
    curve = GOST[name]
    key = little(d % curve.q, curve)
    public = _native.gost_public_key(name, key)
    for e in (1, 2, 3, 255, curve.q - 1):
        digest = little(e, curve)
        signed = _native.gost_sign(name, key, digest, b"")
        assert _native.gost_verify(name, public, digest, signed)
        if e == 3:
            public_point = curve.multiply(d % curve.q, curve.generator)
            assert reference_verify(curve, public_point, digest, signed)


@pytest.mark.parametrize("name", ALL)
def test_a_sum_at_infinity_fails(name: str) -> None:
    """z1·G + z2·Q = O has no x: take s = r·d."""
    curve = GOST[name]
    d, r = 7, 11
    public = curve.encode(curve.multiply(d, curve.generator))
    signed = signature(r, r * d, curve)
    assert not _native.gost_verify(name, public, b"\x42" * curve.size, signed)


@pytest.mark.parametrize("name", ALL)
def test_malformed_public_keys_are_refused(name: str) -> None:
    curve = GOST[name]
    x, y = curve.x, curve.y
    size = curve.size
    bad = {
        "empty": b"",
        "short": curve.encode((x, y))[:-1],
        "zero": bytes(2 * size),
        "off the curve": curve.encode((x, (y + 1) % curve.p)),
        "ones": b"\xff" * (2 * size),
    }
    if curve.p + x < 256**size:
        bad["x + p"] = curve.encode((x + curve.p, y))
    if curve.p + y < 256**size:
        bad["y + p"] = curve.encode((x, y + curve.p))
    for case, key in bad.items():
        with pytest.raises(ValueError, match="public key"):
            _native.gost_check_public_key(name, key)
            pytest.fail(case)
    _native.gost_check_public_key(name, curve.encode((x, y)))


@pytest.mark.parametrize("name", COFACTOR_4)
def test_points_of_another_order_are_refused(name: str) -> None:
    curve = GOST[name]
    full = next(point for point in map(curve.lift, range(2, 200)) if has_full_order(curve, point))
    fourth = curve.multiply(curve.q, full)
    second = curve.add(fourth, fourth)
    subgroup = curve.multiply(4, full)
    _native.gost_check_public_key(name, curve.encode(subgroup))
    strangers = [
        fourth,
        second,
        curve.multiply(3, fourth),
        full,
        curve.add(subgroup, second),
        curve.add(subgroup, fourth),
    ]
    digest = b"\x01" * curve.size
    for stranger in strangers:
        with pytest.raises(ValueError, match="public key"):
            _native.gost_check_public_key(name, curve.encode(stranger))
        with pytest.raises(ValueError, match="public key"):
            _native.gost_verify(name, curve.encode(stranger), digest, signature(1, 1, curve))


def has_full_order(curve: Curve, point: Point) -> bool:
    return point is not None and curve.multiply(2 * curve.q, point) is not None


@pytest.mark.parametrize("name", COFACTOR_4)
def test_order_of_arbitrary_points(name: str) -> None:
    curve = GOST[name]
    accepted = 0
    for point in filter(None, map(curve.lift, range(1000, 1024))):
        expected = curve.multiply(curve.q, point) is None
        accepted += expected
        try:
            _native.gost_check_public_key(name, curve.encode(point))
        except ValueError:
            assert not expected
        else:
            assert expected
    assert accepted > 0


@pytest.mark.parametrize("name", ALL)
def test_private_keys_out_of_range_are_refused(name: str) -> None:
    curve = GOST[name]
    digest = bytes(curve.size)
    for key in (b"", bytes(curve.size), little(curve.q, curve), b"\xff" * curve.size, bytes(curve.size - 1)):
        with pytest.raises(ValueError, match="private key"):
            _native.gost_public_key(name, key)
        with pytest.raises(ValueError, match="private key"):
            _native.gost_sign(name, key, digest, b"")
    with pytest.raises(ValueError, match="digest"):
        _native.gost_sign(name, little(1, curve), digest + b"\0", b"")
    with pytest.raises(ValueError, match="digest"):
        _native.gost_verify(name, curve.encode(curve.generator), digest[1:], bytes(2 * curve.size))


@pytest.mark.parametrize("name", ALL)
def test_private_key_is_the_random_number_modulo_q(name: str) -> None:
    curve = GOST[name]
    for length in (curve.size + 8, curve.size + 9, 2 * curve.size, 3 * curve.size + 1):
        random = hashlib.shake_256(name.encode() + bytes([length])).digest(length)
        expected = int.from_bytes(random, "little") % curve.q
        assert _native.gost_private_key(name, random) == little(expected, curve)
    with pytest.raises(ValueError, match="random"):
        _native.gost_private_key(name, bytes(curve.size + 7))
    with pytest.raises(ValueError, match="random"):
        _native.gost_private_key(name, bytes(curve.size + 8))


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("entropy", [b"", b"entropy" * 5])
def test_nonce_is_that_of_rfc_6979(name: str, entropy: bytes) -> None:
    curve = GOST[name]
    d, digest = curve.q // 7, bytes(range(curve.size))
    e = int.from_bytes(digest, "little") % curve.q
    r, s = numbers(_native.gost_sign(name, little(d, curve), digest, entropy))
    k = (s - r * d) * pow(e, -1, curve.q) % curve.q
    assert k == reference_nonces(curve, d, e, entropy)[0]


@pytest.mark.parametrize("name", ALL)
def test_signing_repeats_only_with_the_same_entropy(name: str) -> None:
    curve = GOST[name]
    key, digest = little(curve.q // 9, curve), b"\x07" * curve.size
    signed = {_native.gost_sign(name, key, digest, entropy) for entropy in (b"", b"", b"a", b"b", b"a")}
    assert len(signed) == 3


def test_unknown_curve() -> None:
    with pytest.raises(ValueError, match="unknown curve"):
        _native.gost_verify("256-Z", b"", b"", b"")
