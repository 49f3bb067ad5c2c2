"""The register of the trusted third party service: who vouches for whom, since when, and on what ground.

The Commission's CA of the TTP service keeps it (EEC Council Decision 96/2018, Collegium Decision 154/2018:
the CA registers TTPs, issues and revokes their certificates, and keeps dates and grounds). Here it is data
only; :mod:`trustspace.lists.register` reads and publishes its signed form.

The JSON form is canonical (sorted keys, no spaces, UTF-8, times in whole UTC seconds), so that equal
registers are equal bytes, and a register whose bytes are not canonical is refused rather than repaired.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from itertools import pairwise
from typing import Any, TypeVar

from trustspace.errors import InputError
from trustspace.trust.snapshot import canonical_json

_FORMAT = "trustspace-register/1"
_MEMBER = re.compile(r"[a-z]{2,8}\Z")
_MAX_BYTES = 16 * 1024 * 1024
_MAX_ENTRIES = 10_000

T = TypeVar("T")


class RegisterMalformed(InputError):
    """The register's JSON is not what it must be. Parameters: ``where``, ``reason``."""

    code = "REGISTER_MALFORMED"


class ServiceStatus(Enum):
    """What the CA of the TTP service says of a service from a moment on."""

    GRANTED = "granted"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class StatusPeriod:
    """A status that holds from ``since`` until the next period, with the ground on record."""

    status: ServiceStatus
    since: datetime
    ground: str


def _at(history: tuple[StatusPeriod, ...], moment: datetime) -> StatusPeriod | None:
    current = None
    for period in history:
        if period.since <= moment:
            current = period
    return current


def _check_history(history: tuple[StatusPeriod, ...], where: str) -> None:
    if not history:
        raise RegisterMalformed(where=where, reason="no status")
    for earlier, later in pairwise(history):
        if later.since <= earlier.since:
            raise RegisterMalformed(where=where, reason="history out of order")


def _check_member(member: str, where: str) -> None:
    if not _MEMBER.match(member):
        raise RegisterMalformed(where=where, reason="member is not a lower-case code")


@dataclass(frozen=True, slots=True)
class TtpEntry:
    """One member's trusted third party.

    ``certificates`` sign its receipts and ``timestamping`` the time-stamps on them (DER; the register is
    their anchor). ``endpoints`` are addresses by protocol (``dvcs``, ``tsp``, ``ocsp``); ``profile`` names
    the DVCS profile it speaks.
    """

    member: str
    name: str
    certificates: tuple[bytes, ...]
    endpoints: Mapping[str, str]
    profile: str
    history: tuple[StatusPeriod, ...]
    timestamping: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        _check_member(self.member, f"ttp {self.member}")
        _check_history(self.history, f"ttp {self.member}")
        if not self.certificates:
            raise RegisterMalformed(where=f"ttp {self.member}", reason="no certificate")

    def status_at(self, moment: datetime) -> StatusPeriod | None:
        """The period that ``moment`` falls in; None before the first one."""
        return _at(self.history, moment)

    def granted_at(self, moment: datetime) -> bool:
        period = self.status_at(moment)
        return period is not None and period.status is ServiceStatus.GRANTED


@dataclass(frozen=True, slots=True)
class AuthorityEntry:
    """A certification authority of a member that has no TTP: its certificate is registered directly."""

    member: str
    name: str
    certificate: bytes
    history: tuple[StatusPeriod, ...]

    def __post_init__(self) -> None:
        _check_member(self.member, f"authority {self.member}")
        _check_history(self.history, f"authority {self.member}")

    def status_at(self, moment: datetime) -> StatusPeriod | None:
        """The period that ``moment`` falls in; None before the first one."""
        return _at(self.history, moment)

    def granted_at(self, moment: datetime) -> bool:
        period = self.status_at(moment)
        return period is not None and period.status is ServiceStatus.GRANTED


@dataclass(frozen=True, slots=True)
class Register:
    """The whole register at one ``sequence`` number; good from ``issued`` until ``next_update``."""

    space: str
    sequence: int
    issued: datetime
    next_update: datetime
    ttps: tuple[TtpEntry, ...] = ()
    authorities: tuple[AuthorityEntry, ...] = ()
    _by_certificate: dict[str, TtpEntry] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.sequence < 1:
            raise RegisterMalformed(where="sequence", reason="not positive")
        if self.next_update <= self.issued:
            raise RegisterMalformed(where="next_update", reason="not after issued")
        index: dict[str, TtpEntry] = {}
        members: set[str] = set()
        for entry in self.ttps:
            if entry.member in members:
                # One member has one TTP (Decision 96): two would make "whom to ask" ambiguous.
                raise RegisterMalformed(where=f"ttp {entry.member}", reason="listed twice")
            members.add(entry.member)
            for certificate in entry.certificates:
                digest = hashlib.sha256(certificate).hexdigest()
                if digest in index:
                    raise RegisterMalformed(where=f"ttp {entry.member}", reason="certificate listed twice")
                index[digest] = entry
        object.__setattr__(self, "_by_certificate", index)

    def ttp_of_member(self, member: str) -> TtpEntry | None:
        return next((entry for entry in self.ttps if entry.member == member), None)

    def ttp_of_certificate(self, sha256: str) -> TtpEntry | None:
        """The TTP that signs with the certificate of this SHA-256 (hexadecimal)."""
        return self._by_certificate.get(sha256)

    def authorities_of(self, member: str) -> tuple[AuthorityEntry, ...]:
        return tuple(entry for entry in self.authorities if entry.member == member)

    def is_current(self, moment: datetime) -> bool:
        return self.issued <= moment <= self.next_update

    @property
    def members(self) -> tuple[str, ...]:
        """Every member that the register knows, with or without a TTP."""
        return tuple(sorted({e.member for e in self.ttps} | {e.member for e in self.authorities}))

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.to_json()).hexdigest()

    def to_json(self) -> bytes:
        """The canonical bytes, which the register's signer signs."""
        return canonical_json(
            {
                "format": _FORMAT,
                "space": self.space,
                "sequence": self.sequence,
                "issued": _time_text(self.issued),
                "next_update": _time_text(self.next_update),
                "ttps": [_ttp_json(entry) for entry in self.ttps],
                "authorities": [
                    {
                        "member": entry.member,
                        "name": entry.name,
                        "certificate": _b64(entry.certificate),
                        "history": _history_json(entry.history),
                    }
                    for entry in self.authorities
                ],
            }
        )

    @classmethod
    def from_json(cls, data: bytes) -> Register:
        """Read canonical bytes.

        Raises:
            RegisterMalformed: not JSON, not this format, not canonical, or contradictory.
        """
        if len(data) > _MAX_BYTES:
            raise RegisterMalformed(where="register", reason="too large")
        try:
            value = json.loads(data.decode("utf-8"))
        except (ValueError, RecursionError):
            raise RegisterMalformed(where="register", reason="not JSON") from None
        root = _Reader(value, "register")
        if root.text("format") != _FORMAT:
            raise RegisterMalformed(where="format", reason="unknown")
        register = cls(
            space=root.text("space"),
            sequence=root.integer("sequence"),
            issued=root.time("issued"),
            next_update=root.time("next_update"),
            ttps=root.each("ttps", _ttp_from),
            authorities=root.each("authorities", _authority_from),
        )
        if register.to_json() != data:
            raise RegisterMalformed(where="register", reason="not canonical")
        return register


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _time_text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _history_json(history: tuple[StatusPeriod, ...]) -> list[dict[str, str]]:
    return [{"status": p.status.value, "since": _time_text(p.since), "ground": p.ground} for p in history]


def _ttp_json(entry: TtpEntry) -> dict[str, object]:
    return {
        "member": entry.member,
        "name": entry.name,
        "certificates": [_b64(c) for c in entry.certificates],
        "timestamping": [_b64(c) for c in entry.timestamping],
        "endpoints": dict(entry.endpoints),
        "profile": entry.profile,
        "history": _history_json(entry.history),
    }


class _Reader:
    """Takes typed values out of decoded JSON, or says where they are not."""

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, dict):
            raise RegisterMalformed(where=where, reason="not an object")
        self._value: dict[str, Any] = value
        self._where = where

    def _get(self, name: str, kind: type[T]) -> T:
        value = self._value.get(name)
        if not isinstance(value, kind) or isinstance(value, bool):
            raise RegisterMalformed(where=f"{self._where}.{name}", reason=f"not {kind.__name__}")
        return value

    def text(self, name: str) -> str:
        value = self._get(name, str)
        if not _is_plain(value):
            raise RegisterMalformed(where=f"{self._where}.{name}", reason="not plain text")
        return value

    def integer(self, name: str) -> int:
        return self._get(name, int)

    def time(self, name: str) -> datetime:
        try:
            return datetime.strptime(self.text(name), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        except ValueError:
            raise RegisterMalformed(where=f"{self._where}.{name}", reason="not a UTC time") from None

    def certificate(self, name: str) -> bytes:
        return _decode(self._get(name, str), f"{self._where}.{name}")

    def certificates(self, name: str) -> tuple[bytes, ...]:
        items = self._get(name, list)
        if len(items) > _MAX_ENTRIES or not all(isinstance(item, str) for item in items):
            raise RegisterMalformed(where=f"{self._where}.{name}", reason="not a list of certificates")
        return tuple(_decode(item, f"{self._where}.{name}") for item in items)

    def texts(self, name: str) -> dict[str, str]:
        items = self._get(name, dict)
        if len(items) > 64 or not all(_is_plain(text) for pair in items.items() for text in pair):
            raise RegisterMalformed(where=f"{self._where}.{name}", reason="not addresses")
        return dict(items)

    def each(self, name: str, make: Callable[[_Reader], T]) -> tuple[T, ...]:
        items = self._get(name, list)
        if len(items) > _MAX_ENTRIES:
            raise RegisterMalformed(where=f"{self._where}.{name}", reason="too many")
        return tuple(make(_Reader(v, f"{self._where}.{name}[{i}]")) for i, v in enumerate(items))

    def history(self) -> tuple[StatusPeriod, ...]:
        return self.each("history", _period_from)

    def refuse(self, name: str, reason: str) -> RegisterMalformed:
        return RegisterMalformed(where=f"{self._where}.{name}", reason=reason)


def _is_plain(value: object) -> bool:
    """A text of bearable length that can be shown, and written as UTF-8 (a lone surrogate cannot)."""
    return isinstance(value, str) and len(value) <= 4096 and value.isprintable()


def _decode(text: str, where: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise RegisterMalformed(where=where, reason="not base64") from None
    if not data:
        raise RegisterMalformed(where=where, reason="empty")
    return data


def _period_from(reader: _Reader) -> StatusPeriod:
    try:
        status = ServiceStatus(reader.text("status"))
    except ValueError:
        raise reader.refuse("status", "unknown status") from None
    return StatusPeriod(status, reader.time("since"), reader.text("ground"))


def _ttp_from(reader: _Reader) -> TtpEntry:
    return TtpEntry(
        member=reader.text("member"),
        name=reader.text("name"),
        certificates=reader.certificates("certificates"),
        timestamping=reader.certificates("timestamping"),
        endpoints=reader.texts("endpoints"),
        profile=reader.text("profile"),
        history=reader.history(),
    )


def _authority_from(reader: _Reader) -> AuthorityEntry:
    return AuthorityEntry(
        member=reader.text("member"),
        name=reader.text("name"),
        certificate=reader.certificate("certificate"),
        history=reader.history(),
    )
