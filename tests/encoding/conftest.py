"""The files that others made, as octets without their text envelopes."""

from __future__ import annotations

from pathlib import Path

import pytest

from trustspace.encoding.pem import decode_any
from trustspace.errors import MalformedEncoding

# What lies in the folders but is no DER or BER: documents, containers, XML.
_OTHER = {".txt", ".xml", ".pdf", ".zip", ".json", ".md", ".plain", ".conf", ".cnf", ".key", ".tsv"}


def _encoded(folder: Path) -> dict[str, bytes]:
    found = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.suffix in _OTHER:
            continue
        try:
            items = decode_any(path.read_bytes())
        except MalformedEncoding:
            continue
        for number, (label, data) in enumerate(items):
            if label is None or "PRIVATE" not in label:
                found[f"{path.relative_to(folder.parent)}#{number}"] = data
    return found


@pytest.fixture(scope="session")
def foreign_files(corpora: Path) -> dict[str, bytes]:
    """Every encoded file of the corpora, by name."""
    return {
        **_encoded(corpora / "generated"),
        **_encoded(corpora / "national"),
        **_encoded(corpora / "dss" / "cades"),
    }
