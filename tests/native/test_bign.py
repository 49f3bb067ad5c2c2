"""bign: the standard's tables, signatures made by bee2, a slow reference, and what must be refused."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.curves import BIGN, Curve, Point
from trustspace import _native

ALL = sorted(BIGN)
BELT_HASH = bytes.fromhex("06092A7000020022651F51")  # 1.2.112.0.2.0.34.101.31.81


def octets(digits: str) -> bytes:
    return bytes.fromhex("".join(digits.split()))


def little(value: int, curve: Curve) -> bytes:
    return value.to_bytes(curve.size, "little")


def reference_verify(curve: Curve, public: Point, oid: bytes, digest: bytes, signature: bytes) -> bool:
    """STB 34.101.45, algorithm 7.1.4, step by step."""
    half = curve.size // 2
    s0, s1 = (int.from_bytes(part, "little") for part in (signature[:half], signature[half:]))
    if s1 >= curve.q:
        return False
    scalar = (s1 + int.from_bytes(digest, "little")) % curve.q
    point = curve.add(curve.multiply(scalar, curve.generator), curve.multiply(s0 + 256**half, public))
    if point is None:
        return False
    t = _native.hash("belt-hash", oid + little(point[0], curve) + digest)
    return t[:half] == signature[:half]


# Table G.1 (keys), G.2 and G.3 (signatures of belt-hash of the first 13 and 48 octets of H), G.6 and G.7 (the
# nonce of algorithm 6.3.3 without and with t = octets 192 … 214 of H).
PRIVATE_KEY = octets("1F66B5B84B7339674533F0329C74F21834281FED0732429E0C79235FC273E269")
PUBLIC_KEY = octets(
    "BD1A5650179D79E03FCEE49D4C2BD5DDF54CE46D0CF11E4FF87BF7A890857FD0"
    "7AC6A60361E8C8173491686D461B2826190C2EDA5909054A9AB84D2AB9D99A90"
)
H_13 = octets("B194BAC80A08F53B366D008E58")
H_48 = octets(
    "B194BAC80A08F53B366D008E584A5DE48504FA9D1BB6C7AC252E72C202FDCE0D5BE3D61217B96181FE6786AD716B890B"
)
H_192 = octets("BE329713 43FC9A48 A02A885F 194B09A1 7ECDA4D0 1544AF")


def test_keys_of_table_1() -> None:
    assert _native.bign_public_key("256v1", PRIVATE_KEY) == PUBLIC_KEY
    _native.bign_check_public_key("256v1", PUBLIC_KEY)


@pytest.mark.parametrize(
    ("message", "signature"),
    [
        (
            H_13,
            "E36B7F0377AE4C524027C387FADF1B20CE72F1530B71F2B5FD3A8C584FE2E1AED20082E30C8AF65011F4FB54649DFD3D",
        ),
        (
            H_48,
            "47A63C8B9C936E94B5FAB3D9CBD78366290F3210E163EEC8DB4E921E8479D4138F112CC23E6DCE65EC5FF21DF4231C28",
        ),
    ],
)
def test_signatures_of_tables_2_and_3(message: bytes, signature: str) -> None:
    digest = _native.hash("belt-hash", message)
    assert _native.bign_verify("256v1", PUBLIC_KEY, BELT_HASH, digest, octets(signature))


@pytest.mark.parametrize(
    ("message", "t", "nonce"),
    [
        (H_13, b"", "829614D8411DBBC4E1F2471A4004586440FD8C9553FAB6A1A45CE417AE97111E"),
        (H_48, H_192, "7ADC8713283EBFA547A2AD9CDFB245AE0F7B968DF0F91CB785D1F932A3583107"),
    ],
)
def test_nonces_of_tables_6_and_7(message: bytes, t: bytes, nonce: str) -> None:
    curve = BIGN["256v1"]
    digest = _native.hash("belt-hash", message)
    signature = _native.bign_sign("256v1", PRIVATE_KEY, BELT_HASH, digest, t)
    s0, s1, d, h = (
        int.from_bytes(part, "little") for part in (signature[:16], signature[16:], PRIVATE_KEY, digest)
    )
    assert little((s1 + (s0 + 2**128) * d + h) % curve.q, curve) == octets(nonce)


@dataclass(frozen=True, slots=True)
class Deterministic:
    """A signature by bee2's bignSign2 (github.com/agievich/bee2), which is deterministic."""

    curve: str
    oid: str
    private_key: str
    public_key: str
    digest: str
    t: str
    signature: str


BEE2 = [
    Deterministic(
        "256v1",
        oid="06092a7000020022651f51",
        private_key=("e33a501115f42bc0b2dad6a39a9af9e672134adf0136baed79cf7e11124cb55a"),
        public_key=(
            "da270b0c55572bd22c60d0a41420281c14360afb6beb06f764521d953a01df95cff2c16535a26a5d9610734d"
            "878f0585417cd93f19e95816d85b7408d6bfe1b0"
        ),
        digest=("ee0ce70ed7a2b35a9ac38a086608f7f65cf4dbd9d794396480c919025850bd0f"),
        t="",
        signature=(
            "b8cd7ff3ccfde6718c8885eb3e3b99d5c208abe945b5df2f8afbd1a805460aef1fd783bfdd92bcfbf40c49735b1e738e"
        ),
    ),
    Deterministic(
        "256v1",
        oid="06092a7000020022651f51",
        private_key=("e33a501115f42bc0b2dad6a39a9af9e672134adf0136baed79cf7e11124cb55a"),
        public_key=(
            "da270b0c55572bd22c60d0a41420281c14360afb6beb06f764521d953a01df95cff2c16535a26a5d9610734d"
            "878f0585417cd93f19e95816d85b7408d6bfe1b0"
        ),
        digest=("8cc35c5652ac885eeaccfce567d9cf79318fbd539e81605fbc6d14c86c2e8a93"),
        t="6578747261",
        signature=(
            "39938857d2b230c7b8bcd2de838f2e595c6a18d689434cf58d0de62cc3e0fc4b2a04ee4d09439fbfdbd66d722f138f15"
        ),
    ),
    Deterministic(
        "384v1",
        oid="06092a7000020022654d0c",
        private_key=(
            "114ada5d23283950acfa790e04f106aef645c73650d7e86dde81419e1d2fc9395cc358d663ec18fae34756667b4e5e5a"
        ),
        public_key=(
            "18d6e5d555b3b347028a6cd37f5814dac73c5e0c6083c85f785eabcf0e56f4065c804f24c09711185c501e15"
            "5546eea0c341ee1706d05d8de0c39ec5a24ae95c58ec0db5ed28464dadeba74f26ec7ec7aa1c443dfa558cb8"
            "d9ca1e7d3df80b95"
        ),
        digest=(
            "05a209c89ad887e8b2390301e89be2ba40017d74283846891c05c49a03eedffd370dca6ef6b183c388841a2892f9de9c"
        ),
        t="",
        signature=(
            "86360689f802a60e0dcb6f47bc92cfe8ef1415f0856645f9954f8d2d9ef65e389a2797def0d5b4adb4e63910"
            "04e6a968d44d935418c7c9274ca67ab88bebbab58c4b4fb2a89196b5"
        ),
    ),
    Deterministic(
        "384v1",
        oid="06092a7000020022654d0c",
        private_key=(
            "114ada5d23283950acfa790e04f106aef645c73650d7e86dde81419e1d2fc9395cc358d663ec18fae34756667b4e5e5a"
        ),
        public_key=(
            "18d6e5d555b3b347028a6cd37f5814dac73c5e0c6083c85f785eabcf0e56f4065c804f24c09711185c501e15"
            "5546eea0c341ee1706d05d8de0c39ec5a24ae95c58ec0db5ed28464dadeba74f26ec7ec7aa1c443dfa558cb8"
            "d9ca1e7d3df80b95"
        ),
        digest=(
            "ed79fd1900ec5827829b59d26afb0d886bf39e4bc2ffc03e6898f6b2aaca948a6d5eab200a0e8d4e4c9f0f8b23a9050a"
        ),
        t="6578747261",
        signature=(
            "41ddd25a5634061e13eaa13c7cc779f13a120e3643c7b64b30be16bd863f667220e8f07936b179ce79a8c9f1"
            "3955d1fc4257a330bdc6056c69021fa4bea27f0385097d2541ba4bf5"
        ),
    ),
    Deterministic(
        "512v1",
        oid="06092a7000020022654d0d",
        private_key=(
            "e35138777faa45904dd8ca1bd52d1e342e6982d7027710fa3ad7cd95e21a5de1f09e6584adc286b600b00c61"
            "f96c232fb3c33a2d094804cd58ca8db4143a165a"
        ),
        public_key=(
            "d508b4f1c3fe1ee39930f23f8efd33c17a41c11fd2de8b8bc4709e6056cd1a51e5c81b534b009e4d7aac88a2"
            "e57cb9d7ed602a60dca296a1c4e664c0cad6d34022d8430969a13da61c01399d88c3d43c438651d4bee7ab34"
            "0db32085c095fadb640bd2ac4a75f967469257d9ee4547169f646cfc785ab5a6c1f4ccb7a164f082"
        ),
        digest=(
            "f12eb86a44b06f66833ae165957daec444bad2819153fc4bd9f73972876502c947f161b2b32c47f4c732cd42"
            "9db0e8ffdb42ca7a299a45bc7bdcb67782396b90"
        ),
        t="",
        signature=(
            "4841d6b8ab230d0a75430dbe088231b646c84f75488eba334b256971feffc888a459556e20774449129f7961"
            "231dc26523a37ae72e5da36697f37a8b9afa9cfc1f626ab9c23ecd32f6fce4a348cf75baad86d2e06214d381"
            "0d81d71fe12ea36e"
        ),
    ),
    Deterministic(
        "512v1",
        oid="06092a7000020022654d0d",
        private_key=(
            "e35138777faa45904dd8ca1bd52d1e342e6982d7027710fa3ad7cd95e21a5de1f09e6584adc286b600b00c61"
            "f96c232fb3c33a2d094804cd58ca8db4143a165a"
        ),
        public_key=(
            "d508b4f1c3fe1ee39930f23f8efd33c17a41c11fd2de8b8bc4709e6056cd1a51e5c81b534b009e4d7aac88a2"
            "e57cb9d7ed602a60dca296a1c4e664c0cad6d34022d8430969a13da61c01399d88c3d43c438651d4bee7ab34"
            "0db32085c095fadb640bd2ac4a75f967469257d9ee4547169f646cfc785ab5a6c1f4ccb7a164f082"
        ),
        digest=(
            "553ab95df3f0bf151723c9553c9a3578b32cc0967d70cdc8e37efbc307e40310b5acd16b3fd7ca39aed2521e"
            "87af2298034965dcb56629f435e7d28544d96cd0"
        ),
        t="6578747261",
        signature=(
            "7dece6cacccd21c1af41de2ebfcdf9b9b8ec5b548471272daaf8647a26fdc6756c101c6b0b6964d79caf0171"
            "b6f711bc169482ea575072710267ffbeb06eb57af44595969d2f64286a52bed09fcfbaee4cc6480bb18b5e97"
            "d9fc724d30a6e2f4"
        ),
    ),
]


@pytest.mark.parametrize("vector", BEE2, ids=lambda vector: f"{vector.curve}-{vector.t or 'no t'}")
def test_same_signature_as_bee2(vector: Deterministic) -> None:
    key, public = octets(vector.private_key), octets(vector.public_key)
    oid, digest, signature = octets(vector.oid), octets(vector.digest), octets(vector.signature)
    assert _native.bign_public_key(vector.curve, key) == public
    assert _native.bign_sign(vector.curve, key, oid, digest, octets(vector.t)) == signature
    assert _native.bign_verify(vector.curve, public, oid, digest, signature)


@pytest.mark.parametrize("name", ALL)
def test_sets_are_the_published_ones(name: str) -> None:
    curve = BIGN[name]
    assert curve.holds(curve.x, curve.y)
    assert curve.multiply(curve.q, curve.generator) is None
    assert _native.bign_public_key(name, little(1, curve)) == curve.encode(curve.generator)


@pytest.mark.parametrize("name", ALL)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_signature_holds_for_the_reference(name: str, data: st.DataObject) -> None:
    curve = BIGN[name]
    d = data.draw(st.integers(1, curve.q - 1))
    digest = data.draw(st.binary(min_size=curve.size, max_size=curve.size))
    t = data.draw(st.binary(max_size=40))
    public = curve.multiply(d, curve.generator)
    signature = _native.bign_sign(name, little(d, curve), BELT_HASH, digest, t)
    assert _native.bign_public_key(name, little(d, curve)) == curve.encode(public)
    assert reference_verify(curve, public, BELT_HASH, digest, signature)
    assert _native.bign_verify(name, curve.encode(public), BELT_HASH, digest, signature)


@pytest.mark.parametrize("name", ALL)
def test_every_flipped_bit_is_noticed(name: str) -> None:
    curve = BIGN[name]
    key, digest = little(curve.q // 3, curve), bytes(range(curve.size))
    public = _native.bign_public_key(name, key)
    signature = _native.bign_sign(name, key, BELT_HASH, digest, b"")

    def flipped(value: bytes) -> list[bytes]:
        return [
            bytes(octet ^ (1 << bit) if i == place else octet for i, octet in enumerate(value))
            for place in range(len(value))
            for bit in range(8)
        ]

    assert _native.bign_verify(name, public, BELT_HASH, digest, signature)
    assert not any(
        _native.bign_verify(name, public, BELT_HASH, digest, other) for other in flipped(signature)
    )
    assert not any(
        _native.bign_verify(name, public, BELT_HASH, other, signature) for other in flipped(digest)
    )
    for other in flipped(public):
        with pytest.raises(ValueError, match="public key"):
            _native.bign_verify(name, other, BELT_HASH, digest, signature)


@pytest.mark.parametrize("name", ALL)
def test_hash_identifier_is_signed(name: str) -> None:
    curve = BIGN[name]
    key, digest = little(5, curve), b"\x03" * curve.size
    public = _native.bign_public_key(name, key)
    signature = _native.bign_sign(name, key, BELT_HASH, digest, b"")
    other = BELT_HASH[:-1] + b"\x52"
    assert not _native.bign_verify(name, public, other, digest, signature)
    for malformed in (b"", BELT_HASH[:-1], BELT_HASH + b"\0", b"\x05\x00", b"\x06\x00"):
        with pytest.raises(ValueError, match="hash identifier"):
            _native.bign_verify(name, public, malformed, digest, signature)
        with pytest.raises(ValueError, match="hash identifier"):
            _native.bign_sign(name, key, malformed, digest, b"")


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("d", [1, 2, 3, -1, -2])
def test_keys_that_are_small_multiples_of_the_generator(name: str, d: int) -> None:
    curve = BIGN[name]
    key = little(d % curve.q, curve)
    public = _native.bign_public_key(name, key)
    for octet in range(4):
        digest = bytes([octet]) * curve.size
        signature = _native.bign_sign(name, key, BELT_HASH, digest, b"")
        assert _native.bign_verify(name, public, BELT_HASH, digest, signature)


@pytest.mark.parametrize("name", ALL)
def test_signature_numbers_out_of_range_fail(name: str) -> None:
    curve = BIGN[name]
    half, key, digest = curve.size // 2, little(9, curve), bytes(curve.size)
    public = _native.bign_public_key(name, key)
    # A nonce whose s1 is small enough for s1 + q to fit, found by trying: none of 2^(-128) in general, so the
    # range is shown on q itself and on all ones.
    signature = _native.bign_sign(name, key, BELT_HASH, digest, b"")
    for s1 in (little(curve.q, curve), b"\xff" * curve.size):
        assert not _native.bign_verify(name, public, BELT_HASH, digest, signature[:half] + s1)
    for wrong in (b"", signature[:-1], signature + b"\0"):
        assert not _native.bign_verify(name, public, BELT_HASH, digest, wrong)


@pytest.mark.parametrize("name", ALL)
def test_a_sum_at_infinity_fails(name: str) -> None:
    """(s1 + H)·G + (s0 + 2^l)·Q = O for d = 1, H = 0, s0 = 0 and s1 = −2^l."""
    curve = BIGN[name]
    half = curve.size // 2
    signature = bytes(half) + little(curve.q - 256**half, curve)
    public = curve.encode(curve.generator)
    assert not _native.bign_verify(name, public, BELT_HASH, bytes(curve.size), signature)


@pytest.mark.parametrize("name", ALL)
def test_malformed_keys_are_refused(name: str) -> None:
    curve = BIGN[name]
    x, y = curve.x, curve.y
    bad = [b"", curve.encode((x, y))[1:], bytes(2 * curve.size), b"\xff" * (2 * curve.size)]
    bad += [curve.encode((x, (y + 1) % curve.p)), curve.encode((x + curve.p, y))]
    for key in bad:
        with pytest.raises(ValueError, match="public key"):
            _native.bign_check_public_key(name, key)
    for key in (b"", bytes(curve.size), little(curve.q, curve), b"\xff" * curve.size):
        with pytest.raises(ValueError, match="private key"):
            _native.bign_sign(name, key, BELT_HASH, bytes(curve.size), b"")
    with pytest.raises(ValueError, match="digest"):
        _native.bign_sign(name, little(1, curve), BELT_HASH, bytes(curve.size - 1), b"")
    random = bytes(range(curve.size + 8))
    expected = int.from_bytes(random, "little") % curve.q
    assert _native.bign_private_key(name, random) == little(expected, curve)
    with pytest.raises(ValueError, match="random"):
        _native.bign_private_key(name, random[1:])
    with pytest.raises(ValueError, match="unknown curve"):
        _native.bign_public_key("128v1", little(1, curve))
