"""Building time-stamp requests and reading the answers (RFC 3161 §2.4)."""

from __future__ import annotations

from trustspace.algorithms.identifiers import digest_algorithm_identifier
from trustspace.algorithms.model import DigestAlgorithm
from trustspace.encoding import der
from trustspace.encoding.tsp import TimeStampReq, TimeStampResp
from trustspace.errors import InputError
from trustspace.timestamps.token import TimestampToken


class TimestampRefused(InputError):
    """The authority did not grant the request. Parameters: ``status``, ``failure``, ``text``."""

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
    return der.sequence(
        der.integer(1),
        der.sequence(digest_algorithm_identifier(digest), der.octet_string(value)),
        der.oid(policy) if policy is not None else None,
        der.integer(nonce) if nonce is not None else None,
        der.boolean(True) if certificates else None,
    )


def read_response(response: bytes, request: bytes) -> TimestampToken:
    """The token of a TimeStampResp, checked to answer the request (RFC 3161 §2.4.2, §3).

    Imprint, nonce and policy must be those asked for; the signature is not looked at. Raises
    :class:`TimestampRefused`, :class:`TimestampMismatch`, MalformedEncoding.
    """
    answer = TimeStampResp.parse(response)
    asked = TimeStampReq.parse(request)
    if not answer.granted or answer.token is None:
        raise TimestampRefused(
            status=answer.status.status, failure=answer.status.fail_info, text=answer.status.text
        )
    token = TimestampToken.parse(answer.token)
    info = token.tst_info
    same = (
        info.message_imprint.hash_algorithm.oid == asked.message_imprint.hash_algorithm.oid
        and info.message_imprint.hashed_message == asked.message_imprint.hashed_message
    )
    if not same:
        raise TimestampMismatch(field="messageImprint")
    if asked.nonce is not None and info.nonce != asked.nonce:
        raise TimestampMismatch(field="nonce")
    if asked.req_policy is not None and info.policy != asked.req_policy:
        raise TimestampMismatch(field="policy")
    return token
