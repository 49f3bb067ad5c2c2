"""Facts as canonical JSON and back, so that they can be judged elsewhere and later.

The form follows the dataclasses of :mod:`trustspace.validation.facts`: bytes are base64, times RFC 3339,
enumerations their values, certificates their DER. Keys are sorted, nothing is left out, so that equal facts
are equal bytes. Reading trusts nothing: a certificate's key is computed anew, every type is checked.
"""

from __future__ import annotations

import base64
import binascii
import json
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Any, cast

from trustspace.documents.model import DataReference, Problem, SignaturePolicyReference
from trustspace.encoding.certificate import Certificate
from trustspace.errors import InputError, MalformedEncoding
from trustspace.pki.edges import Edge, EdgeOutcome
from trustspace.pki.revocation import RevocationStatement
from trustspace.trust.snapshot import canonical_json
from trustspace.validation import facts as model
from trustspace.validation.facts import Facts
from trustspace.validation.times import text

FORMAT = "trustspace-facts/1"
_MAX_BYTES = 256 * 1024 * 1024
_NAMES = {
    "Certificate": Certificate,
    "DataReference": DataReference,
    "Edge": Edge,
    "EdgeOutcome": EdgeOutcome,
    "Mapping": Mapping,
    "Problem": Problem,
    "RevocationStatement": RevocationStatement,
    "SignaturePolicyReference": SignaturePolicyReference,
}
_DERIVED = {(RevocationStatement, "signer_certificate")}
"""Fields that repeat what stands elsewhere: the signer is among the certificates."""


class FactsUnreadable(InputError):
    """The bytes hold no facts of this version. Parameters: ``where``, ``reason``."""

    code = "FACTS_UNREADABLE"


def facts_to_json(facts: Facts) -> bytes:
    """Canonical JSON of the facts."""
    return canonical_json({"format": FORMAT, "facts": _encode(facts)})


def facts_from_json(data: bytes) -> Facts:
    """The facts that :func:`facts_to_json` wrote. Raises :class:`FactsUnreadable`."""
    if len(data) > _MAX_BYTES:
        raise FactsUnreadable(where="", reason=f"more than {_MAX_BYTES} bytes")
    try:
        top = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise FactsUnreadable(where="", reason=f"not JSON: {error}") from error
    if not isinstance(top, dict) or top.get("format") != FORMAT:
        raise FactsUnreadable(where="format", reason=f"not {FORMAT}")
    try:
        facts = cast(Facts, _decode(Facts, top.get("facts"), "facts"))
    except RecursionError as error:
        raise FactsUnreadable(where="facts", reason="nested too deeply") from error
    _check_references(facts)
    return facts


def _check_references(facts: Facts) -> None:
    """Every name of a certificate must be that of one that is there."""
    for name, certificate in facts.certificates.items():
        if certificate.sha256 != name:
            raise FactsUnreadable(where=f"certificates.{name}", reason="another certificate's digest")
    known = facts.certificates.keys()
    for child, edges in facts.edges.items():
        if any(edge.child != child or edge.issuer not in known for edge in edges) or child not in known:
            raise FactsUnreadable(where=f"edges.{child}", reason="an edge of certificates that are not there")
    waiting = list(facts.signatures)
    while waiting:
        signature = waiting.pop()
        if any(candidate.certificate not in known for candidate in signature.candidates):
            raise FactsUnreadable(where=f"signatures.{signature.id}", reason="a candidate that is not there")
        waiting += [stamp.signature for stamp in signature.timestamps if stamp.signature is not None]


def _encode(value: Any) -> Any:
    if value is None or (isinstance(value, bool | int) and not isinstance(value, Enum)):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime):
        return text(value)
    if isinstance(value, Certificate):
        return _encode(value.raw)
    if isinstance(value, Mapping):
        return {str(key): _encode(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_encode(item) for item in value]
    return {
        field.name: _encode(getattr(value, field.name))
        for field in fields(value)
        if (type(value), field.name) not in _DERIVED
    }


@cache
def _hints(kind: type) -> dict[str, Any]:
    """The field types of a dataclass, resolved (names that are imported for typing only are given here)."""
    scope = {**_NAMES, **vars(model)}
    hints = typing.get_type_hints(kind, localns=scope)
    return {field.name: hints[field.name] for field in fields(kind) if (kind, field.name) not in _DERIVED}


def _decode(kind: Any, value: Any, where: str) -> Any:
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        return _decode_union(typing.get_args(kind), value, where)
    if origin is tuple:
        if not isinstance(value, list):
            raise FactsUnreadable(where=where, reason="a list is needed")
        item = typing.get_args(kind)[0]
        return tuple([_decode(item, each, f"{where}.{index}") for index, each in enumerate(value)])
    if origin is not None and issubclass(origin, Mapping):
        if not isinstance(value, dict):
            raise FactsUnreadable(where=where, reason="an object is needed")
        item = typing.get_args(kind)[1]
        return {key: _decode(item, each, f"{where}.{key}") for key, each in value.items()}
    if is_dataclass(kind) and isinstance(kind, type):
        hints = _hints(kind)
        if not isinstance(value, dict) or value.keys() != hints.keys():
            raise FactsUnreadable(where=where, reason=f"not the members of {kind.__name__}")
        return kind(**{name: _decode(hint, value[name], f"{where}.{name}") for name, hint in hints.items()})
    return _decode_plain(kind, value, where)


def _decode_union(kinds: tuple[Any, ...], value: Any, where: str) -> Any:
    if value is None:
        if types.NoneType in kinds:
            return None
        raise FactsUnreadable(where=where, reason="must not be null")
    others = [kind for kind in kinds if kind is not types.NoneType]
    for kind in others[:-1]:
        if isinstance(kind, type) and type(value) is kind:
            return value
    return _decode(others[-1], value, where)


def _decode_plain(kind: Any, value: Any, where: str) -> Any:
    if kind in (str, int, bool):
        if type(value) is not kind:
            raise FactsUnreadable(where=where, reason=f"{kind.__name__} is needed")
        return value
    reader = _READERS.get(kind)
    if not isinstance(value, str) or (reader is None and not issubclass(kind, Enum)):
        raise FactsUnreadable(where=where, reason="a string is needed")
    try:
        return kind(value) if reader is None else reader(value)
    except (ValueError, OverflowError, binascii.Error, MalformedEncoding) as error:
        raise FactsUnreadable(where=where, reason=str(error)) from error


def _bytes(value: str) -> bytes:
    return base64.b64decode(value, validate=True)


def _time(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("a time without zone")
    return moment.astimezone(UTC)


def _certificate(value: str) -> Certificate:
    return Certificate.parse(_bytes(value))


_READERS: dict[Any, Callable[[str], Any]] = {bytes: _bytes, datetime: _time, Certificate: _certificate}
