"""Which cryptographic modules a validation rested on (design rule 7)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from trustspace.algorithms.modules import module_of
from trustspace.algorithms.signatures import all_signatures

if TYPE_CHECKING:
    from trustspace.validation.graph import Graph


def modules_of(schemes: set[str], graph: Graph) -> tuple[str, ...]:
    """The modules behind these signature schemes and the graph's, each with version and certification."""
    for edges in graph.edges.values():
        for edge in edges:
            schemes.add(edge.algorithm)
    return _named(frozenset(schemes))


@lru_cache(maxsize=512)
def _named(schemes: frozenset[str]) -> tuple[str, ...]:
    found: set[str] = set()
    for algorithm in all_signatures():
        if algorithm.name in schemes:
            found.add(str(module_of(algorithm)))
            if algorithm.digest is not None:
                found.add(str(module_of(algorithm.digest)))
    return tuple(sorted(found))
