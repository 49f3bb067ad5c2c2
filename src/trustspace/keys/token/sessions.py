"""Sessions with one token that threads share; lost ones are opened again.

PKCS#11's traps that this file exists for:

* Logging in counts for all sessions of the process with the token, and logging out for all too. One session
  logs in and is kept; the others ride on it and are closed without logging out.
* A session does one operation at a time, so each thread takes one of its own from the pool.
* After a token was pulled out, reset or re-initialised, sessions and handles are void. An operation that
  fails for such a reason is tried once more, on a fresh connection.
* A wrong PIN counts, and a few lock the token. One that was refused is never offered again by itself.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from trustspace.keys.errors import TokenError, TokenLocked
from trustspace.keys.secrets import SecretSource
from trustspace.keys.token.library import Library
from trustspace.keys.token.uri import TokenUri

if TYPE_CHECKING:
    from pkcs11.types import Session, Token

Result = TypeVar("Result")

MOST_SESSIONS = 16
"""Sessions at once with one token."""
LONGEST_WAIT = 30.0
"""Seconds that a thread waits for a session."""

_MOST_TRIES = 10
# The connection is gone or cannot be trusted: reconnect, then once more. By name: the package loads lazily.
_LOST = frozenset(
    {
        *("DeviceError", "DeviceRemoved", "TokenNotPresent", "TokenNotRecognised", "SlotIDInvalid"),
        *("SessionClosed", "SessionHandleInvalid", "UserNotLoggedIn", "KeyHandleInvalid"),
        *("ObjectHandleInvalid", "GeneralError", "FunctionFailed", "OperationActive"),
        *("OperationNotInitialized", "PKCS11Error"),
    }
)
_PIN_CODES = {
    "PinIncorrect": "TOKEN_PIN_WRONG",
    "PinInvalid": "TOKEN_PIN_WRONG",
    "PinLenRange": "TOKEN_PIN_WRONG",
    "PinLocked": "TOKEN_PIN_LOCKED",
    "PinExpired": "TOKEN_PIN_EXPIRED",
    "UserPinNotInitialized": "TOKEN_PIN_NOT_SET",
}


@dataclass(slots=True)
class PooledSession:
    """A session for one thread at a time, with the handles of the keys that it found."""

    session: Session
    token: Token
    generation: int
    epoch: int
    keys: dict[object, Any] = field(default_factory=dict)


class _Disturbed(Exception):
    """Another thread reconnected under this one: once more, it was no failure."""


class _ConnectionLost(Exception):
    """The token answered that it or the session is gone: once more, on a new connection."""

    def __init__(self, reason: Exception) -> None:
        super().__init__(str(reason))
        self.reason = reason


class TokenSessions:
    """The connection with one token."""

    def __init__(
        self,
        library: Library,
        uri: TokenUri,
        pin: SecretSource | None,
        *,
        most: int = MOST_SESSIONS,
        wait: float = LONGEST_WAIT,
    ) -> None:
        self._library = library
        self._uri = uri
        self.pin_source = pin
        self._mechanisms: tuple[int, frozenset[int]] | None = None
        self._wait = wait
        self._most = most
        self._slots = threading.BoundedSemaphore(most)
        self._lock = threading.RLock()
        self._generation = self._epoch = 0
        self._token: Token | None = None
        self._login: Session | None = None
        self._idle: list[PooledSession] = []
        self._salt = os.urandom(16)
        self._refused: bytes | None = None
        self._typed: str | None = None
        self.name = uri.token_words

    # Taking a session ---------------------------------------------------------------------------------------

    def run(self, operation: Callable[[PooledSession], Result], what: str, *, write: bool = False) -> Result:
        """Runs an operation in a session of its own; once more on a new connection where this one is lost.

        ``what`` names it in errors. ``write`` opens a session that may change the token.
        Raises ``TokenError`` and what the operation raises.
        """
        if not self._slots.acquire(timeout=self._wait):
            raise TokenError("TOKEN_BUSY", token=self.name, limit=self._most, seconds=int(self._wait))
        try:
            failed = False
            for _ in range(_MOST_TRIES):
                try:
                    return self._once(operation, what, write)
                except _Disturbed:
                    continue
                except _ConnectionLost as lost:
                    if failed:
                        raise self._told(lost.reason, what) from lost
                    failed = True
            raise TokenError(token=self.name, operation=what, reason="the connection is lost again and again")
        finally:
            self._slots.release()

    def _once(self, operation: Callable[[PooledSession], Result], what: str, write: bool) -> Result:
        with self._lock:
            generation = self._connected()
            pooled = self._idle.pop() if self._idle and not write else None
            token, epoch = self._token, self._epoch
        assert token is not None
        try:
            if pooled is None:
                with self._library.guard():
                    self._undisturbed(generation, epoch)
                    pooled = PooledSession(_open(token, rw=write), token, generation, epoch)
            with self._library.guard():
                self._undisturbed(generation, epoch)
                result = operation(pooled)
            if not write:
                self._undisturbed(generation, epoch)  # logged out under it, it may have seen too little
        except Exception as error:
            if pooled is not None:
                self._close(pooled.session, epoch)  # an operation may be half done in it
            if isinstance(error, _Disturbed):
                raise
            self._undisturbed(generation, epoch)
            if _lost(error):
                self._drop(generation)
                raise _ConnectionLost(error) from error
            raise self._told(error, what) from error
        self._give_back(pooled, write)
        return result

    def _undisturbed(self, generation: int, epoch: int) -> None:
        """Nobody reconnected meanwhile, so the handles mean what they meant, and private objects show."""
        if generation != self._generation or epoch != self._library.epoch:
            raise _Disturbed

    def _give_back(self, pooled: PooledSession, write: bool) -> None:
        with self._lock:
            if not write and pooled.generation == self._generation and self._login is not None:
                self._idle.append(pooled)
                return
        self._close(pooled.session, pooled.epoch)

    def _close(self, session: Session, epoch: int) -> None:
        with suppress(Exception), self._library.guard():
            if epoch == self._library.epoch:
                session.close()

    # Connecting ---------------------------------------------------------------------------------------------

    def _connected(self) -> int:
        """Makes sure that we are logged in; the number of the connection."""
        with self._lock:
            self._library.after_fork()
            if self._epoch != self._library.epoch:
                self._idle, self._login, self._token = [], None, None  # void: nothing is to be closed
            if self._login is None:
                try:
                    self._connect()
                except Exception as error:
                    absent = isinstance(error, TokenError) and error.code == "TOKEN_NOT_FOUND"
                    if not (absent or _lost(error)) or not self._library.restart():
                        raise self._told(error, "connect") from error
                    self._connect_again()
            return self._generation

    def _connect(self) -> None:
        with self._library.guard():
            self._epoch = self._library.epoch
            token = self._find()
            self._login = self._log_in(token)
        self._token = token
        self._generation += 1

    def _connect_again(self) -> None:
        try:
            self._connect()
        except Exception as error:
            raise self._told(error, "connect") from error

    def _find(self) -> Token:
        found = self._library.tokens(self._uri)
        if not found:
            known = ", ".join(self._library.token_names()) or "-"
            raise TokenError("TOKEN_NOT_FOUND", token=self.name, known=known)
        if len(found) > 1:
            raise TokenError("TOKEN_AMBIGUOUS", token=self.name, count=len(found))
        token, self.name = found[0]
        return token

    def _log_in(self, token: Token) -> Session:
        from pkcs11.constants import TokenFlag  # noqa: PLC0415
        from pkcs11.types import PROTECTED_AUTH  # noqa: PLC0415

        if token.flags & TokenFlag.USER_PIN_LOCKED:
            raise TokenLocked("TOKEN_PIN_LOCKED", token=self.name)
        if not token.flags & TokenFlag.LOGIN_REQUIRED:
            return _open(token)
        pin: Any = self.pin()
        if pin is None:
            if not token.flags & TokenFlag.PROTECTED_AUTHENTICATION_PATH:
                raise TokenLocked("TOKEN_PIN_NEEDED", token=self.name)
            pin = PROTECTED_AUTH
        elif self._refused is not None and hmac.compare_digest(self._refused, self._mark(pin)):
            raise TokenLocked(token=self.name)
        try:
            session = _open(token, user_pin=pin)
        except Exception as error:
            kind = type(error).__name__
            if kind == "UserAlreadyLoggedIn":  # an older session of this process lives on
                return _open(token)
            if kind in _PIN_CODES and isinstance(pin, str):
                self._refused = self._mark(pin)
            raise
        if self.pin_source is not None and self.pin_source.text == "prompt":
            self._typed = pin  # nobody may sit there when the token comes back
        return session

    def mechanisms(self, pooled: PooledSession) -> frozenset[int]:
        """The numbers of what the token computes; asked once a connection."""
        known = self._mechanisms
        if known is None or known[0] != pooled.generation:
            found = frozenset(int(each) for each in pooled.token.slot.get_mechanisms())
            known = self._mechanisms = pooled.generation, found
        return known[1]

    def pin(self) -> str | None:
        """The PIN, for logging in and for keys that want it each time (CKA_ALWAYS_AUTHENTICATE)."""
        if self._typed is not None or self.pin_source is None:
            return self._typed
        return self.pin_source.read(f"PIN of the token {self.name}")

    def _mark(self, pin: str) -> bytes:
        return hashlib.sha256(self._salt + pin.encode()).digest()

    # Letting go ---------------------------------------------------------------------------------------------

    def _drop(self, generation: int) -> None:
        """Gives up a connection, unless another thread has done so already."""
        with self._lock:
            if generation == self._generation:
                self._release()

    def _release(self) -> None:
        self._generation += 1
        idle, self._idle = self._idle, []
        login, self._login, self._token = self._login, None, None
        for pooled in idle:
            self._close(pooled.session, pooled.epoch)
        if login is not None:
            self._close(login, self._epoch)

    def close(self) -> None:
        """Logs out and closes every session that is not at work."""
        with self._lock:
            self._release()

    def _told(self, error: Exception, what: str) -> Exception:
        """The error that callers get for one of the library's; ours come back as they are."""
        from pkcs11.exceptions import PKCS11Error  # noqa: PLC0415

        if not isinstance(error, PKCS11Error | OSError | NotImplementedError):
            return error
        kind = type(error).__name__
        if kind in _PIN_CODES:
            return TokenLocked(_PIN_CODES[kind], token=self.name)
        said = str(error)
        reason = f"{kind}: {said}" if said else kind
        return TokenError(token=self.name, operation=what, reason=reason)


@cache
def _attributes() -> Any:
    """python-pkcs11's table of attributes, with types of keys as numbers: vendors have types of their own."""
    from pkcs11.attributes import AttributeMapper, handle_ulong  # noqa: PLC0415
    from pkcs11.constants import Attribute  # noqa: PLC0415

    mapper = AttributeMapper()
    mapper.register_handler(Attribute.KEY_TYPE, *handle_ulong)
    return mapper


def _open(token: Token, **options: Any) -> Session:
    return token.open(attribute_mapper=_attributes(), **options)


def _lost(error: Exception) -> bool:
    kind = type(error)
    return kind.__name__ in _LOST and kind.__module__ == "pkcs11.exceptions"
