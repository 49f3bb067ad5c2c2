"""CRLs and their native index (RFC 5280 §5): indirect ones, repetitions, size, speed."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trustspace._native import CrlIndex
from trustspace.encoding import der
from trustspace.encoding import extensions as ext
from trustspace.encoding.certificate import assemble
from trustspace.encoding.crl import CertificateList
from trustspace.encoding.name import COMMON_NAME, Name
from trustspace.errors import MalformedEncoding

ALGORITHM = der.sequence(der.oid("1.2.643.7.1.1.3.2"))
ISSUER = Name.build([(COMMON_NAME, "CA")])
OTHER = Name.build([(COMMON_NAME, "Other CA")])
START = datetime(2024, 1, 1, tzinfo=UTC)


def _entry(
    serial: int | bytes,
    when: datetime = START,
    *,
    reason: int | None = None,
    invalid: datetime | None = None,
    issuer: Name | None = None,
    unknown: bool = False,
) -> bytes:
    found = []
    if reason is not None:
        found.append(ext.encode_extension("2.5.29.21", der.enumerated(reason)))
    if invalid is not None:
        found.append(ext.encode_extension("2.5.29.24", der.generalized_time(invalid)))
    if issuer is not None:
        names = der.sequence(der.explicit(4, issuer.raw))
        found.append(ext.encode_extension("2.5.29.29", names, critical=True))
    if unknown:
        found.append(ext.encode_extension("1.2.3.4", der.NULL, critical=True))
    number = der.integer(serial) if isinstance(serial, int) else der.tlv(0x02, serial)
    return der.sequence(number, der.time(when), der.sequence(*found) if found else None)


def _list(entries: Iterable[bytes] | None, *extensions: bytes, next_update: bool = True) -> bytes:
    tbs = der.sequence(
        der.integer(1),
        ALGORITHM,
        ISSUER.raw,
        der.time(START),
        der.time(START + timedelta(days=7)) if next_update else None,
        der.sequence_of(entries) if entries is not None else None,
        der.explicit(0, der.sequence(*extensions)) if extensions else None,
    )
    return assemble(tbs, ALGORITHM, b"signature")


def test_the_fields_of_a_full_list() -> None:
    number = ext.encode_extension(ext.CRL_NUMBER, der.integer(5))
    point = der.sequence(
        der.explicit(0, der.implicit(0, der.sequence(b"\x86\x01u"))), der.implicit(1, der.TRUE)
    )
    crl = CertificateList.parse(
        _list(
            [_entry(3, reason=1, invalid=START - timedelta(days=1)), _entry(1)],
            number,
            ext.encode_extension(ext.ISSUING_DISTRIBUTION_POINT, point, critical=True),
        )
    )
    assert crl.issuer.matches(ISSUER)
    assert (crl.this_update, crl.next_update) == (START, START + timedelta(days=7))
    assert (crl.count, crl.crl_number, crl.is_delta, crl.base_crl_number) == (2, 5, False, None)
    assert crl.signature == b"signature"
    distribution_point = crl.issuing_distribution_point
    assert distribution_point is not None
    assert distribution_point.only_contains_user_certs
    assert not distribution_point.indirect_crl
    assert crl.unknown_critical_extensions == ()
    assert crl.deviations == ()
    entry = crl.lookup(3)
    assert entry is not None
    assert (entry.reason, entry.revocation_time) == (1, START)
    assert entry.invalidity_date == START - timedelta(days=1)
    assert crl.lookup(3, ISSUER) is not None
    assert crl.lookup(3, OTHER) is None
    plain = crl.lookup(1)
    assert plain is not None
    assert (plain.reason, plain.invalidity_date, plain.certificate_issuer) == (None, None, None)
    assert crl.lookup(2) is None


def test_an_empty_list_has_no_entries() -> None:
    for entries in (None, []):
        crl = CertificateList.parse(_list(entries, next_update=False))
        assert crl.count == 0
        assert crl.lookup(1) is None
        assert crl.deviations == ("NEXT_UPDATE_MISSING",)


def test_a_delta_list_names_its_base() -> None:
    base = ext.encode_extension(ext.DELTA_CRL_INDICATOR, der.integer(4), critical=True)
    crl = CertificateList.parse(_list([_entry(1, reason=8)], base))
    assert crl.is_delta
    assert crl.base_crl_number == 4
    entry = crl.lookup(1)
    assert entry is not None
    assert entry.reason == 8


def test_the_issuer_of_an_indirect_entry_is_carried_over() -> None:
    crl = CertificateList.parse(
        _list([_entry(1), _entry(2, issuer=OTHER), _entry(1, reason=4), _entry(5, issuer=ISSUER), _entry(6)])
    )
    assert crl.index.indirect
    for serial, issuer, found in [
        (1, ISSUER, True),
        (1, OTHER, True),
        (2, ISSUER, False),
        (2, OTHER, True),
        (5, ISSUER, True),
        (5, OTHER, False),
        (6, ISSUER, True),
        (6, OTHER, False),
    ]:
        assert (crl.lookup(serial, issuer) is not None) is found, (serial, issuer)
    own, other = crl.lookup(1), crl.lookup(1, OTHER)
    assert own is not None and own.certificate_issuer is None
    assert other is not None and (other.certificate_issuer, other.reason) == (OTHER.raw, 4)
    # Names match as names, not as octets.
    shouted = Name.parse(
        der.sequence(der.set_of([der.sequence(der.oid(COMMON_NAME), der.utf8("OTHER  ca"))]))
    )
    assert crl.lookup(2, shouted) is not None
    assert crl.index.lookup(2, OTHER.raw) is not None
    assert crl.index.lookup(2) is None


def test_an_entry_never_hides_another_that_revokes() -> None:
    early, late = START - timedelta(days=2), START - timedelta(days=1)
    crl = CertificateList.parse(
        _list([_entry(1, early, reason=8), _entry(1, START), _entry(1, late, reason=1), _entry(2)])
    )
    entry = crl.lookup(1)
    assert entry is not None
    assert (entry.reason, entry.revocation_time) == (1, late)
    assert "ENTRY_REPEATED" in crl.deviations
    assert crl.index.duplicates == 2
    assert len(crl.index.lookup_all(1)) == 3


def test_unknown_critical_extensions_are_told() -> None:
    crl = CertificateList.parse(
        _list(
            [_entry(1), _entry(2, unknown=True), _entry(3, unknown=True)],
            ext.encode_extension("1.2.3.5", der.NULL, critical=True),
            ext.encode_extension("1.2.3.6", der.NULL),
        )
    )
    assert crl.unknown_critical_extensions == ("1.2.3.5", "1.2.3.4")


@settings(max_examples=60)
@given(st.lists(st.integers(min_value=-(2**170), max_value=2**170), max_size=60, unique=True), st.randoms())
def test_every_serial_is_found_and_no_other(serials: list[int], shuffle: random.Random) -> None:
    shuffle.shuffle(serials)
    listed, absent = serials[::2], serials[1::2]
    index = CrlIndex.parse(_list([_entry(serial, reason=number % 7) for number, serial in enumerate(listed)]))
    assert index.count == len(listed)
    for number, serial in enumerate(listed):
        entry = index.lookup(serial)
        assert entry is not None
        assert entry.reason == number % 7
    assert [serial for serial in absent if index.lookup(serial) is not None] == []


def test_serials_in_a_longer_form_are_the_same_numbers() -> None:
    index = CrlIndex.parse(_list([_entry(b"\x00\x00\x05"), _entry(b"\xff\xff\x80")]))
    assert index.lookup(5) is not None
    assert index.lookup(b"\x05") is not None
    assert index.lookup(b"\x00\x05") is not None
    assert index.lookup(-128) is not None
    assert index.lookup(0x80) is None


@pytest.mark.parametrize(
    "entry",
    [
        der.sequence(),
        der.sequence(der.integer(1)),
        der.sequence(der.integer(1), der.NULL),
        der.sequence(der.tlv(0x02, b""), der.time(START)),
        der.sequence(der.tlv(0x02, bytes(201)), der.time(START)),
        der.sequence(der.integer(1), der.time(START), der.sequence(), der.NULL),
        der.sequence(der.integer(1), der.time(START), der.sequence(der.NULL)),
        der.sequence(
            der.integer(1), der.time(START), der.sequence(ext.encode_extension("2.5.29.21", der.integer(1)))
        ),
        der.sequence(
            der.integer(1), der.time(START), der.sequence(ext.encode_extension("2.5.29.24", der.NULL))
        ),
        der.NULL,
    ],
)
def test_a_malformed_entry_spoils_the_list(entry: bytes) -> None:
    crl = CertificateList.parse(_list([_entry(1), entry]))
    with pytest.raises(MalformedEncoding):
        crl.lookup(1)


def test_a_ber_list_of_indefinite_length_is_indexed() -> None:
    entries = b"\x30\x80" + _entry(1, reason=1) + _entry(2) + b"\x00\x00"
    tbs = b"\x30\x80" + der.integer(1) + ALGORITHM + ISSUER.raw + der.time(START) + entries + b"\x00\x00"
    crl = CertificateList.parse(b"\x30\x80" + tbs + ALGORITHM + der.bit_string(b"s") + b"\x00\x00")
    assert crl.count == 2
    assert crl.lookup(1) is not None
    assert crl.next_update is None


def test_a_large_list_is_looked_up_in_microseconds_and_without_objects() -> None:
    chance = random.Random(1)
    serials = [chance.getrandbits(120) | 1 << 119 for _ in range(60_000)]
    when = START - timedelta(days=30)
    crl = CertificateList.parse(_list(_entry(serial, when, reason=1) for serial in serials))
    assert crl.count == 60_000
    assert crl.index.index_size == 8 * 60_000
    started = time.perf_counter()
    for serial in serials[:2000]:
        assert crl.lookup(serial) is not None
    assert (time.perf_counter() - started) / 2000 < 100e-6  # ordinarily 2 µs
