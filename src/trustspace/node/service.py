"""A node's DVCS service: from a request's octets to a signed answer, exactly once.

::

    parse → recall (the same request gets the identical bytes) → judge, asking other TTPs
          → in one transaction, with all who ask now: serial and time → sign, time-stamp
            → verify our own receipt → receipt, evidence, pending log row → commit → answer

Nothing is signed when the node is not ready: its register is missing or out of date, evidence is unreadable,
or its own certificate does not hold (RFC 3029's rule that a server re-checks it before it issues).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from trustspace.documents.cades_signing import Stamper
from trustspace.encoding.general_name import GeneralName
from trustspace.encoding.pki_status import PKIFailureInfo
from trustspace.errors import TrustspaceError
from trustspace.keys.ring import KeyRing
from trustspace.node.config import NodeConfig
from trustspace.node.judging import Judge, Judged
from trustspace.node.kept import evidence_of
from trustspace.node.log import log
from trustspace.node.material import Trust, TrustState
from trustspace.node.own_keys import choose
from trustspace.pki.edges import EdgeCache
from trustspace.pki.issuing.signed_data import CmsSigner
from trustspace.pki.pool import CertificatePool
from trustspace.receipts.issue import Issuing, issue, refuse
from trustspace.receipts.report import Standing
from trustspace.receipts.request import Request, RequestMalformed, parse_request
from trustspace.receipts.revocation import revocation_source
from trustspace.store.ledger import Evidence, Ledger, Order, RequestKey, Reservation, TransactionConflict
from trustspace.validation.catalogue import render
from trustspace.validation.causes import Cause, cause
from trustspace.validation.times import Times, text

Clock = Callable[[], datetime]
Random = Callable[[int], bytes]


class NotReady(TrustspaceError):
    """The node must not sign now. Parameters: ``reason``."""

    code = "NODE_NOT_READY"


class ServiceRefused(TrustspaceError):
    """A request that this profile does not serve.

    Codes DVCS_SERVICE_NOT_OFFERED (``service``, ``offered``), TRANSACTION_IDENTIFIER_MISSING (``profile``).
    """

    code = "DVCS_SERVICE_NOT_OFFERED"


@dataclass(frozen=True, slots=True)
class _Ready:
    """What a node that may sign signs by, and with."""

    state: TrustState
    signers: tuple[CmsSigner, ...]


@dataclass(frozen=True, slots=True)
class Settled:
    """A signed answer; a deferred one with its report (JSON), which the ledger does not keep."""

    answer: bytes
    deferred_report: bytes | None = None


class Service:
    """The DVCS of one node; may be shared by threads."""

    def __init__(
        self,
        config: NodeConfig,
        *,
        trust: Trust,
        judge: Judge,
        ledger: Ledger,
        rings: tuple[KeyRing, ...],
        stamper: Stamper,
        clock: Clock,
        random: Random,
    ) -> None:
        self._config = config
        self._trust = trust
        self._judge = judge
        self._ledger = ledger
        self._rings = rings
        self._stamper = stamper
        self._clock = clock
        self._random = random
        self._edges = EdgeCache()
        self._in_flight = _InFlight()

    def reasons_not_ready(self) -> tuple[Cause, ...]:
        """Why the node must not sign now; empty when it may."""
        now = self._clock()
        return self._look(self._trust.current(now), now)[0]

    def _look(self, state: TrustState, now: datetime) -> tuple[tuple[Cause, ...], tuple[CmsSigner, ...]]:
        """Why nothing may be signed now, and who signs where something may."""
        if state.problems:
            return state.problems, ()
        reasons: list[Cause] = []
        signers: list[CmsSigner] = []
        for ring in self._rings:
            chosen = choose(ring, state, self._config.member, now, self._edges)
            if isinstance(chosen, CmsSigner):
                signers.append(chosen)
            else:
                reasons += chosen
        try:
            last = self._ledger.last_time()
        except TrustspaceError as error:
            return (*reasons, Cause(error.code, error.parameters)), ()
        if last is not None and now < last - timedelta(minutes=5):
            reasons.append(cause("NODE_CLOCK_BEHIND", last=text(last), now=text(now)))
        return tuple(reasons), tuple(signers)

    def read(self, body: bytes) -> Request | bytes:
        """The request in these octets, or at once the signed refusal of what is none.

        Raises:
            NotReady: nothing may be signed now, a refusal neither.
        """
        self._check_ready()
        try:
            request = parse_request(body)
            self._check_offered(request)
        except RequestMalformed as error:
            return self._refuse(PKIFailureInfo.BAD_DATA_FORMAT, error, None)
        except ServiceRefused as error:
            return self._refuse(PKIFailureInfo.BAD_REQUEST, error, None)
        return request

    def answer(self, request: Request) -> bytes:
        """The signed answer to a request.

        Raises:
            NotReady: nothing may be signed now, or our own answer would not verify.
            LedgerError, TimestampUnavailable: the answer could not be made final; nothing was issued.
        """
        try:
            return self.settle(request).answer
        except RequestMalformed as error:
            return self._refuse(PKIFailureInfo.BAD_DATA_FORMAT, error, request)
        except TransactionConflict as error:
            return self._refuse(PKIFailureInfo.BAD_REQUEST, error, request)

    def settle(self, request: Request) -> Settled:
        """The same for whoever has another way to say no: what is refused is raised, not signed.

        Raises:
            RequestMalformed: what is asked about cannot be read at all.
            TransactionConflict: the transaction is known with another digest.
            NotReady, LedgerError, TimestampUnavailable: as :meth:`answer`.
        """
        key = RequestKey(request.requester, request.transaction, request.digest)
        with self._in_flight.alone(key):
            known = self._ledger.recall(key)
            return self._issue(request, key) if known is None else Settled(known)

    def _issue(self, request: Request, key: RequestKey) -> Settled:
        ready = self._check_ready()
        state = ready.state
        judged = self._judge.judge(request, state, self._clock())
        if judged.judgement.alarm:
            log.error("ALARM: two TTPs contradict one another, transaction %s", request.transaction)
        final = judged.judgement.outcome.final
        answer = self._ledger.issue(
            Order(
                key,
                lambda reservation: self._signed(request, judged, reservation, ready),
                evidence_of(request, judged, self._config.profile) if final else Evidence(),
                final=final,
            )
        )
        return Settled(answer, None if final else judged.report)

    def _signed(self, request: Request, judged: Judged, reservation: Reservation, ready: _Ready) -> bytes:
        answer = issue(request, judged.judgement, self._issuing(reservation, ready))
        report = ready.state.receipts.verify(answer, Times.at(self._clock() + timedelta(seconds=1)))
        if report.standing is not Standing.HOLDS:
            causes = ", ".join(cause.code for cause in report.causes)
            raise NotReady(reason=f"our own receipt would not verify ({causes})")
        return answer

    def _issuing(self, reservation: Reservation, ready: _Ready) -> Issuing:
        state = ready.state
        pool = CertificatePool(anchor.certificate for anchor in state.receipts.validator.snapshot.anchors)
        return Issuing(
            member=self._config.member,
            profile=self._config.profile,
            signers=ready.signers,
            stamper=self._stamper,
            revocation=revocation_source(pool, state.evidence, self._edges),
            serial=reservation.serial,
            time=reservation.time,
            nonce=self._random(32),
            entropy=self._random(64),
        )

    def _check_ready(self) -> _Ready:
        now = self._clock()
        state = self._trust.current(now)
        reasons, signers = self._look(state, now)
        if reasons:
            raise NotReady(reason="; ".join(render(r.code, r.parameters)[0] for r in reasons))
        return _Ready(state, signers)

    def _check_offered(self, request: Request) -> None:
        profile = self._config.profile
        if request.service not in profile.services:
            offered = ", ".join(sorted(service.name.lower() for service in profile.services))
            raise ServiceRefused(service=request.service.name.lower(), offered=offered)
        if profile.transaction_identifier_required and request.dvcs.transaction_identifier is None:
            raise ServiceRefused("TRANSACTION_IDENTIFIER_MISSING", profile=profile.name)

    def _refuse(self, status: PKIFailureInfo, error: TrustspaceError, request: Request | None) -> bytes:
        """RFC 3029 §9: also a refusal is signed. It judges nothing, and is not kept."""
        transaction: GeneralName | None = None
        if request is not None:
            transaction = request.dvcs.transaction_identifier
        now = self._clock()
        by = Issuing(
            member=self._config.member,
            profile=self._config.profile,
            signers=self._check_ready().signers,
            stamper=None,
            serial=0,
            time=now,
            nonce=self._random(32),
            entropy=self._random(64),
        )
        return refuse(status, render(error.code, error.parameters)[0], transaction, by)


class _InFlight:
    """Lets equal requests wait for one another, so that one judgement serves all."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[RequestKey, tuple[threading.Lock, int]] = {}

    @contextmanager
    def alone(self, key: RequestKey) -> Iterator[None]:
        with self._guard:
            lock, waiting = self._locks.get(key, (threading.Lock(), 0))
            self._locks[key] = (lock, waiting + 1)
        try:
            with lock:
                yield
        finally:
            with self._guard:
                lock, waiting = self._locks[key]
                if waiting == 1:
                    del self._locks[key]
                else:
                    self._locks[key] = (lock, waiting - 1)
