"""Reading models to the last part, and telling which structure some octets are."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

from trustspace._native import Element
from trustspace.encoding.cades_attributes import TIME_STAMPS
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.cms import Attribute, SignedData
from trustspace.encoding.crl import CertificateList
from trustspace.encoding.lazy import lazy
from trustspace.encoding.model import Encoded
from trustspace.encoding.ocsp import OCSPRequest, OCSPResponse
from trustspace.encoding.tsp import TimeStampReq, TimeStampResp, TSTInfo
from trustspace.errors import MalformedEncoding

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
                if attribute.oid in TIME_STAMPS:
                    found += [value.raw for value in attribute.values]
    return found
