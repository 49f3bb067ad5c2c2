"""``trustspace receipt request``: a signed document goes to a node, its receipt comes back and is kept."""

from __future__ import annotations

import argparse
import os
import uuid
from datetime import UTC, datetime
from typing import Any

from trustspace.cli.console import Console, save
from trustspace.cli.errors import CommandError
from trustspace.cli.exit_codes import ExitCode
from trustspace.cli.files import content_of_file, read_file
from trustspace.cli.http import ANSWER_LIMIT, TIMEOUT_SECONDS, check_url
from trustspace.cli.plain_text import json_text, visible
from trustspace.cli.receipt_text import ground_text, says_text
from trustspace.cli.signatures import open_signature
from trustspace.cli.words import decoding_reason, describe
from trustspace.documents.content import Content
from trustspace.documents.model import Document
from trustspace.encoding.dvcs import ServiceType
from trustspace.encoding.general_name import GeneralName
from trustspace.node.outgoing import Outgoing, PeerUnreachable
from trustspace.receipts.content_checks import read_answer
from trustspace.receipts.details import Imprint
from trustspace.receipts.outcome import Outcome
from trustspace.receipts.parsing import Parsed, ReceiptUnreadable, parse_receipt
from trustspace.receipts.request import DetachedContent, build_request, parse_request, same_question
from trustspace.validation.report import render_causes

_DOCUMENT_LIMIT = 100 << 20
"""Octets of a document that travels in a request (Kazakhstan's order 149 caps it at 100 MB)."""

_REFUSALS = frozenset(range(400, 500)) - {408, 425, 429}
"""HTTP statuses that asking again does not change (RFC 9110 §15.5): the address or the request is wrong."""

_EXITS = {
    Outcome.VALID: ExitCode.DONE,
    Outcome.INVALID: ExitCode.FAILED,
    Outcome.UNDETERMINED_FOR_GOOD: ExitCode.UNDETERMINED,
    Outcome.UNDETERMINED_FOR_NOW: ExitCode.UNDETERMINED,
}


def run(options: argparse.Namespace, console: Console) -> int:
    """Ask and keep the answer; the exit code is what the receipt says, which is not yet verified.

    No answer is undetermined for now: it says nothing about the signature, and a program must not take it for
    a fault of the document.
    Raises ``CommandError``: URL_ARGUMENT, NODE_REFUSED, what reading the file raises.
    """
    url = check_url(options.node, "--node").rstrip("/")
    address = url if url.endswith("/dvcs") else url + "/dvcs"
    data = read_file(options.file, limit=_DOCUMENT_LIMIT)
    content = content_of_file(options.content) if options.content else None
    document = open_signature(data, options.file, content, content_path=options.content)
    request = build_request(
        ServiceType.VSD,
        message=data,
        nonce=int.from_bytes(os.urandom(16), "big"),
        request_time=datetime.now(UTC),
        transaction=GeneralName.of_uri(f"urn:uuid:{uuid.UUID(bytes=os.urandom(16), version=4)}"),
        detached=_detached(document, content),
    )
    outgoing = Outgoing(TIMEOUT_SECONDS, ANSWER_LIMIT)
    try:
        answer = outgoing.dvcs(address, request)
    except PeerUnreachable as error:
        reason = str(error.parameters["reason"])
        if error.status in _REFUSALS:
            raise CommandError("NODE_REFUSED", url=url, reason=reason) from error
        return _no_answer(CommandError("NODE_UNREACHABLE", url=url, reason=reason), options, console)
    finally:
        outgoing.close()
    parsed = _read(answer, request, url)
    return _tell(parsed, answer, options, console)


def _detached(document: Document, content: Content | None) -> DetachedContent | None:
    """Digests of the detached content, under every algorithm that a signature needs: it stays at home."""
    if content is None or not document.detached:
        return None
    algorithms = {
        signature.digest_algorithm.name: signature.digest_algorithm
        for signature in document.walk()
        if signature.digest_algorithm is not None
    }
    content.prepare(algorithms.values())
    digests = [(algorithm, content.digest(algorithm)) for algorithm in algorithms.values()]
    return DetachedContent(tuple(Imprint.of(algorithm, value) for algorithm, value in digests if value))


def _read(answer: bytes, request: bytes, url: str) -> Parsed:
    try:
        parsed = parse_receipt(answer)
    except ReceiptUnreadable as error:
        reason = f"its answer is no receipt ({decoding_reason(error)})"
        raise CommandError("NODE_REFUSED", url=url, reason=reason) from error
    if parsed.info is None:
        return parsed
    different = same_question(parse_request(request).information, parsed.info.dv_req_info)
    if different is not None:
        raise CommandError("NODE_REFUSED", url=url, reason=f"its answer is to another question ({different})")
    return parsed


def _no_answer(why: CommandError, options: argparse.Namespace, console: Console) -> int:
    """Undetermined for now, in the form of an answer; nothing is kept, because nothing came."""
    outcome = Outcome.UNDETERMINED_FOR_NOW
    cause, remedy = describe(why, console.language)
    if options.json:
        row = {"code": why.code, "parameters": why.parameters, "message": cause, "remedy": remedy}
        view = {
            "receipt": None,
            "says": outcome.value,
            "status_text": [],
            "member": None,
            "ground": None,
            "verified": False,
            "causes": [row],
        }
        console.print(json_text(view))
    else:
        says = says_text(outcome.value, console.language)
        console.print(f"{says[0].upper()}{says[1:]}. {cause}\n{remedy}")
    return _EXITS[outcome]


def _tell(parsed: Parsed, answer: bytes, options: argparse.Namespace, console: Console) -> int:
    said = read_answer(parsed.response, parsed.details)
    out = options.out or options.file + ".receipt.dvc"
    save(out, answer)
    details = parsed.details
    if options.json:
        view: dict[str, Any] = {
            "receipt": out,
            "says": said.outcome.value,
            "status_text": list(said.text),
            "member": details.member if details else None,
            "ground": details.ground if details else None,
            "verified": False,
            "causes": render_causes(said.causes, console.language.value),
        }
        console.print(json_text(view))
        return _EXITS[said.outcome]
    lines = [
        console.say("The node says that ", "Узел сообщает: ")
        + says_text(said.outcome.value, console.language)
        + "."
    ]
    if details:
        lines.append(ground_text(details.ground, console.language))
    lines += [visible(text) for text in said.text]
    lines.append(
        console.say(
            f"Its answer is {visible(out)}, not yet verified: trustspace receipt verify {visible(out)}"
            f" --document {visible(options.file)} --trust …",
            f"Ответ записан в {visible(out)} и ещё не проверен: trustspace receipt verify {visible(out)}"
            f" --document {visible(options.file)} --trust …",
        )
    )
    console.print("\n".join(lines))
    return _EXITS[said.outcome]
