"""``trustspace authority``: a folder, officers with keys of their own, exit codes, both languages."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from trustspace.cli.main import main

GROUND = ("--ground-act", "Decision 96", "--ground-article", "5", "--ground-text", "as asked")


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command in this process, in a folder of the test's own; English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ONLINE", "correct horse")
    monkeypatch.chdir(tmp_path)

    def call(*words: str | Path) -> Result:
        capsys.readouterr()
        code = main(["authority", *map(str, words)])
        said = capsys.readouterr()
        return Result(code, said.out, said.err)

    return call


@pytest.fixture
def founded(run: Run) -> Run:
    made = run(
        *("init", "--space", "Test space", "--organisation", "Commission", "--place", "Moscow"),
        *("--address", "http://tsp.example/", "--new-officer", "Anna=anna.key"),
        *("--new-officer", "Boris=boris.key", "--participant", "Gleb=auditor"),
        *("--custody", "root=safe 7"),
    )
    assert made.code == 0, made.err
    return run


@pytest.fixture
def established(founded: Run) -> Run:
    for name in ("anna", "boris"):
        assert founded("approve", "ceremony", "--key", f"{name}.key").code == 0
    return founded


def decided(run: Run, *words: str | Path) -> str:
    """An act that both officers signed."""
    proposed = run(*words, *GROUND, "--key", "anna.key", "--json")
    assert proposed.code == 0, proposed.err
    act = str(proposed.json["act"])
    assert proposed.json["effective"] is None
    approved = run("approve", act, "--key", "boris.key", "--json")
    assert approved.json["effective"] is not None, approved.err
    return act


def request(run: Run, name: str = "ttp", kind: str = "bign-256v1") -> Path:
    import os  # noqa: PLC0415

    from trustspace.algorithms.private import generate  # noqa: PLC0415
    from trustspace.keys.files import write_key_file  # noqa: PLC0415

    key, out = Path(f"{name}.key"), Path(f"{name}.csr")
    write_key_file(key, generate(kind, random=os.urandom), None, random=os.urandom)
    made = run("request", "--key", key, "--subject", "C=BY", "--subject", "CN=ДТС", "--out", out)
    assert made.code == 0, made.err
    return out


def registered(run: Run) -> str:
    act = decided(
        run,
        *("register", "by", "--name", "TTP of Belarus", "--endpoint", "dvcs=https://by.example/dvcs"),
        *("--profile", "by", "--request", request(run)),
    )
    issued = run("issue", act, "--json")
    assert issued.code == 0, issued.err
    return str(issued.json["certificates"][0]["certificate_sha256"])


def test_the_ceremonys_record_tells_what_was_done(founded: Run) -> None:
    for language, words in (
        ("en", ["RECORD OF THE KEY CEREMONY", "safe 7", "Gleb, auditor", "NOT YET SIGNED", "Moscow"]),
        ("ru", ["ПРОТОКОЛ ЦЕРЕМОНИИ", "safe 7", "Gleb, auditor", "ЕЩЁ НЕ ПОДПИСАЛ(А)", "Moscow"]),
    ):
        said = founded("ceremony", "--lang", language)
        assert said.code == 0
        for word in words:
            assert word in said.out
    values = founded("ceremony", "--json").json
    assert not values["established"]
    for digest in (*values["certificates"].values(), values["act"]):
        assert digest in founded("ceremony").out
    assert len(values["ceremony"]["software"]["sha256"]) == 64
    assert founded("approve", "ceremony", "--key", "anna.key").code == 0
    assert "signed   ____" in founded("ceremony").out


def test_a_folder_is_taken_once(founded: Run) -> None:
    journal = Path("authority/journal.jsonl").read_bytes()
    again = founded(
        *("init", "--space", "x", "--organisation", "x", "--place", "x", "--address", "http://x/"),
    )
    assert again.code == 2
    assert "lives in" in again.err
    assert Path("authority/journal.jsonl").read_bytes() == journal


def test_the_authoritys_keys_are_encrypted_where_a_password_is_named(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = run(
        *("init", "--space", "x", "--organisation", "x", "--place", "x", "--address", "http://x/"),
        *("--new-officer", "Anna=anna.key", "--new-officer", "Boris=boris.key", "--password", "env:ONLINE"),
    )
    assert begun.code == 0, begun.err
    for name in ("issuing", "register", "ocsp"):
        assert b"ENCRYPTED PRIVATE KEY" in Path(f"authority/keys/{name}.key").read_bytes()
    assert run("crl").code == 0
    monkeypatch.setenv("ONLINE", "wrong")
    refused = run("crl")
    assert refused.code == 2
    assert "correct horse" not in refused.err + begun.out


def test_a_ceremony_that_fails_leaves_no_journal(run: Run) -> None:
    few = run(
        *("init", "--space", "x", "--organisation", "x", "--place", "x", "--address", "http://x/"),
        *("--new-officer", "Anna=anna.key"),
    )
    assert few.code == 1
    assert "1 officers" in few.err
    assert not Path("authority").exists()
    assert not Path("anna.key").exists()
    # So that the same can be done again, right.
    again = run(
        *("init", "--space", "x", "--organisation", "x", "--place", "x", "--address", "http://x/"),
        *("--new-officer", "Anna=anna.key", "--new-officer", "Boris=boris.key"),
    )
    assert again.code == 0, again.err


def test_from_registration_to_revocation(established: Run) -> None:
    run = established
    certificate = registered(run)
    published = run("publish", "--json")
    assert published.code == 0, published.err
    for name in ("register.p7m", "ttp-ca.cer", "ttp-ca.crl", "root.cer", "root.crl"):
        assert Path("authority/published", name).stat().st_size > 0
    shown = run("show", "--json").json
    (ttp,) = shown["ttps"]
    assert (ttp["member"], ttp["status"], ttp["certificates"][0]["sha256"]) == ("by", "granted", certificate)

    decided(run, "suspend", "by")
    assert run("show", "--json").json["ttps"][0]["status"] == "suspended"
    decided(run, "resume", "by")
    decided(
        run, "revoke", certificate, "--reason", "keyCompromise", "--invalid-since", "2026-01-01T00:00:00Z"
    )
    row = run("show", "--json").json["ttps"][0]["certificates"][0]
    assert row["status"] == "revoked"
    assert row["history"][-1]["reason"] == "keyCompromise"
    assert row["history"][-1]["invalid_since"] == "2026-01-01T00:00:00Z"
    assert row["history"][-1]["ground"] == "Decision 96, 5: as asked"
    second = run("publish", "--json").json
    assert second["sequence"] > published.json["sequence"]
    verified = run("verify", "--json")
    assert verified.code == 0
    # Before anything happened, nobody was registered.
    assert run("show", "--at", "2020-01-01", "--json").json["ttps"] == []


def test_the_register_is_believed_by_the_commands_readers(established: Run, capsys: Any) -> None:
    registered(established)
    established("publish")
    capsys.readouterr()
    code = main(["inspect", "authority/published/register.p7m"])
    assert code == 0
    assert "by" in capsys.readouterr().out


def test_what_the_rules_refuse_is_1_and_what_cannot_be_used_is_2(established: Run) -> None:
    run = established
    act = run(
        *(
            "register",
            "by",
            "--name",
            "TTP",
            "--request",
            request(run),
            *GROUND,
            "--key",
            "anna.key",
            "--json",
        )
    ).json["act"]
    for words, code, part in (
        (("issue", act), 1, "1 of 2 signatures"),
        (("approve", act, "--key", "anna.key"), 1, "counts once"),
        (("approve", act, "--key", "ttp.key"), 1, "not that of an officer"),
        (("approve", "abcdef1", "--key", "anna.key"), 1, "no act abcdef1"),
        (("suspend", "kz", *GROUND, "--key", "anna.key"), 1, "Nothing is known of kz"),
        (("show", "--dir", "nowhere"), 2, "no authority in nowhere"),
        (("approve", act, "--key", "missing.key"), 2, "missing.key"),
        (("verify", "--head", "x"), 2, "--head"),
        (("register", "kz", *GROUND, "--key", "anna.key"), 2, "--name"),
        (("approve", act), 2, "--key"),
        ((), 2, "ACTION"),
    ):
        said = run(*words)
        assert (said.code, part in said.err) == (code, True), (words, said)
    russian = run("issue", act, "--lang", "ru", "--json")
    assert russian.code == 1
    assert "подписей: 1 из 2" in russian.json["error"]["message"]
    assert russian.json["error"]["code"] == "ACT_NOT_IN_EFFECT"


def test_a_tampered_journal_is_refused_by_every_action(established: Run) -> None:
    run = established
    journal = Path("authority/journal.jsonl")
    lines = journal.read_bytes().splitlines(keepends=True)
    lines[1] = lines[1].replace(b'"issuer":"root"', b'"issuer":"issuing"')
    journal.write_bytes(b"".join(lines))
    said = run("verify")
    assert said.code == 1
    assert "Record 2 (crl) was changed" in said.err
    russian = run("verify", "--lang", "ru")
    assert "Запись 2 (crl) изменена" in russian.err
    for words in (("show",), ("publish",), ("approve", "ceremony", "--key", "anna.key")):
        assert run(*words).code == 1
    assert journal.read_bytes() == b"".join(lines)


def test_an_end_that_was_cut_off_shows_in_the_published_register(established: Run) -> None:
    run = established
    registered(run)
    run("publish")
    journal = Path("authority/journal.jsonl")
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:-1]))
    said = run("verify")
    assert said.code == 1
    assert "cut off" in said.err


def test_a_disk_that_is_full_leaves_the_journal_as_it_was(
    established: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os  # noqa: PLC0415

    journal = Path("authority/journal.jsonl")
    before, write = journal.read_bytes(), os.write

    def full(handle: int, data: Any) -> int:
        if len(data) > 100:
            return write(handle, data[:100])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("trustspace.authority.folder.os.write", full)
        said = established("crl")
    assert said.code == 2
    assert "No space left" in said.err
    assert journal.read_bytes() == before


def test_what_was_lost_of_the_public_files_is_made_again(established: Run) -> None:
    registered(established)
    (issued,) = Path("authority/certificates").iterdir()
    whole = issued.read_bytes()
    for folder in ("authority/certificates", "authority/published"):
        for path in Path(folder).iterdir():
            path.unlink()
    assert established("publish").code == 0
    assert issued.read_bytes() == whole
    assert len(list(Path("authority/published").iterdir())) == 5


def test_the_published_folder_is_all_that_trust_needs(established: Run) -> None:
    from datetime import UTC, datetime  # noqa: PLC0415

    from trustspace.cli.console import Console  # noqa: PLC0415
    from trustspace.cli.language import Language  # noqa: PLC0415
    from trustspace.cli.trust_state import load_trust  # noqa: PLC0415

    registered(established)
    established("publish")
    trust = load_trust(["authority/published"], datetime.now(UTC), Console(Language.ENGLISH))
    assert trust.snapshot.register is not None
    assert trust.snapshot.register.members == ("by",)


def test_one_process_writes_at_a_time(established: Run) -> None:
    import fcntl  # noqa: PLC0415

    with Path("authority/journal.jsonl").open("ab") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        said = established("publish")
    assert said.code == 2
    assert "Another process" in said.err


def test_officers_and_the_quorum_change_by_acts(established: Run, run: Run) -> None:
    run(
        *("init", "--dir", "other", "--space", "x", "--organisation", "x", "--place", "x"),
        *("--address", "http://x/", "--new-officer", "Vera=vera.key", "--new-officer", "Gleb=gleb.key"),
    )
    decided(established, "officer", "add", "--name", "Vera", "--certificate", "vera.crt")
    decided(established, "quorum", "3")
    shown = established("show", "--json").json
    assert (len(shown["officers"]), shown["quorum"]) == (3, 3)
    refused = established("officer", "remove", "--certificate", "anna.crt", *GROUND, "--key", "boris.key")
    assert refused.code == 1


def test_the_authoritys_signers_get_new_keys(established: Run) -> None:
    run = established
    for service in ("register", "ocsp"):
        before = {path.name for path in Path("authority/keys").iterdir()}
        act = decided(run, "renew", service)
        assert run("issue", act).code == 0
        new = {path.name for path in Path("authority/keys").iterdir()} - before
        assert sorted(name.rpartition(".")[2] for name in new) == ["crt", "key"]
        assert all(name.startswith(f"{service}-") for name in new)
        assert run("publish").code == 0
    assert run("verify").code == 0


def test_help_speaks_both_languages(run: Run) -> None:
    for words in (["--help"], ["init", "--help"], ["revoke", "--help"]):
        english, russian = run(*words, "--lang", "en"), run("--lang", "ru", *words)
        assert (english.code, russian.code) == (0, 0)
        assert not any("а" <= letter <= "я" for letter in english.out)
        assert any("а" <= letter <= "я" for letter in russian.out)
