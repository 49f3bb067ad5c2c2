"""Building time-stamp requests and reading the answers (RFC 3161 §2.4)."""

from __future__ import annotations

from trustspace.algorithms.identifiers import digest_algorithm_identifier
from trustspace.algorithms.model import DigestAlgorithm
from trustspace.encoding.algorithm_identifier import AlgorithmIdentifier
from trustspace.encoding.tsp import MessageImprint, TimeStampReq, TimeStampResp
from trustspace.errors import InputError
from trustspace.timestamps.token import TimestampToken


class TimestampRefused(InputError):
    """The authority did not grant the request. Parameters: ``status``, ``failure`` (bits), ``text``."""

    code = "TIME_STAMP_REFUSED"


class TimestampMismatch(InputError):
    """The token is not the answer to the request. Parameters: ``field``."""

    code = "TIME_STAMP_MISMATCH"


def build_request(
    digest: DigestAlgorithm,
    value: bytes,
    *,
    nonce: int | None,
    policy: str | None = None,
    certificates: bool = True,
) -> bytes:
    """A TimeStampReq over a digest, DER; ``nonce`` is the caller's random number."""
    imprint = MessageImprint(AlgorithmIdentifier.parse(digest_algorithm_identifier(digest)), value)
    return TimeStampReq.build(imprint, policy=policy, nonce=nonce, cert_req=certificates).raw


def read_response(response: bytes, request: bytes) -> TimestampToken:
    """The token of a TimeStampResp, checked to answer the request (RFC 3161 §2.4.2, §3).

    Imprint, nonce and policy must be those asked for; the signature is not looked at. Raises
    :class:`TimestampRefused`, :class:`TimestampMismatch`, MalformedEncoding.
    """
    answer = TimeStampResp.parse(response)
    if not answer.granted or answer.token is None:
        status = answer.status
        raise TimestampRefused(
            status=status.status.name.lower(),
            failure=", ".join(str(bit) for bit in sorted(status.fail_info)),
            text="; ".join(status.text)[:500],
        )
    token = TimestampToken.parse(answer.token)
    asked, info = TimeStampReq.parse(request), token.tst_info
    wanted, got = asked.message_imprint, info.message_imprint
    if (wanted.hash_oid, wanted.digest) != (got.hash_oid, got.digest):
        raise TimestampMismatch(field="messageImprint")
    if asked.nonce is not None and info.nonce != asked.nonce:
        raise TimestampMismatch(field="nonce")
    if asked.policy is not None and info.policy != asked.policy:
        raise TimestampMismatch(field="policy")
    return token
