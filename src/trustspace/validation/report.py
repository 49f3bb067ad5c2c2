"""The report: what EN 319 102-1 makes of facts, snapshot, times and policy.

Indication, sub-indication, and codes with parameters; nothing in it is prose. :meth:`Report.to_json` renders
the design's ``validate --json`` with the words of one language added at the edge.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from trustspace.validation.causes import Cause
from trustspace.validation.indications import Indication, SubIndication, worst
from trustspace.validation.times import text

if TYPE_CHECKING:
    from trustspace.encoding.certificate import Certificate


@dataclass(frozen=True, slots=True)
class ScopeEntry:
    """What was signed: one row of a signature's scope."""

    name: str
    digest_algorithm: str | None
    digest: str | None
    """Hex; the computed one where the data was at hand, else the one that the signature claims."""
    intact: bool | None


@dataclass(frozen=True, slots=True)
class TimestampReport:
    """A time-stamp, judged by §5.4, and whether it proves anything about the signature."""

    id: str
    kind: str
    time: datetime | None
    indication: Indication
    sub_indication: SubIndication | None
    intact: bool | None
    """Whether its imprint is that of what it should cover."""
    certificate: Certificate | None
    chain: tuple[str, ...]
    causes: tuple[Cause, ...]

    @property
    def passed(self) -> bool:
        """Whether it proves existence at :attr:`time`."""
        return self.indication is Indication.TOTAL_PASSED


@dataclass(frozen=True, slots=True)
class SignatureReport:
    """One signature, judged by §5.3 and §5.5."""

    id: str
    format: str
    level: str
    parent: str | None
    """The id of the signature that this one counter-signs."""
    indication: Indication
    sub_indication: SubIndication | None
    digest_intact: bool | None
    signature_intact: bool | None
    signer: Certificate | None
    claimed_signing_time: datetime | None
    best_signature_time: datetime
    """The earliest proof of existence; the control time when there is none."""
    proven_by: str | None
    """What proves it (a time-stamp's id); None when there is no proof."""
    algorithms: dict[str, str | None]
    chain: tuple[str, ...]
    """SHA-256 of the certificates, the signer's first, the anchor's last."""
    timestamps: tuple[TimestampReport, ...]
    causes: tuple[Cause, ...]
    """All that is wrong, most decisive first."""
    scope: tuple[ScopeEntry, ...]
    notes: tuple[Cause, ...] = ()
    """Oddities of the format that were tolerated; none of them weighs on the indication."""

    @property
    def passed(self) -> bool:
        """TOTAL-PASSED?"""
        return self.indication is Indication.TOTAL_PASSED


@dataclass(frozen=True, slots=True)
class CertificateReport:
    """A certificate on its own, judged by §5.2.6 (what a DVCS vpkc request asks)."""

    certificate: Certificate
    indication: Indication
    sub_indication: SubIndication | None
    chain: tuple[str, ...]
    causes: tuple[Cause, ...]
    control_time: datetime
    policy: str
    policy_sha256: str
    snapshot: str
    evidence: str
    engine: str

    @property
    def passed(self) -> bool:
        """TOTAL-PASSED?"""
        return self.indication is Indication.TOTAL_PASSED


@dataclass(frozen=True, slots=True)
class Report:
    """The whole document, judged."""

    signatures: tuple[SignatureReport, ...]
    control_time: datetime
    cut_off: datetime
    policy: str
    policy_sha256: str
    snapshot: str
    """SHA-256, hex."""
    evidence: str
    """SHA-256, hex."""
    engine: str
    """Name and version of what judged and of the cryptographic modules, and whether they are certified."""
    causes: tuple[Cause, ...] = ()
    """What is wrong with the document as a whole."""

    @property
    def indication(self) -> Indication:
        """The worst of the signatures."""
        return worst([signature.indication for signature in self.signatures])

    @property
    def exit_code(self) -> int:
        """0 TOTAL-PASSED, 1 TOTAL-FAILED, 3 INDETERMINATE."""
        return self.indication.exit_code

    def to_dict(self, language: str = "en") -> dict[str, Any]:
        """The design's ``validate --json`` as Python values; ``language`` is "en" or "ru"."""
        return {
            "indication": self.indication.value,
            "signatures": [_signature(signature, language) for signature in self.signatures],
            "control_time": text(self.control_time),
            "evidence_cut_off": text(self.cut_off),
            "policy": {"name": self.policy, "sha256": self.policy_sha256},
            "snapshot": "sha256:" + self.snapshot,
            "evidence": "sha256:" + self.evidence,
            "engine": self.engine,
            "causes": render_causes(self.causes, language),
        }

    def to_json(self, language: str = "en", *, indent: int | None = None) -> bytes:
        """The same as UTF-8 JSON, keys in the design's order: equal reports are equal bytes."""
        if indent is None:
            return _COMPACT.encode(self.to_dict(language)).encode()
        return json.dumps(self.to_dict(language), ensure_ascii=False, indent=indent).encode()


_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def render_causes(causes: tuple[Cause, ...], language: str) -> list[dict[str, Any]]:
    """Causes with their words."""
    if not causes:
        return []
    from trustspace.validation.catalogue import render  # noqa: PLC0415 - a pass needs no words

    rows = []
    for item in causes:
        message, remedy = render(item.code, item.parameters, language)
        rows.append(
            {
                "code": item.code,
                "parameters": dict(sorted(item.parameters.items())),
                "message": message,
                "remedy": remedy,
            }
        )
    return rows


def _signature(signature: SignatureReport, language: str) -> dict[str, Any]:
    return {
        "id": signature.id,
        "format": signature.format,
        "level": signature.level,
        "counter_signature_of": signature.parent,
        "indication": signature.indication.value,
        "sub_indication": _value(signature.sub_indication),
        "intact": {"digest": signature.digest_intact, "signature": signature.signature_intact},
        "signer": signer_dict(signature.signer),
        "claimed_signing_time": text(signature.claimed_signing_time),
        "best_signature_time": text(signature.best_signature_time),
        "best_signature_time_proven_by": signature.proven_by,
        "algorithms": signature.algorithms,
        "certificate_chain": list(signature.chain),
        "timestamps": [_timestamp(timestamp, language) for timestamp in signature.timestamps],
        "causes": render_causes(signature.causes, language),
        "scope": [
            {
                "name": entry.name,
                "digest_algorithm": entry.digest_algorithm,
                "digest": entry.digest,
                "intact": entry.intact,
            }
            for entry in signature.scope
        ],
        "notes": render_causes(signature.notes, language),
    }


def _timestamp(timestamp: TimestampReport, language: str) -> dict[str, Any]:
    return {
        "id": timestamp.id,
        "kind": timestamp.kind,
        "time": text(timestamp.time),
        "indication": timestamp.indication.value,
        "sub_indication": _value(timestamp.sub_indication),
        "intact": timestamp.intact,
        "signer": signer_dict(timestamp.certificate),
        "certificate_chain": list(timestamp.chain),
        "causes": render_causes(timestamp.causes, language),
    }


def _value(sub: SubIndication | None) -> str | None:
    return None if sub is None else sub.value


def signer_dict(certificate: Certificate | None) -> dict[str, Any] | None:
    """A signer as the report shows it: digest, subject, national identity."""
    if certificate is None:
        return None
    from trustspace.validation.reading import subject_text  # noqa: PLC0415 - report edge only
    from trustspace.validation.signer import identity_dict  # noqa: PLC0415

    return {
        "certificate_sha256": certificate.sha256,
        "subject": subject_text(certificate),
        "identity": identity_dict(certificate),
    }
