"""Writes docs/conformance.md: what was found in the corpora, and what their origins say of the same files.

``make conformance``, or ``PYTHONPATH=tests python tests/conformance/report.py``. The corpora lie beside the
project (``../shared/corpora``) or where TRUSTSPACE_CORPORA says. The words are written here; every number and
verdict comes from this run.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path

from report_cades import cades_page
from report_national import national_page
from report_sets import generated_page, sets_page

from support.asking import ask_command
from support.dss_cades import CONTROL_TIME

ROOT = Path(__file__).parents[2]
TARGET = ROOT / "docs" / "conformance.md"


def main() -> int:
    """Write the page; 1 when the corpora are not there."""
    corpora = Path(os.environ.get("TRUSTSPACE_CORPORA", ROOT.parent / "shared" / "corpora"))
    if not corpora.is_dir():
        print(f"The corpora are not there ({corpora}): docs/conformance.md stays as it is.", file=sys.stderr)
        return 1
    blocks = [
        _HEAD.format(time=f"{CONTROL_TIME:%Y-%m-%d}"),
        cades_page(corpora / "dss" / "cades"),
        national_page(corpora / "national"),
        generated_page(corpora / "generated"),
        sets_page(),
        _others(corpora),
        _TAIL,
    ]
    TARGET.write_text("\n".join(block.rstrip() + "\n" for block in blocks), encoding="utf-8")
    return 0


_HEAD = """\
# Conformance: files that others made

<!-- Written by tests/conformance/report.py (make conformance). Change that file, not this one. -->

What happens when trustspace is given signatures, certificates and revocation data that it had no part in
making, and how its answers compare with those of their makers and of OpenSSL. The same comparisons are tests
(`tests/conformance`), so a change on either side shows.

The files are not part of the project; the tests look for them in `../shared/corpora` and skip with a reason
where they are absent. Unless a column says otherwise, files are judged as at {time} under the
policy `basic`.

How to read the words: *digest* is whether the signed data match the message digest, *value* whether the
signature value verifies under the signer's key. `TOTAL-PASSED`, `TOTAL-FAILED` and `INDETERMINATE` are those
of EN 319 102-1. Nobody is trusted by default, so a file that only lacks a trusted authority is
`INDETERMINATE`, never failed.
"""

_TAIL = """\
## What is not judged yet

- Archive time-stamps (levels LTA, A) are read and their own signatures verified; what they cover is not
  computed, so they prove nothing here and the report says so (TIMESTAMP_IMPRINT_UNKNOWN).
- Evidence records, inside signatures or on their own, are named and not judged.
- A signature that mixes several formats, S/MIME mail, and the formats of the table above.
"""


_OTHERS = (
    ("dss/xades", "XAdES"),
    ("dss/pades", "PAdES"),
    ("dss/jades", "JAdES"),
    ("dss/asic-cades", "ASiC with CAdES"),
    ("dss/asic-xades", "ASiC with XAdES"),
    ("dss/er-asn1", "evidence records, ASN.1"),
    ("dss/er-xml", "evidence records, XML"),
    ("trust-lists", "trust lists"),
)


def _others(corpora: Path) -> str:
    lines = [
        "## Formats that are not read yet",
        "",
        "Each file was given to `validate` and to `inspect`; the answer says what the file is and what can",
        "be done, with exit code 2, or is a verdict where the file is a time-stamp or a CMS after all.",
        "",
        "| Folder | Files | No signature of a format that is read | A verdict |",
        "|---|---|---|---|",
    ]
    for name, words in _OTHERS:
        counts: Counter[bool] = Counter()
        for path in sorted((corpora / name).rglob("*")):
            if path.is_file():
                answer = ask_command("validate", path)
                ask_command("inspect", path)
                counts[answer.code == 2] += 1
        row = (f"`{name}` ({words})", sum(counts.values()), counts[True], counts[False])
        lines.append("| " + " | ".join(map(str, row)) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
