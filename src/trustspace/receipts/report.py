"""What verifying a receipt found: what is proven, by whom, when, and what is missing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from trustspace.algorithms.digests import digest_by_oid
from trustspace.algorithms.errors import AlgorithmNotSupported
from trustspace.encoding.certificate import Certificate
from trustspace.receipts.details import Imprint, ReceiptDetails
from trustspace.receipts.outcome import Outcome
from trustspace.validation.causes import Cause
from trustspace.validation.indications import Indication
from trustspace.validation.report import render_causes, signer_dict
from trustspace.validation.times import text


class Standing(Enum):
    """Whether the receipt itself is believed, whatever it says."""

    HOLDS = "holds"
    FAILS = "fails"
    UNKNOWN = "unknown"


_ORDER = (Standing.FAILS, Standing.UNKNOWN, Standing.HOLDS)


def weakest(*standings: Standing) -> Standing:
    """Failed over unknown over holding."""
    return min(standings, key=_ORDER.index, default=Standing.HOLDS)


@dataclass(frozen=True, slots=True)
class ImprintCheck:
    """An imprint in the receipt and whether it is the document's; None: not compared."""

    imprint: Imprint
    matches: bool | None

    @property
    def algorithm(self) -> str:
        """The algorithm's name, or its OID."""
        try:
            return digest_by_oid(self.imprint.oid).name
        except AlgorithmNotSupported:
            return self.imprint.oid


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptReport:
    """One receipt, and below it those embedded in it."""

    sha256: str
    standing: Standing
    says: Outcome
    service: str | None
    """vsd, vpkc, ccpd, cpd; None in an error notice."""
    member: str | None
    """Whose TTP it is by the register; None where the register does not know it."""
    issuer_name: str | None
    certificates: tuple[Certificate, ...]
    """The certificates that signed it, one a parallel signer."""
    serial: int | None
    response_time: datetime | None
    proven_time: datetime | None
    """When it existed by its time-stamps; None without a believed one."""
    imprints: tuple[ImprintCheck, ...]
    content_imprints: tuple[ImprintCheck, ...]
    details: ReceiptDetails | None
    status_text: tuple[str, ...]
    causes: tuple[Cause, ...]
    """Why it does not hold."""
    notes: tuple[Cause, ...]
    """What it does not prove although it holds."""
    embedded: tuple[ReceiptReport, ...]

    @property
    def document_matches(self) -> bool | None:
        """Whether it is about the document that was given; None where none was."""
        compared = [c.matches for c in (*self.imprints, *self.content_imprints) if c.matches is not None]
        return all(compared) if compared else None

    @property
    def indication(self) -> Indication:
        """The receipt's answer as far as the receipt is believed: only a receipt that holds passes."""
        if self.standing is Standing.FAILS:
            return Indication.TOTAL_FAILED
        if self.standing is Standing.UNKNOWN or self.says.undetermined:
            return Indication.INDETERMINATE
        return Indication.TOTAL_PASSED if self.says is Outcome.VALID else Indication.TOTAL_FAILED

    @property
    def exit_code(self) -> int:
        """0 it holds and says valid, 1 it fails or says invalid, 3 undetermined."""
        return self.indication.exit_code

    def to_dict(self, language: str = "en") -> dict[str, Any]:
        """``receipt verify --json`` as Python values."""
        details = self.details
        return {
            "indication": self.indication.value,
            "receipt": "sha256:" + self.sha256,
            "standing": self.standing.value,
            "says": self.says.value,
            "status_text": list(self.status_text),
            "service": self.service,
            "member": self.member,
            "issuer": self.issuer_name,
            "signers": [signer_dict(c) for c in self.certificates],
            "serial": self.serial,
            "response_time": text(self.response_time),
            "proven_time": text(self.proven_time),
            "document_matches": self.document_matches,
            "imprints": [_imprint(check) for check in self.imprints],
            "content_imprints": [_imprint(check) for check in self.content_imprints],
            "details": None if details is None else _details(details),
            "causes": render_causes(self.causes, language),
            "missing": render_causes(self.notes, language),
            "embedded": [receipt.to_dict(language) for receipt in self.embedded],
        }

    def to_json(self, language: str = "en", *, indent: int | None = None) -> bytes:
        """The same as UTF-8 JSON: equal reports are equal bytes."""
        separators = (",", ":") if indent is None else None
        values = self.to_dict(language)
        return json.dumps(values, ensure_ascii=False, indent=indent, separators=separators).encode()


def _imprint(check: ImprintCheck) -> dict[str, Any]:
    return {"algorithm": check.algorithm, "digest": check.imprint.digest.hex(), "matches": check.matches}


def _details(details: ReceiptDetails) -> dict[str, Any]:
    return {
        "member": details.member,
        "ground": details.ground,
        "alarm": details.alarm,
        "control_time": text(details.control_time),
        "policy": {"name": details.policy_name, "sha256": details.policy.hex()},
        "snapshot": "sha256:" + details.snapshot.hex(),
        "evidence": "sha256:" + details.evidence.hex(),
        "report": "sha256:" + details.report.hex(),
        "engine": details.engine,
        "modules": list(details.modules),
        "nonce": details.nonce.hex(),
        "verdicts": [
            {
                "id": verdict.id,
                "outcome": verdict.outcome.value,
                "ground": verdict.ground,
                "indication": verdict.indication,
                "sub_indication": verdict.sub_indication,
                "best_signature_time": text(verdict.best_signature_time),
                "causes": list(verdict.causes),
            }
            for verdict in details.verdicts
        ],
        "opinions": [
            {
                "member": opinion.member,
                "outcome": None if opinion.outcome is None else opinion.outcome.value,
                "receipt": None if opinion.receipt_sha256 is None else opinion.receipt_sha256.hex(),
            }
            for opinion in details.opinions
        ],
    }
