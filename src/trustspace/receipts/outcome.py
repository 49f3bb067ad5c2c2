"""The four values of an answer, and the one table that carries them over two-valued wires.

DVCS knows *granted* and *rejection*, the EEC's XML knows ``Success`` and ``Error``, its journal a boolean:
none has a word for "cannot be verified". So undetermined travels as an answer that is no success, without
the failure code that means a bad signature, and with a fixed phrase that says it in words; a reader of
ours finds the phrase and gets the value back, a reader of others' at least reads it.

Sources: RFC 3029 §9 and RFC 2510 §3.2.3 (PKIStatus, PKIFailureInfo); Kazakhstan's order 547/НҚ (the three
verdicts); STB 34.101.81 (a rejection is a ``dvErrorNote``); EEC receipt ``urn:EEC:TTP:v1.0:receipt``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from trustspace.encoding.pki_status import PKIFailureInfo, PKIStatus, PKIStatusInfo
from trustspace.errors import InputError


class OutcomeUnreadable(InputError):
    """A wire status that no row of the table explains. Parameters: ``wire``, ``status``."""

    code = "OUTCOME_UNREADABLE"


class Outcome(Enum):
    """What a TTP answers of a signature, a certificate, or a whole document."""

    VALID = "valid"
    INVALID = "invalid"
    UNDETERMINED_FOR_GOOD = "undetermined-for-good"
    UNDETERMINED_FOR_NOW = "undetermined-for-now"

    @property
    def undetermined(self) -> bool:
        return self in (Outcome.UNDETERMINED_FOR_GOOD, Outcome.UNDETERMINED_FOR_NOW)

    @property
    def final(self) -> bool:
        """A final answer is a receipt; a deferred one is judged again when it is asked for again."""
        return self is not Outcome.UNDETERMINED_FOR_NOW


_RANK = {
    Outcome.INVALID: 0,
    Outcome.UNDETERMINED_FOR_NOW: 1,
    Outcome.UNDETERMINED_FOR_GOOD: 2,
    Outcome.VALID: 3,
}


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome of the whole: failed over indeterminate over passed.

    "For now" ranks above "for good", since the whole may still change. Nothing at all proves nothing: it
    is undetermined for good.
    """
    return min(outcomes, key=_RANK.__getitem__, default=Outcome.UNDETERMINED_FOR_GOOD)


class Dialect(Enum):
    """Whose DVCS is spoken. The three contradict one another, so a peer has exactly one."""

    RFC3029 = "rfc3029"
    KZ = "kz"
    BY = "by"


@dataclass(frozen=True, slots=True)
class DvcsStatus:
    """A PKIStatusInfo and where it stands: in ``dvStatus`` (None: absent) or in a ``dvErrorNote``."""

    status: PKIStatus | None
    text: tuple[str, ...] = ()
    fail_info: frozenset[int] = frozenset()
    error_note: bool = False

    @classmethod
    def of(cls, info: PKIStatusInfo | None, *, error_note: bool = False) -> DvcsStatus:
        """As it was read; None is an absent ``dvStatus``."""
        if info is None:
            return cls(None, error_note=error_note)
        return cls(info.status, info.text, info.fail_info, error_note)

    @property
    def info(self) -> PKIStatusInfo | None:
        """As it is written; None is left out."""
        return None if self.status is None else PKIStatusInfo.build(self.status, self.text, self.fail_info)


# The phrases are part of the wire: never reword one without keeping the old one readable.
CANNOT_FOR_GOOD = "cannot be verified"
CANNOT_FOR_NOW = "cannot be verified yet"
_CANNOT_RU_GOOD = "невозможно проверить"
_CANNOT_RU_NOW = "пока невозможно проверить"

_WORDS: dict[Outcome, tuple[str, str]] = {
    Outcome.VALID: ("verified", "проверено"),
    Outcome.INVALID: ("not verified: the check failed", "не проверено: проверка не пройдена"),
    Outcome.UNDETERMINED_FOR_GOOD: (CANNOT_FOR_GOOD, _CANNOT_RU_GOOD),
    Outcome.UNDETERMINED_FOR_NOW: (CANNOT_FOR_NOW, _CANNOT_RU_NOW),
}

# Kazakhstan's order 547/НҚ words the verdicts itself: Проверено / Не проверено / Невозможно проверить.
_KZ_WORDS: dict[Outcome, str] = {
    Outcome.VALID: "Проверено",
    Outcome.INVALID: "Не проверено",
    Outcome.UNDETERMINED_FOR_GOOD: "Невозможно проверить",
    Outcome.UNDETERMINED_FOR_NOW: "Пока невозможно проверить",
}

_REJECTED: frozenset[int] = frozenset({PKIFailureInfo.INCORRECT_DATA})
_NOT_OURS: frozenset[int] = frozenset({PKIFailureInfo.WRONG_AUTHORITY})
_NOTHING: frozenset[int] = frozenset()

# (status, failInfo) of the whole answer, one row a value.
_STATUS: dict[Outcome, tuple[PKIStatus, frozenset[int]]] = {
    Outcome.VALID: (PKIStatus.GRANTED, _NOTHING),
    Outcome.INVALID: (PKIStatus.REJECTION, _REJECTED),
    Outcome.UNDETERMINED_FOR_GOOD: (PKIStatus.REJECTION, _NOT_OURS),
    Outcome.UNDETERMINED_FOR_NOW: (PKIStatus.WAITING, _NOTHING),
}


def to_dvcs(outcome: Outcome, dialect: Dialect, *, partial: bool = False) -> DvcsStatus:
    """The ``dvStatus`` or error status of an answer.

    ``partial`` says that some signature of the document is valid although the whole is not: RFC 3029's
    ``grantedWithMods``. It never stands for a deferred answer, and Belarus's profile has no partial answer.
    """
    status, fail_info = _STATUS[outcome]
    if dialect is Dialect.BY:
        if outcome is Outcome.VALID:
            # All optional fields are omitted; absent dvStatus means success (STB 34.101.81).
            return DvcsStatus(None)
        return DvcsStatus(status, _words(outcome, dialect), fail_info, error_note=True)
    if partial and outcome in (Outcome.INVALID, Outcome.UNDETERMINED_FOR_GOOD):
        return DvcsStatus(PKIStatus.GRANTED_WITH_MODS, _words(outcome, dialect), _NOTHING)
    return DvcsStatus(status, _words(outcome, dialect), fail_info)


def to_certificate_status(outcome: Outcome, dialect: Dialect) -> DvcsStatus:
    """The ``pkistatus`` of one signature or certificate within ``certs``."""
    status, fail_info = _STATUS[outcome]
    return DvcsStatus(status, _words(outcome, dialect), fail_info)


def from_dvcs(wire: DvcsStatus) -> Outcome:
    """The outcome that a status means, of our own making or of others'.

    What is not plainly a success is never one; what carries the phrase, or a failure code that speaks of
    the request and not of the signature, is undetermined and never a signature error.

    Raises:
        OutcomeUnreadable: a status that DVCS does not use for an answer.
    """
    said = _phrase(wire.text)
    status = wire.status
    if status is None and wire.error_note:
        raise OutcomeUnreadable(wire="dvcs", status="none")
    if status is None or status is PKIStatus.GRANTED:
        if wire.error_note or said is not None or wire.fail_info:
            # "Granted" that takes itself back is a contradiction, and not a success.
            return said or Outcome.UNDETERMINED_FOR_GOOD
        return Outcome.VALID
    if status is PKIStatus.WAITING:
        return Outcome.UNDETERMINED_FOR_NOW
    if status in (PKIStatus.REJECTION, PKIStatus.GRANTED_WITH_MODS):
        if said is not None:
            return said
        if wire.fail_info - _REJECTED:
            return Outcome.UNDETERMINED_FOR_GOOD
        return Outcome.INVALID
    if status is PKIStatus.REVOCATION_NOTIFICATION:
        return Outcome.INVALID
    raise OutcomeUnreadable(wire="dvcs", status=int(status))


def _words(outcome: Outcome, dialect: Dialect) -> tuple[str, ...]:
    if dialect is Dialect.KZ:
        return (_KZ_WORDS[outcome], _WORDS[outcome][0])
    return _WORDS[outcome]


def _phrase(text: Iterable[str]) -> Outcome | None:
    said = " ".join(text).casefold()
    if CANNOT_FOR_NOW in said or _CANNOT_RU_NOW in said:
        return Outcome.UNDETERMINED_FOR_NOW
    if CANNOT_FOR_GOOD in said or _CANNOT_RU_GOOD in said:
        return Outcome.UNDETERMINED_FOR_GOOD
    return None


class ReasonCode(Enum):
    """``ReasonCode`` of the EEC receipt's ``Error``."""

    SIGNATURE_ERROR = "Signature.Error"
    BAD_CERTIFICATE = "Signature.BadCertificate"
    AUTHENTICITY_ERROR = "Document.AuthenticityError"


@dataclass(frozen=True, slots=True)
class EecReport:
    """One ``Success`` (no reason) or ``Error`` of ``urn:EEC:TTP:v1.0:receipt``."""

    reason: ReasonCode | None = None
    text: str = ""

    @property
    def success(self) -> bool:
        return self.reason is None


@dataclass(frozen=True, slots=True)
class EecJournal:
    """A row of the gateway's journal: ``IsValid``, ``ErrorCode?``, ``ReasonText?``."""

    is_valid: bool
    error_code: str | None = None
    reason_text: str | None = None


def to_eec(outcome: Outcome, reason: ReasonCode = ReasonCode.SIGNATURE_ERROR) -> EecReport:
    """The EEC receipt's report; ``reason`` says which of its three codes a failure has.

    The schema has no code for "cannot be verified". ``Signature.BadCertificate`` is the nearest that does
    not say the signature is false, and the text, which leads with the phrase, says the rest.
    """
    if outcome is Outcome.VALID:
        return EecReport()
    english, russian = _WORDS[outcome]
    text = f"{russian} / {english}"
    return EecReport(ReasonCode.BAD_CERTIFICATE if outcome.undetermined else reason, text)


def from_eec(report: EecReport) -> Outcome:
    """The outcome that an EEC report means; others' errors without the phrase are errors."""
    said = _phrase((report.text,))
    if report.success:
        return said or Outcome.VALID
    return said or Outcome.INVALID


def to_journal(report: EecReport) -> EecJournal:
    """The journal's row for a report."""
    if report.reason is None:
        return EecJournal(True)
    return EecJournal(False, report.reason.value, report.text)


def from_journal(row: EecJournal) -> Outcome:
    """The outcome that a journal's row means."""
    said = _phrase((row.reason_text or "",))
    if said is not None:
        return said
    return Outcome.VALID if row.is_valid and row.error_code is None else Outcome.INVALID
