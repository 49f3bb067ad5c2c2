"""Revocation status of the CAs whose operation shares this process: CRLs as they are, OCSP from the CRL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from trustspace.algorithms.digests import digest_by_oid
from trustspace.algorithms.errors import AlgorithmNotSupported
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.crl import CertificateList
from trustspace.encoding.ocsp import (
    CertID,
    CertStatus,
    OCSPRequest,
    OCSPResponseStatus,
    encode_ocsp_error,
)
from trustspace.encoding.pem import decode_any
from trustspace.errors import MalformedEncoding
from trustspace.node.config import AuthorityConfig
from trustspace.node.material import MaterialUnusable, load_certificates, load_signer, read_file
from trustspace.pki.issuing import Issuer, SingleStatus, issue_ocsp
from trustspace.pki.issuing.signed_data import CmsSigner

_MAX_NONCE = 128


@dataclass(frozen=True, slots=True)
class Authority:
    """A CA, its CRL file and its OCSP responder."""

    name: str
    certificate: Certificate
    crl: Path | None
    responder: CmsSigner | None

    @classmethod
    def load(cls, config: AuthorityConfig) -> Authority:
        """Raises :class:`~trustspace.node.material.MaterialUnusable`."""
        responder = None if config.ocsp is None else load_signer(config.ocsp)
        return cls(config.name, load_certificates(config.certificate)[0], config.crl, responder)

    def current_crl(self) -> CertificateList | None:
        """The CRL as the CA last published it. Raises :class:`MaterialUnusable`."""
        if self.crl is None:
            return None
        data = read_file(self.crl, "a CRL")
        try:
            return CertificateList.parse(decode_any(data)[0][1])
        except MalformedEncoding as error:
            raise MaterialUnusable(path=str(self.crl), what="a CRL", reason=str(error)) from error

    def answers_for(self, asked: CertID) -> bool:
        """Whether a CertID (RFC 6960 §4.1.1) names this CA, by any hash that is known."""
        try:
            digest = digest_by_oid(asked.hash_oid)
        except AlgorithmNotSupported:
            return False
        return asked.name_hash == digest.digest(self.certificate.subject.raw) and (
            asked.key_hash == digest.digest(self.certificate.public_key_bits)
        )


class Responder:
    """Answers OCSP requests for several CAs, each with its own responder's key."""

    def __init__(
        self,
        authorities: tuple[Authority, ...],
        *,
        clock: Callable[[], datetime],
        random: Callable[[int], bytes],
    ) -> None:
        self._authorities = authorities
        self._clock = clock
        self._random = random

    def crl(self, name: str) -> bytes | None:
        """A CA's CRL (DER); None for an unknown CA. Raises :class:`MaterialUnusable`."""
        for authority in self._authorities:
            if authority.name == name:
                found = authority.current_crl()
                return None if found is None else found.raw
        return None

    def respond(self, body: bytes) -> bytes:
        """An OCSPResponse; never raises for a bad request.

        A request for certificates of two CAs is not served, since one response has one signer.
        """
        try:
            request = OCSPRequest.parse(body)
            nonce = request.nonce
        except MalformedEncoding:
            return encode_ocsp_error(OCSPResponseStatus.MALFORMED_REQUEST)
        if not request.cert_ids or (nonce is not None and len(nonce) > _MAX_NONCE):
            return encode_ocsp_error(OCSPResponseStatus.MALFORMED_REQUEST)
        for authority in self._authorities:
            if all(authority.answers_for(asked) for asked in request.cert_ids):
                try:
                    return self._signed(authority, request, nonce)
                except (MaterialUnusable, MalformedEncoding):
                    return encode_ocsp_error(OCSPResponseStatus.TRY_LATER)
        return encode_ocsp_error(OCSPResponseStatus.UNAUTHORIZED)

    def _signed(self, authority: Authority, request: OCSPRequest, nonce: bytes | None) -> bytes:
        crl = authority.current_crl()
        responder = authority.responder
        if crl is None or responder is None:
            return encode_ocsp_error(OCSPResponseStatus.UNAUTHORIZED)
        now = self._clock()
        if crl.next_update is not None and crl.next_update < now:
            # An old CRL says nothing about now.
            return encode_ocsp_error(OCSPResponseStatus.TRY_LATER)
        return issue_ocsp(
            Issuer.of(responder.certificate, responder.key),
            [_status(crl, asked) for asked in request.cert_ids],
            produced_at=now.replace(microsecond=0),
            entropy=self._random(64),
            nonce=nonce,
            certificates=(responder.certificate,),
        ).raw


def _status(crl: CertificateList, asked: CertID) -> SingleStatus:
    """By the CRL: what it does not list is good, as RFC 6960 §2.2 allows ("good": not revoked)."""
    entry = crl.lookup(asked.serial)
    if entry is None:
        return SingleStatus(
            certificate_id=asked,
            status=CertStatus.GOOD,
            this_update=crl.this_update,
            next_update=crl.next_update,
        )
    return SingleStatus(
        certificate_id=asked,
        status=CertStatus.REVOKED,
        this_update=crl.this_update,
        next_update=crl.next_update,
        revoked_at=entry.revocation_time,
        reason=entry.reason,
    )
