"""DVCS requests (RFC 3029 §7): what is asked of a TTP, built by whoever asks and read by the node.

Three things travel in private, non-critical extensions of ``requestInformation``:

- *detached content* (:data:`ID_DETACHED_CONTENT`): digests of what a detached signature covers, or the
  content itself. RFC 3029's ``message`` has room for the signature only, and most senders do not want the
  content to leave the house::

      DetachedContent ::= SEQUENCE { digests SEQUENCE OF DigestInfo, content [0] OCTET STRING OPTIONAL }

- *travelling receipts* (:data:`ID_TRAVELLING_RECEIPTS`): receipts of the sender's TTP that came with the
  document: ``SEQUENCE OF ContentInfo``;
- *own opinion only* (:data:`ID_OWN_OPINION_ONLY`, value NULL): the TTP is to judge alone and ask no other, so
  that TTPs cannot send one another round in circles.

A response repeats ``requestInformation`` (RFC 3029 §9.1). Content must not live on in a receipt, so these two
are repeated in reduced form: digests without content, and for each travelling receipt its SHA-256
(``OCTET STRING``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from trustspace._native import Element, ber_parse
from trustspace.algorithms.digests import digest_by_oid
from trustspace.algorithms.errors import AlgorithmNotSupported
from trustspace.documents.content import Content
from trustspace.encoding import der
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.cms import ContentInfo, SignedData
from trustspace.encoding.dvcs import (
    ID_CT_DVCS_REQUEST_DATA,
    CertEtcKind,
    CertEtcToken,
    Data,
    DVCSRequest,
    DVCSRequestInformation,
    DVCSTime,
    ServiceType,
    TargetEtcChain,
)
from trustspace.encoding.extensions import Extension
from trustspace.encoding.general_name import GeneralName
from trustspace.errors import InputError, MalformedEncoding
from trustspace.receipts.details import Imprint
from trustspace.receipts.identifiers import (
    ID_DETACHED_CONTENT,
    ID_OWN_OPINION_ONLY,
    ID_TRAVELLING_RECEIPTS,
)

MAX_TRAVELLING = 16
_REDUCED = frozenset({ID_DETACHED_CONTENT, ID_TRAVELLING_RECEIPTS})


class RequestMalformed(InputError):
    """The bytes are no DVCS request. Parameters: ``reason``."""

    code = "DVCS_REQUEST_MALFORMED"


@dataclass(frozen=True, slots=True)
class DetachedContent:
    """What a detached signature covers: digests that the requester computed, or the octets."""

    digests: tuple[Imprint, ...] = ()
    content: bytes | None = None

    def to_der(self) -> bytes:
        content = self.content
        return der.sequence(
            der.sequence_of(imprint.to_der() for imprint in self.digests),
            None if content is None else der.implicit(0, der.octet_string(content)),
        )

    def as_content(self) -> Content:
        """For :func:`trustspace.documents.open.open_document`. Raises DigestLengthWrong."""
        if self.content is not None:
            return Content.of_bytes(self.content)
        return Content.of_digests({digest_by_oid(i.oid).name: i.digest for i in self.digests})


@dataclass(frozen=True, slots=True)
class Request:
    """A DVCS request with its extensions read."""

    dvcs: DVCSRequest
    detached: DetachedContent | None = None
    travelling: tuple[bytes, ...] = ()
    own_opinion_only: bool = False

    @property
    def information(self) -> DVCSRequestInformation:
        return self.dvcs.request_information

    @property
    def service(self) -> ServiceType:
        return self.information.service

    @property
    def requester(self) -> str:
        """Who says to ask; unproven."""
        return "; ".join(str(name) for name in self.information.requester)

    @property
    def transaction(self) -> str:
        """What names the transaction: its identifier, else the nonce, else what is asked."""
        identifier = self.dvcs.transaction_identifier
        if identifier is not None:
            return f"id:{identifier.raw.hex()}"
        if self.information.nonce is not None:
            return f"nonce:{self.information.nonce}"
        return f"digest:{self.digest}"

    @property
    def digest(self) -> str:
        """SHA-256 (hexadecimal) of what is to be judged: service, data, and what our extensions add.

        Times and names are left out: the same question asked again is the same question.
        """
        h = hashlib.sha256(bytes([self.service, self.own_opinion_only]))
        for part in (
            self.dvcs.data.encode(),
            self.detached.to_der() if self.detached is not None else b"",
            *self.travelling,
        ):
            h.update(len(part).to_bytes(8, "big") + part)
        return h.hexdigest()

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """The certificates that a vpkc request asks about, in order. Raises :class:`RequestMalformed`."""
        found = []
        for target in self.dvcs.data.certs:
            if target.target.kind is not CertEtcKind.CERTIFICATE:
                raise RequestMalformed(reason="a target that is no certificate")
            try:
                found.append(Certificate.parse(target.target.value))
            except MalformedEncoding as error:
                raise RequestMalformed(reason=str(error)) from error
        return tuple(found)

    @property
    def helpers(self) -> tuple[Certificate, ...]:
        """Certificates that a vpkc request hands in to build paths with (RFC 3029 §7.5, ``chain``).

        Raises :class:`RequestMalformed`.
        """
        found: dict[bytes, Certificate] = {}
        try:
            for target in self.dvcs.data.certs:
                for token in target.chain:
                    if token.kind is CertEtcKind.CERTIFICATE and token.value not in found:
                        found[token.value] = Certificate.parse(token.value)
        except MalformedEncoding as error:
            raise RequestMalformed(reason=str(error)) from error
        return tuple(found.values())

    def echoed(self) -> DVCSRequestInformation:
        """``dvReqInfo`` of the response: the request's own, without content and travelling receipts."""
        kept = []
        for extension in self.information.extensions:
            if extension.oid == ID_DETACHED_CONTENT and self.detached is not None:
                reduced = replace(self.detached, content=None)
                kept.append(Extension(extension.oid, extension.critical, reduced.to_der()))
            elif extension.oid == ID_TRAVELLING_RECEIPTS:
                digests = (der.octet_string(hashlib.sha256(receipt).digest()) for receipt in self.travelling)
                kept.append(Extension(extension.oid, extension.critical, der.sequence_of(digests)))
            else:
                kept.append(extension)
        return replace(self.information, extensions=tuple(kept))


def parse_request(data: bytes) -> Request:
    """Read a request: a DVCSRequest, bare, in a ContentInfo or in SignedData (its signature is not judged).

    Raises:
        RequestMalformed: it is none, or data and service do not belong together.
    """
    try:
        dvcs = DVCSRequest.parse(_unwrap(data))
        request = _with_extensions(dvcs)
    except (MalformedEncoding, AlgorithmNotSupported) as error:
        raise RequestMalformed(reason=str(error)) from error
    asked = dvcs.data
    given = {
        ServiceType.CPD: asked.message is not None,
        ServiceType.VSD: asked.message is not None,
        ServiceType.VPKC: bool(asked.certs),
        ServiceType.CCPD: asked.message_imprint is not None,
    }
    if not given[request.service]:
        raise RequestMalformed(reason=f"the data is not what {request.service.name.lower()} takes")
    if request.information.version != 1:
        raise RequestMalformed(reason=f"version {request.information.version}")
    return request


def _unwrap(data: bytes) -> bytes:
    element = ber_parse(data, what="DVCS request")
    fields = element.fields()
    if not fields or fields[0].tag != 0x06:
        return data
    info = ContentInfo(element)
    if info.content is None:
        raise RequestMalformed(reason="an empty ContentInfo")
    if info.content_type == ID_CT_DVCS_REQUEST_DATA:
        # RFC 3029 §7 puts the request there as it is; some wrap it in an OCTET STRING, as eContent does.
        content = info.content
        return content.octets() if content.tag & 0xDF == 0x04 else content.raw
    signed = SignedData.parse_element(element)
    if signed.encap_content_type != ID_CT_DVCS_REQUEST_DATA or signed.content is None:
        raise RequestMalformed(reason="another content type")
    return signed.content


def _with_extensions(dvcs: DVCSRequest) -> Request:
    detached: DetachedContent | None = None
    travelling: tuple[bytes, ...] = ()
    alone = False
    for extension in dvcs.request_information.extensions:
        if extension.oid == ID_DETACHED_CONTENT:
            detached = _detached(extension.element())
        elif extension.oid == ID_TRAVELLING_RECEIPTS:
            travelling = tuple(extension.element().expect(0x30).raws())
        elif extension.oid == ID_OWN_OPINION_ONLY:
            alone = True
        elif extension.critical:
            raise RequestMalformed(reason=f"unknown critical extension {extension.oid}")
    if len(travelling) > MAX_TRAVELLING:
        raise RequestMalformed(reason="too many travelling receipts")
    return Request(dvcs, detached, travelling, alone)


def _detached(element: Element) -> DetachedContent:
    fields = element.fields()
    if not 1 <= len(fields) <= 2:
        raise RequestMalformed(reason="detached content has one or two members")
    return DetachedContent(
        tuple(Imprint.of_element(e) for e in fields[0].fields()),
        fields[1].expect(0x80).octets() if len(fields) == 2 else None,
    )


def build_request(
    service: ServiceType,
    *,
    message: bytes | None = None,
    imprint: Imprint | None = None,
    certificates: Sequence[Certificate] = (),
    helpers: Iterable[Certificate] = (),
    nonce: int | None = None,
    request_time: datetime | None = None,
    requester: GeneralName | None = None,
    transaction: GeneralName | None = None,
    detached: DetachedContent | None = None,
    travelling: Iterable[bytes] = (),
    own_opinion_only: bool = False,
) -> bytes:
    """A request as it is sent: a ContentInfo's DER. Give what the service takes: the document for vsd, an
    imprint for ccpd, certificates for vpkc (``helpers`` are certificates that may stand above them).
    """
    receipts = tuple(travelling)
    chain = tuple(CertEtcToken(CertEtcKind.CERTIFICATE, c.raw) for c in helpers)
    extensions = []
    if detached is not None:
        extensions.append(Extension(ID_DETACHED_CONTENT, False, detached.to_der()))
    if receipts:
        extensions.append(Extension(ID_TRAVELLING_RECEIPTS, False, der.sequence_of(receipts)))
    if own_opinion_only:
        extensions.append(Extension(ID_OWN_OPINION_ONLY, False, der.NULL))
    information = DVCSRequestInformation(
        service=service,
        nonce=nonce,
        request_time=None if request_time is None else DVCSTime(gen_time=request_time.replace(microsecond=0)),
        requester=() if requester is None else (requester,),
        extensions=tuple(extensions),
    )
    data = Data(
        message=message,
        message_imprint=None if imprint is None else imprint.to_message_imprint(),
        certs=tuple(
            TargetEtcChain(CertEtcToken(CertEtcKind.CERTIFICATE, c.raw), chain) for c in certificates
        ),
    )
    request = DVCSRequest(information, data, transaction)
    return der.sequence(der.oid(ID_CT_DVCS_REQUEST_DATA), der.explicit(0, request.encode()))


def same_question(asked: DVCSRequestInformation, answered: DVCSRequestInformation) -> str | None:
    """The first field in which a response's ``dvReqInfo`` is not the request's; None where it is.

    The nonce may have been extended (RFC 3029 §9.1): the request's must then be its high part. Our two
    reduced extensions are compared by their presence.
    """
    if asked.service is not answered.service or asked.version != answered.version:
        return "service"
    if not _nonce_kept(asked.nonce, answered.nonce):
        return "nonce"
    if asked.request_time != answered.request_time:
        return "requestTime"
    kept = [e for e in asked.extensions if e.oid not in _REDUCED]
    if kept != [e for e in answered.extensions if e.oid not in _REDUCED]:
        return "extensions"
    if [e.oid for e in asked.extensions] != [e.oid for e in answered.extensions]:
        return "extensions"
    return None


def _nonce_kept(asked: int | None, answered: int | None) -> bool:
    if asked is None or asked == answered:
        return True
    if answered is None or answered < asked or asked <= 0:
        return False
    return answered.to_bytes((answered.bit_length() + 7) // 8, "big").startswith(
        asked.to_bytes((asked.bit_length() + 7) // 8, "big")
    )
