"""A walk through certificates and CRLs that needs nothing above the package under test."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from pathlib import Path

from trustspace.algorithms._der import Reader, read_algorithm


@dataclass(frozen=True)
class Signed:
    """A certificate or CRL, taken apart."""

    tbs: bytes
    oid: str
    parameters: bytes | None
    signature: bytes
    issuer: bytes
    subject: bytes = b""
    spki: bytes = b""


def der_of(path: Path) -> bytes:
    """The DER in a file, PEM or not."""
    data = path.read_bytes()
    match = re.search(rb"-----BEGIN [^-]+-----(.+?)-----END", data, re.DOTALL)
    return base64.b64decode(match[1]) if match else data


def _outer(der: bytes) -> tuple[bytes, Reader, str, bytes | None, bytes]:
    reader = Reader(der).enter()
    tbs = reader.raw()
    oid, parameters = read_algorithm(reader)
    return tbs, Reader(tbs).enter(), oid, parameters, reader.bits()


def certificate(path: Path) -> Signed:
    """A certificate's parts (RFC 5280 §4.1)."""
    tbs, fields, oid, parameters, signature = _outer(der_of(path))
    if fields.peek() == 0xA0:
        fields.raw()
    fields.raw()  # serial number
    fields.raw()  # signature algorithm
    issuer = fields.raw()
    fields.raw()  # validity
    subject = fields.raw()
    return Signed(tbs, oid, parameters, signature, issuer, subject, fields.raw())


def crl(path: Path) -> Signed:
    """A CRL's parts (RFC 5280 §5.1)."""
    tbs, fields, oid, parameters, signature = _outer(der_of(path))
    if fields.peek() == 0x02:
        fields.raw()
    fields.raw()
    return Signed(tbs, oid, parameters, signature, fields.raw())
