"""``trustspace node attach``: the certificate that was issued for a node's key."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from trustspace.cli.console import Console
from trustspace.cli.exit_codes import ExitCode
from trustspace.cli.files import read_file
from trustspace.cli.plain_text import json_text, visible
from trustspace.node.attaching import attach
from trustspace.node.config import load_config
from trustspace.node.setting_up import KeyPurpose


def run(options: argparse.Namespace, console: Console) -> int:
    """Attach; raises why the certificate does not fit."""
    for path in (options.config, options.certificate):
        read_file(path, limit=1 << 20)
    config = load_config(Path(options.config))
    done = attach(config, Path(options.certificate), datetime.now(UTC))
    purpose = done.purpose.name.lower()
    if options.json:
        console.print(
            json_text(
                {
                    "certificate": str(done.path),
                    "key": done.key,
                    "purpose": purpose,
                    "sha256": done.certificate.sha256,
                }
            )
        )
        return ExitCode.DONE
    receipts = done.purpose is KeyPurpose.RECEIPTS
    what = console.say("receipts", "квитанции") if receipts else console.say("time-stamps", "штампы времени")
    console.print(
        console.say(
            f"The certificate fits the key that signs {what}; it is at {visible(done.path)}.\n"
            f"Next: trustspace node check --config {visible(options.config)}",
            f"Сертификат подходит к ключу, которым подписываются {what}; он в {visible(done.path)}.\n"
            f"Дальше: trustspace node check --config {visible(options.config)}",
        )
    )
    return ExitCode.DONE
