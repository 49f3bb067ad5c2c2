"""Tokens and files of keys for these tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.tokens import FaultyLibrary, SoftToken, configure, new_token, softhsm_library
from trustspace.algorithms import _pkcs8

_TOKENS = 24


def absent(reason: str) -> None:
    """Skips, or fails where the environment promises that every tool is there."""
    if os.environ.get("TRUSTSPACE_REQUIRE_TOOLS") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def empty_tokens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[SoftToken]]:
    """Tokens of SoftHSM in a folder that only this run sees.

    They are made before the library is loaded: SoftHSM looks for tokens that others make only then.
    """
    path = softhsm_library()
    if path is None or shutil.which("softhsm2-util") is None:
        absent("SoftHSM is not installed (Debian: softhsm2)")
    assert path is not None
    folder = tmp_path_factory.mktemp("softhsm")
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(configure(folder))
    yield [new_token(f"test-{number:02}", path, folder) for number in range(_TOKENS)]
    if before is None:
        del os.environ["SOFTHSM2_CONF"]
    else:
        os.environ["SOFTHSM2_CONF"] = before


@pytest.fixture(scope="session")
def library(empty_tokens: list[SoftToken]) -> str:
    """SoftHSM's library."""
    return empty_tokens[0].library


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test need not keep guessers out; one test looks at the real cost."""
    monkeypatch.setattr(_pkcs8, "_ITERATIONS", 1000)
    monkeypatch.setattr(_pkcs8, "_SCRYPT_P", 1)


@pytest.fixture
def make_token(empty_tokens: list[SoftToken]) -> Callable[[], SoftToken]:
    """Hands out empty tokens."""
    return empty_tokens.pop


@pytest.fixture
def token(make_token: Callable[[], SoftToken]) -> SoftToken:
    """An empty token."""
    return make_token()


@pytest.fixture(scope="session")
def stocked(empty_tokens: list[SoftToken]) -> SoftToken:
    """A token with keys that no test changes: rsa-2048, p-256, p-384, p-521, ed25519, under these names."""
    from trustspace.keys.token.provider import TokenKeys  # noqa: PLC0415

    made = empty_tokens.pop()
    keys = TokenKeys(made.uri())
    for kind in ("rsa-2048", "p-256", "p-384", "p-521", "ed25519"):
        keys.generate(kind, kind, random=os.urandom)
    return made


@pytest.fixture(scope="session")
def faulty_library(library: str, tmp_path_factory: pytest.TempPathFactory) -> FaultyLibrary:
    """The library that fails on request."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        absent("no C compiler")
    assert compiler is not None
    return FaultyLibrary(tmp_path_factory.mktemp("faulty"), library, compiler)


@pytest.fixture
def faulty(faulty_library: FaultyLibrary) -> Iterator[FaultyLibrary]:
    """The same without faults, before and after."""
    faulty_library.reset()
    yield faulty_library
    faulty_library.reset()


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    """A file with a password, readable by us alone."""
    path = tmp_path / "password"
    path.write_text("Пароль-2026\nthe second line is none of it\n")
    path.chmod(0o600)
    return path
