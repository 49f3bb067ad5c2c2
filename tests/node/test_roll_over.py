"""One key of a node follows another without a gap; what is wrong with one leaves the other to sign."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from support.nodes import write_entity, write_node
from support.pki import NOW, Entity
from support.space import ID_KP_DVCS, Space, vsd
from trustspace.node.commands import Node, build
from trustspace.node.config import load_config
from trustspace.node.service import NotReady

TAKES_OVER = NOW + timedelta(hours=12)


class TwoKeys:
    """A node with a key and its successor, and a clock that can be moved."""

    def __init__(self, folder: Path) -> None:
        self.space = Space()
        self.member = self.space.member("by", "p-256")
        self.old = self.member.ttps[0]
        self.new = self.space.pki.signer(
            "TTP by, next",
            self.space.root,
            kind="p-384",
            extended_key_usage=(ID_KP_DVCS,),
            extended_key_usage_critical=True,
        )
        config = write_node(folder / "node", self.member)
        self.folder = config.parent
        write_entity(self.folder, "next", self.new)
        with config.open("a") as stream:
            stream.write(
                '[[signers.next]]\nkey = "next.key"\ncertificate = "next.cer"\n'
                f"since = {TAKES_OVER.isoformat()}\n"
            )
        self.member.ttps = (self.old, self.new)
        (self.folder / "register.p7m").write_bytes(self.space.signed_register())
        self.now = NOW
        self.node: Node = build(load_config(config), clock=lambda: self.now)
        self.count = 0

    def signer(self, moment: datetime) -> Entity:
        """Whose receipt one gets at this moment."""
        self.now = moment
        self.count += 1
        document = self.member.pki.sign(f"document {self.count}".encode(), self.member.signer)
        receipt = self.node.service.answer(vsd(document, nonce=self.count, transaction=None))
        (found,) = (each for each in (self.old, self.new) if each.certificate.raw in receipt)
        return found

    def revoke(self, whom: Entity) -> None:
        self.space.root.revoke(whom, at=NOW - timedelta(days=1))
        (self.folder / "evidence" / "ttp-ca.crl").write_bytes(self.space.root.crl().raw)

    def codes(self, moment: datetime) -> list[str]:
        self.now = moment
        return [each.code for each in self.node.service.reasons_not_ready()]


@pytest.fixture
def two(tmp_path: Path):  # type: ignore[no-untyped-def]
    made = TwoKeys(tmp_path)
    yield made
    made.node.ledger.close()


def test_the_next_key_takes_over_at_its_moment(two: TwoKeys) -> None:
    assert two.signer(NOW) is two.old
    assert two.signer(TAKES_OVER - timedelta(seconds=1)) is two.old
    assert two.signer(TAKES_OVER) is two.new
    assert two.signer(TAKES_OVER + timedelta(hours=1)) is two.new


def test_a_next_key_that_was_revoked_leaves_the_old_one_signing(two: TwoKeys) -> None:
    two.revoke(two.new)
    assert two.codes(TAKES_OVER) == []
    assert two.signer(TAKES_OVER) is two.old


def test_a_next_key_that_is_not_registered_leaves_the_old_one_signing(two: TwoKeys) -> None:
    two.member.ttps = (two.old,)
    two.space.sequence += 1
    (two.folder / "register.p7m").write_bytes(two.space.signed_register())
    assert two.signer(TAKES_OVER) is two.old


def test_a_revoked_key_signs_nothing_before_the_next_ones_day(two: TwoKeys) -> None:
    two.revoke(two.old)
    assert two.codes(NOW) == ["OWN_CERTIFICATE_REVOKED"]
    with pytest.raises(NotReady):
        two.signer(NOW)
    assert two.signer(TAKES_OVER) is two.new


def test_where_both_are_revoked_nothing_is_signed(two: TwoKeys) -> None:
    two.revoke(two.old)
    two.revoke(two.new)
    assert two.codes(TAKES_OVER) == ["OWN_CERTIFICATE_REVOKED"] * 2
    with pytest.raises(NotReady):
        two.signer(TAKES_OVER)
