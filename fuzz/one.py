"""Fuzz one target with atheris: ``python fuzz/one.py TARGET [libFuzzer's options] [corpus folders]``.

What a target must keep to is said in ``tests/support/fuzz_loop.py``; a breach ends the run with the
input kept. Mutation is by the structure of the octets, see ``tests/support/tlv_mutation.py``.
"""

from __future__ import annotations

import importlib
import pkgutil
import random
import sys

import atheris

_BY_LIBFUZZER = 0.15
"""The share of inputs that libFuzzer's own mutations make: those that splice what it found to matter."""


def main() -> None:
    """Never returns: libFuzzer ends the process."""
    name = sys.argv[1]
    with atheris.instrument_imports(include=["trustspace"]):
        import trustspace  # noqa: PLC0415

        # What is imported lazily later would go uninstrumented.
        for module in pkgutil.walk_packages(trustspace.__path__, "trustspace."):
            if "__main__" not in module.name:
                importlib.import_module(module.name)
    from support.fuzz_loop import check, mutator_of  # noqa: PLC0415
    from support.fuzz_targets import TARGETS  # noqa: PLC0415

    target = TARGETS[name]
    mutate = mutator_of(target, target.seeds())

    def run(data: bytes) -> None:
        check(target, data)

    def changed(data: bytes, most: int, seed: int) -> bytes:
        choice = random.Random(seed)
        if choice.random() < _BY_LIBFUZZER:
            return bytes(atheris.Mutate(data, most))
        return mutate(data, choice)[:most]

    atheris.Setup([sys.argv[0], *sys.argv[2:]], run, custom_mutator=changed)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
