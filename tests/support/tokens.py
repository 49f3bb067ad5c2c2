"""SoftHSM tokens for tests, and a library between them and us that fails on request."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

PIN, SO_PIN = "271828", "31415926"
LIBRARIES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)
SOURCE = Path(__file__).with_name("faulty_token.c")


def softhsm_library() -> str | None:
    """Where SoftHSM's library is, or None."""
    return next((path for path in LIBRARIES if Path(path).is_file()), None)


@dataclass(frozen=True)
class SoftToken:
    """An initialised token of SoftHSM and the library to reach it by."""

    label: str
    library: str
    folder: Path

    def uri(self, obj: str | None = None, *, pin: str | None = PIN, library: str | None = None) -> str:
        """The token's URI with a PIN file of mode 0600 (``pin`` None leaves it out)."""
        text = f"pkcs11:token={self.label}" + (f";object={obj}" if obj else "")
        text += f"?module-path={library or self.library}"
        if pin is None:
            return text
        path = self.folder / f"{self.label}.{pin}.pin"
        path.write_text(pin + "\n")
        path.chmod(0o600)
        return f"{text}&pin-source=file:{path}"


def new_token(label: str, library: str, folder: Path, utility: str | None = None) -> SoftToken:
    """Initialises a token in the folder that SOFTHSM2_CONF names, in a process of its own."""
    command = utility or shutil.which("softhsm2-util")
    assert command is not None
    subprocess.run(
        [
            *(command, "--module", library, "--init-token", "--free"),
            *("--label", label, "--pin", PIN, "--so-pin", SO_PIN),
        ],
        check=True,
        capture_output=True,
    )
    return SoftToken(label, library, folder)


def configure(folder: Path) -> Path:
    """SoftHSM's configuration for a folder of tokens."""
    tokens = folder / "tokens"
    tokens.mkdir()
    path = folder / "softhsm2.conf"
    path.write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n")
    return path


class Function(IntEnum):
    """Positions in CK_FUNCTION_LIST (PKCS#11 §5.2)."""

    INITIALIZE = 0
    GET_TOKEN_INFO = 6
    OPEN_SESSION = 12
    CLOSE_SESSION = 13
    LOGIN = 18
    LOGOUT = 19
    FIND_OBJECTS_INIT = 26
    SIGN_INIT = 42
    SIGN = 43


class FaultyLibrary:
    """A PKCS#11 library that hands every call on to a copy of SoftHSM's, unless told to fail."""

    def __init__(self, folder: Path, library: str, compiler: str) -> None:
        # A copy: the same file would share its state with the one that other tests have loaded.
        real = folder / "real.so"
        shutil.copy(library, real)
        self.path = str(folder / "faulty.so")
        subprocess.run(
            [compiler, "-shared", "-fPIC", "-O1", f'-DREAL="{real}"', str(SOURCE), "-o", self.path, "-ldl"],
            check=True,
            capture_output=True,
        )
        self._handle = ctypes.CDLL(self.path)
        self._handle.fault.argtypes = [ctypes.c_int, ctypes.c_ulong, ctypes.c_int]
        self._handle.calls.argtypes = [ctypes.c_int]
        self._handle.token_flags.argtypes = [ctypes.c_ulong]
        self._handle.initialize_flags.restype = ctypes.c_ulong

    def fail(self, function: Function, answer: int, times: int = 1) -> None:
        """The next ``times`` calls of a function answer this instead of working."""
        self._handle.fault(function, answer, times)

    def corrupt(self, times: int) -> None:
        """The next signatures come out damaged."""
        self._handle.corrupt(times)

    def flag(self, flags: int) -> None:
        """Flags that every token shows in addition."""
        self._handle.token_flags(flags)

    def calls(self, function: Function) -> int:
        """How often a function was called so far."""
        return int(self._handle.calls(function))

    @property
    def initialize_flags(self) -> int:
        """The flags that C_Initialize was given last."""
        return int(self._handle.initialize_flags())

    def reset(self) -> None:
        """No faults any more."""
        for function in Function:
            self.fail(function, 0, 0)
        self.corrupt(0)
        self.flag(0)


def environment(configuration: Path) -> dict[str, str]:
    """The environment of a subprocess that is to see these tokens."""
    return {**os.environ, "SOFTHSM2_CONF": str(configuration)}
