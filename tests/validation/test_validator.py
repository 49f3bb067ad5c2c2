"""The warm object, the three times, and what a report says of itself."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from support.pki import Entity
from support.validating import DAY, NOW, TEXT, Space, codes, outcome, policy, pool_of
from trustspace.documents.content import Content
from trustspace.documents.open import open_document
from trustspace.evidence.poe import ProofOfExistence, Proofs, ProofSource
from trustspace.validation.policy import Policy
from trustspace.validation.times import Times
from trustspace.validation.validator import Validator

PASSED = ("TOTAL-PASSED", None)


@pytest.fixture
def space() -> Space:
    return Space(label="validator")


def first(validator: Validator, signed: bytes, times: Times) -> tuple[str, str | None]:
    return outcome(validator.validate(open_document(signed), times).signatures[0])


def test_a_revocation_that_is_published_meanwhile_takes_effect_at_the_next_call(space: Space) -> None:
    evidence = space.evidence()
    validator = Validator(space.snapshot(), evidence, Policy.load())
    signed = space.sign()
    before = validator.evidence.digest
    for _ in range(3):
        assert first(validator, signed, Times.at(NOW)) == PASSED
    space.ca.revoke(space.alice, at=NOW - DAY, reason=1)
    evidence.add(space.ca.crl())
    assert first(validator, signed, Times.at(NOW)) == ("INDETERMINATE", "REVOKED_NO_POE")
    report = validator.validate(open_document(signed), Times.at(NOW))
    assert report.evidence == validator.evidence.digest != before


def test_a_revoked_ca_takes_effect_on_a_warm_chain(space: Space) -> None:
    evidence = space.evidence()
    validator = Validator(space.snapshot(), evidence, Policy.load())
    signed = space.sign()
    assert first(validator, signed, Times.at(NOW)) == PASSED
    space.root.revoke(space.ca, at=NOW - DAY)
    evidence.add(space.root.crl())
    assert first(validator, signed, Times.at(NOW)) == ("INDETERMINATE", "REVOKED_CA_NO_POE")


def test_evidence_inside_a_document_stays_with_that_document(space: Space) -> None:
    """A CRL that one document brings along must not validate another one."""
    from dataclasses import replace  # noqa: PLC0415

    validator = Validator(space.snapshot(), pool_of(space.root.crl()), Policy.load())
    document = open_document(space.sign())
    with_crl = replace(document, crls=(space.ca.crl().raw,))
    assert outcome(validator.validate(with_crl, Times.at(NOW)).signatures[0]) == PASSED
    assert outcome(validator.validate(document, Times.at(NOW)).signatures[0]) == (
        "INDETERMINATE",
        "TRY_LATER",
    )


# --- The three times ------------------------------------------------------------------------------------


def test_at_does_not_look_away_from_a_revocation_that_came_later(space: Space) -> None:
    """Revoked yesterday; asked about the day before. The caller's time is no proof of existence."""
    signed = space.sign()
    old = space.ca.crl(this_update=NOW - 5 * DAY, next_update=NOW + 5 * DAY)
    space.ca.revoke(space.alice, at=NOW - DAY, reason=1)
    new = space.ca.crl()
    evidence = pool_of(space.root.crl(this_update=NOW - 5 * DAY), old, new)
    signature = space.judge(signed, at=NOW - 2 * DAY, evidence=evidence)
    assert outcome(signature) == ("INDETERMINATE", "REVOKED_NO_POE")
    assert codes(signature)[0] == "SIGNER_REVOKED_LATER"
    # With a time-stamp from before the revocation it is known that the signature is older.
    stamped = space.sign(stamper=space.tsa.stamper(NOW - 3 * DAY))
    assert outcome(space.judge(stamped, at=NOW - 2 * DAY, evidence=evidence)) == PASSED


def test_evidence_after_the_cut_off_does_not_help(space: Space) -> None:
    """At that time nobody knew yet that the certificate would be listed as good."""
    signature = space.judge(space.sign(), at=NOW - 2 * DAY)
    assert outcome(signature) == ("INDETERMINATE", "TRY_LATER")
    assert set(codes(signature)) == {"REVOCATION_DATA_AFTER_CUT_OFF"}


def test_a_later_cut_off_lets_newer_evidence_speak_of_an_earlier_time(space: Space) -> None:
    signature = space.judge(space.sign(), at=NOW - 2 * DAY, cut_off=NOW)
    assert outcome(signature) == PASSED


def test_clock_skew_is_bounded(space: Space) -> None:
    signed = space.sign()
    for ahead, expected in (
        (timedelta(minutes=4), PASSED),
        (timedelta(minutes=6), ("INDETERMINATE", "TRY_LATER")),
    ):
        crl = space.ca.crl(this_update=NOW + ahead, next_update=NOW + DAY)
        assert outcome(space.judge(signed, evidence=pool_of(space.root.crl(), crl))) == expected


def test_a_proof_that_the_caller_verified_counts_like_a_time_stamp(space: Space) -> None:
    signed = space.sign()
    document = open_document(signed)
    space.ca.revoke(space.alice, at=NOW - DAY, reason=1)
    validator = Validator(space.snapshot(), space.evidence(), Policy.load())
    proof = ProofOfExistence(document.signatures[0].id, NOW - 2 * DAY, ProofSource.RECEIPT, "receipt")
    report = validator.validate(document, Times.at(NOW), Proofs([proof]))
    assert outcome(report.signatures[0]) == PASSED
    assert report.signatures[0].proven_by == "receipt"
    late = Proofs([ProofOfExistence(document.signatures[0].id, NOW, ProofSource.RECEIPT, "late")])
    assert outcome(validator.validate(document, Times.at(NOW), late).signatures[0])[1] == "REVOKED_NO_POE"


def test_the_invalidity_date_counts_when_it_is_earlier(space: Space) -> None:
    """The key was lost before the CA was told: a time-stamp from between the two proves nothing."""
    from trustspace.pki.issuing import RevokedEntry  # noqa: PLC0415

    signed = space.sign(stamper=space.tsa.stamper(NOW - 2 * DAY))
    serial = space.alice.certificate.serial
    for invalid_since, expected in (
        (None, PASSED),
        (NOW - 3 * DAY, ("INDETERMINATE", "REVOKED_NO_POE")),
    ):
        entry = RevokedEntry(serial, NOW - DAY, 1, invalidity_date=invalid_since)
        crl = space.ca.crl(entries=[entry])
        assert outcome(space.judge(signed, evidence=pool_of(space.root.crl(), crl))) == expected


def test_a_hold_that_was_lifted_is_no_hold(space: Space) -> None:
    signed = space.sign()
    space.ca.revoke(space.alice, at=NOW - 2 * DAY, reason=6)
    held = space.ca.crl(this_update=NOW - 2 * DAY)
    lifted = space.ca.crl(entries=[])
    assert outcome(space.judge(signed, evidence=pool_of(space.root.crl(), held, lifted))) == PASSED
    again = space.ca.crl(this_update=NOW - timedelta(minutes=5))
    signature = space.judge(signed, evidence=pool_of(space.root.crl(), lifted, again))
    assert codes(signature) == ["CERTIFICATE_ON_HOLD"]


# --- OCSP and other revocation rules --------------------------------------------------------------------


def responder(space: Space, **changes: object) -> Entity:
    return space.pki.ocsp("OCSP", space.ca, **changes)


def test_a_delegated_responder_is_believed(space: Space) -> None:
    evidence = pool_of(space.root.crl(), responder(space).status(space.alice))
    assert outcome(space.judge(space.sign(), evidence=evidence)) == PASSED


def test_a_responder_without_nocheck_needs_revocation_data_of_its_own(space: Space) -> None:
    ocsp = responder(space, ocsp_no_check=False)
    evidence = pool_of(space.root.crl(), ocsp.status(space.alice))
    signature = space.judge(space.sign(), evidence=evidence)
    assert outcome(signature) == ("INDETERMINATE", "TRY_LATER")
    assert codes(signature) == ["REVOCATION_SIGNER_NOT_TRUSTED"]
    lax = policy("[revocation]\nresponder_status_required = false")
    assert outcome(space.judge(space.sign(), evidence=evidence, policy=lax)) == PASSED


def test_a_revoked_responder_is_not_believed(space: Space) -> None:
    ocsp = responder(space, ocsp_no_check=False)
    space.ca.revoke(ocsp, at=NOW - DAY)
    evidence = pool_of(space.root.crl(), space.ca.crl(), ocsp.status(space.alice))
    assert outcome(space.judge(space.sign(), evidence=evidence)) == PASSED, "the CRL still says good"
    alone = pool_of(space.root.crl(), ocsp.status(space.alice), ocsp.status(ocsp))
    assert outcome(space.judge(space.sign(), evidence=alone))[1] == "TRY_LATER"


def test_a_responder_from_elsewhere_is_not_believed(space: Space) -> None:
    stranger = Space(label="elsewhere")
    rogue = stranger.pki.ocsp("OCSP", stranger.ca)
    answer = rogue.status(space.alice)
    signature = space.judge(space.sign(), evidence=pool_of(space.root.crl(), answer))
    assert outcome(signature)[0] == "INDETERMINATE"


def test_max_age_is_stricter_than_next_update(space: Space) -> None:
    strict = policy('[revocation]\nmax_age = "30m"')
    signature = space.judge(space.sign(), policy=strict)
    assert outcome(signature)[1] == "TRY_LATER"
    assert set(codes(signature)) == {"REVOCATION_DATA_TOO_OLD"}


def test_data_without_next_update_are_good_for_their_moment_only(space: Space) -> None:
    signed = space.sign()
    for age, expected in (
        (timedelta(minutes=1), PASSED),
        (timedelta(hours=1), ("INDETERMINATE", "TRY_LATER")),
    ):
        answer = responder(space).status(space.alice, this_update=NOW - age, next_update=None)
        signature = space.judge(signed, evidence=pool_of(space.root.crl(), answer))
        assert outcome(signature) == expected, codes(signature)
    day = policy('clock_skew = "5m"\n[revocation]\nmax_age = "1d"')
    assert outcome(space.judge(signed, evidence=pool_of(space.root.crl(), answer), policy=day)) == PASSED


def test_data_must_be_newer_than_the_signature_if_the_policy_says_so(space: Space) -> None:
    strict = policy("[revocation]\nafter_best_signature_time = true")
    stamped = space.sign(stamper=space.tsa.stamper(NOW - timedelta(minutes=30)))
    signature = space.judge(stamped, policy=strict)
    assert set(codes(signature)) >= {"REVOCATION_DATA_BEFORE_SIGNATURE"}


# --- What a report says ---------------------------------------------------------------------------------


def test_the_json_is_the_designs_contract(space: Space) -> None:
    report = space.validate(space.sign(detached=True), content=TEXT)
    data = json.loads(report.to_json())
    assert data["indication"] == "TOTAL-PASSED"
    assert data["policy"] == {"name": "basic", "sha256": Policy.load().sha256}
    assert data["snapshot"] == "sha256:" + space.snapshot().sha256
    assert data["evidence"].startswith("sha256:")
    assert data["control_time"] == "2026-06-01T12:00:00Z"
    assert "not certified" in data["engine"] and data["engine"].startswith("trustspace ")
    (signature,) = data["signatures"]
    assert signature["id"].startswith("S-")
    assert (signature["format"], signature["level"]) == ("CAdES", "BASELINE-B")
    assert signature["intact"] == {"digest": True, "signature": True}
    assert signature["signer"]["certificate_sha256"] == space.alice.certificate.sha256
    assert "Alice" in signature["signer"]["subject"]
    assert signature["claimed_signing_time"] == "2026-06-01T11:55:00Z"
    assert signature["algorithms"]["signature"] == "ECDSA-SHA256"
    assert len(signature["certificate_chain"]) == 3
    assert signature["causes"] == [] and signature["timestamps"] == []
    (scope,) = signature["scope"]
    assert scope["intact"] is True and scope["digest_algorithm"] == "SHA-256" and len(scope["digest"]) == 64


def test_causes_come_with_words_in_the_readers_language(space: Space) -> None:
    report = space.validate(space.sign(detached=True), content=TEXT + b"!")
    english = json.loads(report.to_json("en"))["signatures"][0]["causes"][0]
    russian = json.loads(report.to_json("ru"))["signatures"][0]["causes"][0]
    assert english["code"] == russian["code"] == "DOCUMENT_CHANGED"
    assert english["parameters"] == russian["parameters"]
    assert "has changed" in english["message"] and "изменён" in russian["message"]
    assert english["remedy"] and russian["remedy"]


def test_causes_list_everything_most_decisive_first(space: Space) -> None:
    """A changed document by a revoked signer of an unknown authority."""
    stranger = Space(label="cause list")
    report = space.validate(
        stranger.sign(detached=True), content=TEXT + b"!", evidence=pool_of(), snapshot=space.snapshot()
    )
    assert codes(report.signatures[0]) == ["DOCUMENT_CHANGED", "ISSUER_NOT_FOUND"]


def test_a_tolerated_oddity_is_noted_and_weighs_nothing(space: Space) -> None:
    """The list of digest algorithms announces another one than the signature uses."""
    from support.validating import replaced  # noqa: PLC0415
    from trustspace.encoding import der  # noqa: PLC0415

    sha256, sha512 = (der.oid(f"2.16.840.1.101.3.4.2.{arc}") for arc in (1, 3))
    signed = space.sign()
    announced = der.set_of([der.sequence(sha256)])
    report = space.validate(replaced(signed, announced, announced.replace(sha256, sha512)))
    assert report.exit_code == 0
    (note,) = json.loads(report.to_json())["signatures"][0]["notes"]
    assert note["code"] == "DIGEST_ALGORITHM_NOT_DECLARED" and note["message"]


def test_the_worst_signature_decides(space: Space) -> None:
    bob = space.pki.signer("Bob", space.ca)
    signed = space.sign(space.alice, bob)
    assert space.validate(signed).exit_code == 0
    space.ca.revoke(bob, at=NOW - DAY)
    report = space.validate(signed)
    assert {outcome(signature)[0] for signature in report.signatures} == {"TOTAL-PASSED", "INDETERMINATE"}
    assert (report.indication.value, report.exit_code) == ("INDETERMINATE", 3)
    changed = space.sign(space.alice, bob, detached=True)
    assert space.validate(changed, content=b"other").exit_code == 1


def test_a_counter_signature_is_judged_too_and_names_its_parent(space: Space) -> None:
    from trustspace.documents.cades_signing import add_counter_signature  # noqa: PLC0415

    bob = space.pki.signer("Bob", space.ca)
    signed = space.sign()
    parent = open_document(signed).signatures[0].id
    countersigned = add_counter_signature(signed, parent, bob.cms_signer, signing_time=NOW, entropy=bytes(64))
    report = space.validate(countersigned)
    assert [s.parent for s in report.signatures] == [None, report.signatures[0].id]
    assert report.indication.value == "TOTAL-PASSED"


def test_hash_only_validation(space: Space) -> None:
    from trustspace.algorithms.digests import digest_by_name  # noqa: PLC0415

    signed = space.sign(detached=True)
    good = Content.of_digests({"SHA-256": digest_by_name("SHA-256").digest(TEXT)})
    assert outcome(space.judge(open_document(signed, good))) == PASSED
    other = Content.of_digests({"SHA-512": digest_by_name("SHA-512").digest(TEXT)})
    assert outcome(space.judge(open_document(signed, other)))[1] == "SIGNED_DATA_NOT_FOUND"


def test_a_certificate_on_its_own(space: Space) -> None:
    validator = Validator(space.snapshot(), space.evidence(), Policy.load())
    report = validator.validate_certificate(
        space.alice.certificate, Times.at(NOW), others=[space.ca.certificate]
    )
    assert report.passed and len(report.chain) == 3
    alone = validator.validate_certificate(space.alice.certificate, Times.at(NOW))
    assert alone.sub_indication is not None and alone.causes[0].code == "ISSUER_NOT_FOUND"


def test_an_anchor_may_be_an_intermediate_or_the_signer_itself(space: Space) -> None:
    from support.validating import anchors  # noqa: PLC0415

    signed = space.sign()
    below_ca = space.judge(signed, snapshot=anchors([space.ca.certificate]), evidence=pool_of(space.ca.crl()))
    assert outcome(below_ca) == PASSED and len(below_ca.chain) == 2
    itself = space.judge(signed, snapshot=anchors([space.alice.certificate]), evidence=pool_of())
    assert outcome(itself) == PASSED and itself.chain == (space.alice.certificate.sha256,)


@pytest.mark.parametrize("kind", ["rsa-2048", "ed25519", "gost2012-256-a", "gost2012-512-a", "bign-256v1"])
def test_every_family_of_algorithms_passes_and_names_its_module(kind: str) -> None:
    space = Space(kind, label="family")
    report = space.validate(space.sign(stamper=space.tsa.stamper(NOW)))
    assert report.indication.value == "TOTAL-PASSED", report.to_json()
    assert "not certified" in report.engine


@pytest.mark.parametrize("year", [1, 9999])
def test_the_ends_of_time_are_judged_like_any_other(space: Space, year: int) -> None:
    moment = NOW.replace(year=year, month=12, day=31, hour=23, minute=59, second=59)
    strict = policy('[signature]\ntimestamp_delay = "1d"')
    signed = space.sign(stamper=space.tsa.stamper(NOW), signing_time=NOW.replace(year=9999))
    for rules in (None, strict):
        assert space.judge(signed, at=moment, policy=rules).indication.value == "INDETERMINATE"
