"""Asking the command in this process, and reading its JSON."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trustspace.cli.main import main


@dataclass(frozen=True)
class Answer:
    """What ``trustspace … --json`` said."""

    code: int
    report: dict[str, Any] | None
    """None where there is no verdict (exit 2)."""
    error: str

    @property
    def verdicts(self) -> list[tuple[str, str | None]]:
        """Indication and sub-indication of each signature."""
        assert self.report is not None, self.error
        return [(each["indication"], each["sub_indication"]) for each in self.report["signatures"]]

    @property
    def only(self) -> dict[str, Any]:
        """The one signature."""
        assert self.report is not None, self.error
        (signature,) = self.report["signatures"]
        assert isinstance(signature, dict)
        return signature


Ask = Callable[..., Answer]


def ask_command(*arguments: str | Path) -> Answer:
    """Run the command with ``--json``, in English."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([*map(str, arguments), "--json", "--lang", "en"])
    assert "Traceback" not in err.getvalue()
    said = json.loads(out.getvalue()) if out.getvalue() else None
    report = None if code == 2 else said
    assert (said is None or "error" in said) == (code == 2), err.getvalue()
    return Answer(int(code), report, err.getvalue())
