"""Certificates and their extensions (RFC 5280 §4), at the edges that real files do not show."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from support.models import read_everything
from trustspace.encoding import der
from trustspace.encoding import extensions as ext
from trustspace.encoding.certificate import Certificate, assemble, subject_public_key
from trustspace.encoding.name import COMMON_NAME, Name
from trustspace.errors import MalformedEncoding

ALGORITHM = der.sequence(der.oid("1.2.643.7.1.1.3.2"))
SPKI = der.sequence(der.sequence(der.oid("1.2.643.7.1.1.1.1")), der.bit_string(b"\x04\x40key"))
START = datetime(2024, 1, 1, tzinfo=UTC)
END = datetime(2051, 1, 1, tzinfo=UTC)


def _certificate(
    extensions: list[bytes] | None = None,
    *,
    version: bytes | None = der.explicit(0, der.integer(2)),
    serial: bytes = der.integer(7),
    outer: bytes = ALGORITHM,
    tail: bytes | None = None,
) -> bytes:
    tbs = der.sequence(
        version,
        serial,
        ALGORITHM,
        Name.build([(COMMON_NAME, "Issuer")]).raw,
        der.sequence(der.time(START), der.time(END)),
        Name.build([(COMMON_NAME, "Subject")]).raw,
        SPKI,
        tail,
        der.explicit(3, der.sequence(*extensions)) if extensions is not None else None,
    )
    return assemble(tbs, outer, b"signature")


def _extended(oid: str, value: bytes) -> Certificate:
    return Certificate.parse(_certificate([ext.encode_extension(oid, value)]))


def test_the_fields_and_their_octets() -> None:
    certificate = Certificate.parse(_certificate([]))
    assert certificate.raw == _certificate([])
    assert (certificate.version, certificate.serial, certificate.serial_raw) == (2, 7, b"\x07")
    assert (certificate.not_before, certificate.not_after) == (START, END)
    assert certificate.spki == SPKI
    assert certificate.public_key_bits == subject_public_key(SPKI) == b"\x04\x40key"
    assert certificate.spki_algorithm.oid == "1.2.643.7.1.1.1.1"
    assert certificate.signature == b"signature"
    assert certificate.signature_algorithm.raw == certificate.tbs_signature_algorithm.raw == ALGORITHM
    assert certificate.tbs_raw in certificate.raw
    assert certificate.deviations == ()
    assert not certificate.self_issued
    assert certificate == Certificate.parse(certificate.raw)
    assert len(certificate.sha256) == 64
    assert len(certificate.sha1) == 40


def test_what_stands_against_the_profile_is_named() -> None:
    twice = [ext.encode_extension(ext.KEY_USAGE, der.named_bits([bit])) for bit in (0, 5)]
    other = der.sequence(der.oid("1.2.643.7.1.1.3.3"))
    parsed = Certificate.parse(_certificate(twice, version=None, serial=der.integer(-1), outer=other))
    assert set(parsed.deviations) == {
        "EXTENSION_REPEATED:2.5.29.15",
        "EXTENSIONS_WITHOUT_V3",
        "SERIAL_NOT_POSITIVE",
        "ALGORITHMS_DIFFER",
    }
    # The first of two is kept: the second cannot widen what the first allows.
    assert parsed.key_usage == {"digitalSignature"}
    assert Certificate.parse(_certificate(serial=der.integer(1 << 160))).deviations == ("SERIAL_TOO_LONG",)
    assert Certificate.parse(_certificate(version=der.explicit(0, der.integer(9)))).deviations == (
        "VERSION_UNKNOWN",
    )


@pytest.mark.parametrize(
    ("oid", "value", "field", "expected"),
    [
        (ext.BASIC_CONSTRAINTS, der.sequence(), "basic_constraints", ext.BasicConstraints(False, None)),
        (
            ext.BASIC_CONSTRAINTS,
            der.sequence(der.TRUE, der.integer(0)),
            "basic_constraints",
            ext.BasicConstraints(True, 0),
        ),
        (ext.KEY_USAGE, der.named_bits([5, 6]), "key_usage", {"keyCertSign", "cRLSign"}),
        (ext.KEY_USAGE, der.named_bits([8, 12]), "key_usage", {"decipherOnly"}),
        (ext.EXTENDED_KEY_USAGE, der.sequence(der.oid("1.2.3")), "extended_key_usage", ("1.2.3",)),
        (ext.SUBJECT_KEY_IDENTIFIER, der.octet_string(b"k"), "subject_key_identifier", b"k"),
        (ext.INHIBIT_ANY_POLICY, der.integer(2), "inhibit_any_policy", 2),
        (
            ext.POLICY_CONSTRAINTS,
            der.sequence(der.implicit(0, der.integer(0)), der.implicit(1, der.integer(3))),
            "policy_constraints",
            ext.PolicyConstraints(0, 3),
        ),
        (
            ext.POLICY_MAPPINGS,
            der.sequence(der.sequence(der.oid("1.2"), der.oid("1.3"))),
            "policy_mappings",
            (("1.2", "1.3"),),
        ),
        (
            ext.QC_STATEMENTS,
            der.sequence(der.sequence(der.oid("0.4.0.1862.1.1"))),
            "qc_statements",
            (ext.QcStatement("0.4.0.1862.1.1", None),),
        ),
        (ext.OCSP_NO_CHECK, der.NULL, "ocsp_no_check", True),
        (
            ext.PRIVATE_KEY_USAGE_PERIOD,
            der.sequence(der.implicit(0, der.generalized_time(START))),
            "private_key_usage_period",
            (START, None),
        ),
    ],
)
def test_extensions_are_typed(oid: str, value: bytes, field: str, expected: object) -> None:
    certificate = _extended(oid, value)
    assert getattr(certificate, field) == expected
    assert certificate.extensions[oid].value == value
    read_everything(certificate)


def test_distribution_points_and_constraints() -> None:
    uri = b"\x86\x04http"
    point = der.sequence(
        der.explicit(0, der.implicit(0, der.sequence(uri))),
        der.implicit(1, der.named_bits([1, 6])),
        der.implicit(2, der.sequence(der.explicit(4, Name.build([(COMMON_NAME, "CRL")]).raw))),
    )
    relative = der.sequence(
        der.explicit(0, der.implicit(1, der.set_of([der.sequence(der.oid(COMMON_NAME), der.utf8("r"))])))
    )
    points = _extended(ext.CRL_DISTRIBUTION_POINTS, der.sequence(point, relative)).crl_distribution_points
    assert points is not None
    assert points[0].uris == ("http",)
    assert points[0].reasons == {"keyCompromise", "certificateHold"}
    assert points[0].crl_issuer[0].name is not None
    assert points[1].name is not None
    assert points[1].name.relative_name == der.set_of([der.sequence(der.oid(COMMON_NAME), der.utf8("r"))])

    trees = der.sequence(der.sequence(b"\x82\x02.a", der.implicit(1, der.integer(4))))
    constraints = _extended(ext.NAME_CONSTRAINTS, der.sequence(der.implicit(1, trees))).name_constraints
    assert constraints is not None
    assert constraints.permitted == ()
    assert [(tree.base.value, tree.minimum, tree.maximum) for tree in constraints.excluded] == [(".a", 0, 4)]


@pytest.mark.parametrize(
    ("oid", "value", "field"),
    [
        (ext.BASIC_CONSTRAINTS, der.sequence(der.TRUE, der.integer(-1)), "basic_constraints"),
        (ext.BASIC_CONSTRAINTS, der.sequence(der.integer(1), der.integer(1)), "basic_constraints"),
        (ext.BASIC_CONSTRAINTS, b"", "basic_constraints"),
        (ext.KEY_USAGE, der.integer(1), "key_usage"),
        (ext.AUTHORITY_KEY_IDENTIFIER, der.sequence(der.NULL), "authority_key_identifier"),
        (ext.NAME_CONSTRAINTS, der.sequence(der.NULL), "name_constraints"),
        (ext.CRL_DISTRIBUTION_POINTS, der.sequence(der.sequence(der.NULL)), "crl_distribution_points"),
        (ext.SUBJECT_ALTERNATIVE_NAME, der.NULL, "subject_alternative_names"),
    ],
)
def test_a_malformed_extension_is_refused_when_asked_for(oid: str, value: bytes, field: str) -> None:
    certificate = _extended(oid, value)
    with pytest.raises(MalformedEncoding):
        getattr(certificate, field)
    with pytest.raises(MalformedEncoding):
        certificate.read_all()


@pytest.mark.parametrize(
    "data",
    [
        der.sequence(),
        der.sequence(der.sequence(), ALGORITHM, der.bit_string(b"")),
        _certificate(serial=der.octet_string(b"")),
        _certificate(version=der.explicit(0, der.integer(2) * 2)),
        _certificate(tail=der.NULL),
        _certificate(tail=der.explicit(3, der.sequence()), extensions=[]),
        _certificate([der.sequence(der.oid("1.2"))]),
        _certificate([der.sequence(der.oid("1.2"), der.integer(1), der.octet_string(b""))]),
    ],
)
def test_what_is_no_certificate_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedEncoding):
        Certificate.parse(data).read_all()
