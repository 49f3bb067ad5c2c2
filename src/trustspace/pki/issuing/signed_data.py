"""SignedData as made (RFC 5652 §5): what CAdES signing, time-stamp tokens and receipts share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha512

from trustspace.algorithms.digests import digest_by_name
from trustspace.algorithms.identifiers import cms_signature_algorithm_identifier, digest_algorithm_identifier
from trustspace.algorithms.model import DigestAlgorithm, SignatureScheme, SigningKey
from trustspace.encoding import der
from trustspace.encoding.attributes import encode_attribute, encode_attributes
from trustspace.encoding.cades_attributes import (
    encode_content_type,
    encode_message_digest,
    encode_signing_certificate_v2,
    encode_signing_time,
)
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.cms import ID_DATA, ID_SIGNED_DATA


@dataclass(frozen=True, slots=True, kw_only=True)
class CmsSigner:
    """Who signs: a key, its certificate, and the certificates that go along.

    ``digest`` None takes the key's own: the scheme's, so a national key brings its national hash.
    """

    key: SigningKey
    certificate: Certificate
    chain: tuple[Certificate, ...] = ()
    digest: DigestAlgorithm | None = None
    scheme: SignatureScheme | None = None

    @property
    def signature_scheme(self) -> SignatureScheme:
        """The scheme that signs."""
        return self.scheme or self.key.default_scheme

    @property
    def digest_algorithm(self) -> DigestAlgorithm:
        """The digest of the content and of the certificate references."""
        if self.digest is not None:
            return self.digest
        # EdDSA hashes by itself; RFC 8419 §2.3 names SHA-512 beside Ed25519.
        return self.signature_scheme.digest or digest_by_name("SHA-512")


def attribute(oid: str, *values: bytes) -> bytes:
    """An Attribute (RFC 5652 §5.3) of values that are DER."""
    return encode_attribute(oid, values)


def signing_certificate_v2(certificates: Sequence[Certificate], digest: DigestAlgorithm) -> bytes:
    """The signing-certificate-v2 attribute (RFC 5035 §3); the signer's certificate stands first."""
    algorithm = digest_algorithm_identifier(digest)
    return encode_signing_certificate_v2(
        [(algorithm, digest.digest(certificate.raw)) for certificate in certificates],
        issuer=certificates[0].issuer.raw,
        serial=certificates[0].serial,
    )


def signed_attributes(
    signer: CmsSigner,
    *,
    content_type: str | None,
    message_digest: bytes,
    signing_time: datetime | None,
    more: Iterable[bytes] = (),
) -> bytes:
    """SignedAttributes as DER SET OF, the form that is signed.

    ``content_type`` is None in a counter-signature (RFC 5652 §11.4).
    """
    attributes = [encode_message_digest(message_digest)]
    if content_type is not None:
        attributes.append(encode_content_type(content_type))
    if signing_time is not None:
        attributes.append(encode_signing_time(signing_time))
    attributes.append(signing_certificate_v2([signer.certificate], signer.digest_algorithm))
    attributes.extend(more)
    return encode_attributes(attributes)


def signer_info(
    signer: CmsSigner, attributes: bytes, *, entropy: bytes, unsigned: Sequence[bytes] = ()
) -> bytes:
    """Sign the attributes; the SignerInfo's DER."""
    signature = signer.key.sign(attributes, signer.signature_scheme, entropy=entropy)
    return assemble_signer_info(signer, attributes, signature, unsigned)


def assemble_signer_info(
    signer: CmsSigner, attributes: bytes, signature: bytes, unsigned: Sequence[bytes] = ()
) -> bytes:
    """A SignerInfo of version 1 (issuer and serial number) around a signature that is made."""
    certificate = signer.certificate
    parts = [
        der.integer(1),
        der.sequence(certificate.issuer.raw, der.integer(certificate.serial)),
        digest_algorithm_identifier(signer.digest_algorithm),
        der.implicit(0, attributes),
        cms_signature_algorithm_identifier(signer.signature_scheme, signer.key.key),
        der.octet_string(signature),
    ]
    if unsigned:
        parts.append(der.implicit(1, der.set_of(unsigned)))
    return der.sequence(*parts)


def signed_data(
    content_type: str,
    content: bytes | None,
    signer_infos: Sequence[bytes],
    *,
    digests: Iterable[DigestAlgorithm],
    certificates: Iterable[Certificate] = (),
    crls: Iterable[bytes] = (),
) -> bytes:
    """A ContentInfo with a SignedData, DER; ``content`` None leaves eContent out (detached)."""
    algorithms = {digest.oid: digest_algorithm_identifier(digest) for digest in digests}
    embedded = list({certificate.raw: None for certificate in certificates})
    lists = list(crls)
    # RFC 5652 §5.1: 5 with other revocation formats, 3 when the content is not id-data, else 1.
    other_format = any(entry[:1] == b"\xa1" for entry in lists)
    version = 5 if other_format else 1 if content_type == ID_DATA else 3
    encapsulated = [der.oid(content_type)]
    if content is not None:
        encapsulated.append(der.explicit(0, der.octet_string(content)))
    parts = [der.integer(version), der.set_of(algorithms.values()), der.sequence(*encapsulated)]
    if embedded:
        parts.append(der.implicit(0, der.set_of(embedded)))
    if lists:
        parts.append(der.implicit(1, der.set_of(lists)))
    parts.append(der.set_of(signer_infos))
    return der.sequence(der.oid(ID_SIGNED_DATA), der.explicit(0, der.sequence(*parts)))


def entropy_for(entropy: bytes, index: int) -> bytes:
    """Entropy of one signer among several, so that no two signatures share their input."""
    return sha512(index.to_bytes(8, "big") + entropy).digest()
