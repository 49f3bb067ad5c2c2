"""Mutating JSON and TOML by their structure: values of other types, members dropped, doubled and moved."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

from support.tlv_mutation import noise

_VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    2**63,
    10**400,
    0.5,
    float("inf"),
    float("nan"),
    "",
    "x",
    "\x00\x1b[31m",
    "\ud800",
    "a\u202eb",
    "99999999",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-06-01T12:00:00",
    "2026-06-01",
    "AAAA",
    "AAAA====",
    "MAA=",
    "TOTAL-PASSED",
    "VERIFIED",
    "good",
    [],
    [None],
    {},
    {"": None},
)
_LINES = (
    "x = 1",
    "[signer]",
    "[[signer]]",
    "[algorithms]",
    "[revocation]",
    'name = ""',
    "clock_skew = -1",
    'clock_skew = "99999999999999d"',
    "a.b.c = {}",
    "key = 1e400",
    "key = nan",
    "when = 0000-00-00",
    "x = " + "[" * 500,
    "\x00",
    "é = 1",
)


def mutate_json(data: bytes, choice: random.Random) -> bytes:
    """A few members of the document changed; noise where it is none."""
    try:
        top = json.loads(data)
    except (ValueError, RecursionError):
        return noise(data, choice)
    if choice.random() < 0.05:
        return noise(data, choice)
    try:
        for _ in range(choice.choice((1, 1, 1, 2, 4))):
            top = _change(top, choice)
        return json.dumps(top, sort_keys=True, separators=(",", ":")).encode()
    except (RecursionError, ValueError):
        return data


def _places(value: Any, found: list[tuple[Any, Any]], depth: int = 0) -> None:
    if depth > 60 or len(found) > 3000:
        return
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found.append((value, key))
        _places(item, found, depth + 1)


def _change(top: Any, choice: random.Random) -> Any:
    found: list[tuple[Any, Any]] = []
    _places(top, found)
    if not found:
        return choice.choice(_VALUES)
    holder, key = choice.choice(found)
    match choice.randrange(8):
        case 0:
            del holder[key]
        case 1 | 2:
            holder[key] = choice.choice(_VALUES)
        case 3:
            other, its = choice.choice(found)
            holder[key] = copy.deepcopy(other[its])
        case 4 if isinstance(holder, list):
            holder.extend(copy.deepcopy(holder[key]) for _ in range(choice.choice((1, 2, 50))))
        case 5 if isinstance(holder, dict):
            holder[choice.choice(("", "x", "format", "id", "signature", "\x1b"))] = copy.deepcopy(holder[key])
        case 6 if isinstance(holder[key], str):
            text = holder[key].encode("utf-8", "replace")
            holder[key] = noise(text, choice).decode("utf-8", "replace")
        case _:
            deep = copy.deepcopy(holder[key])
            for _ in range(choice.choice((1, 2, 300))):
                deep = [deep] if choice.random() < 0.5 else {"x": deep}
            holder[key] = deep
    return top


def mutate_lines(data: bytes, choice: random.Random) -> bytes:
    """Lines dropped, doubled, moved, replaced, their values exchanged: for TOML."""
    lines = data.decode("utf-8", "replace").split("\n")
    for _ in range(choice.choice((1, 1, 2, 5))):
        at = choice.randrange(len(lines))
        match choice.randrange(6):
            case 0 if len(lines) > 1:
                del lines[at]
            case 1:
                lines.insert(at, choice.choice(lines))
            case 2:
                lines.insert(at, choice.choice(_LINES))
            case 3 if "=" in lines[at]:
                name = lines[at].split("=")[0]
                value = json.dumps(choice.choice(_VALUES))
                lines[at] = f"{name}= {value}"
            case 4 if "=" in lines[at]:
                other = choice.choice(lines)
                lines[at] = lines[at].split("=")[0] + "=" + other.partition("=")[2]
            case _:
                lines[at] = noise(lines[at].encode("utf-8", "replace"), choice).decode("utf-8", "replace")
    return "\n".join(lines).encode("utf-8", "replace")
