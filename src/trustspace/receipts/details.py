"""What a receipt says beyond RFC 3029, in one private, non-critical extension of its DVCSCertInfo.

::

    ReceiptDetails ::= SEQUENCE {
        version          INTEGER (1),
        member           UTF8String,                     -- whose TTP speaks
        nonce            OCTET STRING (SIZE (16..64)),   -- random: the receipt's hash tells nothing of it
        outcome          ENUMERATED { valid(0), invalid(1), undeterminedForGood(2), undeterminedForNow(3) },
        ground           UTF8String,                     -- how the outcome came about: a catalogue code
        alarm            BOOLEAN,                        -- two TTPs contradict one another
        imprints         SEQUENCE OF DigestInfo,         -- further imprints of what messageImprint covers
        contentImprints  SEQUENCE OF DigestInfo,         -- of detached content that was at hand or matched
        snapshot         OCTET STRING,                   -- SHA-256 each
        evidence         OCTET STRING,
        policyName       UTF8String,
        policy           OCTET STRING,
        report           OCTET STRING,
        controlTime      GeneralizedTime,
        engine           UTF8String,
        modules          SEQUENCE OF UTF8String,         -- cryptographic modules, version, certification
        verdicts         SEQUENCE OF Verdict,            -- one a signature or certificate, in certs' order
        opinions         SEQUENCE OF Opinion }           -- of other TTPs, whose receipts are embedded

    Verdict ::= SEQUENCE {
        id                 UTF8String,
        outcome            ENUMERATED,
        ground             UTF8String,
        indication         UTF8String,                   -- of the TTP's own validation (EN 319 102-1)
        subIndication      UTF8String,                   -- empty: none
        bestSignatureTime  [0] GeneralizedTime OPTIONAL,
        causes             SEQUENCE OF UTF8String }

    Opinion ::= SEQUENCE {
        member   UTF8String,
        outcome  [0] ENUMERATED OPTIONAL,                -- absent: the TTP could not be asked
        receipt  [1] OCTET STRING OPTIONAL }             -- SHA-256 of its receipt as embedded

Times are in whole seconds. The encoding is DER, and anything else is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from trustspace._native import Element, ber_parse
from trustspace.algorithms.digests import digest_by_oid
from trustspace.algorithms.identifiers import digest_algorithm_identifier
from trustspace.algorithms.model import DigestAlgorithm
from trustspace.encoding import der
from trustspace.encoding.algorithm_identifier import AlgorithmIdentifier
from trustspace.encoding.model import fields_between, malformed
from trustspace.encoding.tsp import MessageImprint
from trustspace.receipts.outcome import Outcome

_WHAT = "ReceiptDetails"
_CODES: tuple[Outcome, ...] = (
    Outcome.VALID,
    Outcome.INVALID,
    Outcome.UNDETERMINED_FOR_GOOD,
    Outcome.UNDETERMINED_FOR_NOW,
)
_MAX_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class Imprint:
    """A digest with its algorithm: a DigestInfo (RFC 8017 §9.2) by OID."""

    oid: str
    digest: bytes

    def to_der(self) -> bytes:
        """DigestInfo with the parameters (none or NULL) that the algorithm's own rules ask for."""
        return der.sequence(
            digest_algorithm_identifier(digest_by_oid(self.oid)), der.octet_string(self.digest)
        )

    def to_message_imprint(self) -> MessageImprint:
        """The same as RFC 3161 and RFC 3029 name it."""
        return MessageImprint.parse(self.to_der())

    @classmethod
    def of(cls, algorithm: DigestAlgorithm, digest: bytes) -> Imprint:
        """A digest under its algorithm."""
        return cls(algorithm.oid, digest)

    @classmethod
    def of_element(cls, element: Element) -> Imprint:
        """Read a DigestInfo. Raises MalformedEncoding, AlgorithmNotSupported."""
        fields = fields_between(element, "DigestInfo", 2, 2)
        algorithm = AlgorithmIdentifier.parse_element(fields[0])
        digest_by_oid(algorithm.oid)
        return cls(algorithm.oid, fields[1].octets())


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the TTP says of one signature or certificate."""

    id: str
    outcome: Outcome
    ground: str
    indication: str
    sub_indication: str | None
    best_signature_time: datetime | None
    causes: tuple[str, ...]

    def to_der(self) -> bytes:
        time = self.best_signature_time
        return der.sequence(
            der.utf8(self.id),
            der.enumerated(_CODES.index(self.outcome)),
            der.utf8(self.ground),
            der.utf8(self.indication),
            der.utf8(self.sub_indication or ""),
            None if time is None else der.implicit(0, der.generalized_time(time)),
            der.sequence_of(der.utf8(code) for code in self.causes),
        )


@dataclass(frozen=True, slots=True)
class Opinion:
    """Another TTP's answer, as this one took it in; ``outcome`` None: it could not be had."""

    member: str
    outcome: Outcome | None
    receipt_sha256: bytes | None

    def to_der(self) -> bytes:
        outcome = self.outcome
        receipt = self.receipt_sha256
        return der.sequence(
            der.utf8(self.member),
            None if outcome is None else der.implicit(0, der.enumerated(_CODES.index(outcome))),
            None if receipt is None else der.implicit(1, der.octet_string(receipt)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptDetails:
    """The extension's content."""

    member: str
    nonce: bytes
    outcome: Outcome
    ground: str
    alarm: bool
    imprints: tuple[Imprint, ...]
    content_imprints: tuple[Imprint, ...]
    snapshot: bytes
    evidence: bytes
    policy_name: str
    policy: bytes
    report: bytes
    control_time: datetime
    engine: str
    modules: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    opinions: tuple[Opinion, ...]

    def to_der(self) -> bytes:
        """The extension's value."""
        return der.sequence(
            der.integer(1),
            der.utf8(self.member),
            der.octet_string(self.nonce),
            der.enumerated(_CODES.index(self.outcome)),
            der.utf8(self.ground),
            der.boolean(self.alarm),
            der.sequence_of(imprint.to_der() for imprint in self.imprints),
            der.sequence_of(imprint.to_der() for imprint in self.content_imprints),
            der.octet_string(self.snapshot),
            der.octet_string(self.evidence),
            der.utf8(self.policy_name),
            der.octet_string(self.policy),
            der.octet_string(self.report),
            der.generalized_time(self.control_time),
            der.utf8(self.engine),
            der.sequence_of(der.utf8(module) for module in self.modules),
            der.sequence_of(verdict.to_der() for verdict in self.verdicts),
            der.sequence_of(opinion.to_der() for opinion in self.opinions),
        )

    @classmethod
    def parse(cls, data: bytes) -> ReceiptDetails:
        """Read the extension's value.

        Raises:
            MalformedEncoding: not this structure, not DER, or of another version.
            AlgorithmNotSupported: an imprint of an unknown algorithm.
        """
        element = ber_parse(data, what=_WHAT)
        f = fields_between(element, _WHAT, 18, 18)
        if f[0].integer() != 1:
            malformed(_WHAT, f[0], "unknown version")
        details = cls(
            member=f[1].text(),
            nonce=f[2].octets(),
            outcome=_outcome(f[3], 0x0A),
            ground=f[4].text(),
            alarm=f[5].boolean(),
            imprints=tuple(Imprint.of_element(e) for e in _rows(f[6])),
            content_imprints=tuple(Imprint.of_element(e) for e in _rows(f[7])),
            snapshot=f[8].octets(),
            evidence=f[9].octets(),
            policy_name=f[10].text(),
            policy=f[11].octets(),
            report=f[12].octets(),
            control_time=f[13].expect(0x18).time(),
            engine=f[14].text(),
            modules=_texts(f[15]),
            verdicts=tuple(_verdict(e) for e in _rows(f[16])),
            opinions=tuple(_opinion(e) for e in _rows(f[17])),
        )
        if not 16 <= len(details.nonce) <= 64:
            malformed(_WHAT, f[2], "nonce of a wrong length")
        if details.to_der() != data:
            malformed(_WHAT, element, "not DER")
        return details


def _rows(element: Element) -> Sequence[Element]:
    rows = element.fields()
    if len(rows) > _MAX_ROWS:
        malformed(_WHAT, element, "too many entries")
    return rows


def _texts(element: Element) -> tuple[str, ...]:
    return tuple(e.text() for e in _rows(element))


def _outcome(element: Element, tag: int) -> Outcome:
    content = element.expect(tag).content
    if len(content) != 1 or content[0] >= len(_CODES):
        malformed(_WHAT, element, "unknown outcome")
    return _CODES[content[0]]


def _verdict(element: Element) -> Verdict:
    f = fields_between(element, "Verdict", 6, 7)
    timed = len(f) == 7
    return Verdict(
        id=f[0].text(),
        outcome=_outcome(f[1], 0x0A),
        ground=f[2].text(),
        indication=f[3].text(),
        sub_indication=f[4].text() or None,
        best_signature_time=_time(f[5].expect(0x80)) if timed else None,
        causes=_texts(f[-1]),
    )


def _time(element: Element) -> datetime:
    return ber_parse(der.tlv(0x18, element.content), what="GeneralizedTime").time()


def _opinion(element: Element) -> Opinion:
    f = fields_between(element, "Opinion", 1, 3)
    outcome: Outcome | None = None
    receipt: bytes | None = None
    for field in f[1:]:
        if field.tag == 0x80 and outcome is None and receipt is None:
            outcome = _outcome(field, 0x80)
        elif field.tag == 0x81 and receipt is None:
            receipt = field.content
        else:
            malformed("Opinion", field, "unexpected member")
    return Opinion(f[0].text(), outcome, receipt)
