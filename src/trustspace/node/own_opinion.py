"""What a node finds itself, before it asks anyone: EN 319 102-1's answer as one side of two opinions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from trustspace.encoding.certificate import Certificate
from trustspace.encoding.name import COUNTRY
from trustspace.errors import MalformedEncoding
from trustspace.receipts.opinions import OwnFinding
from trustspace.trust.snapshot import Snapshot
from trustspace.validation.causes import Cause
from trustspace.validation.indications import Indication, SubIndication
from trustspace.validation.report import CertificateReport, SignatureReport

_UNKNOWN_ALGORITHM = frozenset({"SIGNATURE_ALGORITHM_NOT_SUPPORTED", "DIGEST_ALGORITHM_NOT_SUPPORTED"})
_FALSE = frozenset({SubIndication.HASH_FAILURE, SubIndication.SIG_CRYPTO_FAILURE})
# Rules of ours that the signature breaks although we had all that it takes to judge. Everything else that
# leaves a signature indeterminate is something that we lack: a list, a chain, evidence, a proof of time.
_DOUBT = frozenset(
    {
        SubIndication.SIG_CONSTRAINTS_FAILURE,
        SubIndication.CHAIN_CONSTRAINTS_FAILURE,
        SubIndication.CRYPTO_CONSTRAINTS_FAILURE,
        SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
        SubIndication.TIMESTAMP_ORDER_FAILURE,
        SubIndication.REVOKED_NO_POE,
        SubIndication.REVOKED_CA_NO_POE,
    }
)


@dataclass(frozen=True, slots=True)
class Item:
    """One signature or certificate with the node's own report on it."""

    id: str
    certificate: Certificate | None
    indication: Indication
    sub_indication: SubIndication | None
    causes: tuple[Cause, ...]
    chain: tuple[str, ...]
    best_signature_time: datetime | None

    @classmethod
    def of_signature(cls, report: SignatureReport) -> Item:
        return cls(
            report.id,
            report.signer,
            report.indication,
            report.sub_indication,
            report.causes,
            report.chain,
            report.best_signature_time if report.proven_by is not None else None,
        )

    @classmethod
    def of_certificate(cls, report: CertificateReport) -> Item:
        return cls(
            certificate_id(report.certificate),
            report.certificate,
            report.indication,
            report.sub_indication,
            report.causes,
            report.chain,
            None,
        )

    @property
    def finding(self) -> OwnFinding:
        """The node's own side of two opinions."""
        if self.indication is Indication.TOTAL_PASSED:
            return OwnFinding.VALID
        if self.indication is Indication.TOTAL_FAILED:
            return OwnFinding.FALSE if self.sub_indication in _FALSE else OwnFinding.NEGATIVE
        if any(cause.code in _UNKNOWN_ALGORITHM for cause in self.causes):
            return OwnFinding.CANNOT_JUDGE
        return OwnFinding.DOUBTFUL if self.sub_indication in _DOUBT else OwnFinding.CANNOT_JUDGE

    @property
    def may_change(self) -> bool:
        """Whether what is missing can still arrive."""
        return self.sub_indication is SubIndication.TRY_LATER


def certificate_id(certificate: Certificate) -> str:
    """How a verdict names a certificate."""
    return f"C-{certificate.sha256[:16]}"


def home_of(item: Item, snapshot: Snapshot, own: str) -> tuple[str | None, bool]:
    """Whose signer it is, and whether the node can judge him by an anchor of its own.

    The anchor's member where the chain reaches one; else the country of the certificate's issuer, else of
    its subject (X.520 ``countryName``), in lower case as the register has members. None: no one's.
    """
    if item.chain:
        for anchor in snapshot.anchors_of(item.chain[-1]):
            return anchor.member or own, True
    if item.certificate is None:
        return None, False
    try:
        for name in (item.certificate.issuer, item.certificate.subject):
            country = name.get(COUNTRY)
            if country:
                return country.strip().lower(), False
    except MalformedEncoding:
        pass
    return None, False


def foreign_members(items: Sequence[Item], snapshot: Snapshot, own: str) -> dict[str, str]:
    """The member of each item (by id) that another TTP has a say in."""
    register = snapshot.register
    found: dict[str, str] = {}
    for item in items:
        member, by_anchor = home_of(item, snapshot, own)
        if member is None or member == own or by_anchor or register is None:
            continue
        if register.ttp_of_member(member) is not None:
            found[item.id] = member
    return found
