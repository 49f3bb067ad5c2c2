"""The node's log: one line an event, whatever a path, a name or an error's text holds."""

from __future__ import annotations

import logging
import traceback


class _OneLine(logging.Filter):
    """Shows what does not simply print as escapes, so that no input forges an entry or steers a terminal."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = _plain(record.getMessage()), ()
        if record.exc_info:
            lines = "".join(traceback.format_exception(*record.exc_info)).splitlines()
            # An error's text may hold line breaks: no line of it may begin like an entry.
            record.exc_text = "\n".join(f"  | {_plain(line)}" for line in lines)
        return True


def _plain(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


log = logging.getLogger("trustspace.node")
log.addFilter(_OneLine())
