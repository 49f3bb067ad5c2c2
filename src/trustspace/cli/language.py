"""English or Russian: chosen once, from ``--lang`` or the locale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum


class Language(StrEnum):
    """The languages in which the command speaks."""

    ENGLISH = "en"
    RUSSIAN = "ru"


_LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""In the order in which POSIX gives them precedence for messages."""


def choose_language(arguments: Sequence[str], environment: Mapping[str, str]) -> Language:
    """The reader's language: the last well-formed ``--lang``, else the locale, else English.

    Looks at the arguments before they are parsed, because the parser's own messages need it too; a wrong
    value is left for the parser to refuse.
    """
    chosen: str | None = None
    for position, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument == "--lang" and position + 1 < len(arguments):
            chosen = arguments[position + 1]
        elif argument.startswith("--lang="):
            chosen = argument.partition("=")[2]
    if chosen in tuple(Language):
        return Language(chosen)
    for variable in _LOCALE_VARIABLES:
        if value := environment.get(variable):
            return Language.RUSSIAN if value.lower().startswith("ru") else Language.ENGLISH
    return Language.ENGLISH
