"""Format checks of a CMS signature: what RFC 5652 and EN 319 122-1 ask of a SignedData and its signers."""

from __future__ import annotations

from collections.abc import Collection

from trustspace.documents.content import Content
from trustspace.documents.model import Problem
from trustspace.documents.signature_attributes import AttributeReader
from trustspace.documents.signature_value import names_another_digest
from trustspace.encoding import cades_attributes as oids
from trustspace.encoding.attributes import Attributes
from trustspace.encoding.cms import ID_DATA, SignedData
from trustspace.errors import MalformedEncoding

_LARGEST_ATTRIBUTES = 1 << 20
"""Octets of signed attributes: real ones have hundreds, with a content time-stamp some thousands."""


def content_problems(signed: SignedData) -> list[Problem]:
    """RFC 5652 §5.2 wants an OCTET STRING; PKCS #7 allowed any type in content that is not id-data.

    The tag is not signed, so what it may be must be narrow, or a changed one would go unnoticed.
    """
    element = signed.content_element
    if element is None or element.tag & 0xDF == 0x04:
        return []
    tolerated = element.tag == 0x30 and signed.encap_content_type != ID_DATA
    return [Problem("CONTENT_NOT_OCTET_STRING", {"tag": element.tag}, fatal=not tolerated)]


def holds_attributes(content: Content) -> bool:
    """Whether content is the DER of signed attributes: what another signature of the signer is over.

    RFC 5652 §5.3: without signed attributes, what was signed as attributes passes for content. Whoever strips
    them from a signature and hands them in as its content would have a signature that nobody gave. A digest
    alone does not show what it is of.
    """
    if not content.available:
        return False
    octets = next(content.chunks(_LARGEST_ATTRIBUTES), b"")
    if octets[:1] != b"\x31":
        return False
    try:
        found = Attributes.parse(octets)
    except MalformedEncoding:
        return False
    return oids.CONTENT_TYPE in found or oids.MESSAGE_DIGEST in found


def check_signer(
    reader: AttributeReader,
    signed: SignedData,
    declared: Collection[str],
    content_type: str | None,
    *,
    counter: bool,
) -> None:
    """State what deviates in one SignerInfo (RFC 5652 §5.3, §11.4, RFC 6211, RFC 8933).

    ``declared`` are the digest algorithms that SignedData announces, ``content_type`` is the attribute's;
    ``counter``: it is a counter-signature.
    """
    info = reader.info
    problems = reader.problems
    encapsulated = signed.encap_content_type
    # RFC 5652 §5.3: 1 with issuer and serial number, 3 with a key identifier.
    if info.version != (3 if info.sid.issuer is None else 1):
        problems.append(Problem("VERSION_WRONG", {"version": info.version}, fatal=False))
    if not info.signature:
        problems.append(Problem("SIGNATURE_VALUE_EMPTY"))
    algorithm = info.signature_algorithm
    if names_another_digest(algorithm.oid, algorithm.parameters, info.digest_algorithm.oid):
        parameters = {"signature": algorithm.oid, "digest": info.digest_algorithm.oid}
        problems.append(Problem("SIGNATURE_DIGEST_MISMATCH", parameters, fatal=False))
    if reader.protected_algorithms() is False:
        # RFC 6211 §2: another algorithm than the signer's stands here.
        problems.append(Problem("ALGORITHM_PROTECTION_MISMATCH"))
    if counter:
        # RFC 5652 §11.4: a counter-signature has no content-type.
        if content_type is not None:
            problems.append(Problem("COUNTER_SIGNATURE_CONTENT_TYPE", fatal=False))
        return
    problems += content_problems(signed)
    if info.digest_algorithm.oid not in declared:
        parameters = {"oid": info.digest_algorithm.oid}
        problems.append(Problem("DIGEST_ALGORITHM_NOT_DECLARED", parameters, fatal=False))
    if info.signed_attributes is None:
        if encapsulated != ID_DATA:
            # RFC 5652 §5.3: they MUST be present; without them, attributes could pass for content.
            problems.append(Problem("SIGNED_ATTRIBUTES_MISSING", {"content_type": encapsulated}))
    elif oids.CONTENT_TYPE not in info.signed_attributes:
        problems.append(Problem("CONTENT_TYPE_MISSING"))
    elif content_type is not None and content_type != encapsulated:
        parameters = {"attribute": content_type, "content": encapsulated}
        problems.append(Problem("CONTENT_TYPE_MISMATCH", parameters))
