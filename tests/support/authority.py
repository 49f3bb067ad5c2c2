"""An authority in memory: keys of its own, three officers, a clock that is moved by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from trustspace.algorithms.model import SigningKey
from trustspace.algorithms.private import PrivateKey, generate
from trustspace.authority.acts import Certify, Ground, OwnService, Purpose, RegisterTtp, Renew, Requested
from trustspace.authority.ceremony import Ceremony, Custody, Lifetimes, Officer, Participant, Software
from trustspace.authority.founding import OwnKeys, certify
from trustspace.authority.issuance import officer_certificate
from trustspace.authority.journal import read_records
from trustspace.authority.office import Office
from trustspace.authority.signatures import Signer
from trustspace.authority.state import State
from trustspace.authority.values import IssuerName
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.certification_request import CertificationRequest
from trustspace.pki.issuing import distinguished_name

START = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
ADDRESS = "http://tsp.example/"
GROUND = Ground("EEC Council Decision 96/2018", "article 5", "as the member asked")


class Randomness:
    """Octets that differ every time, and are the same in every run."""

    def __init__(self, seed: str) -> None:
        self._seed, self._count = seed, count()

    def __call__(self, size: int) -> bytes:
        return hashlib.shake_256(f"{self._seed} {next(self._count)}".encode()).digest(size)


@dataclass
class World:
    """One authority with everybody that has to do with it."""

    kind: str = "p-256"
    quorum: int = 2
    now: datetime = START
    lines: bytearray = field(default_factory=bytearray)
    random: Callable[[int], bytes] = field(init=False)
    officers: list[Signer] = field(init=False)
    keys: OwnKeys = field(init=False)
    office: Office = field(init=False)

    def __post_init__(self) -> None:
        self.random = Randomness(self.kind)
        self.officers = [self.officer(name) for name in ("Anna", "Boris", "Vera")]
        self.keys = OwnKeys(*(self.key(self.kind) for _ in range(4)))
        certificates = certify(self.keys, "Commission", ADDRESS, begin=self.now, random=self.random)
        ceremony = Ceremony(
            quorum=self.quorum,
            officers=tuple(Officer(f"Officer {i}", o.certificate) for i, o in enumerate(self.officers)),
            participants=(Participant("Gleb", "witness"),),
            certificates=certificates,
            custody=tuple(Custody(name, "safe", str(key.module)) for name, key in self.keys.each),
            software=Software("trustspace", "0.1.0", "0" * 64),
            address=ADDRESS,
            lifetimes=Lifetimes(),
            place="Moscow",
            began=self.now,
            ended=self.now,
        )
        self.service = Signer(certificates.register, self.keys.register)
        self.office = Office.found(
            "Test space", ceremony, self.service, self.lines.extend, clock=self.clock, random=self.random
        )

    def clock(self) -> datetime:
        return self.now

    def key(self, kind: str = "p-256") -> PrivateKey:
        return generate(kind, random=self.random)

    def officer(self, name: str) -> Signer:
        key = self.key()
        return Signer(officer_certificate(name, key, begin=self.now, days=900, random=self.random(48)), key)

    def pass_time(self, **duration: float) -> datetime:
        self.now += timedelta(**(duration or {"minutes": 10}))
        return self.now

    @property
    def state(self) -> State:
        return self.office.state

    def replayed(self) -> State:
        return State.replay(read_records(bytes(self.lines)))

    def establish(self) -> World:
        for officer in self.officers[:2]:
            self.office.approve(self.state.ceremony_act, officer)
        self.pass_time()
        return self

    def decide(self, payload: object, *, officers: int = 2) -> str:
        """The first officer proposes, the next ones approve; ten minutes pass."""
        act = self.office.propose(payload, self.officers[0])  # type: ignore[arg-type]
        for officer in self.officers[1:officers]:
            self.office.approve(act.digest, officer)
        self.pass_time()
        return act.digest

    def request(self, key: SigningKey, member: str = "ru", name: str = "TTP") -> bytes:
        subject = distinguished_name([("C", member.upper()), ("O", f"TTP of {member}"), ("CN", name)])
        return CertificationRequest.build(subject, key, entropy=self.random(32)).raw

    def registration(self, key: SigningKey, member: str = "ru", tsa: SigningKey | None = None) -> RegisterTtp:
        requests = [Requested(Purpose.DVCS, self.request(key, member))]
        if tsa is not None:
            requests.append(Requested(Purpose.TIMESTAMPING, self.request(tsa, member, "TSA")))
        endpoints = {"dvcs": f"https://ttp.{member}.example/dvcs"}
        return RegisterTtp(member, f"TTP of {member}", "rfc3029", endpoints, tuple(requests), GROUND)

    def further(self, key: SigningKey, member: str = "ru") -> Certify:
        return Certify(member, (Requested(Purpose.DVCS, self.request(key, member)),), GROUND)

    def register(
        self, key: SigningKey, member: str = "ru", tsa: SigningKey | None = None
    ) -> list[Certificate]:
        """A member's TTP, registered and certified."""
        act = self.decide(self.registration(key, member, tsa))
        made = self.office.issue(act, self.keys.issuing, self.service)
        self.pass_time()
        return list(made)

    def renew(self, service: OwnService) -> SigningKey:
        """A new key for one of the authority's own signers; the old one is kept aside."""
        key = self.key(self.kind)
        act = self.decide(Renew(service, self.request(key), GROUND))
        (certificate,) = self.office.issue(act, self.keys.issuing, self.service)
        if service is OwnService.REGISTER:
            self.service = Signer(certificate, key)
        self.pass_time()
        return key

    def crls(self) -> list[object]:
        return [
            self.office.crl(IssuerName.ROOT, self.keys.root, self.service),
            self.office.crl(IssuerName.ISSUING, self.keys.issuing, self.service),
        ]
