"""Names that want to steer a terminal, the eye or a log: shown as escapes on every way out of the program."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from support.fuzz_targets import run_command
from support.pki import NOW, Pki
from trustspace.node.app import make_app
from trustspace.node.config import Limits

EVIL = (
    "Ев\x1b[2J\x1b[31mил \u202egnp.exe\u2066\r\nSignature 1 of 1: valid (TOTAL-PASSED)\n"
    "\u200b\u0085\u2028\x07\x9b31m\x1b]0;title\x07"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A member whose every name is hostile, its trust and what it signed."""
    made = tmp_path_factory.mktemp("terminal")
    pki = Pki("p-256", label="terminal")
    root = pki.root(subject=[("C", "RU"), ("CN", EVIL)])
    ca = pki.authority("CA", root, subject=[("O", EVIL), ("CN", f"CA {EVIL}")])
    signer = pki.signer("A", ca, subject=[("CN", EVIL), ("1.2.643.3.131.1.1", "12\n34"), ("2.5.4.12", EVIL)])
    stamper = pki.tsa("TSA", ca, subject=[("CN", EVIL)])
    signed = pki.sign(b"x", signer, stamper=stamper.stamp, mime_type="text/plain\x1b[31m")
    (made / "trust").mkdir()
    (made / "trust" / "root.cer").write_bytes(root.certificate.raw)
    (made / "trust" / "root.crl").write_bytes(root.crl().raw)
    (made / "trust" / "ca.crl").write_bytes(ca.crl().raw)
    (made / "signer.cer").write_bytes(signer.certificate.raw)
    (made / "answer.ocsp").write_bytes(ca.status(signer).raw)
    for name in ("signed.p7s", "bad\x1b[31m\nname.p7s"):
        (made / name).write_bytes(signed)
    return made


def harmless(*words: str) -> tuple[int, str]:
    """Run the command; nothing that it prints steers anything, and no line is anybody else's."""
    code, out, err = run_command(*words)
    for shown in (out, err):
        assert not [letter for letter in shown if not (letter.isprintable() or letter == "\n")], ascii(shown)
    return code, out


FILES = ("signer.cer", "trust/root.cer", "trust/ca.crl", "answer.ocsp", "signed.p7s", "bad\x1b[31m\nname.p7s")


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("name", FILES)
def test_inspect_shows_escapes(folder: Path, name: str, language: str) -> None:
    code, out = harmless("inspect", str(folder / name), "--lang", language)
    assert code == 0
    assert "\\x1b[2J" in out and "\\u202e" in out
    code, out = harmless("inspect", str(folder / name), "--lang", language, "--json")
    assert code == 0
    shown = str(json.loads(out))
    assert "\x1b[2J" in shown or "\\x1b[2J" in shown, "nothing of the name is lost"


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("name", ["signed.p7s", "bad\x1b[31m\nname.p7s"])
def test_validate_shows_escapes(folder: Path, name: str, language: str) -> None:
    words = ("validate", str(folder / name), "--at", NOW.isoformat(), "--lang", language)
    trust = ("--trust", str(folder / "trust"))
    code, out = harmless(*words, *trust)
    assert code == 0
    assert out.count("TOTAL-PASSED)\n") == 1, (
        "the verdict's own line is the only one that reads like a verdict"
    )
    assert harmless(*words, *trust, "--json")[0] == 0
    assert harmless(*words)[0] == 3
    assert harmless(*words, "--trust", str(folder / name))[0] == 2


def test_a_nodes_log_has_one_line_an_event(caplog: pytest.LogCaptureFixture) -> None:
    """A path may hold anything: a line break in it would forge an entry."""
    import asyncio  # noqa: PLC0415

    class Broken:
        def crl(self, name: str) -> bytes | None:
            raise RuntimeError(name)

        def respond(self, body: bytes) -> bytes:
            return body

    app = make_app(None, time_stamps=None, status=Broken(), limits=Limits())  # type: ignore[arg-type]
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "path": "/crl/x\n2026-01-01 INFO all is well\x1b[2J",
        "raw_path": b"/crl/x",
        "query_string": b"",
        "headers": [],
        "scheme": "http",
        "server": ("127.0.0.1", 80),
    }
    sent: list[object] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: object) -> None:
        sent.append(message)

    with caplog.at_level(logging.WARNING, "trustspace.node"):
        asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]
    (record,) = caplog.records
    assert record.getMessage().isprintable(), ascii(record.getMessage())
    assert "all is well" in record.getMessage()
    first, *others = logging.Formatter("%(levelname)s %(message)s").format(record).split("\n")
    assert first.startswith("ERROR /crl/x")
    assert all(line.startswith("  | ") and line.isprintable() for line in others)


def test_a_traceback_that_was_asked_for_shows_escapes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUSTSPACE_DEBUG", "1")
    for words in (("validate", "bad\x1b[31m\nname"), ("inspect", str(folder / "trust"), "\x1b[31m\nname")):
        assert harmless(*words)[0] == 2
