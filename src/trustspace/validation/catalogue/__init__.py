"""The words of trustspace: every code's cause and remedy, in plain English and plain Russian.

One TOML file an area (``validation.toml``, ``input.toml``, ...), one table a code::

    [SIGNER_REVOKED]
    en = ["The signer's certificate was revoked on {revoked_at}.", "Ask the signer to sign again ..."]
    ru = ["...", "..."]

``{name}`` are the cause's parameters; one that is missing shows as ``?``. Values that are a standard's own
words (a reason of revocation) are put as people say them, by ``terms.toml``. Files load when the first word
is asked for: a passed validation in JSON never reads them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from trustspace.validation.catalogue.values import person, with_names_of_objects

LANGUAGES = ("en", "ru")
_TERMS = "terms.toml"
_NAMES = frozenset({"subject", "issuer"})
"""Parameters that are distinguished names."""

Words = tuple[str, str]
"""(cause, remedy)."""


class _Shown(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"


@cache
def entries() -> Mapping[str, Mapping[str, Words]]:
    """Every entry: code → language → (cause, remedy). A code that stands in two files is a defect."""
    found: dict[str, Mapping[str, Words]] = {}
    for file in sorted(resources.files(__name__).iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".toml") or file.name == _TERMS:
            continue
        for code, table in tomllib.loads(file.read_text(encoding="utf-8")).items():
            if code in found:
                raise ValueError(f"{code} stands in two catalogue files")
            found[code] = {
                language: (str(table[language][0]), str(table[language][1])) for language in LANGUAGES
            }
    return found


@cache
def terms() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Words for values: parameter → value → language."""
    return tomllib.loads((resources.files(__name__) / _TERMS).read_text(encoding="utf-8"))


def known(code: str) -> bool:
    """Whether the catalogue has words for this code."""
    return code in entries()


def render(
    code: str, parameters: Mapping[str, str | int | None] | None = None, language: str = "en"
) -> Words:
    """Cause and remedy for a code, filled with the parameters, in "en" or "ru" (any other: English).

    A code without an entry still answers something readable: the code and its parameters.
    """
    if language not in LANGUAGES:
        language = "en"
    shown = _Shown({name: _shown(name, value, language) for name, value in (parameters or {}).items()})
    entry = entries().get(code)
    if entry is None:
        details = ", ".join(f"{name}={value}" for name, value in shown.items())
        return (f"{code} ({details})" if details else code), ""
    message, remedy = entry[language]
    return message.format_map(shown), remedy.format_map(shown)


def _shown(name: str, value: str | int | None, language: str) -> str:
    if value is None:
        return "?"
    text = str(value)
    term = terms().get(name, {}).get(text)
    if term is not None:
        return term[language]
    if name in _NAMES and "=" in text:
        return person(text)
    return with_names_of_objects(text, language) if "." in text else text
