"""Cryptographic constraints: until when an algorithm is believed (EN 319 102-1 §5.2.8.4, TS 119 312).

Facts name algorithms by the registry's names; the catalogue of end dates answers by digest, padding and key.
An end date is never a verdict by itself: it says before which moment existence must be proven.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from functools import cache
from typing import TYPE_CHECKING

from trustspace.algorithms.digests import all_digests
from trustspace.algorithms.policy import NEVER_TRUSTED, AlgorithmCatalogue, default_catalogue
from trustspace.algorithms.signatures import all_signatures

if TYPE_CHECKING:
    from trustspace.algorithms.model import SignatureAlgorithm

NEVER = datetime.min.replace(tzinfo=UTC)
"""The end of what was never to be trusted: unlisted, or a key that is too small."""


class CryptographicConstraints:
    """End dates by algorithm name, remembered; without a catalogue whatever can be computed is believed."""

    __slots__ = ("_digests", "_schemes", "catalogue")

    def __init__(self, catalogue: AlgorithmCatalogue | None) -> None:
        self.catalogue = catalogue
        self._schemes: dict[tuple[str, int | None], datetime | None] = {}
        self._digests: dict[str, datetime | None] = {}

    def end(self, scheme: str, key_size: int | None) -> datetime | None:
        """From when a signature scheme at a key size (bits) is not believed; None: no end is set."""
        key = (scheme, key_size)
        try:
            return self._schemes[key]
        except KeyError:
            return self._schemes.setdefault(key, self._scheme_end(scheme, key_size))

    def digest_end(self, digest: str) -> datetime | None:
        """From when a digest is not believed; None: no end is set."""
        try:
            return self._digests[digest]
        except KeyError:
            if self.catalogue is None:
                return None
            return self._digests.setdefault(digest, _moment(self.catalogue.expiry(digest)))

    def _scheme_end(self, scheme: str, key_size: int | None) -> datetime | None:
        catalogue = self.catalogue
        if catalogue is None:
            return None
        algorithm = _by_name().get(scheme)
        if algorithm is None:
            return NEVER
        ends = [catalogue.expiry(algorithm.key_family, key_size)]
        if algorithm.digest is not None:
            ends.append(catalogue.expiry(algorithm.digest.name))
        padding = "-".join(scheme.split("-", 2)[:2])
        if catalogue.row(padding) is not None:
            ends.append(catalogue.expiry(padding))
        return _moment(min((end for end in ends if end is not None), default=None))


@cache
def constraints_of(catalogue: str) -> CryptographicConstraints:
    """The constraints that a policy names: "default" or "none"."""
    return CryptographicConstraints(None if catalogue == "none" else default_catalogue())


@cache
def _by_name() -> dict[str, SignatureAlgorithm]:
    found = {algorithm.name: algorithm for algorithm in all_signatures()}
    pss = found.get("RSA-PSS")
    if pss is not None:
        # RSASSA-PSS stands in the registry once; its parameters name the digest, and so does the scheme.
        for digest in all_digests():
            name = f"RSA-PSS-{digest.name.replace('-', '', 1)}"
            found.setdefault(name, replace(pss, name=name, digest=digest))
    return found


def _moment(end: date | None) -> datetime | None:
    if end is None:
        return None
    return NEVER if end == NEVER_TRUSTED else datetime.combine(end, time(), UTC)
