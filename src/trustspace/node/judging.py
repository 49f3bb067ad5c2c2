"""How a node judges a request: its own opinion, others' where they have a say, one answer of both.

One way for documents (vsd) and certificates (vpkc): gather and judge by ``validation``, find out which
signers are another member's, ask that member's TTP once, merge item by item, and take the worst as the whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from trustspace.algorithms.errors import AlgorithmNotSupported
from trustspace.documents.content import DigestLengthWrong
from trustspace.documents.model import Document
from trustspace.documents.open import NotASignature, open_document
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.crl import CertificateList
from trustspace.encoding.dvcs import ServiceType
from trustspace.errors import MalformedEncoding
from trustspace.node.material import TrustState
from trustspace.node.own_opinion import Item, foreign_members, home_of
from trustspace.node.peers import PeerOpinion, Peers
from trustspace.receipts.details import Imprint, Opinion, Verdict
from trustspace.receipts.issue import Judgement, Row, content_imprints, sha256_of
from trustspace.receipts.opinions import Answer, Ground, OwnFinding, alone, merge
from trustspace.receipts.outcome import Outcome, worst
from trustspace.receipts.profiles import Profile
from trustspace.receipts.request import Request, RequestMalformed
from trustspace.trust.snapshot import canonical_json
from trustspace.validation.causes import Cause, cause
from trustspace.validation.facts import Facts
from trustspace.validation.judge import judge, judge_certificate
from trustspace.validation.times import Times, text


@dataclass(frozen=True, slots=True)
class Judged:
    """A judgement and what it was made of; no content is in it."""

    judgement: Judgement
    report: bytes
    facts: tuple[Facts, ...]
    snapshot: bytes
    """The snapshot's manifest."""
    receipts: Mapping[str, bytes]
    """Those of other TTPs that were relied on, by member."""


@dataclass(frozen=True, slots=True)
class _Found:
    """The node's own side."""

    items: tuple[Item, ...]
    report: bytes
    facts: Mapping[str, Facts]
    """By item id; one document's items share theirs."""
    engine: str
    content_imprints: tuple[Imprint, ...] = ()


class Judge:
    """Judges requests for one member; holds nothing of a request."""

    def __init__(self, member: str, profile: Profile, peers: Peers) -> None:
        self._member = member
        self._profile = profile
        self._peers = peers

    def judge(self, request: Request, state: TrustState, now: datetime) -> Judged:
        """The answer to a request under a state of trust.

        Raises:
            RequestMalformed: what is asked about cannot be read at all.
        """
        if request.service is ServiceType.VSD:
            found = self._document(request, state, now)
        elif request.service is ServiceType.VPKC:
            found = self._certificates(request, state, now)
        else:
            # ccpd certifies that the requester had this imprint at this time; there is nothing to judge.
            found = _Found((), canonical_json({"service": request.service.name.lower()}), {}, "")
            answer = Answer(Outcome.VALID, Ground.OWN_OPINION)
            return self._whole(found, answer, answers={}, opinions={}, state=state, now=now)
        opinions = self._opinions(request, found.items, state, now)
        answers = {item.id: self._merge(item, opinions, state) for item in found.items}
        whole = _whole(found.items, answers)
        return self._whole(found, whole, answers=answers, opinions=opinions, state=state, now=now)

    def _document(self, request: Request, state: TrustState, now: datetime) -> _Found:
        try:
            detached = request.detached
            content = None if detached is None else detached.as_content()
            document = open_document(request.dvcs.data.message or b"", content)
        except (NotASignature, DigestLengthWrong, AlgorithmNotSupported) as error:
            raise RequestMalformed(reason=str(error)) from error
        try:
            facts = state.documents.gather(document)
            report = judge(facts, state.snapshot, Times.at(now), state.documents.policy)
        except MalformedEncoding as error:
            # Read lazily, a hostile certificate may come apart only now.
            raise RequestMalformed(reason=str(error)) from error
        items = tuple(map(Item.of_signature, report.signatures))
        imprints = _confirmed(document) if document.detached else ()
        octets = None if detached is None else detached.content
        return _Found(
            items,
            report.to_json(),
            dict.fromkeys((item.id for item in items), facts),
            report.engine,
            content_imprints(octets, imprints, self._profile),
        )

    def _certificates(self, request: Request, state: TrustState, now: datetime) -> _Found:
        certificates = request.certificates
        others = (*certificates, *request.helpers)
        validator = state.documents
        items: list[Item] = []
        facts: dict[str, Facts] = {}
        rows: list[dict[str, object]] = []
        engine = ""
        try:
            for certificate in certificates:
                gathered = validator.gather_certificate(certificate, others)
                report = judge_certificate(
                    certificate, gathered, state.snapshot, Times.at(now), validator.policy
                )
                item = Item.of_certificate(report)
                items.append(item)
                facts[item.id] = gathered
                engine = report.engine
                rows.append(_certificate_row(item, now))
        except MalformedEncoding as error:
            raise RequestMalformed(reason=str(error)) from error
        return _Found(tuple(items), canonical_json({"certificates": rows}), facts, engine)

    def _opinions(
        self, request: Request, items: Sequence[Item], state: TrustState, now: datetime
    ) -> dict[str, PeerOpinion]:
        """By item id, where another TTP has a say; each TTP is asked once."""
        if request.own_opinion_only:
            return {}
        foreign = foreign_members(items, state.snapshot, self._member)
        by_member: dict[str, PeerOpinion] = {}
        for member in dict.fromkeys(foreign.values()):
            theirs = [i.certificate for i in items if foreign.get(i.id) == member]
            certificates = [c for c in theirs if c is not None]
            by_member[member] = self._peers.opinion(member, request, certificates, state, now)
        return {item_id: by_member[member] for item_id, member in foreign.items()}

    def _merge(self, item: Item, opinions: Mapping[str, PeerOpinion], state: TrustState) -> Answer:
        opinion = opinions.get(item.id)
        if opinion is not None:
            return merge(opinion.of(item.id), item.finding)
        member, by_anchor = home_of(item, state.snapshot, self._member)
        stranger = item.finding is OwnFinding.CANNOT_JUDGE and not by_anchor and member != self._member
        # What a stranger's signature lacks will not arrive: nobody here is responsible for him.
        return alone(item.finding, for_now=item.may_change and not stranger)

    def _whole(
        self,
        found: _Found,
        whole: Answer,
        *,
        answers: Mapping[str, Answer],
        opinions: Mapping[str, PeerOpinion],
        state: TrustState,
        now: datetime,
    ) -> Judged:
        unique = {opinion.member: opinion for opinion in opinions.values()}
        evidence_digest = next((f.evidence for f in found.facts.values()), state.evidence.digest)
        policy = state.documents.policy
        judgement = Judgement(
            outcome=whole.outcome,
            ground=whole.ground.value,
            alarm=any(answer.alarm for answer in answers.values()),
            rows=tuple(self._row(i, answers[i.id], opinions.get(i.id), found, state) for i in found.items),
            opinions=tuple(
                Opinion(o.member, o.outcome, None if o.receipt is None else sha256_of(o.receipt))
                for o in unique.values()
            ),
            embedded=tuple(o.receipt for o in unique.values() if o.receipt is not None),
            content_imprints=found.content_imprints,
            snapshot=bytes.fromhex(state.snapshot.sha256),
            evidence=bytes.fromhex(evidence_digest),
            policy_name=policy.name,
            policy=bytes.fromhex(policy.sha256),
            report=sha256_of(found.report),
            control_time=now,
            engine=found.engine,
            modules=tuple(dict.fromkeys(m for f in found.facts.values() for m in f.modules)),
        )
        return Judged(
            judgement,
            report=found.report,
            facts=tuple({id(facts): facts for facts in found.facts.values()}.values()),
            snapshot=state.snapshot.manifest,
            receipts={o.member: o.receipt for o in unique.values() if o.receipt is not None},
        )

    def _row(
        self, item: Item, answer: Answer, opinion: PeerOpinion | None, found: _Found, state: TrustState
    ) -> Row:
        causes = [*item.causes, *(opinion.causes if opinion is not None else ())]
        if opinion is None and answer.outcome.undetermined:
            member, by_anchor = home_of(item, state.snapshot, self._member)
            if not by_anchor and member != self._member:
                causes.append(cause("SIGNER_UNREGISTERED", country=member))
        facts = found.facts[item.id]
        above = [facts.certificates[sha256] for sha256 in item.chain[1:-1] if sha256 in facts.certificates]
        crls, ocsps = _used(item, facts, state)
        return Row(
            verdict=Verdict(
                id=item.id,
                outcome=answer.outcome,
                ground=answer.ground.value,
                indication=item.indication.value,
                sub_indication=None if item.sub_indication is None else item.sub_indication.value,
                best_signature_time=_seconds(item.best_signature_time),
                causes=_codes(causes),
            ),
            certificate=item.certificate,
            chain=tuple(above),
            crls=crls,
            ocsps=ocsps,
        )


def _whole(items: Sequence[Item], answers: Mapping[str, Answer]) -> Answer:
    """The worst answer; its ground is that of the first item that decides."""
    outcome = worst(answers[item.id].outcome for item in items)
    deciding = next((answers[i.id] for i in items if answers[i.id].outcome is outcome), None)
    ground = Ground.OWN_OPINION if deciding is None else deciding.ground
    return Answer(outcome, ground, any(answer.alarm for answer in answers.values()))


def _confirmed(document: Document) -> tuple[Imprint, ...]:
    """The content's digests that a signature's own message digest confirmed."""
    found = [
        Imprint(reference.digest_oid, reference.actual)
        for signature in document.signatures
        for reference in signature.references
        if reference.intact and reference.actual is not None
    ]
    return tuple(dict.fromkeys(found))


def _used(item: Item, facts: Facts, state: TrustState) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """The CRLs and OCSP responses that spoke of the item's chain."""
    crls: dict[bytes, None] = {}
    ocsps: dict[bytes, None] = {}
    for sha256 in item.chain[:-1]:
        statement = next((s for s in facts.revocations.get(sha256, ()) if s.reliable), None)
        datum = None if statement is None else state.evidence.get(statement.digest)
        if datum is not None:
            (crls if isinstance(datum, CertificateList) else ocsps)[datum.raw] = None
    return tuple(crls), tuple(ocsps)


def _codes(causes: Sequence[Cause]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.code for each in causes))


def _seconds(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(microsecond=0)


def _certificate_row(item: Item, now: datetime) -> dict[str, object]:
    certificate: Certificate | None = item.certificate
    return {
        "certificate": None if certificate is None else certificate.sha256,
        "indication": item.indication.value,
        "sub_indication": None if item.sub_indication is None else item.sub_indication.value,
        "chain": list(item.chain),
        "causes": [{"code": c.code, "parameters": dict(c.parameters)} for c in item.causes],
        "control_time": text(now),
    }
