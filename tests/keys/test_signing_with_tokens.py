"""What a token key signs is what everybody else can verify: OpenSSL, and our own validation."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.openssl import OpenSSL
from support.pki import CA_USAGE, NOW, SIGNER_USAGE, Pki, entropy
from support.tokens import SoftToken
from trustspace.algorithms.digests import digest_by_name
from trustspace.algorithms.model import SigningKey
from trustspace.algorithms.signatures import pss_scheme
from trustspace.documents.cades_signing import SigningLevel, sign_cades
from trustspace.documents.content import Content
from trustspace.encoding.certificate import Certificate
from trustspace.keys.opening import open_key
from trustspace.pki.edges import EdgeCache, EdgeOutcome
from trustspace.pki.issuing import (
    CertificateTemplate,
    Issuer,
    distinguished_name,
    issue_certificate,
    issue_crl,
)
from trustspace.pki.issuing.signed_data import CmsSigner

DOCUMENT = "Договор № 5\n".encode()
SHA256 = digest_by_name("SHA-256")


@pytest.fixture
def tool(openssl: str, tmp_path: Path) -> OpenSSL:
    return OpenSSL(openssl, dict(os.environ), tmp_path)


def certified(key: SigningKey, ca_key: SigningKey) -> tuple[Certificate, Certificate]:
    """A root and a signer's certificate; both private keys may be on tokens."""
    root_template = CertificateTemplate(
        subject=distinguished_name([("C", "BY"), ("CN", "Token Root")]),
        public_key=ca_key.key,
        not_before=Pki().not_before,
        not_after=Pki().not_after,
        ca=True,
        key_usage=CA_USAGE,
    )
    root = issue_certificate(
        root_template, Issuer.itself(root_template, ca_key), serial=1, entropy=entropy("root")
    )
    template = CertificateTemplate(
        subject=distinguished_name([("C", "BY"), ("CN", "Token Signer")]),
        public_key=key.key,
        not_before=Pki().not_before,
        not_after=Pki().not_after,
        ca=False,
        key_usage=SIGNER_USAGE,
    )
    signer = issue_certificate(template, Issuer.of(root, ca_key), serial=2, entropy=entropy("signer"))
    return root, signer


@pytest.mark.parametrize(
    ("name", "scheme"),
    [(name, "usual") for name in ("rsa-2048", "p-256", "p-384", "p-521")] + [("rsa-2048", "pss")],
)
def test_openssl_verifies_cades_of_a_token_key(
    name: str, scheme: str, stocked: SoftToken, tool: OpenSSL
) -> None:
    key = open_key(stocked.uri(name))
    root, certificate = certified(key, open_key(stocked.uri("p-256")))
    signer = CmsSigner(
        key=key,
        certificate=certificate,
        scheme=pss_scheme(SHA256, SHA256, 32) if scheme == "pss" else None,
    )
    tool.pem("root.pem", root.raw)
    for detached in (False, True):
        signed = sign_cades(
            Content.of_bytes(DOCUMENT),
            [signer],
            signing_time=NOW,
            entropy=entropy("document"),
            level=SigningLevel.B,
            detached=detached,
        )
        tool.write("signed.p7s", signed)
        tool.write("document", DOCUMENT)
        content = ["-content", "document"] if detached else []
        tool.run(
            *("cms", "-verify", "-binary", "-cades", "-inform", "DER", "-in", "signed.p7s", *content),
            *("-CAfile", "root.pem", "-attime", str(int(NOW.timestamp())), "-purpose", "any"),
            *("-out", "content"),
        )
        assert tool.read("content") == DOCUMENT


def test_openssl_verifies_what_a_ca_on_a_token_issues(stocked: SoftToken, tool: OpenSSL) -> None:
    ca = open_key(stocked.uri("rsa-2048"))
    root, certificate = certified(open_key(stocked.uri("p-384")), ca)
    crl = issue_crl(
        Issuer.of(root, ca),
        [],
        number=1,
        this_update=NOW,
        next_update=Pki().not_after,
        entropy=entropy("crl"),
    )
    tool.pem("root.pem", root.raw)
    tool.pem("signer.pem", certificate.raw)
    tool.pem("root.crl", crl.raw, label="X509 CRL")
    tool.run(
        *("verify", "-CAfile", "root.pem", "-CRLfile", "root.crl", "-crl_check"),
        *("-attime", str(int(NOW.timestamp())), "signer.pem"),
    )
    assert EdgeCache().edge(certificate, root).outcome is EdgeOutcome.VERIFIED
