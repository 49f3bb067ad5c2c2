"""Reading models to the last part, and telling which structure some octets are."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from trustspace._native import Element
from trustspace.encoding import cades_attributes as ca
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.cms import Attribute, SignedData
from trustspace.encoding.crl import CertificateList
from trustspace.encoding.dvcs import DVCSRequest, DVCSResponse
from trustspace.encoding.lazy import lazy
from trustspace.encoding.model import Encoded
from trustspace.encoding.ocsp import OCSPRequest, OCSPResponse
from trustspace.encoding.tsp import TimeStampReq, TimeStampResp, TSTInfo
from trustspace.errors import MalformedEncoding, TrustspaceError

MODELS = (
    Certificate,
    CertificateList,
    SignedData,
    OCSPResponse,
    TimeStampResp,
    TSTInfo,
    TimeStampReq,
    OCSPRequest,
)


def elements(element: Element) -> int:
    """How many elements there are, all of them read."""
    if not element.constructed:
        return 1
    return 1 + sum(elements(child) for child in element.children)


def read_everything(value: Any) -> None:
    """Reads every property of a model, and of the models in it. Raises what they raise."""
    if isinstance(value, Element | bytes | str | int | None):
        return
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, tuple | list | frozenset):
        for item in value:
            read_everything(item)
        return
    if isinstance(value, Encoded):
        for name in _properties(type(value)):
            read_everything(getattr(value, name))
        for item in tuple(vars(value).values()):
            read_everything(item)
    elif dataclasses.is_dataclass(value):
        for name in (*_properties(type(value)), *(field.name for field in dataclasses.fields(value))):
            read_everything(getattr(value, name))


@functools.cache
def _properties(kind: type) -> tuple[str, ...]:
    # ``Attribute.value`` refuses several values by design.
    return tuple(
        name
        for name in dir(kind)
        if isinstance(getattr(kind, name, None), property | lazy)
        and not (issubclass(kind, Attribute) and name == "value")
    )


def kind_of(data: bytes) -> type[Encoded] | None:
    """Which of the models these octets are."""
    for model in MODELS:
        try:
            model.parse(data)
        except MalformedEncoding:
            continue
        return model
    return None


def time_stamp_tokens(signed: SignedData) -> list[bytes]:
    """The time-stamp tokens among a signature's attributes."""
    found = []
    for signer in signed.signer_infos:
        for attributes in (signer.signed_attributes, signer.unsigned_attributes):
            for attribute in attributes or ():
                if attribute.oid in ca.TIME_STAMPS:
                    found += [value.raw for value in attribute.values]
    return found


READERS: dict[str, Callable[[Element], Any]] = {
    ca.SIGNING_CERTIFICATE: ca.signing_certificate,
    ca.SIGNING_CERTIFICATE_V2: ca.signing_certificate_v2,
    ca.CERTIFICATE_REFS: ca.certificate_refs,
    ca.REVOCATION_REFS: ca.revocation_refs,
    ca.CERTIFICATE_VALUES: ca.certificate_values,
    ca.REVOCATION_VALUES: ca.revocation_values,
    ca.SIGNATURE_POLICY: ca.signature_policy,
    ca.SIGNER_LOCATION: ca.signer_location,
    ca.CONTENT_HINTS: ca.content_hints,
    ca.COMMITMENT_TYPE: ca.commitment_type,
    ca.ATS_HASH_INDEX_V3: ca.ats_hash_index,
    ca.SIGNING_TIME: ca.signing_time,
    ca.MESSAGE_DIGEST: ca.message_digest,
    ca.MIME_TYPE: ca.mime_type,
}


def read_as_all(data: bytes) -> int:
    """Reads the octets as each structure; the count of those that they are."""
    understood = 0
    for model in MODELS:
        with suppress(TrustspaceError):
            parsed = model.parse(data)
            understood += 1
            for name in dir(type(parsed)):
                if not name.startswith("_"):
                    with suppress(TrustspaceError):
                        getattr(parsed, name)
            read_everything(parsed)
            if isinstance(parsed, SignedData):
                _read_attributes(parsed)
    for message in (DVCSRequest, DVCSResponse):
        with suppress(TrustspaceError):
            read_everything(message.parse(data))
            understood += 1
    return understood


def _read_attributes(signed: SignedData) -> None:
    for signer in signed.signer_infos:
        for attributes in (signer.signed_attributes, signer.unsigned_attributes):
            for attribute in attributes or ():
                read = READERS.get(attribute.oid)
                for value in attribute.values if read else ():
                    with suppress(TrustspaceError):
                        assert read is not None
                        read_everything(read(value))
