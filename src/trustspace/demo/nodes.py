"""The nodes' processes: started together, reached over loopback, never left behind.

Each listening socket is bound here and handed to its process, so that the addresses stand in the register
before any process runs, and no two can race for a port. A node ends when its standard input does: even a
demonstration that is killed leaves no orphan.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import httpx

from trustspace.demo.layout import Space
from trustspace.demo.members import Member
from trustspace.errors import TrustspaceError

START_SECONDS = 20.0
STOP_SECONDS = 5.0


class NodeNotStarted(TrustspaceError):
    """A node's process ended or did not become ready. Parameters: ``member``, ``reason``, ``log``."""

    code = "DEMO_NODE_FAILED"


@dataclass(slots=True)
class _Node:
    who: Member
    config: Path
    log: Path
    address: tuple[str, int]
    listening: socket.socket | None
    process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        return f"http://{self.address[0]}:{self.address[1]}"


class Nodes:
    """All nodes of a space; a context manager that stops every process on the way out."""

    def __init__(self, space: Space, members: Sequence[Member]) -> None:
        """Bind the addresses, on free ports of loopback. Raises :class:`NodeNotStarted`."""
        self._nodes: dict[str, _Node] = {}
        for who in members:
            if who.ttp:
                folder = space.member(who.code)
                listening = _listen(who, ("127.0.0.1", 0))
                self._nodes[who.code] = _Node(
                    who, folder.node_toml, folder.node / "node.log", listening.getsockname(), listening
                )

    @property
    def endpoints(self) -> dict[str, str]:
        """Base addresses by member."""
        return {code: node.endpoint for code, node in self._nodes.items()}

    def address(self, code: str) -> str:
        """``host:port`` of a member's node."""
        host, port = self._nodes[code].address
        return f"{host}:{port}"

    @property
    def processes(self) -> dict[str, int]:
        """Process ids by member, of those that run."""
        return {code: node.process.pid for code, node in self._nodes.items() if node.process is not None}

    def start(self) -> None:
        """Start all processes at once and wait until each is ready. Raises :class:`NodeNotStarted`."""
        for node in self._nodes.values():
            self._spawn(node)
        deadline = time.monotonic() + START_SECONDS
        for node in self._nodes.values():
            _wait_ready(node, deadline)

    def stop(self, code: str) -> None:
        """Stop one node: its address refuses connections from now on."""
        _end([self._nodes[code]])

    def restart(self, code: str) -> None:
        """Start a stopped node again at its address. Raises :class:`NodeNotStarted`."""
        node = self._nodes[code]
        node.listening = _listen(node.who, node.address)
        self._spawn(node)
        _wait_ready(node, time.monotonic() + START_SECONDS)

    def _spawn(self, node: _Node) -> None:
        assert node.listening is not None
        words = [sys.executable, "-m", "trustspace.demo.node_process", str(node.config)]
        words.append(str(node.listening.fileno()))
        if node.who.stand_in:
            words.append("--stand-in")
        with node.log.open("ab") as log:
            node.process = subprocess.Popen(
                words,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                pass_fds=[node.listening.fileno()],
                start_new_session=True,  # Ctrl-C is for the demonstration, which then stops its nodes
            )
        node.listening.close()
        node.listening = None

    def __enter__(self) -> Nodes:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _end(list(self._nodes.values()))


def _listen(who: Member, address: tuple[str, int]) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(128)
    except OSError as error:
        listening.close()
        reason = f"{address[0]}:{address[1]}: {error.strerror}"
        raise NodeNotStarted(member=who.code, reason=reason, log=None) from error
    return listening


def _wait_ready(node: _Node, deadline: float) -> None:
    reason = "no answer"
    with httpx.Client(trust_env=False, timeout=2.0) as client:
        while time.monotonic() < deadline:
            process = node.process
            if process is None or process.poll() is not None:
                reason = f"its process ended with {process.returncode if process else '?'}"
                break
            try:
                answer = client.get(f"{node.endpoint}/health/ready")
                if answer.status_code == 200:
                    return
                reason = f"not ready: {answer.text[:200]}"
            except httpx.HTTPError as error:
                reason = str(error) or type(error).__name__
            time.sleep(0.05)
    raise NodeNotStarted(member=node.who.code, reason=reason, log=str(node.log))


def _end(nodes: list[_Node]) -> None:
    """Ask all to stop, wait for all, kill what is left."""
    running = [node for node in nodes if node.process is not None]
    for node in nodes:
        if node.listening is not None:
            node.listening.close()
            node.listening = None
    for node in running:
        assert node.process is not None
        if node.process.stdin is not None:
            with suppress(OSError):
                node.process.stdin.close()
        with suppress(OSError):
            node.process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for node in running:
        assert node.process is not None
        try:
            node.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            node.process.kill()
            node.process.wait()
        node.process = None
