"""``trustspace node serve``: one member's trusted third party over HTTP, until Ctrl-C."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from trustspace.cli.console import Console
from trustspace.cli.exit_codes import ExitCode
from trustspace.cli.files import read_file
from trustspace.node.commands import serve


def run(options: argparse.Namespace, console: Console) -> int:
    """Serve; raises what is wrong with the configuration or its files."""
    read_file(options.config, limit=1 << 20)  # the usual messages for a path that cannot be read
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    serve(Path(options.config))
    console.note(console.say("Stopped.", "Остановлен."))
    return ExitCode.DONE
