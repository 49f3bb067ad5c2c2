"""Sets like the corpora's ``generated``, made by OpenSSL on every key algorithm it has, through the command.

The recipe (``support.openssl_set``) makes what a member's PKI makes; the command must judge each object as
the design says, with the exit code that belongs to it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from support.asking import Ask
from support.openssl_set import COMMON, GOST_2001, GOST_2012, KeyKind, OpenSSLSet
from trustspace.cli.main import main

Sets = Callable[[KeyKind], OpenSSLSet]

PASSED = ("TOTAL-PASSED", None)
REVOKED = ("INDETERMINATE", "REVOKED_NO_POE")
CHANGED = ("TOTAL-FAILED", "HASH_FAILURE")
KINDS = (*GOST_2012, *COMMON)
FEW = (GOST_2012[5], GOST_2012[11], COMMON[0], COMMON[1])
"""256 on a twisted Edwards set, 512 on the other one, RSA, ECDSA: where the code paths differ."""


def each(kinds: tuple[KeyKind, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("kind", kinds, ids=lambda kind: kind.name)


@each(KINDS)
def test_the_four_signatures_of_a_set(kind: KeyKind, sets: Sets, ask: Ask) -> None:
    made = sets(kind)
    content = ("--content", made.path("data.txt"))
    for name, more, form, verdict, code in (
        ("cades.p7s", content, ("CAdES", "BASELINE-B"), PASSED, 0),
        ("att.p7s", (), ("CAdES", "BASELINE-B"), PASSED, 0),
        ("att.p7s", content, ("CAdES", "BASELINE-B"), PASSED, 0),
        ("plain.p7s", (), ("CMS", "PLAIN"), PASSED, 0),
        ("revoked.p7s", content, ("CAdES", "BASELINE-B"), REVOKED, 3),
    ):
        answer = ask("validate", made.path(name), *more, *made.trust())
        signature = answer.only
        assert (answer.code, answer.verdicts) == (code, [verdict]), name
        assert (signature["format"], signature["level"]) == form, name
        assert signature["intact"] == {"digest": True, "signature": True}, name
        assert signature["algorithms"]["signature"].startswith(kind.scheme), name
        assert len(signature["certificate_chain"]) == 3, name


@each(KINDS)
def test_a_time_stamp_over_its_document_and_over_another(kind: KeyKind, sets: Sets, ask: Ask) -> None:
    made = sets(kind)
    right = ask("validate", made.path("r.tsr"), "--content", made.path("data.txt"), *made.trust())
    assert (right.code, right.verdicts) == (0, [PASSED])
    assert right.only["scope"][1]["intact"] is True
    wrong = ask("validate", made.path("r.tsr"), "--content", made.path("other.txt"), *made.trust())
    assert (wrong.code, wrong.verdicts) == (1, [CHANGED])


@each(KINDS)
def test_ocsp_in_place_of_the_crl(kind: KeyKind, sets: Sets, ask: Ask) -> None:
    made = sets(kind)
    made.ocsp("by-key.der", "-resp_key_id")
    made.ocsp("national.der", digest=kind.digest)
    made.ocsp("about-revoked.der", about="rev")
    for name, signed, code, verdict in (
        ("ocsp.der", "cades.p7s", 0, PASSED),
        ("by-key.der", "cades.p7s", 0, PASSED),
        ("national.der", "cades.p7s", 0, PASSED),
        ("about-revoked.der", "revoked.p7s", 3, REVOKED),
        ("about-revoked.der", "cades.p7s", 3, ("INDETERMINATE", "TRY_LATER")),
    ):
        answer = ask(
            *("validate", made.path(signed), "--content", made.path("data.txt")),
            *made.trust("root.pem", "root.crl.pem", name),
        )
        assert (answer.code, answer.verdicts) == (code, [verdict]), name


@each(KINDS)
def test_a_changed_document_and_a_missing_one(kind: KeyKind, sets: Sets, ask: Ask, tmp_path: Path) -> None:
    made = sets(kind)
    changed = ask("validate", made.path("cades.p7s"), "--content", made.path("other.txt"), *made.trust())
    assert (changed.code, changed.verdicts) == (1, [CHANGED])
    assert changed.only["intact"] == {"digest": False, "signature": True}
    alone = tmp_path / "cades.p7s"
    alone.write_bytes(made.path("cades.p7s").read_bytes())
    missing = ask("validate", alone, *made.trust())
    assert (missing.code, missing.verdicts) == (3, [("INDETERMINATE", "SIGNED_DATA_NOT_FOUND")])
    attached = ask("validate", made.path("att.p7s"), "--content", made.path("other.txt"), *made.trust())
    assert (attached.code, attached.verdicts) == (1, [CHANGED])


@each(KINDS)
def test_our_signature_with_their_key_verifies_on_both_sides(
    kind: KeyKind, sets: Sets, ask: Ask, capsys: pytest.CaptureFixture[str]
) -> None:
    made = sets(kind)
    options = ("--key", "ee.key", "--certificate", "ee.pem", "--chain", "int.pem", "--out", "ours.p7s")
    paths = [word if word.startswith("--") else str(made.path(word)) for word in options]
    assert main(["sign", str(made.path("data.txt")), "--detached", *paths]) == 0, capsys.readouterr().err
    answer = ask("validate", made.path("ours.p7s"), "--content", made.path("data.txt"), *made.trust())
    assert (answer.code, answer.verdicts) == (0, [PASSED])
    said = made.tool.run(
        *("cms", "-verify", "-binary", "-cades", "-inform", "DER", "-in", "ours.p7s"),
        *("-content", "data.txt", "-CAfile", "root.pem", "-out", "verified"),
    )
    assert "successful" in said


def test_bign_on_every_curve(
    bign_sets: list[OpenSSLSet], ask: Ask, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All of the above with the engine of the standards' authors."""
    for made in bign_sets:

        def give(_: KeyKind, made: OpenSSLSet = made) -> OpenSSLSet:
            return made

        test_the_four_signatures_of_a_set(made.kind, give, ask)
        test_a_time_stamp_over_its_document_and_over_another(made.kind, give, ask)
        test_ocsp_in_place_of_the_crl(made.kind, give, ask)
        test_a_changed_document_and_a_missing_one(made.kind, give, ask, tmp_path)
        test_our_signature_with_their_key_verifies_on_both_sides(made.kind, give, ask, capsys)
        test_other_ways_to_sign(made.kind, give, ask)


@each(FEW)
def test_other_ways_to_sign(kind: KeyKind, sets: Sets, ask: Ask) -> None:
    made = sets(kind)
    content = ("--content", made.path("data.txt"))
    made.sign("key-identifier.p7s", "ee", "-cades", "-keyid")
    made.sign("no-attributes.p7s", "ee", "-noattr", "-nodetach")
    made.sign("no-attributes-detached.p7s", "ee", "-noattr")
    made.sign("ber.p7s", "ee", "-cades", "-nodetach", "-stream")
    made.sign("two.p7s", "ee", "-cades", "-nodetach", "-signer", "second.pem", "-inkey", "second.key")
    made.sign("one-revoked.p7s", "ee", "-cades", "-nodetach", "-signer", "rev.pem", "-inkey", "rev.key")
    made.tool.run("cms", "-cmsout", "-inform", "DER", "-in", "att.p7s", "-outform", "PEM", "-out", "att.pem")
    assert made.path("ber.p7s").read_bytes()[:2] == b"\x30\x80"
    for name, more, code, verdicts in (
        ("key-identifier.p7s", content, 0, [PASSED]),
        ("no-attributes.p7s", (), 0, [PASSED]),
        ("no-attributes-detached.p7s", content, 0, [PASSED]),
        ("ber.p7s", (), 0, [PASSED]),
        ("att.pem", (), 0, [PASSED]),
        ("two.p7s", (), 0, [PASSED, PASSED]),
        ("one-revoked.p7s", (), 3, sorted([PASSED, REVOKED], key=str)),
    ):
        answer = ask("validate", made.path(name), *more, *made.trust())
        assert answer.code == code, name
        assert sorted(answer.verdicts, key=str) == sorted(verdicts, key=str), name


@each(FEW)
def test_without_attributes_a_wrong_document_breaks_the_value(kind: KeyKind, sets: Sets, ask: Ask) -> None:
    made = sets(kind)
    made.sign("bare.p7s", "ee", "-noattr")
    answer = ask("validate", made.path("bare.p7s"), "--content", made.path("other.txt"), *made.trust())
    assert (answer.code, answer.verdicts) == (1, [("TOTAL-FAILED", "SIG_CRYPTO_FAILURE")])
    assert answer.only["intact"]["signature"] is False


@each(FEW)
def test_a_signer_whose_certificate_is_not_in_the_file(kind: KeyKind, sets: Sets, ask: Ask) -> None:
    made = sets(kind)
    made.sign("no-certificates.p7s", "ee", "-cades", "-nocerts", "-nodetach")
    without = ask("validate", made.path("no-certificates.p7s"), *made.trust())
    assert (without.code, without.verdicts) == (3, [("INDETERMINATE", "NO_SIGNING_CERTIFICATE_FOUND")])
    files = ("ee.pem", "int.pem", "int.crl.pem")
    given = ask("validate", made.path("no-certificates.p7s"), *made.trust(*files))
    assert (given.code, given.verdicts) == (0, [PASSED])


@each(FEW)
def test_periods_and_times(kind: KeyKind, sets: Sets, ask: Ask) -> None:
    made = sets(kind)
    content = ("--content", made.path("data.txt"))
    made.issue("old", "person", "-startdate", "20200101000000Z", "-enddate", "20210101000000Z")
    made.issue("future", "person", "-startdate", "20450101000000Z", "-enddate", "20460101000000Z")
    for signer in ("old", "future"):
        made.sign(f"{signer}.p7s", signer, "-cades")
    out_of_bounds = [("INDETERMINATE", "OUT_OF_BOUNDS_NO_POE")]
    for name, more in (
        ("old.p7s", ()),
        ("future.p7s", ()),
        ("cades.p7s", ("--at", "2099-01-01T00:00:00Z")),
        ("cades.p7s", ("--at", "1999-01-01T00:00:00Z")),
        ("revoked.p7s", ("--at", "2099-01-01T00:00:00Z")),
    ):
        answer = ask("validate", made.path(name), *content, *made.trust(), *more)
        assert answer.code == 3, name
        if name == "revoked.p7s":
            assert answer.verdicts in ([REVOKED], out_of_bounds), name
        else:
            assert answer.verdicts == out_of_bounds, name


@each(FEW)
def test_what_was_not_given_is_not_assumed(kind: KeyKind, sets: Sets, ask: Ask) -> None:
    made = sets(kind)
    subject = ("validate", made.path("cades.p7s"), "--content", made.path("data.txt"))
    made.ocsp("no-certificate.der", "-resp_no_certs")
    try_later = [("INDETERMINATE", "TRY_LATER")]
    assert ask(*subject, *made.trust("root.pem")).verdicts == try_later
    assert ask(*subject, *made.trust("root.pem", "int.crl.pem")).verdicts == try_later
    lonely = made.trust("root.pem", "root.crl.pem", "no-certificate.der")
    assert ask(*subject, *lonely).verdicts == try_later
    nobody = ask(*subject)
    assert (nobody.code, nobody.verdicts) == (3, [("INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND")])
    assert "--trust" in nobody.error


def test_rsa_pss(sets: Sets, ask: Ask) -> None:
    made = sets(COMMON[0])
    for salt in ("-1", "20"):
        options = ("-keyopt", "rsa_padding_mode:pss", "-keyopt", f"rsa_pss_saltlen:{salt}")
        made.sign("pss.p7s", "ee", "-cades", "-nodetach", *options)
        answer = ask("validate", made.path("pss.p7s"), *made.trust())
        assert (answer.code, answer.verdicts) == (0, [PASSED])
        assert answer.only["algorithms"]["signature"] == "RSA-PSS-SHA256"


def test_archives_of_2001_verify_and_are_not_believed_without_proof(sets: Sets, ask: Ask) -> None:
    made = sets(GOST_2001)
    content = ("--content", made.path("data.txt"))
    answer = ask("validate", made.path("cades.p7s"), *content, *made.trust())
    assert (answer.code, answer.verdicts) == (3, [("INDETERMINATE", "CRYPTO_CONSTRAINTS_FAILURE_NO_POE")])
    assert answer.only["intact"] == {"digest": True, "signature": True}
    changed = ask("validate", made.path("cades.p7s"), "--content", made.path("other.txt"), *made.trust())
    assert (changed.code, changed.verdicts) == (1, [CHANGED])
    revoked = ask("validate", made.path("revoked.p7s"), *content, *made.trust())
    assert (revoked.code, revoked.verdicts) == (3, [REVOKED])
