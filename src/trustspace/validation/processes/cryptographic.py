"""Cryptographic verification (EN 319 102-1 §5.2.7): the digests of what was signed, the signature value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trustspace.pki.edges import EdgeOutcome
from trustspace.validation.causes import cause
from trustspace.validation.indications import SubIndication
from trustspace.validation.processes.context import Finding

if TYPE_CHECKING:
    from trustspace.documents.model import DataReference
    from trustspace.validation.facts import Candidate, SignatureFacts


def check_references(signature: SignatureFacts, findings: list[Finding]) -> bool | None:
    """Are the signed data there and unchanged? True, False, or None when that cannot be told.

    None also where there is no message-digest to compare with: then the signature value itself is over them.
    """
    intact: bool | None = True
    start = len(findings)
    if not signature.references:
        findings.append((SubIndication.SIGNED_DATA_NOT_FOUND, cause("SIGNATURE_INPUT_MISSING")))
        return None
    for reference in signature.references:
        matches = reference.intact
        if matches:
            continue
        if matches is False:
            intact = False
            findings.append(
                (
                    SubIndication.HASH_FAILURE,
                    cause(
                        "DOCUMENT_CHANGED",
                        name=reference.name,
                        algorithm=reference.digest_algorithm,
                        expected=_hex(reference.expected),
                        actual=_hex(reference.actual),
                    ),
                )
            )
        else:
            if intact:
                intact = None
            if (finding := _unknown(reference)) is not None:
                findings.append(finding)
    if intact is False:
        # A changed document is FAILED even when something else of it is missing.
        findings[start:] = sorted(
            findings[start:], key=lambda finding: finding[0] is not SubIndication.HASH_FAILURE
        )
    return intact


def _unknown(reference: DataReference) -> Finding | None:
    if reference.digest_algorithm is None:
        return (
            SubIndication.CRYPTO_CONSTRAINTS_FAILURE,
            cause("DIGEST_ALGORITHM_NOT_SUPPORTED", algorithm=reference.digest_oid),
        )
    if not reference.found:
        return (
            SubIndication.SIGNED_DATA_NOT_FOUND,
            cause("SIGNED_DATA_MISSING", name=reference.name, algorithm=reference.digest_algorithm),
        )
    return None  # no message-digest attribute: the signature value itself is over the content


def check_signature_value(candidate: Candidate, findings: list[Finding]) -> bool | None:
    """Does the value verify under this certificate's key? None when that cannot be told."""
    outcome = candidate.outcome
    if outcome is EdgeOutcome.VERIFIED:
        return True
    if outcome is None:
        findings.append((SubIndication.SIGNED_DATA_NOT_FOUND, cause("SIGNATURE_INPUT_MISSING")))
        return None
    if outcome is EdgeOutcome.FAILED:
        findings.append(
            (SubIndication.SIG_CRYPTO_FAILURE, cause("SIGNATURE_VALUE_WRONG", algorithm=candidate.scheme))
        )
        return False
    if outcome is EdgeOutcome.KEY_INVALID:
        # The certificate's key is no key of its algorithm: no signature can verify under it, but whether
        # this one is good cannot be told either (§5.2.7.4 asks for a key that can be used).
        findings.append(
            (
                SubIndication.CRYPTO_CONSTRAINTS_FAILURE,
                cause("SIGNER_KEY_UNUSABLE", certificate=candidate.certificate, algorithm=candidate.scheme),
            )
        )
        return None
    findings.append(
        (
            SubIndication.CRYPTO_CONSTRAINTS_FAILURE,
            cause("SIGNATURE_ALGORITHM_NOT_SUPPORTED", algorithm=candidate.scheme),
        )
    )
    return None


def _hex(value: bytes | None) -> str | None:
    return None if value is None else value.hex()
