"""OCSP requests and responses (RFC 6960)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from trustspace.encoding import der
from trustspace.encoding.certificate import assemble
from trustspace.encoding.extensions import encode_extension
from trustspace.encoding.name import COMMON_NAME, Name
from trustspace.encoding.ocsp import (
    ID_ISISMTT_CERT_HASH,
    ID_PKIX_OCSP_ARCHIVE_CUTOFF,
    ID_PKIX_OCSP_NONCE,
    BasicOCSPResponse,
    CertID,
    CertStatus,
    OCSPRequest,
    OCSPResponse,
    OCSPResponseStatus,
    encode_ocsp_error,
    encode_ocsp_response,
)
from trustspace.errors import MalformedEncoding

STREEBOG = der.sequence(der.oid("1.2.643.7.1.1.2.2"))
ALGORITHM = der.sequence(der.oid("1.2.643.7.1.1.3.2"))
NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
CERT_ID = CertID.build(STREEBOG, b"n" * 32, b"k" * 32, 2**100)


def _single(status: bytes, *extensions: bytes, next_update: bool = True) -> bytes:
    return der.sequence(
        CERT_ID.raw,
        status,
        der.generalized_time(NOW),
        der.explicit(0, der.generalized_time(NOW + timedelta(hours=1))) if next_update else None,
        der.explicit(1, der.sequence(*extensions)) if extensions else None,
    )


def _basic(*singles: bytes, responder: bytes | None = None, certificates: tuple[bytes, ...] = ()) -> bytes:
    nonce = encode_extension(ID_PKIX_OCSP_NONCE, der.octet_string(b"nonce"))
    data = der.sequence(
        responder or der.explicit(2, der.octet_string(b"h" * 20)),
        der.generalized_time(NOW),
        der.sequence(*singles),
        der.explicit(1, der.sequence(nonce)),
    )
    signed = assemble(data, ALGORITHM, b"signature")
    if certificates:
        return der.sequence(
            data, ALGORITHM, der.bit_string(b"signature"), der.explicit(0, der.sequence(*certificates))
        )
    return signed


GOOD = b"\x80\x00"


def test_a_response_under_a_national_hash() -> None:
    cutoff = encode_extension(ID_PKIX_OCSP_ARCHIVE_CUTOFF, der.generalized_time(NOW - timedelta(days=9)))
    cert_hash = encode_extension(ID_ISISMTT_CERT_HASH, der.sequence(STREEBOG, der.octet_string(b"c" * 32)))
    revoked = der.implicit(
        1, der.sequence(der.generalized_time(NOW), der.explicit(0, der.enumerated(6))), True
    )
    raw = encode_ocsp_response(
        _basic(_single(GOOD, cutoff, cert_hash), _single(revoked, next_update=False), _single(b"\x82\x00"))
    )
    response = OCSPResponse.parse(raw)
    assert response.raw == raw
    assert response.status is OCSPResponseStatus.SUCCESSFUL
    basic = response.basic
    assert basic is not None
    assert basic.produced_at == NOW
    assert (basic.responder_id.key_hash, basic.responder_id.name) == (b"h" * 20, None)
    assert basic.nonce == b"nonce"
    assert basic.signature == b"signature"
    assert basic.tbs_raw in raw
    good, hold, unknown = basic.responses
    assert (good.status, good.revocation_time, good.reason) == (CertStatus.GOOD, None, None)
    assert good.next_update == NOW + timedelta(hours=1)
    assert good.cert_id == CERT_ID
    assert (good.cert_id.hash_oid, good.cert_id.serial) == ("1.2.643.7.1.1.2.2", 2**100)
    assert good.archive_cutoff == NOW - timedelta(days=9)
    assert good.cert_hash is not None
    assert good.cert_hash[1] == b"c" * 32
    assert (hold.status, hold.revocation_time, hold.reason) == (CertStatus.REVOKED, NOW, 6)
    assert (hold.next_update, hold.cert_hash, hold.archive_cutoff) == (None, None, None)
    assert unknown.status is CertStatus.UNKNOWN


def test_a_responder_by_name_with_its_certificates() -> None:
    name = Name.build([(COMMON_NAME, "OCSP")])
    raw = _basic(_single(GOOD), responder=der.explicit(1, name.raw), certificates=(der.sequence(der.NULL),))
    basic = BasicOCSPResponse.parse(raw)
    assert basic.responder_id.name == name
    assert basic.certificates == (der.sequence(der.NULL),)
    # Attributes hold the bare response, some makers the whole one.
    assert OCSPResponse.of_basic(raw).raw == encode_ocsp_response(raw)
    assert OCSPResponse.of_basic(encode_ocsp_response(raw)).basic == basic


def test_an_error_has_no_response() -> None:
    response = OCSPResponse.parse(encode_ocsp_error(OCSPResponseStatus.TRY_LATER))
    assert (response.status, response.basic) == (OCSPResponseStatus.TRY_LATER, None)


@pytest.mark.parametrize(
    "data",
    [
        der.sequence(der.enumerated(0)),
        der.sequence(der.enumerated(4)),
        der.sequence(der.integer(0)),
        der.sequence(der.enumerated(0), der.explicit(0, der.NULL)),
        encode_ocsp_response(der.sequence()),
        encode_ocsp_response(_basic(_single(b"\x83\x00"))),
        encode_ocsp_response(_basic(_single(b"\xa1\x00"))),
        encode_ocsp_response(_basic(_single(GOOD), responder=der.explicit(3, der.NULL))),
        encode_ocsp_response(_basic(der.sequence(CERT_ID.raw, GOOD))),
    ],
)
def test_what_is_no_response_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedEncoding):
        response = OCSPResponse.parse(data)
        assert response.basic is not None
        _ = response.basic.responses


def test_requests_round_trip() -> None:
    request = OCSPRequest.build([CERT_ID, CertID.build(STREEBOG, b"a", b"b", -5)], nonce=b"0123456789abcdef")
    again = OCSPRequest.parse(request.raw)
    assert [cert_id.serial for cert_id in again.cert_ids] == [2**100, -5]
    assert again.nonce == b"0123456789abcdef"
    assert not again.signed
    assert OCSPRequest.build([CERT_ID]).nonce is None
    for data in (der.sequence(), der.sequence(der.sequence()), der.sequence(der.sequence(der.NULL))):
        with pytest.raises(MalformedEncoding):
            OCSPRequest.parse(data)
