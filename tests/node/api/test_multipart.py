"""Forms are read the same however they are cut, and hostile ones end in a clear error."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustspace.node.api.multipart import (
    MAX_HEADERS,
    MAX_PARTS,
    MultipartMalformed,
    PartBegins,
    PartData,
    PartEnds,
    Reader,
    parameters,
)

HEADER = b'Content-Disposition: form-data; name="a"\r\n\r\n'


def read(boundary: str, chunks: list[bytes]) -> list[tuple[str, bytes]]:
    reader = Reader(boundary)
    parts: list[tuple[str, bytes]] = []
    ended = 0
    for chunk in chunks:
        for event in reader.feed(chunk):
            match event:
                case PartBegins(name):
                    parts.append((name, b""))
                case PartData(data):
                    parts[-1] = (parts[-1][0], parts[-1][1] + data)
                case PartEnds():
                    ended += 1
    reader.close()
    assert ended == len(parts)
    return parts


@given(
    st.lists(st.tuples(st.text("abc", min_size=1), st.binary(max_size=60)), max_size=4),
    st.integers(1, 30),
)
def test_what_httpx_writes_is_read_however_it_is_cut(parts: list[tuple[str, bytes]], size: int) -> None:
    files = [(name, ('a"; name="x', value)) for name, value in parts] or [("a", ("", b""))]
    request = httpx.Request("POST", "http://test", files=files)
    body = request.read()
    boundary = parameters(request.headers["content-type"])[1]["boundary"]
    chunks = [body[start : start + size] for start in range(0, len(body), size)]
    assert read(boundary, chunks) == [(name, value) for name, (_, value) in files]


@given(st.lists(st.sampled_from([b"\r\n", b"--", b"b", b"--b", b"\r\n--", b"\r", b"x"]), max_size=20))
def test_content_that_looks_like_a_boundary_stays_content(pieces: list[bytes]) -> None:
    content = b"".join(pieces)
    if b"\r\n--b" in b"\r\n" + content:
        return
    body = b"--b\r\n" + HEADER + content + b"\r\n--b--\r\n"
    for chunks in ([body], [body[i : i + 1] for i in range(len(body))]):
        assert read("b", chunks) == [("a", content)]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "ends before"),
        (b"preamble\r\n--b\r\n", "does not begin"),
        (b"--b\r\n" + HEADER + b"never ended", "ends before"),
        (b"--b \r\n" + HEADER, "behind a boundary"),
        (b"--b\r\n\r\nno headers\r\n--b--", "without a name"),
        (b"--b\r\nContent-Disposition: attachment; name=a\r\n\r\n", "without a name"),
        (b"--b\r\nContent-Transfer-Encoding: base64\r\n" + HEADER, "transfer encoding"),
        (b"--b\r\nX: " + b"y" * MAX_HEADERS + b"\r\n\r\n", "too long"),
        (b"--b\r\nX: " + b"y" * 2 * MAX_HEADERS, "too long"),
        (b"--b\r\n\xff: x\r\n\r\n", "UTF-8"),
        ((b"--b\r\n" + HEADER + b"\r\n") * (MAX_PARTS + 1), "parts"),
    ],
)
def test_what_is_no_form_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(MultipartMalformed, match=reason):
        read("b", [body])


@pytest.mark.parametrize("boundary", ["", "x" * 71, "б", "a\r\nb", "ends with a space "])
def test_a_boundary_is_one(boundary: str) -> None:
    with pytest.raises(MultipartMalformed, match="boundary"):
        Reader(boundary)


@given(st.lists(st.binary(max_size=50), max_size=10))
def test_nothing_else_comes_out_of_garbage(chunks: list[bytes]) -> None:
    with pytest.raises(MultipartMalformed):
        read("a boundary that no garbage has", chunks)
