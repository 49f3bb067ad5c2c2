"""The command's words in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trustspace.cli.language import Language
from trustspace.cli.plain_text import visible

if TYPE_CHECKING:
    from trustspace.errors import TrustspaceError
    from trustspace.validation.causes import Cause


def pick(language: Language, english: str, russian: str) -> str:
    """The one of two wordings that the reader understands."""
    return russian if language is Language.RUSSIAN else english


def describe(error: TrustspaceError | Cause, language: Language) -> tuple[str, str]:
    """What is wrong, and what to do, for any error below the one root, and for any cause."""
    from trustspace.validation.catalogue import render  # noqa: PLC0415 - only failures need the words

    parameters = {name: _term(value, language) for name, value in error.parameters.items()}
    cause, remedy = render(error.code, parameters, language.value)
    return visible(cause), visible(remedy)


def decoding_reason(error: BaseException) -> str:
    """Why octets could not be decoded, in a few words: the decoder's own, wherever in the chain it is."""
    from trustspace.errors import MalformedEncoding, TrustspaceError  # noqa: PLC0415

    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, MalformedEncoding):
            return str(seen.parameters.get("reason"))
        seen = seen.__cause__
    reason = error.parameters.get("reason") if isinstance(error, TrustspaceError) else None
    return str(reason or error)


def _term(value: str | int | None, language: Language) -> str | int | None:
    if language is not Language.RUSSIAN or not isinstance(value, str):
        return value
    return in_russian(value)


def in_russian(term: str) -> str:
    """A term that is filled into a Russian sentence."""
    from trustspace.cli.words_terms import RUSSIAN_TERMS  # noqa: PLC0415 - English readers never need it

    return RUSSIAN_TERMS.get(term, term)
