"""What the demonstration leaves behind can be judged again anywhere, and cannot be changed unnoticed."""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from trustspace.cli.main import main
from trustspace.demo.expected import Way
from trustspace.demo.layout import Space
from trustspace.demo.members import MEMBERS, member
from trustspace.demo.reader import Reader, judge_crossing
from trustspace.receipts.outcome import Outcome

PAIRS = [(a, b) for a in MEMBERS for b in MEMBERS if a is not b]
Cell = tuple[str, str, Way]


def matrix(space: Space) -> dict[Cell, Outcome]:
    """Every cell, judged again from the files alone."""
    now = datetime.now(UTC)
    readers = {who.code: Reader(space, who, now) for who in MEMBERS}
    return {
        (a.code, b.code, way): judge_crossing(space, a, readers[b.code], way).outcome
        for a, b in PAIRS
        for way in Way
    }


@pytest.fixture
def copy(space, tmp_path):
    """A copy of the space that may be changed: trust folders and crossings are all that readers look at."""
    target = Space(tmp_path / "elsewhere")
    shutil.copytree(space.root / "crossings", target.root / "crossings")
    for who in MEMBERS:
        shutil.copytree(space.member(who.code).trust, target.member(who.code).trust)
    return target


def test_the_matrix_comes_out_the_same_from_the_files_alone(copy):
    assert set(matrix(copy).values()) == {Outcome.VALID}


def all_receipts(space: Space) -> Iterator[tuple[Path, Path, str]]:
    """(receipt, document, who reads) of everything that holds."""
    for a, b in PAIRS:
        crossing = space.crossing(a.code, b.code)
        for receipt in (crossing.receipt, crossing.travelling):
            if receipt.exists():
                yield receipt, crossing.document, b.code


def test_every_receipt_copied_elsewhere_verifies_in_a_fresh_process(space, copy):
    words = [
        [
            "receipt",
            "verify",
            str(receipt),
            "--document",
            str(document),
            "--trust",
            str(copy.member(reader).trust),
        ]
        for receipt, document, reader in all_receipts(copy)
    ]
    assert len(words) == 42 + 36
    program = (
        "import sys, json, io, contextlib\n"
        "from trustspace.cli.main import main\n"
        "codes = []\n"
        "for words in json.load(sys.stdin):\n"
        "    with contextlib.redirect_stdout(io.StringIO()):\n"
        "        codes.append(main(words))\n"
        "print(codes)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(words),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert json.loads(done.stdout) == [0] * len(words)


# One byte after another ------------------------------------------------------------------------------------


def flipped(data: bytes, position: int) -> bytes:
    changed = bytearray(data)
    changed[position] ^= 1 << position % 8
    return bytes(changed)


def positions(data: bytes, most: int = 150) -> list[int]:
    """The first and last octets, and as many between them as time allows, shifted from file to file."""
    step = max(1, len(data) // most)
    return sorted(
        {*range(0, 24), *range(len(data) % step, len(data), step), *range(len(data) - 8, len(data))}
    )


@pytest.mark.parametrize("pair", ["ru-by", "kz-ru", "uz-kg", "am-md", "by-uz", "kg-am"])
@pytest.mark.parametrize("name", ["document.txt.p7m", "travelling.dvc", "receipt.dvc"])
def test_no_flipped_byte_in_a_document_or_receipt_passes(copy, pair, name):
    sender, reader = (member(code) for code in pair.split("-"))
    path = copy.root / "crossings" / pair / name
    genuine = path.read_bytes()
    judge = Reader(copy, reader, datetime.now(UTC))
    ways = [Way.ONLINE] if name == "receipt.dvc" else [Way.OFFLINE]
    passed = []
    for position in positions(genuine):
        path.write_bytes(flipped(genuine, position))
        passed += [
            position for way in ways if judge_crossing(copy, sender, judge, way).outcome is Outcome.VALID
        ]
    assert passed == []


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("ttp-ca.cer", ("ru", "by", Way.OFFLINE)),
        ("ttp-ca.crl", ("ru", "by", Way.OFFLINE)),
        ("register.p7m", ("ru", "by", Way.OFFLINE)),
        ("md-issuing.crl", ("md", "by", Way.OFFLINE)),
    ],
)
def test_no_flipped_byte_in_what_is_trusted_passes(copy, name, cell):
    sender, reader, way = member(cell[0]), member(cell[1]), cell[2]
    path = copy.member(reader.code).trust / name
    genuine = path.read_bytes()
    register = Reader(copy, reader, datetime.now(UTC)).snapshot.register
    assert register is not None
    passed = []
    for position in positions(genuine):
        path.write_bytes(flipped(genuine, position))
        judge = Reader(copy, reader, datetime.now(UTC))
        if judge_crossing(copy, sender, judge, way).outcome is not Outcome.VALID:
            continue
        # CMS leaves a few octets uncovered (digestAlgorithms, a version): what is believed must not change.
        if name != "register.p7m" or judge.snapshot.register != register:
            passed.append(position)
    assert passed == []


@pytest.mark.parametrize("name", ["root.cer", "root.crl", "issuing.crl", "ivanova.ocsp"])
def test_no_flipped_byte_in_a_home_authority_passes(space, tmp_path, name):
    """At home, through the command: the root, both CRLs, or OCSP in place of the issuing CA's CRL."""
    ru = space.member("ru")
    needed = ["root.cer", "root.crl", "ivanova.ocsp" if name == "ivanova.ocsp" else "issuing.crl"]
    for each in needed:
        shutil.copy(ru.authority / each, tmp_path)
    genuine = (tmp_path / name).read_bytes()

    def code() -> int:
        words = ["validate", str(ru.document), "--trust", str(tmp_path)]
        errors = io.StringIO()
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(errors):
            answer = main(words)
        assert "inside trustspace" not in errors.getvalue()
        return answer

    assert code() == 0
    passed = []
    for position in positions(genuine):
        (tmp_path / name).write_bytes(flipped(genuine, position))
        if code() == 0:
            passed.append(position)
    assert passed == []


# One file less ---------------------------------------------------------------------------------------------


def column(reader: str) -> set[Cell]:
    return {(a.code, b.code, way) for a, b in PAIRS if b.code == reader for way in Way}


PREDICTED: dict[str, set[Cell]] = {
    "crossings/ru-by/travelling.dvc": {("ru", "by", Way.OFFLINE)},
    "crossings/ru-by/receipt.dvc": {("ru", "by", Way.ONLINE)},
    "crossings/ru-by/document.txt.p7m": {("ru", "by", Way.ONLINE), ("ru", "by", Way.OFFLINE)},
    "crossings/md-kz/receipt.dvc": {("md", "kz", Way.ONLINE)},
    "crossings/uz-md/receipt.dvc": {("uz", "md", Way.ONLINE)},
    "by/trust/register.p7m": column("by"),
    "by/trust/ttp-ca.cer": column("by"),
    # Without the CRL of the CA of the TTP service nobody can tell whether the register's signer still counts.
    "by/trust/ttp-ca.crl": column("by"),
    # Only the reader's own judgement of Moldova's document stands on the CRL of its registered CA.
    "by/trust/md-issuing.crl": {("md", "by", Way.OFFLINE)},
    # Receipts carry their own revocation values, and no foreign document stands on Belarus's own CRLs.
    "by/trust/by-issuing.crl": set(),
    "by/trust/by-root.crl": set(),
    "md/trust/register.p7m": column("md"),
}


@pytest.mark.parametrize("name", PREDICTED)
def test_deleting_a_file_changes_exactly_the_predicted_cells(copy, name):
    (copy.root / name).unlink()
    changed = {cell for cell, outcome in matrix(copy).items() if outcome is not Outcome.VALID}
    assert changed == PREDICTED[name]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_deleting_any_receipts_changes_exactly_their_own_cells(copy, seed):
    """Any subset at once: each receipt is the ground of one cell, and of no other."""
    choose = random.Random(seed)
    predicted = set()
    for a, b in PAIRS:
        crossing = copy.crossing(a.code, b.code)
        for path, way in ((crossing.receipt, Way.ONLINE), (crossing.travelling, Way.OFFLINE)):
            if path.exists() and choose.random() < 0.5:
                path.unlink()
                predicted.add((a.code, b.code, way))
    changed = {cell for cell, outcome in matrix(copy).items() if outcome is not Outcome.VALID}
    assert changed == predicted


def test_deleting_any_registers_changes_exactly_their_readers_columns(copy):
    readers = [who.code for who in MEMBERS][::2]
    for code in readers:
        (copy.member(code).trust / "register.p7m").unlink()
    changed = {cell for cell, outcome in matrix(copy).items() if outcome is not Outcome.VALID}
    assert changed == set().union(*map(column, readers))


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_private_keys_are_for_their_owner_only(space):
    for path in space.root.rglob("*.key"):
        assert path.stat().st_mode & 0o077 == 0
