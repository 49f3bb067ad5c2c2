"""Every failure of keys has a cause and a remedy in both languages, filled with what it knows."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import trustspace.keys
from trustspace.keys import errors
from trustspace.validation.catalogue import entries

SOURCE = Path(trustspace.keys.__file__).parent


def raised() -> Iterator[tuple[str, set[str], str]]:
    """(code, parameters, place) of every error that the package makes."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            kind = getattr(errors, node.func.id, None)
            if kind is None or path.name == "errors.py":
                continue
            code = kind.code
            if node.args and isinstance(node.args[0], ast.Constant):
                code = node.args[0].value
            elif node.args:
                continue  # chosen at run time; the tests of faults see those
            yield code, {word.arg or "" for word in node.keywords}, f"{path.name}:{node.lineno}"


def test_every_code_has_words_and_every_gap_in_them_is_filled() -> None:
    found = list(raised())
    assert len(found) > 30
    for code, given, place in found:
        assert code in entries(), (code, place)
        for language, words in entries()[code].items():
            wanted = {name for _, name, _, _ in string.Formatter().parse("".join(words)) if name}
            assert wanted <= given, (code, place, language, wanted - given)


def test_every_code_that_the_classes_promise_has_words() -> None:
    promised = {
        word
        for kind in vars(errors).values()
        if isinstance(kind, type) and kind.__module__ == errors.__name__
        for word in (kind.__doc__ or "").replace(",", " ").replace(".", " ").replace(":", " ").split()
        if word.isupper() and "_" in word
    }
    assert len(promised) > 25
    assert promised <= set(entries())
