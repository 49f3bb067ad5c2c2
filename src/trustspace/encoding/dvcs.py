"""Data validation and certification: requests and DVCs (RFC 3029).

The module has IMPLICIT TAGS; a tag around a CHOICE is explicit all the same. Where implementations differ,
what RFC 3029 says is written and both are read (here the ``[0]`` around Data.certs, more in
``dvcs_evidence``). Values are compared without their ``raw`` octets, which are empty in values that were not
parsed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

from trustspace._native import Element, ber_parse
from trustspace.encoding import der
from trustspace.encoding.dvcs_evidence import (
    CertEtcKind,
    CertEtcToken,
    Members,
    PathProcInput,
    TargetEtcChain,
    list_of,
)
from trustspace.encoding.extensions import Extension, PolicyInformation, parse_extensions
from trustspace.encoding.general_name import GeneralName, encode_general_names, parse_general_names
from trustspace.encoding.model import fields_between, malformed
from trustspace.encoding.pki_status import PKIStatusInfo
from trustspace.encoding.tsp import MessageImprint
from trustspace.errors import MalformedEncoding

ID_AD_DVCS = "1.3.6.1.5.5.7.48.4"
ID_KP_DVCS = "1.3.6.1.5.5.7.3.10"
ID_CT_DVCS_REQUEST_DATA = "1.2.840.113549.1.9.16.1.7"
ID_CT_DVCS_RESPONSE_DATA = "1.2.840.113549.1.9.16.1.8"
MEDIA_TYPE = "application/dvcs"

MAX_TARGETS = 1000


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
        rest = Members(what, element, element.fields())
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
        return cls(certs=_targets(element), raw=element.raw)

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
        rest = Members("DVCSCertInfo", element, element.fields())
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
            certs=rest.take(0xA3, _targets) or (),
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


def _targets(element: Element) -> tuple[TargetEtcChain, ...]:
    return list_of("TargetEtcChain", element, TargetEtcChain.parse_element, MAX_TARGETS)


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


__all__ = [
    "ID_AD_DVCS",
    "ID_CT_DVCS_REQUEST_DATA",
    "ID_CT_DVCS_RESPONSE_DATA",
    "ID_KP_DVCS",
    "MEDIA_TYPE",
    "CertEtcKind",
    "CertEtcToken",
    "DVCSCertInfo",
    "DVCSErrorNotice",
    "DVCSRequest",
    "DVCSRequestInformation",
    "DVCSResponse",
    "DVCSTime",
    "Data",
    "PathProcInput",
    "ServiceType",
    "TargetEtcChain",
]
