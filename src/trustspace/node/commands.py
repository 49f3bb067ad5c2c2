"""``trustspace node serve`` and ``node check`` as functions: from ``node.toml`` to a running process."""

from __future__ import annotations

import logging
import secrets
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from starlette.types import ASGIApp

from trustspace.documents.cades_signing import Stamper
from trustspace.errors import TrustspaceError
from trustspace.node.api.routes import Api
from trustspace.node.api.validations import Validations
from trustspace.node.app import make_app
from trustspace.node.authority_status import Authority, Responder
from trustspace.node.config import NodeConfig, load_config
from trustspace.node.judging import Judge
from trustspace.node.material import (
    MaterialUnusable,
    Trust,
    files_of,
    load_anchors,
    load_evidence,
    load_policy,
    load_ring,
    load_signer,
    read_file,
)
from trustspace.node.outgoing import Outgoing
from trustspace.node.own_time_stamps import OwnTimeStamps
from trustspace.node.peers import Peers
from trustspace.node.service import Clock, Random, Service
from trustspace.store.database import Database
from trustspace.store.ledger import Ledger, system_clock
from trustspace.store.migrate import migrate as migrate_database
from trustspace.timestamps.issue import TimestampAuthority
from trustspace.validation.catalogue import render
from trustspace.validation.causes import Cause


@dataclass(frozen=True, slots=True)
class Node:
    """A node put together from its configuration."""

    config: NodeConfig
    service: Service
    app: ASGIApp
    ledger: Ledger


def build(config: NodeConfig, *, clock: Clock = system_clock, random: Random = secrets.token_bytes) -> Node:
    """Load everything and put the node together; nothing listens yet.

    Raises:
        MaterialUnusable: a key, certificate or folder cannot be used.
        LedgerNotMigrated: ``node migrate`` is needed first (PostgreSQL).
        LedgerError: the ledger cannot be opened.
    """
    trust = Trust(config)
    rings = tuple(load_ring(each) for each in config.signers)
    authorities = tuple(Authority.load(each) for each in config.authorities)
    own: OwnTimeStamps | None = None
    stamper: Stamper
    outgoing = Outgoing(config.limits.peer_timeout, config.limits.response)
    if config.tsa.own is not None:
        tsa = TimestampAuthority(signer=load_signer(config.tsa.own), policy=config.tsa.policy)
        own = OwnTimeStamps(tsa, clock, random)
        stamper = own.stamp
    else:
        url = config.tsa.url or ""
        stamper = outgoing.stamper(url, lambda: int.from_bytes(b"\x01" + random(16), "big"))
    ledger = Ledger(_database(config), clock=clock)
    service = Service(
        config,
        trust=trust,
        judge=Judge(config.member, config.profile, Peers(config.member, outgoing, random, ledger.hop)),
        ledger=ledger,
        rings=rings,
        stamper=stamper,
        clock=clock,
        random=random,
    )

    def close() -> None:
        outgoing.close()
        ledger.close()

    app = make_app(
        service,
        time_stamps=None if own is None else own.respond,
        status=Responder(authorities, clock=clock, random=random),
        limits=config.limits,
        more=Api(Validations(service, ledger, clock, random), config.limits).routes,
        on_close=close,
    )
    return Node(config, service, app, ledger)


def _database(config: NodeConfig) -> Path | str:
    if config.database is not None:
        return config.database
    try:
        config.data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MaterialUnusable(path=str(config.data), what="the data folder", reason=str(error)) from error
    return config.data / "ledger.db"


@dataclass(frozen=True, slots=True)
class Migrated:
    """What ``node migrate`` did: the schema's revisions before (None: there was none) and after."""

    before: str | None
    after: str


def migrate(path: Path) -> Migrated:
    """Bring the schema of a node's database up to date, all or nothing.

    Raises:
        ConfigurationInvalid, ProfileUnknown: ``node.toml`` itself cannot be used.
        MaterialUnusable, LedgerError: the database cannot be reached or written, or is of a later version.
    """
    database = Database(_database(load_config(path)))
    try:
        return Migrated(*migrate_database(database))
    finally:
        database.close()


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What ``node check`` found: why the node would not be ready, all that could be found out."""

    member: str
    causes: tuple[Cause, ...]
    language: str = "en"

    @property
    def ready(self) -> bool:
        return not self.causes

    @property
    def reasons(self) -> tuple[str, ...]:
        """The causes in words."""
        return tuple(render(each.code, each.parameters, self.language)[0] for each in self.causes)


def check(path: Path, *, clock: Clock = system_clock, language: str = "en") -> CheckResult:
    """Load a configuration and say whether a node with it would be ready now.

    Raises:
        ConfigurationInvalid, ProfileUnknown: ``node.toml`` itself cannot be used.
    """
    config = load_config(path)
    causes = _parts_missing(config)
    if not causes:
        try:
            node = build(config, clock=clock)
        except TrustspaceError as error:
            causes = [Cause(error.code, error.parameters)]
        else:
            try:
                causes = list(node.service.reasons_not_ready())
            finally:
                node.ledger.close()
    return CheckResult(config.member, tuple(causes), language)


def _parts_missing(config: NodeConfig) -> list[Cause]:
    """What cannot be loaded, each part by itself: an operator wants to hear all at once."""

    def anchors() -> None:
        found = list(files_of(config.anchors))
        if not found:
            where = ", ".join(map(str, config.anchors))
            raise MaterialUnusable(path=where, what="a trust anchor", reason="the folder is empty")
        load_anchors(config.anchors)

    parts: list[Callable[[], object]] = [
        anchors,
        lambda: load_anchors(config.register_anchors),
        lambda: read_file(config.register, "the register"),
        lambda: load_evidence(config.evidence),
        lambda: load_policy(config),
    ]
    keys = [each for signer in config.signers for each in signer.each]
    keys += [] if config.tsa.own is None else [config.tsa.own]
    parts += [partial(load_signer, each) for each in keys]
    parts += [partial(Authority.load, each) for each in config.authorities]
    causes = []
    for part in parts:
        try:
            part()
        except TrustspaceError as error:
            causes.append(Cause(error.code, error.parameters))
    return causes


def serve(
    path: Path,
    *,
    listening: Sequence[socket.socket] | None = None,
    clock: Clock = system_clock,
    random: Random = secrets.token_bytes,
) -> None:
    """Run a node until it is told to stop (SIGINT, SIGTERM).

    ``listening`` are sockets that are bound already, instead of the configuration's address.

    Raises:
        ConfigurationInvalid, ProfileUnknown, MaterialUnusable, LedgerError: it cannot start.
    """
    import uvicorn  # noqa: PLC0415 - only a serving process needs it

    config = load_config(path)
    node = build(config, clock=clock, random=random)
    logging.getLogger("trustspace.node").info("serving %s on %s:%s", config.member, config.host, config.port)
    server = uvicorn.Server(
        uvicorn.Config(
            node.app,
            host=config.host,
            port=config.port,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=5,
            h11_max_incomplete_event_size=16 * 1024,
        )
    )
    server.run(sockets=None if listening is None else list(listening))
