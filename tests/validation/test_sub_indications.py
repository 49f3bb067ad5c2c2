"""Every sub-indication that levels B and T can reach, each by a file that was made or mutated to reach it.

docs/reference/sub-indications.md points here, test by test.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from support.validating import (
    DAY,
    NOW,
    TEXT,
    Space,
    codes,
    flipped,
    outcome,
    policy,
    pool_of,
    replaced,
)
from trustspace.documents.cades_signing import content_timestamp
from trustspace.documents.content import Content
from trustspace.documents.open import open_document
from trustspace.encoding import der
from trustspace.encoding.attributes import encode_attribute
from trustspace.encoding.extensions import KeyUsage
from trustspace.trust.snapshot import ServiceKind, Snapshot, TrustAnchor
from trustspace.validation.indications import SubIndication
from trustspace.validation.policy import Policy

FAILED, INDETERMINATE = "TOTAL-FAILED", "INDETERMINATE"
ECDSA_SHA256 = der.oid("1.2.840.10045.4.3.2")
SM2_SM3 = der.oid("1.2.156.10197.1.501")
"""An algorithm that nobody here computes, of the same length."""


@pytest.fixture(scope="module")
def space() -> Space:
    return Space()


def stamped_content(space: Space, at, content: bytes = TEXT) -> bytes:
    digest = space.tsa.cms_signer.digest_algorithm
    return content_timestamp(Content.of_bytes(content), space.tsa.stamper(at), digest)


def test_an_untouched_signature_passes(space: Space) -> None:
    report = space.validate(space.sign())
    assert report.indication.value == "TOTAL-PASSED" and report.exit_code == 0
    signature = report.signatures[0]
    assert (signature.sub_indication, signature.causes) == (None, ())
    assert (signature.digest_intact, signature.signature_intact) == (True, True)
    assert signature.chain == (
        space.alice.certificate.sha256,
        space.ca.certificate.sha256,
        space.root.certificate.sha256,
    )
    assert signature.best_signature_time == NOW and signature.proven_by is None


# --- TOTAL-FAILED ----------------------------------------------------------------------------------


def test_format_failure(space: Space) -> None:
    """The signed content-type is replaced by another: a SHALL of RFC 5652 §5.3 is broken."""
    data = der.oid("1.2.840.113549.1.7.1")
    attribute = encode_attribute("1.2.840.113549.1.9.3", [data])
    other = encode_attribute("1.2.840.113549.1.9.3", [der.oid("1.2.840.113549.1.7.5")])
    signature = space.judge(replaced(space.sign(), attribute, other))
    assert outcome(signature) == (FAILED, "FORMAT_FAILURE")
    assert codes(signature)[0] == "CONTENT_TYPE_MISMATCH"


def test_hash_failure(space: Space) -> None:
    """One bit of the document is flipped."""
    signature = space.judge(space.sign(detached=True), content=flipped(TEXT, 7))
    assert outcome(signature) == (FAILED, "HASH_FAILURE")
    assert codes(signature) == ["DOCUMENT_CHANGED"]
    assert (signature.digest_intact, signature.signature_intact) == (False, True)


def test_sig_crypto_failure(space: Space) -> None:
    """One bit of the signature value is flipped."""
    signed = space.sign()
    value = open_document(signed).signatures[0].value
    signature = space.judge(replaced(signed, value, flipped(value, len(value) - 1)))
    assert outcome(signature) == (FAILED, "SIG_CRYPTO_FAILURE")
    assert (signature.digest_intact, signature.signature_intact) == (True, False)


def test_revoked() -> None:
    """The content was time-stamped after the signer's revocation, so the signature is younger than it."""
    space = Space(label="revoked")
    signed = space.sign(attributes=[stamped_content(space, NOW - DAY)])
    space.ca.revoke(space.alice, at=NOW - 2 * DAY, reason=1)
    signature = space.judge(signed)
    assert outcome(signature) == (FAILED, "REVOKED")
    assert codes(signature)[:2] == ["SIGNED_AFTER_REVOCATION", "SIGNER_REVOKED"]


def test_expired() -> None:
    """The content was time-stamped after the signer's certificate had expired."""
    space = Space(label="expired", not_after=NOW - 2 * DAY)
    signed = space.sign(attributes=[stamped_content(space, NOW - DAY)])
    signature = space.judge(signed)
    assert outcome(signature) == (FAILED, "EXPIRED")
    assert codes(signature)[0] == "SIGNED_AFTER_EXPIRY"


def test_not_yet_valid() -> None:
    """A time-stamp proves that the signature is older than the certificate it names."""
    space = Space(label="early", not_before=NOW - DAY)
    signed = space.sign(stamper=space.tsa.stamper(NOW - 2 * DAY))
    signature = space.judge(signed)
    assert outcome(signature) == (FAILED, "NOT_YET_VALID")
    assert signature.best_signature_time == NOW - 2 * DAY


# --- INDETERMINATE: the signature and its context --------------------------------------------------


def test_sig_constraints_failure(space: Space) -> None:
    """The first time-stamp came later than the policy allows after the claimed signing time."""
    signed = space.sign(stamper=space.tsa.stamper(NOW - DAY), signing_time=NOW - 3 * DAY)
    assert outcome(space.judge(signed)) == ("TOTAL-PASSED", None)
    strict = policy('[signature]\ntimestamp_delay = "1d"')
    signature = space.judge(signed, policy=strict)
    assert outcome(signature) == (INDETERMINATE, "SIG_CONSTRAINTS_FAILURE")
    assert codes(signature) == ["TIMESTAMP_TOO_LATE"]


def test_sig_constraints_failure_for_plain_cms_under_ades(corpora, space: Space) -> None:
    """An outside file: OpenSSL's CMS without the CAdES attributes, under a policy that asks for them."""
    folder = corpora / "generated" / "ru-gost2012-256-tca"
    signature = space.judge((folder / "plain.p7s").read_bytes(), policy=Policy.load("ades"))
    assert (signature.format, signature.level) == ("CMS", "PLAIN")
    assert "SIGNATURE_FORMAT_REFUSED" in codes(signature)
    assert "SIGNING_CERTIFICATE_REFERENCE_MISSING" in codes(signature)


def signature_policy(oid: str, digest: bytes) -> bytes:
    sha256 = der.sequence(der.oid("2.16.840.1.101.3.4.2.1"))
    value = der.sequence(der.oid(oid), der.sequence(sha256, der.octet_string(digest)))
    return encode_attribute("1.2.840.113549.1.9.16.2.15", [value])


def test_signature_policy_not_available(space: Space) -> None:
    """The signer names a signature policy; the validation policy has another one at hand."""
    signed = space.sign(attributes=[signature_policy("1.2.3.9", b"\x01" * 32)])
    assert outcome(space.judge(signed)) == ("TOTAL-PASSED", None)
    signature = space.judge(signed, policy=policy('[signature.policies]\n"1.2.3.4" = []'))
    assert outcome(signature) == (INDETERMINATE, "SIGNATURE_POLICY_NOT_AVAILABLE")


def test_policy_processing_error(space: Space) -> None:
    """The signature policy at hand is not the document whose digest was signed."""
    signed = space.sign(attributes=[signature_policy("1.2.3.9", b"\x01" * 32)])
    fits = policy(f'[signature.policies]\n"1.2.3.9" = ["{"01" * 32}"]')
    assert outcome(space.judge(signed, policy=fits)) == ("TOTAL-PASSED", None)
    other = policy(f'[signature.policies]\n"1.2.3.9" = ["{"02" * 32}"]')
    assert outcome(space.judge(signed, policy=other)) == (INDETERMINATE, "POLICY_PROCESSING_ERROR")


def test_timestamp_order_failure(space: Space) -> None:
    """The signature's time-stamp is older than the one on its content."""
    signed = space.sign(
        attributes=[stamped_content(space, NOW - DAY)], stamper=space.tsa.stamper(NOW - 2 * DAY)
    )
    signature = space.judge(signed)
    assert outcome(signature) == (INDETERMINATE, "TIMESTAMP_ORDER_FAILURE")
    assert codes(signature) == ["TIMESTAMP_BEFORE_CONTENT_TIMESTAMP"]


def test_no_signing_certificate_found_when_another_is_put_in_its_place() -> None:
    """A certificate of the same key, issuer and serial number, but not the signed one."""
    space = Space(label="swap")
    twin = space.pki.signer(
        "Alice",
        space.ca,
        serial=space.alice.certificate.serial,
        not_after=space.alice.certificate.not_after - DAY,
    )
    genuine, other = space.alice.certificate.raw, twin.certificate.raw
    signed = space.sign()
    document = open_document(signed)
    swapped = tuple(other if raw == genuine else raw for raw in document.certificates)
    signature = space.judge(replace(document, certificates=swapped))
    assert outcome(signature) == (INDETERMINATE, "NO_SIGNING_CERTIFICATE_FOUND")
    assert codes(signature)[0] == "SIGNING_CERTIFICATE_REFERENCE_MISMATCH"


def test_no_signing_certificate_found_when_there_is_none(space: Space) -> None:
    signature = space.judge(replace(open_document(space.sign()), certificates=()))
    assert outcome(signature) == (INDETERMINATE, "NO_SIGNING_CERTIFICATE_FOUND")
    assert codes(signature) == ["SIGNING_CERTIFICATE_ABSENT"]
    assert (signature.digest_intact, signature.signature_intact, signature.signer) == (True, None, None)


def test_signed_data_not_found(space: Space) -> None:
    """A detached signature without its document."""
    signature = space.judge(space.sign(detached=True))
    assert outcome(signature) == (INDETERMINATE, "SIGNED_DATA_NOT_FOUND")
    assert (signature.digest_intact, signature.signature_intact) == (None, True)


# --- INDETERMINATE: the chain ----------------------------------------------------------------------


def test_no_certificate_chain_found(space: Space) -> None:
    """The root is not among the anchors."""
    stranger = Space(label="stranger")
    signature = space.judge(space.sign(), snapshot=stranger.snapshot())
    assert outcome(signature) == (INDETERMINATE, "NO_CERTIFICATE_CHAIN_FOUND")
    assert codes(signature) == ["ISSUER_NOT_FOUND"]
    assert signature.digest_intact and signature.signature_intact


def test_no_certificate_chain_found_for_an_anchor_of_another_kind(space: Space) -> None:
    snapshot = Snapshot.of_certificates([space.root.certificate], kind=ServiceKind.TSA)
    signature = space.judge(space.sign(), snapshot=snapshot)
    assert outcome(signature) == (INDETERMINATE, "NO_CERTIFICATE_CHAIN_FOUND")
    assert codes(signature) == ["ANCHOR_FOR_OTHER_PURPOSE"]


def test_no_certificate_chain_found_no_poe(space: Space) -> None:
    """The anchor's grant ended yesterday; a time-stamp from before heals it."""
    snapshot = Snapshot((TrustAnchor(space.root.certificate, until=NOW - DAY),))
    signature = space.judge(space.sign(), snapshot=snapshot)
    assert outcome(signature) == (INDETERMINATE, "NO_CERTIFICATE_CHAIN_FOUND_NO_POE")
    both = Snapshot(
        (*snapshot.anchors, TrustAnchor(space.root.certificate, kind=ServiceKind.TSA)),
    )
    stamped = space.sign(stamper=space.tsa.stamper(NOW - 2 * DAY))
    assert outcome(space.judge(stamped, snapshot=both)) == ("TOTAL-PASSED", None)


def test_certificate_chain_general_failure_below_a_certificate_that_is_no_ca() -> None:
    space = Space(label="noca")
    mallory = space.pki.signer("Mallory", space.alice)
    signature = space.judge(space.pki.sign(TEXT, mallory))
    assert outcome(signature) == (INDETERMINATE, "CERTIFICATE_CHAIN_GENERAL_FAILURE")
    assert codes(signature)[0] == "PATH_NOT_A_CA"


def test_certificate_chain_general_failure_when_a_certificate_is_altered(space: Space) -> None:
    """One bit of the issuing CA's certificate is flipped, in its serial number."""
    genuine = space.ca.certificate
    altered = flipped(genuine.raw, genuine.raw.index(genuine.serial_raw) + len(genuine.serial_raw) - 1)
    document = open_document(space.sign())
    swapped = tuple(altered if raw == genuine.raw else raw for raw in document.certificates)
    signature = space.judge(replace(document, certificates=swapped))
    assert outcome(signature) == (INDETERMINATE, "CERTIFICATE_CHAIN_GENERAL_FAILURE")
    assert codes(signature) == ["CERTIFICATE_SIGNATURE_WRONG"]


def test_chain_constraints_failure() -> None:
    """A certificate for encryption only."""
    space = Space(label="encryption", key_usage=frozenset({KeyUsage.KEY_ENCIPHERMENT}))
    signature = space.judge(space.sign())
    assert outcome(signature) == (INDETERMINATE, "CHAIN_CONSTRAINTS_FAILURE")
    assert codes(signature) == ["SIGNER_KEY_USAGE"]


def test_chain_constraints_failure_for_a_certificate_policy(space: Space) -> None:
    asked = policy('[signer]\ncertificate_policies = ["1.2.3.4"]\nexplicit_policy = true')
    signature = space.judge(space.sign(), policy=asked)
    assert outcome(signature) == (INDETERMINATE, "CHAIN_CONSTRAINTS_FAILURE")
    assert codes(signature) == ["PATH_POLICY_REQUIRED"]


# --- INDETERMINATE: time and revocation ------------------------------------------------------------


def test_revoked_no_poe() -> None:
    space = Space(label="revoked-no-poe")
    signed = space.sign()
    space.ca.revoke(space.alice, at=NOW - DAY, reason=1)
    signature = space.judge(signed)
    assert outcome(signature) == (INDETERMINATE, "REVOKED_NO_POE")
    assert signature.causes[0].parameters["reason"] == "keyCompromise"


def test_a_signature_that_is_proven_older_than_the_revocation_passes() -> None:
    space = Space(label="revoked-poe")
    signed = space.sign(stamper=space.tsa.stamper(NOW - 2 * DAY))
    space.ca.revoke(space.alice, at=NOW - DAY, reason=1)
    signature = space.judge(signed)
    assert outcome(signature) == ("TOTAL-PASSED", None)
    assert signature.best_signature_time == NOW - 2 * DAY
    assert signature.proven_by == signature.timestamps[0].id


def test_revoked_ca_no_poe() -> None:
    space = Space(label="revoked-ca")
    signed = space.sign()
    space.root.revoke(space.ca, at=NOW - DAY, reason=2)
    signature = space.judge(signed)
    assert outcome(signature) == (INDETERMINATE, "REVOKED_CA_NO_POE")


def test_out_of_bounds_not_revoked() -> None:
    """Expired, but a CRL from its lifetime says that it was not revoked: only the time of signing is open."""
    space = Space(label="expired-good", not_after=NOW - DAY)
    old = space.ca.crl(this_update=NOW - 3 * DAY, next_update=NOW + DAY)
    signature = space.judge(space.sign(), evidence=pool_of(space.root.crl(), old))
    assert outcome(signature) == (INDETERMINATE, "OUT_OF_BOUNDS_NOT_REVOKED")
    assert codes(signature) == ["SIGNER_EXPIRED"]
    stamped = space.sign(stamper=space.tsa.stamper(NOW - 2 * DAY))
    assert outcome(space.judge(stamped, evidence=pool_of(space.root.crl(), old))) == ("TOTAL-PASSED", None)


def test_out_of_bounds_no_poe() -> None:
    """Expired, and the only CRL is from after the expiry, when CAs drop expired certificates."""
    space = Space(label="expired-unknown", not_after=NOW - DAY)
    signature = space.judge(space.sign())
    assert outcome(signature) == (INDETERMINATE, "OUT_OF_BOUNDS_NO_POE")
    assert codes(signature) == ["SIGNER_EXPIRED", "REVOCATION_DATA_AFTER_EXPIRY"]


def test_out_of_bounds_no_poe_before_the_certificate_is_valid() -> None:
    space = Space(label="not-yet", not_before=NOW + DAY)
    signature = space.judge(space.sign())
    assert outcome(signature) == (INDETERMINATE, "OUT_OF_BOUNDS_NO_POE")
    assert codes(signature) == ["SIGNER_NOT_YET_VALID"]


def test_revocation_out_of_bounds_no_poe() -> None:
    """The only word on the signer is from a responder whose certificate has expired since."""
    space = Space(label="responder-expired")
    responder = space.pki.ocsp("OCSP", space.ca, not_after=NOW - timedelta(minutes=30))
    evidence = pool_of(space.root.crl(), responder.status(space.alice))
    signature = space.judge(space.sign(), evidence=evidence)
    assert outcome(signature) == (INDETERMINATE, "REVOCATION_OUT_OF_BOUNDS_NO_POE")
    assert codes(signature) == ["REVOCATION_SIGNER_OUT_OF_PERIOD"]


def test_try_later_without_revocation_data(space: Space) -> None:
    signature = space.judge(space.sign(), evidence=pool_of(space.root.crl()))
    assert outcome(signature) == (INDETERMINATE, "TRY_LATER")
    assert codes(signature) == ["REVOCATION_DATA_MISSING"]


def test_try_later_with_stale_revocation_data(space: Space) -> None:
    stale = space.ca.crl(this_update=NOW - 9 * DAY, next_update=NOW - 2 * DAY)
    signature = space.judge(space.sign(), evidence=pool_of(space.root.crl(), stale))
    assert outcome(signature) == (INDETERMINATE, "TRY_LATER")
    assert codes(signature) == ["REVOCATION_DATA_STALE"]


def test_try_later_on_hold() -> None:
    space = Space(label="hold")
    space.ca.revoke(space.alice, at=NOW - DAY, reason=6)
    signature = space.judge(space.sign())
    assert outcome(signature) == (INDETERMINATE, "TRY_LATER")
    assert codes(signature) == ["CERTIFICATE_ON_HOLD"]


# --- INDETERMINATE: algorithms ---------------------------------------------------------------------


def test_crypto_constraints_failure_for_an_unknown_algorithm(space: Space) -> None:
    """A signature algorithm that nobody here computes leaves the signature undetermined, never failed."""
    signed = space.sign()
    value = der.octet_string(open_document(signed).signatures[0].value)
    signature = space.judge(
        replaced(signed, der.sequence(ECDSA_SHA256) + value, der.sequence(SM2_SM3) + value)
    )
    assert outcome(signature) == (INDETERMINATE, "CRYPTO_CONSTRAINTS_FAILURE")
    assert codes(signature) == ["SIGNATURE_ALGORITHM_NOT_SUPPORTED"]
    assert signature.causes[0].parameters["algorithm"] == "SM2 with SM3 (China)"
    assert signature.signature_intact is None


def test_crypto_constraints_failure_no_poe() -> None:
    """GOST R 34.10-2001 ended with 2019, and nothing proves that the signature is older."""
    space = Space(label="weak")
    weak = space.pki.signer("Weak", space.ca, kind="gost2001-a")
    signature = space.judge(space.pki.sign(TEXT, weak))
    assert outcome(signature) == (INDETERMINATE, "CRYPTO_CONSTRAINTS_FAILURE_NO_POE")
    assert codes(signature) == ["SIGNATURE_ALGORITHM_OBSOLETE", "DIGEST_ALGORITHM_OBSOLETE"]
    trusting = policy('[algorithms]\ncatalogue = "none"')
    assert outcome(space.judge(space.pki.sign(TEXT, weak), policy=trusting)) == ("TOTAL-PASSED", None)


def test_crypto_constraints_failure_when_signed_after_the_algorithms_end() -> None:
    """The content was time-stamped after the end date, so no earlier proof can exist."""
    space = Space(label="weak-late")
    weak = space.pki.signer("Weak", space.ca, kind="gost2001-a")
    signed = space.pki.sign(TEXT, weak, attributes=[stamped_content(space, NOW - DAY)])
    signature = space.judge(signed)
    assert outcome(signature) == (INDETERMINATE, "CRYPTO_CONSTRAINTS_FAILURE")
    assert codes(signature)[0] == "SIGNED_AFTER_ALGORITHM_END"


def test_no_poe_for_a_time_stamp_of_the_future(space: Space) -> None:
    """A time-stamp that was made after the cut-off was not known then: it proves nothing."""
    signed = space.sign(stamper=space.tsa.stamper(NOW + DAY))
    signature = space.judge(signed)
    stamp = signature.timestamps[0]
    assert (stamp.indication.value, stamp.sub_indication) == (INDETERMINATE, SubIndication.NO_POE)
    assert outcome(signature) == ("TOTAL-PASSED", None) and signature.proven_by is None
