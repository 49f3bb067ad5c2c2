"""The corpora's ``generated`` sets, made by OpenSSL with independent engines, through the command."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from support.asking import Answer, Ask
from trustspace.documents.open import open_document
from trustspace.encoding.crl import CertificateList
from trustspace.encoding.pem import decode_any

PASSED = (0, [("TOTAL-PASSED", None)])


@pytest.fixture(scope="module")
def folders(corpora: Path) -> list[Path]:
    found = sorted(path for path in (corpora / "generated").iterdir() if path.is_dir())
    assert len(found) >= 2
    return found


def _moment(folder: Path) -> str:
    crl = CertificateList.parse(decode_any((folder / "int.crl.pem").read_bytes())[0][1])
    return (crl.this_update + timedelta(hours=2)).isoformat()


def _ask(ask: Ask, folder: Path, name: str, *more: str | Path, trust: tuple[str, ...] = ()) -> Answer:
    names = trust or ("root.pem", "root.crl.pem", "int.crl.pem")
    options = [word for each in names for word in ("--trust", folder / each)]
    return ask("validate", folder / name, *options, "--at", _moment(folder), *more)


def test_signatures(folders: list[Path], ask: Ask) -> None:
    for folder in folders:
        content = ("--content", folder / "data.txt")
        for name, more in (("cades.p7s", content), ("att.p7s", ()), ("att.p7s", content)):
            answer = _ask(ask, folder, name, *more)
            assert (answer.code, answer.verdicts) == PASSED, (folder.name, name)
            assert (answer.only["format"], answer.only["level"]) == ("CAdES", "BASELINE-B")
            assert answer.only["intact"] == {"digest": True, "signature": True}
            assert len(answer.only["certificate_chain"]) == 3
        neighbour = _ask(ask, folder, "cades.p7s")
        assert neighbour.verdicts == [("INDETERMINATE", "SIGNED_DATA_NOT_FOUND")]


def test_plain_cms_is_named_and_is_for_the_policy_to_take(folders: list[Path], ask: Ask) -> None:
    for folder in folders:
        answer = _ask(ask, folder, "plain.p7s")
        assert (answer.code, answer.verdicts) == PASSED, folder.name
        assert (answer.only["format"], answer.only["level"]) == ("CMS", "PLAIN")
        strict = _ask(ask, folder, "plain.p7s", "--policy", "ades")
        assert (strict.code, strict.verdicts) == (3, [("INDETERMINATE", "SIG_CONSTRAINTS_FAILURE")])


def test_a_revoked_signer(folders: list[Path], ask: Ask) -> None:
    for folder in folders:
        answer = _ask(ask, folder, "revoked.p7s", "--content", folder / "data.txt")
        assert (answer.code, answer.verdicts) == (3, [("INDETERMINATE", "REVOKED_NO_POE")]), folder.name
        assert answer.only["intact"] == {"digest": True, "signature": True}


def test_time_stamps(folders: list[Path], ask: Ask) -> None:
    for folder in folders:
        for name in ("r.tsr", "token.der"):
            answer = _ask(ask, folder, name, "--content", folder / "data.txt")
            assert (answer.code, answer.verdicts) == PASSED, (folder.name, name)
            wrong = _ask(ask, folder, name, "--content", folder / "q.tsq")
            assert (wrong.code, wrong.verdicts) == (1, [("TOTAL-FAILED", "HASH_FAILURE")])


def test_ocsp_in_place_of_the_crl(folders: list[Path], ask: Ask) -> None:
    for folder in folders:
        content = ("--content", folder / "data.txt")
        trust = ("root.pem", "root.crl.pem", "ocsp.der")
        answer = _ask(ask, folder, "cades.p7s", *content, trust=trust)
        assert (answer.code, answer.verdicts) == PASSED, folder.name


def test_what_passes_with_a_changed_octet_is_still_what_was_signed(
    folders: list[Path], ask: Ask, tmp_path: Path
) -> None:
    """Only what no signature covers (versions, the list of digest algorithms) may change unpunished."""
    changed = tmp_path / "changed.p7s"
    for folder in folders:
        data = (folder / "att.p7s").read_bytes()
        (before,) = open_document(data).signatures
        trust = [
            word
            for name in ("root.pem", "root.crl.pem", "int.crl.pem")
            for word in ("--trust", folder / name)
        ]
        passed = 0
        positions = range(0, len(data), max(1, len(data) // 80))
        for at in positions:
            changed.write_bytes(data[:at] + bytes([data[at] ^ 0x04]) + data[at + 1 :])
            answer = ask("validate", changed, *trust, "--at", _moment(folder))
            if answer.code == 0:
                document = open_document(changed.read_bytes())
                (after,) = document.signatures
                assert after.signed_bytes == before.signed_bytes
                assert [r.actual for r in after.references] == [r.actual for r in before.references]
                assert after.value == before.value
                passed += 1
        assert passed <= len(positions) // 10, folder.name
