"""What one revocation datum says of one certificate."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from trustspace.encoding.certificate import Certificate
from trustspace.pki.edges import EdgeOutcome


class RevocationStatus(StrEnum):
    """The status of a certificate (RFC 6960 §2.2); a CRL that does not list a certificate says "good"."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


class RevocationReason(StrEnum):
    """CRLReason (RFC 5280 §5.3.1)."""

    UNSPECIFIED = "unspecified"
    KEY_COMPROMISE = "keyCompromise"
    CA_COMPROMISE = "cACompromise"
    AFFILIATION_CHANGED = "affiliationChanged"
    SUPERSEDED = "superseded"
    CESSATION_OF_OPERATION = "cessationOfOperation"
    CERTIFICATE_HOLD = "certificateHold"
    REMOVE_FROM_CRL = "removeFromCRL"
    PRIVILEGE_WITHDRAWN = "privilegeWithdrawn"
    AA_COMPROMISE = "aACompromise"


_REASONS = {
    0: RevocationReason.UNSPECIFIED,
    1: RevocationReason.KEY_COMPROMISE,
    2: RevocationReason.CA_COMPROMISE,
    3: RevocationReason.AFFILIATION_CHANGED,
    4: RevocationReason.SUPERSEDED,
    5: RevocationReason.CESSATION_OF_OPERATION,
    6: RevocationReason.CERTIFICATE_HOLD,
    8: RevocationReason.REMOVE_FROM_CRL,
    9: RevocationReason.PRIVILEGE_WITHDRAWN,
    10: RevocationReason.AA_COMPROMISE,
}


def reason_of(number: int | None) -> RevocationReason | None:
    """The reason of a number; None where it is absent, ``UNSPECIFIED`` where nobody knows it."""
    return None if number is None else _REASONS.get(number, RevocationReason.UNSPECIFIED)


class StatementProblem(StrEnum):
    """Why a statement is not to be relied on, whatever its times."""

    SIGNER_NOT_FOUND = "SIGNER_NOT_FOUND"
    SIGNER_KEY_USAGE = "SIGNER_KEY_USAGE"
    RESPONDER_NOT_AUTHORISED = "RESPONDER_NOT_AUTHORISED"
    OUT_OF_SCOPE = "OUT_OF_SCOPE"
    SOME_REASONS_ONLY = "SOME_REASONS_ONLY"
    DELTA_WITHOUT_BASE = "DELTA_WITHOUT_BASE"
    UNKNOWN_CRITICAL_EXTENSION = "UNKNOWN_CRITICAL_EXTENSION"
    UNKNOWN_CRITICAL_ENTRY_EXTENSION = "UNKNOWN_CRITICAL_ENTRY_EXTENSION"
    REASON_MISPLACED = "REASON_MISPLACED"
    MALFORMED = "MALFORMED"
    CERT_HASH_MISMATCH = "CERT_HASH_MISMATCH"
    HASH_NOT_SUPPORTED = "HASH_NOT_SUPPORTED"


@dataclass(frozen=True, slots=True)
class RevocationStatement:
    """One datum's word on one certificate: a fact, whatever the time and the policy.

    ``status`` is what the datum says, even if ``signature`` or ``problems`` forbid to rely on it
    (:attr:`reliable`). Whether it is fresh follows from its times. Of reliable statements, revocation stands
    once said; only ``certificateHold`` may be lifted by a newer one (RFC 5280 §5.3.1).
    """

    certificate: str
    """SHA-256 of the certificate, as of all that follow, hexadecimal."""
    source: str
    """"crl" or "ocsp"."""
    digest: str
    """SHA-256 of the CRL or OCSP response."""
    status: RevocationStatus
    this_update: datetime
    next_update: datetime | None = None
    revocation_time: datetime | None = None
    reason: RevocationReason | None = None
    invalidity_date: datetime | None = None
    produced_at: datetime | None = None
    """OCSP: when the response was signed."""
    signer: str | None = None
    """The certificate whose key verifies the datum (or would, by name)."""
    signer_is_issuer: bool = False
    """Whether that key is the key that signed the certificate itself; otherwise the signer needs a path."""
    signature: EdgeOutcome = EdgeOutcome.KEY_INVALID
    algorithm: str = ""
    key_size: int | None = None
    problems: tuple[str, ...] = ()
    """Of :class:`StatementProblem`."""
    with_data: tuple[str, ...] = ()
    """Further data that it rests on: the base of a delta CRL, the other CRLs that complete the reasons."""
    archive_cutoff: datetime | None = None
    """From when on the status of expired certificates is kept (RFC 6960 §4.4.4, X.509 expiredCertsOnCRL)."""
    signer_certificate: Certificate | None = field(default=None, compare=False, repr=False)
    """The signer itself, which may have come inside an OCSP response."""
    other_signers: tuple[str, ...] = ()
    """Further certificates of the same key and name (cross-certificates)."""

    @property
    def reliable(self) -> bool:
        """Whether the signature verifies and nothing speaks against the datum."""
        return self.signature is EdgeOutcome.VERIFIED and not self.problems
