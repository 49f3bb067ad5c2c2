"""CMS SignedData (RFC 5652): DER and BER, several signers, what the signatures are over."""

from __future__ import annotations

import pytest

from support.models import read_everything
from trustspace._native import ber_parse
from trustspace.encoding import der
from trustspace.encoding.attributes import encode_attribute, encode_attributes
from trustspace.encoding.cms import (
    ID_DATA,
    ID_RI_OCSP_RESPONSE,
    ID_SIGNED_DATA,
    ContentInfo,
    SignedData,
    SignerInfo,
)
from trustspace.encoding.name import COMMON_NAME, Name
from trustspace.errors import MalformedEncoding

DIGEST = der.sequence(der.oid("1.2.643.7.1.1.2.2"))
SIGNATURE = der.sequence(der.oid("1.2.643.7.1.1.1.1"))
ISSUER = Name.build([(COMMON_NAME, "CA")])
SIGNED = [encode_attribute("1.2.840.113549.1.9.3", [der.oid(ID_DATA)]), encode_attribute("1.2.3", [der.NULL])]


def _signer(
    signed: bytes | None = der.implicit(0, encode_attributes(SIGNED)),
    unsigned: bytes | None = None,
    *,
    sid: bytes | None = None,
    value: bytes = b"signature",
) -> bytes:
    issuer_and_serial = der.sequence(ISSUER.raw, der.integer(7))
    return der.sequence(
        der.integer(1), sid or issuer_and_serial, DIGEST, signed, SIGNATURE, der.octet_string(value), unsigned
    )


def _signed_data(
    *signers: bytes,
    content: bytes | None = None,
    certificates: bytes | None = None,
    crls: bytes | None = None,
) -> bytes:
    data = der.sequence(
        der.integer(1),
        der.set_of([DIGEST]),
        der.sequence(der.oid(ID_DATA), None if content is None else der.explicit(0, content)),
        certificates,
        crls,
        der.tlv(0x31, b"".join(signers)),
    )
    return der.sequence(der.oid(ID_SIGNED_DATA), der.explicit(0, data))


def test_parallel_signers_and_all_members() -> None:
    ocsp = der.sequence(der.enumerated(0))
    by_key = der.implicit(0, der.octet_string(b"key id"))
    raw = _signed_data(
        _signer(),
        _signer(None, der.implicit(1, encode_attributes(SIGNED)), sid=by_key, value=b"2"),
        content=der.octet_string(b"content"),
        certificates=der.tlv(0xA0, der.sequence(der.NULL) + b"\xa2\x00"),
        crls=der.tlv(
            0xA1,
            der.sequence(der.TRUE)
            + der.implicit(1, der.sequence(der.oid(ID_RI_OCSP_RESPONSE), ocsp))
            + der.implicit(1, der.sequence(der.oid("1.2.3"), der.NULL)),
        ),
    )
    signed = SignedData.parse(raw)
    assert signed.raw == raw
    assert signed.element.raw in raw
    assert (signed.version, signed.encap_content_type, signed.content) == (1, ID_DATA, b"content")
    assert not signed.detached
    assert [a.oid for a in signed.digest_algorithms] == ["1.2.643.7.1.1.2.2"]
    assert signed.certificates == (der.sequence(der.NULL),)
    assert signed.other_certificates == (b"\xa2\x00",)
    assert signed.crls == (der.sequence(der.TRUE),)
    assert signed.ocsp_responses == (ocsp,)
    assert [info.format for info in signed.other_revocation_infos] == [ID_RI_OCSP_RESPONSE, "1.2.3"]
    first, second = signed.signer_infos
    assert first.sid.issuer == ISSUER
    assert (first.sid.serial, first.sid.subject_key_identifier) == (7, None)
    assert second.sid.subject_key_identifier == b"key id"
    assert (first.signature, second.signature) == (b"signature", b"2")
    assert first.signed_attributes is not None
    assert first.signed_attributes.der == encode_attributes(SIGNED)
    assert first.signed_attributes.hash_inputs == (encode_attributes(SIGNED),)
    assert second.signed_attributes is None
    assert [a.oid for a in second.unsigned("1.2.3")] == ["1.2.3"]
    assert first.unsigned("1.2.3") == ()
    read_everything(signed)


def test_the_same_in_ber_gives_the_same_content_and_hash_input() -> None:
    encapsulated = (
        b"\x30\x80"
        + der.oid(ID_DATA)
        + b"\xa0\x80\x24\x80\x04\x03con\x24\x06\x04\x04tent\x00\x00\x00\x00\x00\x00"
    )
    attributes = b"\xa0\x80" + b"".join(sorted(SIGNED, reverse=True)) + b"\x00\x00"
    signer = b"\x30\x80" + _signer(attributes)[2:] + b"\x00\x00"
    data = (
        b"\x30\x80"
        + der.integer(1)
        + der.set_of([DIGEST])
        + encapsulated
        + b"\x31\x80"
        + signer
        + b"\x00\x00" * 2
    )
    raw = b"\x30\x80" + der.oid(ID_SIGNED_DATA) + b"\xa0\x80" + data + b"\x00\x00" * 2
    signed = SignedData.parse(raw)
    assert signed.content == b"content"
    (info,) = signed.signer_infos
    assert info.signed_attributes is not None
    assert info.signed_attributes.der == encode_attributes(SIGNED)
    assert info.signed_attributes.as_stood == b"\x31" + attributes[1:]
    assert info.signed_attributes.hash_inputs == (encode_attributes(SIGNED), b"\x31" + attributes[1:])
    assert info.signed_attributes.deviations == ("NOT_DER",)
    # Without the tag of a SET, the generic re-encoding cannot know that the attributes are to be sorted.
    definite = der.tlv(0xA0, attributes[2:-2])
    expected = SignedData.parse(_signed_data(_signer(definite), content=der.octet_string(b"content")))
    assert signed.element.der() == expected.element.raw


def test_unsorted_attributes_are_told_with_both_hash_inputs() -> None:
    unsorted = der.tlv(0xA0, b"".join(sorted(SIGNED, reverse=True)))
    attributes = SignedData.parse(_signed_data(_signer(unsorted))).signer_infos[0].signed_attributes
    assert attributes is not None
    assert not attributes.is_der
    assert attributes.hash_inputs[0] == encode_attributes(SIGNED)
    assert attributes.hash_inputs[1] == b"\x31" + unsorted[1:]


def test_repeated_attributes_and_values_are_told() -> None:
    twice = der.implicit(
        0, encode_attributes([SIGNED[0], SIGNED[0], encode_attribute("1.2.9", [der.TRUE, der.NULL])])
    )
    attributes = SignedData.parse(_signed_data(_signer(twice))).signer_infos[0].signed_attributes
    assert attributes is not None
    assert attributes.deviations == ("ATTRIBUTE_REPEATED:1.2.840.113549.1.9.3",)
    assert len(attributes.get_all("1.2.840.113549.1.9.3")) == 2
    several = attributes.get("1.2.9")
    assert several is not None
    with pytest.raises(MalformedEncoding, match="one value"):
        _ = several.value


def test_detached_and_pkcs7_content() -> None:
    assert SignedData.parse(_signed_data(_signer())).detached
    assert SignedData.parse(_signed_data(_signer())).content is None
    # RFC 2315: content of another type is hashed without its tag and length.
    other = SignedData.parse(_signed_data(_signer(), content=der.sequence(der.NULL)))
    assert other.content == der.NULL


def test_a_bare_signed_data_and_octets_after_it() -> None:
    raw = _signed_data(_signer())
    bare = SignedData.parse(raw).element.raw
    assert SignedData.parse(bare).signer_infos[0].signature == b"signature"
    padded = SignedData.parse(raw + bytes(100))
    assert padded.deviations == ("TRAILING_OCTETS",)
    assert padded.raw == raw


def test_a_counter_signature_is_a_signer_info_of_its_own() -> None:
    signer = SignerInfo.parse(_signer())
    assert signer.raw == _signer()
    assert signer.signature_element.content == b"signature"


@pytest.mark.parametrize(
    "data",
    [
        der.sequence(),
        der.sequence(der.oid(ID_DATA), der.explicit(0, der.octet_string(b""))),
        der.sequence(der.oid(ID_SIGNED_DATA)),
        der.sequence(der.oid(ID_SIGNED_DATA), der.explicit(0, der.NULL)),
        der.sequence(der.oid(ID_SIGNED_DATA), der.explicit(0, der.sequence(der.integer(1)))),
        _signed_data(crls=b"\xa0\x00", certificates=b"\xa1\x00"),
        _signed_data(der.NULL),
        _signed_data(_signer(der.NULL)),
        _signed_data(_signer(unsigned=der.NULL)),
        _signed_data(_signer(sid=der.implicit(5, der.NULL))),
        _signed_data(_signer(der.tlv(0xA0, der.NULL))),
        _signed_data(*[_signer()] * 1001),
        _signed_data(_signer(der.tlv(0xA0, SIGNED[0] * 1001))),
        _signed_data(crls=der.tlv(0xA1, b"\xa1\x02\x05\x00")),
    ],
)
def test_what_is_no_signed_data_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedEncoding):
        read_everything(SignedData.parse(data))


def test_content_info_of_another_type() -> None:
    info = ContentInfo.parse(der.sequence(der.oid("1.2.3"), der.explicit(0, der.NULL)))
    assert info.content_type == "1.2.3"
    assert info.content == ber_parse(der.NULL)
    assert ContentInfo.parse(der.sequence(der.oid("1.2.3"))).content is None


def test_other_revocation_information_without_members_is_malformed() -> None:
    for choice in (b"\xa1\x00", b"\xa1\x02\x05\x00", b"\xa0\x04\x06\x00\x05\x00", b"\x81\x00"):
        signed = SignedData.parse(
            der.sequence(
                der.oid(ID_SIGNED_DATA),
                der.explicit(
                    0,
                    der.sequence(
                        der.integer(1),
                        der.set_of([]),
                        der.sequence(der.oid(ID_DATA)),
                        der.tlv(0xA1, choice),
                        der.set_of([]),
                    ),
                ),
            )
        )
        with pytest.raises(MalformedEncoding):
            _ = signed.ocsp_responses
