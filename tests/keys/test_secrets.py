"""Where passwords and PINs come from."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from trustspace.keys.errors import KeyFileError, SecretUnavailable
from trustspace.keys.secrets import SecretSource, ask_on_terminal


def test_from_the_environment() -> None:
    assert SecretSource("env:PASSWORD", environment={"PASSWORD": "тайна"}).read("Password") == "тайна"


def test_the_first_line_of_a_file(password_file: Path) -> None:
    assert SecretSource(f"file:{password_file}").read("Password") == "Пароль-2026"
    assert SecretSource(f"file://{password_file}").read("Password") == "Пароль-2026"
    assert SecretSource(str(password_file)).read("Password") == "Пароль-2026"
    assert SecretSource("file:password", password_file.parent).read("Password") == "Пароль-2026"


def test_a_file_that_others_can_read_is_refused(password_file: Path) -> None:
    password_file.chmod(0o644)
    with pytest.raises(KeyFileError) as caught:
        SecretSource(f"file:{password_file}").read("Password")
    assert caught.value.code == "KEY_FILE_OPEN_TO_OTHERS"
    assert caught.value.parameters["mode"] == "0644"


def test_a_person_is_asked_with_the_purpose() -> None:
    asked: list[str] = []

    def ask(text: str) -> str:
        asked.append(text)
        return "pin"

    assert SecretSource("prompt", ask=ask).read("PIN of the token T") == "pin"
    assert asked == ["PIN of the token T: "]


def test_without_a_terminal_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("1234\n"))
    with pytest.raises(SecretUnavailable, match="terminal"):
        SecretSource("prompt", ask=ask_on_terminal).read("PIN")


@pytest.mark.parametrize(
    ("source", "content", "reason"),
    [
        ("env:ABSENT", None, "not set"),
        ("env:EMPTY", None, "empty"),
        ("file:x", b"\xff\xfe\n", "UTF-8"),
        ("file:x", b"", "empty"),
        ("file:x", b"\nsecond", "empty"),
        ("file:x", b"a\x00b", "NUL"),
        ("file://elsewhere/x", b"", "another machine"),
    ],
)
def test_what_is_no_secret(source: str, content: bytes | None, reason: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "x").write_bytes(content)
        (tmp_path / "x").chmod(0o600)
    with pytest.raises(SecretUnavailable, match=reason):
        SecretSource(source, tmp_path, {"EMPTY": ""}).read("Password")


@pytest.mark.parametrize("text", ["", "1234", "|cat pin", "file:", "env:", "relative/path", "exec:pin"])
def test_a_secret_itself_and_commands_are_no_sources(text: str) -> None:
    with pytest.raises(SecretUnavailable) as caught:
        SecretSource(text)
    assert "1234" not in str(caught.value)


def test_a_source_does_not_show_the_environment() -> None:
    assert "тайна" not in repr(SecretSource("env:PASSWORD", environment={"PASSWORD": "тайна"}))
