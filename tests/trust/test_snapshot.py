"""The snapshot: what it holds decides its name, the order of its making does not."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from support.pki import NOW, Pki
from trustspace.trust.register import Register
from trustspace.trust.snapshot import ServiceKind, Snapshot, TrustAnchor

PKI = Pki(label="snapshot")
ROOT = PKI.root("Root").certificate
OTHER = PKI.root("Other").certificate


def test_the_name_is_the_digest_of_the_manifest() -> None:
    snapshot = Snapshot((TrustAnchor(ROOT, member="kg"),))
    assert snapshot.sha256 == sha256(snapshot.manifest).hexdigest()
    manifest = json.loads(snapshot.manifest)
    assert manifest["format"] == "trustspace-snapshot/1"
    assert manifest["anchors"] == [
        {"certificate": ROOT.sha256, "kind": "CA", "member": "kg", "since": None, "until": None}
    ]
    canonical = json.dumps(manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert snapshot.manifest == canonical


def test_order_and_repetition_do_not_change_the_name() -> None:
    one, two = TrustAnchor(ROOT), TrustAnchor(OTHER, kind=ServiceKind.TSA)
    assert Snapshot((one, two)).sha256 == Snapshot((two, one, two)).sha256


@pytest.mark.parametrize(
    "change",
    [
        {"member": "ru"},
        {"kind": ServiceKind.TTP_CA},
        {"since": NOW},
        {"until": NOW},
        {"certificate": OTHER},
    ],
)
def test_every_fact_about_an_anchor_changes_the_name(change: dict[str, object]) -> None:
    anchor = TrustAnchor(ROOT)
    assert Snapshot((anchor,)).sha256 != Snapshot((dataclasses.replace(anchor, **change),)).sha256


def test_known_certificates_and_the_register_are_part_of_it() -> None:
    register = Register("space", 1, NOW, NOW + timedelta(days=1))
    plain = Snapshot((TrustAnchor(ROOT),))
    names = {
        plain.sha256,
        Snapshot(plain.anchors, certificates=(OTHER,)).sha256,
        Snapshot(plain.anchors, register=register).sha256,
        Snapshot(plain.anchors, register=dataclasses.replace(register, sequence=2)).sha256,
    }
    assert len(names) == 4


def test_it_cannot_be_changed() -> None:
    snapshot = Snapshot.of_certificates([ROOT])
    with pytest.raises(dataclasses.FrozenInstanceError):
        snapshot.anchors = ()  # type: ignore[misc]


def test_one_certificate_may_be_trusted_for_several_things() -> None:
    snapshot = Snapshot((TrustAnchor(ROOT), TrustAnchor(ROOT, kind=ServiceKind.TSA)))
    assert {anchor.kind for anchor in snapshot.anchors_of(ROOT.sha256)} == {ServiceKind.CA, ServiceKind.TSA}
    assert snapshot.anchors_of(OTHER.sha256) == ()


def test_a_grant_holds_from_its_begin_until_before_its_end() -> None:
    anchor = TrustAnchor(ROOT, since=NOW, until=NOW + timedelta(days=1))
    assert not anchor.granted_at(NOW - timedelta(seconds=1))
    assert anchor.granted_at(NOW) and not anchor.granted_at(NOW + timedelta(days=1))
    assert TrustAnchor(ROOT).granted_at(datetime(1, 1, 1, tzinfo=UTC))
