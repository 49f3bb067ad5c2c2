"""The how-to is walked as it stands there, with the CA of the TTP service at the other end."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from support.command import COMMAND, clean_environment, run_command, run_shown, shown_commands
from support.nodes import listen
from support.tokens import SoftToken, configure, new_token, softhsm_library
from trustspace.demo.authority import person, root_authority
from trustspace.keys.files import FileKeys

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "set-up-a-node.md"
GROUND = ("--ground-act", "Decision 96", "--ground-article", "5", "--ground-text", "Application")


def _found_authority(folder: Path) -> None:
    _ok(
        *("authority", "init", "--space", "Test", "--organisation", "Commission", "--address"),
        *("http://127.0.0.1:1/", "--place", "room", "--quorum", "2", "--new-officer", "Anna=anna.key"),
        *("--new-officer", "Boris=boris.key", "--new-officer", "Vera=vera.key"),
        *("--participant", "Gleb=auditor", "--custody", "root=safe"),
        cwd=folder,
    )
    for officer in ("anna.key", "boris.key"):
        _ok("authority", "approve", "ceremony", "--key", officer, cwd=folder)


def _certify(folder: Path, address: str) -> None:
    """What the CA does with the node's requests, and what it sends back."""
    _ok(
        *("authority", "register", "by", "--name", "TTP of Belarus", "--endpoint", f"dvcs={address}/dvcs"),
        *("--request", "by/requests/ttp.csr", "--timestamping-request", "by/requests/tsa.csr"),
        *(*GROUND, "--key", "anna.key"),
        cwd=folder,
    )
    act = str(json.loads(_ok("authority", "show", "--json", cwd=folder))["open_acts"][-1]["act"])
    _ok("authority", "approve", act, "--key", "boris.key", cwd=folder)
    issued = json.loads(_ok("authority", "issue", act, "--json", cwd=folder))
    _ok("authority", "publish", cwd=folder)
    for name, each in zip(("ttp.cer", "tsa.cer"), issued["certificates"], strict=True):
        shutil.copy(folder / each["file"], folder / name)
    shutil.copytree(folder / "authority" / "published", folder / "published")


def _national(folder: Path) -> None:
    """The member's own CA, and a letter that one of its people signed."""
    now = datetime.now(UTC).replace(microsecond=0)
    root = root_authority([("C", "BY"), ("CN", "Root")], "bign-256v1", now=now, random=os.urandom)
    holder = person(root, [("C", "BY"), ("CN", "Person")], "bign-256v1")
    (folder / "national").mkdir()
    (folder / "national" / "root.cer").write_bytes(root.holder.certificate.raw)
    (folder / "national" / "root.crl").write_bytes(root.crl().raw)
    (folder / "person.cer").write_bytes(holder.certificate.raw)
    (folder / "person.key").write_bytes(holder.key.to_pkcs8())
    (folder / "letter").write_text("A letter")
    _ok(
        *("sign", "letter", "--key", "person.key", "--certificate", "person.cer"),
        *("--out", "letter.p7m"),
        cwd=folder,
    )
    FileKeys(folder).generate("next", "bign-256v1", random=os.urandom)


def _ok(*words: str, cwd: Path) -> str:
    done = run_command(*words, cwd=cwd)
    assert done.code == 0, (words, done.out, done.err)
    return done.out


def test_every_command_of_the_how_to_does_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TTP_KEY_PASSWORD", "Пароль-2026")
    with listen() as free:
        port = str(free.getsockname()[1])
    address = f"http://127.0.0.1:{port}"
    _found_authority(tmp_path)
    _national(tmp_path)
    lines = [line.replace("8402", port) for line in shown_commands(HOW_TO)]
    assert len(lines) > 10
    serving: subprocess.Popen[bytes] | None = None
    try:
        for line in lines:
            words = shlex.split(line)
            if words[0] == "cp":
                shutil.copy(tmp_path / words[1], tmp_path / words[2])
            elif "serve" in words:
                serving = subprocess.Popen([*COMMAND, *words[1:]], cwd=tmp_path, env=clean_environment())
                _wait_ready(address, serving)
            else:
                done = run_shown(line, tmp_path)
                assert done.code == 0, (line, done.out, done.err)
            if "init" in words:
                _certify(tmp_path, address)
    finally:
        if serving is not None:
            serving.terminate()
            serving.wait(10)
    assert "ENCRYPTED" in (tmp_path / "by" / "keys" / "ttp.key").read_text()
    assert (tmp_path / "letter.p7m.receipt.dvc").is_file()
    assert (tmp_path / "next.csr").is_file()


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SoftToken:
    """A token that the processes of this test see."""
    library = softhsm_library()
    if library is None or shutil.which("softhsm2-util") is None:
        reason = "SoftHSM is not installed (Debian: softhsm2)"
        if os.environ.get("TRUSTSPACE_REQUIRE_TOOLS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    assert library is not None
    folder = tmp_path / "softhsm"
    folder.mkdir()
    monkeypatch.setenv("SOFTHSM2_CONF", str(configure(folder)))
    return new_token("TTP", library, folder)


@pytest.mark.parametrize("kind", ["p-256", "rsa-2048"])
def test_a_node_whose_key_never_leaves_its_token_answers_over_http(
    kind: str, token: SoftToken, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TTP_KEY_PASSWORD", "secret")
    with listen() as free:
        port = str(free.getsockname()[1])
    address = f"http://127.0.0.1:{port}"
    _found_authority(tmp_path)
    _national(tmp_path)
    config = ("--config", "by/node.toml")
    _ok(
        *("node", "init", *config, "--member", "by", "--name", "TTP of Belarus", "--suite", "common"),
        *("--key", token.uri("ttp-2026"), "--kind", kind, "--certified", "СФ/124-0001"),
        *("--tsa-kind", "p-256", "--secret", "env:TTP_KEY_PASSWORD", "--listen", f"127.0.0.1:{port}"),
        cwd=tmp_path,
    )
    assert [path.name for path in (tmp_path / "by" / "keys").iterdir()] == ["tsa.key"]
    _certify(tmp_path, address)
    for name, target in (
        ("published/ttp-ca.cer", "space"),
        ("published/register.p7m", "space"),
        ("published/ttp-ca.crl", "evidence"),
        ("national/root.cer", "anchors"),
        ("national/root.crl", "evidence"),
    ):
        shutil.copy(tmp_path / name, tmp_path / "by" / target)
    for name in ("ttp.cer", "tsa.cer"):
        _ok("node", "attach", *config, "--certificate", name, cwd=tmp_path)
    _ok("node", "check", *config, cwd=tmp_path)
    serving = subprocess.Popen([*COMMAND, "node", "serve", *config], cwd=tmp_path, env=clean_environment())
    try:
        _wait_ready(address, serving)
        _ok("receipt", "request", "letter.p7m", "--node", address, cwd=tmp_path)
    finally:
        serving.terminate()
        serving.wait(10)
    said = _ok(
        *("receipt", "verify", "letter.p7m.receipt.dvc", "--document", "letter.p7m"),
        *("--trust", "published", "--json"),
        cwd=tmp_path,
    )
    assert "SoftHSM" in said
    assert "certificate СФ/124-0001" in said


def _wait_ready(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None
        try:
            if httpx.get(f"{address}/health/ready", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("not ready")
