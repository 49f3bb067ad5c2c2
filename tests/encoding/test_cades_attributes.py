"""Attributes of CAdES: values as the clauses define them, and as makers got them wrong."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from trustspace._native import ber_parse
from trustspace.encoding import cades_attributes as ca
from trustspace.encoding import der
from trustspace.encoding.attributes import Attribute
from trustspace.encoding.name import COMMON_NAME, Name
from trustspace.errors import MalformedEncoding

STREEBOG = der.sequence(der.oid("1.2.643.7.1.1.2.2"))
SHA256 = der.sequence(der.oid(ca.SHA256))
ISSUER = Name.build([(COMMON_NAME, "CA")])
ISSUER_SERIAL = der.sequence(der.sequence(der.explicit(4, ISSUER.raw)), der.integer(9))
NOW = datetime(2024, 5, 1, tzinfo=UTC)


def test_signing_certificate_of_both_versions() -> None:
    one = ca.signing_certificate(
        ber_parse(der.sequence(der.sequence(der.sequence(der.octet_string(b"1" * 20), ISSUER_SERIAL))))
    )
    assert [(r.hash_oid, r.digest, r.serial) for r in one] == [(ca.SHA1, b"1" * 20, 9)]
    assert one[0].issuer_name == ISSUER
    two = ca.signing_certificate_v2(
        ber_parse(
            der.sequence(
                der.sequence(
                    der.sequence(der.octet_string(b"d")),
                    der.sequence(STREEBOG, der.octet_string(b"e"), ISSUER_SERIAL),
                ),
                der.sequence(der.sequence(der.oid("1.2"))),
            )
        )
    )
    assert [(r.hash_oid, r.digest, r.serial) for r in two] == [
        (ca.SHA256, b"d", None),
        ("1.2.643.7.1.1.2.2", b"e", 9),
    ]
    assert two[0].issuer_name is None


def test_what_is_written_reads_back() -> None:
    raw = ca.encode_signing_certificate_v2(
        [(SHA256, b"s" * 32), (STREEBOG, b"t" * 32)], issuer=ISSUER.raw, serial=9
    )
    references = ca.certificate_references(Attribute.parse(raw))
    assert [(r.hash_oid, r.digest, r.serial) for r in references] == [
        (ca.SHA256, b"s" * 32, 9),
        ("1.2.643.7.1.1.2.2", b"t" * 32, None),
    ]
    assert SHA256 not in raw
    assert ca.signing_time(Attribute.parse(ca.encode_signing_time(NOW)).value) == NOW
    assert ca.message_digest(Attribute.parse(ca.encode_message_digest(b"d")).value) == b"d"
    assert ca.content_type(Attribute.parse(ca.encode_content_type("1.2.3")).value) == "1.2.3"
    one, two = der.sequence(der.TRUE), der.sequence(der.NULL)
    values = ca.revocation_values(Attribute.parse(ca.encode_revocation_values([one], [two])).value)
    assert values == ca.RevocationValues((one,), (two,))
    assert ca.certificate_values(Attribute.parse(ca.encode_certificate_values([one, two])).value) == (
        one,
        two,
    )


def test_references_to_certificates_and_revocation_data() -> None:
    other_hash = der.sequence(STREEBOG, der.octet_string(b"h"))
    refs = ca.certificate_refs(
        ber_parse(der.sequence(der.sequence(other_hash, ISSUER_SERIAL), der.sequence(der.octet_string(b"1"))))
    )
    assert [(r.hash_oid, r.digest, r.serial) for r in refs] == [
        ("1.2.643.7.1.1.2.2", b"h", 9),
        (ca.SHA1, b"1", None),
    ]
    identifier = der.sequence(ISSUER.raw, der.utc_time(NOW), der.integer(3))
    crls = der.explicit(0, der.sequence(der.sequence(der.sequence(other_hash, identifier))))
    responder = der.explicit(2, der.octet_string(b"k" * 20))
    produced = der.sequence(responder, der.generalized_time(NOW))
    ocsps = der.explicit(1, der.sequence(der.sequence(der.sequence(produced, other_hash))))
    found = ca.revocation_refs(ber_parse(der.sequence(der.sequence(crls, ocsps), der.sequence())))
    (crl,), (ocsp,) = found.crls, found.ocsps
    assert (crl.digest, crl.issuer, crl.issued, crl.number) == (b"h", ISSUER, NOW, 3)
    assert (ocsp.digest, ocsp.produced_at, ocsp.responder_id.key_hash) == (b"h", NOW, b"k" * 20)


def test_signature_policies() -> None:
    digest = der.sequence(STREEBOG, der.octet_string(b"p"))
    qualifier = der.sequence(der.oid("1.2.840.113549.1.9.16.5.1"), der.ia5("http://x"))
    full = der.sequence(der.oid("1.2.3"), digest, der.sequence(qualifier))
    policy = ca.signature_policy(ber_parse(full))
    assert (policy.oid, policy.digest, len(policy.qualifiers)) == ("1.2.3", b"p", 1)
    assert policy.hash_algorithm is not None
    # One qualifier without its list, as a Spanish maker writes it.
    bare = ca.signature_policy(ber_parse(der.sequence(der.oid("1.2.3"), digest, qualifier)))
    assert bare.qualifiers == policy.qualifiers
    assert ca.signature_policy(ber_parse(der.NULL)).oid is None
    assert ca.signature_policy(ber_parse(der.sequence(der.oid("1.2.3")))).digest is None


def test_the_small_ones() -> None:
    assert ca.commitment_type(ber_parse(der.sequence(der.oid("1.2.3")))) == "1.2.3"
    assert ca.mime_type(ber_parse(der.utf8("text/plain"))) == "text/plain"
    assert ca.content_hints(ber_parse(der.sequence(der.utf8("a"), der.oid("1.2")))) == ("a", "1.2")
    assert ca.content_hints(ber_parse(der.sequence(der.oid("1.2")))) == (None, "1.2")
    location = der.sequence(
        der.explicit(0, der.utf8("BY")),
        der.explicit(1, der.utf8("Минск")),
        der.implicit(2, der.sequence(der.utf8("a"), der.utf8("b"))),
    )
    assert ca.signer_location(ber_parse(location)) == ca.SignerLocation("BY", "Минск", ("a", "b"))
    index = [der.sequence(der.octet_string(bytes([n]))) for n in range(3)]
    assert ca.ats_hash_index(ber_parse(der.sequence(*index))).hash_algorithm.oid == ca.SHA256
    three = ca.ats_hash_index(ber_parse(der.sequence(STREEBOG, *index)))
    assert (three.certificates, three.crls, three.unsigned_attributes) == ((b"\0",), (b"\1",), (b"\2",))


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (ca.signing_certificate, der.sequence()),
        (ca.signing_certificate, der.sequence(der.sequence(der.sequence(der.NULL)))),
        (ca.signing_certificate_v2, der.sequence(der.sequence(der.sequence(STREEBOG)))),
        (ca.signing_certificate_v2, der.NULL),
        (ca.certificate_refs, der.sequence(der.sequence(der.NULL))),
        (ca.revocation_refs, der.sequence(der.sequence(der.NULL))),
        (ca.revocation_values, der.sequence(der.NULL)),
        (ca.certificate_values, der.NULL),
        (ca.signature_policy, der.sequence()),
        (ca.signer_location, der.sequence(der.NULL)),
        (ca.content_hints, der.sequence()),
        (ca.ats_hash_index, der.sequence(der.NULL, der.NULL, der.NULL)),
        (ca.signing_time, der.NULL),
        (ca.message_digest, der.integer(1)),
        (ca.mime_type, der.integer(1)),
    ],
)
def test_other_structures_are_refused(read: object, value: bytes) -> None:
    assert callable(read)
    with pytest.raises(MalformedEncoding):
        read(ber_parse(value))
