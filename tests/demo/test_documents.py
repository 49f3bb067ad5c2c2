"""The commands that the documents show are run as they stand there, and give what the text says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.command import run_shown, shown_commands

ROOT = Path(__file__).parents[2]

README_CODES = [0, 3, 0, 0, 1, 3, 0, 0, 0]
"""Valid at home, undecided abroad, two receipts that hold, changed, stolen key, three looks inside."""
TUTORIAL_CODES = [0, 0, 3, 0, 0, 0, 1, 3, 0, 0, 0, 0, 1]
"""Demo, home, abroad, register, two receipts, changed, unreachable, letter: sign, valid, rewritten, not."""


def test_the_walk_of_the_readme(ran, tmp_path):
    (tmp_path / "space").symlink_to(ran.space.root)
    lines = list(shown_commands(ROOT / "README.md"))
    results = [run_shown(line, tmp_path) for line in lines]
    assert [result.code for result in results] == README_CODES
    assert all(result.out and not result.err for result in results)


def test_the_readme_shows_the_matrix_that_a_newcomer_sees(ran):
    shown = (ROOT / "README.md").read_text(encoding="utf-8").partition("<!-- excerpt: demo -->")[2]
    excerpt = shown.partition("<!-- end -->")[0].strip().strip("`").strip("\n")
    assert len(excerpt.splitlines()) > 20
    for line in excerpt.splitlines():
        if "…" not in line and " s." not in line and "(former key)" not in line and line != "$ make run":
            assert line in ran.out, line


def test_the_tutorial(tmp_path):
    lines = list(shown_commands(ROOT / "docs" / "tutorials" / "first-crossing.md"))
    results = [run_shown(line, tmp_path) for line in lines]
    assert [result.code for result in results] == TUTORIAL_CODES


def test_the_spaces_own_readme(ran):
    text = (ran.space.root / "README.md").read_text(encoding="utf-8")
    folder, codes = ran.space.root, []
    for line in re.findall(r"^(?:trustspace|cd) .*$", text, re.MULTILINE):
        if line.startswith("cd "):
            folder = (folder / line[3:]).resolve()
        else:
            codes.append(run_shown(line, folder).code)
    assert codes == [0, 3, 0, 0, 1, 3, 0, 0, 0]


OWN_DOCUMENTS = [
    "README.md",
    "docs/README.md",
    "docs/tutorials/first-crossing.md",
    "docs/how-to/validate.md",
    "docs/reference/command.md",
]


@pytest.mark.parametrize("path", OWN_DOCUMENTS)
def test_links_lead_somewhere(path):
    document = ROOT / path
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text(encoding="utf-8")):
        assert (document.parent / target).exists(), target
