"""The library of a token's maker: loaded once in a process, told that threads will call it.

``python-pkcs11`` initialises a library with no arguments, which promises that no two threads ever call it at
once (PKCS#11 §5.4); its calls release the interpreter's lock all the same. So we initialise it ourselves,
asking it to lock (CKF_OS_LOCKING_OK); one that cannot is called by one thread at a time.
"""

from __future__ import annotations

import atexit
import ctypes
import math
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trustspace.keys.errors import TokenError
from trustspace.keys.token.uri import TokenUri

if TYPE_CHECKING:
    from pkcs11.types import Token

LIBRARY_VARIABLE = "TRUSTSPACE_PKCS11_LIBRARY"
"""The library of URIs that name none."""

_FOLDERS = (
    *("/usr/lib/pkcs11", "/usr/lib/x86_64-linux-gnu/pkcs11", "/usr/lib/aarch64-linux-gnu/pkcs11"),
    *("/usr/lib64/pkcs11", "/usr/lib/softhsm", "/usr/lib64/softhsm", "/usr/local/lib", "/usr/lib"),
    *("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/opt/homebrew/lib"),
)
RESTART_INTERVAL = 10.0
"""Seconds between two attempts to find a lost token by initialising its library anew."""

_LONGEST_CALL = 5.0
_OK, _CANT_LOCK, _ALREADY_INITIALIZED = 0x0, 0xA, 0x191
_NEED_ARGUMENTS = frozenset({0x7, _CANT_LOCK})  # CKR_ARGUMENTS_BAD: too old a library to know the flag
_OS_LOCKING_OK = 0x2

_libraries: dict[str, Library] = {}
_loading = threading.Lock()


class _InitializeArgs(ctypes.Structure):
    """CK_C_INITIALIZE_ARGS."""

    _pack_ = 1 if sys.platform == "win32" else 0
    _fields_ = (
        ("mutexes", ctypes.c_void_p * 4),
        ("flags", ctypes.c_ulong),
        ("reserved", ctypes.c_void_p),
    )


class _FunctionList(ctypes.Structure):
    """The head of CK_FUNCTION_LIST: what we call ourselves."""

    _pack_ = 1 if sys.platform == "win32" else 0
    _fields_ = (
        ("version", ctypes.c_ubyte * 2),
        ("C_Initialize", ctypes.c_void_p),
        ("C_Finalize", ctypes.c_void_p),
    )


def _functions(path: str) -> _FunctionList:
    handle = ctypes.CDLL(path)
    pointer = ctypes.c_void_p()
    handle.C_GetFunctionList.restype = ctypes.c_ulong
    answer = handle.C_GetFunctionList(ctypes.byref(pointer))
    if answer != _OK or not pointer.value:
        raise OSError(f"C_GetFunctionList answers {answer:#x}")
    return _FunctionList.from_address(pointer.value)


def _initialize(path: str) -> tuple[bool, bool]:
    """Initialises the library. Whether threads may call it at once, and whether it was us who did it.

    Raises ``OSError``.
    """
    function = ctypes.CFUNCTYPE(ctypes.c_ulong, ctypes.c_void_p)(_functions(path).C_Initialize)
    arguments = _InitializeArgs(flags=_OS_LOCKING_OK)
    answer = function(ctypes.addressof(arguments))
    if answer in _NEED_ARGUMENTS:
        answer = function(None)
        if answer == _OK:
            return False, True
    if answer == _ALREADY_INITIALIZED:  # by someone else in this process: we cannot know how
        return False, False
    if answer != _OK:
        raise OSError(f"C_Initialize answers {answer:#x}")
    return True, True


def _finalize(path: str) -> None:
    ctypes.CFUNCTYPE(ctypes.c_ulong, ctypes.c_void_p)(_functions(path).C_Finalize)(None)


@cache
def _wrapper() -> type[Any]:
    """python-pkcs11's class of a library, without its way of initialising one."""
    from pkcs11 import _pkcs11  # noqa: PLC0415 - compiled code that only token keys need

    class Wrapper(_pkcs11.lib):
        concurrent = ours = False

        def initialize(self) -> None:
            self.concurrent, self.ours = _initialize(self.so)

    return Wrapper


class Library:
    """One maker's library. Threads may share it; ``guard`` is held around every call, never twice at once.

    ``epoch`` counts how often it was initialised. What was obtained in an earlier epoch (sessions, handles)
    is void, and its numbers may stand for something else by now.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.epoch = 1
        self._process = os.getpid()
        self._serial = threading.Lock()
        self._gate = threading.Condition()
        self._inside = 0
        self._restarting = self._stopped = False
        self._restarted = -math.inf
        try:
            self._wrapped = _wrapper()(path)
        except ImportError as error:
            raise TokenError(
                "TOKEN_LIBRARY_UNUSABLE",
                path=path,
                reason="the Python package python-pkcs11 is not installed",
            ) from error
        except Exception as error:  # whatever a foreign library says or does not
            raise TokenError("TOKEN_LIBRARY_UNUSABLE", path=path, reason=str(error)) from error

    @property
    def version(self) -> str:
        """The library's own version."""
        major, minor = self._wrapped.library_version
        return f"{major}.{minor}"

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Around every call: the library is not restarted meanwhile, and is called by one thread at a time
        where it does not lock by itself."""
        with self._gate:
            while self._restarting:
                self._gate.wait()
            if self._stopped:
                raise TokenError(token=self.path, operation="call", reason="the process is ending")
            self._inside += 1
        try:
            with nullcontext() if self._wrapped.concurrent else self._serial:
                yield
        finally:
            with self._gate:
                self._inside -= 1
                self._gate.notify_all()

    def after_fork(self) -> None:
        """In a child of the process that initialised the library it must be initialised again (§5.4)."""
        if self._process == os.getpid():
            return
        self._gate, self._serial, self._inside = threading.Condition(), threading.Lock(), 0
        _finalize(self.path)
        self._start()

    def restart(self) -> bool:
        """Initialises the library anew, so that it looks for tokens again; False where that cannot be now.

        Some find a token that was pulled out and put back, or a restarted reader service, only so. Sessions
        with all its tokens are lost by it: at most every ``RESTART_INTERVAL`` seconds, and while no call is
        under way.
        """
        with self._gate:
            due = time.monotonic() - self._restarted >= RESTART_INTERVAL
            if not due or not self._wrapped.ours or self._restarting:
                return False
            self._restarting = True
            try:
                if not self._gate.wait_for(lambda: self._inside == 0, timeout=_LONGEST_CALL):
                    return False
                _finalize(self.path)
                self._start()
            finally:
                self._restarting = False
                self._gate.notify_all()
        return True

    def stop(self) -> None:
        """At the end of the process: finalises what we initialised, unless calls are under way."""
        with self._gate:
            if self._process == os.getpid() and self._wrapped.ours and self._inside == 0:
                self._stopped = True
                _finalize(self.path)

    def _start(self) -> None:
        self.epoch += 1
        self._process = os.getpid()
        self._restarted = time.monotonic()
        self._wrapped.initialize()

    def tokens(self, uri: TokenUri) -> list[tuple[Token, str]]:
        """The tokens that a URI means, each with its name for messages; initialised ones only."""
        return [
            (token, token.label or token.serial.decode("ascii", "replace"))
            for token in self._present()
            if _matches(uri, token, self._wrapped)
        ]

    def token_names(self) -> list[str]:
        """The labels of all tokens that are there."""
        return [token.label for token in self._present()]

    def _present(self) -> Iterator[Token]:
        from pkcs11.constants import TokenFlag  # noqa: PLC0415
        from pkcs11.exceptions import PKCS11Error  # noqa: PLC0415

        for slot in self._wrapped.get_slots():
            try:
                token = slot.get_token()
            except PKCS11Error:
                continue  # an empty slot, or a token that is out of order: others are not to suffer
            if token.flags & TokenFlag.TOKEN_INITIALIZED:
                yield token


def _matches(uri: TokenUri, token: Token, library: Any) -> bool:
    """RFC 7512 §2.5: every attribute that stands in the URI must be equal."""
    slot = token.slot
    major, minor = library.library_version
    has = {
        "token": token.label,
        "manufacturer": token.manufacturer_id,
        "serial": token.serial.decode("utf-8", "replace").strip(),
        "model": token.model,
        "slot-id": str(slot.slot_id),
        "slot-description": slot.slot_description,
        "slot-manufacturer": slot.manufacturer_id,
        "library-manufacturer": library.manufacturer_id,
        "library-description": library.library_description,
        "library-version": f"{major}.{minor}",
    }
    wanted = {
        "token": uri.token,
        "manufacturer": uri.manufacturer,
        "serial": uri.serial,
        "model": uri.model,
        **dict(uri.slot),
        **dict(uri.library),
    }
    return all(value is None or has[name] == value for name, value in wanted.items())


def library_path(uri: TokenUri, base: Path = Path()) -> str:
    """Where the URI's library is: module-path, module-name (RFC 7512 §2.4), or the environment's.

    Raises ``TokenError``: TOKEN_LIBRARY_UNKNOWN, TOKEN_LIBRARY_UNUSABLE.
    """
    named = uri.module_path or (None if uri.module_name else os.environ.get(LIBRARY_VARIABLE))
    if named:
        path = base / named
        if not path.is_file():
            raise TokenError("TOKEN_LIBRARY_UNUSABLE", path=str(path), reason="there is no such file")
        return str(path.resolve())
    if not uri.module_name:
        raise TokenError("TOKEN_LIBRARY_UNKNOWN", name="-", variable=LIBRARY_VARIABLE)
    if "/" not in uri.module_name and not uri.module_name.startswith("."):
        for folder in map(Path, _FOLDERS):
            for stem in (uri.module_name, f"lib{uri.module_name}"):
                for suffix in (".so", ".dylib", ".dll"):
                    if (folder / f"{stem}{suffix}").is_file():
                        return str((folder / f"{stem}{suffix}").resolve())
    raise TokenError("TOKEN_LIBRARY_UNKNOWN", name=uri.module_name, variable=LIBRARY_VARIABLE)


def load_library(path: str) -> Library:
    """The library at a path, loaded at most once. Raises ``TokenError`` TOKEN_LIBRARY_UNUSABLE."""
    with _loading:
        if path not in _libraries:
            _libraries[path] = Library(path)
            atexit.register(_libraries[path].stop)
        return _libraries[path]
