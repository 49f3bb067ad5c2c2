"""A new node's folder: ``node.toml``, its keys, and the requests for their certificates.

Nothing that exists is ever overwritten, and ``node.toml`` comes last: while it is not there, nothing was set
up. A key that was made before something failed stays where it is, and can be attached.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from trustspace.algorithms.errors import AlgorithmNotSupported
from trustspace.algorithms.model import SigningKey
from trustspace.algorithms.private import key_kinds
from trustspace.encoding.certification_request import CertificationRequest
from trustspace.errors import InputError
from trustspace.keys.files import pem_block
from trustspace.keys.model import Random
from trustspace.keys.opening import open_key, open_provider
from trustspace.keys.secrets import Ask, SecretSource
from trustspace.keys.token.uri import is_token_uri, parse_token_uri
from trustspace.node.config import parse_config
from trustspace.node.template import node_toml
from trustspace.pki.issuing import distinguished_name
from trustspace.pki.purposes import DVCS, TIME_STAMPING


class SetUpRefused(InputError):
    """A node cannot be set up so.

    NODE_FILE_EXISTS (``path``), NODE_FILE_UNWRITABLE (``path``, ``reason``), NODE_KEY_REFERENCE (``key``).
    """

    code = "NODE_FILE_EXISTS"


class KeyPurpose(StrEnum):
    """What a node's key is for, by the extended key usage of its certificate (RFC 3029 §9, RFC 3161 §2.3)."""

    RECEIPTS = DVCS
    TIME_STAMPS = TIME_STAMPING


@dataclass(frozen=True, slots=True)
class KeyPlan:
    """A key of the new node. ``kind`` None: it exists; ``name`` is that of its request and certificate."""

    reference: str
    name: str
    purpose: KeyPurpose
    kind: str | None = None
    secret: str | None = None
    certified: str | None = None

    @property
    def request(self) -> str:
        return f"requests/{self.name}.csr"

    @property
    def certificate(self) -> str:
        return f"certificates/{self.name}.crt"


@dataclass(frozen=True, slots=True)
class NodePlan:
    """What the new node is to be; texts stand in ``node.toml`` as they are, paths relative to its folder."""

    member: str
    name: str
    keys: tuple[KeyPlan, ...]
    time_stamps: KeyPlan | str
    """A key of one's own, or another's address."""
    listen: str = "127.0.0.1:8402"
    profile: str = "rfc3029"
    suite: str | None = None
    second_imprint: str | None = None
    database: str | None = None
    anchors: tuple[str, ...] = ("anchors",)
    register: str = "space/register.p7m"
    register_anchors: tuple[str, ...] = ("space/ttp-ca.cer",)
    evidence: tuple[str, ...] = ("evidence",)
    subject: tuple[tuple[str, str], ...] = ()

    @property
    def own_keys(self) -> tuple[KeyPlan, ...]:
        """All keys that need a certificate."""
        return self.keys if isinstance(self.time_stamps, str) else (*self.keys, self.time_stamps)


@dataclass(frozen=True, slots=True)
class Requested:
    """A key with the request that was written for it."""

    plan: KeyPlan
    made: bool
    request: Path
    sha256: str
    """Of the request in DER: what is compared by telephone."""


@dataclass(frozen=True, slots=True)
class NewNode:
    """What was written."""

    config: Path
    requests: tuple[Requested, ...]


def set_up(path: Path, plan: NodePlan, language: str, *, random: Random, ask: Ask) -> NewNode:
    """Make the folder of a node whose ``node.toml`` is ``path``; comments in ``language`` (en, ru).

    ``ask`` asks a person for the password of a key whose secret source is ``prompt``.

    Raises:
        SetUpRefused: something is there already, or cannot be written.
        ConfigurationInvalid, ProfileUnknown: no node could be of this plan.
        KeyProviderError, AlgorithmNotSupported: a key cannot be made or had.
    """
    base = path.parent
    text = node_toml(plan, language)
    parse_config(text, path)
    for each in (path, *(base / key.request for key in plan.own_keys)):
        if each.exists() or each.is_symlink():
            raise SetUpRefused(path=str(each))
    for key in plan.own_keys:
        if key.kind is not None and key.kind not in key_kinds():
            raise AlgorithmNotSupported(name=key.kind)
    _folders(base, plan)
    requests = tuple(_request(base, key, plan, random, ask) for key in plan.own_keys)
    write_new_file(path, text.encode("utf-8"))
    return NewNode(path, requests)


def _folders(base: Path, plan: NodePlan) -> None:
    try:
        base.mkdir(parents=True, exist_ok=True)
        for default in ("anchors", "evidence", "space", "requests", "certificates"):
            (base / default).mkdir(exist_ok=True)
        for key in plan.own_keys:
            if key.kind is not None and not is_token_uri(key.reference):
                (base / key.reference).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SetUpRefused(
            "NODE_FILE_UNWRITABLE", path=error.filename or str(base), reason=error.strerror or str(error)
        ) from error


def _request(base: Path, plan: KeyPlan, node: NodePlan, random: Random, ask: Ask) -> Requested:
    secret = None if plan.secret is None else SecretSource(plan.secret, base, ask=ask)
    if plan.kind is None:
        key = open_key(plan.reference, secret, base=base, certified=plan.certified)
    else:
        key = _make(base, plan, plan.kind, secret, random)
    subject = distinguished_name(node.subject or default_subject(node, plan))
    request = CertificationRequest.build(subject, key, entropy=random(32))
    path = base / plan.request
    write_new_file(path, pem_block("CERTIFICATE REQUEST", request.raw))
    return Requested(plan, plan.kind is not None, path, hashlib.sha256(request.raw).hexdigest())


def default_subject(node: NodePlan, key: KeyPlan) -> tuple[tuple[str, str], ...]:
    """The member's country, and the TTP's name; its time-stamp authority is told apart from it."""
    name = node.name if key.purpose is KeyPurpose.RECEIPTS else f"{node.name}, TSA"
    country = (("C", node.member.upper()),) if len(node.member) == 2 else ()
    return (*country, ("CN", name))


def _make(base: Path, plan: KeyPlan, kind: str, secret: SecretSource | None, random: Random) -> SigningKey:
    if is_token_uri(plan.reference):
        uri = parse_token_uri(plan.reference)
        if not uri.object:
            raise SetUpRefused("NODE_KEY_REFERENCE", key=str(uri))
        if secret is None and uri.pin_source is not None:
            secret = SecretSource(uri.pin_source, base)  # a URI in writing has none
        token = open_provider(str(replace(uri, object=None, id=None, type=None)), secret, base=base)
        return token.generate(uri.object, kind, random=random)
    path = Path(plan.reference)
    if path.suffix != ".key":
        raise SetUpRefused("NODE_KEY_REFERENCE", key=plan.reference)
    return open_provider(str(path.parent), secret, base=base).generate(path.stem, kind, random=random)


def write_new_file(path: Path, data: bytes) -> None:
    """Write a file that is not there yet. Raises :class:`SetUpRefused`."""
    try:
        with path.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    except FileExistsError as error:
        raise SetUpRefused(path=str(path)) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise SetUpRefused("NODE_FILE_UNWRITABLE", path=str(path), reason=reason) from error
