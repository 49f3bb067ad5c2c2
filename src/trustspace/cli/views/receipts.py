"""DVCS requests, receipts and the register as nested plain data."""

from __future__ import annotations

import hashlib

from trustspace.cli.views.parts import View, certificate_line, digest_name, signature_name, time_text
from trustspace.documents.open import open_document
from trustspace.encoding.dvcs import DVCSRequestInformation
from trustspace.errors import MalformedEncoding, TrustspaceError
from trustspace.receipts.content_checks import read_answer
from trustspace.receipts.details import ReceiptDetails
from trustspace.receipts.parsing import ReceiptUnreadable, parse_receipt
from trustspace.receipts.request import RequestMalformed, parse_request
from trustspace.trust.register import Register, StatusPeriod

_REGISTER_LIMIT = 64 << 20
_DEEPEST = 8


def dvcs_request(data: bytes) -> View:
    """A DVCS request. Raises MalformedEncoding."""
    try:
        request = parse_request(data)
    except RequestMalformed as error:
        raise _malformed("DVCS request", error) from error
    message = request.dvcs.data.message
    identifier = request.dvcs.transaction_identifier
    return {
        **_information(request.information),
        "transaction_id": None if identifier is None else str(identifier),
        "content_size": None if message is None else len(message),
        "certificates": [certificate_line(c.raw) for c in request.certificates],
        "embedded_receipts": [_receipt(raw, 1) for raw in request.travelling],
    }


def _information(information: DVCSRequestInformation) -> View:
    asked = information.request_time
    return {
        "service": information.service.name.lower(),
        "request_time": time_text(asked.gen_time) if asked else None,
        "nonce": None if information.nonce is None else f"{information.nonce:x}",
        "requester": [str(name) for name in information.requester],
        "policy": information.request_policy.oid if information.request_policy else None,
    }


def dvcs_response(data: bytes) -> View:
    """A DVCS response: a receipt, a deferred answer or an error notice. Raises MalformedEncoding."""
    return _receipt(data, 0)


def _receipt(data: bytes, depth: int) -> View:
    try:
        parsed = parse_receipt(data)
    except ReceiptUnreadable as error:
        raise _malformed("DVCS response", error) from error
    info = parsed.info
    said = read_answer(parsed.response, parsed.details)
    view: View = {"outcome": said.outcome.value, "text": list(said.text)}
    if info is not None:
        view |= {
            "serial": str(info.serial_number),
            "response_time": time_text(info.response_time.gen_time),
            "imprint_algorithm": digest_name(info.message_imprint.hash_oid),
            "imprint": info.message_imprint.digest.hex(),
            "request": _information(info.dv_req_info),
        }
    if parsed.details is not None:
        view |= _details(parsed.details)
    infos = parsed.signed.signer_infos
    view |= {
        "signature_algorithm": [
            signature_name(item.signature_algorithm, item.digest_algorithm.oid) for item in infos
        ],
        "certificates": [certificate_line(raw) for raw in parsed.signed.certificates],
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    if depth < _DEEPEST:
        view["embedded_receipts"] = [_receipt(raw, depth + 1) for raw in parsed.embedded]
    return view


def _details(details: ReceiptDetails) -> View:
    return {
        "member": details.member,
        "ground": details.ground,
        "alarm": details.alarm or None,
        "second_imprint": [
            f"{digest_name(imprint.oid)} {imprint.digest.hex()}" for imprint in details.imprints
        ],
        "policy": f"{details.policy_name} sha256:{details.policy.hex()}",
        "snapshot": f"sha256:{details.snapshot.hex()}",
        "evidence": f"sha256:{details.evidence.hex()}",
        "engine": details.engine,
        "modules": list(details.modules),
        "verdicts": [
            {
                "id": verdict.id,
                "outcome": verdict.outcome.value,
                "ground": verdict.ground,
                "indication": "/".join(filter(None, (verdict.indication, verdict.sub_indication))),
                "best_signature_time": time_text(verdict.best_signature_time),
                "causes": list(verdict.causes),
            }
            for verdict in details.verdicts
        ],
        "opinions": [
            {"member": opinion.member, "outcome": opinion.outcome.value if opinion.outcome else None}
            for opinion in details.opinions
        ],
    }


def register(data: bytes) -> View:
    """A signed register, as it stands: nothing of it is believed here. Raises MalformedEncoding."""
    document = open_document(data)
    content = document.content
    try:
        read = Register.from_json(content.read(_REGISTER_LIMIT) if content is not None else b"")
    except TrustspaceError as error:
        raise _malformed("register", error) from error
    return {
        "space": read.space,
        "sequence": read.sequence,
        "issued": time_text(read.issued),
        "next_update": time_text(read.next_update),
        "ttps": [
            {
                "member": entry.member,
                "name": entry.name,
                "profile": entry.profile,
                "endpoints": dict(entry.endpoints),
                "certificates": [certificate_line(raw) for raw in entry.certificates],
                "tsa": [certificate_line(raw) for raw in entry.timestamping],
                "history": [_period(period) for period in entry.history],
            }
            for entry in read.ttps
        ],
        "authorities": [
            {
                "member": entry.member,
                "name": entry.name,
                "certificates": [certificate_line(entry.certificate)],
                "history": [_period(period) for period in entry.history],
            }
            for entry in read.authorities
        ],
        "signed_by": [certificate_line(raw) for raw in document.certificates],
        "sha256": document.sha256,
    }


def _period(period: StatusPeriod) -> str:
    return f"{period.status.value} since {time_text(period.since)}: {period.ground}"


def _malformed(what: str, error: TrustspaceError) -> MalformedEncoding:
    reason = error.parameters.get("reason") or error.code
    return MalformedEncoding(what=what, offset=0, reason=reason)
