"""A small member with authorities, people and documents, made once a session; and the command to run."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from trustspace.cli.main import main
from trustspace.demo.build import build_commission, build_member
from trustspace.demo.layout import MemberFolder, Space, prepare


@dataclass(frozen=True)
class Result:
    """What one run of the command gave."""

    code: int
    out: str
    err: str


Run = Callable[..., Result]


@pytest.fixture(scope="session")
def space(tmp_path_factory: pytest.TempPathFactory) -> Space:
    made = prepare(tmp_path_factory.mktemp("cli") / "space", ("ru", "by"))
    now = datetime.now(UTC).replace(microsecond=0)
    build_commission(made, now, os.urandom)
    for code in ("ru", "by"):
        build_member(made.root, code, now)
    return made


@pytest.fixture
def ru(space: Space) -> MemberFolder:
    return space.member("ru")


@pytest.fixture
def trusted(ru: MemberFolder) -> list[str]:
    """``--trust`` options that make the Russian documents valid."""
    names = ("root.cer", "root.crl", "issuing.crl")
    return [word for name in names for word in ("--trust", str(ru.authority / name))]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Run the command in this process; English unless the arguments say otherwise."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "TRUSTSPACE_DEBUG"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments: str | Path) -> Result:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        streams = capsys.readouterr()
        return Result(code, streams.out, streams.err)

    return call


@pytest.fixture(scope="session")
def fresh() -> Run:
    """Run the command in a process of its own."""

    def call(*arguments: str | Path, **environment: str) -> Result:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "TRUSTSPACE_"))}
        done = subprocess.run(
            [sys.executable, "-m", "trustspace.cli.main", *map(str, arguments)],
            capture_output=True,
            env={**clean, "PYTHONUTF8": "1", **environment},
            timeout=60,
            check=False,
        )
        return Result(done.returncode, done.stdout.decode(), done.stderr.decode())

    return call


@pytest.fixture(scope="session")
def ru_objects(space: Space) -> list[bytes]:
    """One file of each kind that ``inspect`` reads."""
    ru = space.member("ru")
    paths = [
        ru.people / "ivanova.cer",
        ru.authority / "issuing.crl",
        ru.authority / "petrov.ocsp",
        ru.document,
    ]
    return [path.read_bytes() for path in paths]


@pytest.fixture(scope="session")
def mutated_run(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes], tuple[int, str]]:
    """Inspect these octets; the exit code and what went to standard error."""
    path = tmp_path_factory.mktemp("mutated") / "object"

    def call(data: bytes) -> tuple[int, str]:
        path.write_bytes(data)
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(["inspect", str(path)])
        return code, err.getvalue()

    return call


@pytest.fixture(scope="session")
def mutated_document(
    space: Space, tmp_path_factory: pytest.TempPathFactory
) -> tuple[bytes, Callable[[bytes], tuple[int, str]]]:
    """A signed document, and a way to validate a changed one: the exit code and the errors."""
    ru = space.member("ru")
    path = tmp_path_factory.mktemp("mutated") / "document.p7m"
    trust = [str(ru.authority / name) for name in ("root.cer", "root.crl", "issuing.crl")]
    words = ["validate", str(path), *(word for name in trust for word in ("--trust", name))]

    def call(data: bytes) -> tuple[int, str]:
        path.write_bytes(data)
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(words)
        return code, err.getvalue()

    return ru.document.read_bytes(), call
