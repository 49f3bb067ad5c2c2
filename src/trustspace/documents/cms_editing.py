"""Adding to a SignedData without touching what stands in it.

Everything that is not added to keeps its octets, BER or DER: signatures, archive time-stamps and references
are over those very octets. Only the headers around them are written anew. Attributes are appended after the
ones that are there, since archive-time-stamp-v2 hashes them in their order (EN 319 122-1 §A.2.4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from trustspace._native import Element, ber_parse
from trustspace.documents.model import signature_id
from trustspace.encoding import der
from trustspace.encoding.cades_attributes import COUNTERSIGNATURE
from trustspace.encoding.cms import ID_SIGNED_DATA, SignedData
from trustspace.errors import InputError

MAX_COUNTERSIGNATURE_DEPTH = 8


class SignatureNotFound(InputError):
    """No signature of the document has this id. Parameters: ``id``."""

    code = "SIGNATURE_NOT_FOUND"


@dataclass(frozen=True, slots=True)
class SignedDataParts:
    """A SignedData (RFC 5652 §5.1) taken apart into whole elements."""

    version: int
    digest_algorithms: tuple[bytes, ...]
    encapsulated: bytes
    certificates: tuple[bytes, ...]
    crls: tuple[bytes, ...]
    signer_infos: tuple[bytes, ...]

    @classmethod
    def split(cls, content_info: bytes) -> SignedDataParts:
        """Take a ContentInfo's octets apart. Raises MalformedEncoding."""
        signed = SignedData.parse(content_info)
        fields = signed.element.fields()
        certificates, crls = signed.certificates_element, signed.crls_element
        return cls(
            version=fields[0].integer(),
            digest_algorithms=tuple(fields[1].raws()),
            encapsulated=fields[2].raw,
            certificates=tuple(certificates.raws()) if certificates else (),
            crls=tuple(crls.raws()) if crls else (),
            signer_infos=tuple(fields[-1].raws()),
        )

    @property
    def content_type(self) -> str:
        """The eContentType."""
        return ber_parse(self.encapsulated)[0].oid()

    def join(self) -> bytes:
        """The ContentInfo's octets."""
        parts = [
            der.integer(self.version),
            der.tlv(0x31, b"".join(self.digest_algorithms)),
            self.encapsulated,
            der.tlv(0xA0, b"".join(self.certificates)) if self.certificates else None,
            der.tlv(0xA1, b"".join(self.crls)) if self.crls else None,
            der.tlv(0x31, b"".join(self.signer_infos)),
        ]
        return der.sequence(der.oid(ID_SIGNED_DATA), der.explicit(0, der.sequence(*parts)))

    def with_certificates(self, certificates: Iterable[bytes]) -> SignedDataParts:
        """With these certificates too, each once."""
        return replace(self, certificates=tuple(dict.fromkeys((*self.certificates, *certificates))))

    def with_signer(self, signer_info: bytes, digest_algorithm: bytes) -> SignedDataParts:
        """With one more parallel signature."""
        known = {ber_parse(algorithm)[0].oid() for algorithm in self.digest_algorithms}
        algorithms = self.digest_algorithms
        if ber_parse(digest_algorithm)[0].oid() not in known:
            algorithms = (*algorithms, digest_algorithm)
        return replace(self, digest_algorithms=algorithms, signer_infos=(*self.signer_infos, signer_info))

    def with_attribute(self, identifier: str, make: Callable[[Element], bytes]) -> SignedDataParts:
        """With one more unsigned attribute on the signature of this id, at whatever depth.

        ``make`` gets the SignerInfo and gives the attribute. Raises :class:`SignatureNotFound`.
        """
        infos = []
        found = False
        for raw in self.signer_infos:
            changed = None if found else _rewrite(raw, None, identifier, make, 0)
            found = found or changed is not None
            infos.append(raw if changed is None else changed)
        if not found:
            raise SignatureNotFound(id=identifier)
        return replace(self, signer_infos=tuple(infos))


def signature_value(signer_info: Element) -> bytes:
    """The signature value's octets: what counter-signatures and signature time-stamps are over."""
    return _signature_element(signer_info).octets()


def _signature_element(signer_info: Element) -> Element:
    fields = signer_info.fields()
    # version, sid, digestAlgorithm, [0] signedAttrs?, signatureAlgorithm, signature, [1] unsignedAttrs?
    return fields[5] if len(fields) > 3 and fields[3].tag == 0xA0 else signer_info[4]


def _rewrite(
    raw: bytes, parent: str | None, identifier: str, make: Callable[[Element], bytes], depth: int
) -> bytes | None:
    info = ber_parse(raw, what="SignerInfo")
    fields = info.fields()
    unsigned = fields[-1] if fields[-1].tag == 0xA1 else None
    kept = [field.raw for field in fields if unsigned is None or field.offset != unsigned.offset]
    attributes = unsigned.raws() if unsigned is not None else []
    own = signature_id(b"".join(kept), parent)
    if own == identifier:
        attributes.append(make(info))
        return der.sequence(*kept, der.tlv(0xA1, b"".join(attributes)))
    if unsigned is None or depth >= MAX_COUNTERSIGNATURE_DEPTH:
        return None
    for index, attribute in enumerate(unsigned):
        members = attribute.fields()
        if len(members) != 2 or members[0].oid() != COUNTERSIGNATURE:
            continue
        values = members[1].raws()
        for position, value in enumerate(values):
            changed = _rewrite(value, own, identifier, make, depth + 1)
            if changed is not None:
                values[position] = changed
                attributes[index] = der.sequence(members[0].raw, der.tlv(0x31, b"".join(values)))
                return der.sequence(*kept, der.tlv(0xA1, b"".join(attributes)))
    return None
