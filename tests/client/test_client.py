"""The client against a real node, and against nodes that lie, stall and break off."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.nodes import World
from support.space import Member, Space
from trustspace.client import (
    AnswerUnusable,
    Client,
    NodeUnreachable,
    ReceiptNotBelieved,
    Refused,
    Validation,
)
from trustspace.receipts.outcome import Outcome
from trustspace.receipts.report import Standing
from trustspace.receipts.verify import ReceiptVerifier

CONTENT = b"contract" * 100
TX = "urn:tx:client"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("client"), Space())
    made.add("ru", "gost2012-256-a")
    made.start()
    yield made
    made.close()


@pytest.fixture
def ru(world: World) -> Member:
    return world.nodes["ru"].member


Ask = Callable[[Client], Awaitable[Any]]


def run(world: World, ask: Ask, code: str = "ru", **options: Any) -> Any:
    options.setdefault("clock", lambda: world.space.times.control_time)

    async def main() -> Any:
        async with Client(world.nodes[code].url, **options) as client:
            return await ask(client)

    return asyncio.run(main())


def trust(space: Space) -> ReceiptVerifier:
    return ReceiptVerifier(space.snapshot(), space.evidence())


def test_a_document_is_validated_and_its_receipt_verified(world: World, ru: Member) -> None:
    document = ru.pki.sign(CONTENT, ru.signer)
    found: Validation = run(world, lambda c: c.validate(document, kind="contract"), trust=trust(world.space))
    assert (found.outcome, found.final, found.ground) == (Outcome.VALID, True, "OPINION_OWN")
    assert found.receipt.verified is not None
    assert found.receipt.verified.standing is Standing.HOLDS
    assert found.receipt.verified.document_matches is True
    assert found.id is not None
    name = found.id
    again = run(world, lambda c: c.validation(name))
    assert (again.report, again.receipt.dvc) == (found.report, found.receipt.dvc)
    assert again.receipt.verified is None
    receipt = run(world, lambda c: c.receipt(name), trust=trust(world.space))
    assert (receipt.dvc, receipt.outcome) == (found.receipt.dvc, Outcome.VALID)


def test_content_goes_as_octets_as_a_file_or_as_digests(world: World, ru: Member, tmp_path: Path) -> None:
    document = ru.pki.sign(CONTENT, ru.signer, detached=True)
    file = tmp_path / "contract"
    file.write_bytes(CONTENT)
    verifier = trust(world.space)
    by_file = run(world, lambda c: c.validate(document, content=file, transaction=TX), trust=verifier)
    by_octets = run(world, lambda c: c.validate(document, content=CONTENT, transaction=TX), trust=verifier)
    scope = by_file.report["signatures"][0]["scope"][0]
    digests = {scope["digest_algorithm"]: bytes.fromhex(scope["digest"])}
    by_digest = run(world, lambda c: c.validate(document, digests=digests, transaction=TX), trust=verifier)
    assert by_file.outcome is Outcome.VALID
    assert by_file.receipt.dvc == by_octets.receipt.dvc == by_digest.receipt.dvc


def test_what_is_refused_is_an_error_with_the_nodes_words(world: World, ru: Member) -> None:
    first, second = (ru.pki.sign(text, ru.signer) for text in (b"one", b"two"))
    run(world, lambda c: c.validate(first, transaction="urn:tx:twice"))
    with pytest.raises(Refused) as conflict:
        run(world, lambda c: c.validate(second, transaction="urn:tx:twice"), language="ru")
    assert (conflict.value.conflict, conflict.value.code) == (True, "TRANSACTION_CONFLICT")
    assert "Транзакция" in conflict.value.message
    with pytest.raises(Refused) as unreadable:
        run(world, lambda c: c.validate(b"no signature"))
    assert unreadable.value.status == 400
    assert unreadable.value.parameters["field"] == "document"
    with pytest.raises(Refused) as missing:
        run(world, lambda c: c.receipt("0" * 64))
    assert missing.value.status == 404


def test_a_receipt_under_other_trust_is_not_believed(world: World, ru: Member) -> None:
    document = ru.pki.sign(CONTENT, ru.signer)
    stranger = Space("p-384")
    stranger.member("ru", "p-384")
    with pytest.raises(ReceiptNotBelieved):
        run(world, lambda c: c.validate(document), trust=trust(stranger))


def test_a_deferred_answer_is_asked_for_again(tmp_path: Path) -> None:
    world = World(tmp_path, Space())
    ru, _ = world.add("ru", "gost2012-256-a"), world.add("by", "bign-256v1")
    document = ru.pki.sign(CONTENT, ru.signer)
    try:
        world.start("by")
        waiting = run(world, lambda c: c.validate(document, transaction=TX), "by", trust=trust(world.space))
        assert (waiting.outcome, waiting.final) == (Outcome.UNDETERMINED_FOR_NOW, False)
        assert waiting.retry_after is not None

        async def later(client: Client) -> Validation:
            asking = asyncio.create_task(client.validate(document, transaction=TX, patience=30))
            await asyncio.sleep(0.2)
            with world.run("ru"):
                return await asking

        final = run(world, later, "by", trust=trust(world.space))
        assert (final.outcome, final.final) == (Outcome.VALID, True)
    finally:
        world.close()


def answering(world: World, *answers: httpx.Response | Exception) -> dict[str, Any]:
    """Options of a client whose node gives these answers."""
    given = iter(answers)

    def handle(request: httpx.Request) -> httpx.Response:
        del request
        answer = next(given)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return {"transport": httpx.MockTransport(handle)}


def honest(world: World, document: bytes) -> dict[str, Any]:
    url = world.nodes["ru"].url + "/v1/validations"
    transaction = f"{TX}:{hashlib.sha256(document).hexdigest()}"
    fields = {"document": base64.b64encode(document).decode(), "transaction": transaction}
    said = httpx.post(url, json=fields, timeout=20).json()
    assert isinstance(said, dict)
    return said


def ask_about(document: bytes, transaction: str | None = None) -> Ask:
    name = transaction or f"{TX}:{hashlib.sha256(document).hexdigest()}"
    return lambda client: client.validate(document, transaction=name)


def test_an_answer_that_contradicts_its_receipt_is_not_used(world: World, ru: Member) -> None:
    document = ru.pki.sign(CONTENT, world.space.members["ru"].person("Stranger"), detached=True)
    said = honest(world, document)
    assert said["outcome"] == "undetermined-for-good"
    dvc = said["receipt"]["dvc"]
    lies: list[Any] = [
        {**said, "outcome": "valid"},
        {**said, "outcome": "valid", "receipt": {**said["receipt"], "outcome": "valid"}},
        {**said, "id": None},
        {**said, "id": "0" * 64, "receipt": {**said["receipt"], "id": "0" * 64}},
        {**said, "id": None, "receipt": {**said["receipt"], "id": None}},
        {**said, "transaction": "urn:tx:another"},
        {**said, "receipt": {**said["receipt"], "dvc": dvc[:-8]}},
        {**said, "receipt": {**said["receipt"], "dvc": "?"}},
        {**said, "report": None},
        {**said, "receipt": None},
        [],
        None,
    ]
    for lie in lies:
        with pytest.raises(AnswerUnusable):
            run(world, ask_about(document), **answering(world, httpx.Response(200, json=lie)))
    with pytest.raises(AnswerUnusable):
        run(world, ask_about(document), **answering(world, httpx.Response(202, json=said)))
    truth = run(world, ask_about(document), **answering(world, httpx.Response(200, json=said)))
    assert hashlib.sha256(truth.receipt.dvc).hexdigest() == said["id"]


def test_another_documents_receipt_is_not_believed(world: World, ru: Member) -> None:
    said = honest(world, ru.pki.sign(CONTENT, world.space.members["ru"].person("Stranger"), detached=True))
    other = ru.pki.sign(b"other", ru.signer)
    with pytest.raises(ReceiptNotBelieved) as caught:
        run(
            world,
            ask_about(other, said["transaction"]),
            trust=trust(world.space),
            **answering(world, httpx.Response(200, json=said)),
        )
    assert "RECEIPT_DOCUMENT_MISMATCH" in str(caught.value.parameters["causes"])


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500, text="<html>"),
        httpx.Response(502, json={"code": "X"}),
        httpx.Response(301, headers={"Location": "http://elsewhere"}),
        httpx.Response(200, content=b"[" * 100_000),
    ],
)
def test_what_is_no_answer_of_a_node_is_unusable(world: World, answer: httpx.Response) -> None:
    with pytest.raises(AnswerUnusable):
        run(world, ask_about(b"x"), **answering(world, answer))


def test_no_answer_is_unreachable(world: World) -> None:
    with pytest.raises(NodeUnreachable):
        run(world, ask_about(b"x"), **answering(world, httpx.ConnectError("refused")))
    with pytest.raises(NodeUnreachable):
        run(world, ask_about(b"x"), **answering(world, httpx.ReadTimeout("")))


def test_a_busy_node_is_asked_again_only_with_patience(world: World, ru: Member) -> None:
    said = honest(world, ru.pki.sign(CONTENT, world.space.members["ru"].person("Stranger"), detached=True))
    problem = {"code": "NODE_BUSY", "parameters": {}, "message": "Busy.", "remedy": "Ask again."}
    busy = httpx.Response(503, json=problem, headers={"Retry-After": "0"})
    slow = httpx.Response(503, json=problem, headers={"Retry-After": "60"})
    with pytest.raises(Refused) as caught:
        run(world, ask_about(b"x"), **answering(world, slow))
    assert caught.value.retry_after == 60

    def patient(client: Client) -> Awaitable[Validation]:
        return client.validate(b"x", transaction=said["transaction"], patience=5)

    found = run(world, patient, **answering(world, busy, busy, httpx.Response(200, json=said)))
    assert found.final


def test_wrong_arguments_never_travel(world: World) -> None:
    with pytest.raises(ValueError, match="exclude"):
        run(world, lambda c: c.validate(b"x", content=b"x", digests={}))
    with pytest.raises(ValueError, match="hexadecimal"):
        run(world, lambda c: c.receipt("../../health/live"))
