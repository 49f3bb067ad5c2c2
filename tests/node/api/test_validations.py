"""``/v1``: three ways to ask, one receipt a transaction, refusals that say what to do."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from support.nodes import World
from support.space import Member, Space, content_of
from trustspace.receipts.report import Standing
from trustspace.receipts.verify import verify_receipt

CONTENT = "Договор № 17\n".encode()
TX = "urn:tx:"


def multipart(http: httpx.Client, **parts: bytes) -> httpx.Response:
    return http.post("/v1/validations", files=[(name, (None, value)) for name, value in parts.items()])


def test_a_document_gets_report_and_receipt(world: World, ru: Member, post) -> None:
    document = ru.pki.sign(CONTENT, ru.signer)
    answer = post(document=document, transaction=TX + "whole")
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert (said["outcome"], said["final"], said["ground"]) == ("valid", True, "OPINION_OWN")
    assert said["transaction"] == TX + "whole"
    assert said["report"]["indication"] == "TOTAL-PASSED"
    receipt = base64.b64decode(said["receipt"]["dvc"])
    assert said["id"] == said["receipt"]["id"] == hashlib.sha256(receipt).hexdigest()
    report = verify_receipt(
        receipt,
        snapshot=world.space.snapshot(),
        evidence=None,
        times=world.space.times,
        document=content_of(document),
    )
    assert report.standing is Standing.HOLDS, report.causes
    assert str(report.serial) == said["receipt"]["serial"]


def test_content_digests_and_a_form_are_the_same_question(ru: Member, post, http: httpx.Client) -> None:
    document = ru.pki.sign(CONTENT, ru.signer, detached=True)
    in_json = post(document=document, content=CONTENT, transaction=TX + "same")
    assert in_json.json()["outcome"] == "valid", in_json.text
    in_parts = multipart(http, document=document, transaction=(TX + "same").encode(), content=CONTENT)
    scope = in_json.json()["report"]["signatures"][0]["scope"][0]
    by_digest = post(
        document=document, digests={scope["digest_algorithm"]: scope["digest"]}, transaction=TX + "same"
    )
    dvcs = {each.json()["receipt"]["dvc"] for each in (in_json, in_parts, by_digest)}
    assert len(dvcs) == 1


def test_other_content_is_invalid_and_none_undetermined(ru: Member, post) -> None:
    document = ru.pki.sign(CONTENT, ru.signer, detached=True)
    changed = post(document=document, content=CONTENT + b"!").json()
    assert (changed["outcome"], changed["report"]["signatures"][0]["intact"]["digest"]) == ("invalid", False)
    assert post(document=document).json()["outcome"] == "undetermined-for-good"


def test_content_larger_than_a_request_streams_through(
    ru: Member, http: httpx.Client, tmp_path: Path
) -> None:
    block = bytes(range(256)) * 256
    large = tmp_path / "large"
    large.write_bytes(block * 200)  # 13 MB; the node's bound on what it holds is 2 MB
    document = ru.pki.sign(large.read_bytes(), ru.signer, detached=True)
    with large.open("rb") as stream:
        answer = http.post("/v1/validations", files=[("document", document), ("content", stream)])
    assert answer.json()["outcome"] == "valid", answer.text


def test_a_transaction_is_answered_once(ru: Member, post) -> None:
    document = ru.pki.sign(CONTENT, ru.signer)
    first = post(document=document, transaction=TX + "once").json()
    assert post(document=document, transaction=TX + "once").json() == first
    conflict = post(document=ru.pki.sign(b"another", ru.signer), transaction=TX + "once")
    assert (conflict.status_code, conflict.json()["code"]) == (409, "TRANSACTION_CONFLICT")
    assert TX + "once" in conflict.json()["message"]
    assert post(document=document).json()["transaction"].startswith("urn:uuid:")


def test_validations_and_receipts_are_read_again(ru: Member, post, http: httpx.Client) -> None:
    said = post(document=ru.pki.sign(CONTENT, ru.signer)).json()
    again = http.get(said["links"]["validation"]).json()
    assert again == {**said, "transaction": None}
    in_json = http.get(said["links"]["receipt"])
    assert in_json.json() == said["receipt"]
    der = http.get(said["links"]["receipt"], headers={"Accept": "application/dvcs, */*;q=0.1"})
    assert der.headers["content-type"] == "application/dvcs"
    assert der.content == base64.b64decode(said["receipt"]["dvc"])
    other = http.get(said["links"]["receipt"], headers={"Accept": "text/html"})
    assert (other.status_code, other.json()["code"]) == (406, "HTTP_NOT_ACCEPTABLE")


def test_ids_are_not_serials(ru: Member, post, http: httpx.Client) -> None:
    said = post(document=ru.pki.sign(CONTENT, ru.signer)).json()
    wrong = [said["receipt"]["serial"], said["id"][:-1], said["id"].upper(), "0" * 64, "%2e%2e"]
    for name in wrong:
        answer = http.get(f"/v1/receipts/{name}")
        assert answer.status_code == 404, name
        assert answer.headers["content-type"] == "application/problem+json"


def test_the_reader_chooses_the_language(ru: Member, post) -> None:
    document = ru.pki.sign(CONTENT, ru.signer, detached=True)
    fields = {"document": document, "transaction": TX + "language"}
    english = post(**fields).json()
    russian = post({"Accept-Language": "be, ru-BY;q=0.9, en;q=0.1"}, **fields)
    assert russian.headers["content-language"] == "ru"
    causes = [each.json()["report"]["signatures"][0]["causes"][0] for each in (post(**fields), russian)]
    assert causes[0]["code"] == causes[1]["code"]
    assert causes[0]["message"].isascii()
    assert any("а" <= letter <= "я" for letter in causes[1]["message"])
    assert russian.json()["receipt"] == english["receipt"]
    refused = post({"Accept-Language": "ru"}, document="?").json()
    assert "использовать нельзя" in refused["message"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "document"),
        ({"document": ""}, "document"),
        ({"document": "не base64"}, "document"),
        ({"document": 7}, "document"),
        ({"document": b"not a signature"}, "document"),
        ({"document": b"\x30\x80" * 400}, "document"),
        ({"document": b"x", "transaction": "no URI"}, "transaction"),
        ({"document": b"x", "transaction": "urn:" + "x" * 300}, "transaction"),
        ({"document": b"x", "transaction": "urn:x\n"}, "transaction"),
        ({"document": b"x", "digests": {"SHA-256": "00"}}, "digests"),
        ({"document": b"x", "digests": {"SHA-256": "zz"}}, "digests"),
        ({"document": b"x", "digests": {"SHA-256": 5}}, "digests"),
        ({"document": b"x", "digests": {"none": "00"}}, "digests"),
        ({"document": b"x", "digests": {}}, "digests"),
        ({"document": b"x", "digests": {"SHA-256": "0" * 64}, "content": b"x"}, "digests"),
        ({"document": b"x", "kind": "x" * 101}, "kind"),
        ({"document": b"x", "transaktion": "urn:x"}, "transaktion"),
    ],
)
def test_what_cannot_be_used_is_named(post, fields: dict[str, object], field: str) -> None:
    answer = post(**fields)
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["code"], problem["parameters"]["field"]) == ("VALIDATION_REQUEST_INVALID", field)
    assert problem["message"] and problem["remedy"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b'"x"'])
def test_a_body_that_is_no_object_is_refused(http: httpx.Client, body: bytes) -> None:
    answer = http.post("/v1/validations", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["parameters"]["field"]) == (400, "body")


def test_a_form_that_cannot_be_used_is_refused(ru: Member, http: httpx.Client) -> None:
    document = ru.pki.sign(CONTENT, ru.signer, detached=True)
    for parts, code in (
        ({"content": CONTENT, "document": document}, "VALIDATION_REQUEST_INVALID"),
        ({"document": document, "digests": b"{"}, "VALIDATION_REQUEST_INVALID"),
        ({"document": document, "transaction": b"\xff"}, "VALIDATION_REQUEST_INVALID"),
        ({"document": b"no signature", "content": CONTENT}, "NOT_A_SIGNATURE"),
    ):
        answer = multipart(http, **parts)
        assert (answer.status_code, answer.json()["code"]) == (400, code), answer.text


def test_types_and_sizes_are_bounded(http: httpx.Client) -> None:
    wrong = http.post("/v1/validations", content=b"x", headers={"Content-Type": "text/plain"})
    assert (wrong.status_code, wrong.json()["code"]) == (415, "HTTP_CONTENT_TYPE")
    large = http.post(
        "/v1/validations", content=bytes(4_000_000), headers={"Content-Type": "application/json"}
    )
    assert (large.status_code, large.json()["code"]) == (413, "HTTP_BODY_TOO_LARGE")
    document = multipart(http, document=bytes(2_000_001))
    assert (document.status_code, document.json()["code"]) == (413, "HTTP_BODY_TOO_LARGE")

    def chunks() -> Iterator[bytes]:
        for _ in range(40):
            yield b" " * 100_000

    streamed = http.post("/v1/validations", content=chunks(), headers={"Content-Type": "application/json"})
    assert streamed.status_code == 413


def test_a_deferred_answer_is_no_receipt_and_is_judged_again(tmp_path: Path) -> None:
    world = World(tmp_path, Space())
    ru, _ = world.add("ru", "gost2012-256-a"), world.add("by", "bign-256v1")
    fields = {
        "document": base64.b64encode(ru.pki.sign(CONTENT, ru.signer)).decode(),
        "transaction": TX + "later",
    }
    try:
        world.start("by")
        url = world.nodes["by"].url + "/v1/validations"
        waiting = httpx.post(url, json=fields, timeout=20)
        assert waiting.status_code == 202, waiting.text
        assert int(waiting.headers["retry-after"]) > 0
        said = waiting.json()
        assert (said["outcome"], said["final"], said["id"]) == ("undetermined-for-now", False, None)
        assert said["opinions"] == [{"member": "ru", "outcome": None}]
        assert said["report"]["signatures"]
        with world.run("ru"):
            final = httpx.post(url, json=fields, timeout=20)
        assert (final.status_code, final.json()["outcome"]) == (200, "valid"), final.text
    finally:
        world.close()


def test_a_node_that_must_not_sign_says_so(tmp_path: Path) -> None:
    world = World(tmp_path, Space())
    ru = world.add("ru", "gost2012-256-a")
    document = base64.b64encode(ru.pki.sign(CONTENT, ru.signer)).decode()
    try:
        world.start()
        (world.nodes["ru"].folder / "register.p7m").write_bytes(b"damaged")
        answer = httpx.post(world.nodes["ru"].url + "/v1/validations", json={"document": document})
        assert (answer.status_code, answer.json()["code"]) == (503, "NODE_NOT_READY")
        assert answer.headers["retry-after"]
    finally:
        world.close()


def test_a_slow_upload_is_ended(tmp_path: Path) -> None:
    world = World(tmp_path, Space())
    world.add("ru", "gost2012-256-a")
    config = world.nodes["ru"].folder / "node.toml"
    config.write_text(config.read_text().replace("[limits]", "[limits]\nrequest_timeout = 0.5"))

    def drops() -> Iterator[bytes]:
        for _ in range(40):
            time.sleep(0.1)
            yield b" "

    try:
        world.start()
        answer = httpx.post(
            world.nodes["ru"].url + "/v1/validations",
            content=drops(),
            headers={"Content-Type": "application/json"},
        )
        assert (answer.status_code, answer.json()["code"]) == (408, "HTTP_BODY_TOO_SLOW")
    finally:
        world.close()
