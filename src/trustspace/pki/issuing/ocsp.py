"""Issuing OCSP responses (RFC 6960)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from trustspace.algorithms.identifiers import digest_algorithm_identifier, signature_algorithm_identifier
from trustspace.algorithms.model import DigestAlgorithm
from trustspace.encoding import der
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.extensions import encode_extension
from trustspace.encoding.ocsp import (
    ID_ISISMTT_CERT_HASH,
    ID_PKIX_OCSP_NONCE,
    CertID,
    CertStatus,
    OCSPResponse,
)
from trustspace.pki.issuing.certificate import Issuer, key_identifier

_FORMS = {CertStatus.GOOD: 0, CertStatus.UNKNOWN: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleStatus:
    """One SingleResponse; ``certificate_id`` as asked, or from :func:`certificate_id`."""

    certificate_id: CertID
    status: CertStatus
    this_update: datetime
    next_update: datetime | None = None
    revoked_at: datetime | None = None
    reason: int | None = None
    certificate_hash: tuple[DigestAlgorithm, bytes] | None = None
    """Positive statement that this very certificate exists (Common PKI's CertHash)."""
    extensions: tuple[bytes, ...] = ()

    def encode(self) -> bytes:
        """The SingleResponse, DER. Raises ValueError for a revoked one without its time."""
        if self.status is CertStatus.REVOKED:
            if self.revoked_at is None:
                raise ValueError("a revoked status needs its time")
            parts = [der.generalized_time(self.revoked_at)]
            if self.reason is not None:
                parts.append(der.explicit(0, der.enumerated(self.reason)))
            status = der.implicit(1, der.sequence(*parts))
        else:
            status = der.implicit(_FORMS[self.status], der.null())
        parts = [self.certificate_id.raw, status, der.generalized_time(self.this_update)]
        if self.next_update is not None:
            parts.append(der.explicit(0, der.generalized_time(self.next_update)))
        extensions = list(self.extensions)
        if self.certificate_hash is not None:
            digest, value = self.certificate_hash
            cert_hash = der.sequence(digest_algorithm_identifier(digest), der.octet_string(value))
            extensions.append(encode_extension(ID_ISISMTT_CERT_HASH, cert_hash))
        if extensions:
            parts.append(der.explicit(1, der.sequence(*extensions)))
        return der.sequence(*parts)


def certificate_id(certificate: Certificate, issuer: Certificate, digest: DigestAlgorithm) -> CertID:
    """The CertID (RFC 6960 §4.1.1) of a certificate under any hash."""
    return CertID.build(
        digest_algorithm_identifier(digest),
        digest.digest(issuer.subject.raw),
        digest.digest(issuer.public_key_bits),
        certificate.serial,
    )


def issue_ocsp(
    responder: Issuer,
    statuses: Iterable[SingleStatus],
    *,
    produced_at: datetime,
    entropy: bytes,
    nonce: bytes | None = None,
    certificates: Iterable[Certificate] = (),
    by_key: bool = False,
    responder_spki: bytes | None = None,
) -> OCSPResponse:
    """Issue a successful response signed by ``responder`` (the CA itself, or a delegate whose certificate
    stands in ``certificates``); ``by_key`` names it by its key's hash instead of its name.
    """
    scheme = responder.scheme or responder.key.default_scheme
    if by_key:
        spki = responder_spki or responder.key.key.spki
        responder_id = der.explicit(2, der.octet_string(key_identifier(spki)))
    else:
        responder_id = der.explicit(1, responder.name.raw)
    parts = [
        responder_id,
        der.generalized_time(produced_at),
        der.sequence(*(status.encode() for status in statuses)),
    ]
    if nonce is not None:
        parts.append(
            der.explicit(1, der.sequence(encode_extension(ID_PKIX_OCSP_NONCE, der.octet_string(nonce))))
        )
    data = der.sequence(*parts)
    signature = responder.key.sign(data, scheme, entropy=entropy)
    embedded = [certificate.raw for certificate in certificates]
    basic = der.sequence(
        data,
        signature_algorithm_identifier(scheme, responder.key.key),
        der.bit_string(signature),
        der.explicit(0, der.sequence(*embedded)) if embedded else b"",
    )
    return OCSPResponse.of_basic(basic)
