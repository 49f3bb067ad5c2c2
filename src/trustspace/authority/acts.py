"""The acts of the authority: what officers decide, as canonical JSON whose octets they sign.

Every act names the space, an identifier of its own, when it was proposed and, in ``after``, the digest of the
journal's last record: so the signature binds the act to its place, and to everything that was decided before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from trustspace.authority.errors import ActMalformed
from trustspace.authority.reading import Reader, b64, time_text
from trustspace.encoding.certificate import Certificate
from trustspace.trust.snapshot import canonical_json

FORMAT = "trustspace-act/1"


class ActKind(StrEnum):
    """What can be decided."""

    CEREMONY = "ceremony"
    """The beginning: keys, certificates, officers, rules. The first record, and only there."""
    REGISTER_TTP = "register-ttp"
    CERTIFY = "certify"
    """Further certificates for a registered TTP."""
    REGISTER_AUTHORITY = "register-authority"
    """The CA of a member that has no TTP."""
    SUSPEND = "suspend"
    RESUME = "resume"
    REVOKE = "revoke"
    OFFICER_ADD = "officer-add"
    OFFICER_REMOVE = "officer-remove"
    QUORUM = "quorum"
    RENEW = "renew"
    """A new key for the register's signer or the OCSP responder."""


class Purpose(StrEnum):
    """What a certificate of a TTP is for."""

    DVCS = "dvcs"
    """Signs receipts (RFC 3029 §9: id-kp-dvcs, critical)."""
    TIMESTAMPING = "timestamping"
    """Signs the time-stamps on them (RFC 3161 §2.3)."""


class TargetKind(StrEnum):
    """What is suspended, resumed or revoked."""

    TTP = "ttp"
    """A member's TTP with all its certificates, by the member's code."""
    CERTIFICATE = "certificate"
    """One certificate that the authority issued, by its SHA-256."""
    AUTHORITY = "authority"
    """A registered CA of a member, by its certificate's SHA-256."""


class Reason(StrEnum):
    """Why a certificate is revoked (RFC 5280 §5.3.1); certificateHold is what ``suspend`` is for."""

    UNSPECIFIED = "unspecified"
    KEY_COMPROMISE = "keyCompromise"
    CA_COMPROMISE = "cACompromise"
    AFFILIATION_CHANGED = "affiliationChanged"
    SUPERSEDED = "superseded"
    CESSATION_OF_OPERATION = "cessationOfOperation"
    PRIVILEGE_WITHDRAWN = "privilegeWithdrawn"

    @property
    def number(self) -> int | None:
        """CRLReason; unspecified is left out (RFC 5280 §5.3.1)."""
        return _REASON_NUMBERS[self]


_REASON_NUMBERS = {
    Reason.UNSPECIFIED: None,
    Reason.KEY_COMPROMISE: 1,
    Reason.CA_COMPROMISE: 2,
    Reason.AFFILIATION_CHANGED: 3,
    Reason.SUPERSEDED: 4,
    Reason.CESSATION_OF_OPERATION: 5,
    Reason.PRIVILEGE_WITHDRAWN: 9,
}


@dataclass(frozen=True, slots=True)
class Ground:
    """On what ground: the legal act, its article, and what happened."""

    act: str
    article: str
    text: str

    def __str__(self) -> str:
        return f"{self.act}, {self.article}: {self.text}"

    def to_json(self) -> dict[str, object]:
        """As it stands in an act."""
        return {"act": self.act, "article": self.article, "text": self.text}

    @classmethod
    def read(cls, reader: Reader) -> Ground:
        """From an act. Raises ``ActMalformed``."""
        made = cls(reader.text("act"), reader.text("article"), reader.text("text"))
        reader.finish()
        return made


@dataclass(frozen=True, slots=True)
class Requested:
    """One certificate that is asked for: its purpose and the PKCS #10 request (DER)."""

    purpose: Purpose
    request: bytes

    def to_json(self) -> dict[str, object]:
        """As it stands in an act."""
        return {"purpose": self.purpose.value, "request": b64(self.request)}

    @classmethod
    def read(cls, reader: Reader) -> Requested:
        """From an act. Raises ``ActMalformed``."""
        made = cls(reader.choice("purpose", Purpose), reader.octets("request"))
        reader.finish()
        return made


class Payload(Protocol):
    """What an act of some kind decides."""

    def kind(self) -> ActKind: ...

    def to_json(self) -> dict[str, object]: ...


@dataclass(frozen=True, slots=True)
class RegisterTtp:
    """A member's TTP is admitted; its certificates follow (``issue``)."""

    member: str
    name: str
    profile: str
    endpoints: Mapping[str, str]
    requests: tuple[Requested, ...]
    ground: Ground

    def kind(self) -> ActKind:
        return ActKind.REGISTER_TTP

    def to_json(self) -> dict[str, object]:
        return {
            "member": self.member,
            "name": self.name,
            "profile": self.profile,
            "endpoints": dict(self.endpoints),
            "requests": [each.to_json() for each in self.requests],
            "ground": self.ground.to_json(),
        }

    @classmethod
    def read(cls, reader: Reader) -> RegisterTtp:
        return cls(
            member=reader.text("member"),
            name=reader.text("name"),
            profile=reader.text("profile"),
            endpoints=reader.texts("endpoints"),
            requests=reader.each("requests", Requested.read),
            ground=Ground.read(reader.inner("ground")),
        )


@dataclass(frozen=True, slots=True)
class Certify:
    """A registered TTP gets further certificates (a new key, another suite)."""

    member: str
    requests: tuple[Requested, ...]
    ground: Ground

    def kind(self) -> ActKind:
        return ActKind.CERTIFY

    def to_json(self) -> dict[str, object]:
        return {
            "member": self.member,
            "requests": [each.to_json() for each in self.requests],
            "ground": self.ground.to_json(),
        }

    @classmethod
    def read(cls, reader: Reader) -> Certify:
        return cls(
            member=reader.text("member"),
            requests=reader.each("requests", Requested.read),
            ground=Ground.read(reader.inner("ground")),
        )


@dataclass(frozen=True, slots=True)
class RegisterAuthority:
    """The CA of a member without a TTP is admitted."""

    member: str
    name: str
    certificate: Certificate
    ground: Ground

    def kind(self) -> ActKind:
        return ActKind.REGISTER_AUTHORITY

    def to_json(self) -> dict[str, object]:
        return {
            "member": self.member,
            "name": self.name,
            "certificate": b64(self.certificate.raw),
            "ground": self.ground.to_json(),
        }

    @classmethod
    def read(cls, reader: Reader) -> RegisterAuthority:
        return cls(
            member=reader.text("member"),
            name=reader.text("name"),
            certificate=reader.certificate("certificate"),
            ground=Ground.read(reader.inner("ground")),
        )


@dataclass(frozen=True, slots=True)
class Target:
    """What an act concerns: see :class:`TargetKind`."""

    kind: TargetKind
    name: str

    def __str__(self) -> str:
        return f"{self.kind.value} {self.name}"

    def to_json(self) -> dict[str, object]:
        return {"kind": self.kind.value, "name": self.name}

    @classmethod
    def read(cls, reader: Reader) -> Target:
        made = cls(reader.choice("kind", TargetKind), reader.text("name"))
        reader.finish()
        return made


@dataclass(frozen=True, slots=True)
class Suspend:
    """The target is suspended (certificateHold); ``announced``: when its holder or member gave notice."""

    target: Target
    ground: Ground
    announced: datetime

    def kind(self) -> ActKind:
        return ActKind.SUSPEND

    def to_json(self) -> dict[str, object]:
        return {
            "target": self.target.to_json(),
            "ground": self.ground.to_json(),
            "announced": time_text(self.announced),
        }

    @classmethod
    def read(cls, reader: Reader) -> Suspend:
        return cls(
            Target.read(reader.inner("target")), Ground.read(reader.inner("ground")), reader.time("announced")
        )


@dataclass(frozen=True, slots=True)
class Resume:
    """The suspension of the target ends."""

    target: Target
    ground: Ground

    def kind(self) -> ActKind:
        return ActKind.RESUME

    def to_json(self) -> dict[str, object]:
        return {"target": self.target.to_json(), "ground": self.ground.to_json()}

    @classmethod
    def read(cls, reader: Reader) -> Resume:
        return cls(Target.read(reader.inner("target")), Ground.read(reader.inner("ground")))


@dataclass(frozen=True, slots=True)
class Revoke:
    """The target is revoked for good.

    ``announced``: when notice was given; ``invalid_since``: since when the key must be taken for lost
    (invalidityDate, RFC 5280 §5.3.2), where that is known.
    """

    target: Target
    reason: Reason
    ground: Ground
    announced: datetime
    invalid_since: datetime | None = None

    def kind(self) -> ActKind:
        return ActKind.REVOKE

    def to_json(self) -> dict[str, object]:
        since = {} if self.invalid_since is None else {"invalid_since": time_text(self.invalid_since)}
        return {
            "target": self.target.to_json(),
            "reason": self.reason.value,
            "ground": self.ground.to_json(),
            "announced": time_text(self.announced),
            **since,
        }

    @classmethod
    def read(cls, reader: Reader) -> Revoke:
        return cls(
            target=Target.read(reader.inner("target")),
            reason=reader.choice("reason", Reason),
            ground=Ground.read(reader.inner("ground")),
            announced=reader.time("announced"),
            invalid_since=reader.optional("invalid_since", reader.time),
        )


@dataclass(frozen=True, slots=True)
class OfficerAdd:
    """One more officer."""

    name: str
    certificate: Certificate
    ground: Ground

    def kind(self) -> ActKind:
        return ActKind.OFFICER_ADD

    def to_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "certificate": b64(self.certificate.raw),
            "ground": self.ground.to_json(),
        }

    @classmethod
    def read(cls, reader: Reader) -> OfficerAdd:
        return cls(
            reader.text("name"), reader.certificate("certificate"), Ground.read(reader.inner("ground"))
        )


@dataclass(frozen=True, slots=True)
class OfficerRemove:
    """An officer less, by the SHA-256 of the certificate."""

    certificate: str
    ground: Ground

    def kind(self) -> ActKind:
        return ActKind.OFFICER_REMOVE

    def to_json(self) -> dict[str, object]:
        return {"certificate": self.certificate, "ground": self.ground.to_json()}

    @classmethod
    def read(cls, reader: Reader) -> OfficerRemove:
        return cls(reader.digest("certificate"), Ground.read(reader.inner("ground")))


@dataclass(frozen=True, slots=True)
class SetQuorum:
    """How many officers an act needs from now on."""

    quorum: int
    ground: Ground

    def kind(self) -> ActKind:
        return ActKind.QUORUM

    def to_json(self) -> dict[str, object]:
        return {"quorum": self.quorum, "ground": self.ground.to_json()}

    @classmethod
    def read(cls, reader: Reader) -> SetQuorum:
        return cls(reader.integer("quorum"), Ground.read(reader.inner("ground")))


class OwnService(StrEnum):
    """Which of the authority's own signers gets a new key."""

    REGISTER = "register"
    OCSP = "ocsp"


@dataclass(frozen=True, slots=True)
class Renew:
    """One of the authority's own signers gets a new key; the certificate follows (``issue``)."""

    service: OwnService
    request: bytes
    ground: Ground

    def kind(self) -> ActKind:
        return ActKind.RENEW

    def to_json(self) -> dict[str, object]:
        return {
            "service": self.service.value,
            "request": b64(self.request),
            "ground": self.ground.to_json(),
        }

    @classmethod
    def read(cls, reader: Reader) -> Renew:
        return cls(
            reader.choice("service", OwnService),
            reader.octets("request"),
            Ground.read(reader.inner("ground")),
        )


_READERS: dict[ActKind, Callable[[Reader], Payload]] = {
    ActKind.REGISTER_TTP: RegisterTtp.read,
    ActKind.CERTIFY: Certify.read,
    ActKind.REGISTER_AUTHORITY: RegisterAuthority.read,
    ActKind.SUSPEND: Suspend.read,
    ActKind.RESUME: Resume.read,
    ActKind.REVOKE: Revoke.read,
    ActKind.OFFICER_ADD: OfficerAdd.read,
    ActKind.OFFICER_REMOVE: OfficerRemove.read,
    ActKind.QUORUM: SetQuorum.read,
    ActKind.RENEW: Renew.read,
}


def payload_readers() -> Mapping[ActKind, Callable[[Reader], Payload]]:
    """How the payload of each kind is read; the ceremony's comes from its own module."""
    from trustspace.authority.ceremony import Ceremony  # noqa: PLC0415 - it builds on this module

    return {**_READERS, ActKind.CEREMONY: Ceremony.read}


@dataclass(frozen=True, slots=True)
class Act:
    """One act; :attr:`octets` are what officers sign."""

    LARGEST: ClassVar[int] = 1 << 20

    space: str
    identifier: str
    """32 hexadecimal digits, random: no two acts are the same octets."""
    after: str
    proposed: datetime
    payload: Payload

    @property
    def kind(self) -> ActKind:
        """What it decides."""
        return self.payload.kind()

    def to_json(self) -> dict[str, object]:
        """As it stands in a proposal."""
        return {
            "format": FORMAT,
            "space": self.space,
            "id": self.identifier,
            "after": self.after,
            "proposed": time_text(self.proposed),
            "kind": self.kind.value,
            **self.payload.to_json(),
        }

    @property
    def octets(self) -> bytes:
        """Canonical JSON."""
        return canonical_json(self.to_json())

    @property
    def digest(self) -> str:
        """SHA-256 of the octets: the act's name."""
        return hashlib.sha256(self.octets).hexdigest()

    @classmethod
    def read(cls, value: Mapping[str, Any]) -> Act:
        """From decoded JSON; what is not exactly what :meth:`to_json` writes is refused. ``ActMalformed``."""
        reader = Reader(value, "act")
        if reader.text("format") != FORMAT:
            raise ActMalformed(where="act.format", reason="unknown")
        made = cls(
            space=reader.text("space"),
            identifier=reader.text("id"),
            after=reader.digest("after"),
            proposed=reader.time("proposed"),
            payload=payload_readers()[reader.choice("kind", ActKind)](reader),
        )
        reader.finish()
        if made.octets != canonical_json(value):
            raise ActMalformed(where="act", reason="not canonical")
        return made


def check_writable(act: Act) -> Act:
    """The act as it will be read again: nothing goes into a journal that could not come out of it.

    Raises ``ActMalformed``.
    """
    read = Act.read(act.to_json())
    if len(read.octets) > Act.LARGEST:
        raise ActMalformed(where="act", reason="too large")
    return read
