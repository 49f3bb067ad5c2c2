"""Building the space: the Commission's CA of the TTP service, every member's authorities, people, documents.

Members are built in parallel processes; what they need of one another lies in files. A member with a
stand-in algorithm registers it in its own process only.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from trustspace.algorithms.digests import digest_by_name
from trustspace.algorithms.model import DigestAlgorithm
from trustspace.algorithms.private import PrivateKey, generate, load_private_key
from trustspace.demo import stand_in
from trustspace.demo.authority import (
    SIGN_FOR_GOOD,
    Authority,
    Holder,
    Random,
    issuing_authority,
    ocsp_responder,
    person,
    root_authority,
    timestamp_unit,
)
from trustspace.demo.layout import MemberFolder, Space, write
from trustspace.demo.members import Member, member
from trustspace.documents.cades_signing import SigningLevel, content_timestamp, sign_cades
from trustspace.documents.content import Content
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.ocsp import CertStatus
from trustspace.pki.issuing import Issuer, SingleStatus, certificate_id, issue_ocsp
from trustspace.timestamps.issue import TimestampAuthority

COMMON_KEY = "p-256"
"""The key kind of the space's common suite: every member's TTP can verify it."""
DVCS_PURPOSE = "1.3.6.1.5.5.7.3.10"
REGISTER_PURPOSE = "0.4.0.2231.3.0"
TSA_POLICY = f"{stand_in.ARC}.10"
REVOKED_BEFORE = timedelta(days=2)
"""How long before the demonstration the revoked people lost their keys."""


def build_commission(space: Space, now: datetime, random: Random) -> Authority:
    """The CA of the TTP service and the signer of its register; their files."""
    name = [("O", "Demonstration of the Commission")]
    authority = root_authority([*name, ("CN", "CA of the TTP service")], COMMON_KEY, now=now, random=random)
    signer = authority.issue(
        [*name, ("CN", "Register of the TTP service")],
        generate(COMMON_KEY, random=random),
        usage=SIGN_FOR_GOOD,
        purposes=(REGISTER_PURPOSE,),
    )
    write(space.ttp_ca, authority.holder.certificate.raw)
    save_holder(space.commission / "register-signer", signer)
    write(space.commission / "ttp-ca.key", pem_key(authority.holder.key), secret=True)
    return authority


def load_commission(space: Space, now: datetime, random: Random) -> Authority:
    """The CA of the TTP service again, in another process."""
    key = load_private_key((space.commission / "ttp-ca.key").read_bytes())
    return Authority(Holder(Certificate.parse(space.ttp_ca.read_bytes()), key), random, now)


def build_member(root: Path, code: str, now: datetime) -> None:
    """One member's whole domain, written to its folder; runs in a process of its own."""
    space, who = Space(root), member(code)
    if who.stand_in:
        stand_in.register()
    _MemberBuilder(space, who, now, os.urandom).build()


class _MemberBuilder:
    def __init__(self, space: Space, who: Member, now: datetime, random: Random) -> None:
        self.space, self.who, self.now, self.random = space, who, now, random
        self.folder: MemberFolder = space.member(who.code)
        self.country = [("C", who.code.upper()), ("O", f"Demonstration of {who.name[0]}")]

    def build(self) -> None:
        kind, folder = self.who.key_kind, self.folder.authority
        root = root_authority(
            [*self.country, ("CN", f"{self.who.name[0]} root CA")], kind, now=self.now, random=self.random
        )
        issuing = issuing_authority(root, [*self.country, ("CN", f"{self.who.name[0]} issuing CA")], kind)
        responder = ocsp_responder(issuing, [*self.country, ("CN", f"{self.who.name[0]} OCSP")], kind)
        tsa = timestamp_unit(issuing, [*self.country, ("CN", f"{self.who.name[0]} TSA")], kind)
        signer = person(issuing, self.who.signer.subject, kind)
        revoked = person(issuing, self.who.revoked.subject, kind)
        issuing.revoke(revoked.certificate, self.now - REVOKED_BEFORE)
        for name, holder in (
            ("root", root.holder),
            ("issuing", issuing.holder),
            ("ocsp", responder),
            ("tsa", tsa),
        ):
            save_holder(folder / name, holder)
        save_holder(self.folder.people / self.who.signer.slug, signer)
        save_holder(self.folder.people / self.who.revoked.slug, revoked)
        write(folder / "root.crl", root.crl().raw)
        write(folder / "issuing.crl", issuing.crl().raw)
        self.ocsp_responses(issuing, responder, signer, revoked)
        self.documents(signer, tsa)
        self.revoked_document(revoked, tsa)
        if self.who.ttp:
            self.third_party()

    def ocsp_responses(self, issuing: Authority, responder: Holder, signer: Holder, revoked: Holder) -> None:
        """One response a person: what the member's OCSP service would answer now."""
        digest = digest_by_name("SHA-1")  # CertID by SHA-1 is what every client understands
        for name, holder in ((self.who.signer.slug, signer), (self.who.revoked.slug, revoked)):
            bad = holder is revoked
            status = SingleStatus(
                certificate_id=certificate_id(holder.certificate, issuing.holder.certificate, digest),
                status=CertStatus.REVOKED if bad else CertStatus.GOOD,
                this_update=self.now - timedelta(minutes=1),
                next_update=self.now + timedelta(days=1),
                revoked_at=self.now - REVOKED_BEFORE if bad else None,
                reason=1 if bad else None,
            )
            response = issue_ocsp(
                Issuer.of(responder.certificate, responder.key),
                [status],
                produced_at=self.now - timedelta(minutes=1),
                entropy=self.random(32),
                certificates=[responder.certificate],
            )
            write(self.folder.authority / f"{name}.ocsp", response.raw)

    def documents(self, signer: Holder, tsa: Holder) -> None:
        """The document, signed around it and beside it, with a time-stamp (level T)."""
        text = self.text()
        content = Content.of_bytes(text, name="document.txt")
        write(self.folder.documents / "document.txt", text)
        for path, detached in ((self.folder.document, False), (self.folder.detached, True)):
            signed = sign_cades(
                content,
                [signer.signer],
                signing_time=self.now,
                entropy=self.random(32),
                level=SigningLevel.T,
                stamper=stamper(tsa, self.now, self.random),
                detached=detached,
            )
            write(path, signed)

    def revoked_document(self, revoked: Holder, tsa: Holder) -> None:
        """A document that was signed after the signer's certificate had been revoked.

        A content time-stamp proves that it did not exist before: so the signature is invalid, not merely
        undetermined (EN 319 102-1 §5.5.4).
        """
        content = Content.of_bytes(self.text(), name="document.txt")
        stamp = stamper(tsa, self.now, self.random)
        digest = revoked.signer.digest_algorithm
        signed = sign_cades(
            content,
            [revoked.signer],
            signing_time=self.now,
            entropy=self.random(32),
            level=SigningLevel.T,
            stamper=stamp,
            detached=False,
            attributes=[content_timestamp(content, stamp, digest)],
        )
        write(self.folder.documents / "signed-after-revocation.txt.p7m", signed)

    def text(self) -> bytes:
        english, russian = self.who.document
        return (
            f"{english}\n{russian}\n\n"
            f"Demonstration document of {self.who.name[0]}; it binds nobody.\n"
            f"Демонстрационный документ, {self.who.name[1]}; никого ни к чему не обязывает.\n"
        ).encode()

    def third_party(self) -> None:
        """The keys and certificates of the member's TTP: certified by the Commission's CA."""
        commission = load_commission(self.space, self.now, self.random)
        keys = self.folder.node / "keys"
        name = [*self.country, ("CN", f"TTP of {self.who.name[0]}")]
        for suite, kind in signer_kinds(self.who):
            holder = commission.issue(
                name,
                generate(kind, random=self.random),
                usage=SIGN_FOR_GOOD,
                purposes=(DVCS_PURPOSE,),
                purposes_critical=True,
            )
            save_holder(keys / f"ttp-{suite}", holder)
        stamping = timestamp_unit(
            commission,
            [*self.country, ("CN", f"TTP of {self.who.name[0]}, time-stamps")],
            COMMON_KEY if self.who.stand_in else self.who.key_kind,
        )
        save_holder(keys / "tsa", stamping)


def signer_kinds(who: Member) -> list[tuple[str, str]]:
    """(suite, key kind) of the keys that sign the receipts of a member's TTP, the national one first."""
    national, common = ("national", who.key_kind), ("common", COMMON_KEY)
    return {"national": [national], "common": [common], "both": [national, common]}[who.suite]


def stamper(tsa: Holder, now: datetime, random: Random) -> Callable[[DigestAlgorithm, bytes], bytes]:
    """Time-stamps by a unit of our own, without a network."""
    authority = TimestampAuthority(signer=tsa.signer, policy=TSA_POLICY)

    def stamp(digest: DigestAlgorithm, value: bytes) -> bytes:
        serial = int.from_bytes(random(8), "big") >> 1 | 1
        return authority.issue(digest, value, serial=serial, now=now, entropy=random(32))

    return stamp


def save_holder(path: Path, holder: Holder) -> None:
    """``path``.cer and ``path``.key."""
    write(path.with_suffix(".cer"), holder.certificate.raw)
    write(path.with_suffix(".key"), pem_key(holder.key), secret=True)


def pem_key(key: PrivateKey) -> str:
    """A private key as PKCS#8 in PEM, not encrypted: a demonstration's keys protect nothing."""
    lines = base64.encodebytes(key.to_pkcs8()).decode("ascii")
    body = "".join(lines.split())
    wrapped = "\n".join(body[i : i + 64] for i in range(0, len(body), 64))
    return f"-----BEGIN PRIVATE KEY-----\n{wrapped}\n-----END PRIVATE KEY-----\n"


def load_holder(path: Path, chain: tuple[Path, ...] = ()) -> Holder:
    """What :func:`save_holder` wrote."""
    certificate = Certificate.parse(path.with_suffix(".cer").read_bytes())
    key = load_private_key(path.with_suffix(".key").read_bytes())
    return Holder(certificate, key, tuple(Certificate.parse(item.read_bytes()) for item in chain))
