"""Bad input: one clear message (what, where, what to do), exit code 2, no traceback, nothing judged."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import trustspace.cli.inspect as handler
from support import crafting
from trustspace.cli.main import main

LANGUAGES = pytest.mark.parametrize("language", ["en", "ru"])


@pytest.fixture
def bad(tmp_path, ru):
    """A folder with everything that may go wrong in it."""
    signed = ru.document.read_bytes()
    (tmp_path / "text.txt").write_text("no signature at all\n")
    (tmp_path / "empty.p7s").write_bytes(b"")
    (tmp_path / "cut.p7s").write_bytes(signed[: len(signed) // 2])
    (tmp_path / "cut.pem").write_bytes(b"-----BEGIN CMS-----\nMIIB\n")
    (tmp_path / "certificates.p7b").write_bytes(crafting.signed_data([]))
    (tmp_path / "noise.p7s").write_bytes(b"\x30\x82\x01\x00" + os.urandom(256))
    (tmp_path / "document.pdf").write_bytes(b"%PDF-1.7\n%...")
    (tmp_path / "no certificates").mkdir()
    (tmp_path / "no certificates" / "notes.txt").write_text("nothing here\n")
    (tmp_path / "nothing").mkdir()
    return tmp_path


CASES = {
    "no such file": ["{bad}/nowhere.p7s"],
    "a folder": ["{bad}"],
    "an empty file": ["{bad}/empty.p7s"],
    "a text": ["{bad}/text.txt"],
    "a PDF": ["{bad}/document.pdf"],
    "a truncated signature": ["{bad}/cut.p7s"],
    "a truncated PEM": ["{bad}/cut.pem"],
    "noise that begins like DER": ["{bad}/noise.p7s"],
    "certificates that nobody signed": ["{bad}/certificates.p7b"],
    "a certificate instead of a signature": ["{ru}/authority/root.cer"],
    "a CRL instead of a signature": ["{ru}/authority/root.crl"],
    "a private key instead of a signature": ["{ru}/people/ivanova.key"],
    "document and signature swapped": ["{ru}/documents/document.txt", "--content", "{signature}"],
    "content that is not there": ["{signature}", "--content", "{bad}/nowhere.txt"],
    "content that is a folder": ["{signature}", "--content", "{bad}"],
    "content and digest at once": ["{signature}", "--content", "{bad}/text.txt", "--digest", "sha256=00"],
    "a digest without a value": ["{signature}", "--digest", "sha256"],
    "a digest that is not hexadecimal": ["{signature}", "--digest", "sha256=xyz"],
    "an unknown digest": ["{signature}", "--digest", "md99=00"],
    "a digest that is too short": ["{signature}", "--digest", "sha256=00ff"],
    "trust that is not there": ["{signature}", "--trust", "{bad}/nowhere"],
    "a trust folder without certificates": ["{signature}", "--trust", "{bad}/no certificates"],
    "an empty trust folder": ["{signature}", "--trust", "{bad}/nothing"],
    "a trust file that is a text": ["{signature}", "--trust", "{bad}/text.txt"],
    "a trust file that is a key": ["{signature}", "--trust", "{ru}/people/ivanova.key"],
    "only a CRL to trust": ["{signature}", "--trust", "{ru}/authority/root.crl"],
    "an unknown policy": ["{signature}", "--policy", "generous"],
    "a policy file that is no policy": ["{signature}", "--policy", "{bad}/text.txt"],
    "a time that is none": ["{signature}", "--at", "yesterday"],
    "a time out of range": ["{signature}", "--at", "9999-12-31T23:59:59-23:59"],
    "a report that does not exist yet": ["{signature}", "--report", "pdf"],
    "online validation, which does not exist yet": ["{signature}", "--online"],
    "an unknown option": ["{signature}", "--frobnicate"],
    "an option without its value": ["{signature}", "--trust"],
    "no file": [],
    "an output folder that is not there": ["{signature}", "--out", "{bad}/nowhere/report.txt"],
    "facts that are none": ["--replay", "{bad}/text.txt"],
    "facts and a file": ["{signature}", "--replay", "{bad}/text.txt"],
    "a name with a NUL": ["{bad}/a\0b"],
    "a name with an escape sequence": ["{bad}/\x1b[31mred"],
}


def fill(words: list[str], bad: Path, ru) -> list[str]:
    return [word.format(bad=bad, ru=ru.root, signature=ru.detached) for word in words]


@LANGUAGES
@pytest.mark.parametrize("name", CASES)
def test_validate_says_what_is_wrong_and_what_to_do(run, bad, ru, name, language):
    result = run("validate", *fill(CASES[name], bad, ru), "--lang", language)
    assert result.code == 2
    assert result.out == ""
    message, remedy = result.err.rstrip("\n").split("\n")
    assert message.startswith("trustspace")
    assert len(message) > 30
    assert len(remedy) > 10
    assert "Traceback" not in result.err
    assert "\x1b" not in result.err
    if language == "ru":
        assert any("а" <= letter <= "я" for letter in message + remedy)


def test_certificates_without_signatures_are_not_called_damaged(run, bad):
    result = run("validate", bad / "certificates.p7b", "--json")
    assert result.code == 2
    assert json.loads(result.out)["error"]["code"] == "SIGNATURE_WITHOUT_SIGNERS"


@pytest.mark.parametrize("name", ["no such file", "a text", "a trust folder without certificates"])
def test_json_gives_an_error_and_no_indication(run, bad, ru, name):
    result = run("validate", *fill(CASES[name], bad, ru), "--json")
    assert result.code == 2
    answer = json.loads(result.out)
    assert set(answer) == {"error"}
    assert set(answer["error"]) == {"code", "parameters", "message", "remedy"}


@LANGUAGES
def test_a_file_without_read_permission_is_named(run, tmp_path, monkeypatch, language):
    path = tmp_path / "secret.p7s"

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", denied)
    result = run("validate", path, "--lang", language)
    assert (result.code, result.out) == (2, "")
    assert f"{path} " in result.err
    assert ("нет прав доступа" if language == "ru" else "Permission denied") in result.err


@LANGUAGES
@pytest.mark.parametrize(
    "words",
    [
        [],
        ["frobnicate"],
        ["validate", "--report", "docx"],
        ["receipt"],
        ["receipt", "request", "x"],
        ["node"],
        ["node", "serve"],
        ["sign", "x"],
        ["trust", "show"],
        ["log", "verify", "--strange"],
        ["node", "init"],
        ["--lang", "fr"],
        ["inspect"],
    ],
)
def test_wrong_usage_is_refused_in_the_readers_language(run, words, language):
    result = run("--lang", language, *words)
    assert result.code == 2
    assert result.out == ""
    assert len(result.err.rstrip("\n").split("\n")) == 2
    if language == "ru" and "fr" not in words:
        assert any("а" <= letter <= "я" for letter in result.err)


def test_a_defect_is_reported_with_a_code_and_without_a_traceback(run, monkeypatch, tmp_path):
    def broken(*_: object) -> int:
        raise ZeroDivisionError("a secret from the inside")

    monkeypatch.setattr(handler, "run", broken)
    result = run("inspect", tmp_path)
    assert result.code == 2
    assert "ZeroDivisionError" in result.err
    assert "Traceback" not in result.err
    assert "a secret from the inside" not in result.err
    monkeypatch.setenv("TRUSTSPACE_DEBUG", "1")
    assert "Traceback" in run("inspect", tmp_path).err


def test_interruption_ends_quietly(monkeypatch, capsys, tmp_path):
    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(handler, "run", interrupted)
    assert main(["inspect", str(tmp_path)]) == 130
    assert "Traceback" not in capsys.readouterr().err
