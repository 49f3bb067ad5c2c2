"""Which of the node's own keys signs now: the newest of its ring that nothing speaks against.

A TTP re-checks its own certificate before it issues (RFC 3029 §8.1): its period and what is known of its
revocation (``keys.usability``), its path to the CA of the TTP service, and its standing in the register.
"""

from __future__ import annotations

from datetime import datetime

from trustspace.encoding.certificate import Certificate
from trustspace.keys.errors import CertificateNotUsable, NoUsableKey
from trustspace.keys.ring import KeyRing, RingKey
from trustspace.keys.usability import refusal
from trustspace.node.material import TrustState
from trustspace.node.peers import not_granted
from trustspace.pki.edges import EdgeCache
from trustspace.pki.issuing.signed_data import CmsSigner
from trustspace.pki.pool import CertificatePool
from trustspace.pki.revocation import statements
from trustspace.validation.causes import Cause, cause
from trustspace.validation.indications import Indication
from trustspace.validation.times import Times


def choose(
    ring: KeyRing, state: TrustState, member: str, now: datetime, edges: EdgeCache
) -> CmsSigner | list[Cause]:
    """The key that signs at ``now``, or why none of the ring may."""
    found: list[Cause] = []

    def refuse(certificate: Certificate) -> CertificateNotUsable | None:
        (held,) = [key for key in ring.keys if key.certificate == certificate][:1]
        reason = _against(held, state, member, now, edges)
        if reason is None:
            return None
        found.append(reason)
        return CertificateNotUsable(reason.code, certificate=str(certificate.subject))

    try:
        return ring.at(now, refuse).signer
    except NoUsableKey as none:
        if not found:  # no key is in its period
            periods = (refusal(key.certificate, (), now, status_needed=False) for key in ring.keys)
            found = [Cause(each.code, each.parameters) for each in periods if each is not None]
        return found or [Cause(none.code, none.parameters)]


def _against(key: RingKey, state: TrustState, member: str, now: datetime, edges: EdgeCache) -> Cause | None:
    """Why this key must not sign now; None where it may."""
    certificate = key.certificate
    snapshot = state.receipts.validator.snapshot
    pool = CertificatePool((*(anchor.certificate for anchor in snapshot.anchors), *key.chain))
    known = statements(certificate, pool, state.evidence, edges)
    # A current "good" is what the path validation demands; here is what counts whatever that says.
    refused = refusal(certificate, known, now, status_needed=False)
    if refused is not None:
        return Cause(refused.code, refused.parameters)
    report = state.receipts.validator.validate_certificate(certificate, Times.at(now), others=key.chain)
    if report.indication is not Indication.TOTAL_PASSED:
        sub = report.sub_indication
        reason = report.indication.value if sub is None else f"{report.indication.value}, {sub.value}"
        return cause("NODE_CERTIFICATE_UNUSABLE", reason=reason)
    if state.register is None:
        return None
    entry = state.register.ttp_of_certificate(certificate.sha256)
    if entry is None or entry.member != member:
        return cause("NODE_UNREGISTERED", certificate=certificate.sha256)
    return None if entry.granted_at(now) else not_granted(entry, now)
