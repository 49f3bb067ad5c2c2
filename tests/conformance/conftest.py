"""The command in this process, and OpenSSL's sets, each in a folder of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from support.asking import Ask, ask_command
from support.openssl import OpenSSL
from support.openssl_set import KeyKind, OpenSSLSet


@pytest.fixture(scope="session")
def ask() -> Ask:
    return ask_command


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
