"""The little of JSON Schema 2020-12 that our OpenAPI document uses; any other keyword is an error."""

from __future__ import annotations

import re
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}
_WORDS = frozenset({"description", "format", "contentEncoding", "contentMediaType"})
_KNOWN = _WORDS | {
    "$ref", "type", "enum", "pattern", "maxLength", "required", "properties", "additionalProperties",
    "minProperties", "maxProperties", "items", "anyOf", "not",
}  # fmt: skip


def check(value: Any, schema: dict[str, Any], root: dict[str, Any], where: str = "$") -> None:
    """Raise AssertionError where the value is not what the schema says."""
    assert schema.keys() <= _KNOWN, (where, schema.keys() - _KNOWN)
    if "$ref" in schema:
        target: Any = root
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        check(value, target, root, where)
    if "type" in schema:
        names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        fits = any(
            isinstance(value, _TYPES[name]) and (name != "integer" or value is not True) for name in names
        )
        assert fits, (where, names, value)
    if "enum" in schema:
        assert value in schema["enum"], (where, value)
    if "anyOf" in schema:
        assert any(_fits(value, each, root) for each in schema["anyOf"]), (where, value)
    if "not" in schema:
        assert not _fits(value, schema["not"], root), (where, value)
    if isinstance(value, str):
        assert re.search(schema.get("pattern", ""), value), (where, value)
        assert len(value) <= schema.get("maxLength", len(value)), where
    if isinstance(value, list):
        for index, each in enumerate(value):
            check(each, schema.get("items", {}), root, f"{where}[{index}]")
    if isinstance(value, dict):
        _check_object(value, schema, root, where)


def _check_object(value: dict[str, Any], schema: dict[str, Any], root: dict[str, Any], where: str) -> None:
    for name in schema.get("required", ()):
        assert name in value, (where, name)
    assert schema.get("minProperties", 0) <= len(value) <= schema.get("maxProperties", len(value)), where
    known = schema.get("properties", {})
    more = schema.get("additionalProperties", True)
    for name, each in value.items():
        if name in known:
            check(each, known[name], root, f"{where}.{name}")
        elif isinstance(more, dict):
            check(each, more, root, f"{where}.{name}")
        else:
            assert more, (where, name)


def _fits(value: Any, schema: dict[str, Any], root: dict[str, Any]) -> bool:
    try:
        check(value, schema, root)
    except AssertionError:
        return False
    return True
