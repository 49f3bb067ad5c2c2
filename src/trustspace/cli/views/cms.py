"""CMS signatures and time-stamps as nested plain data."""

from __future__ import annotations

from datetime import timedelta

from trustspace.cli.views.parts import (
    View,
    certificate_line,
    digest_name,
    hex_text,
    name_of_raw,
    serial_text,
    signature_name,
    time_text,
)
from trustspace.documents.model import EmbeddedTimestamp, Signature
from trustspace.documents.open import open_document
from trustspace.encoding.algorithm_identifier import AlgorithmIdentifier
from trustspace.encoding.tsp import MessageImprint, TimeStampReq, TimeStampResp, TSTInfo
from trustspace.timestamps.token import TimestampToken

_CONTENT_TYPES = {
    "1.2.840.113549.1.7.1": "data",
    "1.2.840.113549.1.7.2": "signed data",
    "1.2.840.113549.1.9.16.1.4": "time-stamp (TSTInfo)",
    "1.2.840.113549.1.9.16.1.7": "DVCS request",
    "1.2.840.113549.1.9.16.1.8": "DVCS response",
}


def signature(data: bytes) -> View:
    """A CMS or CAdES signature. Raises NotASignature, MalformedEncoding."""
    document = open_document(data)
    content = document.content
    inside = None if document.detached or content is None else len(content.read(1 << 30))
    return {
        "format": document.format.value,
        "content_type": _CONTENT_TYPES.get(document.content_type, document.content_type),
        "detached": document.detached,
        "content_size": inside,
        "signatures": [_signature(item) for item in document.signatures],
        "certificates": [certificate_line(raw) for raw in document.certificates],
        "crls": len(document.crls) or None,
        "ocsps": len(document.ocsps) or None,
        "problems": [_problem(item.code, item.parameters) for item in document.format_problems],
        "sha256": document.sha256,
    }


def _problem(code: str, parameters: object) -> str:
    return f"{code} {parameters}" if parameters else code


def _signature(item: Signature) -> View:
    signer = item.signer
    if signer.issuer is not None:
        who = f"{serial_text(signer.serial or 0)}, {name_of_raw(signer.issuer)}"
    else:
        who = f"key {hex_text(signer.key_identifier)}"
    return {
        "id": item.id,
        "format": item.format.value,
        "level": item.level.value,
        "signer": who,
        "claimed_signing_time": time_text(item.claimed_signing_time),
        "digest_algorithm": digest_name(item.digest_oid),
        "signature_algorithm": signature_name(
            AlgorithmIdentifier.build(item.signature_oid, item.signature_parameters), item.digest_oid
        ),
        "policy": item.policy_id,
        "attributes": [
            f"{note.name or note.oid} ({'signed' if note.signed else 'unsigned'})" for note in item.attributes
        ],
        "timestamps": [_timestamp(stamp) for stamp in item.timestamps],
        "counter_signatures": [_signature(counter) for counter in item.counter_signatures],
        "problems": [_problem(problem.code, problem.parameters) for problem in item.format_problems],
    }


def _timestamp(stamp: EmbeddedTimestamp) -> View:
    info = stamp.token.tst_info if stamp.token else None
    return {
        "kind": stamp.kind.value,
        **(_tst_info(info) if info else {}),
        "problems": [_problem(problem.code, problem.parameters) for problem in stamp.problems],
    }


def _tst_info(info: TSTInfo) -> View:
    return {
        "gen_time": time_text(info.gen_time),
        "accuracy": _seconds(info.accuracy),
        "policy": info.policy,
        "serial": serial_text(info.serial),
        "tsa": str(info.tsa) if info.tsa else None,
        "ordering": info.ordering or None,
        "nonce": None if info.nonce is None else f"{info.nonce:x}",
        **_imprint(info.message_imprint),
    }


def _seconds(accuracy: timedelta | None) -> str | None:
    return None if accuracy is None else f"{accuracy.total_seconds():g} s"


def _imprint(imprint: MessageImprint) -> View:
    return {"imprint_algorithm": digest_name(imprint.hash_oid), "imprint": imprint.digest.hex()}


def timestamp_token(data: bytes) -> View:
    """A time-stamp token. Raises MalformedEncoding."""
    token = TimestampToken.parse(data)
    signed = token.signed_data
    signers = signed.signer_infos
    return {
        **_tst_info(token.tst_info),
        "signature_algorithm": [
            signature_name(info.signature_algorithm, info.digest_algorithm.oid) for info in signers
        ],
        "certificates": [certificate_line(raw) for raw in signed.certificates],
        "sha256": signed.sha256,
    }


def timestamp_response(data: bytes) -> View:
    """A TimeStampResp: a status, and a token where it was granted. Raises MalformedEncoding."""
    response = TimeStampResp.parse(data)
    status = response.status
    return {
        "status": str(getattr(status.status, "name", status.status)).lower().replace("_", " "),
        "text": list(status.text),
        "fail_info": [str(getattr(bit, "name", bit)) for bit in status.fail_info],
        "token": timestamp_token(response.token) if response.token else None,
    }


def timestamp_request(data: bytes) -> View:
    """A TimeStampReq. Raises MalformedEncoding."""
    request = TimeStampReq.parse(data)
    return {
        "version": request.version,
        **_imprint(request.message_imprint),
        "policy": request.policy,
        "nonce": None if request.nonce is None else f"{request.nonce:x}",
    }
