"""Whether a signed file stands as it was made, in the parts that its signature does not cover.

CMS leaves much unsigned: versions, algorithm identifiers, the bags of certificates and CRLs, the unsigned
attributes. A verifier that skips what it does not need would pass a file that was touched there. So every
such octet must be the one that follows from what was verified: the structures are built anew from signed and
verified values and compared, each certificate in a bag must stand on a path that was judged, and each CRL and
OCSP response must have spoken, with a verified signature, about a certificate on one.

The rule is for what trustspace itself makes: receipts and registers. Other makers' files are valid CMS in
other encodings too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trustspace._native import ber_parse
from trustspace.algorithms.identifiers import (
    cms_signature_algorithm_identifier,
    signature_algorithm_identifier,
)
from trustspace.algorithms.keys import load_public_key
from trustspace.algorithms.signatures import resolve
from trustspace.documents.model import signature_id
from trustspace.encoding import der
from trustspace.encoding.algorithm_identifier import AlgorithmIdentifier
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.cms import (
    ID_DATA,
    ID_RI_OCSP_RESPONSE,
    ID_SIGNED_DATA,
    SignedData,
    SignerInfo,
    encode_attribute,
)
from trustspace.encoding.crl import CertificateList
from trustspace.encoding.ocsp import OCSPResponse, encode_ocsp_response
from trustspace.errors import TrustspaceError
from trustspace.timestamps.token import TimestampToken

if TYPE_CHECKING:
    from trustspace.validation.facts import Facts
    from trustspace.validation.report import Report

ID_SIGNATURE_TIME_STAMP = "1.2.840.113549.1.9.16.2.14"

_PARAMETERISED = frozenset({"1.2.840.113549.1.1.10", "1.2.112.0.2.0.34.101.45.11"})
"""RSASSA-PSS and bign-with-hspec: the digest is a parameter."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What the judgement of a file's signatures stood on.

    ``signers`` are the certificates under whose keys signatures verified, by signature id (a SignerInfo's, or
    that of a time-stamp's own); ``certificates`` those on a judged path, by SHA-256; ``revocation`` maps a
    CRL's or OCSP response's SHA-256 to the certificate whose key signed it.
    """

    signers: Mapping[str, Certificate]
    certificates: frozenset[str]
    revocation: Mapping[str, Certificate]


def verified_parts(facts: Facts, report: Report) -> Verified:
    """What a judgement stood on; only signatures and time-stamps that passed count."""
    signers: dict[str, Certificate] = {}
    certificates: set[str] = set()
    for signature in report.signatures:
        if signature.signature_intact and signature.signer is not None:
            signers[signature.id] = signature.signer
        certificates.update(signature.chain)
        fact = facts.signature(signature.id)
        for stamp in signature.timestamps:
            certificates.update(stamp.chain)
            of_stamp = next((f for f in fact.timestamps if f.id == stamp.id), None) if fact else None
            if of_stamp is not None and of_stamp.signature is not None and stamp.passed and stamp.certificate:
                signers[of_stamp.signature.id] = stamp.certificate
    revocation: dict[str, Certificate] = {}
    for sha256 in certificates:
        for statement in facts.revocations.get(sha256, ()):
            signer = statement.signer_certificate or facts.certificates.get(statement.signer or "")
            if statement.reliable and signer is not None:
                revocation.update(dict.fromkeys((statement.digest, *statement.with_data), signer))
    return Verified(signers, frozenset(certificates), revocation)


def alterations(signed: SignedData, data: bytes, verified: Verified) -> tuple[str, ...]:
    """What is not as it was made, as short codes with the place; empty where all is.

    ``data`` is the whole file. Never raises on what the octets hold.
    """
    try:
        if signed.raw != data or not ber_parse(data, what="SignedData").is_der:
            return ("ENCODING",)
        return tuple(_signed_data(signed, "file", verified, _stamps_only))
    except TrustspaceError as error:
        return (error.code,)


UnsignedRule = Callable[[SignerInfo, Verified], Iterator[str]]


def _signed_data(signed: SignedData, place: str, verified: Verified, unsigned: UnsignedRule) -> Iterator[str]:
    infos = signed.signer_infos
    for index, info in enumerate(infos):
        if not _signer_info_stands(info, verified):
            yield f"{place}.signerInfos[{index}]"
        yield from unsigned(info, verified)
    digests = {info.digest_algorithm.raw for info in infos}
    for index, raw in enumerate(signed.certificates):
        if not _certificate_stands(raw, verified):
            yield f"{place}.certificates[{index}]"
    for index, raw in enumerate(signed.crls):
        if not _crl_stands(raw, verified):
            yield f"{place}.crls[{index}]"
    for index, raw in enumerate(signed.ocsp_responses):
        if not _ocsp_stands(raw, verified):
            yield f"{place}.crls.ocsp[{index}]"
    if signed.raw != _rebuilt(signed, digests):
        yield place


def _rebuilt(signed: SignedData, digests: set[bytes]) -> bytes:
    """The ContentInfo from its verified members (RFC 5652 §3, §5.1)."""
    crls = [
        *signed.crls,
        *(
            der.implicit(1, der.sequence(der.oid(ID_RI_OCSP_RESPONSE), response))
            for response in signed.ocsp_responses
        ),
    ]
    content = der.explicit(0, der.octet_string(signed.content or b""))
    certificates = signed.certificates
    return der.sequence(
        der.oid(ID_SIGNED_DATA),
        der.explicit(
            0,
            der.sequence(
                der.integer(_version(signed)),
                der.set_of(digests),
                der.sequence(der.oid(signed.encap_content_type), content),
                der.implicit(0, der.set_of(certificates)) if certificates else None,
                der.implicit(1, der.set_of(crls)) if crls else None,
                der.set_of(info.raw for info in signed.signer_infos),
            ),
        ),
    )


def _version(signed: SignedData) -> int:
    """RFC 5652 §5.1."""
    if signed.ocsp_responses:
        return 5
    return 1 if signed.encap_content_type == ID_DATA else 3


def _signer_info_stands(info: SignerInfo, verified: Verified) -> bool:
    """RFC 5652 §5.3, version 1, from the certificate, the key and the attributes that were verified."""
    certificate = verified.signers.get(signature_id(info.own_octets))
    attributes = info.signed_attributes
    if certificate is None or attributes is None:
        return False
    key = load_public_key(certificate.spki)
    algorithm = info.signature_algorithm
    scheme = resolve(algorithm.oid, _parameters(algorithm), info.digest_algorithm.oid, key)
    if not _plain(info.digest_algorithm):
        return False
    if scheme.digest is not None and scheme.digest.oid != info.digest_algorithm.oid:
        # Some makers name another digest here than they sign with, and verification is kind to them.
        return False
    unsigned = _stamps(info)
    return info.raw == der.sequence(
        der.integer(1),
        der.sequence(certificate.issuer.raw, der.integer(certificate.serial)),
        info.digest_algorithm.raw,
        der.implicit(0, attributes.as_stood),
        cms_signature_algorithm_identifier(scheme, key),
        der.octet_string(info.signature),
        der.implicit(1, der.set_of(unsigned)) if unsigned else None,
    )


def _stamps(info: SignerInfo) -> list[bytes]:
    """The unsigned attributes anew: signature time-stamps, and nothing else."""
    values = (attribute.value.raw for attribute in info.unsigned(ID_SIGNATURE_TIME_STAMP))
    return [encode_attribute(ID_SIGNATURE_TIME_STAMP, [value]) for value in values]


def _parameters(algorithm: AlgorithmIdentifier) -> bytes | None:
    """The parameters where the algorithm has any; elsewhere what stands there must be what belongs there."""
    return algorithm.parameters if algorithm.oid in _PARAMETERISED else None


def _plain(algorithm: AlgorithmIdentifier) -> bool:
    """Digest identifiers come with NULL or without parameters (RFC 5754 §2): two lengths, both in use."""
    return algorithm.raw in (
        der.sequence(der.oid(algorithm.oid)),
        der.sequence(der.oid(algorithm.oid), der.NULL),
    )


def _stamps_only(info: SignerInfo, verified: Verified) -> Iterator[str]:
    """Only signature time-stamps may stand unsigned, and each must itself stand as it was issued."""
    for attribute in info.unsigned_attributes or ():
        if attribute.oid != ID_SIGNATURE_TIME_STAMP or len(attribute.values) != 1:
            yield f"unsignedAttrs {attribute.oid}"
            continue
        token = TimestampToken.parse(attribute.value.raw)
        yield from _signed_data(token.signed_data, "timeStamp", verified, _no_attributes)


def _no_attributes(info: SignerInfo, verified: Verified) -> Iterator[str]:
    del verified
    if info.unsigned_attributes is not None:
        yield "timeStamp.unsignedAttrs"


def _certificate_stands(raw: bytes, verified: Verified) -> bool:
    certificate = Certificate.parse(raw)
    # RFC 5280 §4.1.1.2: the outer algorithm repeats the signed one.
    whole = der.sequence(
        certificate.tbs_raw, certificate.tbs_signature_algorithm.raw, der.bit_string(certificate.signature)
    )
    return certificate.sha256 in verified.certificates and whole == raw


def _crl_stands(raw: bytes, verified: Verified) -> bool:
    crl = CertificateList.parse(raw)
    whole = der.sequence(crl.tbs_raw, crl.tbs_signature_algorithm.raw, der.bit_string(crl.signature))
    return crl.sha256 in verified.revocation and whole == raw


def _ocsp_stands(raw: bytes, verified: Verified) -> bool:
    """RFC 6960 §4.2.1; its algorithm is not signed and must be the one that follows from the key."""
    response = OCSPResponse.parse(raw)
    basic = response.basic
    signer = verified.revocation.get(response.sha256)
    if basic is None or signer is None:
        return False
    key = load_public_key(signer.spki)
    algorithm = basic.signature_algorithm
    scheme = resolve(algorithm.oid, _parameters(algorithm), None, key)
    certificates = basic.certificates
    if not all(_responder_stands(each, signer, verified) for each in certificates):
        return False
    rebuilt = der.sequence(
        basic.tbs_raw,
        signature_algorithm_identifier(scheme, key),
        der.bit_string(basic.signature),
        der.explicit(0, der.sequence_of(certificates)) if certificates else None,
    )
    return raw == encode_ocsp_response(rebuilt)


def _responder_stands(raw: bytes, signer: Certificate, verified: Verified) -> bool:
    certificate = Certificate.parse(raw)
    whole = der.sequence(
        certificate.tbs_raw, certificate.tbs_signature_algorithm.raw, der.bit_string(certificate.signature)
    )
    known = certificate.sha256 == signer.sha256 or certificate.sha256 in verified.certificates
    return known and whole == raw
