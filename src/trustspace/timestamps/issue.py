"""Issuing time-stamp tokens and responses (RFC 3161 §2.4.2, RFC 5816)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Final

from trustspace.algorithms.digests import digest_by_oid
from trustspace.algorithms.errors import AlgorithmNotSupported
from trustspace.algorithms.identifiers import digest_algorithm_identifier
from trustspace.algorithms.model import DigestAlgorithm
from trustspace.encoding import der
from trustspace.encoding.tsp import TimeStampReq
from trustspace.errors import MalformedEncoding
from trustspace.pki.issuing.signed_data import CmsSigner, signed_attributes, signed_data, signer_info

ID_CT_TST_INFO: Final = "1.2.840.113549.1.9.16.1.4"


class PKIFailureInfo(IntEnum):
    """Why a request is rejected: the bits of RFC 3161 §2.4.2."""

    BAD_ALG = 0
    BAD_REQUEST = 2
    BAD_DATA_FORMAT = 5
    TIME_NOT_AVAILABLE = 14
    UNACCEPTED_POLICY = 15
    UNACCEPTED_EXTENSION = 16
    ADD_INFO_NOT_AVAILABLE = 17
    SYSTEM_FAILURE = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampAuthority:
    """A time-stamping unit: its key and certificate, its policy and what it accepts."""

    signer: CmsSigner
    policy: str
    """The OID of the TSA policy that its tokens state."""
    accuracy: int | None = 1
    """Stated accuracy, seconds; None leaves it out."""
    accepted_digests: frozenset[str] | None = None
    """Names of the imprint algorithms that it stamps; None: every supported one but the broken."""
    ordering: bool = False

    def issue(
        self,
        digest: DigestAlgorithm,
        value: bytes,
        *,
        serial: int,
        now: datetime,
        entropy: bytes,
        nonce: int | None = None,
        certificates: bool = True,
    ) -> bytes:
        """A token over a digest; a ContentInfo's DER. ``now`` is the time that it states."""
        return self._token(
            der.sequence(digest_algorithm_identifier(digest), der.octet_string(value)),
            serial=serial,
            now=now,
            entropy=entropy,
            nonce=nonce,
            certificates=certificates,
        )

    def respond(self, request: bytes, *, serial: Callable[[], int], now: datetime, entropy: bytes) -> bytes:
        """Answer a TimeStampReq's octets with a TimeStampResp's DER; never raises for a bad request.

        ``serial`` is asked for a number only when a token is issued.
        """
        try:
            asked = TimeStampReq.parse(request)
            failure = self._refusal(asked)
        except MalformedEncoding:
            return rejection(PKIFailureInfo.BAD_DATA_FORMAT, "the request is not a TimeStampReq")
        if failure is not None:
            return rejection(*failure)
        token = self._token(
            asked.message_imprint.raw,
            serial=serial(),
            now=now,
            entropy=entropy,
            nonce=asked.nonce,
            certificates=asked.cert_req,
        )
        return der.sequence(der.sequence(der.integer(0)), token)

    def _refusal(self, asked: TimeStampReq) -> tuple[PKIFailureInfo, str] | None:
        if asked.version != 1:
            return PKIFailureInfo.BAD_REQUEST, "the version is not 1"
        imprint = asked.message_imprint
        try:
            digest = digest_by_oid(imprint.hash_algorithm.oid)
        except AlgorithmNotSupported:
            return PKIFailureInfo.BAD_ALG, "the imprint's algorithm is not supported"
        if self.accepted_digests is None:
            accepted = digest.name not in ("MD5", "SHA-1")
        else:
            accepted = digest.name in self.accepted_digests
        if not accepted:
            return PKIFailureInfo.BAD_ALG, "the imprint's algorithm is not accepted"
        if len(imprint.hashed_message) != digest.size:
            return PKIFailureInfo.BAD_DATA_FORMAT, "the imprint has not its algorithm's length"
        if asked.req_policy is not None and asked.req_policy != self.policy:
            return PKIFailureInfo.UNACCEPTED_POLICY, "the policy is not offered"
        if asked.extensions:
            return PKIFailureInfo.UNACCEPTED_EXTENSION, "no extension is offered"
        return None

    def _token(
        self,
        imprint: bytes,
        *,
        serial: int,
        now: datetime,
        entropy: bytes,
        nonce: int | None,
        certificates: bool,
    ) -> bytes:
        info = der.sequence(
            der.integer(1),
            der.oid(self.policy),
            imprint,
            der.integer(serial),
            der.generalized_time(now),
            der.sequence(der.integer(self.accuracy)) if self.accuracy is not None else None,
            der.boolean(True) if self.ordering else None,
            der.integer(nonce) if nonce is not None else None,
        )
        signer = self.signer
        attributes = signed_attributes(
            signer,
            content_type=ID_CT_TST_INFO,
            message_digest=signer.digest_algorithm.digest(info),
            # RFC 3161 leaves signing-time open; genTime is the one time that counts.
            signing_time=None,
        )
        return signed_data(
            ID_CT_TST_INFO,
            info,
            [signer_info(signer, attributes, entropy=entropy)],
            digests=[signer.digest_algorithm],
            certificates=(signer.certificate, *signer.chain) if certificates else (),
        )


def rejection(failure: PKIFailureInfo, text: str) -> bytes:
    """A TimeStampResp with status rejection; DER."""
    return der.sequence(
        der.sequence(
            der.integer(2),
            der.sequence(der.utf8(text)),
            der.named_bits([failure]),
        )
    )
