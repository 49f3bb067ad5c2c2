"""``trustspace demo`` as a command: its folder, its processes, Ctrl-C, a kill; asking a node that serves."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from support.command import COMMAND, clean_environment, run_command
from trustspace.cli.main import main


class Serving:
    """A demonstration of two members that keeps serving."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [*COMMAND, "demo", "--dir", str(folder), "--members", "ru,by", "--serve"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=clean_environment(),
            start_new_session=True,
        )
        assert self.process.stderr is not None
        self.said = self.process.stderr.readline().decode()
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)
        self.out = (self.process.stdout.read() or b"").decode()

    @property
    def nodes(self) -> list[int]:
        return [int(number) for number in re.findall(r"\(process (\d+)\)", self.out)]

    @property
    def endpoints(self) -> dict[str, str]:
        return dict(re.findall(r"^  (\w\w)  .*?(http://\S+) \(process", self.out, re.MULTILINE))

    def end(self) -> None:
        for process in (self.process.pid, *self.nodes):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.process.communicate()


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    demonstration = Serving(tmp_path / "space")
    try:
        yield demonstration
    finally:
        demonstration.end()


def gone(processes: list[int], seconds: float = 10.0) -> bool:
    """Whether all of them end in time."""
    deadline = time.monotonic() + seconds
    left = set(processes)
    while left and time.monotonic() < deadline:
        for process in list(left):
            try:
                os.kill(process, 0)
            except ProcessLookupError:
                left.discard(process)
        time.sleep(0.05)
    return not left


def test_a_node_that_serves_can_be_asked_and_ctrl_c_stops_everything(serving, tmp_path):
    assert "Ctrl-C" in serving.said
    assert len(serving.nodes) == 2
    document = serving.folder / "ru" / "documents" / "document.txt.p7m"
    out = tmp_path / "receipt.dvc"
    asked = run_command("receipt", "request", document, "--node", serving.endpoints["by"], "--out", out)
    assert asked.code == 0, asked.err
    assert "The node says that the signature is valid." in asked.out
    trust = serving.folder / "by" / "trust"
    assert run_command("receipt", "verify", out, "--document", document, "--trust", trust).code == 0

    detached = serving.folder / "ru" / "documents" / "document.txt.p7s"
    content = serving.folder / "ru" / "documents" / "document.txt"
    words = ("receipt", "request", detached, "--content", content, "--node", serving.endpoints["ru"])
    asked = run_command(*words, "--out", out, "--json")
    assert (asked.code, json.loads(asked.out)["says"]) == (0, "valid")
    assert content.read_bytes() not in out.read_bytes()
    words = ("receipt", "verify", out, "--document", detached, "--content", content, "--trust", trust)
    assert run_command(*words).code == 0

    changed = tmp_path / "changed.p7m"
    changed.write_bytes(document.read_bytes().replace(b"binds nobody", b"binds anyone"))
    asked = run_command("receipt", "request", changed, "--node", serving.endpoints["ru"], "--out", out)
    assert asked.code == 1

    checked = run_command("node", "check", "--config", serving.folder / "ru" / "node" / "node.toml")
    assert checked.code == 0, checked.out + checked.err

    served = httpx.get(serving.endpoints["ru"] + "/crl/issuing", trust_env=False)
    assert served.content == (serving.folder / "ru" / "authority" / "issuing.crl").read_bytes()

    letter = tmp_path / "letter.txt"
    letter.write_text("A letter\n")
    person = serving.folder / "ru" / "people" / "ivanova"
    signed = run_command(
        *("sign", letter, "--key", f"{person}.key", "--certificate", f"{person}.cer", "--level", "T"),
        *("--chain", serving.folder / "ru" / "authority" / "issuing.cer"),
        *("--tsa", serving.endpoints["ru"] + "/tsp"),
    )
    assert signed.code == 0, signed.err

    os.killpg(serving.process.pid, signal.SIGINT)
    assert serving.process.wait(timeout=15) == 0
    assert gone(serving.nodes)


def test_a_killed_demonstration_leaves_no_orphan(serving):
    assert len(serving.nodes) == 2
    serving.process.kill()
    serving.process.wait()
    assert gone(serving.nodes)


def test_a_terminated_demonstration_stops_its_nodes(serving):
    serving.process.terminate()
    serving.process.wait(timeout=15)
    assert gone(serving.nodes)


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("name", ["full", "file", "file/below"])
def test_a_folder_that_is_no_demonstration_is_not_touched(tmp_path, capsys, name, language):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "precious.txt").write_text("mine")
    (tmp_path / "file").write_text("mine too")
    code = main(["demo", "--dir", str(tmp_path / name), "--lang", language])
    streams = capsys.readouterr()
    assert (code, streams.out) == (2, "")
    assert len(streams.err.rstrip("\n").split("\n")) == 2
    assert (tmp_path / "full" / "precious.txt").read_text() == "mine"
    assert (tmp_path / "file").read_text() == "mine too"


@pytest.mark.parametrize("members", ["ru,xx", "ru", "", "ru,ru"])
def test_members_must_be_known_and_at_least_two(tmp_path, capsys, members):
    code = main(["demo", "--dir", str(tmp_path / "space"), "--members", members or ","])
    assert code == 2
    assert "Choose from" in capsys.readouterr().err
    assert not (tmp_path / "space").exists()


def test_an_earlier_space_is_replaced_and_json_is_for_programs(tmp_path):
    folder = tmp_path / "space"
    for members in ("md,uz", "by,kz"):
        done = run_command("demo", "--dir", folder, "--members", members, "--json")
        assert done.code == 0, done.err
        results = json.loads(done.out)
        assert results["members"] == members.split(",")
        assert results["as_expected"] is True
    assert not (folder / "md").exists()
    assert len(results["cases"]) == 6
