"""OCSP requests and responses (RFC 6960), with CertIDs under any hash, national ones too."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, IntEnum

from trustspace._native import Element, ber_parse
from trustspace.encoding import der
from trustspace.encoding.algorithm_identifier import AlgorithmIdentifier
from trustspace.encoding.extensions import Extension, encode_extension, parse_extensions
from trustspace.encoding.general_name import GeneralName
from trustspace.encoding.lazy import lazy
from trustspace.encoding.model import Encoded, explicit, fields_between, malformed, whole_octets
from trustspace.encoding.name import Name

ID_PKIX_OCSP_BASIC = "1.3.6.1.5.5.7.48.1.1"
ID_PKIX_OCSP_NONCE = "1.3.6.1.5.5.7.48.1.2"
ID_PKIX_OCSP_CRL = "1.3.6.1.5.5.7.48.1.3"
ID_PKIX_OCSP_ARCHIVE_CUTOFF = "1.3.6.1.5.5.7.48.1.6"
ID_ISISMTT_CERT_HASH = "1.3.36.8.3.13"

MAX_RESPONSES = 10_000


@dataclass(frozen=True, slots=True)
class CertID:
    """RFC 6960 §4.1.1: a certificate by hashes of its issuer's name and key, and its serial number."""

    hash_algorithm: AlgorithmIdentifier
    name_hash: bytes
    key_hash: bytes
    serial: int
    raw: bytes

    @property
    def hash_oid(self) -> str:
        """The hash algorithm, dotted."""
        return self.hash_algorithm.oid

    @classmethod
    def parse_element(cls, element: Element) -> CertID:
        """Read it from an element of another structure. Raises MalformedEncoding."""
        fields = element.children
        if len(fields) != 4:
            malformed("CertID", element, "wrong number of members")
        return cls(
            AlgorithmIdentifier.parse_element(fields[0]),
            fields[1].octets(),
            fields[2].octets(),
            fields[3].expect(0x02).integer(),
            element.raw,
        )

    @classmethod
    def build(cls, hash_algorithm: bytes, name_hash: bytes, key_hash: bytes, serial: int) -> CertID:
        """A new one; ``hash_algorithm`` is an AlgorithmIdentifier in DER."""
        raw = der.sequence(
            hash_algorithm, der.octet_string(name_hash), der.octet_string(key_hash), der.integer(serial)
        )
        return cls(AlgorithmIdentifier.parse(hash_algorithm), name_hash, key_hash, serial, raw)


class OCSPResponseStatus(IntEnum):
    """RFC 6960 §4.2.1."""

    SUCCESSFUL = 0
    MALFORMED_REQUEST = 1
    INTERNAL_ERROR = 2
    TRY_LATER = 3
    SIG_REQUIRED = 5
    UNAUTHORIZED = 6


class CertStatus(Enum):
    """RFC 6960 §4.2.1."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


_STATUSES = {0x80: CertStatus.GOOD, 0xA1: CertStatus.REVOKED, 0x82: CertStatus.UNKNOWN}


@dataclass(frozen=True, slots=True)
class SingleResponse:
    """RFC 6960 §4.2.1: what the responder says of one certificate. Times are aware, in UTC."""

    cert_id: CertID
    status: CertStatus
    revocation_time: datetime | None
    reason: int | None
    """CRLReason (RFC 5280 §5.3.1)."""
    this_update: datetime
    next_update: datetime | None
    extensions: dict[str, Extension]
    raw: bytes

    @classmethod
    def parse_element(cls, element: Element) -> SingleResponse:
        """Read it from an element of another structure. Raises MalformedEncoding."""
        fields = fields_between(element, "SingleResponse", 3, 5)
        status = _STATUSES.get(fields[1].tag)
        # A constructed NULL or a primitive UnknownInfo are seen in the wild under the same number.
        if status is None:
            status = {0xA0: CertStatus.GOOD, 0xA2: CertStatus.UNKNOWN}.get(fields[1].tag)
        if status is None:
            malformed("SingleResponse", fields[1], "unknown certificate status")
        revocation_time = reason = next_update = None
        if status is CertStatus.REVOKED:
            info = fields[1].children
            if not 1 <= len(info) <= 2:
                malformed("RevokedInfo", fields[1], "wrong number of members")
            revocation_time = info[0].time()
            if len(info) == 2:
                reason = explicit(info[1].expect(0xA0), "RevokedInfo").expect(0x0A).integer()
        extensions: dict[str, Extension] = {}
        for field in fields[3:]:
            if field.tag == 0xA0:
                next_update = explicit(field, "SingleResponse").time()
            elif field.tag == 0xA1:
                extensions, _ = parse_extensions(explicit(field, "SingleResponse"))
            else:
                malformed("SingleResponse", field, "unknown member")
        return cls(
            CertID.parse_element(fields[0]),
            status,
            revocation_time,
            reason,
            fields[2].time(),
            next_update,
            extensions,
            element.raw,
        )

    @property
    def cert_hash(self) -> tuple[AlgorithmIdentifier, bytes] | None:
        """The certHash extension (Common PKI part 4): algorithm and digest of the certificate.

        Raises MalformedEncoding.
        """
        extension = self.extensions.get(ID_ISISMTT_CERT_HASH)
        if extension is None:
            return None
        fields = fields_between(extension.element(), "CertHash", 2, 2)
        return AlgorithmIdentifier.parse_element(fields[0]), fields[1].octets()

    @property
    def archive_cutoff(self) -> datetime | None:
        """RFC 6960 §4.4.4: statuses of certificates expired since then are still kept."""
        extension = self.extensions.get(ID_PKIX_OCSP_ARCHIVE_CUTOFF)
        return None if extension is None else extension.element().time()


@dataclass(frozen=True, slots=True)
class ResponderID:
    """RFC 6960 §4.2.1: the responder by name, or by the SHA-1 hash of its public key."""

    name: Name | None
    key_hash: bytes | None
    raw: bytes

    @classmethod
    def parse_element(cls, element: Element) -> ResponderID:
        """Read it from an element of another structure. Raises MalformedEncoding."""
        if element.tag == 0xA1:
            return cls(Name.parse_element(explicit(element, "ResponderID")), None, element.raw)
        if element.tag == 0xA2:
            return cls(None, explicit(element, "ResponderID").expect(0x04).octets(), element.raw)
        return malformed("ResponderID", element, "unknown alternative")


class BasicOCSPResponse(Encoded):
    """RFC 6960 §4.2.1: the signed response."""

    what = "BasicOCSPResponse"

    def __init__(self, element: Element) -> None:
        top = fields_between(element, "BasicOCSPResponse", 3, 4)
        self.raw = element.raw
        self.tbs_raw = top[0].raw
        """What the signature is over."""
        self.signature_algorithm = AlgorithmIdentifier.parse_element(top[1].expect(0x30))
        self.signature = whole_octets(top[2], "BasicOCSPResponse")
        self._certs = (
            explicit(top[3].expect(0xA0), "BasicOCSPResponse").expect(0x30) if len(top) == 4 else None
        )
        body = top[0].fields()
        at = 1 if body and body[0].tag == 0xA0 else 0
        if not at + 3 <= len(body) <= at + 4:
            malformed("ResponseData", top[0], "wrong number of members")
        self.version = explicit(body[0], "ResponseData").integer() if at else 0
        self.responder_id = ResponderID.parse_element(body[at])
        self.produced_at: datetime = body[at + 1].time()
        self._responses = body[at + 2].expect(0x30)
        self._extensions = body[at + 3].expect(0xA1) if len(body) == at + 4 else None

    @classmethod
    def parse_element(cls, element: Element) -> BasicOCSPResponse:
        """Read it from an element of another structure. Raises MalformedEncoding."""
        return cls(element)

    @lazy
    def responses(self) -> tuple[SingleResponse, ...]:
        """The single responses. Raises MalformedEncoding."""
        if len(self._responses) > MAX_RESPONSES:
            malformed("ResponseData", self._responses, "too many responses")
        return tuple(SingleResponse.parse_element(child) for child in self._responses)

    @lazy
    def extensions(self) -> dict[str, Extension]:
        """The response extensions by OID. Raises MalformedEncoding."""
        if self._extensions is None:
            return {}
        return parse_extensions(explicit(self._extensions, "ResponseData"))[0]

    @property
    def nonce(self) -> bytes | None:
        """RFC 9654, unwrapped where it is the OCTET STRING that it should be."""
        return _nonce(self.extensions)

    @lazy
    def certificates(self) -> tuple[bytes, ...]:
        """The certificates that came with it, whole, as they stood."""
        return () if self._certs is None else tuple(self._certs.raws())


class OCSPResponse(Encoded):
    """RFC 6960 §4.2.1. ``basic`` is ``None`` unless the status is successful."""

    what = "OCSPResponse"

    status: OCSPResponseStatus
    basic: BasicOCSPResponse | None

    def __init__(self, element: Element) -> None:
        fields = fields_between(element, "OCSPResponse", 1, 2)
        self.raw = element.raw
        number = fields[0].expect(0x0A).integer()
        if number not in (0, 1, 2, 3, 5, 6):
            malformed("OCSPResponse", fields[0], "unknown status")
        self.status = OCSPResponseStatus(number)
        self.response_type: str | None = None
        self.basic = None
        if len(fields) == 2:
            inner = explicit(fields[1].expect(0xA0), "OCSPResponse")
            parts = fields_between(inner.expect(0x30), "ResponseBytes", 2, 2)
            self.response_type = parts[0].expect(0x06).oid()
            if self.response_type == ID_PKIX_OCSP_BASIC and self.status is OCSPResponseStatus.SUCCESSFUL:
                self.basic = BasicOCSPResponse(parts[1].expect(0x04).inner())
        if self.status is OCSPResponseStatus.SUCCESSFUL and len(fields) == 1:
            malformed("OCSPResponse", element, "successful, but without a response")

    @classmethod
    def parse_element(cls, element: Element) -> OCSPResponse:
        """Read it from an element of another structure. Raises MalformedEncoding."""
        return cls(element)

    @classmethod
    def of_basic(cls, basic: bytes) -> OCSPResponse:
        """The response around a bare BasicOCSPResponse, as attributes and XML hold it.

        A whole OCSPResponse, which some makers put there, is taken as it is. Raises MalformedEncoding.
        """
        element = ber_parse(basic, what="BasicOCSPResponse")
        if len(element) and element[0].tag == 0x0A:
            return cls(element)
        return cls.parse(encode_ocsp_response(basic))

    @lazy
    def sha256(self) -> str:
        """SHA-256 of the whole response, hexadecimal."""
        return hashlib.sha256(self.raw).hexdigest()


def encode_ocsp_response(basic: bytes) -> bytes:
    """A successful OCSPResponse around a BasicOCSPResponse in DER."""
    inner = der.sequence(der.oid(ID_PKIX_OCSP_BASIC), der.octet_string(basic))
    return der.sequence(der.enumerated(0), der.explicit(0, inner))


def encode_ocsp_error(status: OCSPResponseStatus) -> bytes:
    """An OCSPResponse that carries only a status other than successful."""
    return der.sequence(der.enumerated(status))


def _nonce(extensions: dict[str, Extension]) -> bytes | None:
    extension = extensions.get(ID_PKIX_OCSP_NONCE)
    if extension is None:
        return None
    value = extension.value
    # RFC 2560 left the syntax open; older software put the bare octets.
    if len(value) >= 2 and value[0] == 0x04 and value[1] == len(value) - 2:
        return value[2:]
    return value


class OCSPRequest(Encoded):
    """RFC 6960 §4.1.1."""

    what = "OCSPRequest"

    def __init__(self, element: Element) -> None:
        top = fields_between(element, "OCSPRequest", 1, 2)
        self.raw = element.raw
        self.tbs_raw = top[0].raw
        self.signed = len(top) == 2
        """Whether it carries a signature (which nobody here needs to check)."""
        self.requestor: GeneralName | None = None
        self.extensions: dict[str, Extension] = {}
        requests: Element | None = None
        for field in top[0].fields():
            if field.tag == 0xA1 and requests is None:
                self.requestor = GeneralName.parse_element(explicit(field, "TBSRequest"))
            elif field.tag == 0x30 and requests is None:
                requests = field
            elif field.tag == 0xA2 and requests is not None:
                self.extensions, _ = parse_extensions(explicit(field, "TBSRequest"))
            elif field.tag != 0xA0:
                malformed("TBSRequest", field, "unknown member")
        if requests is None or len(requests) > MAX_RESPONSES:
            malformed("TBSRequest", top[0], "no request list, or too long a one")
        self.cert_ids = tuple(
            CertID.parse_element(fields_between(child, "Request", 1, 2)[0]) for child in requests
        )

    @classmethod
    def parse_element(cls, element: Element) -> OCSPRequest:
        """Read it from an element of another structure. Raises MalformedEncoding."""
        return cls(element)

    @property
    def nonce(self) -> bytes | None:
        """RFC 9654."""
        return _nonce(self.extensions)

    @classmethod
    def build(cls, cert_ids: Iterable[CertID], *, nonce: bytes | None = None) -> OCSPRequest:
        """An unsigned request."""
        extensions = None
        if nonce is not None:
            value = der.octet_string(nonce)
            extensions = der.explicit(2, der.sequence(encode_extension(ID_PKIX_OCSP_NONCE, value)))
        requests = der.sequence_of(der.sequence(cert_id.raw) for cert_id in cert_ids)
        return cls.parse(der.sequence(der.sequence(requests, extensions)))
