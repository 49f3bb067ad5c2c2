"""Every other file of the corpora: formats that are not read yet get a clear answer, quickly."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from support.asking import Ask

LIMIT = 3.0
FOLDERS = (
    *(f"dss/{name}" for name in ("xades", "pades", "jades", "asic-cades", "asic-xades", "er-asn1", "er-xml")),
    "trust-lists",
)


@pytest.mark.parametrize("name", FOLDERS)
def test_a_clear_answer_or_a_verdict(name: str, corpora: Path, ask: Ask) -> None:
    folder = corpora / name
    if not folder.is_dir():
        pytest.skip(f"the corpus is not there ({folder})")
    asked = 0
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        for command in ("validate", "inspect"):
            start = time.process_time()
            answer = ask(command, path)
            assert time.process_time() - start < LIMIT, path.name
            assert answer.code in (0, 1, 2, 3), path.name
            if command == "validate" and answer.code != 2:
                # Nobody is trusted: nothing can pass.
                assert answer.code in (1, 3), path.name
            assert answer.code != 2 or answer.error == "" or path.name in answer.error, path.name
        asked += 1
    assert asked > 0
