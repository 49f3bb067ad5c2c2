"""DVCS messages (RFC 3029): round trips of everything, and the forms in which implementations differ."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustspace._native import ber_parse
from trustspace.encoding import der
from trustspace.encoding.algorithm_identifier import AlgorithmIdentifier
from trustspace.encoding.dvcs import (
    CertEtcKind,
    CertEtcToken,
    Data,
    DVCSCertInfo,
    DVCSErrorNotice,
    DVCSRequest,
    DVCSRequestInformation,
    DVCSResponse,
    DVCSTime,
    PathProcInput,
    ServiceType,
    TargetEtcChain,
)
from trustspace.encoding.extensions import Extension, PolicyInformation
from trustspace.encoding.general_name import GeneralName
from trustspace.encoding.name import COMMON_NAME, Name
from trustspace.encoding.pki_status import PKIStatus, PKIStatusInfo
from trustspace.encoding.tsp import MessageImprint
from trustspace.errors import MalformedEncoding

NOW = datetime(2024, 5, 1, tzinfo=UTC)
STREEBOG = AlgorithmIdentifier.build("1.2.643.7.1.1.2.2")
INFORMATION = DVCSRequestInformation(ServiceType.VSD)

_oids = st.sampled_from(["1.2.3", "1.2.643.1", "2.999.7"])
_names = st.one_of(
    st.sampled_from(["https://a/b", "urn:x"]).map(GeneralName.of_uri),
    st.text("abc", min_size=1, max_size=5).map(
        lambda text: GeneralName.directory(Name.build([(COMMON_NAME, text)]))
    ),
)
_name_tuples = st.lists(_names, max_size=3).map(tuple)
_policies = _oids.map(PolicyInformation.build)
_extensions = st.lists(
    st.builds(Extension, _oids, st.booleans(), st.binary(max_size=8)), max_size=3, unique_by=lambda e: e.oid
).map(tuple)
_moments = st.datetimes(
    min_value=datetime(2000, 1, 1), max_value=datetime(2090, 1, 1), timezones=st.just(UTC)
)
_contents = st.binary(max_size=8).map(lambda data: der.sequence(der.oid("1.2.3"), der.octet_string(data)))
_times = st.one_of(
    _moments.map(lambda moment: DVCSTime(gen_time=moment)),
    _contents.map(lambda token: DVCSTime(time_stamp_token=token)),
)
_information = st.builds(
    DVCSRequestInformation,
    st.sampled_from(ServiceType),
    version=st.integers(1, 3),
    nonce=st.none() | st.integers(0, 2**128),
    request_time=st.none() | _times,
    requester=_name_tuples,
    request_policy=st.none() | _policies,
    dvcs=_name_tuples,
    data_locations=_name_tuples,
    extensions=_extensions,
)
_imprints = st.binary(min_size=1, max_size=64).map(lambda digest: MessageImprint(STREEBOG, digest))
_statuses = st.builds(
    PKIStatusInfo,
    st.sampled_from(PKIStatus),
    st.lists(st.text("абв", max_size=5), max_size=2).map(tuple),
    st.frozensets(st.integers(0, 26), max_size=4),
)
_plain = [CertEtcKind.CERTIFICATE, CertEtcKind.CRL, CertEtcKind.OCSP_CERT_ID, CertEtcKind.OCSP_RESPONSE]
_tokens = st.one_of(
    st.builds(CertEtcToken, st.sampled_from(_plain), _contents),
    _statuses.map(lambda status: CertEtcToken(CertEtcKind.PKI_STATUS, status.encode())),
    _contents.map(lambda value: CertEtcToken(CertEtcKind.ASSERTION, value)),
    st.binary(min_size=1, max_size=20).map(
        lambda digest: CertEtcToken(CertEtcKind.ESS_CERT_ID, der.sequence(der.octet_string(digest)))
    ),
    st.lists(_oids, min_size=1, max_size=3).map(
        lambda oids: CertEtcToken(
            CertEtcKind.CAPABILITIES, der.sequence(*(der.sequence(der.oid(oid)) for oid in oids))
        )
    ),
    st.sampled_from([b"\x80\x00", b"\xa1\x02\x05\x00", b"\x82\x00"]).map(
        lambda status: CertEtcToken(CertEtcKind.OCSP_CERT_STATUS, status)
    ),
    st.builds(Extension, _oids, st.booleans(), st.binary(max_size=8)).map(
        lambda extension: CertEtcToken(CertEtcKind.EXTENSION, extension.encode())
    ),
)
_paths = st.builds(
    PathProcInput,
    st.lists(_policies, min_size=1, max_size=2).map(tuple),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
_targets = st.builds(TargetEtcChain, _tokens, st.lists(_tokens, max_size=4).map(tuple), st.none() | _paths)
_target_tuples = st.lists(_targets, max_size=3).map(tuple)
_data = st.one_of(
    st.binary(max_size=40).map(lambda message: Data(message=message)),
    _imprints.map(lambda imprint: Data(message_imprint=imprint)),
    st.lists(_targets, min_size=1, max_size=3).map(lambda certs: Data(certs=tuple(certs))),
)
_requests = st.builds(DVCSRequest, _information, _data, st.none() | _names)
_signer_infos = st.lists(_contents, max_size=2, unique=True).map(lambda items: tuple(sorted(items)))
_dvcs = st.builds(
    DVCSCertInfo,
    _information,
    _imprints,
    st.integers(1, 2**159),
    _times,
    version=st.integers(1, 2),
    dv_status=st.none() | _statuses,
    policy=st.none() | _policies,
    req_signature=_signer_infos,
    certs=_target_tuples,
    extensions=_extensions,
)


@given(_requests)
def test_requests_round_trip(request_: DVCSRequest) -> None:
    raw = request_.encode()
    parsed = DVCSRequest.parse(raw)
    assert parsed == request_
    assert parsed.raw == parsed.encode() == raw
    assert ber_parse(raw).is_der


@given(_dvcs, st.booleans())
def test_certificates_of_validation_round_trip(info: DVCSCertInfo, explicit_tags: bool) -> None:
    response = DVCSResponse(cert_info=info)
    raw = response.encode(explicit_tags=explicit_tags)
    parsed = DVCSResponse.parse(raw)
    assert parsed == response
    assert parsed.cert_info is not None
    assert parsed.cert_info.raw == raw
    assert parsed.encode(explicit_tags=explicit_tags) == raw


@given(_statuses, st.none() | _names)
def test_error_notices_round_trip(status: PKIStatusInfo, identifier: GeneralName | None) -> None:
    response = DVCSResponse(error_note=DVCSErrorNotice(status, identifier))
    raw = response.encode()
    assert raw[0] == 0xA0
    assert DVCSResponse.parse(raw) == response


def test_the_least_request_is_what_the_belarusian_profile_asks_for() -> None:
    raw = DVCSRequest(INFORMATION, Data(message=b"cms")).encode()
    assert raw.hex() == "300a30030a01020403636d73"
    assert DVCSRequest.parse(raw).request_information == INFORMATION


def test_defaults_are_left_out_and_read_when_written() -> None:
    assert INFORMATION.encode() == der.sequence(der.enumerated(2))
    written = der.sequence(der.integer(1), der.enumerated(2))
    assert DVCSRequestInformation.parse_element(ber_parse(written)) == INFORMATION


def test_the_imprint_is_over_the_content_octets_or_the_der_of_certs() -> None:
    assert Data(message=b"message").imprint_input == b"message"
    pieces = Data.parse_element(ber_parse(b"\x24\x80\x04\x03mes\x04\x04sage\x00\x00"))
    assert pieces.imprint_input == b"message"
    target = TargetEtcChain(CertEtcToken(CertEtcKind.CERTIFICATE, der.sequence(der.NULL)))
    assert Data(certs=(target,)).imprint_input == der.sequence(target.encode())
    assert Data(message_imprint=MessageImprint(STREEBOG, b"d")).imprint_input is None


def test_certs_are_read_tagged_and_untagged() -> None:
    target = TargetEtcChain(CertEtcToken(CertEtcKind.CERTIFICATE, der.sequence(der.NULL)))
    data = Data(certs=(target,))
    assert data.encode()[0] == 0x30
    for written in (data.encode(), der.implicit(0, data.encode())):
        assert Data.parse_element(ber_parse(written)) == data
    # An Extension as target looks like a DigestInfo from outside, but not within.
    extension = TargetEtcChain(CertEtcToken(CertEtcKind.EXTENSION, Extension("1.2.3", False, b"").encode()))
    assert Data.parse_element(ber_parse(Data(certs=(extension,)).encode())).certs == (extension,)


def test_the_booleans_of_path_processing_are_read_tagged_and_untagged() -> None:
    policies = der.sequence(der.sequence(der.oid("1.2.3")))
    untagged = der.sequence(policies, der.FALSE, der.TRUE, der.TRUE)
    tagged = der.sequence(policies, der.implicit(0, der.TRUE), der.implicit(1, der.TRUE))
    for written in (untagged, tagged, b"\xa0" + tagged[1:]):
        path = PathProcInput.parse_element(ber_parse(written))
        assert (path.inhibit_policy_mapping, path.explicit_policy_required, path.inhibit_any_policy) == (
            False,
            True,
            True,
        )
        assert path.encode() == tagged
    assert PathProcInput.parse_element(ber_parse(der.sequence(policies, der.TRUE))).inhibit_policy_mapping


def test_tokens_are_read_under_explicit_tags_too() -> None:
    for kind, value in [
        (CertEtcKind.ESS_CERT_ID, der.sequence(der.octet_string(b"h"))),
        (CertEtcKind.ASSERTION, der.sequence(der.oid("1.2.3"), der.explicit(0, der.NULL))),
        (CertEtcKind.CAPABILITIES, der.sequence(der.sequence(der.oid("1.2.3")))),
    ]:
        token = CertEtcToken(kind, value)
        implicit, explicit = token.encode(), token.encode(explicit_tags=True)
        assert implicit == bytes([0xA0 | kind]) + value[1:]
        assert explicit == der.explicit(kind, value)
        assert CertEtcToken.parse_element(ber_parse(implicit)) == token
        assert CertEtcToken.parse_element(ber_parse(explicit)) == token
    status = CertEtcToken(CertEtcKind.PKI_STATUS, PKIStatusInfo.build(PKIStatus.WAITING).encode())
    assert status.pki_status == PKIStatusInfo.build(PKIStatus.WAITING)
    assert CertEtcToken(CertEtcKind.CRL, der.sequence()).pki_status is None


@pytest.mark.parametrize(
    "data",
    [
        der.sequence(),
        der.sequence(INFORMATION.encode()),
        der.sequence(INFORMATION.encode(), der.NULL),
        der.sequence(INFORMATION.encode(), der.sequence()),
        der.sequence(INFORMATION.encode(), der.octet_string(b""), der.NULL),
        der.sequence(der.sequence(der.enumerated(5)), der.octet_string(b"")),
        der.sequence(der.sequence(der.integer(1)), der.octet_string(b"")),
        der.sequence(der.sequence(der.enumerated(2), der.explicit(7, der.NULL)), der.octet_string(b"")),
        der.sequence(der.sequence(der.enumerated(2), b"\xa1\x00"), der.octet_string(b"")),
        der.sequence(INFORMATION.encode(), der.sequence(der.sequence(b"\xa9\x00"))),
    ],
)
def test_what_is_no_request_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedEncoding):
        DVCSRequest.parse(data)


@pytest.mark.parametrize(
    "data",
    [
        der.sequence(),
        b"\xa0\x00",
        der.explicit(0, der.NULL),
        der.sequence(INFORMATION.encode(), MessageImprint(STREEBOG, b"").encode(), der.integer(1)),
        der.sequence(
            INFORMATION.encode(),
            MessageImprint(STREEBOG, b"").encode(),
            der.integer(1),
            der.generalized_time(NOW),
            der.explicit(9, der.NULL),
        ),
    ],
)
def test_what_is_no_response_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedEncoding):
        DVCSResponse.parse(data)


def test_an_empty_choice_is_not_written() -> None:
    for empty in (DVCSTime(), DVCSResponse()):
        with pytest.raises(MalformedEncoding):
            empty.encode()
