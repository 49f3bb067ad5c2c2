"""``trustspace node migrate``: bring the schema of a node's database to this version's."""

from __future__ import annotations

import argparse
from pathlib import Path

from trustspace.cli.console import Console
from trustspace.cli.exit_codes import ExitCode
from trustspace.cli.files import read_file
from trustspace.cli.plain_text import json_text
from trustspace.node.commands import migrate


def run(options: argparse.Namespace, console: Console) -> int:
    """Migrate; raises what is wrong with the configuration or the database."""
    read_file(options.config, limit=1 << 20)
    done = migrate(Path(options.config))
    if options.json:
        console.print(json_text({"before": done.before, "after": done.after}))
    elif done.before == done.after:
        console.print(
            console.say(
                f"The database is up to date (schema {done.after}).",
                f"База данных не требует обновления (схема {done.after}).",
            )
        )
    else:
        console.print(
            console.say(
                f"The database has schema {done.after} now, before: {done.before or 'none'}.",
                f"Схема базы данных теперь {done.after}, была: {done.before or 'нет'}.",
            )
        )
    return ExitCode.DONE
