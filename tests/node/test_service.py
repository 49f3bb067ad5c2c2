"""A node's edges: exactly once, refusals that are signed, bounds of HTTP, honest health, TSP, OCSP, CRLs."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from support.nodes import World, write_node
from support.pki import NOW
from support.space import Member, Space, content_of
from trustspace.algorithms.digests import digest_by_name
from trustspace.encoding.crl import CertificateList
from trustspace.encoding.dvcs import ServiceType
from trustspace.encoding.general_name import GeneralName
from trustspace.encoding.ocsp import CertStatus, OCSPRequest, OCSPResponse, OCSPResponseStatus
from trustspace.encoding.pki_status import PKIFailureInfo, PKIStatus
from trustspace.node.commands import check
from trustspace.node.config import load_config
from trustspace.node.material import Trust
from trustspace.pki.issuing import certificate_id
from trustspace.receipts.details import Imprint
from trustspace.receipts.outcome import Outcome
from trustspace.receipts.parsing import parse_receipt
from trustspace.receipts.report import Standing
from trustspace.receipts.request import build_request, parse_request, same_question
from trustspace.receipts.verify import verify_receipt
from trustspace.store.ledger import Ledger
from trustspace.timestamps.request import build_request as build_tsp_request
from trustspace.timestamps.request import read_response

DVCS = {"Content-Type": "application/dvcs"}


@pytest.fixture
def ru(world: World) -> Member:
    return world.add("ru", "gost2012-256-a")


def vsd(document: bytes, transaction: str | None = "1", nonce: int | None = 7) -> bytes:
    return build_request(
        ServiceType.VSD,
        message=document,
        nonce=nonce,
        request_time=NOW,
        transaction=None if transaction is None else GeneralName.of_uri(f"urn:tx:{transaction}"),
    )


def ask(world: World, body: bytes, code: str = "ru") -> bytes:
    answer = httpx.post(world.nodes[code].dvcs, content=body, headers=DVCS, timeout=20)
    assert answer.status_code == 200, answer.text
    return answer.content


def refusal(answer: bytes) -> tuple[PKIStatus, frozenset[int], str]:
    note = parse_receipt(answer).response.error_note
    assert note is not None
    return note.transaction_status.status, note.transaction_status.fail_info, note.transaction_status.text[0]


def test_the_same_request_gets_the_identical_bytes_also_after_a_restart(world: World, ru: Member) -> None:
    world.publish()
    document = ru.pki.sign(b"contract", ru.signer)
    with world.run("ru"):
        with ThreadPoolExecutor(6) as pool:
            answers = set(pool.map(lambda _: ask(world, vsd(document)), range(6)))
        assert len(answers) == 1
        second = ask(world, vsd(document, "2"))
    with world.run("ru"):
        assert ask(world, vsd(document)) in answers
        third = ask(world, vsd(document, "3"))
    infos = [parse_receipt(each).info for each in (*answers, second, third)]
    serials = [info.serial_number for info in infos if info is not None]
    assert serials == sorted(set(serials))
    assert len(serials) == 3
    times = [info.response_time.gen_time for info in infos if info is not None]
    assert times == sorted(times)  # type: ignore[type-var]


def test_the_nonce_stands_in_for_a_transaction_and_the_question_for_both(world: World, ru: Member) -> None:
    world.start()
    document = ru.pki.sign(b"contract", ru.signer)
    by_nonce = ask(world, vsd(document, None, 1))
    assert ask(world, vsd(document, None, 1)) == by_nonce
    assert ask(world, vsd(document, None, 2)) != by_nonce
    bare = ask(world, vsd(document, None, None))
    assert ask(world, vsd(document, None, None)) == bare


def test_a_transaction_for_another_document_is_refused_with_a_signature(world: World, ru: Member) -> None:
    world.start()
    first = ask(world, vsd(ru.pki.sign(b"contract", ru.signer)))
    assert parse_receipt(first).info is not None
    answer = ask(world, vsd(ru.pki.sign(b"another", ru.signer)))
    status, failure, words = refusal(answer)
    assert (status, failure) == (PKIStatus.REJECTION, {PKIFailureInfo.BAD_REQUEST})
    assert "another document" in words
    note = parse_receipt(answer).response.error_note
    assert note is not None
    assert note.transaction_identifier == GeneralName.of_uri("urn:tx:1")
    report = verify_receipt(
        answer, snapshot=world.space.snapshot(), evidence=world.space.evidence(), times=world.space.times
    )
    assert report.standing is Standing.HOLDS, report.causes
    assert report.says is Outcome.UNDETERMINED_FOR_GOOD


@pytest.mark.parametrize(
    ("body", "failure"),
    [
        (b"", PKIFailureInfo.BAD_DATA_FORMAT),
        (b"hello", PKIFailureInfo.BAD_DATA_FORMAT),
        (b"\x30\x80" * 500, PKIFailureInfo.BAD_DATA_FORMAT),
        (vsd(b"not a signature"), PKIFailureInfo.BAD_DATA_FORMAT),
        (vsd(b""), PKIFailureInfo.BAD_DATA_FORMAT),
        (build_request(ServiceType.CPD, message=b"x"), PKIFailureInfo.BAD_REQUEST),
        (
            build_request(ServiceType.VSD, imprint=Imprint("2.16.840.1.101.3.4.2.1", bytes(32))),
            PKIFailureInfo.BAD_DATA_FORMAT,
        ),
    ],
)
def test_what_cannot_be_served_is_refused_with_a_signature(
    world: World, ru: Member, body: bytes, failure: PKIFailureInfo
) -> None:
    world.start()
    answer = ask(world, body)
    assert refusal(answer)[:2] == (PKIStatus.REJECTION, {failure})
    report = verify_receipt(
        answer, snapshot=world.space.snapshot(), evidence=world.space.evidence(), times=world.space.times
    )
    assert report.standing is Standing.HOLDS, report.causes
    assert report.says.undetermined


def test_kazakhstan_wants_a_transaction_identifier(world: World) -> None:
    kz = world.add("kz", "kz-gost2015-512", dialect="kz")
    world.start()
    document = kz.pki.sign(b"contract", kz.signer)
    assert "transactionIdentifier" in refusal(ask(world, vsd(document, None), "kz"))[2]
    answer = ask(world, vsd(document), "kz")
    assert parse_receipt(answer).info is not None


def test_the_answer_repeats_the_question(world: World, ru: Member) -> None:
    world.start()
    body = vsd(ru.pki.sign(b"contract", ru.signer))
    info = parse_receipt(ask(world, body)).info
    assert info is not None
    asked = parse_request(body).information
    assert same_question(asked, info.dv_req_info) is None
    assert same_question(replace(asked, nonce=8), info.dv_req_info) == "nonce"


def test_http_is_bounded(world: World, ru: Member) -> None:
    world.start()
    url = world.nodes["ru"].dvcs
    wrong_type = httpx.post(url, content=b"x", headers={"Content-Type": "text/plain"})
    assert (wrong_type.status_code, wrong_type.json()["code"]) == (415, "HTTP_CONTENT_TYPE")
    large = httpx.post(url, content=bytes(2_000_001), headers=DVCS)
    assert (large.status_code, large.json()["code"]) == (413, "HTTP_BODY_TOO_LARGE")

    def chunks() -> object:
        for _ in range(40):
            yield bytes(100_000)

    streamed = httpx.post(url, content=chunks(), headers=DVCS)  # type: ignore[arg-type]
    assert streamed.status_code == 413
    assert httpx.get(url).status_code == 405
    assert httpx.get(f"{world.nodes['ru'].url}/nothing").status_code == 404
    assert httpx.get(f"{world.nodes['ru'].url}/health/live").json() == {"live": True}


def test_ready_is_honest(world: World, ru: Member) -> None:
    world.start()
    ready = f"{world.nodes['ru'].url}/health/ready"
    assert httpx.get(ready).json() == {"ready": True, "codes": [], "reasons": []}
    body = vsd(ru.pki.sign(b"contract", ru.signer))
    register = world.nodes["ru"].folder / "register.p7m"
    good = register.read_bytes()
    register.write_bytes(b"damaged")
    answer = httpx.get(ready)
    assert (answer.status_code, answer.json()["ready"]) == (503, False)
    assert answer.json()["reasons"]
    refused = httpx.post(world.nodes["ru"].dvcs, content=body, headers=DVCS)
    assert (refused.status_code, refused.json()["code"]) == (503, "NODE_NOT_READY")
    assert refused.headers["retry-after"]
    register.write_bytes(good)
    assert httpx.get(ready).status_code == 200
    crl = world.nodes["ru"].folder / "evidence" / "ca.crl"
    crl.write_bytes(crl.read_bytes()[:-20])
    assert httpx.get(ready).status_code == 503


def test_a_node_whose_certificate_was_revoked_signs_nothing(world: World, ru: Member) -> None:
    world.start()
    world.space.root.revoke(ru.ttps[0], at=NOW - timedelta(days=1))
    (world.nodes["ru"].folder / "evidence" / "ttp-ca.crl").write_bytes(world.space.root.crl().raw)
    ready = httpx.get(f"{world.nodes['ru'].url}/health/ready").json()
    assert ready["codes"] == ["OWN_CERTIFICATE_REVOKED"]
    body = vsd(ru.pki.sign(b"contract", ru.signer))
    assert httpx.post(world.nodes["ru"].dvcs, content=body, headers=DVCS).status_code == 503


def test_an_older_register_does_not_replace_a_newer_one(world: World, ru: Member) -> None:
    old = world.space.signed_register()
    world.space.sequence = 5
    world.start()
    ready = f"{world.nodes['ru'].url}/health/ready"
    assert httpx.get(ready).status_code == 200
    (world.nodes["ru"].folder / "register.p7m").write_bytes(old)
    assert httpx.get(ready).json()["codes"] == ["REGISTER_REPLAYED"]


def test_evidence_is_kept_beside_the_receipt_and_deferred_serials_are_accounted_for(
    world: World, ru: Member
) -> None:
    by = world.add("by", "bign-256v1")
    world.publish()
    with world.run("ru"):
        ask(world, vsd(by.pki.sign(b"contract", by.signer), "deferred"))
        ask(world, vsd(ru.pki.sign(b"contract", ru.signer), "final"))
    with Ledger(world.nodes["ru"].folder / "data" / "ledger.db") as ledger:
        assert [state for _, state in ledger.gaps()] == ["deferred"]
        [(serial, leaf)] = ledger.pending_leaves()
        stored = ledger.receipt(serial)
        assert stored is not None
        assert {"request", "report", "facts/0", "snapshot"} <= set(stored.evidence)
        assert parse_receipt(stored.receipt).details is not None
        assert len(leaf) == 64


def test_time_stamps_over_http(world: World, ru: Member) -> None:
    world.start()
    digest = digest_by_name("SHA-256")
    request = build_tsp_request(digest, digest.digest(b"data"), nonce=99)
    answer = httpx.post(
        f"{world.nodes['ru'].url}/tsp",
        content=request,
        headers={"Content-Type": "application/timestamp-query"},
    )
    assert answer.headers["content-type"] == "application/timestamp-reply"
    token = read_response(answer.content, request)
    assert token.gen_time == NOW
    assert token.imprint(digest, digest.digest(b"data"))


def test_status_over_http(world: World, ru: Member) -> None:
    revoked = ru.person("Former")
    ru.ca.revoke(revoked, at=NOW - timedelta(days=2), reason=1)
    world.start()
    url = world.nodes["ru"].url
    crl_file = world.nodes["ru"].folder / "evidence" / "ca.crl"
    crl_file.write_bytes(ru.ca.crl().raw)
    answer = httpx.get(f"{url}/crl/issuing")
    assert answer.headers["content-type"] == "application/pkix-crl"
    assert CertificateList.parse(answer.content).count == 1
    assert httpx.get(f"{url}/crl/other").status_code == 404

    def status(*entities: object, digest: str = "SHA-1") -> OCSPResponse:
        ids = [
            certificate_id(e.certificate, ru.ca.certificate, digest_by_name(digest))  # type: ignore[attr-defined]
            for e in entities
        ]
        reply = httpx.post(
            f"{url}/ocsp",
            content=OCSPRequest.build(ids, nonce=b"12345678").raw,
            headers={"Content-Type": "application/ocsp-request"},
        )
        assert reply.headers["content-type"] == "application/ocsp-response"
        return OCSPResponse.parse(reply.content)

    for digest in ("SHA-1", "SHA-256", "Streebog-256"):
        basic = status(ru.signer, revoked, digest=digest).basic
        assert basic is not None
        assert [r.status for r in basic.responses] == [CertStatus.GOOD, CertStatus.REVOKED]
        assert basic.nonce == b"12345678"
    assert status(ru.ttps[0]).status is OCSPResponseStatus.SUCCESSFUL  # by serial: the CRL does not list it
    bad = httpx.post(f"{url}/ocsp", content=b"x", headers={"Content-Type": "application/ocsp-request"})
    assert OCSPResponse.parse(bad.content).status is OCSPResponseStatus.MALFORMED_REQUEST


def test_check_says_in_words_what_is_missing(tmp_path: Path) -> None:
    space = Space()
    member = space.member("ru", "gost2012-256-a")
    config = write_node(tmp_path / "node", member)
    clock = lambda: space.now  # noqa: E731
    missing = check(config, clock=clock)
    assert not missing.ready
    assert "register.p7m" in missing.reasons[0]
    (config.parent / "register.p7m").write_bytes(space.signed_register())
    assert check(config, clock=clock).ready
    late = check(config, clock=lambda: space.now + timedelta(days=60), language="ru")
    assert not late.ready
    (config.parent / "ttp0.key").write_bytes(member.tsa.key.to_pkcs8())
    wrong = check(config, clock=clock)
    assert "ttp0.cer" in wrong.reasons[0]


def test_a_node_starts_unready_while_its_register_cannot_be_believed_and_says_what_is_missing(
    tmp_path: Path,
) -> None:
    """Without the CRL of the CA of the TTP service: nothing of the register is trusted, nothing is signed."""
    space = Space()
    space.register_authority("md", space.pki.authority("Moldovan CA", space.root))
    config_path = write_node(tmp_path / "node", space.member("ru", "gost2012-256-a"))
    (config_path.parent / "register.p7m").write_bytes(space.signed_register())
    crl = config_path.parent / "evidence" / "ttp-ca.crl"
    data = crl.read_bytes()
    trust = Trust(load_config(config_path))
    registered = len(trust.current(space.now).snapshot.anchors)
    crl.unlink()
    state = trust.current(space.now)
    assert state.register is None
    assert len(state.snapshot.anchors) < registered
    assert [each.code for each in state.problems] == ["REGISTER_UNDETERMINED", "REVOCATION_DATA_MISSING"]
    missing = check(config_path, clock=lambda: space.now)
    assert not missing.ready
    assert any("no CRL or OCSP response" in reason for reason in missing.reasons)
    crl.write_bytes(data)
    assert check(config_path, clock=lambda: space.now).ready


def test_a_time_stamp_authority_that_does_not_answer_stops_receipts(tmp_path: Path, world: World) -> None:
    member = world.add("ru", "gost2012-256-a")
    config = world.nodes["ru"].folder / "node.toml"
    text = config.read_text(encoding="utf-8")
    own = 'key = "tsa.key"\ncertificate = "tsa.cer"'
    assert own in text
    config.write_text(text.replace(own, 'url = "http://127.0.0.1:1/tsp"'), encoding="utf-8")
    world.start()
    body = vsd(member.pki.sign(b"contract", member.signer))
    answer = httpx.post(world.nodes["ru"].dvcs, content=body, headers=DVCS, timeout=20)
    assert (answer.status_code, answer.json()["code"]) == (503, "TIME_STAMP_UNAVAILABLE")


def test_receipts_are_time_stamped_by_another_nodes_authority_too(world: World) -> None:
    world.add("by", "bign-256v1")
    member = world.add("ru", "gost2012-256-a")
    config = world.nodes["ru"].folder / "node.toml"
    text = config.read_text(encoding="utf-8")
    own = 'key = "tsa.key"\ncertificate = "tsa.cer"'
    url = world.nodes["by"].url
    config.write_text(text.replace(own, f'url = "{url}/tsp"'), encoding="utf-8")
    world.start()
    document = member.pki.sign(b"contract", member.signer)
    receipt = ask(world, vsd(document))
    report = verify_receipt(
        receipt,
        snapshot=world.space.snapshot(),
        evidence=None,
        times=world.space.times,
        document=content_of(document),
    )
    assert report.exit_code == 0, report.causes
    assert httpx.post(f"{world.nodes['ru'].url}/tsp", content=b"").status_code == 404


def test_no_environment_proxy_is_used(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "HTTP_PROXY", "http://127.0.0.1:9")
    ru = world.add("ru", "gost2012-256-a")
    world.add("by", "bign-256v1")
    world.start()
    monkeypatch.setitem(os.environ, "NO_PROXY", "127.0.0.1")
    answer = ask(world, vsd(ru.pki.sign(b"contract", ru.signer)), "by")
    details = parse_receipt(answer).details
    assert details is not None
    assert details.outcome is Outcome.VALID


def test_a_damaged_anchor_is_refused_at_the_start(tmp_path: Path) -> None:
    space = Space()
    member = space.member("ru", "gost2012-256-a")
    config = write_node(tmp_path / "node", member)
    (config.parent / "register.p7m").write_bytes(space.signed_register())
    for name in ("anchors/root.cer", "ttp-ca.cer"):
        path = config.parent / name
        good = path.read_bytes()
        path.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
        result = check(config, clock=lambda: space.now)
        assert not result.ready
        assert path.name in result.reasons[0]
        path.write_bytes(good)
    assert check(config, clock=lambda: space.now).ready
