"""Proofs of existence (EN 319 102-1 §3.1, §5.6.2.3): an object, a time, and what proves it.

The earliest proof of a signature is its *best signature time*. A time that a caller merely asks about
(``--at``) is no proof, and never gets in here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ProofSource(StrEnum):
    """What a proof of existence rests on."""

    TIMESTAMP = "time-stamp"
    RECEIPT = "receipt"
    EVIDENCE_RECORD = "evidence-record"


@dataclass(frozen=True, slots=True)
class ProofOfExistence:
    """``object`` existed at ``time``.

    ``object`` is a signature's id (``S-…``), or ``algorithm:hex`` for octets known by their digest.
    ``by`` identifies the proof: a time-stamp's id (``T-…``), a receipt's SHA-256.
    """

    object: str
    time: datetime
    source: ProofSource
    by: str


class Proofs:
    """An immutable set of proofs; answers the earliest for an object."""

    __slots__ = ("_all", "_earliest")

    def __init__(self, proofs: Iterable[ProofOfExistence] = ()) -> None:
        self._all = tuple(sorted(proofs, key=lambda p: (p.object, p.time, p.source.value, p.by)))
        earliest: dict[str, ProofOfExistence] = {}
        for proof in self._all:
            earliest.setdefault(proof.object, proof)
        self._earliest = earliest

    def __iter__(self) -> Iterator[ProofOfExistence]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Proofs) and self._all == other._all

    def __hash__(self) -> int:
        return hash(self._all)

    def earliest(self, object_id: str) -> ProofOfExistence | None:
        """The proof with the earliest time for this object; None when there is none."""
        return self._earliest.get(object_id)

    def existed_by(self, object_id: str, moment: datetime) -> bool:
        """Whether the object is proven to have existed at or before ``moment``."""
        proof = self._earliest.get(object_id)
        return proof is not None and proof.time <= moment

    def plus(self, proofs: Iterable[ProofOfExistence]) -> Proofs:
        """These proofs and more."""
        return Proofs((*self._all, *proofs))


NO_PROOFS = Proofs()
