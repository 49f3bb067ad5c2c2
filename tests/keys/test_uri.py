"""pkcs11: URIs (RFC 7512)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustspace.keys.errors import TokenUriInvalid
from trustspace.keys.token.uri import TokenUri, is_token_uri, parse_token_uri


def test_the_attributes_of_a_key() -> None:
    uri = parse_token_uri(
        "pkcs11:token=TTP%20of%20Belarus;manufacturer=Maker;serial=0001;model=v2;object=ttp-2026;type=private"
        ";id=%01%AB%00?module-path=/usr/lib/x.so&pin-source=file:/run/pin"
    )
    assert (uri.token, uri.manufacturer, uri.serial, uri.model) == ("TTP of Belarus", "Maker", "0001", "v2")
    assert (uri.object, uri.id, uri.type) == ("ttp-2026", b"\x01\xab\x00", "private")
    assert (uri.module_path, uri.pin_source) == ("/usr/lib/x.so", "file:/run/pin")


@pytest.mark.parametrize(
    ("text", "token"),
    [
        # RFC 7512 §3, examples: the empty URI, reserved characters, UTF-8.
        ("pkcs11:", None),
        ("PKCS11:token=x", "x"),
        ("pkcs11:token=The%20Software%20PKCS%2311%20Softtoken", "The Software PKCS#11 Softtoken"),
        ("pkcs11:token=a&b:c[d]", "a&b:c[d]"),
        ("pkcs11:token=%D0%94%D0%A2%D0%A1", "ДТС"),
        ("pkcs11:token=ДТС", "ДТС"),
        ("pkcs11:token=", ""),
    ],
)
def test_values(text: str, token: str | None) -> None:
    assert parse_token_uri(text).token == token


@pytest.mark.parametrize(
    ("text", "attribute"),
    [
        ("http://example.org", "pkcs11:"),
        ("pkcs11:token", "token"),
        ("pkcs11:token=a;token=b", "token"),
        ("pkcs11:token=a;", "pkcs11:"),
        ("pkcs11:token=a b", "token"),
        ("pkcs11:token=a%2", "token"),
        ("pkcs11:token=a%zz", "token"),
        ("pkcs11:token=%FF", "token"),
        ("pkcs11:token=a\x1bb", "token"),
        ("pkcs11:colour=red", "colour"),
        ("pkcs11:x-vendor=1", "x-vendor"),
        ("pkcs11:type=pivate", "type"),
        ("pkcs11:slot-id=one", "slot-id"),
        ("pkcs11:token=a?module-path", "module-path"),
        ("pkcs11:" + "token=a" * 1000, "pkcs11:"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(text: str, attribute: str) -> None:
    with pytest.raises(TokenUriInvalid) as caught:
        parse_token_uri(text)
    assert caught.value.code == "PKCS11_URI_INVALID"
    assert caught.value.parameters["attribute"] == attribute


@pytest.mark.parametrize("text", ["pkcs11:token=a?pin-value=314159", "pkcs11:token=a;pin-value=314159"])
def test_a_pin_in_the_uri_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(TokenUriInvalid) as caught:
        parse_token_uri(text)
    assert caught.value.code == "PKCS11_PIN_IN_URI"
    assert "314159" not in str(caught.value)


def test_unknown_query_attributes_are_passed_over() -> None:
    assert parse_token_uri("pkcs11:token=a?x-vendor=1&module-name=softhsm2").module_name == "softhsm2"


_texts = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn", "Zl", "Zp")), max_size=20)


@given(token=st.none() | _texts, obj=st.none() | _texts, id_=st.none() | st.binary(max_size=20))
def test_what_is_written_is_read(token: str | None, obj: str | None, id_: bytes | None) -> None:
    uri = TokenUri(token=token, object=obj, id=id_, type="private", module_path="/a b/c.so")
    assert parse_token_uri(str(uri)) == uri


def test_the_source_of_the_pin_is_not_written() -> None:
    assert "pin" not in str(parse_token_uri("pkcs11:token=a?pin-source=file:/run/pin"))


@given(st.text(max_size=60))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        parse_token_uri("pkcs11:" + text)
    except TokenUriInvalid as error:
        assert error.parameters or error.code == "PKCS11_PIN_IN_URI"


def test_a_path_is_no_uri() -> None:
    assert not is_token_uri("keys/ttp.key") and is_token_uri("pkcs11:") and is_token_uri("Pkcs11:token=a")
