"""The command in this process, and OpenSSL's sets, each in a folder of its own."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from support.asking import Ask, ask_command
from support.openssl import OpenSSL
from support.openssl_set import BEE2EVP, BIGN, KeyKind, OpenSSLSet, engine_environment


@pytest.fixture(scope="session")
def ask() -> Ask:
    return ask_command


@pytest.fixture(scope="session")
def bee2evp() -> Path:
    """The engine of bign, belt and bash by the standards' authors (bcrypto/bee2evp)."""
    named = os.environ.get(BEE2EVP)
    if not named:
        pytest.skip(f"bee2evp is not packaged: build it, and name libbee2evp.so in {BEE2EVP}")
    return Path(named)


@pytest.fixture(scope="session")
def bign_sets(openssl: str, bee2evp: Path, tmp_path_factory: pytest.TempPathFactory) -> list[OpenSSLSet]:
    """A set on each curve of bign, with the hash that belongs to it."""
    environment = engine_environment(bee2evp, "bee2evp", tmp_path_factory.mktemp("engine"))
    return [
        OpenSSLSet(OpenSSL(openssl, environment, tmp_path_factory.mktemp(kind.name)), kind).make()
        for kind in BIGN
    ]


@pytest.fixture(scope="session")
def sets(
    openssl: str, gost_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[KeyKind], OpenSSLSet]:
    """A set of each kind of key, made when it is first asked for."""
    made: dict[str, OpenSSLSet] = {}

    def give(kind: KeyKind) -> OpenSSLSet:
        if kind.name not in made:
            tool = OpenSSL(openssl, gost_environment, tmp_path_factory.mktemp(kind.name))
            made[kind.name] = OpenSSLSet(tool, kind).make()
        return made[kind.name]

    return give
