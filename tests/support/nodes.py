"""Nodes for tests: real HTTP on loopback, each member's files in a folder of its own, one fixed clock."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import uvicorn

from support.pki import Entity
from support.space import Member, Space
from trustspace.node.commands import build
from trustspace.node.config import load_config
from trustspace.receipts.profiles import Suite


@dataclass
class RunningNode:
    """A node that answers, and what it was made of."""

    member: Member
    folder: Path
    url: str

    @property
    def dvcs(self) -> str:
        return f"{self.url}/dvcs"

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])


def listen(port: int = 0) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    listening.listen(64)
    return listening


def write_entity(folder: Path, name: str, entity: Entity) -> None:
    key = folder / f"{name}.key"
    key.touch(0o600)
    key.write_bytes(entity.key.to_pkcs8())
    (folder / f"{name}.cer").write_bytes(entity.certificate.raw)


def write_node(folder: Path, member: Member, more: str = "") -> Path:
    """A node's folder with all that its configuration names; the register comes later."""
    folder.mkdir(parents=True)
    (folder / "anchors").mkdir()
    (folder / "evidence").mkdir()
    space = member.space
    (folder / "anchors" / "root.cer").write_bytes(member.root.certificate.raw)
    (folder / "ttp-ca.cer").write_bytes(space.root.certificate.raw)
    write_crls(folder, member)
    write_entity(folder, "tsa", member.tsa)
    write_entity(folder, "ca", member.ca)
    signers = ""
    for index, ttp in enumerate(member.ttps):
        write_entity(folder, f"ttp{index}", ttp)
        signers += f'[[signers]]\nkey = "ttp{index}.key"\ncertificate = "ttp{index}.cer"\n'
    (folder / "node.toml").write_text(
        f"""
member = "{member.code}"
name = "TTP of {member.code}"
profile = "{member.dialect}"
suite = "{member.suite.value}"
second_imprint = "{member.profile.second_imprint}"
anchors = ["anchors"]
register = "register.p7m"
register_anchors = ["ttp-ca.cer"]
evidence = ["evidence"]
{more}
{signers}
[tsa]
key = "tsa.key"
certificate = "tsa.cer"
[limits]
request = 2000000
peer_timeout = 2.0
[[authorities]]
name = "issuing"
certificate = "ca.cer"
crl = "evidence/ca.crl"
ocsp_key = "ca.key"
ocsp_certificate = "ca.cer"
""",
        encoding="utf-8",
    )
    return folder / "node.toml"


def write_crls(folder: Path, member: Member) -> None:
    evidence = folder / "evidence"
    (evidence / "root.crl").write_bytes(member.root.crl().raw)
    (evidence / "ca.crl").write_bytes(member.ca.crl().raw)
    (evidence / "ttp-ca.crl").write_bytes(member.space.root.crl().raw)


@contextmanager
def running(config: Path, listening: socket.socket, clock: Callable[[], datetime]) -> Iterator[None]:
    """A node in a thread of this process."""
    node = build(load_config(config), clock=clock)
    server = uvicorn.Server(
        uvicorn.Config(node.app, log_level="error", access_log=False, timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()


class World:
    """A space whose nodes run."""

    def __init__(self, folder: Path, space: Space) -> None:
        self.folder = folder
        self.space = space
        self.nodes: dict[str, RunningNode] = {}
        self._sockets: dict[str, socket.socket] = {}
        self._running = ExitStack()

    def add(self, code: str, kind: str, suite: Suite = Suite.NATIONAL, dialect: str = "rfc3029") -> Member:
        listening = listen()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        member = self.space.member(code, kind, suite=suite, dialect=dialect, url=f"{url}/dvcs")
        write_node(self.folder / code, member)
        self.nodes[code] = RunningNode(member, self.folder / code, url)
        self._sockets[code] = listening
        return member

    def publish(self) -> None:
        """Sign the register and give it to every node."""
        data = self.space.signed_register()
        for node in self.nodes.values():
            (node.folder / "register.p7m").write_bytes(data)

    def start(self, *codes: str) -> None:
        """Publish the register and start these nodes, or all."""
        self.publish()
        for code in codes or tuple(self.nodes):
            self._running.enter_context(self.run(code))

    def run(self, code: str) -> AbstractContextManager[None]:
        """One node for a while; it may run again afterwards, at the same address."""
        listening = self._sockets.pop(code, None) or listen(self.nodes[code].port)
        return running(self.nodes[code].folder / "node.toml", listening, lambda: self.space.now)

    def close(self) -> None:
        self._running.close()
        for listening in self._sockets.values():
            listening.close()
