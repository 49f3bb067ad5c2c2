"""The state of the authority: what replaying the journal gives, record by record, each checked."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from trustspace.authority import effects, products
from trustspace.authority.acts import Act, ActKind, OwnService
from trustspace.authority.ceremony import Ceremony, Officer
from trustspace.authority.errors import ActMalformed, ActRefused, JournalBroken
from trustspace.authority.journal import BEFORE_THE_FIRST, Record, RecordKind
from trustspace.authority.reading import Reader, time_text
from trustspace.authority.signatures import Signature
from trustspace.authority.values import (
    CertificatePeriod,
    CertificateStatus,
    CrlIssue,
    Decision,
    Issued,
    IssuerName,
    Publication,
    Registered,
    Service,
)
from trustspace.encoding.certificate import Certificate
from trustspace.errors import MalformedEncoding

_BY_OFFICERS = frozenset({RecordKind.PROPOSAL, RecordKind.APPROVAL})


@dataclass(slots=True)
class State:
    """What holds after the last record. Only :meth:`apply` changes it; everything in it is immutable."""

    space: str = ""
    ceremony_act: str = ""
    began: Ceremony | None = None
    records: int = 0
    head: str = BEFORE_THE_FIRST
    """The digest of the last record."""
    time: datetime = datetime(1, 1, 1, tzinfo=UTC)
    """When the last record was written."""
    quorum: int = 0
    officers: dict[str, Officer] = field(default_factory=dict)
    """Who may act now, by the SHA-256 of the certificate."""
    decisions: dict[str, Decision] = field(default_factory=dict)
    issued: dict[str, Issued] = field(default_factory=dict)
    fulfilled: dict[tuple[str, int], str] = field(default_factory=dict)
    """(act, which of its requests) → the SHA-256 of the certificate that was issued for it."""
    own: dict[OwnService, Certificate] = field(default_factory=dict)
    """The certificates of the authority's own signers as they are now."""
    services: dict[str, Service] = field(default_factory=dict)
    authorities: dict[str, Registered] = field(default_factory=dict)
    crls: dict[IssuerName, CrlIssue] = field(default_factory=dict)
    publication: Publication | None = None

    @classmethod
    def replay(cls, records: Iterable[Record]) -> State:
        """The state after all records. Raises ``JournalBroken`` at the first that is wrong."""
        state = cls()
        for record in records:
            state.replay_one(record)
        if not state.records:
            raise JournalBroken("JOURNAL_EMPTY", number=1, kind="?")
        return state

    def replay_one(self, record: Record) -> None:
        """As :meth:`apply`, of a record that stands in the journal. Raises ``JournalBroken``."""
        try:
            self.apply(record)
        except ActRefused as error:
            reason = error.code
            raise JournalBroken(
                "JOURNAL_ACT_REFUSED", number=record.number, kind=record.kind.value, reason=reason
            ) from error
        except (ActMalformed, MalformedEncoding) as error:
            raise JournalBroken(number=record.number, kind=record.kind.value, reason=str(error)) from error

    def copy(self) -> State:
        """A state of its own, to try a record on."""
        made = copy.copy(self)
        for name in (
            "officers",
            "decisions",
            "issued",
            "fulfilled",
            "own",
            "services",
            "authorities",
            "crls",
        ):
            setattr(made, name, dict(getattr(self, name)))
        return made

    @property
    def ceremony(self) -> Ceremony:
        """What the authority began with; there is one from the first record on."""
        assert self.began is not None
        return self.began

    @property
    def established(self) -> bool:
        """Whether enough of the founding officers signed the ceremony."""
        return self.decisions[self.ceremony_act].effective is not None

    def apply(self, record: Record) -> None:
        """Take one more record.

        Raises ``JournalBroken`` where its place, time or signatures are wrong, ``ActRefused`` where the rules
        do not allow what it says, ``ActMalformed`` where it says nothing that can be understood.
        """
        self._check_place(record)
        body = Reader(record.body, f"{record.kind.value} {record.number}")
        match record.kind:
            case RecordKind.CEREMONY:
                self._ceremony(record, body)
            case RecordKind.PROPOSAL:
                self._proposal(record, body)
            case RecordKind.APPROVAL:
                self._approval(record, body)
            case RecordKind.CERTIFICATE:
                self._certificate(record, body)
            case RecordKind.CRL:
                products.take_crl(self, record, body)
            case RecordKind.PUBLICATION:
                products.take_publication(self, record, body)
        body.finish()
        self.records, self.head, self.time = record.number, record.digest, record.recorded

    # --- Place, seal ---------------------------------------------------------------------------------------

    def _check_place(self, record: Record) -> None:
        def broken(code: str, **more: str | int | None) -> JournalBroken:
            return JournalBroken(code, number=record.number, kind=record.kind.value, **more)

        if record.number != self.records + 1:
            raise broken("JOURNAL_NUMBER_WRONG", found=record.number)
        if record.previous != self.head:
            raise broken("JOURNAL_CHAIN_BROKEN")
        if record.recorded < self.time:
            raise broken("JOURNAL_TIME_BACKWARDS", before=time_text(self.time))
        if (record.kind is RecordKind.CEREMONY) is not (record.number == 1):
            raise broken("JOURNAL_MISPLACED")
        if record.number == 1:
            return  # its seal is by the register's signer, whose certificate it brings
        sealer = self._sealer(record)
        if sealer is None:
            raise broken("JOURNAL_SEAL_FOREIGN")
        if not record.seal.verifies(sealer, record.sealed):
            raise broken("JOURNAL_SEAL_INVALID")

    def _sealer(self, record: Record) -> Certificate | None:
        if record.kind in _BY_OFFICERS:
            officer = self.officers.get(record.seal.certificate)
            return None if officer is None else officer.certificate
        own = self.own[OwnService.REGISTER]
        return own if record.seal.certificate == own.sha256 else None

    def _signature(self, record: Record, body: Reader, octets: bytes) -> str:
        """The officer who signed an act; he is the one who sealed the record."""
        signature = Signature.read(body.inner("signature"))
        officer = self.officers.get(signature.certificate)
        if officer is None:
            raise ActRefused("OFFICER_UNKNOWN", certificate=signature.certificate)
        same = signature.certificate == record.seal.certificate
        if not same or not signature.verifies(officer.certificate, octets):
            raise JournalBroken(
                "JOURNAL_SIGNATURE_INVALID",
                number=record.number,
                kind=record.kind.value,
                officer=officer.name,
            )
        return signature.certificate

    # --- What records say ----------------------------------------------------------------------------------

    def _ceremony(self, record: Record, body: Reader) -> None:
        act = Act.read(body.raw("act"))
        ceremony = act.payload
        if not isinstance(ceremony, Ceremony) or act.after != BEFORE_THE_FIRST:
            raise ActMalformed(where="act", reason="no ceremony")
        ceremony.check()
        if not record.seal.verifies(ceremony.certificates.register, record.sealed):
            raise JournalBroken("JOURNAL_SEAL_INVALID", number=1, kind=record.kind.value)
        self.space, self.ceremony_act, self.began = act.space, act.digest, ceremony
        self.quorum = ceremony.quorum
        self.own[OwnService.REGISTER] = ceremony.certificates.register
        self.own[OwnService.OCSP] = ceremony.certificates.ocsp
        self.officers = {officer.certificate.sha256: officer for officer in ceremony.officers}
        self.decisions[act.digest] = Decision(act, (), record.number)
        begin = CertificatePeriod(CertificateStatus.GOOD, record.recorded, act.digest, "ceremony")
        for name, certificate in ceremony.certificates.each:
            issuer = IssuerName.ROOT if name in ("root", "issuing") else IssuerName.ISSUING
            self.issued[certificate.sha256] = Issued(certificate, issuer, name, None, (begin,))

    def _proposal(self, record: Record, body: Reader) -> None:
        act = Act.read(body.raw("act"))
        signer = self._signature(record, body, act.octets)
        if act.after != self.head or act.space != self.space or act.kind is ActKind.CEREMONY:
            raise ActRefused("ACT_MISPLACED", act=act.digest)
        if act.proposed > record.recorded:
            raise ActRefused("ACT_DATE_AHEAD", moment=time_text(act.proposed))
        if not self.established:
            raise ActRefused("CEREMONY_NOT_SIGNED", quorum=self.quorum)
        effects.check(self, act)
        self.decisions[act.digest] = Decision(act, (signer,), record.number)
        # No quorum is less than two, so a proposal alone has no effect.

    def _approval(self, record: Record, body: Reader) -> None:
        digest = body.digest("act")
        decision = self.decisions.get(digest)
        if decision is None:
            raise ActRefused("ACT_NOT_FOUND", act=digest)
        signer = self._signature(record, body, decision.act.octets)
        name = self.officers[signer].name
        if signer in decision.signers:
            raise ActRefused("OFFICER_SIGNED_ALREADY", officer=name, act=digest)
        founding = decision.act.kind is ActKind.CEREMONY
        if decision.effective is not None and not founding:
            raise ActRefused("ACT_IN_EFFECT", act=digest, since=time_text(decision.effective))
        decision = replace(decision, signers=(*decision.signers, signer))
        if decision.effective is None and self.signatures(decision) >= self.quorum:
            decision = replace(decision, effective=record.recorded)
            if not founding:
                effects.check(self, decision.act)
                effects.take(self, decision.act, record.recorded)
        self.decisions[digest] = decision

    def signatures(self, decision: Decision) -> int:
        """How many of its signatures count: those of who is an officer now."""
        return sum(signer in self.officers for signer in decision.signers)

    def effective(self, digest: str) -> Decision:
        """The decision, which must hold. Raises ``ActRefused``: ACT_NOT_FOUND, ACT_NOT_IN_EFFECT."""
        decision = self.decisions.get(digest)
        if decision is None:
            raise ActRefused("ACT_NOT_FOUND", act=digest)
        if decision.effective is None:
            raise ActRefused(
                "ACT_NOT_IN_EFFECT", act=digest, signatures=self.signatures(decision), quorum=self.quorum
            )
        return decision

    def _certificate(self, record: Record, body: Reader) -> None:
        decision = self.effective(body.digest("act"))
        index, certificate = body.integer("index"), body.certificate("certificate")
        payload = decision.act.payload
        if not 0 <= index < effects.certificates_due(payload):
            raise ActRefused("ACT_ISSUES_NOTHING", act=decision.act.digest)
        effects.check_issuing(self, decision.act, index)
        if not products.is_new_and_as_decided(self, certificate, payload, index, record.recorded):
            raise JournalBroken("JOURNAL_CERTIFICATE_WRONG", number=record.number, kind=record.kind.value)
        effects.take_certificate(self, decision.act, index, certificate, record.recorded)
