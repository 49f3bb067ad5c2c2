"""National identities and powers, wherever states put them, with their check digits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.pki import Pki
from trustspace.encoding import der
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.extensions import encode_extension
from trustspace.pki import check_digits
from trustspace.pki.identity import IdentityKind, NationalIdentity, PowerKind, identities, powers

K = IdentityKind


def certificate(
    *subject: tuple[str, str], extra: tuple[bytes, ...] = (), eku: tuple[str, ...] = ()
) -> Certificate:
    pki = Pki()
    return pki.entity("X", pki.root(), subject=subject, extra=extra, extended_key_usage=eku).certificate


def found(
    *subject: tuple[str, str], extra: tuple[bytes, ...] = ()
) -> list[tuple[IdentityKind, str | None, str, bool | None]]:
    return [(i.kind, i.state, i.value, i.check) for i in identities(certificate(*subject, extra=extra))]


# Organisations' numbers that they publish, examples that circulate with their rules (for UNP and IDNO also in
# python-stdnum), and for PINFL those of Uzbekistan's government decrees 200 (1996) and 177 (2022).
@pytest.mark.parametrize(
    ("check", "value"),
    [
        (check_digits.inn_is_right, "7707083893"),
        (check_digits.inn_is_right, "7710474375"),
        (check_digits.inn_is_right, "500100732259"),
        (check_digits.ogrn_is_right, "1027700132195"),
        (check_digits.ogrn_is_right, "1047702026701"),
        (check_digits.ogrnip_is_right, "304500116000157"),
        (check_digits.snils_is_right, "11223344595"),
        (check_digits.unp_is_right, "200988541"),
        (check_digits.unp_is_right, "MA1953684"),
        (check_digits.unp_is_right, "МА1953684"),
        (check_digits.kz_is_right, "971240001315"),
        (lambda value: check_digits.seven_three_one_is_right(value, 13), "1008600038413"),
        (lambda value: check_digits.seven_three_one_is_right(value, 14), "31210632040244"),
        (lambda value: check_digits.seven_three_one_is_right(value, 14), "31210932040247"),
    ],
)
def test_published_identifiers_pass_and_every_changed_digit_fails(check, value: str) -> None:  # type: ignore[no-untyped-def]
    assert check(value) is True
    changed = [
        value[:at] + str((int(value[at]) + 1) % 10) + value[at + 1 :]
        for at in range(len(value))
        if value[at].isdigit()
    ]
    # Mod 11 mod 10 lets a few through (10 and 0 share a digit); none of these weights lets many.
    assert sum(check(other) is True for other in changed) <= len(changed) // 5
    assert not check(value[:-1])
    assert not check(value + "0")
    assert not check("x" * len(value))


def test_snils_has_no_rule_below_its_first_checked_number() -> None:
    assert check_digits.snils_is_right("00100199800") is None


@given(st.text(max_size=20))
def test_no_text_breaks_a_check(value: str) -> None:
    for check in (
        check_digits.inn_is_right,
        check_digits.ogrn_is_right,
        check_digits.ogrnip_is_right,
        check_digits.snils_is_right,
        check_digits.unp_is_right,
        check_digits.kz_is_right,
    ):
        assert check(value) in (True, False, None)


def test_russian_attributes() -> None:
    assert found(
        ("1.2.643.3.131.1.1", "500100732259"),
        ("1.2.643.100.3", "112-233-445 95"),
        ("1.2.643.100.1", "1027700132195"),
        ("1.2.643.100.4", "7707083893"),
        ("1.2.643.100.5", "304500116000158"),
    ) == [
        (K.INN, "RU", "500100732259", True),
        (K.SNILS, "RU", "11223344595", True),
        (K.OGRN, "RU", "1027700132195", True),
        (K.INNLE, "RU", "7707083893", True),
        (K.OGRNIP, "RU", "304500116000158", False),
    ]


def test_an_organisations_inn_padded_to_twelve_digits_is_its_ten() -> None:
    assert found(("1.2.643.3.131.1.1", "007707083893")) == [(K.INNLE, "RU", "7707083893", True)]
    assert found(("1.2.643.3.131.1.1", "7707083893")) == [(K.INNLE, "RU", "7707083893", True)]


def test_kazakh_prefixes() -> None:
    assert found(("C", "KZ"), ("2.5.4.5", "IIN971240001315"), ("2.5.4.11", "BIN971240001315")) == [
        (K.IIN, "KZ", "971240001315", True),
        (K.BIN, "KZ", "971240001315", True),
    ]
    assert found(("C", "KZ"), ("2.5.4.11", "BINARY DEPARTMENT")) == []


def test_belarusian_extensions_in_any_wrapping() -> None:
    unp = "1.2.112.1.2.1.1.1.1.2"
    plain = encode_extension(unp, der.utf8("200988541"))
    wrapped = encode_extension(unp, der.sequence(der.printable("200988541")))
    bare = encode_extension(unp, b"200988541")
    for extension in (plain, wrapped, bare):
        assert found(("C", "BY"), extra=(extension,)) == [(K.UNP, "BY", "200988541", True)]
    personal = encode_extension("1.2.112.1.2.1.1.1.1.1", der.utf8("3120573A033PB2"))
    assert found(("C", "BY"), extra=(personal,)) == [(K.BY_PERSONAL_NUMBER, "BY", "3120573A033PB2", None)]


@pytest.mark.parametrize(
    ("attribute", "value", "expected"),
    [
        ("2.5.4.97", "TAXBY-200988541", (K.UNP, "BY", "200988541", True)),
        ("2.5.4.97", "VATBY-200988542", (K.UNP, "BY", "200988542", False)),
        ("2.5.4.5", "PNOBY-3120573A033PB2", (K.BY_PERSONAL_NUMBER, "BY", "3120573A033PB2", None)),
        ("2.5.4.5", "PASBY-MP1234567", (K.PASSPORT, "BY", "MP1234567", None)),
        ("2.5.4.5", "IDCBY-AB1234567", (K.IDENTITY_CARD, "BY", "AB1234567", None)),
        ("2.5.4.97", "NTRRU-1027700132195", (K.OGRN, "RU", "1027700132195", True)),
        ("2.5.4.97", "VATRU-7707083893", (K.INNLE, "RU", "7707083893", True)),
        ("2.5.4.5", "TINRU-500100732259", (K.INN, "RU", "500100732259", True)),
        ("2.5.4.97", "NTRKZ-971240001315", (K.BIN, "KZ", "971240001315", True)),
        ("2.5.4.5", "PNOMD-1008600038413", (K.IDNP, "MD", "1008600038413", True)),
        ("2.5.4.97", "NTRMD-1008600038413", (K.IDNO, "MD", "1008600038413", True)),
        ("2.5.4.5", "PNOUZ-31210632040244", (K.PINFL, "UZ", "31210632040244", True)),
        ("2.5.4.97", "TAXUZ-123456789", (K.UZ_INN, "UZ", "123456789", None)),
        ("2.5.4.5", "PNOKG-12345678901234", (K.KG_PIN, "KG", "12345678901234", None)),
        ("2.5.4.97", "TAXKG-12345678901234", (K.KG_INN, "KG", "12345678901234", None)),
        ("2.5.4.5", "PNOAM-1234567890", (K.AM_PSN, "AM", "1234567890", None)),
        ("2.5.4.97", "VATAM-12345678", (K.AM_TIN, "AM", "12345678", None)),
        ("2.5.4.97", "LEIXG-529900T8BM49AURSDO55", (K.LEI, None, "529900T8BM49AURSDO55", None)),
        ("2.5.4.5", "PNODE-12345", (K.PERSONAL_NUMBER, "DE", "12345", None)),
        ("2.5.4.5", "EI:SE-5560836578", (K.NATIONAL_SCHEME, "SE", "5560836578", None)),
        # Right scheme, wrong length: it stays what the scheme says, untested.
        ("2.5.4.97", "NTRRU-123", (K.TRADE_REGISTER, "RU", "123", None)),
    ],
)
def test_semantic_identifiers(
    attribute: str, value: str, expected: tuple[IdentityKind, str | None, str, bool | None]
) -> None:
    assert found((attribute, value)) == [expected]


@pytest.mark.parametrize(
    ("country", "number", "kind"),
    [
        ("MD", "1008600038413", K.IDNP),
        ("UZ", "31210632040244", K.PINFL),
        ("KG", "12345678901234", K.KG_PIN),
        ("AM", "1234567890", K.AM_PSN),
        ("KZ", "971240001315", K.IIN),
    ],
)
def test_a_bare_serial_number_is_what_its_country_makes_it(
    country: str, number: str, kind: IdentityKind
) -> None:
    ((found_kind, state, value, _),) = found(("C", country), ("2.5.4.5", number))
    assert (found_kind, state, value) == (kind, country, number)
    assert found(("C", "FR"), ("2.5.4.5", number)) == []


def test_uzbek_attributes() -> None:
    assert found(("1.2.860.3.16.1.1", "123456789"), ("1.2.860.3.16.1.2", "31210632040244")) == [
        (K.UZ_INN, "UZ", "123456789", None),
        (K.PINFL, "UZ", "31210632040244", True),
    ]


def test_the_same_identifier_twice_is_one() -> None:
    assert len(found(("2.5.4.97", "VATRU-7707083893"), ("1.2.643.100.4", "7707083893"))) == 1


def test_the_source_is_named() -> None:
    (identity,) = identities(certificate(("2.5.4.97", "VATRU-7707083893")))
    assert identity == NationalIdentity(K.INNLE, "RU", "7707083893", True, "2.5.4.97")


def test_kazakh_roles_and_belarusian_position_are_powers() -> None:
    position = encode_extension("1.2.112.1.2.1.1.5.1", der.utf8("Директор"))
    holder = certificate(
        ("C", "KZ"),
        eku=("1.3.6.1.5.5.7.3.4", "1.2.398.3.3.4.1.2", "1.2.398.3.3.4.1.2.1"),
        extra=(position,),
    )
    assert [(power.kind, power.value) for power in powers(holder)] == [
        (PowerKind.ORGANISATION, None),
        (PowerKind.CHIEF_EXECUTIVE, None),
        (PowerKind.POSITION, "Директор"),
    ]
