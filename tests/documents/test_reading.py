"""What stands in a CMS is said as it stands, and what deviates is named."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest

from support import crafting
from support.crafting import DATA, attribute, usual
from support.pki import NOW, Entity, Pki
from support.verifying import holds, verified_form
from trustspace.algorithms.digests import digest_by_name
from trustspace.documents.content import Content
from trustspace.documents.model import Level, Problem, SignatureFormat, SignedForm, TimestampKind
from trustspace.documents.open import NotASignature, open_document
from trustspace.encoding import cades_attributes as oids
from trustspace.encoding import der

SHA256 = digest_by_name("SHA-256")


def _codes(problems: tuple[Problem, ...]) -> dict[str, bool]:
    return {problem.code: problem.fatal for problem in problems}


def test_a_cades_signature_says_everything_that_it_holds(pki: Pki, alice: Entity, tsa: Entity) -> None:
    policy = der.sequence(
        der.oid("1.2.3.4"),
        der.sequence(der.sequence(der.oid(SHA256.oid)), der.octet_string(b"h" * 32)),
        der.sequence(der.sequence(der.oid("1.2.840.113549.1.9.16.5.1"), der.ia5("http://policy.example"))),
    )
    attributes = [
        *usual(alice).values(),
        attribute(oids.SIGNATURE_POLICY, policy),
        attribute(oids.COMMITMENT_TYPE, der.sequence(der.oid("1.2.840.113549.1.9.16.6.1"))),
        attribute(oids.MIME_TYPE, der.utf8("text/plain")),
        attribute(oids.CONTENT_TIME_STAMP, tsa.stamp(SHA256, SHA256.digest(DATA))),
        attribute("1.2.3.4.5.6", der.utf8("unknown")),
    ]
    document = open_document(crafting.document(alice, attributes), name="a.p7m")
    assert (document.format, document.detached, document.name) == (SignatureFormat.CADES, False, "a.p7m")
    assert document.content is not None
    assert document.content.read(100) == DATA
    assert document.certificates[0] == alice.certificate.raw
    (signature,) = document.signatures
    assert signature.id.startswith("S-")
    assert signature.level is Level.BASELINE_B
    assert signature.claimed_signing_time == NOW
    assert (signature.signer.issuer, signature.signer.serial) == (
        alice.certificate.issuer.raw,
        alice.certificate.serial,
    )
    (reference,) = signature.certificate_references
    assert reference.digest == bytes.fromhex(alice.certificate.sha256)
    assert (reference.digest_algorithm, reference.serial) == ("SHA-256", alice.certificate.serial)
    assert reference.issuer == alice.certificate.issuer.raw
    assert signature.policy is not None
    assert (signature.policy_id, signature.policy.uri) == ("1.2.3.4", "http://policy.example")
    assert signature.commitments == ("1.2.840.113549.1.9.16.6.1",)
    assert signature.mime_type == "text/plain"
    assert signature.references[0].intact is True
    assert [note.oid for note in signature.attributes if note.name is None] == ["1.2.3.4.5.6"]
    (stamp,) = signature.timestamps
    assert (stamp.kind, stamp.covers(), stamp.gen_time) == (TimestampKind.CONTENT, True, NOW)
    assert stamp.signature is not None
    assert verified_form(stamp.signature, tsa.certificate) is SignedForm.ATTRIBUTES
    assert tsa.certificate.raw in document.certificates
    assert not signature.format_problems
    assert holds(document, signature)


@pytest.mark.parametrize("wrap", ["pem", "pkcs7", "base64", "lines", "bom"])
def test_text_envelopes_are_opened(wrap: str, pki: Pki, alice: Entity) -> None:
    octets = pki.sign(DATA, alice)
    text = base64.encodebytes(octets)
    wrapped = {
        "pem": b"some words before\n-----BEGIN CMS-----\n" + text + b"-----END CMS-----\nand after\n",
        "pkcs7": b"-----BEGIN PKCS7-----\r\n" + text.replace(b"\n", b"\r\n") + b"-----END PKCS7-----\r\n",
        "base64": base64.b64encode(octets),
        "lines": b"\n" + text,
        "bom": b"\xef\xbb\xbf" + text,
    }[wrap]
    document = open_document(wrapped)
    assert document.encoding == ("PEM" if wrap in ("pem", "pkcs7") else "base64")
    assert document.raw_size == len(wrapped)
    assert holds(document, document.signatures[0])
    assert document.signatures[0].id == open_document(octets).signatures[0].id


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        (b"", "EMPTY"),
        (b" \r\n", "EMPTY"),
        (b"This is a letter.", "NOT_ASN1"),
        (b"\x00" * 100, "NOT_ASN1"),
        (b"-----BEGIN CMS-----\n!!!!\n-----END CMS-----\n", "NOT_ASN1"),
        (der.sequence(der.integer(1)), "NOT_CMS"),
        (
            der.sequence(der.oid("1.2.840.113549.1.7.3"), der.explicit(0, der.sequence())),
            "OTHER_CONTENT_TYPE",
        ),
        (der.sequence(der.oid("1.2.840.113549.1.7.2")), "NOT_CMS"),
        (crafting.signed_data([]), "NO_SIGNERS"),
        (der.sequence(der.sequence(der.integer(2))), "TIME_STAMP_REFUSED"),
    ],
)
def test_what_is_no_signature_is_refused_with_its_reason(octets: bytes, reason: str) -> None:
    with pytest.raises(NotASignature) as caught:
        open_document(octets, name="x")
    assert caught.value.parameters["reason"] == reason
    assert caught.value.parameters["name"] == "x"


def test_every_truncation_is_refused(pki: Pki, alice: Entity) -> None:
    octets = pki.sign(DATA, alice)
    for length in range(len(octets)):
        with pytest.raises(NotASignature):
            open_document(octets[:length])


def test_a_certificate_is_no_signature(alice: Entity) -> None:
    with pytest.raises(NotASignature):
        open_document(alice.certificate.raw)


def test_octets_after_the_signature_are_reported(pki: Pki, alice: Entity) -> None:
    document = open_document(pki.sign(DATA, alice) + b"\n\n")
    assert _codes(document.format_problems) == {"TRAILING_OCTETS": False}
    assert holds(document, document.signatures[0])


def test_signed_attributes_out_of_order_are_verified_both_ways(alice: Entity) -> None:
    attributes = sorted(usual(alice).values(), reverse=True)
    for der_signed, form in ((False, SignedForm.ATTRIBUTES), (True, SignedForm.ATTRIBUTES_DER)):
        document = open_document(crafting.document(alice, attributes, in_order=False, der_signed=der_signed))
        (signature,) = document.signatures
        assert _codes(signature.format_problems) == {"SIGNED_ATTRIBUTES_NOT_DER": False}
        assert verified_form(signature, alice.certificate) is form


def _without(alice: Entity, *names: str) -> list[bytes]:
    return [value for name, value in usual(alice).items() if name not in names]


def test_missing_attributes_are_named(alice: Entity) -> None:
    for missing, code in (
        ("content-type", "CONTENT_TYPE_MISSING"),
        ("message-digest", "MESSAGE_DIGEST_MISSING"),
    ):
        (signature,) = open_document(crafting.document(alice, _without(alice, missing))).signatures
        assert _codes(signature.format_problems) == {code: True}
    (signature,) = open_document(crafting.document(alice, _without(alice, "signing-certificate"))).signatures
    assert (signature.format, signature.level) == (SignatureFormat.CMS, Level.PLAIN)
    (signature,) = open_document(crafting.document(alice, _without(alice, "signing-time"))).signatures
    assert (signature.level, signature.claimed_signing_time) == (Level.BES, None)


def test_a_content_type_that_is_not_the_contents_is_named(alice: Entity) -> None:
    octets = crafting.document(alice, list(usual(alice, content_type="1.2.3").values()))
    (signature,) = open_document(octets).signatures
    assert _codes(signature.format_problems) == {"CONTENT_TYPE_MISMATCH": True}


@pytest.mark.parametrize(
    ("name", "other", "fatal"),
    [
        ("message-digest", crafting.encode_message_digest(b"x" * 32), True),
        ("message-digest", None, False),
        ("content-type", crafting.encode_content_type("1.2.3"), True),
        ("signing-time", crafting.encode_signing_time(NOW + timedelta(days=1)), False),
    ],
)
def test_duplicated_attributes_are_named(name: str, other: bytes | None, fatal: bool, alice: Entity) -> None:
    attributes = [*usual(alice).values(), other or usual(alice)[name]]
    (signature,) = open_document(crafting.document(alice, attributes)).signatures
    duplicated = [p for p in signature.format_problems if p.code == "ATTRIBUTE_DUPLICATED"]
    assert [(p.parameters["attribute"], p.fatal) for p in duplicated] == [(name, fatal)]


def test_empty_attributes_are_named(alice: Entity) -> None:
    attributes = [*_without(alice, "message-digest"), attribute(oids.MESSAGE_DIGEST)]
    (signature,) = open_document(crafting.document(alice, attributes)).signatures
    assert ("ATTRIBUTE_EMPTY", True) in _codes(signature.format_problems).items()
    attributes = [*usual(alice).values(), attribute("1.2.3")]
    document = open_document(crafting.document(alice, attributes))
    assert _codes(document.signatures[0].format_problems) == {"ATTRIBUTE_EMPTY": False}
    (signature,) = open_document(
        crafting.document(alice, list(usual(alice).values()), unsigned=[])
    ).signatures
    assert _codes(signature.format_problems) == {"ATTRIBUTES_EMPTY": False}


@pytest.mark.parametrize(
    ("oid", "fatal"),
    [
        (oids.MESSAGE_DIGEST, True),
        (oids.CONTENT_TYPE, True),
        (oids.SIGNING_CERTIFICATE_V2, True),
        (oids.SIGNING_CERTIFICATE, True),
        (oids.SIGNING_TIME, False),
        (oids.SIGNATURE_POLICY, False),
        (oids.COMMITMENT_TYPE, False),
    ],
)
def test_an_unreadable_attribute_is_named_and_the_rest_is_read(oid: str, fatal: bool, alice: Entity) -> None:
    kept = [value for value in usual(alice).values() if der.oid(oid) not in value]
    octets = crafting.document(alice, [*kept, attribute(oid, der.boolean(True))])
    (signature,) = open_document(octets).signatures
    malformed = [p for p in signature.format_problems if p.code == "ATTRIBUTE_MALFORMED"]
    assert [(p.parameters["oid"], p.fatal) for p in malformed] == [(oid, fatal)]
    assert verified_form(signature, alice.certificate) is SignedForm.ATTRIBUTES


def test_wrong_versions_are_named_and_forgiven(alice: Entity) -> None:
    octets = crafting.document(alice, list(usual(alice).values()), version=3, data_version=9)
    document = open_document(octets)
    assert _codes(document.format_problems) == {"VERSION_WRONG": False}
    assert _codes(document.signatures[0].format_problems) == {"VERSION_WRONG": False}
    assert holds(document, document.signatures[0])


def test_a_signer_that_is_no_signer_info_does_not_hide_the_others(alice: Entity) -> None:
    good = crafting.signer_info(alice, list(usual(alice).values()))
    octets = crafting.signed_data([der.sequence(der.integer(1)), good], certificates=[alice.certificate.raw])
    document = open_document(octets)
    broken, whole = document.signatures
    assert _codes(broken.format_problems) == {"SIGNER_INFO_MALFORMED": True}
    assert holds(document, whole)
    assert not holds(document, broken)


def test_a_signer_named_by_key_identifier_is_read(alice: Entity) -> None:
    identifier = alice.certificate.subject_key_identifier
    assert identifier is not None
    sid = der.implicit(0, der.octet_string(identifier))
    document = open_document(crafting.document(alice, list(usual(alice).values()), sid=sid, version=3))
    (signature,) = document.signatures
    assert signature.signer.key_identifier == identifier
    assert (signature.level, signature.format_problems) == (Level.BASELINE_B, ())
    assert holds(document, signature)


def test_other_content_types_are_read_and_must_have_signed_attributes(alice: Entity) -> None:
    kind = "1.2.840.113549.1.9.16.1.8"
    octets = crafting.document(
        alice, list(usual(alice, content_type=kind).values()), content_type=kind, data_version=3
    )
    document = open_document(octets)
    assert document.content_type == kind
    assert holds(document, document.signatures[0])
    (bare,) = open_document(crafting.document(alice, None, content_type=kind)).signatures
    assert _codes(bare.format_problems) == {"SIGNED_ATTRIBUTES_MISSING": True}


def test_pkcs7_content_that_is_no_octet_string_is_hashed_without_its_header(alice: Entity) -> None:
    inner = der.utf8("inner")
    for kind, fatal in (("1.3.6.1.4.1.311.2.1.4", False), ("1.2.840.113549.1.7.1", True)):
        octets = crafting.document(
            alice,
            list(usual(alice, inner, kind).values()),
            content_element=der.sequence(inner),
            content_type=kind,
        )
        (signature,) = open_document(octets).signatures
        assert signature.references[0].intact is True
        assert _codes(signature.format_problems) == {"CONTENT_NOT_OCTET_STRING": fatal}


def test_algorithm_protection_must_repeat_the_algorithms(alice: Entity) -> None:
    for digest, expected in ((SHA256.oid, {}), ("1.2.3", {"ALGORITHM_PROTECTION_MISMATCH": True})):
        protection = der.sequence(
            der.sequence(der.oid(digest)), der.implicit(1, der.sequence(der.oid("1.2.840.10045.4.3.2")))
        )
        attributes = [*usual(alice).values(), attribute(oids.CMS_ALGORITHM_PROTECTION, protection)]
        (signature,) = open_document(crafting.document(alice, attributes)).signatures
        assert _codes(signature.format_problems) == expected


def test_protected_parameters_count_but_not_how_they_are_encoded(pki: Pki, alice: Entity) -> None:
    def pss(salt: int, *more: bytes, null: bytes = der.NULL) -> bytes:
        digest = der.sequence(der.oid(SHA256.oid), null)
        mask = der.sequence(der.oid("1.2.840.113549.1.1.8"), digest)
        salt_length = der.explicit(2, der.integer(salt))
        return der.sequence(der.explicit(0, digest), der.explicit(1, mask), salt_length, *more)

    trailer = der.explicit(3, der.integer(1))
    for stands, protected, same in (
        (pss(32), pss(32), True),
        (pss(32, trailer), pss(32), True),  # A default that is written out (RFC 4055 §3.1).
        (pss(32), pss(32, null=b""), True),
        (pss(32), pss(48), False),
        (pss(32), None, False),
        (None, der.NULL, True),
    ):
        oid = der.oid("1.2.840.113549.1.1.10")
        protection = der.sequence(der.sequence(der.oid(SHA256.oid)), der.tlv(0xA1, oid + (protected or b"")))
        attributes = [*usual(alice).values(), attribute(oids.CMS_ALGORITHM_PROTECTION, protection)]
        algorithm = der.sequence(oid, stands)
        octets = crafting.document(alice, attributes, signature_algorithm=algorithm)
        (signature,) = open_document(octets).signatures
        assert ("ALGORITHM_PROTECTION_MISMATCH" in _codes(signature.format_problems)) is not same


def test_signing_certificate_v1_is_read(alice: Entity) -> None:
    sha1 = digest_by_name("SHA-1").digest(alice.certificate.raw)
    value = der.sequence(der.sequence(der.sequence(der.octet_string(sha1))))
    attributes = [*_without(alice, "signing-certificate"), attribute(oids.SIGNING_CERTIFICATE, value)]
    document = open_document(crafting.document(alice, attributes))
    (reference,) = document.signatures[0].certificate_references
    assert (reference.version, reference.digest, reference.digest_algorithm) == (1, sha1, "SHA-1")
    assert document.signatures[0].level is Level.BASELINE_B
    assert holds(document, document.signatures[0])


def test_an_unknown_digest_algorithm_leaves_the_reference_open(alice: Entity) -> None:
    octets = crafting.document(
        alice,
        list(usual(alice).values()),
        digest_algorithm=der.sequence(der.oid("1.2.860.3.15.1.3.2.1.1")),
    )
    (signature,) = open_document(octets).signatures
    (reference,) = signature.references
    assert (signature.digest_algorithm, reference.intact, reference.found) == (None, None, True)
    assert _codes(signature.format_problems) == {
        "DIGEST_ALGORITHM_NOT_DECLARED": False,
        "SIGNATURE_DIGEST_MISMATCH": False,
    }


def test_content_beside_an_enveloping_signature_must_be_the_enveloped_one(pki: Pki, alice: Entity) -> None:
    octets = pki.sign(DATA, alice)
    same = open_document(octets, Content.of_bytes(DATA, "same"))
    other = open_document(octets, Content.of_bytes(b"else", "else"))
    assert [r.intact for r in same.signatures[0].references] == [True, True]
    assert [(r.name, r.intact) for r in other.signatures[0].references] == [
        ("content", True),
        ("else", False),
    ]


def test_content_beside_a_time_stamp_must_be_what_its_imprint_is_of(pki: Pki, tsa: Entity) -> None:
    octets = tsa.stamp(SHA256, SHA256.digest(DATA))
    known = {"SHA-512": digest_by_name("SHA-512").digest(DATA)}
    for content, expected in (
        (Content.of_bytes(DATA, "same"), True),
        (Content.of_bytes(b"else", "else"), False),
        (Content.of_digests({"SHA-256": SHA256.digest(DATA)}, "digest"), True),
        (Content.of_digests(known, "other digest"), None),
    ):
        (signature,) = open_document(octets, content, "token.tst").signatures
        assert [r.intact for r in signature.references] == [True, expected], content.name


def test_hash_only_works_with_parallel_signers_of_several_algorithms(root: Entity) -> None:
    russian = Pki("gost2012-256-a", label="ru")
    belarusian = Pki("bign-256v1", label="by")
    signers = [russian.signer("I", russian.root()), belarusian.signer("V", belarusian.root())]
    octets = russian.sign(DATA, *signers, detached=True)
    digests = {name: digest_by_name(name).digest(DATA) for name in ("Streebog-256", "belt-hash")}
    document = open_document(octets, Content.of_digests(digests))
    assert [holds(document, s) for s in document.signatures] == [True, True]
    partly = open_document(octets, Content.of_digests({"belt-hash": digests["belt-hash"]}))
    assert sorted(s.references[0].found for s in partly.signatures) == [False, True]
