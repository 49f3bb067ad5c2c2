"""The office: everything that is done to a journal, each step tried on the state before it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

from trustspace.algorithms.model import SigningKey
from trustspace.authority import issuance, products
from trustspace.authority.acts import (
    Act,
    ActKind,
    Certify,
    OwnService,
    Payload,
    RegisterTtp,
    Renew,
    check_writable,
)
from trustspace.authority.ceremony import Ceremony
from trustspace.authority.effects import certificates_due, check_issuing
from trustspace.authority.errors import ActRefused
from trustspace.authority.journal import BEFORE_THE_FIRST, Record, RecordKind
from trustspace.authority.reading import b64, time_text
from trustspace.authority.signatures import Signer
from trustspace.authority.state import State
from trustspace.authority.values import Decision, IssuerName
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.certification_request import CertificationRequest
from trustspace.encoding.crl import CertificateList
from trustspace.lists.register import publish_register
from trustspace.pki.issuing.signed_data import CmsSigner
from trustspace.trust.register import Register

Clock: TypeAlias = Callable[[], datetime]
Random: TypeAlias = Callable[[int], bytes]
Append: TypeAlias = Callable[[bytes], None]
"""Puts one line, with its line feed, on disk before it returns."""

_ENTROPY = 32


@dataclass(slots=True)
class Office:
    """A journal that is open for writing. What a method refuses, it has not written."""

    state: State
    append: Append
    clock: Clock
    random: Random

    @classmethod
    def open(cls, records: Iterable[Record], append: Append, *, clock: Clock, random: Random) -> Office:
        """After replaying what is there. Raises ``JournalBroken``."""
        return cls(State.replay(records), append, clock, random)

    @classmethod
    def found(
        cls, space: str, ceremony: Ceremony, service: Signer, append: Append, *, clock: Clock, random: Random
    ) -> Office:
        """Begin a journal with a ceremony. Raises ``ActRefused``, ``ActMalformed``."""
        office = cls(State(), append, clock, random)
        act = office._act(ceremony, space, BEFORE_THE_FIRST)
        office._write(RecordKind.CEREMONY, {"act": act.to_json()}, service)
        return office

    def moment(self) -> datetime:
        """Now, in whole seconds. Raises ``ActRefused`` CLOCK_BEHIND: time in a journal never goes back."""
        now = self.clock().astimezone(UTC).replace(microsecond=0)
        if now < self.state.time:
            raise ActRefused("CLOCK_BEHIND", now=time_text(now), last=time_text(self.state.time))
        return now

    def _act(self, payload: Payload, space: str, after: str) -> Act:
        return check_writable(Act(space, self.random(16).hex(), after, self.moment(), payload))

    def _write(self, kind: RecordKind, body: dict[str, Any], signer: Signer) -> Record:
        state = self.state.copy()
        record = Record.make(
            number=state.records + 1,
            previous=state.head,
            recorded=self.moment(),
            kind=kind,
            body=body,
            signer=signer,
            entropy=self.random(_ENTROPY),
        )
        state.apply(record)
        self.append(record.line + b"\n")
        self.state = state
        return record

    # --- Officers ------------------------------------------------------------------------------------------

    def propose(self, payload: Payload, officer: Signer) -> Act:
        """An officer proposes an act; his signature counts as the first.

        Raises ``ActRefused`` where the act is not allowed, ``ActMalformed``.
        """
        if payload.kind() is ActKind.CEREMONY:
            raise ActRefused("ACT_MISPLACED", act="ceremony")
        self._check_officer(officer)
        act = self._act(payload, self.state.space, self.state.head)
        signature = officer.sign(act.octets, self.random(_ENTROPY))
        self._write(RecordKind.PROPOSAL, {"act": act.to_json(), "signature": signature.to_json()}, officer)
        return act

    def approve(self, digest: str, officer: Signer) -> Decision:
        """Another officer signs an act's octets; with enough it takes effect. Raises ``ActRefused``."""
        self._check_officer(officer)
        decision = self.state.decisions.get(digest)
        if decision is None:
            raise ActRefused("ACT_NOT_FOUND", act=digest)
        signature = officer.sign(decision.act.octets, self.random(_ENTROPY))
        self._write(RecordKind.APPROVAL, {"act": digest, "signature": signature.to_json()}, officer)
        return self.state.decisions[digest]

    def _check_officer(self, officer: Signer) -> None:
        if officer.certificate.sha256 not in self.state.officers:
            raise ActRefused("OFFICER_UNKNOWN", certificate=officer.certificate.sha256)

    # --- The service ---------------------------------------------------------------------------------------

    def issue(self, digest: str, key: SigningKey, service: Signer) -> tuple[Certificate, ...]:
        """Issue the certificates of an act that holds; ``key`` is the issuing CA's. Raises ``ActRefused``."""
        act = self.state.effective(digest).act
        payload = act.payload
        due = certificates_due(payload)
        if not due:
            raise ActRefused("ACT_ISSUES_NOTHING", act=digest)
        open_requests = [i for i in range(due) if (digest, i) not in self.state.fulfilled]
        if not open_requests:
            raise ActRefused("CERTIFICATE_ISSUED_ALREADY", act=digest)
        made = []
        for index in open_requests:
            check_issuing(self.state, act, index)
            certificate = self._certificate(payload, index, key)
            body = {"act": digest, "index": index, "certificate": b64(certificate.raw)}
            self._write(RecordKind.CERTIFICATE, body, service)
            made.append(certificate)
        return tuple(made)

    def _certificate(self, payload: Payload, index: int, key: SigningKey) -> Certificate:
        ceremony = self.state.ceremony
        if isinstance(payload, Renew):
            return issuance.service_certificate(
                self.state.own[payload.service].subject,
                payload.service,
                CertificationRequest.parse(payload.request).spki,
                ceremony.certificates.issuing,
                key,
                address=ceremony.address,
                begin=self.moment(),
                random=self.random(48),
            )
        assert isinstance(payload, RegisterTtp | Certify)
        return issuance.issue_to_ttp(
            payload.requests[index],
            payload.member,
            ceremony,
            key,
            moment=self.moment(),
            random=self.random(48),
        )

    def crl(self, issuer: IssuerName, key: SigningKey, service: Signer) -> CertificateList:
        """Issue the next CRL of the root or of the issuing CA; ``key`` is that CA's."""
        crl = products.make_crl(self.state, issuer, key, moment=self.moment(), entropy=self.random(_ENTROPY))
        self._write(RecordKind.CRL, {"issuer": issuer.value, "crl": b64(crl.raw)}, service)
        return crl

    def publish(self, service: Signer) -> tuple[Register, bytes]:
        """The register as it is now, and its signed form. Its sequence is the number of the record."""
        if not self.state.established:
            raise ActRefused("CEREMONY_NOT_SIGNED", quorum=self.state.quorum)
        issued = self.moment()
        own = self.state.own[OwnService.REGISTER]
        if issued >= own.not_after:
            raise ActRefused("OWN_SIGNER_OVER", service="register", until=time_text(own.not_after))
        certificates = self.state.ceremony.certificates
        register = products.register(
            self.state,
            sequence=self.state.records + 1,
            issued=issued,
            next_update=issuance.Validity.within(
                own, issued, self.state.ceremony.lifetimes.register
            ).not_after,
        )
        body = {
            "sequence": register.sequence,
            "issued": time_text(issued),
            "next_update": time_text(register.next_update),
            "register": register.sha256,
        }
        self._write(RecordKind.PUBLICATION, body, service)
        signer = CmsSigner(key=service.key, certificate=service.certificate, chain=(certificates.issuing,))
        signed = publish_register(register, signer, signing_time=issued, entropy=self.random(_ENTROPY))
        return register, signed

    def ocsp(self, request: bytes, key: SigningKey) -> bytes:
        """The answer to an OCSP request; nothing is written."""
        return products.ocsp_response(
            self.state, request, key, moment=self.moment(), entropy=self.random(_ENTROPY)
        )
