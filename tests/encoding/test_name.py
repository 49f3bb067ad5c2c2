"""Distinguished names: compared by RFC 5280 §7.1, written by RFC 4514, read also when malformed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustspace.encoding import der
from trustspace.encoding.general_name import GeneralName, GeneralNameKind
from trustspace.encoding.name import COMMON_NAME, COUNTRY, EMAIL_ADDRESS, ORGANIZATION, Name, prepare
from trustspace.errors import MalformedEncoding


def _name(*rdns: list[tuple[str, bytes]]) -> Name:
    return Name.parse(
        der.sequence(*(der.set_of(der.sequence(der.oid(oid), value) for oid, value in rdn) for rdn in rdns))
    )


def test_equal_names_in_different_encodings_match() -> None:
    one = _name([(COUNTRY, der.printable("RU"))], [(ORGANIZATION, der.utf8("ООО  «Ромашка» "))])
    two = _name(
        [(COUNTRY, der.utf8("ru"))], [(ORGANIZATION, der.tlv(0x1E, "ооо «РОМАШКА»".encode("utf-16-be")))]
    )
    assert one != two
    assert one.matches(two)
    assert hash(one.normalized) == hash(two.normalized)


def test_the_order_of_rdns_counts_and_that_within_one_does_not() -> None:
    a, b = (COMMON_NAME, der.utf8("a")), (ORGANIZATION, der.utf8("b"))
    assert not _name([a], [b]).matches(_name([b], [a]))
    assert not _name([a], [b]).matches(_name([a, b]))
    reverse = Name.parse(
        der.sequence(der.tlv(0x31, der.sequence(der.oid(b[0]), b[1]) + der.sequence(der.oid(a[0]), a[1])))
    )
    assert _name([a, b]).matches(reverse)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Ｆｕｌｌ", "full"),
        ("straße", "STRASSE"),
        ("a\u00adb", "ab"),
        ("a\u00a0\tb", "A b"),
        ("É", "e\u0301"),
    ],
)
def test_strings_are_prepared_for_comparison(left: str, right: str) -> None:
    assert prepare(left) == prepare(right)


def test_different_strings_stay_different() -> None:
    assert prepare("ab") != prepare("a b")
    assert prepare("е") != prepare("e")  # Cyrillic and Latin


def test_the_string_form_escapes_and_reverses() -> None:
    name = Name.build([(COUNTRY, "KZ"), (ORGANIZATION, 'A, "B" + C'), (COMMON_NAME, "#x ")])
    assert str(name) == 'CN=\\#x\\ ,O=A\\, \\"B\\" \\+ C,C=KZ'
    two = _name([(COMMON_NAME, der.utf8("a")), (ORGANIZATION, der.utf8("b"))], [("1.2.3.4", der.utf8("v"))])
    assert two.rfc4514() == "1.2.3.4=#0c0176,CN=a+O=b"


def test_malformed_strings_survive_and_are_flagged() -> None:
    name = _name(
        [(COMMON_NAME, b"\x13\x05a@b.c")],
        [(ORGANIZATION, b"\x14\x03M\xfcl")],
        [("2.5.4.11", b"\x0c\x02\xff\xfe")],
        [("2.5.4.20", b"\x02\x01\x05")],
    )
    assert name.get(COMMON_NAME) == "a@b.c"
    assert name.get(ORGANIZATION) == "Mül"
    assert name.get("2.5.4.11") == "\ufffd\ufffd"
    assert name.get("2.5.4.20") == "#020105"
    assert name.get("2.5.4.99") is None
    assert name.deviations == (
        "PRINTABLE_CHARACTER:2.5.4.3",
        "T61_LATIN1:2.5.4.10",
        "UTF8_INVALID:2.5.4.11",
        "NOT_A_STRING:2.5.4.20",
    )


def test_what_is_no_name_is_refused_when_it_is_read() -> None:
    for data in (b"\x31\x00", b"\x02\x01\x00"):
        with pytest.raises(MalformedEncoding):
            Name.parse(data)
    for data in (b"\x30\x02\x05\x00", b"\x30\x04\x31\x02\x05\x00", b"\x30\x06\x31\x04\x30\x02\x05\x00"):
        with pytest.raises(MalformedEncoding):
            _ = Name.parse(data).attributes


_texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)


@given(
    st.lists(
        st.tuples(st.sampled_from([COMMON_NAME, ORGANIZATION, "2.5.4.11", "1.2.3.4"]), _texts), max_size=8
    )
)
def test_what_is_built_reads_back(attributes: list[tuple[str, str]]) -> None:
    name = Name.build(attributes)
    assert [(a.oid, a.value) for a in name.attributes] == attributes
    assert [a.rdn_index for a in name.attributes] == list(range(len(attributes)))
    assert name.matches(Name.parse(name.raw))
    assert name.empty is not bool(attributes)


def test_string_types_follow_the_profile() -> None:
    name = Name.build(
        [(COUNTRY, "BY"), (EMAIL_ADDRESS, "a@b.by"), ("1.2.643.100.1", "1027700132195"), (COMMON_NAME, "x")]
    )
    assert [a.tag for a in name.attributes] == [0x13, 0x16, 0x12, 0x0C]
    assert name.deviations == ()
    with pytest.raises(MalformedEncoding):
        Name.build([(COUNTRY, "РФ")])


def test_a_relative_name_is_added_to_the_issuer() -> None:
    issuer = Name.build([(COUNTRY, "RU")])
    rdn = der.set_of([der.sequence(der.oid(COMMON_NAME), der.utf8("CRL 1"))])
    assert issuer.with_rdn(rdn).matches(Name.build([(COUNTRY, "RU"), (COMMON_NAME, "CRL 1")]))


def test_every_alternative_of_general_name_is_kept() -> None:
    name = Name.build([(COMMON_NAME, "x")])
    cases: list[tuple[bytes, GeneralNameKind, object]] = [
        (
            b"\xa0\x07\x06\x01\x2a\xa0\x02\x05\x00",
            GeneralNameKind.OTHER_NAME,
            b"\x06\x01\x2a\xa0\x02\x05\x00",
        ),
        (b"\x81\x03a@b", GeneralNameKind.RFC822_NAME, "a@b"),
        (b"\x82\x03a.b", GeneralNameKind.DNS_NAME, "a.b"),
        (b"\xa3\x02\x05\x00", GeneralNameKind.X400_ADDRESS, b"\x05\x00"),
        (der.explicit(4, name.raw), GeneralNameKind.DIRECTORY_NAME, name),
        (b"\xa5\x02\x05\x00", GeneralNameKind.EDI_PARTY_NAME, b"\x05\x00"),
        (b"\x86\x03a:b", GeneralNameKind.UNIFORM_RESOURCE_IDENTIFIER, "a:b"),
        (b"\x87\x04\x7f\x00\x00\x01", GeneralNameKind.IP_ADDRESS, b"\x7f\x00\x00\x01"),
        (b"\x88\x02\x2a\x03", GeneralNameKind.REGISTERED_ID, "1.2.3"),
    ]
    for raw, kind, value in cases:
        parsed = GeneralName.parse(raw)
        assert (parsed.kind, parsed.value, parsed.raw) == (kind, value, raw)
        assert str(parsed).startswith(kind.name.lower())
    assert GeneralName.parse(cases[0][0]).other_name() == ("1.2", b"\x05\x00")
    assert GeneralName.directory(name).raw == cases[4][0]
    assert GeneralName.of_uri("a:b").raw == cases[6][0]
    for bad in (b"\xa9\x00", b"\x05\x00", b"\xa4\x00", b"\xa4\x04\x30\x00\x30\x00"):
        with pytest.raises(MalformedEncoding):
            GeneralName.parse(bad)
