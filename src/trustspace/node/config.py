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
    key = "keys/ttp.key"
    certificate = "keys/ttp.crt"
    chain = ["keys/ttp-ca.crt"]

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
from pathlib import Path
from typing import Any

from trustspace.errors import InputError
from trustspace.receipts.profiles import Profile, Suite, profile, suite


class ConfigurationInvalid(InputError):
    """``node.toml`` cannot be used. Parameters: ``path``, ``where``, ``reason``."""

    code = "NODE_CONFIGURATION_INVALID"


@dataclass(frozen=True, slots=True)
class KeyFiles:
    """A private key with its certificate and the certificates above it."""

    key: Path
    certificate: Path
    chain: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class TsaConfig:
    """Where time-stamps come from: exactly one of ``url`` and ``own``."""

    url: str | None
    own: KeyFiles | None
    policy: str


@dataclass(frozen=True, slots=True)
class AuthorityConfig:
    """A CA whose revocation status this process serves."""

    name: str
    certificate: Path
    crl: Path | None
    ocsp: KeyFiles | None


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
    signers: tuple[KeyFiles, ...]
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
    "signers": {"key", "certificate", "chain"},
    "tsa": {"url", "key", "certificate", "chain", "policy"},
    "limits": {"request", "response", "peer_timeout", "request_timeout"},
    "authorities": {"name", "certificate", "crl", "ocsp_key", "ocsp_certificate"},
}


class _Table:
    """Typed values out of one TOML table, or an error that says where."""

    def __init__(self, values: Any, path: Path, where: str) -> None:
        self.path, self.where = path, where
        if not isinstance(values, dict):
            raise self.refuse("", "not a table")
        self.values: dict[str, Any] = values
        for key in values:
            if key not in _KNOWN[where.partition("[")[0]]:
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
        return [_Table(item, self.path, f"{key}[{i}]") for i, item in enumerate(value)]

    def table(self, key: str) -> _Table:
        return _Table(self.values.get(key, {}), self.path, key)

    def key_files(self) -> KeyFiles:
        return KeyFiles(self.file("key"), self.file("certificate"), self.files("chain"))


def load_config(path: Path) -> NodeConfig:
    """Read ``node.toml``.

    Raises:
        ConfigurationInvalid: unreadable, not TOML, or a setting is missing, unknown or of a wrong kind.
        ProfileUnknown: no such profile or suite.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigurationInvalid(path=str(path), where="file", reason=str(error)) from None
    root = _Table(values, path, "")
    host, port = _listen(root)
    signers = tuple(table.key_files() for table in root.tables("signers"))
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
    return TsaConfig(None, table.key_files(), policy)


def _authority(table: _Table) -> AuthorityConfig:
    ocsp = None
    if "ocsp_key" in table.values:
        ocsp = KeyFiles(table.file("ocsp_key"), table.file("ocsp_certificate"))
    name = table.text("name")
    if not name.replace("-", "").isalnum():
        raise table.refuse("name", "letters, digits and hyphens only")
    return AuthorityConfig(
        name=name,
        certificate=table.file("certificate"),
        crl=table.file("crl") if "crl" in table.values else None,
        ocsp=ocsp,
    )
