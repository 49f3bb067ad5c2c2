"""``trustspace inspect FILE``: what a file holds, for people or (``--json``) for programs."""

from __future__ import annotations

import argparse
import importlib
from typing import Any

from trustspace.cli.console import Console
from trustspace.cli.errors import CommandError
from trustspace.cli.exit_codes import ExitCode
from trustspace.cli.files import read_file
from trustspace.cli.plain_text import json_text
from trustspace.cli.recognise import Found, Kind, looks_like, read_objects
from trustspace.cli.tree import render
from trustspace.cli.words import decoding_reason, in_russian, pick
from trustspace.errors import MalformedEncoding

_PKI, _CMS, _RECEIPTS = (f"trustspace.cli.views.{name}" for name in ("pki", "cms", "receipts"))
_VIEWS = {
    Kind.CERTIFICATE: (_PKI, "certificate"),
    Kind.CRL: (_PKI, "crl"),
    Kind.OCSP_RESPONSE: (_PKI, "ocsp_response"),
    Kind.OCSP_REQUEST: (_PKI, "ocsp_request"),
    Kind.TIMESTAMP_TOKEN: (_CMS, "timestamp_token"),
    Kind.TIMESTAMP_RESPONSE: (_CMS, "timestamp_response"),
    Kind.TIMESTAMP_REQUEST: (_CMS, "timestamp_request"),
    Kind.SIGNATURE: (_CMS, "signature"),
    Kind.DVCS_REQUEST: (_RECEIPTS, "dvcs_request"),
    Kind.DVCS_RESPONSE: (_RECEIPTS, "dvcs_response"),
    Kind.REGISTER: (_RECEIPTS, "register"),
}
"""Kind → module and function: a file's view is imported only when the file is of that kind."""


def run(options: argparse.Namespace, console: Console) -> int:
    """Show the file.

    Raises ``CommandError``: what ``read_file`` raises, UNKNOWN_OBJECT, OBJECT_UNREADABLE, and
    PRIVATE_KEY_NOT_SHOWN as soon as the file holds any private key.
    """
    data = read_file(options.file)
    objects = read_objects(data)
    if any(found.kind in (Kind.PRIVATE_KEY, Kind.PKCS12) for found in objects):
        raise CommandError("PRIVATE_KEY_NOT_SHOWN", path=options.file)
    items = [_view(found, options.file) for found in objects]
    if options.json:
        shown: Any = items[0] if len(items) == 1 else {"items": items}
        console.print(json_text(shown))
        return ExitCode.DONE
    note = pick(
        console.language,
        "Shown as it stands: nothing here has been verified.",
        "Показано как есть: подписи не проверялись.",
    )
    blocks = [
        render({**item, "kind": _kind_text(found, console)}, console.language)
        for found, item in zip(objects, items, strict=True)
    ]
    console.print("\n\n".join([*blocks, note]))
    return ExitCode.DONE


def _kind_text(found: Found, console: Console) -> str:
    return console.say(found.kind.value, in_russian(found.kind.value))


def _view(found: Found, path: str) -> dict[str, Any]:
    try:
        module, function = _VIEWS[found.kind]
    except KeyError:
        raise _unknown(found, path) from None
    try:
        view = getattr(importlib.import_module(module), function)(found.data)
    except MalformedEncoding as error:
        reason = decoding_reason(error)
        raise CommandError("OBJECT_UNREADABLE", path=path, size=len(found.data), reason=reason) from error
    return {"kind": found.kind.value, "encoding": found.encoding, "size": len(found.data), **view}


def _unknown(found: Found, path: str) -> CommandError:
    if found.kind is Kind.UNKNOWN and found.data[:1] == b"0":
        from trustspace._native import ber_parse  # noqa: PLC0415

        try:
            ber_parse(found.data)
        except MalformedEncoding as error:
            reason = str(error.parameters.get("reason"))
            return CommandError("OBJECT_UNREADABLE", path=path, size=len(found.data), reason=reason)
    kind = looks_like(found.data) if found.kind is Kind.UNKNOWN else found.kind.value
    return CommandError("UNKNOWN_OBJECT", path=path, looks_like=kind)
