"""``node.toml``: what one member's TTP is, as plain values. Paths are relative to the file's folder.

::

    member = "by"                       # lower-case code, as in the register
    name = "TTP of Belarus"
    listen = "127.0.0.1:8402"
    profile = "rfc3029"                 # whose DVCS is spoken: rfc3029, kz, by
    suite = "national"                  # whose algorithms sign: national, common, both
    second_imprint = "belt-hash"        # of another family than SHA-256
    policy = "basic"                    # how documents are validated: a shipped policy, or a TOML file
    data = "data"                       # the ledger's folder, where the database is SQLite
    # database = "postgresql://…"       # for real load, or several nodes: see docs
    anchors = ["anchors"]               # the member's own authorities
    register = "register.p7m"           # the signed register of the TTP service
    register_anchors = ["ttp-ca.crt"]   # the CA of the TTP service
    evidence = ["evidence"]             # CRLs and OCSP responses; read again when they change

    [[signers]]                         # of receipts; with "both": the national one first
    key = "keys/ttp.key"                # or "pkcs11:token=…;object=…?module-path=…&pin-source=file:…"
    secret = "env:TTP_KEY_PASSWORD"     # where its password or PIN comes from: env:, file: or prompt
    certified = "СФ/124-0001"           # the state's certificate for the module; receipts name it
    certificate = "keys/ttp.crt"
    chain = ["keys/ttp-ca.crt"]

    [[signers.next]]                    # the key that follows, by itself, on its certificate's first day
    key = "keys/ttp-2027.key"
    certificate = "keys/ttp-2027.crt"
    since = 2027-01-01T00:00:00Z        # or later

    [tsa]                               # time-stamps receipts: another's by url, or one of our own
    url = "http://127.0.0.1:8409/tsp"
    # key = ..., certificate = ..., chain = [...], policy = "1.2.3"

    [limits]                            # all optional
    request = 104857600                 # octets
    peer_timeout = 10.0                 # seconds
    request_timeout = 60.0

    [[authorities]]                     # CAs whose status this process serves
    name = "issuing"                    # GET /crl/issuing
    certificate = "ca/issuing.crt"
    crl = "evidence/issuing.crl"
    ocsp_key = "ca/ocsp.key"            # POST /ocsp
    ocsp_certificate = "ca/ocsp.crt"
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from trustspace.errors import InputError, TrustspaceError
from trustspace.keys.secrets import SecretSource, ask_on_terminal
from trustspace.receipts.profiles import Profile, Suite, profile, suite


class ConfigurationInvalid(InputError):
    """``node.toml`` cannot be used. Parameters: ``path``, ``where``, ``reason``."""

    code = "NODE_CONFIGURATION_INVALID"


@dataclass(frozen=True, slots=True)
class KeyConfig:
    """A private key by its reference, with its certificate and the certificates above it.

    ``key`` is a path, relative to ``base``, or a ``pkcs11:`` URI; ``secret`` says where its password or PIN
    is; ``certified`` is the number of the state's certificate for the module that signs.
    """

    key: str
    base: Path
    certificate: Path
    chain: tuple[Path, ...] = ()
    secret: SecretSource | None = None
    certified: str | None = None
    since: datetime | None = None
    """From when it signs, inside what its certificate allows."""
    following: tuple[KeyConfig, ...] = ()
    """The keys that take over from it."""

    @property
    def each(self) -> tuple[KeyConfig, ...]:
        """This key and those that follow it."""
        return (self, *self.following)


@dataclass(frozen=True, slots=True)
class TsaConfig:
    """Where time-stamps come from: exactly one of ``url`` and ``own``."""

    url: str | None
    own: KeyConfig | None
    policy: str


@dataclass(frozen=True, slots=True)
class AuthorityConfig:
    """A CA whose revocation status this process serves."""

    name: str
    certificate: Path
    crl: Path | None
    ocsp: KeyConfig | None


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what a request may cost; octets and seconds."""

    request: int = 100 * 1024 * 1024
    response: int = 16 * 1024 * 1024
    peer_timeout: float = 10.0
    request_timeout: float = 60.0


@dataclass(frozen=True, slots=True)
class NodeConfig:
    """A whole node."""

    path: Path
    member: str
    name: str
    host: str
    port: int
    profile: Profile
    policy: str
    data: Path
    database: str | None
    """A URL; None: an SQLite file in ``data``."""
    anchors: tuple[Path, ...]
    register: Path
    register_anchors: tuple[Path, ...]
    evidence: tuple[Path, ...]
    signers: tuple[KeyConfig, ...]
    tsa: TsaConfig
    authorities: tuple[AuthorityConfig, ...] = ()
    limits: Limits = field(default_factory=Limits)


# The policy that our own time-stamp authority states where none is configured (2.25 arc of receipts).
_TSA_POLICY = "2.25.80339954026716282878183510792660310111.10"
_KNOWN = {
    "": {
        *("member", "name", "listen", "profile", "suite", "second_imprint", "policy", "data", "database"),
        *("anchors", "register", "register_anchors", "evidence", "signers", "tsa", "limits", "authorities"),
    },
    "signers": {"key", "secret", "certified", "certificate", "chain", "since", "next"},
    "next": {"key", "secret", "certified", "certificate", "chain", "since"},
    "tsa": {"url", "key", "secret", "certified", "certificate", "chain", "policy"},
    "limits": {"request", "response", "peer_timeout", "request_timeout"},
    "authorities": {"name", "certificate", "crl", "ocsp_key", "ocsp_secret", "ocsp_certificate"},
}


class _Table:
    """Typed values out of one TOML table, or an error that says where."""

    def __init__(self, values: Any, path: Path, where: str) -> None:
        self.path, self.where = path, where
        if not isinstance(values, dict):
            raise self.refuse("", "not a table")
        self.values: dict[str, Any] = values
        for key in values:
            if key not in _KNOWN[where.rpartition(".")[2].partition("[")[0]]:
                raise self.refuse(key, "unknown setting")

    def refuse(self, key: str, reason: str) -> ConfigurationInvalid:
        where = ".".join(part for part in (self.where, key) if part)
        return ConfigurationInvalid(path=str(self.path), where=where, reason=reason)

    def text(self, key: str, default: str | None = None) -> str:
        value = self.values.get(key, default)
        if not isinstance(value, str) or not value:
            raise self.refuse(key, "text is needed")
        return value

    def number(self, key: str, default: float) -> float:
        value = self.values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            raise self.refuse(key, "a positive number is needed")
        return float(value)

    def file(self, key: str) -> Path:
        return self.path.parent / self.text(key)

    def files(self, key: str, *, needed: bool = False) -> tuple[Path, ...]:
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise self.refuse(key, "a list of paths is needed")
        if needed and not value:
            raise self.refuse(key, "at least one path is needed")
        return tuple(self.path.parent / item for item in value)

    def tables(self, key: str) -> list[_Table]:
        value = self.values.get(key, [])
        if not isinstance(value, list):
            raise self.refuse(key, "tables are needed")
        where = f"{self.where}.{key}" if self.where else key
        return [_Table(item, self.path, f"{where}[{i}]") for i, item in enumerate(value)]

    def table(self, key: str) -> _Table:
        return _Table(self.values.get(key, {}), self.path, key)

    def optional(self, key: str) -> str | None:
        return self.text(key) if key in self.values else None

    def moment(self, key: str) -> datetime | None:
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, datetime):
            raise self.refuse(key, "a date with a time is needed")
        return value if value.tzinfo else value.replace(tzinfo=UTC)

    def secret(self, key: str) -> SecretSource | None:
        value = self.optional(key)
        try:
            if value != "prompt":
                return None if value is None else SecretSource(value, self.path.parent)
            return SecretSource(value, ask=cache(ask_on_terminal))  # asked once
        except TrustspaceError:
            # What stands there may be the password itself: it is not repeated.
            raise self.refuse(key, "neither env:NAME, file:PATH nor prompt") from None

    def key_config(self, prefix: str = "", following: tuple[KeyConfig, ...] = ()) -> KeyConfig:
        return KeyConfig(
            key=self.text(f"{prefix}key"),
            base=self.path.parent,
            certificate=self.file(f"{prefix}certificate"),
            chain=self.files("chain"),
            secret=self.secret(f"{prefix}secret"),
            certified=self.optional("certified"),
            since=self.moment("since"),
            following=following,
        )

    def signer(self) -> KeyConfig:
        return self.key_config(following=tuple(table.key_config() for table in self.tables("next")))


def load_config(path: Path) -> NodeConfig:
    """Read ``node.toml``.

    Raises:
        ConfigurationInvalid: unreadable, not TOML, or a setting is missing, unknown or of a wrong kind.
        ProfileUnknown: no such profile or suite.
    """
    try:
        return parse_config(path.read_text(encoding="utf-8"), path)
    except (OSError, ValueError) as error:
        raise ConfigurationInvalid(path=str(path), where="file", reason=str(error)) from None


def parse_config(written: str, path: Path) -> NodeConfig:
    """What ``node.toml`` at this path would say with this text. Raises as :func:`load_config`."""
    try:
        values = tomllib.loads(written)
    except (ValueError, RecursionError) as error:
        raise ConfigurationInvalid(path=str(path), where="file", reason=str(error)) from None
    root = _Table(values, path, "")
    host, port = _listen(root)
    signers = tuple(table.signer() for table in root.tables("signers"))
    chosen = profile(root.text("profile", "rfc3029"))
    chosen = chosen.with_suite(
        suite(root.text("suite", chosen.suite.value)), root.text("second_imprint", chosen.second_imprint)
    )
    needed = 2 if chosen.suite is Suite.BOTH else 1
    if len(signers) != needed:
        raise root.refuse("signers", f"suite {chosen.suite.value} needs {needed}, found {len(signers)}")
    limits = root.table("limits")
    default = Limits()
    return NodeConfig(
        path=path,
        member=root.text("member"),
        name=root.text("name"),
        host=host,
        port=port,
        profile=chosen,
        policy=root.text("policy", "basic"),
        data=root.path.parent / root.text("data", "data"),
        database=root.text("database") if "database" in root.values else None,
        anchors=root.files("anchors", needed=True),
        register=root.file("register"),
        register_anchors=root.files("register_anchors", needed=True),
        evidence=root.files("evidence"),
        signers=signers,
        tsa=_tsa(root.table("tsa")),
        authorities=tuple(_authority(table) for table in root.tables("authorities")),
        limits=Limits(
            request=int(limits.number("request", default.request)),
            response=int(limits.number("response", default.response)),
            peer_timeout=limits.number("peer_timeout", default.peer_timeout),
            request_timeout=limits.number("request_timeout", default.request_timeout),
        ),
    )


def _listen(root: _Table) -> tuple[str, int]:
    host, _, port = root.text("listen", "127.0.0.1:0").rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise root.refuse("listen", "address:port is needed")
    return host.strip("[]"), int(port)


def _tsa(table: _Table) -> TsaConfig:
    policy = table.text("policy", _TSA_POLICY)
    if ("url" in table.values) == ("key" in table.values):
        raise table.refuse("", "either url, or key and certificate, is needed")
    if "url" in table.values:
        return TsaConfig(table.text("url"), None, policy)
    return TsaConfig(None, table.key_config(), policy)


def _authority(table: _Table) -> AuthorityConfig:
    ocsp = None
    if "ocsp_key" in table.values:
        ocsp = table.key_config("ocsp_")
    name = table.text("name")
    if not name.replace("-", "").isalnum():
        raise table.refuse("name", "letters, digits and hyphens only")
    return AuthorityConfig(
        name=name,
        certificate=table.file("certificate"),
        crl=table.file("crl") if "crl" in table.values else None,
        ocsp=ocsp,
    )
