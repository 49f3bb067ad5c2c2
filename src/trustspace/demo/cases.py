"""What must not be believed: each case in a folder of its own, played on the running nodes."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta

from trustspace.algorithms.private import generate
from trustspace.demo.authority import (
    SIGN_FOR_GOOD,
    Authority,
    Random,
    issuing_authority,
    person,
    root_authority,
)
from trustspace.demo.build import COMMON_KEY, DVCS_PURPOSE, load_holder, save_holder, stamper
from trustspace.demo.client import Client
from trustspace.demo.expected import Case, Roles
from trustspace.demo.layout import Space, write
from trustspace.demo.nodes import Nodes
from trustspace.demo.reader import Finding, Reader
from trustspace.documents.cades_signing import SigningLevel, sign_cades
from trustspace.documents.content import Content

FORMER_REVOKED = timedelta(days=10)
"""How long before the demonstration the former key of a TTP was revoked."""
DOCUMENT, RECEIPT, TRAVELLING = "document.txt.p7m", "receipt.dvc", "travelling.dvc"


def make_former_ttp(space: Space, commission: Authority, roles: Roles) -> None:
    """A former certificate of the sender's TTP, revoked by the Commission's CA after its key was stolen."""
    who = roles.sender
    former = commission.issue(
        [("C", who.code.upper()), ("CN", f"TTP of {who.name[0]} (former key)")],
        generate(COMMON_KEY, random=commission.random),
        usage=SIGN_FOR_GOOD,
        purposes=(DVCS_PURPOSE,),
        purposes_critical=True,
    )
    commission.revoke(former.certificate, commission.now - FORMER_REVOKED)
    save_holder(space.case(Case.REVOKED_TTP) / "stolen", former)


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that the cases are played with."""

    space: Space
    roles: Roles
    nodes: Nodes
    client: Client
    reader: Reader
    now: datetime
    random: Random

    def play(self, case: Case) -> Finding:
        """Play one case and judge it as the reader; PeerUnreachable when the reader's own node is gone."""
        self.space.case(case).mkdir(parents=True, exist_ok=True)
        return {
            Case.CHANGED_DOCUMENT: self._changed_document,
            Case.REVOKED_SIGNER: self._revoked_signer,
            Case.UNREGISTERED_AUTHORITY: self._unregistered_authority,
            Case.REVOKED_TTP: self._revoked_ttp,
            Case.UNREACHABLE_TTP: self._unreachable_ttp,
            Case.RECEIPT_TRAVELS_ALONG: self._receipt_travels_along,
            Case.UNKNOWN_ALGORITHM: self._unknown_algorithm,
        }[case]()

    def _ask(self, case: Case, *, travelling: bool = False) -> Finding:
        """Ask the reader's TTP about the case's document, and judge its answer."""
        folder = self.space.case(case)
        self.client.ask(
            self.nodes.endpoints[self.roles.reader.code],
            folder / DOCUMENT,
            folder / RECEIPT,
            now=self.now,
            travelling=[folder / TRAVELLING] if travelling else (),
        )
        return self.reader.receipt(folder / RECEIPT, folder / DOCUMENT)

    def _changed_document(self) -> Finding:
        genuine = self.space.member(self.roles.sender.code).document.read_bytes()
        changed = genuine.replace(b"it binds nobody", b"it binds anyone")
        write(self.space.case(Case.CHANGED_DOCUMENT) / DOCUMENT, changed)
        return self._ask(Case.CHANGED_DOCUMENT)

    def _revoked_signer(self) -> Finding:
        source = self.space.member(self.roles.sender.code).documents / "signed-after-revocation.txt.p7m"
        shutil.copyfile(source, self.space.case(Case.REVOKED_SIGNER) / DOCUMENT)
        return self._ask(Case.REVOKED_SIGNER)

    def _unregistered_authority(self) -> Finding:
        """A CA in the sender's country that nobody has registered, with everything else in order."""
        country = [("C", self.roles.sender.code.upper()), ("O", "Demonstration of a stranger")]
        root = root_authority(
            [*country, ("CN", "Private root")], COMMON_KEY, now=self.now, random=self.random
        )
        issuing = issuing_authority(root, [*country, ("CN", "Private issuing CA")], COMMON_KEY)
        stranger = person(issuing, [*country, ("CN", "Stranger")], COMMON_KEY)
        folder = self.space.case(Case.UNREGISTERED_AUTHORITY)
        save_holder(folder / "root", root.holder)
        signed = sign_cades(
            Content.of_bytes(b"Believe me.\n", name="document.txt"),
            [stranger.signer],
            signing_time=self.now,
            entropy=self.random(32),
            level=SigningLevel.B,
            detached=False,
        )
        write(folder / DOCUMENT, signed)
        return self._ask(Case.UNREGISTERED_AUTHORITY)

    def _revoked_ttp(self) -> Finding:
        """A thief issues a receipt with the TTP's former key; it says "valid"."""
        from trustspace.demo.forgery import forge_receipt  # noqa: PLC0415 - used here only

        folder = self.space.case(Case.REVOKED_TTP)
        sender = self.space.member(self.roles.sender.code)
        shutil.copyfile(sender.document, folder / DOCUMENT)
        forged = forge_receipt(
            (folder / DOCUMENT).read_bytes(),
            load_holder(folder / "stolen", (self.space.ttp_ca,)).signer,
            member=self.roles.sender.code,
            stamper=stamper(load_holder(sender.node / "keys" / "tsa"), self.now, self.random),
            now=self.now,
            random=self.random,
        )
        write(folder / TRAVELLING, forged)
        return self.reader.receipt(folder / TRAVELLING, folder / DOCUMENT)

    def _unreachable_ttp(self) -> Finding:
        """The sender's node is stopped for good; only the reader's is left to be asked."""
        self.nodes.stop(self.roles.sender.code)
        sender = self.space.member(self.roles.sender.code)
        shutil.copyfile(sender.document, self.space.case(Case.UNREACHABLE_TTP) / DOCUMENT)
        return self._ask(Case.UNREACHABLE_TTP)

    def _receipt_travels_along(self) -> Finding:
        folder = self.space.case(Case.RECEIPT_TRAVELS_ALONG)
        sender = self.space.member(self.roles.sender.code)
        shutil.copyfile(sender.document, folder / DOCUMENT)
        shutil.copyfile(sender.receipt, folder / TRAVELLING)
        return self._ask(Case.RECEIPT_TRAVELS_ALONG, travelling=True)

    def _unknown_algorithm(self) -> Finding:
        stand_in = self.roles.stand_in
        assert stand_in is not None
        folder = self.space.case(Case.UNKNOWN_ALGORITHM)
        shutil.copyfile(self.space.member(stand_in.code).document, folder / DOCUMENT)
        return self.reader.document(folder / DOCUMENT)
