"""Identification of the signing certificate (EN 319 102-1 §5.2.3).

The signing-certificate attribute decides where it is present: a certificate that it does not name is not the
signer's, whatever its key verifies (RFC 5035: that is what the attribute is for). Without it the SignerInfo's
identifier is all there is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trustspace.pki.edges import EdgeOutcome
from trustspace.validation.causes import cause
from trustspace.validation.facts import ReferenceMatch
from trustspace.validation.indications import SubIndication
from trustspace.validation.processes.context import Finding

if TYPE_CHECKING:
    from trustspace.validation.facts import Candidate, SignatureFacts

_NONE_FOUND = SubIndication.NO_SIGNING_CERTIFICATE_FOUND


def identify_signer(signature: SignatureFacts, findings: list[Finding]) -> tuple[Candidate, ...]:
    """The candidates that may be the signer's, best first.

    With findings, the first candidate (if any) is still given, so that the report can show who was claimed.
    """
    candidates = signature.candidates
    if not candidates:
        findings.append((_NONE_FOUND, cause("SIGNING_CERTIFICATE_ABSENT")))
        return ()
    if not signature.identified:
        named = tuple(candidate for candidate in candidates if candidate.identifier)
        if not named:
            findings.append((_NONE_FOUND, cause("SIGNING_CERTIFICATE_ABSENT")))
            return ()
        return _verified_first(named)
    first = candidates[0]
    if (
        first.reference is ReferenceMatch.MATCH
        and first.identifier is not False
        and first.issuer_serial is not False
    ):
        if len(candidates) == 1:
            return candidates
        return _verified_first(
            tuple(
                candidate
                for candidate in candidates
                if candidate.reference is ReferenceMatch.MATCH
                and candidate.identifier is not False
                and candidate.issuer_serial is not False
            )
        )
    if first.reference is ReferenceMatch.UNSUPPORTED:
        findings.append(
            (
                SubIndication.CRYPTO_CONSTRAINTS_FAILURE,
                cause("SIGNING_CERTIFICATE_REFERENCE_UNSUPPORTED", certificate=first.certificate),
            )
        )
    elif first.reference is ReferenceMatch.MATCH:
        # The digest names this certificate, but the identifier or issuerSerial names another: §5.2.3.4.
        findings.append(
            (_NONE_FOUND, cause("SIGNING_CERTIFICATE_IDENTIFIERS_DIFFER", certificate=first.certificate))
        )
    else:
        findings.append(
            (_NONE_FOUND, cause("SIGNING_CERTIFICATE_REFERENCE_MISMATCH", certificate=first.certificate))
        )
    return (first,)


def _verified_first(candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """Of several equally named certificates, those under whose key the signature verifies come first."""
    if len(candidates) == 1:
        return candidates
    return tuple(sorted(candidates, key=lambda candidate: candidate.outcome is not EdgeOutcome.VERIFIED))
