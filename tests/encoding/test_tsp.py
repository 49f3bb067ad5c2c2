"""Time-stamp messages (RFC 3161): they round-trip, and OpenSSL reads ours."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustspace.encoding import der
from trustspace.encoding.algorithm_identifier import AlgorithmIdentifier
from trustspace.encoding.cms import ID_SIGNED_DATA
from trustspace.encoding.general_name import GeneralName
from trustspace.encoding.name import COMMON_NAME, Name
from trustspace.encoding.pki_status import PKIFailureInfo, PKIStatus, PKIStatusInfo
from trustspace.encoding.tsp import (
    ID_CT_TST_INFO,
    MessageImprint,
    TimeStampReq,
    TimeStampResp,
    TSTInfo,
)
from trustspace.errors import MalformedEncoding

SHA256 = AlgorithmIdentifier.build("2.16.840.1.101.3.4.2.1")
IMPRINT = MessageImprint(SHA256, bytes(range(32)))
NOW = datetime(2024, 5, 1, 12, 30, 15, 250_000, tzinfo=UTC)
TSA = GeneralName.directory(Name.build([(COMMON_NAME, "TSA")]))

_nonces = st.none() | st.integers(min_value=0, max_value=2**128)
_policies = st.none() | st.sampled_from(["1.2.3", "1.2.643.2.2"])


@given(_policies, _nonces, st.booleans())
def test_requests_round_trip(policy: str | None, nonce: int | None, certificates: bool) -> None:
    request = TimeStampReq.build(IMPRINT, policy=policy, nonce=nonce, cert_req=certificates)
    assert (request.policy, request.nonce, request.cert_req) == (policy, nonce, certificates)
    assert (request.version, request.message_imprint) == (1, IMPRINT)
    assert request.message_imprint.hash_oid == SHA256.oid
    assert request.extensions == {}


@given(
    st.integers(min_value=1, max_value=2**160),
    st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1), timezones=st.just(UTC)),
    st.none() | st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=1)),
    st.booleans(),
    _nonces,
)
def test_tst_info_round_trips(
    serial: int, moment: datetime, accuracy: timedelta | None, ordering: bool, nonce: int | None
) -> None:
    info = TSTInfo.build(
        policy="1.2.3",
        imprint=IMPRINT,
        serial=serial,
        gen_time=moment,
        accuracy=accuracy,
        ordering=ordering,
        nonce=nonce,
        tsa=TSA,
    )
    assert (info.serial, info.gen_time, info.accuracy) == (serial, moment, accuracy)
    assert (info.ordering, info.nonce, info.tsa) == (ordering, nonce, TSA)
    assert (info.version, info.policy, info.message_imprint) == (1, "1.2.3", IMPRINT)


def test_openssl_reads_our_request_and_response(openssl: str, tmp_path: Path) -> None:
    query = tmp_path / "q.tsq"
    query.write_bytes(TimeStampReq.build(IMPRINT, policy="1.2.3", nonce=0x1234, cert_req=True).raw)
    command = [openssl, "ts", "-query", "-in", str(query), "-text"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Policy OID: 1.2.3" in text
    assert "Nonce: 0x1234" in text
    assert "Certificate required: yes" in text
    status = PKIStatusInfo.build(
        PKIStatus.REJECTION, ["отказ"], [PKIFailureInfo.BAD_ALG, PKIFailureInfo.SYSTEM_FAILURE]
    )
    reply = tmp_path / "r.tsr"
    reply.write_bytes(TimeStampResp.build(status).raw)
    command = [openssl, "ts", "-reply", "-in", str(reply), "-text"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Status: Rejected." in text
    assert "unrecognized or unsupported algorithm identifier" in text
    assert "system failure" in text


@given(
    st.sampled_from(list(PKIStatus)),
    st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20), max_size=3),
    st.frozensets(st.integers(0, 31)),
)
def test_statuses_round_trip(status: PKIStatus, text: list[str], bits: frozenset[int]) -> None:
    info = PKIStatusInfo.build(status, text, bits)
    assert PKIStatusInfo.parse(info.encode()) == info


def test_a_response_with_a_token() -> None:
    token = der.sequence(der.oid(ID_SIGNED_DATA), der.explicit(0, der.sequence()))
    response = TimeStampResp.build(PKIStatusInfo.build(PKIStatus.GRANTED), token)
    assert response.token == token
    assert response.granted
    assert not TimeStampResp.build(PKIStatusInfo.build(PKIStatus.GRANTED)).granted
    assert not TimeStampResp.build(PKIStatusInfo.build(PKIStatus.REJECTION), token).granted


def test_the_forms_of_accuracy_and_extensions() -> None:
    def info(*rest: bytes) -> TSTInfo:
        head = (der.integer(1), der.oid("1.2"), IMPRINT.encode(), der.integer(1), der.generalized_time(NOW))
        return TSTInfo.parse(der.sequence(*head, *rest))

    assert info(der.sequence()).accuracy == timedelta(0)
    assert info(der.sequence(der.implicit(1, der.integer(5)))).accuracy == timedelta(microseconds=5)
    extension = der.sequence(der.oid("1.2.9"), der.octet_string(b"v"))
    for written in (der.tlv(0xA1, extension), der.explicit(1, der.sequence(extension))):
        assert info(written).extensions["1.2.9"].value == b"v"
    for bad in (
        der.sequence(der.implicit(0, der.integer(1000))),
        der.sequence(der.integer(-1)),
        der.sequence(der.NULL),
        der.NULL,
        der.explicit(0, der.NULL),
    ):
        with pytest.raises(MalformedEncoding):
            info(bad)


@pytest.mark.parametrize(
    "data",
    [
        der.sequence(),
        der.sequence(der.integer(1), der.NULL),
        der.sequence(der.sequence()),
        der.sequence(der.sequence(der.integer(7))),
        der.sequence(der.sequence(der.integer(0)), der.NULL),
        der.sequence(der.integer(1), IMPRINT.encode(), der.NULL),
    ],
)
def test_what_is_no_message_is_refused(data: bytes) -> None:
    for model in (TimeStampReq, TimeStampResp, TSTInfo):
        with pytest.raises(MalformedEncoding):
            model.parse(data)


def test_the_content_type_is_the_registered_one() -> None:
    assert ID_CT_TST_INFO == "1.2.840.113549.1.9.16.1.4"
