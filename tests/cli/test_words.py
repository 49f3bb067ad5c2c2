"""What people read: safe against hostile names, in the language of the reader."""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import trustspace.cli
from trustspace.cli import text_report
from trustspace.cli.language import Language, choose_language
from trustspace.cli.plain_text import json_text, visible
from trustspace.cli.recognise import Kind
from trustspace.cli.tree import render
from trustspace.cli.words_terms import RUSSIAN_TERMS
from trustspace.demo.authority import person, root_authority
from trustspace.validation.catalogue import known

HOSTILE = {
    "an ANSI escape": ("\x1b[2J\x1b[31mTRUSTED", "\\x1b[2J\\x1b[31mTRUSTED"),
    "a line break": ("Ivanov\nSignature: valid", "Ivanov\\x0aSignature: valid"),
    "a right-to-left override": ("txt.\u202eexe", "txt.\\u202eexe"),
    "an isolate": ("a\u2066b", "a\\u2066b"),
    "a zero-width joiner": ("Iva\u200dnov", "Iva\\u200dnov"),
    "a soft hyphen": ("Iva\u00adnov", "Iva\\xadnov"),
    "a line separator": ("a\u2028b", "a\\u2028b"),
    "a C1 control": ("a\x9b31mb", "a\\x9b31mb"),
    "a tag character": ("a\U000e0041", "a\\U000e0041"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_shown_escaped(name):
    text, shown = HOSTILE[name]
    assert visible(text) == shown


@pytest.mark.parametrize(
    "text",
    ["Иванова Мария", "Ўзбекистон", "АХМЕТОВА ӘЛИЯ", "Պետրոսյան Անի", "Rusu Ion, Chişinău", "№ 5 «А» — б"],
)
def test_letters_of_every_script_stay(text):
    assert visible(text) == text


@given(st.text())
def test_nothing_that_steers_a_terminal_comes_through(text):
    assert all(character.isprintable() for character in visible(text))


@given(st.recursive(st.none() | st.booleans() | st.text(), st.lists))
def test_json_stays_json_and_holds_no_hostile_character(value):
    text = json_text(value)
    assert json.loads(text) == value
    assert all(character.isprintable() or character == "\n" for character in text)


def test_a_hostile_name_in_a_certificate_does_not_reach_the_terminal(run, tmp_path, ru):
    now = datetime.now(UTC).replace(microsecond=0)
    authority = root_authority([("CN", "\x1b]0;owned\x07Root")], "p-256", now=now, random=os.urandom)
    holder = person(authority, [("CN", "Good\u202e\nSigned by: Bank"), ("O", "\x1b[1A")], "p-256")
    certificate, key, document = (tmp_path / name for name in ("c.cer", "c.key", "letter"))
    certificate.write_bytes(holder.certificate.raw)
    key.write_bytes(holder.key.to_pkcs8())
    (tmp_path / "root.cer").write_bytes(authority.holder.certificate.raw)
    (tmp_path / "root.crl").write_bytes(authority.crl().raw)
    document.write_text("x")
    signed = run("sign", document, "--key", key, "--certificate", certificate)
    validated = run(
        "validate", f"{document}.p7s", "--trust", tmp_path / "root.cer", "--trust", tmp_path / "root.crl"
    )
    assert validated.code == 0
    as_json = run("validate", f"{document}.p7s", "--trust", tmp_path / "root.cer", "--json")
    inspected = run("inspect", certificate)
    for result in (signed, validated, as_json, inspected):
        for character in ("\x1b", "\x07", "\u202e"):
            assert character not in result.out + result.err
    assert not any(line.startswith("Signed by: Bank") for line in validated.out.splitlines())


def test_a_combining_flood_is_cut():
    assert visible("a" + "\u0301" * 50).count("\u0301") == 4


def test_a_long_name_is_cut():
    assert len(visible("a" * 100_000)) < 2_000


@pytest.mark.parametrize(
    ("words", "environment", "language"),
    [
        ([], {}, "en"),
        ([], {"LANG": "ru_RU.UTF-8"}, "ru"),
        ([], {"LANG": "ru_RU.UTF-8", "LC_ALL": "C"}, "en"),
        ([], {"LANG": "be_BY.UTF-8"}, "en"),
        (["--lang", "ru"], {"LANG": "C"}, "ru"),
        (["--lang=ru"], {}, "ru"),
        (["--lang", "en"], {"LC_ALL": "ru_RU"}, "en"),
        (["--lang"], {}, "en"),
        (["--lang", "de"], {"LANG": "ru_RU"}, "ru"),
        (["--", "--lang", "ru"], {}, "en"),
    ],
)
def test_the_language_of_the_reader(words, environment, language):
    assert choose_language(words, environment) is Language(language)


@pytest.mark.parametrize(
    "words", [["--help"], ["validate", "--help"], ["receipt", "verify", "-h"], ["demo", "-h"]]
)
def test_help_is_in_both_languages(run, words):
    english, russian = run("--lang", "en", *words), run("--lang", "ru", *words)
    assert (english.code, russian.code) == (0, 0)
    assert english.out.startswith("usage: trustspace")
    assert russian.out.startswith("использование: trustspace")
    assert not any("а" <= letter <= "я" for letter in english.out)
    assert "show this help" not in russian.out


def test_views_name_their_fields_in_both_languages():
    view = {
        "subject": "CN=x",
        "not_before": "2026-11-24T10:00:00Z",
        "ca": True,
        "something_new": 1,
        "policy": None,
    }
    assert render(view, Language.ENGLISH).splitlines() == [
        "Subject                      CN=x",
        "Valid from                   2026-11-24 10:00:00 UTC",
        "May issue certificates       yes",
        "something new                1",
    ]
    assert "Владелец" in render(view, Language.RUSSIAN)


def report_of(*indications: str) -> dict:
    signature = {
        **{"id": "S-1", "format": "CAdES", "level": "BASELINE-B", "sub_indication": None, "signer": None},
        **{"claimed_signing_time": None, "best_signature_time": "2026-01-01T00:00:00Z", "algorithms": {}},
        **{"certificate_chain": [], "timestamps": [], "causes": [], "scope": []},
    }
    return {
        "signatures": [{**signature, "indication": indication} for indication in indications],
        "control_time": "2026-01-01T00:00:00Z",
        "policy": {"name": "basic", "sha256": "00"},
        **{"snapshot": "sha256:0", "evidence": "sha256:0", "engine": "e", "causes": []},
    }


@pytest.mark.parametrize(
    ("indications", "sentence"),
    [
        ([], "f holds no signature."),
        (["TOTAL-PASSED"] * 2, "All 2 signatures of f are valid, and it has not changed since."),
        (
            ["TOTAL-PASSED", "TOTAL-FAILED", "INDETERMINATE"],
            "Of 3 signatures of f, 1 are valid, 1 are NOT valid, 1 cannot be decided.",
        ),
        (["TOTAL-FAILED"], "The signature is NOT valid."),
        (["INDETERMINATE"], "Whether the signature is valid cannot be decided."),
    ],
)
def test_the_first_sentence_promises_no_more_than_was_found(indications, sentence):
    text = text_report.render(report_of(*indications), {}, Language.ENGLISH, file="f")
    assert text.splitlines()[0] == sentence


def test_what_a_file_is_has_a_word_in_russian():
    assert all(kind.value in RUSSIAN_TERMS for kind in Kind)


def test_every_error_of_the_command_has_words_in_both_languages():
    """Every code that the command raises stands in the catalogue."""
    sources = "".join(path.read_text() for path in Path(trustspace.cli.__file__).parent.rglob("*.py"))
    codes = set(re.findall(r'CommandError\(\s*"([A-Z_]+)"', sources))
    assert len(codes) > 30
    assert {code for code in codes if not known(code)} == set()


def test_a_time_stamp_has_its_own_gender_in_russian(run, ru):
    """Штамп действителен, подпись действительна."""
    names = [str(ru.authority / name) for name in ("root.cer", "root.crl", "issuing.crl")]
    words = [word for name in names for word in ("--trust", name)]
    stamped = [
        shown
        for path in sorted(ru.documents.iterdir())
        if path.suffix == ".p7m"
        and "Штамп времени" in (shown := run("validate", path, *words, "--lang", "ru").out)
    ]
    assert stamped
    for shown in stamped:
        lines = [each for each in shown.splitlines() if each.startswith("  Штамп времени ")]
        assert lines
        assert all(line.endswith(("действителен", "определить нельзя")) for line in lines)
        assert "not certified" not in shown


def test_inspect_speaks_russian_about_closed_sets(run, ru):
    shown = run("inspect", ru.authority / "petrov.ocsp", "--lang", "ru").out
    assert "успешно" in shown
    assert not any(word in shown for word in ("successful", "good", "revoked"))
    assert json.loads(run("inspect", ru.authority / "petrov.ocsp", "--json").out)["status"] == "successful"


def test_a_cut_receipt_is_told_in_plain_words(run, tmp_path):
    path = tmp_path / "cut.dvc"
    path.write_bytes(bytes.fromhex("30820500060b2a864886f70d010907"))
    for language in ("en", "ru"):
        result = run("receipt", "verify", path, "--lang", language)
        assert result.code == 2
        assert "MALFORMED_ENCODING" not in result.err
        assert "what=" not in result.err
