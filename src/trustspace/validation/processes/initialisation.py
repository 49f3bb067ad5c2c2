"""Validation context initialisation (EN 319 102-1 §5.2.4): the signature policy that the signature names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trustspace.validation.causes import cause
from trustspace.validation.indications import SubIndication
from trustspace.validation.processes.context import Context, Finding

if TYPE_CHECKING:
    from trustspace.validation.facts import SignatureFacts


def check_signature_policy(context: Context, signature: SignatureFacts, findings: list[Finding]) -> None:
    """Is the named signature policy at hand, and is it the one whose digest the signer signed?"""
    at_hand = context.policy.signature.policies
    named = signature.policy
    if at_hand is None or named is None or named.oid is None:
        return
    digests = at_hand.get(named.oid)
    if digests is None:
        findings.append(
            (
                SubIndication.SIGNATURE_POLICY_NOT_AVAILABLE,
                cause("SIGNATURE_POLICY_NOT_AT_HAND", policy=named.oid),
            )
        )
        return
    if digests and named.digest and named.digest.hex() not in digests:
        # §5.2.4.4: the policy that is at hand is not the one that was signed, so it cannot be processed.
        findings.append(
            (
                SubIndication.POLICY_PROCESSING_ERROR,
                cause("SIGNATURE_POLICY_DIGEST_MISMATCH", policy=named.oid, digest=named.digest.hex()),
            )
        )
