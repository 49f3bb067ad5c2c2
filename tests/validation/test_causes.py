"""Causes name what is wrong precisely: one situation each, beyond those that reach the sub-indications."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from support.validating import DAY, NOW, TEXT, Space, anchors, codes, outcome, policy, pool_of
from trustspace.documents.model import Document, SignerIdentifier
from trustspace.documents.open import open_document
from trustspace.encoding import der
from trustspace.encoding.crl import CertificateList
from trustspace.encoding.extensions import KeyUsage, encode_extension
from trustspace.encoding.ocsp import CertStatus
from trustspace.trust.snapshot import Snapshot, TrustAnchor
from trustspace.validation.policy import Policy

UNKNOWN_KEY = der.sequence(der.sequence(der.oid("1.2.860.3.15.1.1.2.1")), der.bit_string(bytes(64)))
"""A SubjectPublicKeyInfo of O'zDSt 1092, which nobody here computes."""


@pytest.fixture
def space() -> Space:
    return Space(label="causes")


def off_curve(spki: bytes) -> bytes:
    """A P-256 key whose point is not on the curve."""
    return spki[:-64] + b"\x01" * 64


def changed(signed: bytes, **changes: object) -> Document:
    """The document with fields of its first signature replaced."""
    document = open_document(signed)
    return replace(document, signatures=(replace(document.signatures[0], **changes),))


# --- Signature and signer -------------------------------------------------------------------------------


def test_identifier_and_reference_name_different_certificates(space: Space) -> None:
    bob = space.pki.signer("Bob", space.ca).certificate
    document = changed(space.sign(), signer=SignerIdentifier(bob.issuer.raw, bob.serial))
    document = replace(document, certificates=(*document.certificates, bob.raw))
    signature = space.judge(document)
    assert outcome(signature)[1] == "NO_SIGNING_CERTIFICATE_FOUND"
    assert codes(signature) == ["SIGNING_CERTIFICATE_IDENTIFIERS_DIFFER"]


@pytest.mark.parametrize("changes", [{"digest": bytes(20)}, {"serial": 1}], ids=["digest", "serial"])
def test_both_signing_certificate_attributes_must_name_the_signer(
    space: Space, changes: dict[str, object]
) -> None:
    """RFC 5035: v1 and v2 may stand side by side; a signature that names two signers names none."""
    signed = space.sign()
    second = open_document(signed).signatures[0].certificate_references[0]
    sha1 = hashlib.sha1(space.alice.certificate.raw, usedforsecurity=False).digest()
    first = replace(second, digest_oid="1.3.14.3.2.26", digest_algorithm="SHA-1", digest=sha1, version=1)
    good = space.judge(changed(signed, certificate_references=(second, first)))
    assert outcome(good) == ("TOTAL-PASSED", None)
    bad = space.judge(changed(signed, certificate_references=(second, replace(first, **changes))))
    assert outcome(bad) == ("INDETERMINATE", "NO_SIGNING_CERTIFICATE_FOUND")


def test_the_serial_number_of_the_reference_must_be_the_signers(space: Space) -> None:
    signed = space.sign()
    reference = open_document(signed).signatures[0].certificate_references[0]
    signature = space.judge(changed(signed, certificate_references=(replace(reference, serial=1),)))
    assert outcome(signature) == ("INDETERMINATE", "NO_SIGNING_CERTIFICATE_FOUND")
    assert codes(signature) == ["SIGNING_CERTIFICATE_IDENTIFIERS_DIFFER"]


def test_the_issuer_of_the_reference_must_be_the_signers(space: Space) -> None:
    """issuerSerial (RFC 5035 §5.4.1.1) names an issuer and a number: another issuer's number is another's."""
    signed = space.sign()
    reference = open_document(signed).signatures[0].certificate_references[0]
    own = space.alice.certificate
    named = replace(reference, serial=own.serial, issuer=own.issuer.raw)
    good = space.judge(changed(signed, certificate_references=(named,)))
    assert outcome(good) == ("TOTAL-PASSED", None)
    for issuer in (space.root.certificate.subject.raw, b"\x30\x05no"):
        other = replace(named, issuer=issuer)
        signature = space.judge(changed(signed, certificate_references=(other,)))
        assert outcome(signature) == ("INDETERMINATE", "NO_SIGNING_CERTIFICATE_FOUND")
        assert codes(signature) == ["SIGNING_CERTIFICATE_IDENTIFIERS_DIFFER"]


def test_a_reference_by_an_unknown_digest_is_undetermined(space: Space) -> None:
    signed = space.sign()
    reference = open_document(signed).signatures[0].certificate_references[0]
    unknown = replace(reference, digest_oid="1.2.3.4", digest_algorithm=None)
    signature = space.judge(changed(signed, certificate_references=(unknown,)))
    assert outcome(signature) == ("INDETERMINATE", "CRYPTO_CONSTRAINTS_FAILURE")
    assert codes(signature)[0] == "SIGNING_CERTIFICATE_REFERENCE_UNSUPPORTED"


def test_an_unknown_digest_of_the_document_is_undetermined(space: Space) -> None:
    signed = space.sign()
    reference = open_document(signed).signatures[0].references[0]
    unknown = replace(reference, digest_oid="1.2.3.4", digest_algorithm=None, actual=None)
    signature = space.judge(changed(signed, references=(unknown,)))
    assert outcome(signature) == ("INDETERMINATE", "CRYPTO_CONSTRAINTS_FAILURE")
    assert codes(signature)[0] == "DIGEST_ALGORITHM_NOT_SUPPORTED"


@pytest.mark.parametrize("missing", [{"inputs": ()}, {"references": ()}])
def test_what_a_value_is_over_must_be_at_hand(space: Space, missing: dict[str, object]) -> None:
    signature = space.judge(changed(space.sign(), **missing))
    assert outcome(signature) == ("INDETERMINATE", "SIGNED_DATA_NOT_FOUND")
    assert codes(signature) == ["SIGNATURE_INPUT_MISSING"]


def test_a_signers_key_that_is_none(space: Space) -> None:
    broken = space.pki.signer("Broken", space.ca, public_key=off_curve(space.alice.certificate.spki))
    signature = space.judge(space.pki.sign(TEXT, broken))
    assert outcome(signature) == ("INDETERMINATE", "CRYPTO_CONSTRAINTS_FAILURE")
    assert codes(signature) == ["SIGNER_KEY_UNUSABLE"]


@pytest.mark.parametrize(
    ("toml", "code"),
    [
        ("signing_time = true", "SIGNING_TIME_MISSING"),
        ("policy_required = true", "SIGNATURE_POLICY_MISSING"),
        ("timestamp_required = true", "TIMESTAMP_REQUIRED"),
        ("content_type = true", "CONTENT_TYPE_MISSING"),
    ],
)
def test_what_the_policy_asks_of_a_signature(space: Space, toml: str, code: str) -> None:
    document = changed(space.sign(), claimed_signing_time=None, content_type=None)
    assert outcome(space.judge(document)) == ("TOTAL-PASSED", None)
    signature = space.judge(document, policy=policy(f"[signature]\n{toml}"))
    assert outcome(signature) == ("INDETERMINATE", "SIG_CONSTRAINTS_FAILURE")
    assert codes(signature) == [code]


# --- Chain ----------------------------------------------------------------------------------------------


def test_a_root_that_came_along_is_not_trusted_for_that(space: Space) -> None:
    document = open_document(space.sign())
    document = replace(document, certificates=(*document.certificates, space.root.certificate.raw))
    signature = space.judge(document, snapshot=Space(label="other root").snapshot())
    assert outcome(signature)[1] == "NO_CERTIFICATE_CHAIN_FOUND"
    assert codes(signature) == ["ROOT_NOT_TRUSTED"] and len(signature.chain) == 3


def test_an_issuer_of_an_unknown_algorithm_leaves_the_chain_undetermined(space: Space) -> None:
    """The member whose algorithm nobody else knows: undetermined, never invalid."""
    ca = space.pki.authority("Far CA", space.root, public_key=UNKNOWN_KEY)
    signer = space.pki.signer("Far signer", ca)
    evidence = space.evidence()
    signature = space.judge(space.pki.sign(TEXT, signer), evidence=evidence)
    assert outcome(signature) == ("INDETERMINATE", "CRYPTO_CONSTRAINTS_FAILURE")
    assert codes(signature)[0] == "CERTIFICATE_ALGORITHM_NOT_SUPPORTED"
    assert "1092" in str(signature.causes[0].parameters["algorithm"])


def test_an_issuer_whose_key_is_none(space: Space) -> None:
    ca = space.pki.authority("Broken CA", space.root, public_key=off_curve(space.ca.certificate.spki))
    signature = space.judge(space.pki.sign(TEXT, space.pki.signer("Below", ca)))
    assert outcome(signature) == ("INDETERMINATE", "CERTIFICATE_CHAIN_GENERAL_FAILURE")
    assert codes(signature) == ["CERTIFICATE_ISSUER_KEY_UNUSABLE"]


def test_a_chain_longer_than_the_policy_follows(space: Space) -> None:
    signature = space.judge(space.sign(), policy=policy("[signer]\nmax_depth = 2"))
    assert outcome(signature) == ("INDETERMINATE", "CERTIFICATE_CHAIN_GENERAL_FAILURE")
    assert codes(signature)[0] == "CHAIN_SEARCH_EXHAUSTED"


def test_an_anchor_is_trusted_from_its_grant_to_its_withdrawal(space: Space) -> None:
    root = space.root.certificate
    withdrawn = space.judge(space.sign(), snapshot=Snapshot((TrustAnchor(root, until=NOW - DAY),)))
    assert codes(withdrawn) == ["ANCHOR_WITHDRAWN"]
    early = space.judge(space.sign(), snapshot=Snapshot((TrustAnchor(root, since=NOW + DAY),)))
    assert outcome(early)[1] == "NO_CERTIFICATE_CHAIN_FOUND"
    assert codes(early) == ["ANCHOR_NOT_YET_GRANTED"]


def test_path_length(space: Space) -> None:
    narrow = space.pki.authority("Narrow CA", space.root, path_length=0)
    below = space.pki.authority("Below CA", narrow)
    signer = space.pki.signer("Deep", below)
    evidence = pool_of(space.root.crl(), narrow.crl(), below.crl())
    signature = space.judge(space.pki.sign(TEXT, signer), evidence=evidence)
    assert codes(signature) == ["PATH_LENGTH_EXCEEDED"]
    assert "Below CA" in str(signature.causes[0].parameters["subject"])


def test_an_unknown_critical_extension() -> None:
    extension = encode_extension("1.2.3.4.5", der.null(), critical=True)
    space = Space(label="critical", extra=(extension,))
    signature = space.judge(space.sign())
    assert codes(signature) == ["PATH_UNKNOWN_CRITICAL_EXTENSION"]


@pytest.mark.parametrize(
    ("bounds", "code"),
    [({"not_after": NOW - DAY}, "CA_EXPIRED"), ({"not_before": NOW + DAY}, "CA_NOT_YET_VALID")],
)
def test_the_period_of_a_ca(space: Space, bounds: dict[str, object], code: str) -> None:
    ca = space.pki.authority("Timed CA", space.root, **bounds)
    crl = ca.crl(this_update=NOW - 2 * DAY)
    root_crl = space.root.crl(this_update=NOW - 2 * DAY)
    signature = space.judge(
        space.pki.sign(TEXT, space.pki.signer("Timed", ca)), evidence=pool_of(root_crl, crl)
    )
    assert outcome(signature) == ("INDETERMINATE", "OUT_OF_BOUNDS_NO_POE")
    assert codes(signature) == [code]


def test_a_receipts_signer_needs_the_purpose_of_receipts(space: Space) -> None:
    signature = space.judge(space.sign(), policy=Policy.load("receipt"))
    assert outcome(signature)[1] == "CHAIN_CONSTRAINTS_FAILURE"
    assert codes(signature) == ["SIGNER_KEY_PURPOSE"]


def test_a_ca_with_an_algorithm_past_its_end(space: Space) -> None:
    """Its certificates and its revocation data are both past the end."""
    old = space.pki.authority("Old CA", space.root, kind="gost2001-a")
    signer = space.pki.signer("Signer of old CA", old)
    evidence = pool_of(space.root.crl(), old.crl())
    signature = space.judge(space.pki.sign(TEXT, signer), evidence=evidence)
    assert outcome(signature) == ("INDETERMINATE", "CRYPTO_CONSTRAINTS_FAILURE_NO_POE")
    assert codes(signature) == ["CERTIFICATE_ALGORITHM_OBSOLETE", "REVOCATION_ALGORITHM_OBSOLETE"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"extended_key_usage_critical": False}, "PURPOSE_NOT_CRITICAL"),
        (
            {"extended_key_usage": ("1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.4")},
            "PURPOSE_NOT_EXCLUSIVE",
        ),
        ({"key_usage": frozenset({KeyUsage.KEY_ENCIPHERMENT})}, "PURPOSE_KEY_USAGE"),
    ],
)
def test_a_time_stamping_unit_has_the_critical_purpose_alone(
    space: Space, changes: dict[str, object], code: str
) -> None:
    """RFC 3161 §2.3: otherwise its time-stamps prove nothing."""
    tsa = space.pki.tsa("Other TSA", space.ca, **changes)
    signature = space.judge(space.sign(stamper=tsa.stamper(NOW)))
    assert outcome(signature) == ("TOTAL-PASSED", None)
    assert (signature.best_signature_time, signature.proven_by) == (NOW, None)
    stamp = signature.timestamps[0]
    assert stamp.sub_indication is not None
    assert stamp.sub_indication.value == "CHAIN_CONSTRAINTS_FAILURE"
    assert [cause.code for cause in stamp.causes] == [code]


# --- Revocation -----------------------------------------------------------------------------------------


def test_a_ca_that_is_revoked_is_named(space: Space) -> None:
    space.root.revoke(space.ca, at=NOW - DAY)
    signature = space.judge(space.sign())
    assert codes(signature)[0] == "CA_REVOKED"
    assert "Issuing CA" in str(signature.causes[0].parameters["subject"])


def test_a_responder_that_does_not_know_the_certificate(space: Space) -> None:
    answer = space.pki.ocsp("OCSP", space.ca).status(space.alice, status=CertStatus.UNKNOWN)
    signature = space.judge(space.sign(), evidence=pool_of(space.root.crl(), answer))
    assert outcome(signature) == ("INDETERMINATE", "TRY_LATER")
    assert codes(signature) == ["REVOCATION_STATUS_UNKNOWN"]


def test_a_forged_crl_neither_helps_nor_harms(space: Space) -> None:
    forger = Space(label="forged crl")
    forger.ca.revoke(space.alice)
    forged = forger.ca.crl()
    alone = space.judge(space.sign(), evidence=pool_of(space.root.crl(), forged))
    assert outcome(alone) == ("INDETERMINATE", "TRY_LATER")
    assert codes(alone) == ["REVOCATION_DATA_MISSING"], "its key identifier is another CA's"
    assert outcome(space.judge(space.sign(), evidence=space.evidence(forged))) == ("TOTAL-PASSED", None)


def test_an_altered_crl(space: Space) -> None:
    crl = space.ca.crl()
    altered = bytearray(crl.raw)
    altered[-1] ^= 1
    signature = space.judge(
        space.sign(), evidence=pool_of(space.root.crl(), CertificateList.parse(bytes(altered)))
    )
    assert codes(signature) == ["REVOCATION_SIGNATURE_WRONG"]


def test_a_delta_without_its_base(space: Space) -> None:
    delta = space.ca.crl(base_number=1)
    signature = space.judge(space.sign(), evidence=pool_of(space.root.crl(), delta))
    assert outcome(signature) == ("INDETERMINATE", "TRY_LATER")
    assert codes(signature) == ["REVOCATION_DATA_UNSUITABLE"]
    assert signature.causes[0].parameters["problem"] == "DELTA_WITHOUT_BASE"


def test_short_term_certificates_need_no_revocation_data() -> None:
    """ETSI EN 319 412-1 §5.2 and RFC 9608: the issuer promises that there will be none."""
    for oid, value in (("0.4.0.194121.2.1", der.null()), ("2.5.29.56", der.null())):
        space = Space(label="short term", extra=(encode_extension(oid, value, critical=False),))
        signature = space.judge(space.sign(), evidence=pool_of(space.root.crl()))
        assert outcome(signature) == ("TOTAL-PASSED", None), codes(signature)


# --- Time-stamps ----------------------------------------------------------------------------------------


def test_a_time_stamp_of_something_else(space: Space) -> None:
    space.ca.revoke(space.alice, at=NOW - DAY)
    stamp = space.tsa.stamper(NOW - 2 * DAY)
    signed = space.sign(stamper=lambda digest, value: stamp(digest, bytes(len(value))))
    signature = space.judge(signed)
    assert outcome(signature) == ("INDETERMINATE", "REVOKED_NO_POE")
    assert codes(signature) == ["SIGNER_REVOKED", "TIMESTAMP_NOT_USED"]
    (report,) = signature.timestamps
    assert (report.indication.value, report.intact) == ("TOTAL-FAILED", False)
    assert report.causes[0].code == "TIMESTAMP_IMPRINT_WRONG"


def test_a_time_stamp_that_is_none(space: Space) -> None:
    signature = space.judge(space.sign(stamper=lambda digest, value: der.sequence(der.null())))
    assert outcome(signature) == ("TOTAL-PASSED", None) and signature.proven_by is None
    (report,) = signature.timestamps
    assert (report.indication.value, report.time) == ("TOTAL-FAILED", None)
    assert report.causes[0].code == "TIME_STAMP_MALFORMED"


def test_a_time_stamp_outside_its_authoritys_period(space: Space) -> None:
    young = space.pki.tsa("Young TSA", space.ca, not_before=NOW - DAY)
    signature = space.judge(space.sign(stamper=young.stamper(NOW - 2 * DAY)))
    assert signature.timestamps[0].causes[0].code == "TIMESTAMP_OUTSIDE_CERTIFICATE"
    assert signature.proven_by is None


def test_a_time_stamp_after_the_cut_off(space: Space) -> None:
    signature = space.judge(space.sign(stamper=space.tsa.stamper(NOW + DAY)))
    assert [c.code for c in signature.timestamps[0].causes] == ["TIMESTAMP_AFTER_CUT_OFF"]


def test_a_time_stamp_by_a_key_that_is_not_for_time_stamps(space: Space) -> None:
    bob = space.pki.signer("Bob", space.ca)
    signature = space.judge(space.sign(stamper=bob.stamper(NOW)))
    (report,) = signature.timestamps
    assert report.sub_indication is not None
    assert report.sub_indication.value == "CHAIN_CONSTRAINTS_FAILURE"
    assert signature.proven_by is None


def test_a_time_stamp_by_a_revoked_authority_proves_nothing(space: Space) -> None:
    signed = space.sign(stamper=space.tsa.stamper(NOW - 2 * DAY))
    space.ca.revoke(space.tsa, at=NOW - DAY)
    space.ca.revoke(space.alice, at=NOW - timedelta(hours=12))
    signature = space.judge(signed)
    assert outcome(signature) == ("INDETERMINATE", "REVOKED_NO_POE")
    assert signature.timestamps[0].sub_indication is not None


def test_the_earliest_of_several_time_stamps_counts(space: Space) -> None:
    from trustspace.documents.cades_signing import add_signature_timestamp  # noqa: PLC0415

    signed = space.sign(stamper=space.tsa.stamper(NOW - DAY))
    name = open_document(signed).signatures[0].id
    digest = space.tsa.cms_signer.digest_algorithm
    both = add_signature_timestamp(signed, name, space.tsa.stamper(NOW - 3 * DAY), digest)
    signature = space.judge(both)
    assert len(signature.timestamps) == 2
    assert signature.best_signature_time == NOW - 3 * DAY


def test_anchors_for_several_members_live_side_by_side(space: Space) -> None:
    others = [Space(label=f"member {n}").root.certificate for n in range(3)]
    assert space.judge(space.sign(), snapshot=anchors([*others, space.root.certificate])).passed
