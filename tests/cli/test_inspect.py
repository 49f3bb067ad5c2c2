"""``trustspace inspect``: every object of the trust space, for people and for programs; secrets never."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trustspace.algorithms.digests import digest_by_name
from trustspace.cli.recognise import Kind, looks_like, read_objects, recognise
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.ocsp import OCSPRequest
from trustspace.encoding.tsp import TimeStampResp
from trustspace.pki.issuing import certificate_id
from trustspace.timestamps.issue import PKIFailureInfo, rejection
from trustspace.timestamps.request import build_request


def pem(label: str, data: bytes) -> bytes:
    return f"-----BEGIN {label}-----\n{base64.encodebytes(data).decode()}-----END {label}-----\n".encode()


def view(run, path):
    result = run("inspect", path, "--json")
    assert result.code == 0, result.err
    return json.loads(result.out)


def test_a_certificate(run, ru):
    shown = view(run, ru.people / "ivanova.cer")
    assert shown["kind"] == "certificate"
    identities = {row["kind"]: (row["value"], row["check"]) for row in shown["identities"]}
    assert identities["INN"] == ("500100732185", True)
    assert shown["public_key"] == {
        "algorithm": "GOST R 34.10-2012-256",
        "parameter_set": "TC26-256-A",
        "key_size": 256,
    }
    assert shown["key_usage"] == ["digitalSignature", "nonRepudiation"]
    text = run("inspect", ru.people / "ivanova.cer", "--lang", "ru").out
    assert "сертификат" in text
    assert "ИНН 500100732185 (RU, контрольные цифры верны)" in text
    assert "подписи не проверялись" in text


def test_a_crl(run, ru):
    shown = view(run, ru.authority / "issuing.crl")
    revoked = Certificate.parse((ru.people / "petrov.cer").read_bytes())
    assert shown["revoked_count"] == 1
    (entry,) = shown["revoked"]
    assert int(entry["serial"], 16) == revoked.serial
    assert entry["reason"] == "keyCompromise"
    assert (
        "revoked" not in view(run, ru.authority / "root.crl")
        or view(run, ru.authority / "root.crl")["revoked"] == []
    )


def test_an_ocsp_response(run, ru):
    shown = view(run, ru.authority / "petrov.ocsp")
    assert shown["kind"] == "OCSP response"
    assert shown["responses"][0]["status"] == "revoked"
    assert view(run, ru.authority / "ivanova.ocsp")["responses"][0]["status"] == "good"


def test_an_ocsp_request(run, ru, tmp_path):
    certificate = Certificate.parse((ru.people / "ivanova.cer").read_bytes())
    issuer = Certificate.parse((ru.authority / "issuing.cer").read_bytes())
    identifier = certificate_id(certificate, issuer, digest_by_name("Streebog-256"))
    request = OCSPRequest.build([identifier], nonce=b"12345678")
    path = tmp_path / "request.ocsp"
    path.write_bytes(request.raw)
    shown = view(run, path)
    assert shown["kind"] == "OCSP request"
    assert int(shown["requests"][0]["serial"], 16) == certificate.serial
    assert shown["requests"][0]["digest_algorithm"] == "Streebog-256"


def test_time_stamps(run, ru, tmp_path):
    digest = digest_by_name("SHA-256")
    path = tmp_path / "request.tsq"
    path.write_bytes(build_request(digest, digest.digest(b"x"), nonce=255))
    shown = view(run, path)
    assert (shown["kind"], shown["imprint_algorithm"], shown["nonce"]) == (
        "time-stamp request",
        "SHA-256",
        "ff",
    )
    refused = rejection(PKIFailureInfo.BAD_ALG, "not this one")
    assert TimeStampResp.parse(refused).token is None
    path.write_bytes(refused)
    assert view(run, path)["text"] == ["not this one"]


def test_a_signature_with_its_time_stamp(run, ru):
    shown = view(run, ru.document)
    (signature,) = shown["signatures"]
    assert (signature["format"], signature["level"]) == ("CAdES", "BASELINE-T")
    assert signature["timestamps"][0]["gen_time"].endswith("Z")
    assert shown["detached"] is False
    assert view(run, ru.detached)["detached"] is True


def test_pem_may_hold_several(run, ru, tmp_path):
    path = tmp_path / "bundle.pem"
    path.write_bytes(
        b"some words before\n"
        + pem("CERTIFICATE", (ru.authority / "root.cer").read_bytes())
        + pem("X509 CRL", (ru.authority / "root.crl").read_bytes())
    )
    assert [item["kind"] for item in view(run, path)["items"]] == ["certificate", "CRL"]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_private_keys_are_never_shown(run, ru, tmp_path, language):
    secret = (ru.people / "ivanova.key").read_bytes()
    result = run("inspect", ru.people / "ivanova.key", "--lang", language)
    assert (result.code, result.out) == (2, "")
    der = base64.b64decode(b"".join(secret.split(b"\n")[1:-2]))
    for data in (der, pem("CERTIFICATE", (ru.authority / "root.cer").read_bytes()) + secret):
        path = tmp_path / "hidden"
        path.write_bytes(data)
        assert run("inspect", path, "--json", "--lang", language).code == 2
        assert secret.split(b"\n")[1].decode() not in run("inspect", path).err


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"%PDF-1.7", "PDF document"),
        (b"PK\x03\x04....", "ZIP container"),
        (b"hello\n", "plain text"),
        (b"\x00" * 40, "zeros"),
        (b"-----BEGIN CERTIFICATE-----\nMIIB", "damaged PEM"),
    ],
)
def test_what_it_is_not(run, tmp_path, data, words):
    path = tmp_path / "file"
    path.write_bytes(data)
    result = run("inspect", path)
    assert result.code == 2
    assert words in result.err


def test_a_truncated_certificate_is_damaged(run, ru, tmp_path):
    path = tmp_path / "cut.cer"
    path.write_bytes((ru.authority / "root.cer").read_bytes()[:200])
    result = run("inspect", path)
    assert result.code == 2
    assert "200 bytes" in result.err


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_recognition_never_fails(data):
    assert recognise(data) in Kind
    assert recognise(b"0" + data) in Kind
    assert looks_like(data)
    assert read_objects(data)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_mutated_objects_are_shown_or_refused(ru_objects, mutated_run, data):
    raw = bytearray(data.draw(st.sampled_from(ru_objects)))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    code, err = mutated_run(bytes(raw))
    assert code in (0, 2)
    assert "Something went wrong inside" not in err
