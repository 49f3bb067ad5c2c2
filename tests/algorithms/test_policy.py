"""The catalogue of strengths and end dates."""

from __future__ import annotations

from datetime import date

import pytest

from trustspace.algorithms.digests import all_digests, digest_by_name
from trustspace.algorithms.keys import PublicKey
from trustspace.algorithms.policy import (
    NEVER_TRUSTED,
    AlgorithmCatalogue,
    CatalogueRow,
    catalogue_sha256,
    default_catalogue,
)
from trustspace.algorithms.signatures import all_signatures, resolve
from trustspace.errors import MalformedEncoding


def _key(family: str, size: int) -> PublicKey:
    return PublicKey(family, None, size, b"", "", None, None)


@pytest.mark.parametrize(
    ("name", "size", "end"),
    [
        ("SHA-1", None, date(2012, 8, 1)),
        ("MD5", None, date(2004, 8, 1)),
        ("SHA-256", None, None),
        ("Streebog-256", None, None),
        ("RSA", 1024, date(2019, 10, 1)),
        ("RSA", 1899, date(2019, 10, 1)),
        ("RSA", 1900, date(2029, 1, 1)),
        ("RSA", 2048, date(2029, 1, 1)),
        ("RSA", 3072, None),
        ("RSA", 512, NEVER_TRUSTED),
        ("EC", 224, date(2021, 10, 1)),
        ("EC", 521, None),
        ("GOST R 34.10-2001", 256, date(2020, 1, 1)),
        ("GOST R 34.10-2012-256", 256, None),
        ("no such algorithm", None, NEVER_TRUSTED),
    ],
)
def test_end_dates(name: str, size: int | None, end: date | None) -> None:
    assert default_catalogue().expiry(name, size) == end


def test_everything_that_is_computed_is_in_the_catalogue() -> None:
    catalogue = default_catalogue()
    names = {digest.name for digest in all_digests()} | {each.key_family for each in all_signatures()}
    assert {name for name in names if catalogue.row(name) is None} == set()


def test_every_row_names_a_document() -> None:
    assert all(row.source for row in default_catalogue().rows)


def test_a_signature_ends_with_its_first_part() -> None:
    catalogue = default_catalogue()
    sha1_with_rsa = resolve("1.2.840.113549.1.1.5", None)
    sha256_with_rsa = resolve("1.2.840.113549.1.1.11", None)
    assert catalogue.expiry_of(sha1_with_rsa, _key("RSA", 4096)) == date(2012, 8, 1)
    assert catalogue.expiry_of(sha256_with_rsa, _key("RSA", 1024)) == date(2019, 10, 1)
    # The PKCS#1 v1.5 padding ends although the digest and a key of 4096 bits do not.
    assert catalogue.expiry_of(sha256_with_rsa, _key("RSA", 4096)) == date(2029, 1, 1)
    assert catalogue.expiry_of(resolve("1.2.643.7.1.1.3.2", None), _key("GOST R 34.10-2012-256", 256)) is None


def test_strength_is_told_by_size() -> None:
    catalogue = default_catalogue()
    assert catalogue.strength("bign", 384) == 192
    assert catalogue.strength("GOST R 34.11-94") == 105
    assert catalogue.strength("no such algorithm") is None


def test_the_catalogue_is_cited_by_its_octets() -> None:
    assert catalogue_sha256() == default_catalogue().sha256
    assert len(bytes.fromhex(catalogue_sha256())) == 32


def test_another_catalogue_may_be_stricter() -> None:
    text = b"""
    name = "strict"
    version = "1"
    [[digest]]
    names = ["SHA-256"]
    end = 2020-01-01
    source = "us"
    """
    catalogue = AlgorithmCatalogue.from_toml(text)
    assert catalogue.expiry("SHA-256") == date(2020, 1, 1)
    assert catalogue.expiry("SHA-512") == NEVER_TRUSTED
    assert catalogue.sha256 == digest_by_name("SHA-256").digest(text).hex()


def test_rows_of_a_provider_extend_it_under_another_digest() -> None:
    row = CatalogueRow("key", "X", 0, date(2030, 1, 1), 128, "configuration")
    extended = default_catalogue().extended([row])
    assert extended.expiry("X") == date(2030, 1, 1)
    assert default_catalogue().expiry("X") == NEVER_TRUSTED
    assert extended.sha256 != default_catalogue().sha256


@pytest.mark.parametrize(
    "text",
    [
        b"\xff",
        b"name = ",
        b"version = '1'",
        b"name = 1\nversion = '1'",
        b"name = 'x'\nversion = '1'\n[[key]]\nnames = ['A']\nend = 'soon'\nsource = 's'",
        b"name = 'x'\nversion = '1'\n[[key]]\nnames = ['A']\nmin_size = 'big'\nsource = 's'",
        b"name = 'x'\nversion = '1'\n[[key]]\nsource = 's'",
        b"name = 'x'\nversion = '1'\nkey = 5",
    ],
)
def test_a_broken_catalogue_is_one_clear_error(text: bytes) -> None:
    with pytest.raises(MalformedEncoding) as caught:
        AlgorithmCatalogue.from_toml(text)
    assert caught.value.parameters["what"] == "algorithm catalogue"


def test_a_catalogue_nested_beyond_reading_is_none() -> None:
    with pytest.raises(MalformedEncoding):
        AlgorithmCatalogue.from_toml(b"x = " + b"[" * 5000)
