"""The opinions of other members' TTPs: from a receipt that travelled with the document, or asked for.

Nothing that goes wrong here says anything about the signature: a TTP that does not answer, or answers
something unusable, leaves its opinion unavailable; a receipt that does not verify is no opinion.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from trustspace.documents.content import Content
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.dvcs import ServiceType
from trustspace.encoding.general_name import GeneralName
from trustspace.node.material import TrustState
from trustspace.node.outgoing import Outgoing, PeerUnreachable
from trustspace.receipts.answering import mismatch
from trustspace.receipts.outcome import Outcome
from trustspace.receipts.parsing import Parsed, ReceiptUnreadable, parse_receipt
from trustspace.receipts.report import ReceiptReport, Standing
from trustspace.receipts.request import Request, build_request, parse_request
from trustspace.store.ledger import Hop, RequestKey
from trustspace.trust.register import TtpEntry
from trustspace.validation.causes import Cause, cause
from trustspace.validation.indications import SubIndication
from trustspace.validation.times import Times, text


@dataclass(frozen=True, slots=True)
class PeerOpinion:
    """What another TTP says; ``outcome`` None: it could not be had."""

    member: str
    outcome: Outcome | None
    receipt: bytes | None = None
    by_id: dict[str, Outcome] = field(default_factory=dict)
    """Its outcome of each signature or certificate, where its receipt says so."""
    causes: tuple[Cause, ...] = ()

    def of(self, item_id: str) -> Outcome | None:
        """Its outcome of one item; of the whole where it does not tell them apart.

        The whole may be undetermined because of signers that are not its own: of those it says nothing here.
        """
        return None if self.outcome is None else self.by_id.get(item_id, self.outcome)


Remember = Callable[[RequestKey, str, str, Hop], Hop]
""":meth:`trustspace.store.ledger.Ledger.hop`."""


class Peers:
    """Asks other TTPs, and reads travelling receipts."""

    def __init__(
        self, member: str, outgoing: Outgoing, random: Callable[[int], bytes], remember: Remember
    ) -> None:
        self._member = member
        self._outgoing = outgoing
        self._random = random
        self._remember = remember

    def opinion(
        self,
        member: str,
        request: Request,
        certificates: Sequence[Certificate],
        state: TrustState,
        now: datetime,
    ) -> PeerOpinion:
        """The opinion of a member's TTP on what was requested; ``certificates`` for vpkc.

        Raises LedgerError: the question could not be stored, so nobody was asked.
        """
        register = state.register
        entry = None if register is None else register.ttp_of_member(member)
        if entry is None:
            return PeerOpinion(member, None, causes=(cause("PEER_UNAVAILABLE", url=member, reason=None),))
        document = request.dvcs.data.message
        content = None if document is None else Content.of_bytes(document)
        for receipt in request.travelling:
            came_along = self._travelling(entry, receipt, content, state, now)
            if came_along is not None:
                return came_along
        if not entry.granted_at(now):
            return PeerOpinion(member, Outcome.UNDETERMINED_FOR_GOOD, causes=(not_granted(entry, now),))
        return self._ask(entry, request, certificates, document=content, state=state, now=now)

    def _travelling(
        self, entry: TtpEntry, receipt: bytes, document: Content | None, state: TrustState, now: datetime
    ) -> PeerOpinion | None:
        """The opinion in a receipt that came along; None where it is no final word of this TTP's."""
        try:
            parsed = parse_receipt(receipt)
            report = state.receipts.verify(receipt, Times.at(now), document=document)
        except ReceiptUnreadable:
            return None
        holds = report.standing is Standing.HOLDS and report.document_matches
        if not holds or report.member != entry.member or not report.says.final:
            return None
        return _opinion(entry.member, receipt, parsed, report)

    def _ask(
        self,
        entry: TtpEntry,
        request: Request,
        certificates: Sequence[Certificate],
        *,
        document: Content | None,
        state: TrustState,
        now: datetime,
    ) -> PeerOpinion:
        url = entry.endpoints.get("dvcs", "")
        asked = self._request(entry.member, request, certificates, now)
        try:
            answer = self._outgoing.dvcs(url, asked)
        except PeerUnreachable as error:
            return PeerOpinion(entry.member, None, causes=(Cause(error.code, error.parameters),))
        try:
            parsed = parse_receipt(answer)
            report = state.receipts.verify(answer, Times.at(now), document=document)
        except ReceiptUnreadable as error:
            return _unusable(entry.member, str(error))
        different = mismatch(parse_request(asked), parsed)
        if different is not None:
            return _unusable(entry.member, f"it answers another request ({different})")
        return _opinion(entry.member, answer, parsed, report)

    def _request(
        self, member: str, request: Request, certificates: Sequence[Certificate], now: datetime
    ) -> bytes:
        """The same question, in our name, with a nonce and transaction of our own.

        They are stored before the question leaves: asked again, also after a crash, it gets the same receipt.
        """
        proposed = Hop(
            transaction=f"urn:trustspace:transaction:{self._random(16).hex()}",
            nonce=int.from_bytes(b"\x01" + self._random(16), "big"),
            time=now,
        )
        key = RequestKey(request.requester, request.transaction, request.digest)
        question = parse_request(self._build(request, certificates, proposed)).digest
        return self._build(request, certificates, self._remember(key, member, question, proposed))

    def _build(self, request: Request, certificates: Sequence[Certificate], hop: Hop) -> bytes:
        vpkc = request.service is ServiceType.VPKC
        return build_request(
            request.service,
            message=None if vpkc else request.dvcs.data.message,
            certificates=certificates if vpkc else (),
            helpers=request.helpers if vpkc else (),
            nonce=hop.nonce,
            request_time=hop.time,
            requester=GeneralName.of_uri(f"urn:trustspace:member:{self._member}"),
            transaction=GeneralName.of_uri(hop.transaction),
            detached=request.detached,
            own_opinion_only=True,
        )


def _opinion(member: str, receipt: bytes, parsed: Parsed, report: ReceiptReport) -> PeerOpinion:
    if report.standing is Standing.HOLDS and report.member == member and report.document_matches is not False:
        details = parsed.details
        by_id = {} if details is None else {v.id: v.outcome for v in details.verdicts}
        return PeerOpinion(member, report.says, receipt, by_id)
    causes = report.causes
    if report.standing is Standing.HOLDS:
        causes = (cause("RECEIPT_ISSUER_MISMATCH", member=member, registered=report.member),)
    later = report.standing is Standing.UNKNOWN and any(
        c.parameters.get("sub_indication") == SubIndication.TRY_LATER.value for c in causes
    )
    outcome = Outcome.UNDETERMINED_FOR_NOW if later else Outcome.UNDETERMINED_FOR_GOOD
    return PeerOpinion(member, outcome, receipt, {}, causes)


def not_granted(entry: TtpEntry, now: datetime) -> Cause:
    """That the register does not grant this TTP now, with the status and ground on record."""
    period = entry.status_at(now)
    return cause(
        "RECEIPT_ISSUER_NOT_GRANTED",
        member=entry.member,
        status=None if period is None else period.status.value,
        since=None if period is None else text(period.since),
        ground=None if period is None else period.ground,
    )


def _unusable(member: str, reason: str) -> PeerOpinion:
    return PeerOpinion(member, None, causes=(cause("PEER_ANSWER_UNUSABLE", member=member, reason=reason),))
