"""SignedData put together by hand, so that any part of it can be wrong while the signature value is right."""

from __future__ import annotations

from collections.abc import Sequence

from support.pki import NOW, Entity, entropy
from trustspace.algorithms.identifiers import (
    cms_signature_algorithm_identifier,
    digest_algorithm_identifier,
)
from trustspace.encoding import der
from trustspace.encoding.attributes import encode_attribute
from trustspace.encoding.cades_attributes import (
    encode_content_type,
    encode_message_digest,
    encode_signing_time,
)
from trustspace.encoding.cms import ID_DATA, ID_SIGNED_DATA
from trustspace.pki.issuing.signed_data import signing_certificate_v2

DATA = b"what is signed"


def usual(signer: Entity, content: bytes = DATA, content_type: str = ID_DATA) -> dict[str, bytes]:
    """The attributes of a CAdES-B signature by name, DER."""
    cms = signer.cms_signer
    return {
        "content-type": encode_content_type(content_type),
        "signing-time": encode_signing_time(NOW),
        "message-digest": encode_message_digest(cms.digest_algorithm.digest(content)),
        "signing-certificate": signing_certificate_v2([signer.certificate], cms.digest_algorithm),
    }


def signer_info(
    signer: Entity,
    attributes: Sequence[bytes] | None,
    *,
    content: bytes = DATA,
    unsigned: Sequence[bytes] | None = None,
    version: int = 1,
    sid: bytes | None = None,
    in_order: bool = True,
    der_signed: bool = True,
    value: bytes | None = None,
    digest_algorithm: bytes | None = None,
    signature_algorithm: bytes | None = None,
) -> bytes:
    """A SignerInfo; ``attributes`` stand in DER's order, or with ``in_order=False`` as given; None leaves
    them out. What is signed is their DER, or with ``der_signed=False`` the octets as they stand.
    """
    cms = signer.cms_signer
    scheme = cms.signature_scheme
    stood = None
    if attributes is not None:
        stood = der.set_of(attributes) if in_order else der.tlv(0x31, b"".join(attributes))
    message = content if stood is None else der.set_of(attributes or ()) if der_signed else stood
    if value is None:
        value = signer.key.sign(message, scheme, entropy=entropy("crafted"))
    certificate = signer.certificate
    return der.sequence(
        der.integer(version),
        sid or der.sequence(certificate.issuer.raw, der.integer(certificate.serial)),
        digest_algorithm or digest_algorithm_identifier(cms.digest_algorithm),
        None if stood is None else der.implicit(0, stood),
        signature_algorithm or cms_signature_algorithm_identifier(scheme, signer.key.key),
        der.octet_string(value),
        None if unsigned is None else der.tlv(0xA1, b"".join(unsigned)),
    )


def signed_data(
    infos: Sequence[bytes],
    *,
    content: bytes | None = DATA,
    content_element: bytes | None = None,
    content_type: str = ID_DATA,
    version: int = 1,
    digest_algorithms: Sequence[bytes] = (),
    certificates: Sequence[bytes] = (),
    crls: Sequence[bytes] = (),
) -> bytes:
    """A ContentInfo around it; ``content_element`` puts another element than an OCTET STRING in."""
    if content_element is None and content is not None:
        content_element = der.octet_string(content)
    return der.sequence(
        der.oid(ID_SIGNED_DATA),
        der.explicit(
            0,
            der.sequence(
                der.integer(version),
                der.tlv(0x31, b"".join(digest_algorithms)),
                der.sequence(
                    der.oid(content_type),
                    None if content_element is None else der.explicit(0, content_element),
                ),
                der.tlv(0xA0, b"".join(certificates)) if certificates else None,
                der.tlv(0xA1, b"".join(crls)) if crls else None,
                der.tlv(0x31, b"".join(infos)),
            ),
        ),
    )


def document(signer: Entity, attributes: Sequence[bytes] | None, **changes: object) -> bytes:
    """One signature, its certificate beside it; changes go to whichever of the two takes them."""
    for_data = {
        name: changes.pop(name)
        for name in ("content_element", "content_type", "digest_algorithms", "crls", "certificates")
        if name in changes
    }
    if "data_version" in changes:
        for_data["version"] = changes.pop("data_version")
    algorithm = digest_algorithm_identifier(signer.cms_signer.digest_algorithm)
    arguments = {"digest_algorithms": [algorithm], "certificates": [signer.certificate.raw], **for_data}
    info = signer_info(signer, attributes, **changes)  # type: ignore[arg-type]
    content = changes.get("content", DATA)
    return signed_data([info], content=content, **arguments)  # type: ignore[arg-type]


def attribute(oid: str, *values: bytes) -> bytes:
    """An Attribute of these values, in any number."""
    return encode_attribute(oid, values)
