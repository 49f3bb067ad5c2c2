"""Time-stamp requests, responses and TSTInfo (RFC 3161)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from trustspace._native import Element, ber_parse
from trustspace.encoding import der
from trustspace.encoding.algorithm_identifier import AlgorithmIdentifier
from trustspace.encoding.cms import SignedData
from trustspace.encoding.extensions import Extension, parse_extensions
from trustspace.encoding.general_name import GeneralName
from trustspace.encoding.model import Encoded, explicit, fields_between, malformed
from trustspace.encoding.pki_status import PKIStatus, PKIStatusInfo

ID_CT_TST_INFO = "1.2.840.113549.1.9.16.1.4"


@dataclass(frozen=True, slots=True)
class MessageImprint:
    """RFC 3161 §2.4.1; the same structure as DigestInfo (RFC 8017 §9.2)."""

    algorithm: AlgorithmIdentifier
    digest: bytes

    @classmethod
    def parse(cls, data: bytes) -> MessageImprint:
        """Read a MessageImprint that fills ``data``. Raises MalformedEncoding."""
        return cls.parse_element(ber_parse(data, what="MessageImprint"))

    @classmethod
    def parse_element(cls, element: Element) -> MessageImprint:
        """Read it from an element of another structure, also under an implicit tag."""
        fields = element.children
        if len(fields) != 2:
            malformed("MessageImprint", element, "wrong number of members")
        return cls(AlgorithmIdentifier.parse_element(fields[0]), fields[1].expect(0x04).octets())

    @property
    def hash_oid(self) -> str:
        """The hash algorithm, dotted."""
        return self.algorithm.oid

    def encode(self) -> bytes:
        """In DER, the algorithm as it stood."""
        return der.sequence(self.algorithm.raw, der.octet_string(self.digest))


class TimeStampReq(Encoded):
    """RFC 3161 §2.4.1."""

    what = "TimeStampReq"

    def __init__(self, element: Element) -> None:
        fields = fields_between(element, "TimeStampReq", 2, 6)
        self.raw = element.raw
        self.version = fields[0].expect(0x02).integer()
        self.message_imprint = MessageImprint.parse_element(fields[1].expect(0x30))
        self.policy: str | None = None
        self.nonce: int | None = None
        self.cert_req = False
        self.extensions: dict[str, Extension] = {}
        for field in fields[2:]:
            if field.tag == 0x06:
                self.policy = field.oid()
            elif field.tag == 0x02:
                self.nonce = field.integer()
            elif field.tag == 0x01:
                self.cert_req = field.boolean()
            elif field.tag == 0xA0:
                self.extensions = _implicit_extensions(field)
            else:
                malformed("TimeStampReq", field, "unknown member")

    @classmethod
    def parse_element(cls, element: Element) -> TimeStampReq:
        """Read it from an element of another structure. Raises MalformedEncoding."""
        return cls(element)

    @classmethod
    def build(
        cls,
        imprint: MessageImprint,
        *,
        policy: str | None = None,
        nonce: int | None = None,
        cert_req: bool = True,
    ) -> TimeStampReq:
        """A new request of version 1."""
        return cls.parse(
            der.sequence(
                der.integer(1),
                imprint.encode(),
                None if policy is None else der.oid(policy),
                None if nonce is None else der.integer(nonce),
                der.TRUE if cert_req else None,
            )
        )


def _implicit_extensions(element: Element) -> dict[str, Extension]:
    """Extensions under an IMPLICIT tag; some makers wrote it EXPLICIT."""
    children = element.children
    if len(children) == 1 and children[0].tag == 0x30 and len(children[0]) > 0 and children[0][0].tag == 0x30:
        return parse_extensions(children[0])[0]
    return parse_extensions(ber_parse(der.tlv(0x30, element.content), what="Extensions"))[0]


class TimeStampResp(Encoded):
    """RFC 3161 §2.4.2."""

    what = "TimeStampResp"

    def __init__(self, element: Element) -> None:
        fields = fields_between(element, "TimeStampResp", 1, 2)
        self.raw = element.raw
        self.status = PKIStatusInfo.parse_element(fields[0].expect(0x30))
        self.token: bytes | None = fields[1].expect(0x30).raw if len(fields) == 2 else None
        """The time-stamp token: a ContentInfo, whole, as it stood."""

    @classmethod
    def parse_element(cls, element: Element) -> TimeStampResp:
        """Read it from an element of another structure. Raises MalformedEncoding."""
        return cls(element)

    @property
    def granted(self) -> bool:
        """Whether there is a token, and the status allows one."""
        return self.token is not None and self.status.status in (
            PKIStatus.GRANTED,
            PKIStatus.GRANTED_WITH_MODS,
        )

    @classmethod
    def build(cls, status: PKIStatusInfo, token: bytes | None = None) -> TimeStampResp:
        """A new response."""
        return cls.parse(der.sequence(status.encode(), token))


class TSTInfo(Encoded):
    """RFC 3161 §2.4.2: what a time-stamp token says. Times are aware, in UTC."""

    what = "TSTInfo"

    def __init__(self, element: Element) -> None:
        fields = fields_between(element, "TSTInfo", 5, 10)
        self.raw = element.raw
        self.version = fields[0].expect(0x02).integer()
        self.policy = fields[1].expect(0x06).oid()
        self.message_imprint = MessageImprint.parse_element(fields[2].expect(0x30))
        self.serial = fields[3].expect(0x02).integer()
        self.gen_time: datetime = fields[4].expect(0x18).time()
        self.accuracy: timedelta | None = None
        self.ordering = False
        self.nonce: int | None = None
        self.tsa: GeneralName | None = None
        self.extensions: dict[str, Extension] = {}
        for field in fields[5:]:
            if field.tag == 0x30:
                self.accuracy = _accuracy(field)
            elif field.tag == 0x01:
                self.ordering = field.boolean()
            elif field.tag == 0x02:
                self.nonce = field.integer()
            elif field.tag == 0xA0:
                self.tsa = GeneralName.parse_element(explicit(field, "TSTInfo"))
            elif field.tag == 0xA1:
                self.extensions = _implicit_extensions(field)
            else:
                malformed("TSTInfo", field, "unknown member")

    @classmethod
    def parse_element(cls, element: Element) -> TSTInfo:
        """Read it from an element of another structure. Raises MalformedEncoding."""
        return cls(element)

    @classmethod
    def of_token(cls, token: SignedData) -> TSTInfo:
        """The TSTInfo inside a time-stamp token. Raises MalformedEncoding."""
        content = token.content
        if token.encap_content_type != ID_CT_TST_INFO or content is None:
            malformed("TimeStampToken", token.element, "no TSTInfo inside")
        return cls.parse(content)

    @classmethod
    def build(
        cls,
        *,
        policy: str,
        imprint: MessageImprint,
        serial: int,
        gen_time: datetime,
        accuracy: timedelta | None = None,
        ordering: bool = False,
        nonce: int | None = None,
        tsa: GeneralName | None = None,
    ) -> TSTInfo:
        """A new TSTInfo of version 1; fractions of a second are written as they are."""
        return cls.parse(
            der.sequence(
                der.integer(1),
                der.oid(policy),
                imprint.encode(),
                der.integer(serial),
                der.generalized_time(gen_time, fraction=True),
                None if accuracy is None else _encode_accuracy(accuracy),
                der.TRUE if ordering else None,
                None if nonce is None else der.integer(nonce),
                None if tsa is None else der.explicit(0, tsa.raw),
            )
        )


def _accuracy(element: Element) -> timedelta:
    seconds = millis = micros = 0
    for field in element.children:
        value = field.integer()
        if field.tag == 0x02:
            seconds = value
        elif field.tag == 0x80:
            millis = value
        elif field.tag == 0x81:
            micros = value
        else:
            malformed("Accuracy", field, "unknown member")
    if not (0 <= seconds <= 10**9 and 0 <= millis <= 999 and 0 <= micros <= 999):
        malformed("Accuracy", element, "out of range")
    return timedelta(seconds=seconds, milliseconds=millis, microseconds=micros)


def _encode_accuracy(accuracy: timedelta) -> bytes:
    seconds, rest = divmod(accuracy // timedelta(microseconds=1), 1_000_000)
    millis, micros = divmod(rest, 1000)
    return der.sequence(
        der.integer(seconds) if seconds else None,
        der.implicit(0, der.integer(millis)) if millis else None,
        der.implicit(1, der.integer(micros)) if micros else None,
    )
