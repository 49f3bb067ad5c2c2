"""How long each algorithm is to be trusted: data, loaded from a catalogue, cited by its digest.

The catalogue that comes with the package is ``catalogue.toml`` beside this module; a policy may load another.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from trustspace.algorithms.digests import digest_by_name
from trustspace.algorithms.model import PublicKey, SignatureScheme
from trustspace.errors import MalformedEncoding

NEVER_TRUSTED = date.min
"""The end date of what a catalogue does not list, and of keys smaller than its smallest row."""


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """One algorithm from one key size (bits) upward.

    ``end``: trusted before this day (UTC midnight), not from it on; None where no end is set.
    ``strength``: bits of work of the best attack. ``source``: the document that the dates come from.
    """

    kind: str
    name: str
    min_size: int
    end: date | None
    strength: int | None
    source: str


@dataclass(frozen=True, slots=True)
class AlgorithmCatalogue:
    """End dates and strengths by name (of digest, key family, or signature padding).

    ``sha256`` is the digest of the file as it was read, in hex.
    """

    name: str
    version: str
    sha256: str
    rows: tuple[CatalogueRow, ...] = field(repr=False)
    _by_name: Mapping[str, tuple[CatalogueRow, ...]] = field(repr=False, compare=False)

    @classmethod
    def from_toml(cls, data: bytes) -> AlgorithmCatalogue:
        """Reads a catalogue (the format is described at the head of ``catalogue.toml``).

        Raises ``MalformedEncoding``.
        """
        try:
            document = tomllib.loads(data.decode("utf-8"))
            rows = tuple(row for kind in ("digest", "scheme", "key") for row in _rows(kind, document))
            name, version = _text(document["name"]), _text(document["version"])
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            reason = f"{type(error).__name__}: {error}"
            raise MalformedEncoding(what="algorithm catalogue", offset=0, reason=reason) from error
        by_name: dict[str, tuple[CatalogueRow, ...]] = {}
        for row in sorted(rows, key=lambda each: each.min_size, reverse=True):
            by_name[row.name] = (*by_name.get(row.name, ()), row)
        return cls(name, version, digest_by_name("SHA-256").digest(data).hex(), rows, by_name)

    def row(self, name: str, key_size: int | None = None) -> CatalogueRow | None:
        """The row that holds for an algorithm at a key size; None where the catalogue has none."""
        for row in self._by_name.get(name, ()):
            if key_size is None or key_size >= row.min_size:
                return row
        return None

    def expiry(self, name: str, key_size: int | None = None) -> date | None:
        """The day from which the algorithm is not trusted; None where no end is set.

        What is not listed, or smaller than the smallest row, was never trusted: ``NEVER_TRUSTED``.
        """
        row = self.row(name, key_size)
        return row.end if row else NEVER_TRUSTED

    def strength(self, name: str, key_size: int | None = None) -> int | None:
        """Bits of work of the best attack; None where it is not listed."""
        row = self.row(name, key_size)
        return row.strength if row else None

    def expiry_of(self, scheme: SignatureScheme, key: PublicKey) -> date | None:
        """The earliest end among a signature's digest, padding and key; None where none of them ends."""
        ends = [self.expiry(key.algorithm, key.size)]
        if scheme.digest is not None:
            ends.append(self.expiry(scheme.digest.name))
        padding = "-".join(scheme.name.split("-", 2)[:2])
        if padding in self._by_name:
            ends.append(self.expiry(padding))
        return min((end for end in ends if end is not None), default=None)

    def extended(self, rows: Iterable[CatalogueRow]) -> AlgorithmCatalogue:
        """This catalogue with further rows (a provider's algorithms), under the digest of both."""
        added = tuple(rows)
        text = self.sha256 + "".join(f"\n{row!r}" for row in added)
        by_name = dict(self._by_name)
        for row in added:
            both = (*by_name.get(row.name, ()), row)
            by_name[row.name] = tuple(sorted(both, key=lambda each: each.min_size, reverse=True))
        sha256 = digest_by_name("SHA-256").digest(text.encode()).hex()
        return AlgorithmCatalogue(self.name, self.version, sha256, self.rows + added, by_name)


def _rows(kind: str, document: Mapping[str, Any]) -> Iterable[CatalogueRow]:
    for entry in document.get(kind, ()):
        end, strength, min_size = entry.get("end"), entry.get("strength"), entry.get("min_size", 0)
        if end is not None and type(end) is not date:
            raise ValueError(f"end of {entry['names']} is not a date")
        if not isinstance(min_size, int) or not isinstance(strength, int | None):
            raise ValueError(f"min_size or strength of {entry['names']} is not a number")
        for name in entry["names"]:
            yield CatalogueRow(kind, _text(name), min_size, end, strength, _text(entry["source"]))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a string")
    return value


@cache
def default_catalogue() -> AlgorithmCatalogue:
    """The catalogue that comes with the package."""
    from importlib.resources import files  # noqa: PLC0415

    return AlgorithmCatalogue.from_toml(
        files("trustspace.algorithms").joinpath("catalogue.toml").read_bytes()
    )


def catalogue_sha256() -> str:
    """SHA-256 (hex) of the package's catalogue, as reports cite it."""
    return default_catalogue().sha256
