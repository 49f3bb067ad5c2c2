"""Shared by the tests of algorithms."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest


@pytest.fixture
def entropy() -> bytes:
    """Any octets do: the tests' signatures are verified, not kept."""
    return bytes(range(32))


@pytest.fixture
def random() -> Callable[[int], bytes]:
    """A stand-in for the operating system's randomness that repeats from run to run."""
    counter = 0

    def octets(size: int) -> bytes:
        nonlocal counter
        out = b""
        while len(out) < size:
            counter += 1
            out += hashlib.sha256(counter.to_bytes(8, "big")).digest()
        return out[:size]

    return octets
