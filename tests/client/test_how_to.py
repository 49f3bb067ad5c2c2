"""The how-to is followed as it stands there: its commands and its program against a real node."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from support.nodes import World
from support.space import Space

HOW_TO = (Path(__file__).parents[2] / "docs" / "how-to" / "integrate.md").read_text(encoding="utf-8")
CONTENT = b"contract"


def blocks(kind: str, world: World) -> list[str]:
    found = re.findall(rf"^```{kind}\n(.*?)^```$", HOW_TO, re.MULTILINE | re.DOTALL)
    return [block.replace("https://ttp.example", world.nodes["xx"].url) for block in found]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    # The program asks the machine's clock, so this space lives now.
    made = World(tmp_path / "space", Space(now=datetime.now(UTC).replace(microsecond=0)))
    member = made.add("xx", "p-256")
    made.start()
    here = tmp_path / "here"
    here.mkdir()
    (here / "contract.pdf").write_bytes(CONTENT)
    (here / "contract.p7s").write_bytes(member.pki.sign(CONTENT, member.signer, detached=True))
    (here / "ttp-ca.cer").write_bytes(made.space.root.certificate.raw)
    (here / "ttp-ca.crl").write_bytes(made.space.root.crl().raw)
    (here / "register.p7m").write_bytes((made.nodes["xx"].folder / "register.p7m").read_bytes())
    yield made
    made.close()


def test_the_program_does_what_it_says(world: World, tmp_path: Path) -> None:
    (program,) = blocks("python", world)
    here = tmp_path / "here"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=here, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.startswith("valid "), (done.stdout, done.stderr)
    assert (here / "contract.receipt.dvc").read_bytes()


@pytest.mark.usefixtures("curl")
def test_the_commands_do_what_they_say(world: World, tmp_path: Path) -> None:
    here = tmp_path / "here"
    for block in blocks("sh", world):
        done = subprocess.run(
            ["bash", "-e", "-c", block], cwd=here, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
    for name in ("answer.json", "by-digest.json"):
        answer = json.loads((here / name).read_text(encoding="utf-8"))
        assert answer["outcome"] == "valid", answer
        assert answer["final"] is True
