"""The entry point: language, arguments, dispatch, and no traceback whatever happens."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence

from trustspace.cli.exit_codes import ExitCode


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code, never raises.

    Arguments are the words after the command's name, the process's own by default.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words == ["--version"]:
        from trustspace import __version__  # noqa: PLC0415 - the quickest answer loads nothing else

        sys.stdout.write(f"trustspace {__version__}\n")
        return ExitCode.DONE
    _make_streams_tolerant()
    try:
        return _run(words)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except SystemExit as exit_request:  # argparse: 0 after --help, 2 after a usage error
        return exit_request.code if isinstance(exit_request.code, int) else ExitCode.UNUSABLE


def _run(words: Sequence[str]) -> int:
    from trustspace.cli.arguments import build_parser  # noqa: PLC0415
    from trustspace.cli.console import Console  # noqa: PLC0415
    from trustspace.cli.language import choose_language  # noqa: PLC0415

    console = Console(choose_language(words, os.environ))
    options = None
    try:
        options = build_parser(console.language).parse_args(words)
        handler = importlib.import_module(options.handler)
        return int(handler.run(options, console))
    except (KeyboardInterrupt, SystemExit):
        raise
    except Exception as error:  # the last resort: one message and a code, for anything at all
        from trustspace.cli.failures import report  # noqa: PLC0415 - only failures need it

        as_json = bool(
            options and (getattr(options, "json", False) or getattr(options, "report", None) == "json")
        )
        return report(error, console, as_json=as_json)


def _make_streams_tolerant() -> None:
    """A terminal that cannot show a letter gets its escape, not a UnicodeEncodeError."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(main())
