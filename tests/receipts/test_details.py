"""The private extension of a receipt: one encoding, byte for byte, and nothing hostile gets further."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustspace.algorithms.errors import AlgorithmNotSupported
from trustspace.errors import MalformedEncoding
from trustspace.receipts.details import Imprint, Opinion, ReceiptDetails, Verdict
from trustspace.receipts.outcome import Outcome

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
SHA256 = "2.16.840.1.101.3.4.2.1"

times = st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1)).map(
    lambda t: t.replace(microsecond=0, tzinfo=UTC)
)
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
digests = st.binary(min_size=1, max_size=64)
imprints = st.builds(Imprint, st.sampled_from([SHA256, "1.2.643.7.1.1.2.2"]), digests)
outcomes = st.sampled_from(Outcome)
rows = st.lists(texts, max_size=3).map(tuple)
verdicts = st.builds(
    Verdict,
    id=texts,
    outcome=outcomes,
    ground=texts,
    indication=texts,
    sub_indication=texts.map(lambda t: t or None),
    best_signature_time=st.none() | times,
    causes=rows,
)
opinions = st.builds(Opinion, texts, st.none() | outcomes, st.none() | digests)
details = st.builds(
    ReceiptDetails,
    member=texts,
    nonce=st.binary(min_size=16, max_size=64),
    outcome=outcomes,
    ground=texts,
    alarm=st.booleans(),
    imprints=st.lists(imprints, max_size=2).map(tuple),
    content_imprints=st.lists(imprints, max_size=2).map(tuple),
    snapshot=digests,
    evidence=digests,
    policy_name=texts,
    policy=digests,
    report=digests,
    control_time=times,
    engine=texts,
    modules=rows,
    verdicts=st.lists(verdicts, max_size=3).map(tuple),
    opinions=st.lists(opinions, max_size=3).map(tuple),
)


@given(details)
def test_round_trip(value: ReceiptDetails) -> None:
    assert ReceiptDetails.parse(value.to_der()) == value


@given(details, st.integers(min_value=0), st.integers(1, 255))
def test_a_flipped_byte_is_refused_or_another_value(value: ReceiptDetails, at: int, change: int) -> None:
    data = bytearray(value.to_der())
    data[at % len(data)] ^= change
    try:
        other = ReceiptDetails.parse(bytes(data))
    except (MalformedEncoding, AlgorithmNotSupported):
        return
    assert other != value
    assert other.to_der() == bytes(data)


@given(st.binary(max_size=100))
def test_hostile_bytes_end_in_one_error(data: bytes) -> None:
    with pytest.raises(MalformedEncoding):
        ReceiptDetails.parse(data)
