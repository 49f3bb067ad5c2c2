"""A library between us and the token that fails on request: what is tried again, and what never is."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.tokens import FaultyLibrary, Function, SoftToken
from trustspace.algorithms.signatures import verify
from trustspace.errors import TrustspaceError
from trustspace.keys.errors import TokenError
from trustspace.keys.opening import open_key, open_provider
from trustspace.keys.token.provider import TokenKeys
from trustspace.keys.token.signing import TokenKey
from trustspace.validation.catalogue import render

CKR = {
    "GENERAL_ERROR": 0x5,
    "FUNCTION_FAILED": 0x6,
    "CANT_LOCK": 0xA,
    "DEVICE_ERROR": 0x30,
    "DEVICE_REMOVED": 0x32,
    "KEY_HANDLE_INVALID": 0x60,
    "KEY_TYPE_INCONSISTENT": 0x63,
    "OPERATION_ACTIVE": 0x90,
    "PIN_INCORRECT": 0xA0,
    "PIN_EXPIRED": 0xA3,
    "PIN_LOCKED": 0xA4,
    "SESSION_CLOSED": 0xB0,
    "SESSION_COUNT": 0xB1,
    "SESSION_HANDLE_INVALID": 0xB3,
    "TOKEN_NOT_PRESENT": 0xE0,
    "USER_NOT_LOGGED_IN": 0x101,
    "USER_PIN_NOT_INITIALIZED": 0x102,
    "CRYPTOKI_NOT_INITIALIZED": 0x190,
    "VENDOR_DEFINED": 0x80000042,
}
USER_PIN_LOCKED = 1 << 18


@pytest.fixture(scope="module")
def faulty_token(empty_tokens: list[SoftToken], faulty_library: FaultyLibrary) -> SoftToken:
    """A token with a key "ttp"."""
    token = empty_tokens.pop()
    open_provider(token.uri(library=faulty_library.path)).generate("ttp", "p-256", random=os.urandom)
    return token


@pytest.fixture
def keys(faulty_token: SoftToken, faulty: FaultyLibrary) -> TokenKeys:
    """Not logged in, and no PIN was ever refused."""
    provider = TokenKeys(faulty_token.uri(library=faulty.path))
    provider.close()
    provider._sessions._refused = None
    return provider


@pytest.fixture
def key(keys: TokenKeys) -> TokenKey:
    """Opened, and it has signed."""
    found = keys.open("ttp")
    found.sign(b"first", entropy=b"")
    return found


def signs(key: TokenKey) -> None:
    verify(key.key, key.default_scheme, key.sign(b"message", entropy=b""), message=b"message")


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(TrustspaceError) as caught:
        call()
    for language in ("en", "ru"):
        message, remedy = render(caught.value.code, caught.value.parameters, language)
        assert "?" not in message + remedy, (message, remedy)
    return caught.value.code


def test_the_library_is_told_that_threads_will_call(key: TokenKey, faulty: FaultyLibrary) -> None:
    assert faulty.initialize_flags & 2, "CKF_OS_LOCKING_OK"


@pytest.mark.parametrize(
    "answer",
    [
        *("GENERAL_ERROR", "FUNCTION_FAILED", "DEVICE_ERROR", "DEVICE_REMOVED", "KEY_HANDLE_INVALID"),
        *("OPERATION_ACTIVE", "SESSION_CLOSED", "SESSION_HANDLE_INVALID", "TOKEN_NOT_PRESENT"),
        *("USER_NOT_LOGGED_IN", "CRYPTOKI_NOT_INITIALIZED", "VENDOR_DEFINED"),
    ],
)
@pytest.mark.parametrize("function", [Function.SIGN_INIT, Function.SIGN])
def test_a_lost_connection_is_made_anew(
    function: Function, answer: str, key: TokenKey, faulty: FaultyLibrary
) -> None:
    logins = faulty.calls(Function.LOGIN)
    faulty.fail(function, CKR[answer])
    signs(key)
    assert faulty.calls(Function.LOGIN) == logins + 1


def test_a_token_that_stays_broken_is_said_to_be(key: TokenKey, faulty: FaultyLibrary) -> None:
    before = faulty.calls(Function.SIGN)
    faulty.fail(Function.SIGN, CKR["DEVICE_ERROR"], 1000)
    with pytest.raises(TokenError) as caught:
        key.sign(b"message", entropy=b"")
    assert caught.value.code == "TOKEN_FAILED" and "DeviceError" in str(caught.value.parameters["reason"])
    assert faulty.calls(Function.SIGN) == before + 2, "tried twice, not for ever"
    faulty.reset()
    signs(key)


def test_what_a_new_connection_cannot_help_is_not_tried_again(key: TokenKey, faulty: FaultyLibrary) -> None:
    logins, inits = faulty.calls(Function.LOGIN), faulty.calls(Function.SIGN_INIT)
    faulty.fail(Function.SIGN_INIT, CKR["KEY_TYPE_INCONSISTENT"], 10)
    code = code_of(lambda: key.sign(b"message", entropy=b""))
    assert code == "TOKEN_FAILED"
    assert faulty.calls(Function.SIGN_INIT) == inits + 1 and faulty.calls(Function.LOGIN) == logins


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("PIN_INCORRECT", "TOKEN_PIN_WRONG"),
        ("PIN_LOCKED", "TOKEN_PIN_LOCKED"),
        ("PIN_EXPIRED", "TOKEN_PIN_EXPIRED"),
        ("USER_PIN_NOT_INITIALIZED", "TOKEN_PIN_NOT_SET"),
        ("DEVICE_ERROR", "TOKEN_FAILED"),
    ],
)
def test_a_login_that_is_refused(answer: str, code: str, keys: TokenKeys, faulty: FaultyLibrary) -> None:
    faulty.fail(Function.LOGIN, CKR[answer], 10)
    assert code_of(keys.keys) == code


@pytest.mark.parametrize("answer", ["PIN_INCORRECT", "PIN_LOCKED"])
def test_a_refused_pin_is_offered_once(answer: str, keys: TokenKeys, faulty: FaultyLibrary) -> None:
    faulty.fail(Function.LOGIN, CKR[answer], 10)
    logins = faulty.calls(Function.LOGIN)
    for _ in range(5):
        with pytest.raises(TokenError):
            keys.keys()
    assert faulty.calls(Function.LOGIN) == logins + 1


def test_a_locked_token_is_not_offered_a_pin_at_all(keys: TokenKeys, faulty: FaultyLibrary) -> None:
    faulty.flag(USER_PIN_LOCKED)
    logins = faulty.calls(Function.LOGIN)
    assert code_of(keys.keys) == "TOKEN_PIN_LOCKED"
    assert faulty.calls(Function.LOGIN) == logins


def test_a_token_that_locks_while_the_node_runs(key: TokenKey, faulty: FaultyLibrary) -> None:
    faulty.fail(Function.SIGN, CKR["USER_NOT_LOGGED_IN"])
    faulty.flag(USER_PIN_LOCKED)
    assert code_of(lambda: key.sign(b"message", entropy=b"")) == "TOKEN_PIN_LOCKED"


def test_a_damaged_signature_never_goes_out(key: TokenKey, faulty: FaultyLibrary) -> None:
    faulty.corrupt(1)
    assert code_of(lambda: key.sign(b"message", entropy=b"")) == "TOKEN_SIGNATURE_WRONG"
    signs(key)


def test_a_token_without_free_sessions(key: TokenKey, faulty: FaultyLibrary) -> None:
    faulty.fail(Function.SIGN, CKR["SESSION_CLOSED"])
    faulty.fail(Function.OPEN_SESSION, CKR["SESSION_COUNT"], 10)
    assert code_of(lambda: key.sign(b"message", entropy=b"")) == "TOKEN_FAILED"
    faulty.reset()
    signs(key)


def test_sessions_are_given_back(key: TokenKey, faulty: FaultyLibrary) -> None:
    opened = faulty.calls(Function.OPEN_SESSION)
    for _ in range(20):
        signs(key)
    assert faulty.calls(Function.OPEN_SESSION) == opened


def test_closing_one_session_does_not_log_the_others_out(key: TokenKey, faulty: FaultyLibrary) -> None:
    logouts = faulty.calls(Function.LOGOUT)
    faulty.fail(Function.SIGN_INIT, CKR["KEY_TYPE_INCONSISTENT"])
    with pytest.raises(TokenError):
        key.sign(b"message", entropy=b"")
    # An error that is not the connection's closes that one session; the login stays.
    signs(key)
    assert faulty.calls(Function.LOGOUT) == logouts


def test_threads_survive_faults(key: TokenKey, faulty: FaultyLibrary) -> None:
    """Connections break under eight threads; each signature comes out right or fails with its reason."""
    failed: list[str] = []

    def work(number: int) -> int:
        done = 0
        for turn in range(20):
            if number == 0 and turn % 4 == 0:
                faulty.fail(Function.SIGN, CKR["SESSION_HANDLE_INVALID"], 2)
            message = f"{number}/{turn}".encode()
            try:
                signature = key.sign(message, entropy=b"")
            except TokenError as error:
                failed.append(error.code)
                continue
            verify(key.key, key.default_scheme, signature, message=message)
            done += 1
        return done

    with ThreadPoolExecutor(8) as pool:
        done = sum(pool.map(work, range(8)))
    assert done + len(failed) == 160 and done >= 120
    assert set(failed) <= {"TOKEN_FAILED"}, "never that the key was missing"
    faulty.reset()
    signs(key)


def test_keys_of_a_token_share_one_login(
    key: TokenKey, faulty: FaultyLibrary, faulty_token: SoftToken
) -> None:
    logins = faulty.calls(Function.LOGIN)
    for _ in range(3):
        signs_too = open_key(faulty_token.uri("ttp", library=faulty.path))
        signs_too.sign(b"message", entropy=b"")
    assert faulty.calls(Function.LOGIN) == logins
