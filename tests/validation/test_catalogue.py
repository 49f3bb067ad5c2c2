"""Every code that can reach a person has a cause and a remedy in English and in Russian."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import trustspace
from trustspace.errors import TrustspaceError
from trustspace.validation.catalogue import entries, known, render, terms

SOURCE = Path(trustspace.__file__).parent
CARRIERS = {"cause", "Cause", "Problem", "CommandError", "InputError", "TrustspaceError"}
"""Calls whose first argument is a code."""
NEVER_RAISED_ITSELF = {"COMMAND_UNUSABLE"}
"""Bases whose every use names a code of its own."""
CODE = re.compile(r"[A-Z][A-Z0-9_]{3,}\Z")


def all_errors() -> Iterator[type[TrustspaceError]]:
    for module in pkgutil.walk_packages([str(SOURCE)], "trustspace."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    waiting = [TrustspaceError]
    while waiting:
        error = waiting.pop()
        if error.__module__.startswith("trustspace."):
            yield error
        waiting += error.__subclasses__()


def codes_in_source() -> Iterator[tuple[str, str]]:
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            first = node.args[0]
            if name in CARRIERS and isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value, f"{path.relative_to(SOURCE)}:{node.lineno}"


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_error_has_words() -> None:
    missing = {
        f"{error.__module__}.{error.__name__}: {error.code}"
        for error in all_errors()
        if error.code not in NEVER_RAISED_ITSELF and not known(error.code)
    }
    assert not missing


def test_every_code_that_is_written_in_the_source_has_words() -> None:
    missing = {
        f"{code} ({place})" for code, place in codes_in_source() if CODE.match(code) and not known(code)
    }
    assert not missing


def test_every_path_failure_has_words() -> None:
    from trustspace.pki.path_processing import PathFailureCode  # noqa: PLC0415

    assert not {failure.value for failure in PathFailureCode if not known(failure.value)}


@pytest.mark.parametrize("code", sorted(entries()))
def test_both_languages_say_the_same(code: str) -> None:
    english, russian = entries()[code]["en"], entries()[code]["ru"]
    assert english[0] and russian[0], "a cause is never empty"
    assert fields("".join(english)) == fields("".join(russian))
    assert not re.search(r"[А-Яа-яЁё]", "".join(english))
    words = re.sub(r"\{\w+\}", "", "".join(russian))
    assert re.search(r"[а-яё]", words) or not words.strip(" .")


@pytest.mark.parametrize("code", sorted(entries()))
def test_sentences_end(code: str) -> None:
    for cause, remedy in entries()[code].values():
        for sentence in (cause, remedy):
            if sentence and not sentence.endswith("}"):
                assert sentence[-1] in ".!?;" or "--" in sentence or "trustspace" in sentence, sentence


def test_parameters_fill_the_words() -> None:
    parameters = {"subject": "CN=Alice", "revoked_at": "2026-05-31", "reason": "keyCompromise"}
    message, remedy = render("SIGNER_REVOKED", parameters, "en")
    assert "of Alice was" in message and "2026-05-31" in message and remedy
    assert "отозван" in render("SIGNER_REVOKED", parameters, "ru")[0]


def test_a_missing_parameter_and_an_unknown_code_still_answer() -> None:
    assert "?" in render("SIGNER_REVOKED", {}, "en")[0]
    assert render("NOBODY_KNOWS_THIS", {"a": 1}) == ("NOBODY_KNOWS_THIS (a=1)", "")
    assert render("SIGNER_REVOKED", {}, "fr") == render("SIGNER_REVOKED", {}, "en")


def test_braces_in_a_parameter_stay_as_they_are() -> None:
    assert "of {x} was" in render("SIGNER_REVOKED", {"subject": "CN={x}"}, "en")[0]


def test_the_standards_own_words_are_put_as_people_say_them() -> None:
    assert "the key was compromised" in render("SIGNER_REVOKED", {"reason": "keyCompromise"}, "en")[0]
    assert "ключ скомпрометирован" in render("SIGNER_REVOKED", {"reason": "keyCompromise"}, "ru")[0]
    assert "neverHeardOf" in render("SIGNER_REVOKED", {"reason": "neverHeardOf"}, "ru")[0]


def test_every_reason_and_problem_of_revocation_data_has_words() -> None:
    from trustspace.pki.statement import RevocationReason, StatementProblem  # noqa: PLC0415

    for name, values in (("reason", RevocationReason), ("problem", StatementProblem)):
        for value in values:
            words = terms()[name][value.value]
            assert words["en"] and re.search(r"[а-яё]", words["ru"]), value


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("CN=Alice,O=Works\\, Ltd,C=XX", "Alice (Works, Ltd)"),
        ("CN=Alice,C=XX", "Alice"),
        ("O=Works,C=XX", "Works"),
        ("CN=Works,O=Works", "Works"),
        ("SN=One,C=XX", "SN=One,C=XX"),
        ("CN=a\\,O\\=Bank,C=XX", "a,O=Bank"),
        ("#300d", "#300d"),
    ],
)
def test_people_are_named_as_people(name: str, shown: str) -> None:
    assert f"of {shown} was revoked" in render("SIGNER_REVOKED", {"subject": name}, "en")[0]


def test_object_identifiers_are_named_and_kept_in_parentheses() -> None:
    parameters = {"attribute": "1.2.840.113549.1.7.2", "content": "1.2.840.113549.1.7.20"}
    english, russian = (render("CONTENT_TYPE_MISMATCH", parameters, each)[0] for each in ("en", "ru"))
    assert "type a signed message (1.2.840.113549.1.7.2)" in english
    assert "подписанное сообщение (1.2.840.113549.1.7.2)" in russian
    assert "of type 1.2.840.113549.1.7.20." in english
    purpose = {"subject": "CN=x", "wanted": "1.3.6.1.5.5.7.3.10"}
    assert "DVCS (trusted third party) (1.3.6.1.5.5.7.3.10)" in render("SIGNER_KEY_PURPOSE", purpose)[0]
