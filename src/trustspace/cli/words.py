"""The command's words in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trustspace.cli.language import Language
from trustspace.cli.plain_text import visible

if TYPE_CHECKING:
    from trustspace.errors import TrustspaceError


def pick(language: Language, english: str, russian: str) -> str:
    """The one of two wordings that the reader understands."""
    return russian if language is Language.RUSSIAN else english


def describe(error: TrustspaceError, language: Language) -> tuple[str, str]:
    """What is wrong, and what to do, for any error below the one root."""
    from trustspace.validation.catalogue import render  # noqa: PLC0415 - only failures need the words

    cause, remedy = render(error.code, error.parameters, language.value)
    return visible(cause), visible(remedy)
