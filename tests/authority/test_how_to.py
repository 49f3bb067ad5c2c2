"""The how-to is walked as it stands there."""

from __future__ import annotations

import json
from pathlib import Path

from support.command import run_command, run_shown, shown_commands

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "run-the-authority.md"
PLACEHOLDER = "3f9c02d1a7e4"


def _last_act(folder: Path) -> str:
    for line in reversed((folder / "authority/journal.jsonl").read_bytes().splitlines()):
        record = json.loads(line)
        if record["kind"] == "approval":
            return str(record["body"]["act"])
        if record["kind"] == "proposal":
            shown = run_command("authority", "show", "--json", cwd=folder)
            return str(json.loads(shown.out)["open_acts"][-1]["act"])
    raise AssertionError("no act")


def test_every_command_of_the_how_to_does_what_it_says(tmp_path: Path) -> None:
    lines = list(shown_commands(HOW_TO))
    assert len(lines) > 15
    for line in lines:
        command = line.replace(PLACEHOLDER, _last_act(tmp_path)) if PLACEHOLDER in line else line
        done = run_shown(command, tmp_path)
        assert done.code == 0, (line, done.err)
    assert "safe 7, two seals" in (tmp_path / "ceremony.txt").read_text(encoding="utf-8")
    shown = json.loads(run_command("authority", "show", "--json", cwd=tmp_path).out)
    assert [ttp["status"] for ttp in shown["ttps"]] == ["withdrawn"]
