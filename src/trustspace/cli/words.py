"""The command's words in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trustspace.cli.language import Language
from trustspace.cli.plain_text import visible

if TYPE_CHECKING:
    from trustspace.errors import TrustspaceError

_INDEX = {Language.ENGLISH: 0, Language.RUSSIAN: 1}


class _Parameters(dict[str, str]):
    """A parameter that an error did not carry shows as ``?`` instead of breaking the message."""

    def __missing__(self, key: str) -> str:
        return "?"


def pick(language: Language, english: str, russian: str) -> str:
    """The one of two wordings that the reader understands."""
    return russian if language is Language.RUSSIAN else english


def describe(error: TrustspaceError, language: Language) -> tuple[str, str]:
    """What is wrong, and what to do, for any error below the one root."""
    from trustspace.cli.words_errors import ERRORS  # noqa: PLC0415 - only failures need the words

    shown = _Parameters({name: visible(value) for name, value in error.parameters.items()})
    if entry := ERRORS.get(error.code):
        cause, remedy = entry[_INDEX[language]]
        return cause.format_map(shown), remedy.format_map(shown)
    from trustspace.validation.catalogue import render  # noqa: PLC0415

    cause, remedy = render(error.code, dict(error.parameters), language.value)
    return visible(cause), visible(remedy)
