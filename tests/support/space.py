"""A trust space for tests: the Commission's CA of the TTP service, its register, and members with TTPs.

::

    space = Space()
    ru = space.member("ru", "gost2012-256-a", suite=Suite.NATIONAL)
    by = space.member("by", "bign-256v1", suite=Suite.NATIONAL)
    receipt = ru.receipt(ru.pki.sign(b"text", ru.signer))
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from support.pki import NOW, Entity, Pki, entropy
from trustspace.documents.content import Content
from trustspace.documents.open import open_document
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.dvcs import ServiceType
from trustspace.encoding.general_name import GeneralName
from trustspace.lists.register import publish_register
from trustspace.pki.edges import EdgeCache
from trustspace.pki.issuing.signed_data import CmsSigner
from trustspace.pki.pool import CertificatePool
from trustspace.pki.revocation import EvidencePool
from trustspace.receipts.details import Opinion, Verdict
from trustspace.receipts.issue import Issuing, Judgement, Row, issue, sha256_of
from trustspace.receipts.outcome import Outcome
from trustspace.receipts.profiles import Profile, Suite, profile
from trustspace.receipts.request import Request, build_request, parse_request
from trustspace.receipts.revocation import revocation_source
from trustspace.trust.register import (
    AuthorityEntry,
    Register,
    ServiceStatus,
    StatusPeriod,
    TtpEntry,
)
from trustspace.trust.snapshot import ServiceKind, Snapshot, TrustAnchor
from trustspace.validation.times import Times

ID_KP_DVCS = "1.3.6.1.5.5.7.3.10"
ID_KP_TSL_SIGNING = "0.4.0.2231.3.0"
SECOND = {"gost2012-256-a": "Streebog-256", "bign-256v1": "belt-hash"}


class Space:
    """The Commission and what it registers."""

    def __init__(self, kind: str = "p-256", now: datetime = NOW) -> None:
        self.now = now
        self.pki = Pki(kind, now=now, label="commission")
        self.root = self.pki.root("CA of the TTP service")
        self.register_signer = self.pki.signer(
            "Register", self.root, extended_key_usage=(ID_KP_TSL_SIGNING,), extended_key_usage_critical=True
        )
        self.members: dict[str, Member] = {}
        self.authorities: list[AuthorityEntry] = []
        self.sequence = 1

    def member(self, code: str, kind: str = "p-256", **options: Any) -> Member:
        """A member with its PKI and a TTP."""
        self.members[code] = Member(self, code, kind, **options)
        return self.members[code]

    def granted(self) -> tuple[StatusPeriod, ...]:
        return (StatusPeriod(ServiceStatus.GRANTED, self.now - timedelta(days=300), "registered"),)

    def register_authority(self, code: str, authority: Entity) -> None:
        """A CA of a member without a TTP."""
        entry = AuthorityEntry(code, authority.label, authority.certificate.raw, self.granted())
        self.authorities.append(entry)

    @property
    def register(self) -> Register:
        return Register(
            space="TEST",
            sequence=self.sequence,
            issued=self.now - timedelta(days=1),
            next_update=self.now + timedelta(days=30),
            ttps=tuple(member.entry for member in self.members.values() if member.registered),
            authorities=tuple(self.authorities),
        )

    def signed_register(self, register: Register | None = None, signer: Entity | None = None) -> bytes:
        return publish_register(
            register or self.register,
            (signer or self.register_signer).cms_signer,
            signing_time=self.now - timedelta(hours=12),
            entropy=entropy("register"),
        )

    def snapshot(self, register: Register | None = None) -> Snapshot:
        """What a verifier needs: the CA of the TTP service and the register."""
        anchor = TrustAnchor(self.root.certificate, None, ServiceKind.TTP_CA)
        return Snapshot((anchor,), register or self.register)

    def evidence(self) -> EvidencePool:
        """The Commission's current CRL."""
        return EvidencePool([self.root.crl()])

    @property
    def times(self) -> Times:
        return Times.at(self.now + timedelta(minutes=1))


@dataclass(eq=False)
class Member:
    """One member: its national PKI, and its TTP, which the Commission certified."""

    space: Space
    code: str
    kind: str
    suite: Suite = Suite.NATIONAL
    dialect: str = "rfc3029"
    registered: bool = True
    url: str = "http://127.0.0.1:1/dvcs"
    history: tuple[StatusPeriod, ...] | None = None
    ttp_changes: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        space = self.space
        self.pki = Pki(self.kind, now=space.now, label=self.code)
        country = self.code.upper()
        self.root = self.pki.root(f"Root {self.code}", subject=[("C", country), ("CN", f"Root {country}")])
        self.ca = self.pki.authority(
            f"CA {self.code}", self.root, subject=[("C", country), ("CN", f"CA {country}")]
        )
        self.signer = self.person("Signer")
        changes = {"extended_key_usage": (ID_KP_DVCS,), "extended_key_usage_critical": True}
        self.ttps = tuple(
            space.pki.signer(
                f"TTP {self.code} {kind}", space.root, kind=kind, **{**changes, **self.ttp_changes}
            )
            for kind in self._ttp_kinds()
        )
        self.tsa = space.pki.tsa(f"TSA {self.code}", space.root, kind="p-256")
        self.serial = 0

    def _ttp_kinds(self) -> Sequence[str]:
        return {
            Suite.NATIONAL: (self.kind,),
            Suite.COMMON: ("p-256",),
            Suite.BOTH: (self.kind, "p-256"),
        }[self.suite]

    def person(self, name: str, **changes: Any) -> Entity:
        subject = [("C", self.code.upper()), ("O", "Test"), ("CN", f"{name} {self.code}")]
        return self.pki.signer(f"{name} {self.code}", self.ca, subject=subject, **changes)

    @property
    def entry(self) -> TtpEntry:
        return TtpEntry(
            member=self.code,
            name=f"TTP of {self.code}",
            certificates=tuple(ttp.certificate.raw for ttp in self.ttps),
            timestamping=(self.tsa.certificate.raw,),
            endpoints={"dvcs": self.url},
            profile=self.dialect,
            history=self.history or self.space.granted(),
        )

    @property
    def profile(self) -> Profile:
        return profile(self.dialect).with_suite(self.suite, SECOND.get(self.kind, "SHA3-256"))

    @property
    def signers(self) -> tuple[CmsSigner, ...]:
        return tuple(ttp.cms_signer for ttp in self.ttps)

    def evidence(self) -> EvidencePool:
        """The CRLs of this member's national CAs."""
        return EvidencePool([self.root.crl(), self.ca.crl()])

    def anchors(self) -> tuple[TrustAnchor, ...]:
        return (TrustAnchor(self.root.certificate, self.code, ServiceKind.CA),)

    def issuing(self, **changes: Any) -> Issuing:
        """How this TTP issues; each call is the next serial."""
        self.serial += 1
        pool = CertificatePool([self.space.root.certificate])
        arguments: dict[str, Any] = {
            "member": self.code,
            "profile": self.profile,
            "signers": self.signers,
            "stamper": self.tsa.stamp,
            "revocation": revocation_source(pool, self.space.evidence(), EdgeCache()),
            "serial": self.serial,
            "time": self.space.now,
            "nonce": entropy(f"nonce/{self.code}/{self.serial}")[:16],
            "entropy": entropy(f"receipt/{self.code}/{self.serial}"),
        }
        return Issuing(**{**arguments, **changes})

    def judgement(
        self,
        document: bytes,
        outcome: Outcome = Outcome.VALID,
        *,
        ground: str = "OPINION_OWN",
        embedded: Iterable[tuple[str, Outcome, bytes]] = (),
        certificate: Certificate | None = None,
        **changes: Any,
    ) -> Judgement:
        """A finding, made up: the receipts' own tests do not judge documents."""
        receipts = tuple(embedded)
        rows = tuple(
            Row(
                Verdict(s.id, outcome, ground, "TOTAL-PASSED", None, self.space.now, ()),
                certificate or self.signer.certificate,
                (self.ca.certificate,),
            )
            for s in open_document(document).signatures
        )
        arguments: dict[str, Any] = {
            "outcome": outcome,
            "ground": ground,
            "rows": rows,
            "opinions": tuple(Opinion(member, said, sha256_of(raw)) for member, said, raw in receipts),
            "embedded": tuple(raw for _, _, raw in receipts),
            "snapshot": bytes(32),
            "evidence": bytes(32),
            "policy_name": "basic",
            "policy": bytes(32),
            "report": bytes(32),
            "control_time": self.space.now,
            "engine": "test",
            "modules": ("test 0 (not certified)",),
        }
        return Judgement(**{**arguments, **changes})

    def receipt(self, document: bytes, outcome: Outcome = Outcome.VALID, **changes: Any) -> bytes:
        """A receipt about a document."""
        issuing = {k: changes.pop(k) for k in list(changes) if k in Issuing.__dataclass_fields__}
        return issue(vsd(document), self.judgement(document, outcome, **changes), self.issuing(**issuing))


def vsd(document: bytes, **changes: Any) -> Request:
    """A request about a document, as the node reads it."""
    arguments: dict[str, Any] = {
        "message": document,
        "nonce": 7_000_000_001,
        "request_time": NOW,
        "transaction": GeneralName.of_uri("urn:uuid:00000000-0000-4000-8000-000000000001"),
    }
    return parse_request(build_request(ServiceType.VSD, **{**arguments, **changes}))


def content_of(document: bytes) -> Content:
    return Content.of_bytes(document, "document.p7m")
