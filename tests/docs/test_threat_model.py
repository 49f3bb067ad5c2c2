"""The threat model names its proofs; each of them exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "threat-model.md").read_text()
_PROOF = re.compile(r"`((?:tests|docs|native)/[^`:]+)?(?:::(test_\w+))?`")


def _proofs() -> list[tuple[str, str | None]]:
    found: list[tuple[str, str | None]] = []
    file = ""
    for path, test in _PROOF.findall(PAGE):
        file = path or file
        if path or test:
            found.append((file, test or None))
    return found


@pytest.mark.parametrize(("file", "test"), _proofs())
def test_every_proof_exists(file: str, test: str | None) -> None:
    text = (ROOT / file).read_text()
    assert test is None or f"def {test}(" in text


def test_every_threat_has_a_control_and_a_proof() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| threat")]
    assert len(rows) > 20
    for row in rows:
        threat, control, proof = (cell.strip() for cell in row.strip("|").split("|"))
        assert threat
        assert control
        assert "`" in proof, threat
