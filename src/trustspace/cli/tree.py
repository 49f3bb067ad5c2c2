"""A readable view of nested data: the same dictionary is printed for people and dumped as JSON.

A view is a dictionary with the standards' own field names as keys; its order is the order of the lines.
What a key is called for a reader stands in ``words_fields``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from trustspace.cli.language import Language
from trustspace.cli.plain_text import visible
from trustspace.cli.words import in_russian, pick
from trustspace.cli.words_fields import FIELDS, RUSSIAN_VALUES

Value = Any
"""str, int, bool, None, a list or a dictionary of these: what JSON holds."""

_MOMENT = re.compile(r"\b(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z\b")
_LABEL_WIDTH = 28
_LONGEST_LIST = 50
_LONGEST_TEXT = 300


def render(view: Mapping[str, Value], language: Language, indent: int = 0) -> str:
    """The view as indented lines; values that are None or empty are left out."""
    return "\n".join(_lines(view, language, indent))


def label(key: str, language: Language) -> str:
    """What a field is called for the reader; an unknown one by its own name."""
    words = FIELDS.get(key)
    return pick(language, *words) if words else key.replace("_", " ")


def moment_text(text: str) -> str:
    """RFC 3339 times in a text, for people: ``2026-11-24 10:00:00 UTC``; the text is made safe to show."""
    return _MOMENT.sub(r"\1 \2 UTC", visible(text))


def _lines(view: Mapping[str, Value], language: Language, indent: int) -> list[str]:
    lines: list[str] = []
    pad = " " * indent
    for key, value in view.items():
        if value is None or value in ("", [], {}):
            continue
        name = label(key, language)
        if key == "identities":
            lines.extend(_list_lines(key, [_identity(row, language) for row in value], language, indent))
        elif isinstance(value, Mapping):
            lines.append(f"{pad}{name}")
            lines.extend(_lines(value, language, indent + 2))
        elif isinstance(value, Sequence) and not isinstance(value, str):
            lines.extend(_list_lines(key, value, language, indent))
        else:
            lines.append(f"{pad}{name:<{_LABEL_WIDTH}} {_scalar(_worded(key, value, language), language)}")
    return lines


def _identity(row: Mapping[str, Value], language: Language) -> str:
    """One national identifier in one line."""
    check = {
        True: pick(language, ", check digits right", ", контрольные цифры верны"),
        False: pick(language, ", check digits WRONG", ", контрольные цифры НЕВЕРНЫ"),
    }.get(row["check"], "")
    return f"{label(row['kind'], language)} {row['value']} ({row['state']}{check})"


def _list_lines(key: str, values: Sequence[Value], language: Language, indent: int) -> list[str]:
    name = label(key, language)
    pad = " " * indent
    shown = values[:_LONGEST_LIST]
    lines: list[str] = []
    if all(not isinstance(value, Mapping) for value in shown):
        first, *rest = (_scalar(_worded(key, value, language), language) for value in shown)
        lines.append(f"{pad}{name:<{_LABEL_WIDTH}} {first}")
        lines.extend(f"{pad}{'':<{_LABEL_WIDTH}} {value}" for value in rest)
    else:
        for number, value in enumerate(shown, 1):
            lines.append(f"{pad}{name} {number}/{len(values)}" if len(values) > 1 else f"{pad}{name}")
            lines.extend(_lines(value, language, indent + 2))
    if len(values) > len(shown):
        more = len(values) - len(shown)
        lines.append(
            f"{pad}"
            + pick(
                language, f"… and {more} more (all of them with --json)", f"… и ещё {more} (все — с --json)"
            )
        )
    return lines


def _worded(key: str, value: Value, language: Language) -> Value:
    """A value of a closed set by its Russian word; any other as it is."""
    if language is not Language.RUSSIAN or not isinstance(value, str):
        return value
    if key in ("engine", "modules"):
        return value.replace("not certified", in_russian("not certified"))
    return RUSSIAN_VALUES.get(key, {}).get(value, value)


def _scalar(value: Value, language: Language) -> str:
    if value is True:
        return pick(language, "yes", "да")
    if value is False:
        return pick(language, "no", "нет")
    return moment_text(visible(value, limit=_LONGEST_TEXT))
