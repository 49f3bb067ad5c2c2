"""Name constraints, form by form (RFC 5280 §4.2.1.10)."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustspace.encoding.name import Name
from trustspace.pki.name_constraints import (
    MAX_COMPARISONS,
    ComparableName,
    ConstraintViolation,
    NameConstraintState,
    NameForm,
    Subtrees,
    is_within,
)


def within(form: NameForm, name: str | bytes, base: str | bytes) -> bool | None:
    return is_within(ComparableName(form, name), ComparableName(form, base))


def network(text: str) -> bytes:
    found = ipaddress.ip_network(text)
    return found.network_address.packed + found.netmask.packed


def address(text: str) -> bytes:
    return ipaddress.ip_address(text).packed


@pytest.mark.parametrize(
    ("name", "base", "expected"),
    [
        ("host.example.com", "host.example.com", True),
        ("www.host.example.com", "host.example.com", True),
        ("host1.example.com", "host.example.com", False),
        ("EXAMPLE.com", "example.COM", True),
        ("badexample.com", "example.com", False),
        ("example.com", ".example.com", False),
        ("a.example.com", ".example.com", True),
        ("example.com.", "example.com", True),
        ("anything.org", "", True),
        ("*.example.com", "example.com", True),
        ("white space.com", "com", None),
        ("", "com", None),
        ("a..com", "com", None),
        ("пример.com", "com", None),
    ],
)
def test_dns_names(name: str, base: str, expected: bool | None) -> None:
    assert within(NameForm.DNS, name, base) is expected


@pytest.mark.parametrize(
    ("name", "base", "expected"),
    [
        ("root@example.com", "root@example.com", True),
        ("Root@example.com", "root@example.com", False),
        ("root@EXAMPLE.com", "root@example.com", True),
        ("root@example.com", "example.com", True),
        ("root@host.example.com", "example.com", False),
        ("root@host.example.com", ".example.com", True),
        ("root@example.com", ".example.com", False),
        ('"a@b"@example.com', "example.com", True),
        ("no-at-sign", "example.com", None),
        ("@example.com", "example.com", None),
        ("root@", "example.com", None),
        ("root@example.com", "", True),
    ],
)
def test_mailboxes(name: str, base: str, expected: bool | None) -> None:
    assert within(NameForm.EMAIL, name, base) is expected


@pytest.mark.parametrize(
    ("name", "base", "expected"),
    [
        ("https://host.example.com/path", "host.example.com", True),
        ("https://a.host.example.com/", "host.example.com", False),
        ("https://a.example.com:8443?q#f", ".example.com", True),
        ("https://user@evil.org@host.example.com/", "host.example.com", True),
        ("https://host.example.com@evil.org/", "host.example.com", False),
        ("https://evil.org/host.example.com", "host.example.com", False),
        ("https://evil.org#.example.com", ".example.com", False),
        ("ftp://10.0.0.1/", "example.com", None),
        ("https://[::1]/", "example.com", None),
        ("mailto:root@example.com", "example.com", None),
        ("urn:isbn:0", "example.com", None),
    ],
)
def test_uris(name: str, base: str, expected: bool | None) -> None:
    assert within(NameForm.URI, name, base) is expected


@pytest.mark.parametrize(
    ("name", "base", "expected"),
    [
        ("192.0.2.7", "192.0.2.0/24", True),
        ("192.0.3.7", "192.0.2.0/24", False),
        ("2001:db8::1", "2001:db8::/32", True),
        ("2001:db9::1", "2001:db8::/32", False),
        ("192.0.2.7", "2001:db8::/32", False),
        ("1.2.3.4", "0.0.0.0/0", True),
    ],
)
def test_addresses(name: str, base: str, expected: bool) -> None:
    assert within(NameForm.IP, address(name), network(base)) is expected


@pytest.mark.parametrize(
    ("name", "base"),
    [(bytes(5), bytes(8)), (bytes(4), bytes(7)), (bytes(4), bytes(4) + bytes.fromhex("ff00ff00"))],
)
def test_addresses_and_masks_that_are_none_compare_with_nothing(name: bytes, base: bytes) -> None:
    assert within(NameForm.IP, name, base) is None


def directory(*attributes: tuple[str, str]) -> ComparableName:
    return ComparableName(NameForm.DIRECTORY, Name.build(attributes).normalized)


def test_directory_names_are_within_by_their_first_rdns() -> None:
    base = directory(("2.5.4.6", "RU"), ("2.5.4.10", "Минцифры  России"))
    assert is_within(directory(("2.5.4.6", "RU"), ("2.5.4.10", "МИНЦИФРЫ РОССИИ"), ("2.5.4.3", "A")), base)
    assert not is_within(directory(("2.5.4.10", "Минцифры России"), ("2.5.4.6", "RU")), base)
    assert not is_within(directory(("2.5.4.6", "RU")), base)
    assert is_within(directory(), directory())


def state(permitted: list[ComparableName], excluded: list[ComparableName]) -> NameConstraintState:
    found = NameConstraintState()
    found.add(Subtrees(tuple(permitted), tuple(excluded)))
    return found


def dns(value: str | None) -> ComparableName:
    return ComparableName(NameForm.DNS, value)


def violation(found: NameConstraintState, name: ComparableName) -> ConstraintViolation | None:
    answer = found.check([name])
    return None if answer is None else answer[1]


def test_exclusion_goes_before_permission() -> None:
    found = state([dns("example.com")], [dns("secret.example.com")])
    assert violation(found, dns("www.example.com")) is None
    assert violation(found, dns("a.secret.example.com")) is ConstraintViolation.EXCLUDED
    assert violation(found, dns("example.org")) is ConstraintViolation.NOT_PERMITTED


def test_every_ca_above_must_permit() -> None:
    found = state([dns("example.com"), dns("example.org")], [])
    found.add(Subtrees((dns("www.example.com"),), ()))
    assert violation(found, dns("www.example.com")) is None
    assert violation(found, dns("mail.example.com")) is ConstraintViolation.NOT_PERMITTED
    assert violation(found, dns("www.example.org")) is ConstraintViolation.NOT_PERMITTED


def test_a_form_that_nobody_constrains_is_free() -> None:
    found = state([dns("example.com")], [])
    assert violation(found, ComparableName(NameForm.EMAIL, "a@b.org")) is None


@pytest.mark.parametrize("form", [NameForm.OTHER, NameForm.X400, NameForm.EDI_PARTY, NameForm.REGISTERED_ID])
def test_a_constrained_form_that_cannot_be_compared_rejects(form: NameForm) -> None:
    name = ComparableName(form, None)
    assert violation(state([name], []), name) is ConstraintViolation.NOT_COMPARABLE
    assert violation(state([], [name]), name) is ConstraintViolation.NOT_COMPARABLE


def test_comparisons_are_counted_and_end() -> None:
    found = state([], [dns(f"{number}.example.com") for number in range(1000)])
    names = [dns(f"{number}.example.org") for number in range(MAX_COMPARISONS // 1000 + 1)]
    answer = found.check(names)
    assert answer is not None
    assert answer[1] is ConstraintViolation.TOO_MANY


@given(
    st.text(max_size=40), st.text(max_size=40), st.sampled_from([NameForm.DNS, NameForm.EMAIL, NameForm.URI])
)
def test_no_text_breaks_a_comparison(name: str, base: str, form: NameForm) -> None:
    assert within(form, name, base) in (True, False, None)


@given(st.ip_addresses(v=4), st.integers(0, 32))
def test_every_address_is_in_its_own_networks(host: ipaddress.IPv4Address, prefix: int) -> None:
    own = ipaddress.ip_network((host, prefix), strict=False)
    assert within(NameForm.IP, host.packed, network(str(own))) is True
