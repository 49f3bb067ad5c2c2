"""Does a signature's value verify? What validation asks, in a few lines, for tests of what is below it."""

from __future__ import annotations

from trustspace.algorithms.digests import digest_by_oid
from trustspace.algorithms.errors import AlgorithmNotSupported, KeyInvalid, SignatureInvalid
from trustspace.algorithms.keys import load_public_key
from trustspace.algorithms.signatures import resolve, verify
from trustspace.documents.model import Document, Signature, SignedForm
from trustspace.encoding.certificate import Certificate
from trustspace.errors import MalformedEncoding


def verified_form(signature: Signature, certificate: Certificate) -> SignedForm | None:
    """The form under which the value verifies, or None."""
    try:
        key = load_public_key(certificate.spki)
        scheme = resolve(signature.signature_oid, signature.signature_parameters, signature.digest_oid, key)
    except (AlgorithmNotSupported, KeyInvalid):
        return None
    for signed in signature.inputs:
        digest = signed.content.digest(scheme.digest) if scheme.digest else None
        try:
            if digest is not None:
                verify(key, scheme, signature.value, digest=digest)
            else:
                verify(key, scheme, signature.value, message=signed.content.read(1 << 24))
        except SignatureInvalid:
            continue
        return signed.form
    return None


def signer_certificate(document: Document, signature: Signature) -> Certificate | None:
    """The embedded certificate that the SignerInfo names."""
    for raw in document.certificates:
        try:
            certificate = Certificate.parse(raw)
        except MalformedEncoding:
            continue
        sid = signature.signer
        if sid.key_identifier is not None:
            if certificate.subject_key_identifier == sid.key_identifier:
                return certificate
        elif (certificate.issuer.raw, certificate.serial) == (sid.issuer, sid.serial):
            return certificate
    return None


def holds(document: Document, signature: Signature) -> bool:
    """Content intact, value good under the embedded certificate that is named, no broken format."""
    certificate = signer_certificate(document, signature)
    if certificate is None or any(problem.fatal for problem in signature.format_problems):
        return False
    if not all(reference.intact in (True, None) for reference in signature.references):
        return False
    for reference in signature.certificate_references[:1]:
        try:
            if digest_by_oid(reference.digest_oid).digest(certificate.raw) != reference.digest:
                return False
        except AlgorithmNotSupported:
            return False
    return verified_form(signature, certificate) is not None
