"""Causes: a code of the catalogue and the facts that fill its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

Parameters = Mapping[str, str | int | None]

_NONE: Parameters = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that is wrong. ``code`` is a key of the catalogue; ``parameters`` fill its words."""

    code: str
    parameters: Parameters = field(default_factory=lambda: _NONE)


def cause(code: str, /, **parameters: str | int | None) -> Cause:
    """A cause with its parameters by name."""
    return Cause(code, parameters)
