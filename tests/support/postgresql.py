"""A PostgreSQL server of the tests' own: a temporary cluster, a Unix socket, no network."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

_DATABASE = "test"
_USER = "postgres"
"""initdb refuses root; Debian's package brings this user."""


def _binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if found:
        return found[-1].parent
    path = shutil.which("initdb")
    return None if path is None else Path(path).resolve().parent


class _Commands:
    """PostgreSQL's commands, as a user that they accept."""

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        self._user: dict[str, Any] = {}
        if os.geteuid() == 0:
            self._user = {"user": _USER, "group": _USER, "extra_groups": []}

    def start(self, command: str, *arguments: str | Path) -> subprocess.Popen[bytes]:
        line = [str(self._binaries / command), *map(str, arguments)]
        return subprocess.Popen(
            line,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **self._user,
        )

    def __call__(self, command: str, *arguments: str | Path) -> str:
        line = [str(self._binaries / command), *map(str, arguments)]
        done = subprocess.run(line, cwd="/", capture_output=True, check=False, **self._user)
        said = (done.stdout + done.stderr).decode("utf-8", "replace")
        assert done.returncode == 0, f"{command}\n{said}"
        return said


@dataclass
class Cluster:
    """A running server, with one database for one test at a time."""

    run: _Commands
    folder: Path
    server: subprocess.Popen[bytes]
    _made: bool = False

    @classmethod
    def start(cls) -> Cluster:
        """Skips (or fails, under TRUSTSPACE_REQUIRE_TOOLS) where PostgreSQL is not installed."""
        binaries = _binaries()
        reason = "PostgreSQL's initdb and pg_ctl are not installed" if binaries is None else None
        if os.geteuid() == 0 and reason is None and _USER not in {p.pw_name for p in pwd.getpwall()}:
            reason = f"initdb refuses root and there is no user {_USER}"
        if reason is not None or binaries is None:
            if os.environ.get("TRUSTSPACE_REQUIRE_TOOLS") == "1":
                pytest.fail(str(reason))
            pytest.skip(str(reason))
        folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # a socket's path must be short
        if os.geteuid() == 0:
            shutil.chown(folder, _USER)
        data = folder / "data"
        run = _Commands(binaries)
        run("initdb", "-D", data, "-U", _USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        settings = ("listen_addresses=", f"unix_socket_directories={folder}", "shared_buffers=32MB")
        options = [option for setting in settings for option in ("-c", setting)]
        # A child of ours, so that its end can be waited for; SIGINT and SIGQUIT stop it.
        server = run.start("postgres", "-D", data, *options)
        cluster = cls(run, folder, server)
        deadline = time.monotonic() + 60
        while not (folder / ".s.PGSQL.5432").exists() or not cluster._answers():
            if server.poll() is not None or time.monotonic() > deadline:
                cluster.stop()
                pytest.fail("PostgreSQL does not start")
            time.sleep(0.05)
        return cluster

    def _answers(self) -> bool:
        try:
            return self.sql("SELECT 1") == "1"
        except AssertionError:
            return False

    def stop(self) -> None:
        self.server.send_signal(signal.SIGQUIT)
        self.server.wait(60)
        shutil.rmtree(self.folder, ignore_errors=True)

    def sql(self, statement: str, database: str = "postgres") -> str:
        """Run one statement; its rows as text."""
        return self.run(
            *("psql", "-X", "-q", "-A", "-t", "-h", self.folder, "-U", _USER, "-d", database),
            *("-v", "ON_ERROR_STOP=1", "-c", statement),
        ).strip()

    def database(self) -> str:
        """The URL of a database in which nothing is; whatever was there before is gone."""
        if not self._made:
            self.sql(f"CREATE DATABASE {_DATABASE}")
            self._made = True
        else:
            # Faster by far than another database, and than removing them all in the end.
            self.disconnect()
            self.sql(f"ALTER DATABASE {_DATABASE} RESET ALL")
            self.sql("SET client_min_messages TO warning; DROP SCHEMA public CASCADE", _DATABASE)
            self.sql("CREATE SCHEMA public", _DATABASE)
        return f"postgresql://{_USER}@/{_DATABASE}?host={self.folder}"

    def disconnect(self) -> None:
        """Cut every connection to the database."""
        self.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            f" WHERE datname = '{_DATABASE}' AND backend_type = 'client backend'"
        )
