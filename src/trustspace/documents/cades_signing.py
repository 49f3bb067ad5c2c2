"""Making CAdES signatures: levels B and T of EN 319 122-1, counter-signatures, added time-stamps.

Pure: keys, times and entropy are handed in, and so is the way to get a time-stamp.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from enum import StrEnum

from trustspace._native import Element
from trustspace.algorithms.identifiers import digest_algorithm_identifier
from trustspace.algorithms.model import DigestAlgorithm
from trustspace.documents.cms_editing import SignedDataParts, signature_value
from trustspace.documents.content import Content
from trustspace.documents.open import signed_data_octets
from trustspace.encoding import cades_attributes as oids
from trustspace.encoding import der
from trustspace.encoding.attributes import encode_attribute
from trustspace.encoding.cms import ID_DATA
from trustspace.errors import InputError
from trustspace.pki.issuing.signed_data import (
    CmsSigner,
    assemble_signer_info,
    entropy_for,
    signed_attributes,
    signed_data,
)

ATTACHED_LIMIT = 1 << 30
"""Octets of content that an enveloping signature may take in: it is built in memory."""

Stamper = Callable[[DigestAlgorithm, bytes], bytes]
"""(digest algorithm, digest) → time-stamp token, a ContentInfo's DER; how it is got is the caller's."""


class SigningLevel(StrEnum):
    """What is made: B, or T with a time-stamp over each signature (EN 319 122-1 §6)."""

    B = "B"
    T = "T"


class StamperMissing(InputError):
    """Level T is asked for without a way to get a time-stamp."""

    code = "TIME_STAMP_SOURCE_MISSING"


class DigestUnavailable(InputError):
    """The content is known only by digests, and not under the one that the key signs with.

    Parameters: ``algorithm``.
    """

    code = "CONTENT_DIGEST_UNAVAILABLE"


def sign_cades(
    content: Content,
    signers: Sequence[CmsSigner],
    *,
    signing_time: datetime,
    entropy: bytes,
    level: SigningLevel = SigningLevel.B,
    stamper: Stamper | None = None,
    detached: bool = True,
    content_type: str = ID_DATA,
    mime_type: str | None = None,
    attributes: Iterable[bytes] = (),
) -> bytes:
    """Sign content with one or more parallel signers; a ContentInfo's DER.

    ``attributes`` are further signed Attributes (DER) for every signer. Raises :class:`StamperMissing`,
    :class:`DigestUnavailable`, ContentTooLarge and ContentUnreadable.
    """
    more = [*attributes]
    if mime_type is not None:
        more.append(encode_attribute(oids.MIME_TYPE, [der.utf8(mime_type)]))
    content.prepare([signer.digest_algorithm for signer in signers])
    infos = []
    for index, signer in enumerate(signers):
        attrs = signed_attributes(
            signer,
            content_type=content_type,
            message_digest=_digest(content, signer.digest_algorithm),
            signing_time=signing_time,
            more=more,
        )
        infos.append(_make(signer, attrs, level, stamper, entropy_for(entropy, index)))
    certificates = [c for signer in signers for c in (signer.certificate, *signer.chain)]
    return signed_data(
        content_type,
        None if detached else content.read(ATTACHED_LIMIT),
        infos,
        digests=[signer.digest_algorithm for signer in signers],
        certificates=certificates,
    )


def add_signature(
    document: bytes,
    content: Content,
    signer: CmsSigner,
    *,
    signing_time: datetime,
    entropy: bytes,
    level: SigningLevel = SigningLevel.B,
    stamper: Stamper | None = None,
) -> bytes:
    """Add one more parallel signature over the same content (which the caller hands in, also when the
    document envelops it). Raises as :func:`sign_cades`, and NotASignature or MalformedEncoding.
    """
    parts = SignedDataParts.split(signed_data_octets(document))
    content_type = parts.content_type
    attrs = signed_attributes(
        signer,
        content_type=content_type,
        message_digest=_digest(content, signer.digest_algorithm),
        signing_time=signing_time,
    )
    info = _make(signer, attrs, level, stamper, entropy)
    parts = parts.with_signer(info, digest_algorithm_identifier(signer.digest_algorithm))
    return parts.with_certificates(c.raw for c in (signer.certificate, *signer.chain)).join()


def add_counter_signature(
    document: bytes,
    signature: str,
    signer: CmsSigner,
    *,
    signing_time: datetime,
    entropy: bytes,
    level: SigningLevel = SigningLevel.B,
    stamper: Stamper | None = None,
) -> bytes:
    """Counter-sign (RFC 5652 §11.4) the signature of this id, which may itself be a counter-signature.

    Raises SignatureNotFound, and what :func:`sign_cades` raises.
    """

    def make(info: Element) -> bytes:
        digest = signer.digest_algorithm.digest(signature_value(info))
        attrs = signed_attributes(signer, content_type=None, message_digest=digest, signing_time=signing_time)
        return encode_attribute(oids.COUNTERSIGNATURE, [_make(signer, attrs, level, stamper, entropy)])

    parts = SignedDataParts.split(signed_data_octets(document)).with_attribute(signature, make)
    return parts.with_certificates(c.raw for c in (signer.certificate, *signer.chain)).join()


def add_signature_timestamp(
    document: bytes, signature: str, stamper: Stamper, digest: DigestAlgorithm
) -> bytes:
    """Put a signature-time-stamp (EN 319 122-1 §5.3) on the signature of this id: level T.

    Raises SignatureNotFound, MalformedEncoding.
    """

    def make(info: Element) -> bytes:
        token = stamper(digest, digest.digest(signature_value(info)))
        return encode_attribute(oids.SIGNATURE_TIME_STAMP, [token])

    return SignedDataParts.split(signed_data_octets(document)).with_attribute(signature, make).join()


def content_timestamp(content: Content, stamper: Stamper, digest: DigestAlgorithm) -> bytes:
    """A content-time-stamp (EN 319 122-1 §5.2.8) for the signed ``attributes`` of :func:`sign_cades`."""
    return encode_attribute(oids.CONTENT_TIME_STAMP, [stamper(digest, _digest(content, digest))])


def _digest(content: Content, algorithm: DigestAlgorithm) -> bytes:
    value = content.digest(algorithm)
    if value is None:
        raise DigestUnavailable(algorithm=algorithm.name)
    return value


def _make(
    signer: CmsSigner, attrs: bytes, level: SigningLevel, stamper: Stamper | None, entropy: bytes
) -> bytes:
    value = signer.key.sign(attrs, signer.signature_scheme, entropy=entropy)
    unsigned = []
    if level is SigningLevel.T:
        if stamper is None:
            raise StamperMissing
        digest = signer.digest_algorithm
        token = stamper(digest, digest.digest(value))
        unsigned.append(encode_attribute(oids.SIGNATURE_TIME_STAMP, [token]))
    return assemble_signer_info(signer, attrs, value, unsigned)
