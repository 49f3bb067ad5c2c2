"""``trustspace receipt verify``: a receipt and its whole chain, offline, against the document."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import UTC, datetime

from trustspace.cli.console import Console
from trustspace.cli.errors import CommandError
from trustspace.cli.exit_codes import INDICATION_EXITS, ExitCode
from trustspace.cli.files import content_of_file, parse_time, read_file
from trustspace.cli.plain_text import json_text
from trustspace.cli.receipt_text import render_report
from trustspace.cli.trust_state import load_trust
from trustspace.cli.words import decoding_reason
from trustspace.receipts.parsing import ReceiptUnreadable
from trustspace.receipts.report import Standing
from trustspace.receipts.verify import verify_receipt
from trustspace.validation.times import Times

_RECEIPT_LIMIT = 64 << 20


def run(options: argparse.Namespace, console: Console) -> int:
    """Verify; exit 0: it holds and says valid; 1: it fails, or says invalid; 3: undetermined.

    Raises ``CommandError`` RECEIPT_UNREADABLE, and what reading files and trust raises.
    """
    data = read_file(options.file, limit=_RECEIPT_LIMIT)
    document = content_of_file(options.document) if options.document else None
    content = content_of_file(options.content) if options.content else None
    moment = parse_time(options.at) if options.at else datetime.now(UTC)
    trust = load_trust(options.trust, moment, console)
    try:
        report = verify_receipt(
            data,
            snapshot=trust.snapshot,
            evidence=trust.evidence,
            times=Times.at(moment),
            document=document,
            content=content,
        )
    except ReceiptUnreadable as error:
        reason = decoding_reason(error)
        raise CommandError("RECEIPT_UNREADABLE", path=options.file, reason=reason) from error
    if trust.unused:
        # First what is missing: "no register at hand" alone would send the reader for one that lies there.
        both = (trust.unused, report.causes)
        first, second = both if report.standing is Standing.UNKNOWN else both[::-1]
        report = replace(report, causes=(*first, *second))
    as_data = report.to_dict(console.language.value)
    if options.json:
        console.print(json_text(as_data))
        for note in trust.notes:
            console.remark(note)
    else:
        # The register that was not used stands among the causes already.
        notes = trust.notes[len(trust.unused) // 2 :]
        console.print(render_report(as_data, console.language, notes))
    return INDICATION_EXITS.get(report.indication.value, ExitCode.UNDETERMINED)
