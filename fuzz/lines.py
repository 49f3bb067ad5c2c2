"""Which lines of the package the inputs of one target reach: ``python fuzz/lines.py TARGET OUT FOLDER...``.

Counts lines inside functions: what an import runs says nothing. Writes JSON: {file: [lines reached]}.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import trustspace

PACKAGE = str(Path(trustspace.__file__).parent)


def executable(path: Path) -> set[int]:
    """The lines of a module that stand inside functions."""
    found: set[int] = set()
    for code in _functions(compile(path.read_bytes(), str(path), "exec"), inside=False):
        first = code.co_firstlineno
        found |= {line for _, _, line in code.co_lines() if line is not None and line != first}
    return found


def _functions(code: CodeType, *, inside: bool) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            # CO_NEWLOCALS without CO_OPTIMIZED is a class's body.
            function = bool(constant.co_flags & 0x1)
            if function or inside:
                yield constant
            yield from _functions(constant, inside=inside or function)


class Recorder:
    """Remembers each line of the package once."""

    def __init__(self) -> None:
        self.lines: dict[str, set[int]] = {}

    def start(self, frame: FrameType, event: str, argument: Any) -> Any:
        """The global trace function."""
        del event, argument
        if not frame.f_code.co_filename.startswith(PACKAGE):
            return None
        seen = self.lines.setdefault(frame.f_code.co_filename, set())

        def line(frame: FrameType, event: str, argument: Any) -> Any:
            del event, argument
            seen.add(frame.f_lineno)
            return line

        return line


def main() -> None:
    """Run every file of the folders through the target, traced."""
    from support.fuzz_targets import TARGETS  # noqa: PLC0415

    target = TARGETS[sys.argv[1]]
    target.seeds()
    inputs = [path.read_bytes() for folder in sys.argv[3:] for path in sorted(Path(folder).iterdir())]
    recorder = Recorder()
    threading.settrace(recorder.start)
    sys.settrace(recorder.start)
    for data in inputs:
        with suppress(Exception):
            target.run(data)
    sys.settrace(None)
    threading.settrace(None)  # type: ignore[arg-type]
    reached = {name: sorted(lines) for name, lines in recorder.lines.items()}
    Path(sys.argv[2]).write_text(json.dumps(reached))


if __name__ == "__main__":
    main()
