"""``trustspace node serve`` and ``node check`` as functions: from ``node.toml`` to a running process."""

from __future__ import annotations

import logging
import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass
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
from trustspace.node.material import MaterialUnusable, Trust, load_signer
from trustspace.node.outgoing import Outgoing
from trustspace.node.own_time_stamps import OwnTimeStamps
from trustspace.node.peers import Peers
from trustspace.node.service import Clock, Random, Service
from trustspace.store.database import Database
from trustspace.store.ledger import Ledger, system_clock
from trustspace.store.migrate import migrate as migrate_database
from trustspace.timestamps.issue import TimestampAuthority
from trustspace.validation.catalogue import render


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
    signers = tuple(load_signer(files) for files in config.signers)
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
        signers=signers,
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
    """What ``node check`` found: reasons why the node would not be ready, in words."""

    member: str
    reasons: tuple[str, ...]

    @property
    def ready(self) -> bool:
        return not self.reasons


def check(path: Path, *, clock: Clock = system_clock, language: str = "en") -> CheckResult:
    """Load a configuration and say whether a node with it would be ready now.

    Raises:
        ConfigurationInvalid, ProfileUnknown: ``node.toml`` itself cannot be used.
    """
    config = load_config(path)
    try:
        node = build(config, clock=clock)
    except TrustspaceError as error:
        return CheckResult(config.member, (render(error.code, error.parameters, language)[0],))
    try:
        reasons = node.service.reasons_not_ready()
        return CheckResult(config.member, tuple(render(r.code, r.parameters, language)[0] for r in reasons))
    finally:
        node.ledger.close()


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
