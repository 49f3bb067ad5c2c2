"""Content: bytes, streams and bare digests answer alike; large content costs little memory."""

from __future__ import annotations

import io
import subprocess
import sys
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustspace.algorithms.digests import digest_by_name
from trustspace.algorithms.errors import AlgorithmNotSupported
from trustspace.documents.content import (
    Content,
    ContentTooLarge,
    ContentUnreadable,
    DigestLengthWrong,
)

NAMES = ["SHA-256", "Streebog-256", "belt-hash", "SHA3-512"]
ALGORITHMS = [digest_by_name(name) for name in NAMES]


@given(st.binary(max_size=5000), st.integers(1, 700))
def test_a_stream_and_its_bytes_have_the_same_digests(data: bytes, size: int) -> None:
    whole = Content.of_bytes(data)
    stream = Content.of_stream(lambda: io.BytesIO(data))
    assert [whole.digest(a) for a in ALGORITHMS] == [stream.digest(a) for a in ALGORITHMS]
    assert b"".join(stream.chunks(size)) == b"".join(whole.chunks(size)) == data
    assert whole.read(5000) == stream.read(5000) == data


def test_several_digests_are_computed_in_one_pass_and_remembered() -> None:
    opened = []

    def open_stream() -> BinaryIO:
        opened.append(1)
        return io.BytesIO(b"data" * 1_000_000)

    content = Content.of_stream(open_stream)
    content.prepare(ALGORITHMS)
    assert [content.digest(a) for a in ALGORITHMS] == [a.digest(b"data" * 1_000_000) for a in ALGORITHMS]
    assert len(opened) == 1


def test_digests_alone_are_enough_and_others_are_not_invented() -> None:
    sha256, streebog = ALGORITHMS[:2]
    content = Content.of_digests({"sha256": sha256.digest(b"x")})
    assert content.digest(sha256) == sha256.digest(b"x")
    assert content.digest(streebog) is None
    assert not content.available
    with pytest.raises(ContentUnreadable):
        content.read(10)


def test_a_digest_of_another_length_or_algorithm_is_refused() -> None:
    with pytest.raises(DigestLengthWrong) as caught:
        Content.of_digests({"SHA-256": b"short"})
    assert caught.value.parameters == {"algorithm": "SHA-256", "expected": 32, "actual": 5}
    with pytest.raises(AlgorithmNotSupported):
        Content.of_digests({"rot13": b"x"})


def test_more_octets_than_allowed_are_not_read() -> None:
    for content in (Content.of_bytes(b"x" * 11), Content.of_stream(lambda: io.BytesIO(b"x" * 11))):
        with pytest.raises(ContentTooLarge):
            content.read(10)


def test_a_source_that_fails_says_why() -> None:
    class Failing(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: object) -> int:
            raise OSError(5, "Input/output error")

    content = Content.of_stream(Failing, name="disk")  # type: ignore[arg-type, return-value]
    with pytest.raises(ContentUnreadable) as caught:
        content.digest(ALGORITHMS[0])
    assert caught.value.parameters == {"name": "disk", "reason": "Input/output error"}


_LARGE = """
import sys
from support.pki import Pki
from trustspace.documents.content import Content
from trustspace.documents.open import open_document

class Zeros:
    def __init__(self): self.left = 2 << 30
    def __enter__(self): return self
    def __exit__(self, *_): pass
    def read(self, size):
        size = min(size, self.left)
        self.left -= size
        return bytes(size)

pki = Pki("p-256")
signer = pki.signer("A", pki.root())
content = Content.of_stream(Zeros)
signature = pki.sign(content, signer, detached=True)
document = open_document(signature, Content.of_stream(Zeros))
assert document.signatures[0].references[0].intact is True
# Not ru_maxrss: a child starts with its parent's peak, which is the test runner's.
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def test_two_gibibytes_are_signed_and_checked_in_little_memory() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _LARGE],
        env={"PYTHONPATH": ":".join(p for p in sys.path if p)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 120 * 1024
