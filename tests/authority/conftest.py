"""An authority in memory: before and after its founding officers have signed."""

from __future__ import annotations

import pytest

from support.authority import World


@pytest.fixture
def founded() -> World:
    return World()


@pytest.fixture
def world(founded: World) -> World:
    return founded.establish()
