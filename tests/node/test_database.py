"""A node on its database: what it keeps, what it finds again, how it is migrated, what a retry asks."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from support.nodes import World, listen, running
from support.pki import NOW
from support.postgresql import Cluster
from support.space import Member
from trustspace.encoding.dvcs import DVCSRequest, ServiceType
from trustspace.encoding.general_name import GeneralName
from trustspace.node.commands import build, check, migrate
from trustspace.node.config import load_config
from trustspace.receipts.details import Imprint
from trustspace.receipts.outcome import Outcome
from trustspace.receipts.parsing import parse_receipt
from trustspace.receipts.request import DetachedContent, build_request
from trustspace.store.ledger import Ledger, LedgerNotMigrated
from trustspace.store.schema import HEAD

DVCS = {"Content-Type": "application/dvcs"}


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    started = Cluster.start()
    yield started
    started.stop()


@pytest.fixture
def ru(world: World) -> Member:
    return world.add("ru", "gost2012-256-a")


def request(document: bytes, number: int = 1, **more: object) -> bytes:
    return build_request(
        ServiceType.VSD,
        message=document,
        nonce=7,
        request_time=NOW,
        requester=GeneralName.of_uri("urn:court:7"),
        transaction=GeneralName.of_uri(f"urn:tx:{number}"),
        **more,  # type: ignore[arg-type]
    )


def ask(url: str, body: bytes) -> bytes:
    answer = httpx.post(url, content=body, headers=DVCS, timeout=20)
    assert answer.status_code == 200, answer.text
    return answer.content


def set_up(config: Path, old: str, new: str) -> None:
    text = config.read_text(encoding="utf-8")
    assert old in text
    config.write_text(text.replace(old, new, 1), encoding="utf-8")


def on_postgresql(world: World, code: str, url: str) -> Path:
    config = world.nodes[code].folder / "node.toml"
    set_up(config, "anchors =", f"database = {json.dumps(url)}\nanchors =")
    return config


def test_a_node_on_postgresql_waits_for_its_migration(world: World, ru: Member, cluster: Cluster) -> None:
    url = cluster.database()
    config = on_postgresql(world, "ru", url)
    world.publish()
    clock: Callable[[], object] = lambda: world.space.now  # noqa: E731
    refused = check(config, clock=clock)  # type: ignore[arg-type]
    assert not refused.ready
    assert HEAD in refused.reasons[0]
    with pytest.raises(LedgerNotMigrated):
        build(load_config(config))
    done = migrate(config)
    assert (done.before, done.after) == (None, HEAD)
    assert migrate(config).before == HEAD
    assert check(config, clock=clock).ready  # type: ignore[arg-type]


def test_two_nodes_on_one_postgresql_are_one(world: World, ru: Member, cluster: Cluster) -> None:
    config = on_postgresql(world, "ru", cluster.database())
    migrate(config)
    world.publish()
    bodies = [request(ru.pki.sign(f"contract {n}".encode(), ru.signer), n) for n in range(4)]
    with ExitStack() as stack:
        sockets: list[socket.socket] = [listen(), listen()]
        for each in sockets:
            stack.enter_context(running(config, each, lambda: world.space.now))
        first, second = (f"http://127.0.0.1:{each.getsockname()[1]}/dvcs" for each in sockets)
        answers = [ask(first if n % 2 else second, body) for n, body in enumerate(bodies)]
        # Whoever answered: the other one gives the identical bytes.
        assert [ask(second if n % 2 else first, body) for n, body in enumerate(bodies)] == answers
    infos = [parse_receipt(answer).info for answer in answers]
    assert [info.serial_number for info in infos if info is not None] == [1, 2, 3, 4]
    with world.run("ru"):
        assert ask(world.nodes["ru"].dvcs, bodies[0]) == answers[0]


def test_a_node_on_sqlite_migrates_at_its_start(world: World, ru: Member) -> None:
    config = world.nodes["ru"].folder / "node.toml"
    world.publish()
    assert check(config, clock=lambda: world.space.now).ready
    assert migrate(config).before == HEAD


def test_what_a_receipt_rests_on_is_kept_without_content_and_found_again(world: World, ru: Member) -> None:
    world.start()
    content = b"a very confidential contract"
    document = ru.pki.sign(content, ru.signer, detached=True)
    body = request(document, detached=DetachedContent(content=content))
    receipt = ask(world.nodes["ru"].dvcs, body)
    with Ledger(world.nodes["ru"].folder / "data" / "ledger.db") as ledger:
        stored = ledger.receipt(1)
        assert stored is not None
        assert stored.receipt == receipt
        details = parse_receipt(receipt).details
        assert details is not None
        assert (stored.snapshot, stored.evidence_digest) == (details.snapshot.hex(), details.evidence.hex())
        assert sha256(stored.evidence["report"]).digest() == details.report
        assert sha256(stored.evidence["snapshot"]).hexdigest() == stored.snapshot
        for entity in (ru.signer, ru.ca):
            raw = entity.certificate.raw
            assert stored.evidence[f"certificate/{entity.certificate.sha256}"] == raw
        crl = (world.nodes["ru"].folder / "evidence" / "ca.crl").read_bytes()
        assert crl in [data for kind, data in stored.evidence.items() if kind.startswith("crl/")]
        assert not any(content in data for data in stored.evidence.values())
        asked = DVCSRequest.parse(stored.evidence["request"])
        assert asked.data.message is None
        assert asked.data.message_imprint is not None
        assert asked.data.message_imprint.digest == sha256(document).digest()
        assert asked.transaction_identifier == GeneralName.of_uri("urn:tx:1")
        search = ledger.search
        [found] = search.by_document(sha256(document).hexdigest())
        assert found.outcome == Outcome.VALID.value
        assert search.by_document(sha256(content).hexdigest()) == (found,)
        assert search.by_signer(ru.signer.certificate.sha256) == (found,)
        assert search.by_signer(str(ru.signer.certificate.subject), kind="subject") == (found,)
        assert search.by_evidence(ru.ca.certificate.sha256) == (found,)
        [requester] = {found.requester}
        assert "urn:court:7" in requester
        assert search.by_requester(requester) == (found,)
        assert search.by_id(sha256(receipt).hexdigest()) == found


def test_an_imprint_is_kept_as_it_came(world: World, ru: Member) -> None:
    world.start()
    digest = sha256(b"data").digest()
    imprint = Imprint("2.16.840.1.101.3.4.2.1", digest)
    body = build_request(ServiceType.CCPD, imprint=imprint, nonce=3)
    receipt = ask(world.nodes["ru"].dvcs, body)
    with Ledger(world.nodes["ru"].folder / "data" / "ledger.db") as ledger:
        assert [found.sha256 for found in ledger.search.by_document(digest.hex())] == [
            sha256(receipt).hexdigest()
        ]


def test_a_retry_asks_the_other_ttp_with_the_same_transaction(world: World, ru: Member) -> None:
    """The first attempt ends after the other TTP has answered: its time-stamp authority is gone."""
    world.add("by", "bign-256v1")
    config = world.nodes["by"].folder / "node.toml"
    own = 'key = "tsa.key"\ncertificate = "tsa.cer"'
    none = 'url = "http://127.0.0.1:1/tsp"'
    set_up(config, own, none)
    world.start("ru")
    body = request(ru.pki.sign(b"contract", ru.signer))
    with world.run("by"):
        for _ in range(2):
            failed = httpx.post(world.nodes["by"].dvcs, content=body, headers=DVCS, timeout=20)
            assert (failed.status_code, failed.json()["code"]) == (503, "TIME_STAMP_UNAVAILABLE")
    set_up(config, none, own)
    with world.run("by"):
        receipt = ask(world.nodes["by"].dvcs, body)
    with Ledger(world.nodes["ru"].folder / "data" / "ledger.db") as theirs:
        [(serial, _)] = theirs.pending_leaves()
        assert serial == 1
        stored = theirs.receipt(serial)
        assert stored is not None
    with Ledger(world.nodes["by"].folder / "data" / "ledger.db") as ours:
        kept = ours.receipt(3)
        assert kept is not None
        assert kept.receipt == receipt
        assert kept.evidence["peer/ru"] == stored.receipt
        assert ours.gaps() == ((1, "void: TIME_STAMP_UNAVAILABLE"), (2, "void: TIME_STAMP_UNAVAILABLE"))
