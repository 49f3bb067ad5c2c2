"""Data validation and certification: requests and DVCs (RFC 3029).

The module has IMPLICIT TAGS; a tag around a CHOICE is explicit all the same. Where implementations differ,
what RFC 3029 says is written and both are read: the booleans of PathProcInput (tagged in some texts), the
``[0]`` around Data.certs, and EXPLICIT tags in CertEtcToken (Bouncy Castle). Values are compared without
their ``raw`` octets, which are empty in values that were not parsed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import TypeVar

from trustspace._native import Element, ber_parse
from trustspace.encoding import der
from trustspace.encoding.extensions import Extension, PolicyInformation, parse_extensions
from trustspace.encoding.general_name import GeneralName, encode_general_names, parse_general_names
from trustspace.encoding.model import explicit, fields_between, malformed
from trustspace.encoding.pki_status import PKIStatusInfo
from trustspace.encoding.tsp import MessageImprint
from trustspace.errors import MalformedEncoding

ID_AD_DVCS = "1.3.6.1.5.5.7.48.4"
ID_KP_DVCS = "1.3.6.1.5.5.7.3.10"
ID_CT_DVCS_REQUEST_DATA = "1.2.840.113549.1.9.16.1.7"
ID_CT_DVCS_RESPONSE_DATA = "1.2.840.113549.1.9.16.1.8"
MEDIA_TYPE = "application/dvcs"

MAX_TARGETS = 1000
MAX_CHAIN = 1000

T = TypeVar("T")


class ServiceType(IntEnum):
    """RFC 3029 §7: certify possession, validate signed document, validate keys, certify claim."""

    CPD = 1
    VSD = 2
    VPKC = 3
    CCPD = 4


@dataclass(frozen=True, slots=True)
class DVCSTime:
    """Either a time (aware, in UTC) or a time-stamp token (ContentInfo, whole)."""

    gen_time: datetime | None = None
    time_stamp_token: bytes | None = None

    @classmethod
    def parse_element(cls, element: Element) -> DVCSTime:
        """Read it from an element of another structure. Raises MalformedEncoding."""
        if element.tag == 0x18:
            return cls(gen_time=element.time())
        return cls(time_stamp_token=element.expect(0x30).raw)

    def encode(self) -> bytes:
        """In DER; fractions of a second are written as they are."""
        if self.time_stamp_token is not None:
            return self.time_stamp_token
        if self.gen_time is None:
            raise MalformedEncoding(what="DVCSTime", offset=0, reason="neither time nor token")
        return der.generalized_time(self.gen_time, fraction=True)


@dataclass(frozen=True, slots=True)
class DVCSRequestInformation:
    """RFC 3029 §7. Optional members are ``None`` or empty where absent."""

    service: ServiceType
    version: int = 1
    nonce: int | None = None
    request_time: DVCSTime | None = None
    requester: tuple[GeneralName, ...] = ()
    request_policy: PolicyInformation | None = None
    dvcs: tuple[GeneralName, ...] = ()
    data_locations: tuple[GeneralName, ...] = ()
    extensions: tuple[Extension, ...] = ()
    raw: bytes = field(default=b"", compare=False, repr=False)

    @classmethod
    def parse_element(cls, element: Element) -> DVCSRequestInformation:
        """Read it from an element of another structure. Raises MalformedEncoding."""
        what = "DVCSRequestInformation"
        rest = _Members(what, element, element.fields())
        version = rest.take(0x02, Element.integer)
        number = rest.need(0x0A).integer()
        if not 1 <= number <= 4:
            malformed(what, element, "unknown service")
        nonce = rest.take(0x02, Element.integer)
        time = rest.take_any((0x18, 0x30), DVCSTime.parse_element)
        info = cls(
            service=ServiceType(number),
            version=1 if version is None else version,
            nonce=nonce,
            request_time=time,
            requester=rest.take(0xA0, parse_general_names) or (),
            request_policy=rest.take(0xA1, PolicyInformation.parse_element),
            dvcs=rest.take(0xA2, parse_general_names) or (),
            data_locations=rest.take(0xA3, parse_general_names) or (),
            extensions=rest.take(0xA4, _extensions) or (),
            raw=element.raw,
        )
        rest.end()
        return info

    def encode(self) -> bytes:
        """In DER."""
        return der.sequence(
            _version(self.version),
            der.enumerated(self.service),
            None if self.nonce is None else der.integer(self.nonce),
            None if self.request_time is None else self.request_time.encode(),
            _names(0, self.requester),
            None if self.request_policy is None else der.implicit(1, self.request_policy.raw),
            _names(2, self.dvcs),
            _names(3, self.data_locations),
            _encode_extensions(4, self.extensions),
        )


@dataclass(frozen=True, slots=True)
class PathProcInput:
    """Inputs of path processing (RFC 3029 §7.6). ``inhibit_any_policy``: STB 34.101.81, Bouncy Castle."""

    acceptable_policy_set: tuple[PolicyInformation, ...]
    inhibit_policy_mapping: bool = False
    explicit_policy_required: bool = False
    inhibit_any_policy: bool = False

    @classmethod
    def parse_element(cls, element: Element) -> PathProcInput:
        """Read it, also under an implicit tag, booleans tagged or not. Raises MalformedEncoding."""
        fields = element.children
        if not 1 <= len(fields) <= 4:
            malformed("PathProcInput", element, "wrong number of members")
        policies = tuple(PolicyInformation.parse_element(child) for child in fields[0].fields())
        flags = [False, False, False]
        untagged = 0
        for child in fields[1:]:
            position = {0x01: untagged, 0x80: 1, 0x81: 2}.get(child.tag)
            if position is None or position > 2:
                malformed("PathProcInput", child, "unknown member")
            untagged = position + 1
            flags[position] = child.boolean()
        return cls(policies, *flags)

    def encode(self) -> bytes:
        """In DER, the second and third boolean tagged, so that they cannot be mistaken."""
        return der.sequence(
            der.sequence(*(policy.raw for policy in self.acceptable_policy_set)),
            der.TRUE if self.inhibit_policy_mapping else None,
            der.implicit(0, der.TRUE) if self.explicit_policy_required else None,
            der.implicit(1, der.TRUE) if self.inhibit_any_policy else None,
        )


class CertEtcKind(IntEnum):
    """The alternatives of CertEtcToken, by tag number; ``EXTENSION`` has no tag."""

    CERTIFICATE = 0
    ESS_CERT_ID = 1
    PKI_STATUS = 2
    ASSERTION = 3
    CRL = 4
    OCSP_CERT_STATUS = 5
    OCSP_CERT_ID = 6
    OCSP_RESPONSE = 7
    CAPABILITIES = 8
    EXTENSION = 9


# Bouncy Castle tags these EXPLICIT; a CHOICE (certificate status) has to be.
_SOMETIMES_EXPLICIT = frozenset({CertEtcKind.ESS_CERT_ID, CertEtcKind.ASSERTION, CertEtcKind.CAPABILITIES})


@dataclass(frozen=True, slots=True)
class CertEtcToken:
    """A certificate, status or other piece of evidence (RFC 3029 §7.4)."""

    kind: CertEtcKind
    value: bytes
    """The whole element under its own tag: a Certificate, a PKIStatusInfo, …, an Extension."""

    @classmethod
    def parse_element(cls, element: Element) -> CertEtcToken:
        """Read it from an element of another structure. Raises MalformedEncoding."""
        if element.tag == 0x30:
            return cls(CertEtcKind.EXTENSION, element.raw)
        if element.tag & 0xC0 != 0x80 or element.number > 8:
            malformed("CertEtcToken", element, "unknown alternative")
        kind = CertEtcKind(element.number)
        if kind is CertEtcKind.OCSP_CERT_STATUS:
            return cls(kind, explicit(element, "CertEtcToken").raw)
        children = element.children
        if kind in _SOMETIMES_EXPLICIT and len(children) == 1 and children[0].tag == 0x30:
            inner = children[0].children
            # SMIMECapabilities are SEQUENCEs themselves: an explicit tag shows one level below.
            if kind is not CertEtcKind.CAPABILITIES or (inner and inner[0].tag == 0x30):
                return cls(kind, children[0].raw)
        return cls(kind, b"\x30" + element.raw[1:])

    def encode(self, *, explicit_tags: bool = False) -> bytes:
        """In DER; ``explicit_tags`` writes ESSCertID, assertion and capabilities as Bouncy Castle does."""
        if self.kind is CertEtcKind.EXTENSION:
            return self.value
        tagged = explicit_tags and self.kind in _SOMETIMES_EXPLICIT
        if tagged or self.kind is CertEtcKind.OCSP_CERT_STATUS:
            return der.explicit(self.kind, self.value)
        return der.implicit(self.kind, self.value)

    @property
    def pki_status(self) -> PKIStatusInfo | None:
        """The status, if it is one. Raises MalformedEncoding."""
        return PKIStatusInfo.parse(self.value) if self.kind is CertEtcKind.PKI_STATUS else None


@dataclass(frozen=True, slots=True)
class TargetEtcChain:
    """What is (or was) to be validated, with the pieces of its validation (RFC 3029 §7.5)."""

    target: CertEtcToken
    chain: tuple[CertEtcToken, ...] = ()
    path_proc_input: PathProcInput | None = None

    @classmethod
    def parse_element(cls, element: Element) -> TargetEtcChain:
        """Read it from an element of another structure. Raises MalformedEncoding."""
        what = "TargetEtcChain"
        rest = _Members(what, element, fields_between(element, what, 1, 3))
        target = CertEtcToken.parse_element(rest.next())
        chain = rest.take(0x30, lambda e: _list(what, e, CertEtcToken.parse_element, MAX_CHAIN)) or ()
        path = rest.take(0xA0, PathProcInput.parse_element)
        rest.end()
        return cls(target, chain, path)

    def encode(self, *, explicit_tags: bool = False) -> bytes:
        """In DER."""
        chain = [token.encode(explicit_tags=explicit_tags) for token in self.chain]
        return der.sequence(
            self.target.encode(explicit_tags=explicit_tags),
            der.sequence(*chain) if chain else None,
            None if self.path_proc_input is None else der.implicit(0, self.path_proc_input.encode()),
        )


@dataclass(frozen=True, slots=True)
class Data:
    """Exactly one of: the message (vsd, cpd), its imprint (ccpd), what to validate (vpkc)."""

    message: bytes | None = None
    message_imprint: MessageImprint | None = None
    certs: tuple[TargetEtcChain, ...] = ()
    raw: bytes = field(default=b"", compare=False, repr=False)

    @classmethod
    def parse_element(cls, element: Element) -> Data:
        """Read it from an element of another structure. Raises MalformedEncoding."""
        if element.tag & 0xDF == 0x04:
            return cls(message=element.octets(), raw=element.raw)
        if element.tag not in (0x30, 0xA0) or len(element) == 0:
            malformed("Data", element, "unknown alternative")
        first = element[0]
        if element.tag == 0x30 and first.tag == 0x30 and len(first) and first[0].tag == 0x06:
            return cls(message_imprint=MessageImprint.parse_element(element), raw=element.raw)
        certs = _list("Data", element, TargetEtcChain.parse_element, MAX_TARGETS)
        return cls(certs=certs, raw=element.raw)

    @property
    def imprint_input(self) -> bytes | None:
        """What DVCSCertInfo.messageImprint is over (RFC 3029 §9.1): the content octets of the message, or
        the DER of the certs; ``None`` where an imprint came instead."""
        if self.message is not None:
            return self.message
        return self.encode() if self.certs else None

    def encode(self) -> bytes:
        """In DER."""
        if self.message is not None:
            return der.octet_string(self.message)
        if self.message_imprint is not None:
            return self.message_imprint.encode()
        return der.sequence(*(target.encode() for target in self.certs))


@dataclass(frozen=True, slots=True)
class DVCSRequest:
    """RFC 3029 §7."""

    request_information: DVCSRequestInformation
    data: Data
    transaction_identifier: GeneralName | None = None
    raw: bytes = field(default=b"", compare=False, repr=False)

    @classmethod
    def parse(cls, data: bytes) -> DVCSRequest:
        """Read the content of a request's ContentInfo or SignedData. Raises MalformedEncoding."""
        return cls.parse_element(ber_parse(data, what="DVCSRequest"))

    @classmethod
    def parse_element(cls, element: Element) -> DVCSRequest:
        """Read it from an element of another structure. Raises MalformedEncoding."""
        fields = fields_between(element, "DVCSRequest", 2, 3)
        return cls(
            DVCSRequestInformation.parse_element(fields[0]),
            Data.parse_element(fields[1]),
            GeneralName.parse_element(fields[2]) if len(fields) == 3 else None,
            element.raw,
        )

    def encode(self) -> bytes:
        """In DER."""
        identifier = self.transaction_identifier
        return der.sequence(
            self.request_information.encode(),
            self.data.encode(),
            None if identifier is None else identifier.raw,
        )


@dataclass(frozen=True, slots=True)
class DVCSCertInfo:
    """The DVC proper (RFC 3029 §9.1): what a receipt says."""

    dv_req_info: DVCSRequestInformation
    message_imprint: MessageImprint
    serial_number: int
    response_time: DVCSTime
    version: int = 1
    dv_status: PKIStatusInfo | None = None
    """Absent means success."""
    policy: PolicyInformation | None = None
    req_signature: tuple[bytes, ...] = ()
    """SignerInfos of the request, whole."""
    certs: tuple[TargetEtcChain, ...] = ()
    extensions: tuple[Extension, ...] = ()
    raw: bytes = field(default=b"", compare=False, repr=False)

    @classmethod
    def parse_element(cls, element: Element) -> DVCSCertInfo:
        """Read it from an element of another structure. Raises MalformedEncoding."""
        what = "DVCSCertInfo"
        rest = _Members(what, element, element.fields())
        version = rest.take(0x02, Element.integer)
        info = cls(
            dv_req_info=DVCSRequestInformation.parse_element(rest.need(0x30)),
            message_imprint=MessageImprint.parse_element(rest.need(0x30)),
            serial_number=rest.need(0x02).integer(),
            response_time=DVCSTime.parse_element(rest.next()),
            version=1 if version is None else version,
            dv_status=rest.take(0xA0, PKIStatusInfo.parse_element),
            policy=rest.take(0xA1, PolicyInformation.parse_element),
            req_signature=rest.take(0xA2, lambda e: tuple(e.raws())) or (),
            certs=rest.take(0xA3, lambda e: _list(what, e, TargetEtcChain.parse_element, MAX_TARGETS)) or (),
            extensions=rest.take(0x30, _extensions) or (),
            raw=element.raw,
        )
        rest.end()
        return info

    def encode(self, *, explicit_tags: bool = False) -> bytes:
        """In DER."""
        certs = [target.encode(explicit_tags=explicit_tags) for target in self.certs]
        return der.sequence(
            _version(self.version),
            self.dv_req_info.encode(),
            self.message_imprint.encode(),
            der.integer(self.serial_number),
            self.response_time.encode(),
            None if self.dv_status is None else der.implicit(0, self.dv_status.encode()),
            None if self.policy is None else der.implicit(1, self.policy.raw),
            der.implicit(2, der.set_of(self.req_signature)) if self.req_signature else None,
            der.implicit(3, der.sequence(*certs)) if certs else None,
            der.sequence(*(e.encode() for e in self.extensions)) if self.extensions else None,
        )

    def extension(self, oid: str) -> Extension | None:
        """The extension of a type."""
        return next((e for e in self.extensions if e.oid == oid), None)


@dataclass(frozen=True, slots=True)
class DVCSErrorNotice:
    """A refusal (RFC 3029 §9.2)."""

    transaction_status: PKIStatusInfo
    transaction_identifier: GeneralName | None = None
    raw: bytes = field(default=b"", compare=False, repr=False)

    @classmethod
    def parse_element(cls, element: Element) -> DVCSErrorNotice:
        """Read it, also under its implicit tag. Raises MalformedEncoding."""
        fields = element.children
        if not 1 <= len(fields) <= 2:
            malformed("DVCSErrorNotice", element, "wrong number of members")
        return cls(
            PKIStatusInfo.parse_element(fields[0].expect(0x30)),
            GeneralName.parse_element(fields[1]) if len(fields) == 2 else None,
            element.raw,
        )

    def encode(self) -> bytes:
        """In DER."""
        identifier = self.transaction_identifier
        return der.sequence(self.transaction_status.encode(), None if identifier is None else identifier.raw)


@dataclass(frozen=True, slots=True)
class DVCSResponse:
    """Exactly one of: a DVC, or an error notice."""

    cert_info: DVCSCertInfo | None = None
    error_note: DVCSErrorNotice | None = None

    @classmethod
    def parse(cls, data: bytes) -> DVCSResponse:
        """Read the content of a response's SignedData. Raises MalformedEncoding."""
        return cls.parse_element(ber_parse(data, what="DVCSResponse"))

    @classmethod
    def parse_element(cls, element: Element) -> DVCSResponse:
        """Read it from an element of another structure. Raises MalformedEncoding."""
        if element.tag == 0xA0:
            return cls(error_note=DVCSErrorNotice.parse_element(element))
        return cls(cert_info=DVCSCertInfo.parse_element(element))

    def encode(self, *, explicit_tags: bool = False) -> bytes:
        """In DER."""
        if self.cert_info is not None:
            return self.cert_info.encode(explicit_tags=explicit_tags)
        if self.error_note is None:
            raise MalformedEncoding(what="DVCSResponse", offset=0, reason="neither DVC nor error notice")
        return der.implicit(0, self.error_note.encode())


class _Members:
    """Takes the members of a SEQUENCE one by one, the optional ones by tag."""

    def __init__(self, what: str, element: Element, fields: tuple[Element, ...]) -> None:
        self._what = what
        self._element = element
        self._fields = fields
        self._at = 0

    def next(self) -> Element:
        if self._at >= len(self._fields):
            malformed(self._what, self._element, "a member is missing")
        self._at += 1
        return self._fields[self._at - 1]

    def need(self, tag: int) -> Element:
        return self.next().expect(tag)

    def take(self, tag: int, read: Callable[[Element], T]) -> T | None:
        return self.take_any((tag,), read)

    def take_any(self, tags: tuple[int, ...], read: Callable[[Element], T]) -> T | None:
        if self._at < len(self._fields) and self._fields[self._at].tag in tags:
            return read(self.next())
        return None

    def end(self) -> None:
        if self._at < len(self._fields):
            malformed(self._what, self._fields[self._at], "unknown member")


def _list(what: str, element: Element, read: Callable[[Element], T], most: int) -> tuple[T, ...]:
    if len(element) > most:
        malformed(what, element, "too many members")
    return tuple(read(child) for child in element.children)


def _extensions(element: Element) -> tuple[Extension, ...]:
    """Extensions, also under an implicit tag, in their order."""
    if element.tag != 0x30:
        element = ber_parse(der.tlv(0x30, element.content), what="Extensions")
    found, deviations = parse_extensions(element)
    if deviations:
        malformed("Extensions", element, "an extension stands twice")
    return tuple(found.values())


def _encode_extensions(number: int, extensions: tuple[Extension, ...]) -> bytes | None:
    if not extensions:
        return None
    return der.implicit(number, der.sequence(*(extension.encode() for extension in extensions)))


def _version(version: int) -> bytes | None:
    return None if version == 1 else der.integer(version)


def _names(number: int, names: tuple[GeneralName, ...]) -> bytes | None:
    return der.implicit(number, encode_general_names(names)) if names else None
