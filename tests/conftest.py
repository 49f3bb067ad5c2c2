"""What all tests may ask for: OpenSSL with the GOST engine, and the corpora that others made."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

# A busy machine is no failure; what has to be quick is measured in tests of its own.
settings.register_profile("trustspace", deadline=None)
settings.load_profile("trustspace")

# Helpers for several packages' tests are imported as ``support.<module>``.
sys.path.insert(0, str(Path(__file__).parent))

_ENGINE_CONFIG = """\
openssl_conf = openssl_def
[openssl_def]
engines = engine_section
[engine_section]
gost = gost_section
[gost_section]
engine_id = gost
dynamic_path = {engine}
default_algorithms = ALL
"""


def pytest_runtest_setup() -> None:
    """No test inherits what another one set to see tracebacks."""
    os.environ.pop("TRUSTSPACE_DEBUG", None)


def _absent(reason: str) -> None:
    """Skips, or fails where the environment promises that every tool is there."""
    if os.environ.get("TRUSTSPACE_REQUIRE_TOOLS") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def _command(name: str) -> str:
    """A command of the system."""
    command = shutil.which(name)
    if command is None:
        _absent(f"{name} is not installed")
    assert command is not None
    return command


@pytest.fixture(scope="session")
def openssl() -> str:
    """The openssl command."""
    return _command("openssl")


@pytest.fixture(scope="session")
def curl() -> str:
    """The curl command."""
    return _command("curl")


@pytest.fixture(scope="session")
def gost_environment(openssl: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a subprocess in which openssl has the GOST engine."""
    answer = subprocess.run([openssl, "version", "-e"], capture_output=True, text=True, check=True).stdout
    found = re.search(r'"(.+)"', answer)
    engine = Path(found[1]) / "gost.so" if found else Path("gost.so")
    if not engine.exists():
        _absent(f"the GOST engine is not installed ({engine})")
    config = tmp_path_factory.mktemp("openssl") / "engine.cnf"
    config.write_text(_ENGINE_CONFIG.format(engine=engine))
    return {**os.environ, "OPENSSL_CONF": str(config)}


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder of signed data that others made."""
    default = Path(__file__).parents[1] / ".." / "shared" / "corpora"
    path = Path(os.environ.get("TRUSTSPACE_CORPORA", default)).resolve()
    if not path.is_dir():
        pytest.skip(f"the corpora are not there ({path})")
    return path
