"""Running a target on hostile octets: what it must keep to, and mutation by how its octets are built."""

from __future__ import annotations

import random
import resource
import time
from collections.abc import Callable, Sequence

from support.fuzz_targets import Target
from support.text_mutation import mutate_json, mutate_lines
from support.tlv_mutation import Mutator

SECONDS = 2.0
"""Processor time that 100 KB of input may cost; more octets may cost more in proportion."""
MEGABYTES = 300
"""By how much one input may raise the most that the process has ever held."""

Mutate = Callable[[bytes, random.Random], bytes]


class TooCostly(AssertionError):
    """An input cost more time or memory than its size allows."""


def check(target: Target, data: bytes) -> None:
    """Run it once. Raises whatever the target lets out, and :class:`TooCostly`."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.process_time()
    target.run(data)
    spent = time.process_time() - begun
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - most) / 1024
    if spent > SECONDS * max(1.0, len(data) / 100_000):
        raise TooCostly(f"{spent:.1f} s for {len(data)} octets")
    if grown > MEGABYTES:
        raise TooCostly(f"{grown:.0f} MB for {len(data)} octets")


def mutator_of(target: Target, material: Sequence[bytes]) -> Mutate:
    """How inputs of this target are changed."""
    if target.text == "json":
        return mutate_json
    if target.text == "toml":
        return mutate_lines
    return Mutator(material).mutate


def loop(target: Target, *, seed: int, count: int, material: Sequence[bytes] = ()) -> int:
    """``count`` mutated seeds; how many ran. A failing input is named in the error."""
    choice = random.Random(seed)
    seeds = target.seeds()
    mutate = mutator_of(target, [*seeds, *material])
    for number in range(count):
        data = choice.choice(seeds)
        for _ in range(choice.choice((1, 1, 2))):
            data = mutate(data, choice)
        try:
            check(target, data)
        except Exception as error:
            error.add_note(f"{target.name}, input {number} of seed {seed}: {data[:4000].hex()}")
            raise
    return count
