"""What a file is, by its content: names and extensions are never believed."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from enum import StrEnum

from trustspace._native import Element, ber_parse
from trustspace.errors import MalformedEncoding


class Kind(StrEnum):
    """The objects of the trust space that the command tells apart."""

    CERTIFICATE = "certificate"
    CRL = "CRL"
    OCSP_RESPONSE = "OCSP response"
    OCSP_REQUEST = "OCSP request"
    TIMESTAMP_TOKEN = "time-stamp"
    TIMESTAMP_RESPONSE = "time-stamp response"
    TIMESTAMP_REQUEST = "time-stamp request"
    SIGNATURE = "CMS signature"
    DVCS_REQUEST = "DVCS request"
    DVCS_RESPONSE = "receipt (DVCS response)"
    REGISTER = "register of the TTP service"
    CMS_OTHER = "CMS message that is not a signature"
    PRIVATE_KEY = "private key"
    PUBLIC_KEY = "public key"
    CERTIFICATE_REQUEST = "certificate request (PKCS #10)"
    PKCS12 = "PKCS #12 key store"
    EVIDENCE_RECORD = "evidence record (RFC 4998)"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Found:
    """One object of a file: what it is, its octets, and how they were written (DER, BER or PEM)."""

    kind: Kind
    data: bytes
    encoding: str


_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 #]{1,40})-----[ \t]*\r?\n(.*?)-----END \1-----", re.DOTALL)
_PEM_LIMIT = 10_000
_BASE64_ONLY = re.compile(rb"[A-Za-z0-9+/=\s]+\Z")
_BASE64_LONGEST = 64 << 20

_SIGNED_DATA = "1.2.840.113549.1.7.2"
_CONTENT_KINDS = {
    "1.2.840.113549.1.9.16.1.4": Kind.TIMESTAMP_TOKEN,
    "1.2.840.113549.1.9.16.1.7": Kind.DVCS_REQUEST,
    "1.2.840.113549.1.9.16.1.8": Kind.DVCS_RESPONSE,
}
_REGISTER_START = b'{"authorities":'
_TIMES = (0x17, 0x18)

_SIGNS = (
    (b"%PDF", "PDF document"),
    (b"PK\x03\x04", "ZIP container (ASiC, office document)"),
    (b"\x1f\x8b", "gzip archive"),
    (b"<?xml", "XML document"),
    (b"\xef\xbb\xbf<?xml", "XML document"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"\x7fELF", "program"),
    (b"MZ", "program"),
    (b"{", "JSON"),
    (b"<", "XML or HTML"),
)


def read_objects(data: bytes) -> list[Found]:
    """Every object in a file: one in DER or BER, any number in PEM, one in bare base64.

    A file that holds none gives one ``Found`` of kind UNKNOWN with all of its octets; what cannot be decoded
    inside PEM gives one too.
    """
    if b"-----BEGIN " in data:
        found: list[Found] = []
        for match in _PEM.finditer(data):
            if len(found) >= _PEM_LIMIT:
                break
            found.append(_from_pem(match.group(1), match.group(2)))
        if found:
            return found
    if data[:1] != b"0" and len(data) <= _BASE64_LONGEST and _BASE64_ONLY.match(data):
        inner = _from_base64(data)
        if inner is not None and (kind := recognise(inner)) is not Kind.UNKNOWN:
            return [Found(kind, inner, "base64")]
    return [Found(recognise(data), data, _encoding(data))]


def _from_pem(label: bytes, body: bytes) -> Found:
    inner = _from_base64(body)
    if b"PRIVATE KEY" in label:
        return Found(Kind.PRIVATE_KEY, inner or b"", "PEM")
    if inner is None:
        return Found(Kind.UNKNOWN, body, "PEM")
    return Found(recognise(inner), inner, "PEM")


def _from_base64(text: bytes) -> bytes | None:
    # RFC 1421 headers (encrypted keys) end with an empty line; what follows them is still base64.
    body = text.split(b"\n\n", 1)[-1] if b": " in text else text
    try:
        return base64.b64decode(b"".join(body.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def _encoding(data: bytes) -> str:
    return "BER" if data[:2] == b"\x30\x80" else "DER"


def recognise(data: bytes) -> Kind:
    """What one DER or BER structure is, by its shape alone; the whole of it may still be malformed."""
    if data[:1] != b"0":
        return Kind.UNKNOWN
    try:
        return _by_shape(ber_parse(data, allow_trailing=True, max_elements=2_000_000))
    except (MalformedEncoding, IndexError):
        return Kind.UNKNOWN


def _by_shape(top: Element) -> Kind:
    count = len(top)
    if not count:
        return Kind.UNKNOWN
    first = top[0]
    if first.tag == 0x06:
        return _content_info(top)
    if first.tag == 0x0A:
        return Kind.OCSP_RESPONSE
    if first.tag == 0x02:
        return _starts_with_integer(top, first)
    if first.tag != 0x30 or not len(first):
        return Kind.UNKNOWN
    if count == 3 and top[1].tag == 0x30 and top[2].tag == 0x03:
        return _signed(first)
    if count == 2 and first[0].tag == 0x06:
        # EncryptedPrivateKeyInfo (RFC 5958 §3) or SubjectPublicKeyInfo.
        return {0x04: Kind.PRIVATE_KEY, 0x03: Kind.PUBLIC_KEY}.get(top[1].tag, Kind.UNKNOWN)
    return _starts_with_sequence(top, first)


def _content_info(top: Element) -> Kind:
    if top[0].oid() != _SIGNED_DATA:
        return Kind.CMS_OTHER
    signed_data = top[1][0]
    encapsulated = signed_data[2]
    content_type = encapsulated[0].oid()
    if kind := _CONTENT_KINDS.get(content_type):
        return kind
    if len(encapsulated) > 1:
        content = encapsulated[1][0]
        start = content.content[: len(_REGISTER_START)] if not content.constructed else b""
        if start == _REGISTER_START:
            return Kind.REGISTER
    return Kind.SIGNATURE


def _starts_with_integer(top: Element, first: Element) -> Kind:
    version, second = first.integer(), top[1].tag if len(top) > 1 else 0
    if version in (0, 1) and second == 0x30 and len(top) > 2 and top[2].tag == 0x04:
        return Kind.PRIVATE_KEY  # PrivateKeyInfo, OneAsymmetricKey (RFC 5958 §2)
    if version in (0, 1) and second == 0x02 and len(top) >= 9:
        return Kind.PRIVATE_KEY  # RSAPrivateKey (RFC 8017 A.1.2)
    if version == 1 and second == 0x04:
        return Kind.PRIVATE_KEY  # ECPrivateKey (RFC 5915)
    if version == 3 and second == 0x30:
        return Kind.PKCS12
    if version == 1 and second == 0x30 and len(top[1]) == 2 and top[1][1].tag == 0x04:
        return Kind.TIMESTAMP_REQUEST
    if version == 1 and second == 0x30 and len(top) > 2 and top[len(top) - 1].tag == 0x30:
        return Kind.EVIDENCE_RECORD
    return Kind.UNKNOWN


def _signed(body: Element) -> Kind:
    """``SIGNED{…}`` (RFC 5280 §4.1.1): certificate, CRL or certificate request by what its body holds."""
    tags = [child.tag for child in body]
    if tags[0] == 0xA0:
        return Kind.CERTIFICATE
    if tags[0] == 0x02 and len(tags) > 2 and tags[1] == tags[2] == 0x30:
        if len(tags) > 3 and tags[3] in _TIMES:
            return Kind.CRL
        return Kind.CERTIFICATE if len(tags) > 4 and tags[4] == 0x30 else Kind.CERTIFICATE_REQUEST
    if len(tags) > 2 and tags[0] == tags[1] == 0x30 and tags[2] in _TIMES:
        return Kind.CRL
    return Kind.UNKNOWN


def _starts_with_sequence(top: Element, first: Element) -> Kind:
    inner = [child.tag for child in first]
    status_info = inner[0] == 0x02 and (len(inner) == 1 or inner[1] in (0x30, 0x03))
    if status_info and (len(top) == 1 or (len(top[1]) and top[1][0].tag == 0x06)):
        return Kind.TIMESTAMP_RESPONSE  # PKIStatusInfo, then the token or nothing (RFC 3161 §2.4.2)
    if (inner[0] == 0x0A or (inner[0] == 0x02 and len(inner) > 1 and inner[1] == 0x0A)) and len(top) > 1:
        return Kind.DVCS_REQUEST  # a bare DVCSRequest: version DEFAULT 1, then the service (RFC 3029 §7)
    if 0x30 in inner and all(tag in (0xA0, 0xA1, 0x30, 0xA2) for tag in inner) and len(top) <= 2:
        return Kind.OCSP_REQUEST
    return Kind.UNKNOWN


def looks_like(data: bytes) -> str:
    """A guess in a few words for a file that is none of ours."""
    for sign, words in _SIGNS:
        if data.startswith(sign):
            return words
    if b"-----BEGIN " in data[:4096]:
        return "damaged PEM"
    if data[:1] == b"0":
        return "damaged or unknown DER"
    if not data.strip(b"\0"):
        return "zeros"
    try:
        head = data[:4096].decode("utf-8")
    except UnicodeDecodeError:
        return "unknown binary data"
    return "plain text" if head.isprintable() or "\n" in head else "unknown data"
