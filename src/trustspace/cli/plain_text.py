"""Foreign text made safe to show: what a name holds must not steer the terminal or the eye.

Names come from certificates that anybody may have made. Control characters and ANSI escapes could rewrite
what stands on the screen, bidirectional overrides could turn ``exe.txt`` round, invisible characters could
make two names look alike. All of them are shown as escapes; letters of every script stay as they are.
"""

from __future__ import annotations

import json
import re
import unicodedata
from functools import lru_cache
from typing import Any

_SUSPECT = re.compile(r"[^\x20-\x7e\u00a1-\u00ac\u00ae-\u024f\u0400-\u052f\u2010-\u2027\u2116]")
"""Everything outside the plainly printable ranges is looked at one by one."""
_LONGEST_COMBINING_RUN = 4


@lru_cache(maxsize=4096)
def _is_hostile(character: str) -> bool:
    # Python's "printable" leaves out exactly controls, formats, private use, and separators but the space.
    return not character.isprintable()


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def visible(text: object, *, limit: int = 1000) -> str:
    """``text`` with everything that does not simply print shown as an escape, cut at ``limit`` characters."""
    value = str(text)
    if len(value) > limit:
        value = value[:limit] + "…"
    if not _SUSPECT.search(value):
        return value
    shown: list[str] = []
    combining = 0
    for character in value:
        if unicodedata.combining(character):
            combining += 1
        else:
            combining = 0
        shown.append(
            _escape(character) if _is_hostile(character) or combining > _LONGEST_COMBINING_RUN else character
        )
    return "".join(shown)


def _json_escape(match: re.Match[str]) -> str:
    character = match.group()
    if character == "\n" or not _is_hostile(character):
        return character
    return json.dumps(character)[1:-1]


def json_text(value: Any) -> str:
    """JSON with an indent of two, letters readable, hostile characters as ``\\uXXXX``, a final newline."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return _SUSPECT.sub(_json_escape, text) + "\n"
