"""Issuing time-stamp tokens and responses (RFC 3161 §2.4.2, RFC 5816)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from trustspace.algorithms.digests import digest_by_oid
from trustspace.algorithms.errors import AlgorithmNotSupported
from trustspace.algorithms.identifiers import digest_algorithm_identifier
from trustspace.algorithms.model import DigestAlgorithm
from trustspace.encoding.algorithm_identifier import AlgorithmIdentifier
from trustspace.encoding.pki_status import PKIFailureInfo, PKIStatus, PKIStatusInfo
from trustspace.encoding.tsp import ID_CT_TST_INFO, MessageImprint, TimeStampReq, TimeStampResp, TSTInfo
from trustspace.errors import MalformedEncoding
from trustspace.pki.issuing.signed_data import CmsSigner, signed_attributes, signed_data, signer_info

_BROKEN = frozenset({"MD5", "SHA-1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampAuthority:
    """A time-stamping unit: its key and certificate, its policy and what it accepts."""

    signer: CmsSigner
    policy: str
    """The OID of the TSA policy that its tokens state."""
    accuracy: timedelta | None = timedelta(seconds=1)
    """Stated accuracy; None leaves it out."""
    accepted_digests: frozenset[str] | None = None
    """Names of the imprint algorithms that it stamps; None: every supported one but MD5 and SHA-1."""
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
        imprint = MessageImprint(AlgorithmIdentifier.parse(digest_algorithm_identifier(digest)), value)
        return self._token(
            imprint, serial=serial, now=now, entropy=entropy, nonce=nonce, certificates=certificates
        )

    def respond(self, request: bytes, *, serial: Callable[[], int], now: datetime, entropy: bytes) -> bytes:
        """Answer a TimeStampReq's octets with a TimeStampResp's DER; a bad request is answered, not raised.

        ``serial`` is asked for a number only when a token is issued.
        """
        try:
            asked = TimeStampReq.parse(request)
        except MalformedEncoding:
            return rejection(PKIFailureInfo.BAD_DATA_FORMAT, "the request is not a TimeStampReq")
        refusal = self._refusal(asked)
        if refusal is not None:
            return rejection(*refusal)
        token = self._token(
            asked.message_imprint,
            serial=serial(),
            now=now,
            entropy=entropy,
            nonce=asked.nonce,
            certificates=asked.cert_req,
        )
        return TimeStampResp.build(PKIStatusInfo.build(PKIStatus.GRANTED), token).raw

    def _refusal(self, asked: TimeStampReq) -> tuple[PKIFailureInfo, str] | None:
        if asked.version != 1:
            return PKIFailureInfo.BAD_REQUEST, "the version is not 1"
        imprint = asked.message_imprint
        try:
            digest = digest_by_oid(imprint.hash_oid)
        except AlgorithmNotSupported:
            return PKIFailureInfo.BAD_ALG, "the imprint's algorithm is not supported"
        accepted = self.accepted_digests
        if digest.name in _BROKEN if accepted is None else digest.name not in accepted:
            return PKIFailureInfo.BAD_ALG, "the imprint's algorithm is not accepted"
        if len(imprint.digest) != digest.size:
            return PKIFailureInfo.BAD_DATA_FORMAT, "the imprint has not its algorithm's length"
        if asked.policy is not None and asked.policy != self.policy:
            return PKIFailureInfo.UNACCEPTED_POLICY, "the policy is not offered"
        if asked.extensions:
            return PKIFailureInfo.UNACCEPTED_EXTENSION, "no extension is offered"
        return None

    def _token(
        self,
        imprint: MessageImprint,
        *,
        serial: int,
        now: datetime,
        entropy: bytes,
        nonce: int | None,
        certificates: bool,
    ) -> bytes:
        info = TSTInfo.build(
            policy=self.policy,
            imprint=imprint,
            serial=serial,
            gen_time=now,
            accuracy=self.accuracy,
            ordering=self.ordering,
            nonce=nonce,
        ).raw
        signer = self.signer
        attributes = signed_attributes(
            signer,
            content_type=ID_CT_TST_INFO,
            message_digest=signer.digest_algorithm.digest(info),
            # genTime is the one time that counts; a second one could only contradict it.
            signing_time=None,
        )
        return signed_data(
            ID_CT_TST_INFO,
            info,
            [signer_info(signer, attributes, entropy=entropy)],
            digests=[signer.digest_algorithm],
            # RFC 3161 §2.4.1: with certReq the certificate must be there, without it must not.
            certificates=(signer.certificate, *signer.chain) if certificates else (),
        )


def rejection(failure: PKIFailureInfo, text: str) -> bytes:
    """A TimeStampResp with status rejection; DER."""
    return TimeStampResp.build(PKIStatusInfo.build(PKIStatus.REJECTION, [text], [failure])).raw
