"""One node that runs for all tests of a module, and how it is asked."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from support.nodes import World
from support.space import Member, Space


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("api"), Space())
    made.add("ru", "gost2012-256-a")
    made.start()
    yield made
    made.close()


@pytest.fixture
def ru(world: World) -> Member:
    return world.nodes["ru"].member


@pytest.fixture
def http(world: World) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=world.nodes["ru"].url, timeout=20) as client:
        yield client


Post = Callable[..., httpx.Response]


@pytest.fixture
def post(http: httpx.Client) -> Post:
    """Ask in JSON; octets go as base64."""

    def ask(headers: dict[str, str] | None = None, **fields: Any) -> httpx.Response:
        body = {
            name: base64.b64encode(value).decode() if isinstance(value, bytes) else value
            for name, value in fields.items()
        }
        return http.post("/v1/validations", json=body, headers=headers)

    return ask
