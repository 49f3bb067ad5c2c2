"""One node in a process of its own: ``python -m trustspace.demo.node_process NODE.TOML FD [--stand-in]``.

It serves on the listening socket ``FD`` that it inherits, and ends when its standard input does, that is
when the demonstration ends, however it ends. Only here may the stand-in algorithm be registered.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from trustspace.demo import stand_in
from trustspace.node.commands import serve

GRACE_SECONDS = 3.0


def main(arguments: Sequence[str]) -> int:
    """Serve until told to stop."""
    config, descriptor, *options = arguments
    if "--stand-in" in options:
        stand_in.register()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with socket.socket(fileno=int(descriptor)) as listening:
        serve(Path(config), listening=[listening])
    return 0


def _end_with_parent() -> None:
    """Wait for the end of standard input, then stop; at once if the polite way takes too long."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
