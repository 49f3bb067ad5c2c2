"""``trustspace node check``: would a node with this configuration be ready now?"""

from __future__ import annotations

import argparse
from pathlib import Path

from trustspace.cli.console import Console
from trustspace.cli.exit_codes import ExitCode
from trustspace.cli.files import read_file
from trustspace.cli.plain_text import json_text, visible
from trustspace.cli.words import describe
from trustspace.node.commands import check


def run(options: argparse.Namespace, console: Console) -> int:
    """Check; exit 0 ready, 1 not ready; raises what is wrong with the configuration itself."""
    read_file(options.config, limit=1 << 20)
    result = check(Path(options.config), language=console.language.value)
    if options.json:
        console.print(
            json_text({"member": result.member, "ready": result.ready, "reasons": list(result.reasons)})
        )
    elif result.ready:
        console.print(
            console.say(
                f"The node of {visible(result.member)} is ready.", f"Узел {visible(result.member)} готов."
            )
        )
    else:
        lines = [
            console.say(
                f"The node of {visible(result.member)} would not be ready:",
                f"Узел {visible(result.member)} не был бы готов:",
            )
        ]
        for each in result.causes:
            what, remedy = describe(each, console.language)
            lines += [f"  {what}", f"    {remedy}"]
        console.print("\n".join(lines))
    return ExitCode.DONE if result.ready else ExitCode.FAILED
