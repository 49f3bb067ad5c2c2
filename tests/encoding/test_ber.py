"""The native reader: X.690 as written, and as met in real files; hostile input within limits."""

from __future__ import annotations

import time
import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustspace._native import ber_parse
from trustspace.encoding import der
from trustspace.errors import MalformedEncoding


def test_a_tree_gives_its_octets_exactly_as_they_stood() -> None:
    inner = b"\x02\x01\x05"
    data = b"\x30\x80" + b"\x24\x80\x04\x02ab\x04\x01c\x00\x00" + b"\x30\x81\x03" + inner + b"\x00\x00"
    element = ber_parse(data)
    string, sequence = element.children
    assert element.raw == data
    assert element.indefinite
    assert not element.is_der
    assert string.octets() == b"abc"
    assert string.raw == b"\x24\x80\x04\x02ab\x04\x01c\x00\x00"
    assert sequence.raw == b"\x30\x81\x03" + inner
    assert (sequence.offset, sequence.header_length, len(sequence)) == (13, 3, 1)
    assert sequence[0].raw == sequence[-1].raw == inner
    assert sequence[0].integer() == 5
    assert element.der() == der.sequence(der.octet_string(b"abc"), der.sequence(inner))


def test_der_is_told_from_ber() -> None:
    assert ber_parse(
        der.sequence(der.TRUE, der.integer(-1), der.set_of([b"\x05\x00", b"\x02\x01\x00"]))
    ).is_der
    for data in (
        b"\x30\x81\x02\x05\x00",
        b"\x30\x03\x01\x01\x01",
        b"\x30\x80\x00\x00",
        b"\x31\x05\x05\x00\x02\x01\x00",
        b"\x24\x03\x04\x01a",
    ):
        assert not ber_parse(data).is_der, data.hex()


def test_sets_are_sorted_when_re_encoded_and_the_tag_can_be_replaced() -> None:
    data = b"\xa0\x06\x04\x01b\x04\x01a"
    assert ber_parse(data).der(tag=0x31) == b"\x31\x06\x04\x01a\x04\x01b"
    assert ber_parse(data).der(tag=0x31, sort_sets=False) == b"\x31" + data[1:]


def test_a_string_is_looked_into_only_when_asked() -> None:
    element = ber_parse(der.octet_string(der.sequence(der.integer(7))))
    assert not element.constructed
    inner = element.inner()
    assert inner.offset == 2
    assert inner[0].integer() == 7
    pieces = ber_parse(b"\x24\x80\x04\x02\x30\x03\x04\x03\x02\x01\x07\x00\x00")
    assert pieces.inner()[0].integer() == 7
    with pytest.raises(MalformedEncoding):
        ber_parse(b"\x04\x03\x05\x00\x00").inner()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no identifier"),
        (b"\x30", "no length"),
        (b"\x30\x05\x00", "beyond the end"),
        (b"\x30\x84\xff\xff\xff\xff", "beyond the end"),
        (b"\x30\xff" + bytes(127), "reserved"),
        (b"\x04\x80\x00\x00", "primitive"),
        (b"\x30\x80\x02\x01\x05", "no end-of-contents"),
        (b"\x05\x00\x00", "after the end"),
        (b"\x00\x00", "out of place"),
        (b"\x1f\x80\x01\x00", "zero octet"),
        (b"\x1f\xff\xff\xff\xff\xff\x7f\x00", "too large"),
    ],
)
def test_what_cannot_be_read_is_named(data: bytes, reason: str) -> None:
    with pytest.raises(MalformedEncoding, match=reason) as caught:
        ber_parse(data, what="Thing")
    assert caught.value.parameters["what"] == "Thing"
    assert isinstance(caught.value.parameters["offset"], int)


def test_octets_after_the_end_can_be_allowed() -> None:
    assert ber_parse(b"\x05\x00tail", allow_trailing=True).raw == b"\x05\x00"


def test_a_missing_member_is_a_malformed_encoding() -> None:
    element = ber_parse(b"\x30\x02\x05\x00")
    for index in (1, -2, 10**9):
        with pytest.raises(MalformedEncoding, match="missing"):
            element[index]
    with pytest.raises(MalformedEncoding, match="primitive"):
        _ = element[0].children
    with pytest.raises(MalformedEncoding, match="another tag"):
        element.expect(0x31)
    assert element.find(0x05) == element[0]
    assert element.find(0x05, start=1) is None
    assert bool(ber_parse(b"\x30\x00"))


def test_high_tags_are_numbered() -> None:
    element = ber_parse(b"\xbf\x87\x68\x02\x05\x00")
    assert (element.tag, element.number, element.header_length) == (0xBF, 1000, 4)
    assert element[0].tag == 0x05


@pytest.mark.parametrize(
    ("data", "read"),
    [
        (b"\x02\x00", "integer"),
        (b"\x04\x01a", "integer"),
        (b"\x01\x02\x00\x00", "boolean"),
        (b"\x02\x01\x00", "boolean"),
        (b"\x03\x00", "bits"),
        (b"\x03\x01\x01", "bits"),
        (b"\x03\x02\x08\x00", "bits"),
        (b"\x06\x00", "oid"),
        (b"\x06\x02\x2a\x86", "oid"),
        (b"\x06\x03\x2a\x80\x01", "oid"),
        (b"\x17\x03202", "time"),
        (b"\x17\x0d240230000000Z", "time"),
        (b"\x18\x0f20240101246060Z", "time"),
        (b"\x02\x01\x00", "time"),
        (b"\x02\x01\x00", "text"),
        (b"\x02\x01\x00", "octets"),
        (b"\x24\x03\x02\x01\x00", "integer"),
        (b"\x22\x03\x02\x01\x00", "integer"),
        (b"\x24\x03\xa0\x01\x00", "octets"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused(data: bytes, read: str) -> None:
    with pytest.raises(MalformedEncoding):
        getattr(ber_parse(data), read)()


@given(st.integers(min_value=-(2**2100), max_value=2**2100))
def test_integers_round_trip(value: int) -> None:
    assert ber_parse(der.integer(value)).integer() == value
    assert ber_parse(der.enumerated(value)).integer() == value


# Arcs of UUIDs (ITU-T X.667, under 2.25) have up to 128 bits.
_arcs = st.lists(st.integers(min_value=0, max_value=2**128 - 1), max_size=12)


@given(
    st.one_of(st.tuples(st.integers(0, 1), st.integers(0, 39)), st.tuples(st.just(2), st.integers(0, 10**9))),
    _arcs,
)
def test_object_identifiers_round_trip(start: tuple[int, int], rest: list[int]) -> None:
    dotted = ".".join(map(str, (*start, *rest)))
    assert ber_parse(der.oid(dotted)).oid() == dotted


@pytest.mark.parametrize("dotted", ["", "1", "3.1", "1.40", "1.2.", "1..2", "1.2.a", "1.02", "1.-2", "１.2"])
def test_what_is_no_object_identifier_is_not_written(dotted: str) -> None:
    with pytest.raises(MalformedEncoding):
        der.oid(dotted)


@given(st.datetimes(min_value=datetime(1, 1, 1), max_value=datetime(9999, 12, 31), timezones=st.just(UTC)))
def test_times_round_trip(moment: datetime) -> None:
    assert ber_parse(der.generalized_time(moment, fraction=True)).time() == moment
    assert ber_parse(der.time(moment)).time() == moment.replace(microsecond=0)


@pytest.mark.parametrize(
    ("data", "moment"),
    [
        (b"\x17\x0b2401020304Z", datetime(2024, 1, 2, 3, 4, tzinfo=UTC)),
        (b"\x17\x11240102030405+0300", datetime(2024, 1, 2, 0, 4, 5, tzinfo=UTC)),
        (b"\x17\x0c240102030405", datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (b"\x18\x0b2024010203Z", datetime(2024, 1, 2, 3, tzinfo=UTC)),
        (b"\x18\x1020240102030405,5", datetime(2024, 1, 2, 3, 4, 5, 500_000, tzinfo=UTC)),
        (b"\x18\x1320231231233000-0100", datetime(2024, 1, 1, 0, 30, tzinfo=UTC)),
        (b"\x18\x1920240102030405.123456789Z", datetime(2024, 1, 2, 3, 4, 5, 123_456, tzinfo=UTC)),
    ],
)
def test_times_that_der_forbids_are_read_all_the_same(data: bytes, moment: datetime) -> None:
    assert ber_parse(data).time() == moment


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=50))
def test_utf8_round_trips(text: str) -> None:
    read, deviation = ber_parse(der.utf8(text)).text_checked()
    assert read == text
    assert deviation == ("NUL_CHARACTER" if "\0" in text else None)


@pytest.mark.parametrize(
    ("data", "text", "deviation"),
    [
        (b"\x13\x05a@b.c", "a@b.c", "PRINTABLE_CHARACTER"),
        (b"\x12\x02a1", "a1", "NUMERIC_CHARACTER"),
        (b"\x14\x03M\xfcl", "Mül", "T61_LATIN1"),
        (b"\x0c\x03a\xffb", "a\ufffdb", "UTF8_INVALID"),
        (b"\x13\x02\xd0\x96", "Ж", "NOT_ASCII"),
        (b"\x16\x01\xff", "ÿ", "NOT_ASCII"),
        (b"\x1e\x04\x04\x16\x00A", "ЖA", None),
        (b"\x1e\x03\x04\x16\x00", "Ж", "BMP_INVALID"),
        (b"\x1e\x04\xd8\x3d\xde\x00", "\U0001f600", "BMP_INVALID"),
        (b"\x1c\x04\x00\x00\x04\x16", "Ж", None),
        (b"\x1c\x04\xff\x00\x04\x16", "\ufffd", "UNIVERSAL_INVALID"),
        (b"\x2c\x80\x0c\x01a\x0c\x01b\x00\x00", "ab", None),
        (b"\x86\x03a:b", "a:b", None),
    ],
)
def test_malformed_but_real_strings_are_read_and_flagged(
    data: bytes, text: str, deviation: str | None
) -> None:
    assert ber_parse(data).text_checked() == (text, deviation)
    assert ber_parse(data).text() == text


@given(st.binary(max_size=40), st.integers(0, 7))
def test_bit_strings_round_trip(value: bytes, unused: int) -> None:
    unused = unused if value else 0
    assert ber_parse(der.bit_string(value, unused)).bits() == (value, unused)


def test_constructed_bit_strings_are_joined() -> None:
    element = ber_parse(b"\x23\x80\x03\x02\x00\xaa\x03\x02\x04\xf0\x00\x00")
    assert element.bits() == (b"\xaa\xf0", 4)
    assert element.der() == b"\x03\x03\x04\xaa\xf0"
    with pytest.raises(MalformedEncoding, match="unused bits"):
        ber_parse(b"\x23\x80\x03\x02\x04\xa0\x03\x02\x00\xf0\x00\x00").bits()


def test_nesting_is_bounded_in_every_reader() -> None:
    deep = b"\x05\x00"
    for _ in range(500):
        deep = der.sequence(deep)
    element = ber_parse(deep)
    with pytest.raises(MalformedEncoding, match="deep"):
        _ = element.is_der
    with pytest.raises(MalformedEncoding, match="deep"):
        element.der()
    depth = 0
    with pytest.raises(MalformedEncoding, match="deep"):
        while True:
            element = element[0]
            depth += 1
    assert depth == 64
    with pytest.raises(MalformedEncoding, match="deep"):
        ber_parse(b"\x30\x80" * 100_000)
    pieces = b"\x04\x00"
    for _ in range(100):
        pieces = der.tlv(0x24, pieces)
    with pytest.raises(MalformedEncoding, match="deep"):
        ber_parse(pieces).octets()
    nested = b"\x04\x00"
    for _ in range(100):
        nested = der.octet_string(nested)
    inner = ber_parse(nested)
    with pytest.raises(MalformedEncoding, match="deep"):
        while True:
            inner = inner.inner()


def test_the_count_of_elements_is_bounded() -> None:
    element = ber_parse(der.tlv(0x30, b"\x05\x00" * 200_001))
    with pytest.raises(MalformedEncoding, match="too many"):
        len(element)
    assert len(ber_parse(der.tlv(0x30, b"\x05\x00" * 1000), max_elements=1001)) == 1000
    # The limit is of the tree, not of one level, and reading again costs nothing of it.
    rows = ber_parse(der.tlv(0x30, der.tlv(0x30, b"\x05\x00" * 10) * 10), max_elements=100)
    for _ in range(20):
        assert len(rows[0]) == 10
    with pytest.raises(MalformedEncoding, match="too many"):
        [len(row) for row in rows]


def test_a_large_hostile_input_costs_little() -> None:
    data = der.tlv(0x30, b"\x30\x80" * 10 + b"\x05\x00" * 5_000_000 + b"\x00\x00" * 10)
    tracemalloc.start()
    started = time.perf_counter()
    with pytest.raises(MalformedEncoding):
        element = ber_parse(data)
        while True:
            element = element[0]
    assert time.perf_counter() - started < 5
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


def test_naive_times_and_characters_out_of_the_type_are_not_written() -> None:
    with pytest.raises(MalformedEncoding):
        der.generalized_time(datetime(2024, 1, 1))
    with pytest.raises(MalformedEncoding):
        der.utc_time(datetime(2050, 1, 1, tzinfo=UTC))
    for write, text in ((der.printable, "a@b"), (der.ia5, "Ж"), (der.numeric, "1a"), (der.utf8, "\ud800")):
        with pytest.raises(MalformedEncoding):
            write(text)


def test_the_writer_uses_the_shortest_forms() -> None:
    assert der.integer(127) == b"\x02\x01\x7f"
    assert der.integer(128) == b"\x02\x02\x00\x80"
    assert der.integer(-128) == b"\x02\x01\x80"
    assert der.octet_string(bytes(127))[:2] == b"\x04\x7f"
    assert der.octet_string(bytes(128))[:3] == b"\x04\x81\x80"
    assert der.octet_string(bytes(256))[:4] == b"\x04\x82\x01\x00"
    assert der.named_bits([0]) == b"\x03\x02\x07\x80"
    assert der.named_bits([5, 6]) == b"\x03\x02\x01\x06"
    assert der.named_bits([8]) == b"\x03\x03\x07\x00\x80"
    assert der.named_bits([]) == b"\x03\x01\x00"
    moment = datetime(2024, 1, 2, 3, 4, 5, 120_000, tzinfo=UTC)
    assert der.generalized_time(moment, fraction=True) == b"\x18\x1220240102030405.12Z"
    assert der.time(moment + timedelta(days=366 * 30))[0] == 0x18


_leaves = st.one_of(
    st.binary(max_size=200).map(der.octet_string),
    st.integers().map(der.integer),
    st.booleans().map(der.boolean),
    st.just(der.NULL),
)
_trees = st.recursive(
    _leaves,
    lambda children: st.one_of(
        st.lists(children, max_size=6).map(lambda items: der.sequence(*items)),
        st.lists(children, max_size=6).map(der.set_of),
        children.map(lambda item: der.explicit(3, item)),
    ),
    max_leaves=40,
)


@given(_trees)
def test_what_the_writer_writes_is_der_and_reads_back(data: bytes) -> None:
    element = ber_parse(data)
    assert element.is_der
    assert element.der() == data == element.raw
    if element.constructed:
        assert b"".join(element.raws()) == element.content == b"".join(child.raw for child in element)
