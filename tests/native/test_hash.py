"""The national hashes: official vectors, an independent implementation, and the incremental interface."""

from __future__ import annotations

import array
import mmap
import subprocess
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trustspace import _native

NAMES = {
    "streebog-256": 32,
    "streebog-512": 64,
    "gost94-cryptopro": 32,
    "gost94-test": 32,
    "belt-hash": 32,
    "bash-256": 32,
    "bash-384": 48,
    "bash-512": 64,
}

# The first 192 values of belt's substitution H (STB 34.101.31 table 1): the standards' test messages.
BELT_H = bytes.fromhex(
    "b194bac80a08f53b366d008e584a5de48504fa9d1bb6c7ac252e72c202fdce0d"
    "5be3d61217b96181fe6786ad716b890b5cb0c0ff33c356b835c405aed8e07f99"
    "e12bdc1ae28257ec703fccf095ee8df1c1ab76389fe678caf7c6f860d5bb9c4f"
    "f33c657b637c306add4ea7799eb23d313e98b56e27d3bccf591e181f4c5ab793"
    "e9dee72c8f0c0fa62ddb49f46f73964706075316ed247a3739cba38303a98bf6"
    "92bd9b1ce5d141015445fbc95e4d0ef2682080aa227d642f2687f93490405511"
)
RFC_6986_M1 = b"012345678901234567890123456789012345678901234567890123456789012"
RFC_6986_M2 = "Се ветри, Стрибожи внуци, веютъ с моря стрелами на храбрыя плъкы Игоревы".encode("cp1251")

VECTORS = [
    # RFC 6986 §10.1, §10.2 (the RFC prints the values as numbers: octets reversed)
    (
        "streebog-512",
        RFC_6986_M1,
        "1b54d01a4af5b9d5cc3d86d68d285462b19abc2475222f35c085122be4ba1ffa"
        "00ad30f8767b3a82384c6574f024c311e2a481332b08ef7f41797891c1646f48",
    ),
    ("streebog-256", RFC_6986_M1, "9d151eefd8590b89daa6ba6cb74af9275dd051026bb149a452fd84e5e57b5500"),
    (
        "streebog-512",
        RFC_6986_M2,
        "1e88e62226bfca6f9994f1f2d51569e0daf8475a3b0fe61a5300eee46d961376"
        "035fe83549ada2b8620fcd7c496ce5b33f0cb9dddc2b6460143b03dabac9fb28",
    ),
    ("streebog-256", RFC_6986_M2, "9dd2fe4e90409e5da87f53976d7405b0c0cac628fc669a741d50063c557e8f50"),
    # RFC 5831 §7.3: the test S-boxes
    (
        "gost94-test",
        b"This is message, length=32 bytes",
        "b1c466d37519b82e8319819ff32595e047a28cb6f83eff1c6916a815a637fffa",
    ),
    (
        "gost94-test",
        b"Suppose the original message has length = 50 bytes",
        "471aba57a60a770d3a76130635c1fbea4ef14de51f78b4ae57dd893b62f55208",
    ),
    # gost-engine, test/01-digest.t
    (
        "gost94-cryptopro",
        b"12345670" * 128,
        "f7fc6d16a6a5c12ac4f7d320e0fd0d8354908699125e09727a4ef929122b1cae",
    ),
    (
        "gost94-cryptopro",
        (b"12345670" * 128)[:539],
        "bd5f1e4b539c7b00f0866afdbc8ed452503a18436061747a343f43efe888aac9",
    ),
    # STB 34.101.31 table A.23
    ("belt-hash", BELT_H[:13], "abef9725d4c5a83597a367d14494cc2542f20f659ddfecc961a3ec550cba8c75"),
    ("belt-hash", BELT_H[:32], "749e4c3653aece5e48db4761227742eb6dbe13f4a80f7beff1a9cf8d10ee7786"),
    ("belt-hash", BELT_H[:48], "9d02ee446fb6a29fe5c982d4b13af9d3e90861bc4cef27cf306bfb0b174a154a"),
    # STB 34.101.77 table A.3
    ("bash-256", b"", "114c3dfae373d9bcbc3602d6386f2d6a2059ba1bf9048dbaa5146a6cb775709d"),
    ("bash-256", BELT_H[:127], "3d7f4efa00e9ba33feed259986567dcf5c6d12d51057a968f14f06cc0f905961"),
    ("bash-256", BELT_H[:128], "d7f428311254b8b2d00f7f9eefbd8f3025fa87c4babd1bddbe87e35b7ac80dd6"),
    ("bash-256", BELT_H[:135], "1393fa1b65172f2d18946aeae576fa1cf54fdd354a0cb2974a997dc4865d3100"),
    (
        "bash-384",
        BELT_H[:95],
        "64334af830d33f63e9acdfa184e32522103fff5c6860110a2cd369edbc04387c501d8f92f749ae4de15a8305c353d64d",
    ),
    (
        "bash-384",
        BELT_H[:96],
        "d06efbc16fd6c0880cbfc6a4e3d65ab101fa82826934190faabebfbffede93b22b85ea72a7fb3147a133a5a8febd8320",
    ),
    (
        "bash-384",
        BELT_H[:108],
        "ff763296571e2377e71a1538070cc0de88888606f32eee6b082788d246686b00fc05a17405c5517699da44b7ef5f55ab",
    ),
    (
        "bash-512",
        BELT_H[:63],
        "2a66c87c189c12e255239406123bdedbf19955eaf0808b2ad705e249220845e2"
        "0f4786fb6765d0b5c48984b1b16556ef19ea8192b985e4233d9c09508d6339e7",
    ),
    (
        "bash-512",
        BELT_H[:64],
        "07abbf8580e7e5a321e9b940f667ae209e2952cef557978ae743db086bab4885"
        "b708233c3f5541df8aafc3611482fde498e58b3379a6622dac2664c9c118a162",
    ),
    (
        "bash-512",
        BELT_H[:127],
        "526073918f97928e9d15508385f42f03ade3211a23900a30131f8a1e3e1ee21c"
        "c09d13cff6981101235d895746a4643f0aa62b0a7bc98a269e4507a257f0d4ee",
    ),
    (
        "bash-512",
        BELT_H[:192],
        "8724c7ff8a2a83f22e38cb9763777b96a70aba3444f214c763d93cd6d19fcfde"
        "6c3d3931857c4ff6cccd49bd99852fe9eaa7495eccdd96b571e0edcf47f89768",
    ),
]


@pytest.mark.parametrize(("name", "message", "expected"), VECTORS)
def test_official_vector(name: str, message: bytes, expected: str) -> None:
    assert _native.hash(name, message).hex() == expected


def test_streebog_with_a_carry_through_the_whole_checksum() -> None:
    # All ones makes every addition modulo 2^512 carry; the value is gost-engine's (test/01-digest.t).
    message = bytes([0xEE] * 64 + [0x16] + [0x11] * 62 + [0x16])
    assert (
        _native.hash("streebog-256", message).hex()
        == "81bb632fa31fcc38b4c379a662dbc58b9bed83f50d3a1b2ce7271ab02d25babb"
    )


@pytest.mark.parametrize("name", NAMES)
def test_names_and_sizes(name: str) -> None:
    running = _native.Hash(name)
    assert (running.name, running.digest_size) == (name, NAMES[name])
    assert len(running.digest()) == NAMES[name]
    assert repr(running) == f'Hash("{name}")'


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=30, deadline=None)
@given(st.lists(st.binary(max_size=300), max_size=8))
def test_incremental_is_one_shot(name: str, pieces: list[bytes]) -> None:
    running = _native.Hash(name)
    for piece in pieces:
        running.update(piece)
    whole = b"".join(pieces)
    assert running.digest() == _native.hash(name, whole)
    assert running.digest() == _native.hash(name, whole), "digest() must not end the running hash"


@pytest.mark.parametrize("name", NAMES)
def test_large_pieces_release_the_gil_and_agree(name: str) -> None:
    data = bytes(range(256)) * 64
    running = _native.Hash(name)
    for _ in range(3):
        running.update(data)
    assert running.digest() == _native.hash(name, data * 3)


def test_a_copy_goes_its_own_way() -> None:
    first = _native.Hash("streebog-256")
    first.update(b"common ")
    second = first.copy()
    first.update(b"one")
    second.update(b"two")
    assert first.digest() == _native.hash("streebog-256", b"common one")
    assert second.digest() == _native.hash("streebog-256", b"common two")


def test_anything_like_bytes_is_hashed(tmp_path: Path) -> None:
    data = bytes(range(256)) * 20
    path = tmp_path / "data"
    path.write_bytes(data)
    expected = _native.hash("belt-hash", data)
    assert _native.hash("belt-hash", bytearray(data)) == expected
    assert _native.hash("belt-hash", memoryview(data)) == expected
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        running = _native.Hash("belt-hash")
        running.update(mapped)  # type: ignore[arg-type]
        assert running.digest() == expected
    assert _native.hash("belt-hash", bytearray()) == _native.hash("belt-hash", b"")


def test_what_is_no_bytes_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown hash"):
        _native.Hash("md6")
    with pytest.raises(ValueError, match="unknown hash"):
        _native.hash("", b"")
    with pytest.raises((TypeError, BufferError)):
        _native.hash("belt-hash", "text")  # type: ignore[arg-type]
    with pytest.raises((TypeError, BufferError, ValueError)):
        _native.hash("belt-hash", array.array("I", [1, 2]))  # type: ignore[arg-type]
    with pytest.raises((ValueError, BufferError)):
        _native.hash("belt-hash", memoryview(b"abcdef")[::2])


def test_threads_share_a_running_hash_without_tearing_it() -> None:
    running = _native.Hash("streebog-512")
    piece = b"\0" * 8192  # equal pieces: whatever the order, the message is the same

    def feed() -> None:
        for _ in range(20):
            running.update(piece)

    threads = [threading.Thread(target=feed) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert running.digest() == _native.hash("streebog-512", piece * 80)


@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("streebog-256", "-md_gost12_256"),
        ("streebog-512", "-md_gost12_512"),
        ("gost94-cryptopro", "-md_gost94"),
    ],
)
@pytest.mark.parametrize("size", [0, 1, 31, 32, 33, 63, 64, 65, 127, 128, 1000, 65537])
def test_gost_engine_agrees(
    name: str, option: str, size: int, gost_environment: dict[str, str], tmp_path: Path
) -> None:
    if name == "gost94-cryptopro" and size == 0:
        # The engine compresses one block of zeros here; GOST R 34.11-94 §6 has none (so RHash has it too).
        assert _native.hash(name, b"").hex().startswith("981e5f3ca30c8414")
        return
    path = tmp_path / "message"
    message = bytes((i * 73 + size) & 0xFF for i in range(size))
    path.write_bytes(message)
    command = ["openssl", "dgst", option, "-binary", str(path)]
    expected = subprocess.run(command, env=gost_environment, capture_output=True, check=True).stdout
    assert _native.hash(name, message) == expected
