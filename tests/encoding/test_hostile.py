"""Hostile octets: whatever they are, an answer comes soon, and every refusal is a TrustspaceError."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.models import read_as_all, read_everything
from trustspace._native import CrlIndex, ber_parse
from trustspace.encoding import der
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.cms import SignedData
from trustspace.encoding.crl import CertificateList
from trustspace.encoding.name import Name
from trustspace.encoding.pem import decode_any
from trustspace.errors import TrustspaceError

_edits = st.lists(
    st.tuples(
        st.sampled_from(["flip", "set", "delete", "insert", "copy", "cut", "grow"]),
        st.floats(0, 1, exclude_max=True),
        st.floats(0, 1, exclude_max=True),
        st.binary(min_size=1, max_size=6),
    ),
    min_size=1,
    max_size=8,
)


def _mutate(data: bytes, edits: list[tuple[str, float, float, bytes]]) -> bytes:
    octets = bytearray(data)
    for edit, where, other, chunk in edits:
        if not octets:
            break
        at, to = int(where * len(octets)), int(other * len(octets))
        if edit == "flip":
            octets[at] ^= 1 << (chunk[0] & 7)
        elif edit == "set":
            octets[at] = chunk[0]
        elif edit == "delete":
            del octets[at : at + chunk[0] % 16 + 1]
        elif edit == "insert":
            octets[at:at] = chunk
        elif edit == "copy":
            octets[at:at] = octets[to : to + chunk[0]]
        elif edit == "cut":
            del octets[at:]
        else:  # The lengths that count most stand at the start.
            octets[min(at % 40, len(octets) - 1)] = chunk[0] | 0x80
    return bytes(octets)


@settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(choice=st.integers(0, 10**6), edits=_edits)
def test_mutated_real_files_are_read_or_refused(
    foreign_files: dict[str, bytes], choice: int, edits: list[tuple[str, float, float, bytes]]
) -> None:
    small = [data for data in foreign_files.values() if len(data) < 20_000]
    read_as_all(_mutate(small[choice % len(small)], edits))


@settings(max_examples=1000, deadline=None)
@given(st.binary(max_size=200))
def test_any_octets_are_read_or_refused(data: bytes) -> None:
    read_as_all(data)
    with suppress(TrustspaceError):
        CrlIndex.parse(data)
    with suppress(TrustspaceError):
        decode_any(data)


_tags = st.sampled_from([0x30, 0x31, 0xA0, 0xA1, 0xA2, 0xA3, 0x24, 0x23])
_primitive = st.tuples(
    st.sampled_from([1, 2, 3, 4, 5, 6, 0x0A, 0x0C, 0x13, 0x17, 0x18, 0x1E, 0x80, 0x81, 0x86]),
    st.binary(max_size=12),
).map(lambda item: der.tlv(*item))


def _wrap(children: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    lists = st.lists(children, max_size=6).map(b"".join)
    definite = st.tuples(_tags, lists).map(lambda item: der.tlv(*item))
    indefinite = st.tuples(_tags, lists).map(lambda item: bytes([item[0], 0x80]) + item[1] + b"\x00\x00")
    return definite | indefinite


@settings(max_examples=300, deadline=None)
@given(st.recursive(_primitive, _wrap, max_leaves=40))
def test_any_tree_is_read_or_refused(data: bytes) -> None:
    read_as_all(data)
    element = ber_parse(data)
    with suppress(TrustspaceError):
        again = element.der()
        assert ber_parse(again).der() == again
    for name in ("integer", "boolean", "oid", "octets", "bits", "text", "time", "inner"):
        with suppress(TrustspaceError):
            getattr(element, name)()


@contextmanager
def _bounded(seconds: float, octets: int) -> Iterator[None]:
    tracemalloc.start()
    started = time.perf_counter()
    yield
    elapsed = time.perf_counter() - started
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert elapsed < seconds
    assert peak < octets


def test_thousands_of_signers_certificates_and_attributes_cost_bounded_work() -> None:
    signer = der.sequence(
        der.integer(1),
        der.sequence(der.sequence(), der.integer(1)),
        der.sequence(der.oid("1.2.3")),
        der.sequence(der.oid("1.2.3")),
        der.octet_string(b""),
    )
    body = der.sequence(
        der.integer(1), der.set_of([]), der.sequence(der.oid("1.2.3")), der.tlv(0x31, signer * 100_000)
    )
    with _bounded(10, 20_000_000):
        signed = SignedData.parse(body)
        with pytest.raises(TrustspaceError):
            _ = signed.signer_infos
    certificates = der.tlv(0xA0, der.sequence() * 1_000_000)
    body = der.sequence(
        der.integer(1), der.set_of([]), der.sequence(der.oid("1.2.3")), certificates, der.tlv(0x31, b"")
    )
    with _bounded(10, 20_000_000), pytest.raises(TrustspaceError):
        _ = SignedData.parse(body).certificates


def test_a_name_of_thousands_of_attributes_costs_bounded_work() -> None:
    rdn = der.set_of([der.sequence(der.oid("2.5.4.3"), der.utf8("x" * 100))])
    with _bounded(10, 20_000_000), pytest.raises(TrustspaceError):
        _ = Name.parse(der.tlv(0x30, rdn * 20_000)).normalized


def test_giant_numbers_are_refused_before_they_are_converted() -> None:
    with _bounded(5, 20_000_000), pytest.raises(TrustspaceError, match="too large"):
        ber_parse(der.tlv(0x02, b"\x7f" * 5_000_000)).integer()
    # What is converted can be written in decimal, as reports and stored facts do.
    assert len(str(ber_parse(der.tlv(0x02, b"\x7f" * 1024)).integer())) < 4300
    with pytest.raises(TrustspaceError, match="too large"):
        ber_parse(der.tlv(0x02, b"\x7f" * 1025)).integer()
    with _bounded(5, 20_000_000), pytest.raises(TrustspaceError):
        ber_parse(der.tlv(0x06, b"\x7f" * 5_000_000)).oid()


def test_a_list_of_one_serial_many_times_is_still_answered() -> None:
    entry = der.sequence(der.integer(1), b"\x17\x0d240101000000Z")
    body = der.sequence(
        der.sequence(der.oid("1.2.3")),
        der.sequence(),
        b"\x17\x0d240101000000Z",
        der.tlv(0x30, entry * 200_000),
    )
    crl = CertificateList.parse(der.sequence(body, der.sequence(der.oid("1.2.3")), der.bit_string(b"")))
    with _bounded(10, 20_000_000):
        assert crl.lookup(1) is not None
        assert crl.index.duplicates == 199_999
        with pytest.raises(TrustspaceError, match="too many"):
            crl.index.lookup_all(1)


def test_a_cut_file_is_always_refused(foreign_files: dict[str, bytes]) -> None:
    cut = 0
    for name, stored in foreign_files.items():
        if "ru-cas" in name and cut > 50:
            continue
        data = ber_parse(stored, allow_trailing=True).raw
        for length in range(0, len(data) - 1, max(1, len(data) // 23)):
            for model in (Certificate, SignedData, CertificateList):
                with pytest.raises(TrustspaceError):
                    read_everything(model.parse(data[:length]))
        cut += 1
