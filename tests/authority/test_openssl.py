"""What the authority makes, in OpenSSL's eyes; and OpenSSL's requests, in ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.authority import GROUND, World
from support.openssl import OpenSSL
from trustspace.algorithms.errors import SignatureInvalid
from trustspace.authority.acts import Purpose, Reason, RegisterTtp, Requested, Revoke, Target, TargetKind
from trustspace.authority.values import IssuerName
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.certification_request import CertificationRequest
from trustspace.pki.issuing import distinguished_name

YEARS = str(10 * 365 * 86400)


@pytest.fixture
def tool(gost_environment: dict[str, str], openssl: str, tmp_path: Path) -> OpenSSL:
    return OpenSSL(openssl, gost_environment, tmp_path)


def lay_out(world: World, tool: OpenSSL, *certificates: Certificate) -> tuple[str, ...]:
    """Everything that is public, as PEM; the arguments of a path with revocation at the world's moment."""
    own = world.state.ceremony.certificates
    tool.pem("root.pem", own.root.raw)
    tool.pem("ca.pem", own.issuing.raw)
    for index, certificate in enumerate(certificates):
        tool.pem(f"ttp{index}.pem", certificate.raw)
    lists = [world.office.crl(i, k, world.service) for i, k in _authorities(world)]
    tool.pem("lists.pem", *(each.raw for each in lists), label="X509 CRL")
    moment = str(int(world.now.timestamp()) + 1)
    path = ("-CAfile", "root.pem", "-untrusted", "ca.pem", "-x509_strict", "-attime", moment)
    return (*path, "-crl_check_all", "-CRLfile", "lists.pem")


def _authorities(world: World) -> tuple[tuple[IssuerName, object], ...]:
    return ((IssuerName.ROOT, world.keys.root), (IssuerName.ISSUING, world.keys.issuing))


@pytest.mark.parametrize("kind", ["p-256", "rsa-2048", "gost2012-256-a"])
def test_certificates_and_crls_until_the_revocation_and_after(tool: OpenSSL, kind: str) -> None:
    world = World(kind).establish()
    (certificate,) = world.register(world.key())
    path = lay_out(world, tool, certificate)
    assert "ttp0.pem: OK" in tool.run("verify", *path, "ttp0.pem")
    shown = tool.run("x509", "-in", "ttp0.pem", "-noout", "-text")
    for part in ("Extended Key Usage: critical", "Digital Signature, Non Repudiation", "http://tsp.example/"):
        assert part in shown
    own = world.state.ceremony.certificates
    for each in (own.register, own.ocsp):
        tool.pem("own.pem", each.raw)
        assert "own.pem: OK" in tool.run("verify", *path, "own.pem")
    target = Target(TargetKind.CERTIFICATE, certificate.sha256)
    world.decide(Revoke(target, Reason.KEY_COMPROMISE, GROUND, world.now, world.now))
    path = lay_out(world, tool, certificate)
    assert "certificate revoked" in tool.run("verify", *path, "ttp0.pem", expect=2)
    shown = tool.run("crl", "-in", "lists.pem", "-noout", "-text")
    assert "X509v3 CRL Number" in shown


@pytest.mark.parametrize("kind", ["p-256", "rsa-2048"])
def test_ocsp_with_openssls_client(tool: OpenSSL, kind: str) -> None:
    world = World(kind).establish()
    good, bad = world.register(world.key(), tsa=world.key())
    world.decide(Revoke(Target(TargetKind.CERTIFICATE, bad.sha256), Reason.SUPERSEDED, GROUND, world.now))
    lay_out(world, tool, good, bad)
    for name, status in (("ttp0.pem", "good"), ("ttp1.pem", "revoked")):
        tool.run("ocsp", "-issuer", "ca.pem", "-cert", name, "-reqout", "request.der")
        tool.write("answer.der", world.office.ocsp(tool.read("request.der"), world.keys.ocsp))
        said = tool.run(
            *("ocsp", "-reqin", "request.der", "-respin", "answer.der", "-resp_text"),
            *("-CAfile", "root.pem", "-verify_other", "ca.pem", "-validity_period", YEARS),
            *("-attime", str(int(world.now.timestamp()))),
        )
        assert "Response verify OK" in said
        assert f"Cert Status: {status}" in said
    assert "superseded" in said


@pytest.mark.parametrize(
    ("algorithm", "digest"),
    [
        (["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"], "sha256"),
        (["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"], "sha256"),
        (["-algorithm", "gost2012_256", "-pkeyopt", "paramset:A"], "md_gost12_256"),
        (["-algorithm", "gost2012_512", "-pkeyopt", "paramset:A"], "md_gost12_512"),
    ],
    ids=["ecdsa", "rsa", "gost-256", "gost-512"],
)
def test_openssls_request_is_certified(
    tool: OpenSSL, world: World, algorithm: list[str], digest: str
) -> None:
    tool.run("genpkey", *algorithm, "-out", "ttp.key")
    tool.write("req.cnf", b"[req]\ndistinguished_name=dn\n[dn]\n")
    tool.run(
        *(
            "req",
            "-new",
            f"-{digest}",
            "-key",
            "ttp.key",
            "-subj",
            "/C=RU/O=TTP/CN=TTP",
            "-config",
            "req.cnf",
        ),
        *("-addext", "basicConstraints=critical,CA:TRUE", "-out", "ttp.csr"),
    )
    raw = tool.der_of("ttp.csr")
    assert "2.5.29.19" in CertificationRequest.parse(raw).extensions
    payload = RegisterTtp(
        "ru", "TTP", "rfc3029", {"dvcs": "https://ru/dvcs"}, (Requested(Purpose.DVCS, raw),), GROUND
    )
    act = world.decide(payload)
    (certificate,) = world.office.issue(act, world.keys.issuing, world.service)
    # What a requester wishes for is not what he gets: no CA is made of him.
    assert certificate.basic_constraints is None
    path = lay_out(world, tool, certificate)
    assert "ttp0.pem: OK" in tool.run("verify", *path, "ttp0.pem")


@pytest.mark.parametrize("kind", ["p-256", "rsa-2048", "ed25519", "gost2012-256-a", "gost2012-512-c"])
def test_openssl_verifies_our_request(tool: OpenSSL, world: World, kind: str) -> None:
    tool.pem("ours.csr", world.request(world.key(kind)), label="CERTIFICATE REQUEST")
    engine = ("-engine", "gost") if kind.startswith("gost") else ()
    assert "verify OK" in tool.run("req", *engine, "-in", "ours.csr", "-noout", "-verify")


@pytest.mark.parametrize("kind", ["p-256", "gost2012-256-a", "kz-gost2015-512", "bign-256v1"])
def test_every_octet_of_a_request_counts(world: World, kind: str) -> None:
    key = world.key(kind)
    made = CertificationRequest.build(
        distinguished_name([("C", "BY"), ("CN", "ДТС")]), key, entropy=world.random(32)
    )
    made.verify_possession()
    assert made.spki == key.key.spki
    for at in range(len(made.info_raw)):
        raw = bytearray(made.raw)
        raw[made.raw.index(made.info_raw) + at] ^= 1
        with pytest.raises(Exception) as found:
            CertificationRequest.parse(bytes(raw)).verify_possession()
        assert type(found.value).__module__.startswith("trustspace."), found.value
    other = CertificationRequest.build(made.subject, world.key(kind), entropy=world.random(32))
    mixed = made.raw.replace(made.signature, other.signature)
    if len(mixed) == len(made.raw):
        with pytest.raises(SignatureInvalid):
            CertificationRequest.parse(mixed).verify_possession()
