"""Time-stamps: OpenSSL believes ours, we read OpenSSL's, and a bad request is answered, not believed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.openssl import OpenSSL
from support.pki import NOW, TSA_POLICY, Entity, Pki, entropy
from support.verifying import holds
from trustspace.algorithms.digests import digest_by_name
from trustspace.documents.open import open_document
from trustspace.encoding import der
from trustspace.encoding.pki_status import PKIFailureInfo, PKIStatus
from trustspace.encoding.tsp import TimeStampResp
from trustspace.errors import MalformedEncoding
from trustspace.timestamps.issue import rejection
from trustspace.timestamps.request import (
    TimestampMismatch,
    TimestampRefused,
    build_request,
    read_response,
)
from trustspace.timestamps.token import TimestampToken

DATA = b"what existed at that time"
SHA256 = digest_by_name("SHA-256")
AT = str(int(NOW.timestamp()))
ENTROPY = entropy("respond")


@pytest.fixture
def tool(gost_environment: dict[str, str], openssl: str, tmp_path: Path) -> OpenSSL:
    made = OpenSSL(openssl, gost_environment, tmp_path)
    made.write("data", DATA)
    return made


def _authority(kind: str) -> tuple[Entity, Entity, Entity]:
    pki = Pki(kind)
    root = pki.root()
    ca = pki.authority("CA", root)
    return root, ca, pki.tsa("TSA", ca)


def _respond(tsa: Entity, request: bytes, **changes: object) -> bytes:
    authority = replace(tsa.authority(), **changes)  # type: ignore[arg-type]
    return authority.respond(request, serial=lambda: 4711, now=NOW, entropy=ENTROPY)


@pytest.mark.parametrize(
    ("kind", "digest"),
    [
        ("p-256", "SHA-256"),
        ("rsa-2048", "SHA-512"),
        ("gost2012-256-a", "Streebog-256"),
        ("gost2012-512-a", "Streebog-512"),
        ("gost2012-256-cp-a", "SHA-256"),
    ],
)
def test_openssl_believes_our_responses(kind: str, digest: str, tool: OpenSSL) -> None:
    root, ca, tsa = _authority(kind)
    algorithm = digest_by_name(digest)
    request = build_request(algorithm, algorithm.digest(DATA), nonce=2**63 + 5)
    tool.pem("root.pem", root.certificate.raw)
    tool.pem("ca.pem", ca.certificate.raw)
    tool.write("request.tsq", request)
    response = _respond(tsa, request)
    tool.write("response.tsr", response)
    trust = ("-CAfile", "root.pem", "-untrusted", "ca.pem", "-attime", AT)
    assert "Verification: OK" in tool.run(
        "ts", "-verify", "-in", "response.tsr", "-queryfile", "request.tsq", *trust
    )
    assert "Verification: OK" in tool.run("ts", "-verify", "-in", "response.tsr", "-data", "data", *trust)
    tool.write("token.der", read_response(response, request).raw)
    assert "Verification: OK" in tool.run(
        "ts", "-verify", "-in", "token.der", "-token_in", "-data", "data", *trust
    )
    tool.write("data", DATA + b".")
    assert "message imprint mismatch" in tool.run(
        "ts", "-verify", "-in", "response.tsr", "-data", "data", *trust, expect=1
    )


def test_we_answer_openssls_request_as_it_was_asked(tool: OpenSSL) -> None:
    root, ca, tsa = _authority("gost2012-256-a")
    tool.pem("root.pem", root.certificate.raw)
    tool.pem("untrusted.pem", ca.certificate.raw, tsa.certificate.raw)
    trust = ("-CAfile", "root.pem", "-untrusted", "untrusted.pem", "-attime", AT)
    # Without -cert the certificate must stay out (RFC 3161 §2.4.1).
    tool.run("ts", "-query", "-data", "data", "-md_gost12_256", "-out", "request.tsq")
    response = _respond(tsa, tool.read("request.tsq"))
    tool.write("response.tsr", response)
    assert "OK" in tool.run("ts", "-verify", "-in", "response.tsr", "-queryfile", "request.tsq", *trust)
    token = TimeStampResp.parse(response).token
    assert token is not None
    assert TimestampToken.parse(token).signed_data.certificates == ()


@pytest.mark.parametrize(
    ("algorithm", "digest"),
    [
        (["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"], "sha256"),
        (["-algorithm", "gost2012_256", "-pkeyopt", "paramset:TCA"], "md_gost12_256"),
        (["-algorithm", "gost2012_512", "-pkeyopt", "paramset:A"], "md_gost12_512"),
    ],
)
def test_we_read_and_verify_openssls_tokens(algorithm: list[str], digest: str, tool: OpenSSL) -> None:
    tool.make_pki(algorithm, digest)
    tool.run("ts", "-query", "-data", "data", f"-{digest}", "-cert", "-out", "request.tsq")
    tool.run(
        *("ts", "-reply", "-config", "pki.cnf", "-queryfile", "request.tsq", "-signer", "tsa.pem"),
        *("-inkey", "tsa.key", "-out", "response.tsr"),
    )
    token = read_response(tool.read("response.tsr"), tool.read("request.tsq"))
    assert token.covers(lambda algorithm: algorithm.digest(DATA))
    assert not token.covers(lambda algorithm: algorithm.digest(DATA + b"."))
    assert token.tst_info.policy == "1.2.3.4.1"
    for octets in (tool.read("response.tsr"), token.raw):
        document = open_document(octets)
        assert document.content_type == "1.2.840.113549.1.9.16.1.4"
        assert holds(document, document.signatures[0])


def test_a_token_says_what_it_was_made_to_say() -> None:
    _, _, tsa = _authority("bign-256v1")
    digest = digest_by_name("belt-hash")
    authority = replace(tsa.authority(), accuracy=timedelta(milliseconds=1500), ordering=True)
    raw = authority.issue(digest, digest.digest(DATA), serial=9, now=NOW, entropy=ENTROPY, nonce=77)
    token = TimestampToken.parse(raw)
    info = token.tst_info
    assert (info.serial, info.nonce, info.policy, info.gen_time) == (9, 77, TSA_POLICY, NOW)
    assert (info.accuracy, info.ordering) == (timedelta(milliseconds=1500), True)
    assert token.imprint(digest, digest.digest(DATA))
    assert not token.imprint(SHA256, digest.digest(DATA))
    document = open_document(raw)
    assert holds(document, document.signatures[0])
    assert document.signatures[0].certificate_references[0].serial == tsa.certificate.serial


def _request(**changes: object) -> bytes:
    parts: dict[str, object] = {
        "version": der.integer(1),
        "imprint": der.sequence(der.sequence(der.oid(SHA256.oid)), der.octet_string(SHA256.digest(DATA))),
        "policy": None,
        "extensions": None,
    }
    return der.sequence(*{**parts, **changes}.values())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("request_", "failure"),
    [
        (b"", PKIFailureInfo.BAD_DATA_FORMAT),
        (b"\x30\x80\x00", PKIFailureInfo.BAD_DATA_FORMAT),
        (_request(version=der.integer(2)), PKIFailureInfo.BAD_REQUEST),
        (
            _request(imprint=der.sequence(der.sequence(der.oid("1.2.3")), der.octet_string(b"x" * 32))),
            PKIFailureInfo.BAD_ALG,
        ),
        (
            _request(
                imprint=der.sequence(
                    der.sequence(der.oid("1.3.14.3.2.26"), der.NULL), der.octet_string(b"x" * 20)
                )
            ),
            PKIFailureInfo.BAD_ALG,
        ),
        (
            _request(imprint=der.sequence(der.sequence(der.oid(SHA256.oid)), der.octet_string(b"short"))),
            PKIFailureInfo.BAD_DATA_FORMAT,
        ),
        (_request(policy=der.oid("1.2.3.4.9")), PKIFailureInfo.UNACCEPTED_POLICY),
        (
            _request(
                extensions=der.implicit(
                    0, der.sequence(der.sequence(der.oid("1.2.3"), der.octet_string(b"x")))
                )
            ),
            PKIFailureInfo.UNACCEPTED_EXTENSION,
        ),
    ],
)
def test_a_bad_request_is_answered_with_its_failure(
    request_: bytes, failure: PKIFailureInfo, tool: OpenSSL
) -> None:
    _, _, tsa = _authority("p-256")
    answer = tsa.authority().respond(
        request_, serial=lambda: pytest.fail("a serial number was spent"), now=NOW, entropy=ENTROPY
    )
    response = TimeStampResp.parse(answer)
    assert response.status.status is PKIStatus.REJECTION
    assert response.status.fail_info == {failure}
    assert response.token is None
    tool.write("response.tsr", answer)
    assert "Status: Rejected" in tool.run("ts", "-reply", "-in", "response.tsr", "-text")


@given(st.binary(max_size=200))
def test_no_request_breaks_the_authority(request_: bytes) -> None:
    _, _, tsa = _authority("p-256")
    assert TimeStampResp.parse(_respond(tsa, request_)).status.status is PKIStatus.REJECTION


def test_the_accepted_digests_can_be_narrowed() -> None:
    _, _, tsa = _authority("p-256")
    request = build_request(SHA256, SHA256.digest(DATA), nonce=1)
    answer = TimeStampResp.parse(_respond(tsa, request, accepted_digests=frozenset({"Streebog-256"})))
    assert answer.status.fail_info == {PKIFailureInfo.BAD_ALG}


def test_an_answer_to_another_question_is_refused() -> None:
    _, _, tsa = _authority("p-256")
    request = build_request(SHA256, SHA256.digest(DATA), nonce=1, policy=TSA_POLICY)
    response = _respond(tsa, request)
    assert read_response(response, request).gen_time == NOW
    for field, other in (
        ("nonce", build_request(SHA256, SHA256.digest(DATA), nonce=2)),
        ("messageImprint", build_request(SHA256, SHA256.digest(b"else"), nonce=1)),
        ("policy", build_request(SHA256, SHA256.digest(DATA), nonce=1, policy="1.2.3.4.9")),
    ):
        with pytest.raises(TimestampMismatch) as caught:
            read_response(response, other)
        assert caught.value.parameters["field"] == field
    with pytest.raises(TimestampRefused) as refused:
        read_response(rejection(PKIFailureInfo.TIME_NOT_AVAILABLE, "the clock is lost"), request)
    assert refused.value.parameters == {"status": "rejection", "failure": "14", "text": "the clock is lost"}


def test_what_is_no_token_is_refused() -> None:
    pki = Pki("p-256")
    signed = pki.sign(DATA, pki.signer("A", pki.root()))
    for octets in (signed, DATA, b"\x30\x00"):
        with pytest.raises(MalformedEncoding):
            TimestampToken.parse(octets)


def test_an_imprint_under_an_unknown_algorithm_is_neither_right_nor_wrong() -> None:
    _, _, tsa = _authority("p-256")
    raw = tsa.stamp(SHA256, SHA256.digest(DATA))
    unknown = raw.replace(der.oid(SHA256.oid)[2:-1] + b"\x01", der.oid(SHA256.oid)[2:-1] + b"\x7f")
    token = TimestampToken.parse(unknown)
    assert token.imprint_algorithm is None
    assert token.covers(lambda algorithm: algorithm.digest(DATA)) is None
