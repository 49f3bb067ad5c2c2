"""Text envelopes (RFC 7468)."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustspace.encoding.pem import decode_any, find_pem
from trustspace.errors import MalformedEncoding

DER = b"\x30\x82\x01\x00" + bytes(256)


def _pem(label: str, data: bytes, newline: str = "\n") -> bytes:
    body = base64.encodebytes(data).decode().replace("\n", newline)
    return f"-----BEGIN {label}-----{newline}{body}-----END {label}-----{newline}".encode()


@given(st.binary(max_size=300), st.sampled_from(["\n", "\r\n"]))
def test_blocks_are_found_between_other_text(data: bytes, newline: str) -> None:
    text = b"subject=CN = x\n" + _pem("X509 CRL", data, newline) + b"\nissuer\n" + _pem("CERTIFICATE", b"2")
    assert find_pem(text) == [("X509 CRL", data), ("CERTIFICATE", b"2")]


def test_headers_inside_a_block_are_skipped() -> None:
    body = base64.b64encode(b"key").decode()
    text = f"-----BEGIN A KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: X,00\n\n{body}\n-----END A KEY-----"
    assert find_pem(text.encode()) == [("A KEY", b"key")]


def test_the_envelope_is_told_from_the_content() -> None:
    assert decode_any(DER) == [(None, DER)]
    assert decode_any(base64.b64encode(DER)) == [(None, DER)]
    assert decode_any(b"\xef\xbb\xbf \r\n" + base64.encodebytes(DER)) == [(None, DER)]
    assert decode_any(b"\xef\xbb\xbf" + _pem("CMS", DER)) == [("CMS", DER)]
    indefinite = b"\x30\x80\x00\x00"
    assert decode_any(indefinite) == [(None, indefinite)]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x30",
        b"hello",
        b"<xml/>",
        b"M===",
        b"MAQA",
        b"%PDF-1.7",
        b"-----BEGIN X-----\nMAAA",
        b"-----BEGIN X-----\nM\n-----END X-----",
        b"-----BEGIN X-----\n\xff\xff\n-----END X-----",
        b"-----BEGIN -----",
    ],
)
def test_what_is_none_of_these_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedEncoding):
        decode_any(data)


def test_blocks_are_bounded() -> None:
    with pytest.raises(MalformedEncoding, match="too many"):
        find_pem(b"-----BEGIN A-----\n-----END A-----\n" * 10_001)
    # A line that never ends is looked for once, not once a block.
    with pytest.raises(MalformedEncoding, match="no end line"):
        find_pem(b"-----BEGIN A-----\n" * 100_000)
