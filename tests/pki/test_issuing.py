"""What we issue, OpenSSL believes: certificates, CRLs, OCSP responses; and they say what was asked for."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest

from support.openssl import OpenSSL
from support.pki import NOW, Entity, Pki
from trustspace.algorithms.digests import digest_by_name
from trustspace.algorithms.signatures import verify_signature
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.ocsp import CertStatus
from trustspace.pki.issuing import DistributionPointScope, RevokedEntry
from trustspace.pki.issuing.names import directory, dns, email, ip, uri

OPENSSL_KINDS = ["p-256", "rsa-2048", "ed25519"]
GOST_KINDS = ["gost2012-256-a", "gost2012-256-cp-a", "gost2012-512-a", "gost2012-512-c", "gost2001-a"]
OWN_KINDS = ["bign-256v1", "bign-384v1", "bign-512v1", "kz-gost2015-512", "kz-gost2004"]
AT = str(int(NOW.timestamp()))
YEARS = str(10 * 365 * 86400)
"""openssl ocsp judges nextUpdate by the machine's clock; this much it forgives."""


@pytest.fixture
def tool(gost_environment: dict[str, str], openssl: str, tmp_path: Path) -> OpenSSL:
    return OpenSSL(openssl, gost_environment, tmp_path)


class Chain:
    """Root, issuing CA, signer, a revoked signer, a delegated responder."""

    def __init__(self, kind: str) -> None:
        self.pki = Pki(kind)
        self.root = self.pki.root()
        self.ca = self.pki.authority("CA", self.root, path_length=0)
        self.alice = self.pki.signer("Alice", self.ca)
        self.bob = self.pki.signer("Bob", self.ca)
        self.ocsp = self.pki.ocsp("OCSP", self.ca)
        self.ca.revoke(self.bob, reason=1)

    def write(self, tool: OpenSSL) -> None:
        for name in ("root", "ca", "alice", "bob"):
            tool.pem(f"{name}.pem", getattr(self, name).certificate.raw)
        tool.pem("ca.crl", self.ca.crl().raw, label="X509 CRL")
        tool.pem("root.crl", self.root.crl().raw, label="X509 CRL")


@pytest.mark.parametrize("kind", OPENSSL_KINDS + GOST_KINDS)
def test_openssl_builds_the_chain_and_honours_the_crl(kind: str, tool: OpenSSL) -> None:
    Chain(kind).write(tool)
    arguments = [
        *("verify", "-attime", AT, "-x509_strict", "-CAfile", "root.pem", "-untrusted", "ca.pem"),
        *("-crl_check_all", "-CRLfile", "ca.crl", "-CRLfile", "root.crl"),
    ]
    assert "alice.pem: OK" in tool.run(*arguments, "alice.pem")
    assert "certificate revoked" in tool.run(*arguments, "bob.pem", expect=2)


@pytest.mark.parametrize("kind", OPENSSL_KINDS + GOST_KINDS)
@pytest.mark.parametrize("by_key", [False, True])
def test_openssl_believes_ocsp_responses(kind: str, by_key: bool, tool: OpenSSL) -> None:
    chain = Chain(kind)
    chain.write(tool)
    for entity in (chain.alice, chain.bob):
        response = chain.ocsp.status(entity, nonce=b"n" * 16, by_key=by_key)
        tool.write("response.der", response.raw)
        said = tool.run(
            *("ocsp", "-respin", "response.der", "-CAfile", "root.pem", "-verify_other", "ca.pem"),
            *("-issuer", "ca.pem", "-cert", f"{entity.label.lower()}.pem", "-no_nonce", "-attime", AT),
            *("-validity_period", YEARS),
        )
        assert "Response verify OK" in said
        status = "revoked" if entity is chain.bob else "good"
        assert f"{entity.label.lower()}.pem: {status}" in said


def test_openssl_finds_a_status_under_a_national_certificate_id(tool: OpenSSL) -> None:
    chain = Chain("gost2012-256-a")
    chain.write(tool)
    response = chain.ocsp.status(chain.alice, digest=digest_by_name("Streebog-256"))
    tool.write("response.der", response.raw)
    said = tool.run(
        *("ocsp", "-respin", "response.der", "-CAfile", "root.pem", "-verify_other", "ca.pem"),
        *("-md_gost12_256", "-issuer", "ca.pem", "-cert", "alice.pem", "-no_nonce", "-attime", AT),
        *("-validity_period", YEARS),
    )
    assert "Response verify OK" in said
    assert "alice.pem: good" in said


def test_an_unknown_certificate_is_said_to_be_unknown() -> None:
    chain = Chain("p-256")
    response = chain.ocsp.status(chain.alice, status=CertStatus.UNKNOWN)
    assert response.basic is not None
    assert response.basic.responses[0].status is CertStatus.UNKNOWN


def _verifies(signed: Certificate, issuer: Entity) -> None:
    algorithm = signed.signature_algorithm
    verify_signature(
        issuer.certificate.spki, algorithm.oid, algorithm.parameters, signed.signature, signed.tbs_raw
    )


@pytest.mark.parametrize("kind", OWN_KINDS)
def test_what_openssl_does_not_know_verifies_here(kind: str) -> None:
    chain = Chain(kind)
    _verifies(chain.root.certificate, chain.root)
    _verifies(chain.alice.certificate, chain.ca)
    crl = chain.ca.crl()
    verify_signature(
        chain.ca.certificate.spki,
        crl.signature_algorithm.oid,
        crl.signature_algorithm.parameters,
        crl.signature,
        crl.tbs_raw,
    )
    basic = chain.ocsp.status(chain.bob).basic
    assert basic is not None
    verify_signature(
        chain.ocsp.certificate.spki,
        basic.signature_algorithm.oid,
        basic.signature_algorithm.parameters,
        basic.signature,
        basic.tbs_raw,
    )


@pytest.mark.parametrize("kind", ["gost2012-256-a", "bign-256v1", "kz-gost2015-512", "ed25519"])
def test_the_same_input_gives_the_same_octets(kind: str) -> None:
    first, second = Chain(kind), Chain(kind)
    assert first.alice.certificate.raw == second.alice.certificate.raw
    assert first.ca.crl().raw == second.ca.crl().raw
    assert first.ocsp.status(first.bob).raw == second.ocsp.status(second.bob).raw


def test_every_extension_is_written_as_openssl_reads_it(tool: OpenSSL) -> None:
    pki = Pki("p-256")
    root = pki.root()
    ca = pki.authority(
        "CA",
        root,
        path_length=1,
        policies=("2.5.29.32.0",),
        policy_mappings=(("1.2.3.1", "1.2.3.2"),),
        require_explicit_policy=0,
        inhibit_policy_mapping=1,
        inhibit_any_policy=2,
        permitted=(dns("example.ru"), email("example.ru"), ip("192.0.2.0/24")),
        excluded=(uri(".bad.example"), directory(root.name)),
    )
    signer = pki.signer(
        "Иван Петров",
        ca,
        subject=[
            ("C", "RU"),
            ("CN", "Иван Петров"),
            ("INN", "500100732259"),
            ("SNILS", "11223344595"),
            ("OGRN", "1027700132195"),
            ("email", "ivan@example.ru"),
        ],
        extended_key_usage=("1.3.6.1.5.5.7.3.4", "1.2.398.3.3.4.1.1"),
        extended_key_usage_critical=True,
        policies=("1.2.398.3.3.2.1",),
        alternative_names=(email("ivan@example.ru"), ip("192.0.2.7")),
        crl_urls=("http://ca.example/ca.crl", "http://ca2.example/ca.crl"),
        delta_crl_urls=("http://ca.example/delta.crl",),
        ocsp_urls=("http://ca.example/ocsp",),
        ca_issuer_urls=("http://ca.example/ca.cer",),
        ocsp_no_check=True,
    )
    tool.pem("ca.pem", ca.certificate.raw)
    tool.pem("signer.pem", signer.certificate.raw)
    tool.pem("root.pem", root.certificate.raw)
    authority = tool.run("x509", "-in", "ca.pem", "-noout", "-text")
    for expected in (
        "CA:TRUE, pathlen:1",
        "1.2.3.1:1.2.3.2",
        "Require Explicit Policy:0, Inhibit Policy Mapping:1",
        "DNS:example.ru",
        "email:example.ru",
        "IP:192.0.2.0/255.255.255.0",
        "URI:.bad.example",
        "DirName:C = RU, O = Test, CN = Root",
        "Inhibit Any Policy: critical",
        "X509v3 Name Constraints: critical",
    ):
        assert expected in authority, expected
    person = tool.run("x509", "-in", "signer.pem", "-noout", "-text", "-nameopt", "utf8,sep_comma_plus_space")
    for expected in (
        "Иван Петров",
        "500100732259",
        "11223344595",
        "1027700132195",
        "E-mail Protection, 1.2.398.3.3.4.1.1",
        "X509v3 Extended Key Usage: critical",
        "Digital Signature, Non Repudiation",
        "Policy: 1.2.398.3.3.2.1",
        "email:ivan@example.ru, IP Address:192.0.2.7",
        "URI:http://ca2.example/ca.crl",
        "X509v3 Freshest CRL",
        "OCSP - URI:http://ca.example/ocsp",
        "CA Issuers - URI:http://ca.example/ca.cer",
        "OCSP No Check",
    ):
        assert expected in person, expected


def test_openssl_enforces_our_name_constraints(tool: OpenSSL) -> None:
    pki = Pki("p-256")
    root = pki.root()
    ca = pki.authority("CA", root, permitted=(dns("example.ru"),))
    inside = pki.signer("in", ca, alternative_names=(dns("a.example.ru"),))
    outside = pki.signer("out", ca, alternative_names=(dns("a.example.by"),))
    for entity in (root, ca, inside, outside):
        tool.pem(f"{entity.label}.pem", entity.certificate.raw)
    arguments = ("verify", "-attime", AT, "-CAfile", "Root.pem", "-untrusted", "CA.pem")
    assert "OK" in tool.run(*arguments, "in.pem")
    assert "permitted subtree violation" in tool.run(*arguments, "out.pem", expect=2)


def test_crl_scope_delta_and_indirect_entries_are_written_as_openssl_reads_them(tool: OpenSSL) -> None:
    chain = Chain("p-256")
    other = chain.pki.authority("Other CA", chain.root)
    scope = DistributionPointScope(
        urls=("http://ca.example/part.crl",),
        only_user_certificates=True,
        only_some_reasons=frozenset({1, 2}),
        indirect=True,
    )
    crl = chain.ca.crl(
        number=7,
        base_number=3,
        scope=scope,
        delta_crl_urls=("http://ca.example/delta.crl",),
        entries=[
            RevokedEntry(5, NOW - timedelta(days=3), 1, NOW - timedelta(days=9)),
            RevokedEntry(6, NOW - timedelta(days=2), certificate_issuer=other.name),
            RevokedEntry(8, NOW - timedelta(days=1), 8),
        ],
    )
    tool.pem("crl.pem", crl.raw, label="X509 CRL")
    said = tool.run("crl", "-in", "crl.pem", "-noout", "-text")
    for expected in (
        "Delta CRL Indicator: critical",
        "Issuing Distribution Point: critical",
        "URI:http://ca.example/part.crl",
        "Only User Certificates",
        "Indirect CRL",
        "Key Compromise, CA Compromise",
        "Invalidity Date",
        "Remove From CRL",
        "DirName:/C=RU/O=Test/CN=Other CA",
        "Freshest CRL",
    ):
        assert expected in said, expected
    assert (crl.crl_number, crl.base_crl_number) == (7, 3)


def test_a_crl_of_many_entries_is_issued_quickly_and_holds_them_all() -> None:
    chain = Chain("p-256")
    revoked = [
        RevokedEntry(10_000 + 7 * number, NOW - timedelta(hours=number % 50), number % 5 or None)
        for number in range(50_000)
    ]
    begun = time.process_time()
    crl = chain.ca.crl(entries=revoked)
    assert time.process_time() - begun < 5
    assert len(crl.raw) > 1_000_000
    assert crl.lookup(10_000 + 7 * 49_999) is not None
    assert crl.lookup(10_001) is None


@pytest.mark.parametrize("serial", [-1, 1 << 159])
def test_a_serial_number_out_of_range_is_refused(serial: int) -> None:
    pki = Pki("p-256")
    with pytest.raises(ValueError, match="serial"):
        pki.entity("Root", None, serial=serial)


def test_a_revoked_status_without_its_time_is_refused() -> None:
    chain = Chain("p-256")
    with pytest.raises(ValueError, match="time"):
        chain.ocsp.status(chain.alice, status=CertStatus.REVOKED)


def test_certificates_after_2049_have_generalized_time() -> None:
    pki = Pki("p-256", years=40)
    certificate = pki.root().certificate
    assert certificate.not_after == NOW + timedelta(days=365 * 40)
    assert b"\x18\x0f2066" in certificate.raw
