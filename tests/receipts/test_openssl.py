"""Receipts in OpenSSL's eyes: the signature, the structure, and the time-stamp, by another implementation."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.openssl import OpenSSL
from support.pki import NOW
from support.space import Member, Space
from trustspace.encoding.cms import SignedData
from trustspace.receipts.outcome import Outcome
from trustspace.receipts.parsing import parse_receipt
from trustspace.receipts.profiles import Suite

SIGNATURE_TIME_STAMP = "1.2.840.113549.1.9.16.2.14"


def chain(space: Space) -> tuple[Member, bytes, bytes]:
    ru = space.member("ru", "gost2012-256-a")
    am = space.member("am", "p-256")
    document = ru.pki.sign(b"contract", ru.signer)
    receipt = am.receipt(
        document,
        embedded=[("ru", Outcome.VALID, ru.receipt(document))],
        ground="OPINION_RELIED_ON_PEER",
    )
    return am, document, receipt


def test_openssl_verifies_a_receipt_with_ecdsa(openssl: str, tmp_path: Path) -> None:
    space = Space()
    _, _, receipt = chain(space)
    tool = OpenSSL(openssl, dict(os.environ), tmp_path)
    tool.write("receipt.der", receipt)
    tool.pem("root.pem", space.root.certificate.raw)
    tool.run(
        *("cms", "-verify", "-inform", "DER", "-in", "receipt.der", "-binary", "-out", "content.der"),
        *("-CAfile", "root.pem", "-purpose", "any", "-attime", str(int(NOW.timestamp()))),
    )
    content = (tmp_path / "content.der").read_bytes()
    assert content == SignedData.parse(receipt).content
    listing = tool.run("asn1parse", "-inform", "DER", "-in", "content.der")
    assert "ENUMERATED" in listing
    shown = tool.run("cms", "-cmsout", "-print", "-inform", "DER", "-in", "receipt.der")
    assert "1.2.840.113549.1.9.16.1.8" in shown or "id-smime-ct-DVCSResponseData" in shown
    assert "id-smime-aa-dvcs-dvc" in shown or "1.2.840.113549.1.9.16.2.29" in shown


def test_openssl_refuses_a_changed_receipt(openssl: str, tmp_path: Path) -> None:
    space = Space()
    _, _, receipt = chain(space)
    content = SignedData.parse(receipt).content
    assert content is not None
    at = receipt.index(content) + len(content) // 2
    tool = OpenSSL(openssl, dict(os.environ), tmp_path)
    tool.write("receipt.der", receipt[:at] + bytes([receipt[at] ^ 1]) + receipt[at + 1 :])
    with pytest.raises(AssertionError):
        tool.run("cms", "-verify", "-inform", "DER", "-in", "receipt.der", "-noverify", "-out", "x")


def test_openssl_verifies_the_time_stamp_over_the_signature(openssl: str, tmp_path: Path) -> None:
    space = Space()
    member, _, receipt = chain(space)
    [info] = parse_receipt(receipt).signed.signer_infos
    [attribute] = info.unsigned(SIGNATURE_TIME_STAMP)
    tool = OpenSSL(openssl, dict(os.environ), tmp_path)
    tool.write("token.der", attribute.value.raw)
    tool.write("signature.bin", info.signature)
    tool.pem("root.pem", space.root.certificate.raw)
    answer = tool.run(
        *("ts", "-verify", "-token_in", "-in", "token.der", "-data", "signature.bin"),
        *("-CAfile", "root.pem", "-attime", str(int(NOW.timestamp()))),
    )
    assert "OK" in answer
    assert member.tsa.certificate.serial


def test_the_gost_engine_verifies_a_russian_receipt(
    openssl: str, gost_environment: dict[str, str], tmp_path: Path
) -> None:
    space = Space("gost2012-256-a")
    ru = space.member("ru", "gost2012-256-a", suite=Suite.NATIONAL)
    document = ru.pki.sign(b"contract", ru.signer)
    receipt = ru.receipt(document)
    tool = OpenSSL(openssl, gost_environment, tmp_path)
    tool.write("receipt.der", receipt)
    tool.pem("root.pem", space.root.certificate.raw)
    tool.run(
        *("cms", "-verify", "-inform", "DER", "-in", "receipt.der", "-binary", "-out", "content.der"),
        *("-CAfile", "root.pem", "-purpose", "any", "-attime", str(int(NOW.timestamp()))),
    )
    assert (tmp_path / "content.der").read_bytes() == SignedData.parse(receipt).content
