"""``trustspace validate``: verdicts, exit codes, the JSON contract, facts kept and judged again."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trustspace.algorithms.digests import digest_by_name

SIGNATURE_KEYS = {
    *("id", "format", "level", "indication", "sub_indication", "intact", "signer", "claimed_signing_time"),
    *("best_signature_time", "algorithms", "certificate_chain", "timestamps", "causes", "scope"),
}
REPORT_KEYS = {"indication", "signatures", "control_time", "policy", "snapshot", "evidence", "engine"}


def flipped(path, tmp_path, needle: bytes, change: bytes):
    """A copy of a signed document with one passage of its text changed."""
    data = path.read_bytes()
    assert data.count(needle) == 1
    copy = tmp_path / path.name
    copy.write_bytes(data.replace(needle, change))
    return copy


def test_a_good_signature_passes(run, ru, trusted):
    result = run("validate", ru.document, *trusted)
    assert result.code == 0
    first = result.out.split("\n", 1)[0]
    assert first.startswith("The signature is valid: Иванова Мария Сергеевна")
    assert "INN 500100732185" in result.out
    assert result.err == ""


def test_the_report_in_russian(run, ru, trusted, monkeypatch):
    monkeypatch.setenv("LANG", "ru_RU.UTF-8")
    result = run("validate", ru.document, *trusted)
    assert result.out.startswith("Подпись действительна: ")
    assert "ИНН 500100732185" in result.out
    assert run("validate", ru.document, *trusted, "--lang", "en").out.startswith("The signature is valid")


def test_the_json_contract(run, ru, trusted):
    result = run("validate", ru.document, *trusted, "--json")
    report = json.loads(result.out)
    assert set(report) >= REPORT_KEYS
    assert report["indication"] == "TOTAL-PASSED"
    (signature,) = report["signatures"]
    assert set(signature) >= SIGNATURE_KEYS
    assert signature["intact"] == {"digest": True, "signature": True}
    assert signature["level"] == "BASELINE-T"
    assert signature["signer"]["identity"]["INN"] == "500100732185"
    assert len(signature["certificate_chain"]) == 3
    assert report["snapshot"].startswith("sha256:")
    assert report["policy"].keys() == {"name", "sha256"}
    assert run("validate", ru.document, *trusted, "--report", "json").code == 0


def test_a_changed_document_fails(run, ru, trusted, tmp_path):
    copy = flipped(ru.document, tmp_path, b"it binds nobody", b"it binds anyone")
    result = run("validate", copy, *trusted)
    assert result.code == 1
    assert result.out.startswith("The signature is NOT valid. ")
    report = json.loads(run("validate", copy, *trusted, "--json").out)
    assert report["signatures"][0]["sub_indication"] == "HASH_FAILURE"
    assert report["signatures"][0]["causes"][0]["remedy"]


def test_a_revoked_signer_fails(run, ru, trusted):
    result = run("validate", ru.documents / "signed-after-revocation.txt.p7m", *trusted, "--json")
    assert result.code == 1
    assert json.loads(result.out)["signatures"][0]["sub_indication"] == "REVOKED"


def test_nobody_is_trusted_by_default(run, ru):
    result = run("validate", ru.document)
    assert result.code == 3
    assert result.out.startswith("Whether the signature is valid cannot be decided. ")
    assert "--trust" in result.out


def test_an_unknown_algorithm_is_undetermined_never_invalid(space, fresh):
    # The stand-in is made in a process of its own, so that this one never learns its algorithm.
    build = [sys.executable, "-m", "trustspace.demo.member_process", str(space.root), "uz"]
    subprocess.run(build, check=True, timeout=60)
    result = fresh(
        "validate", space.member("uz").document, "--trust", space.member("uz").authority / "root.cer"
    )
    assert result.code == 3
    assert "2.25." in result.out


def test_a_detached_signature_finds_its_document_beside_it(run, ru, trusted):
    result = run("validate", ru.detached, *trusted)
    assert result.code == 0
    assert "taken from beside it" in result.out


def test_a_detached_signature_alone_is_undetermined(run, ru, trusted, tmp_path):
    alone = tmp_path / "document.txt.p7s"
    shutil.copy(ru.detached, alone)
    result = run("validate", alone, *trusted, "--json")
    assert result.code == 3
    assert json.loads(result.out)["signatures"][0]["sub_indication"] == "SIGNED_DATA_NOT_FOUND"


def test_content_and_digest_say_the_same(run, ru, trusted, tmp_path):
    alone = tmp_path / "signature.p7s"
    shutil.copy(ru.detached, alone)
    document = ru.documents / "document.txt"
    assert run("validate", alone, *trusted, "--content", document).code == 0
    inspected = json.loads(run("inspect", alone, "--json").out)
    assert inspected["signatures"][0]["digest_algorithm"] == "Streebog-256"
    digest = digest_by_name("Streebog-256").digest(document.read_bytes()).hex()
    stamp = hashlib.sha256(document.read_bytes()).hexdigest()
    both = ("--digest", f"streebog-256={digest}", "--digest", f"sha256={stamp}")
    assert run("validate", alone, *trusted, *both).code == 0
    wrong = digest[:-2] + f"{int(digest[-2:], 16) ^ 1:02x}"
    assert run("validate", alone, *trusted, "--digest", f"streebog-256={wrong}").code == 1
    assert run("validate", alone, *trusted, "--digest", f"sha256={stamp}").code == 3


def test_judging_at_another_time(run, ru, trusted):
    later = (datetime.now(UTC) + timedelta(days=400)).isoformat()
    result = run("validate", ru.document, *trusted, "--at", later, "--json")
    assert result.code == 3
    report = json.loads(result.out)
    assert report["control_time"].startswith(later[:10])


def test_the_report_goes_to_a_file(run, ru, trusted, tmp_path):
    out = tmp_path / "report.json"
    result = run("validate", ru.document, *trusted, "--json", "--out", out)
    assert (result.code, result.out) == (0, "")
    assert json.loads(out.read_text())["indication"] == "TOTAL-PASSED"


def test_stored_facts_give_the_same_report_in_a_fresh_process(run, fresh, ru, trusted, tmp_path):
    folder = tmp_path / "copy"
    folder.mkdir()
    for name in ("document.txt", "document.txt.p7s"):
        shutil.copy(ru.documents / name, folder)
    facts = tmp_path / "facts.json"
    first = run("validate", folder / "document.txt.p7s", *trusted, "--facts-out", facts, "--json")
    shutil.rmtree(folder)
    again = fresh("validate", "--replay", facts, "--json")
    assert (again.code, again.out) == (first.code, first.out)


def test_stored_facts_under_another_policy_give_what_a_fresh_run_would(run, fresh, ru, trusted, tmp_path):
    facts = tmp_path / "facts.json"
    moment = datetime.now(UTC).replace(microsecond=0).isoformat()
    policy = tmp_path / "strict.toml"
    shipped = run("validate", ru.document, *trusted, "--policy", "ades", "--at", moment, "--json")
    run("validate", ru.document, *trusted, "--at", moment, "--facts-out", facts)
    replayed = fresh("validate", "--replay", facts, "--policy", "ades", "--at", moment, "--json")
    assert replayed.out == shipped.out
    policy.write_text('[revocation]\nmax_age = "1m"\n')
    strict = run("validate", ru.document, *trusted, "--policy", policy, "--at", moment, "--json")
    replayed = fresh("validate", "--replay", facts, "--policy", policy, "--at", moment, "--json")
    assert (replayed.code, replayed.out) == (strict.code, strict.out)
    assert strict.code == 3


@pytest.mark.parametrize("word", ["basic", "ades"])
def test_shipped_policies_go_by_name(run, ru, trusted, word):
    report = json.loads(run("validate", ru.document, *trusted, "--policy", word, "--json").out)
    assert report["policy"]["name"] == word


def test_a_reader_that_goes_away_does_not_change_the_verdict(fresh, ru, trusted):
    words = [sys.executable, "-m", "trustspace.cli.main", "validate", str(ru.document), *trusted]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0
    assert errors == b""


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_a_mutated_signature_is_judged_or_refused(mutated_document, data):
    raw, validate = mutated_document
    changed = bytearray(raw)
    for _ in range(data.draw(st.integers(1, 3))):
        changed[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(len(raw) // 2, len(raw)))
    code, errors = validate(bytes(changed[:cut]))
    assert code in (0, 1, 2, 3)
    assert "inside trustspace" not in errors
