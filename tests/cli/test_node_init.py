"""``trustspace node init`` and ``attach``: from flags or answers, and certificates that fit."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from trustspace.demo.authority import root_authority
from trustspace.encoding.certification_request import CertificationRequest
from trustspace.encoding.pem import decode_any
from trustspace.keys.files import FileKeys, load_key_file, pem_block
from trustspace.keys.secrets import SecretSource
from trustspace.node.config import load_config
from trustspace.pki.issuing import CertificateTemplate, Issuer, issue_certificate

DVCS, TIME_STAMPING = "1.3.6.1.5.5.7.3.10", "1.3.6.1.5.5.7.3.8"
NOW = datetime.now(UTC).replace(microsecond=0)
FLAGS = {
    "--member": "by",
    "--name": 'ДТС "Беларуси" \\ №1',
    "--kind": "p-256",
    "--tsa-kind": "p-256",
    "--secret": "env:NODE_TEST_PASSWORD",
}


@pytest.fixture(autouse=True)
def password(monkeypatch):
    monkeypatch.setenv("NODE_TEST_PASSWORD", "correct horse")
    monkeypatch.setattr("trustspace.algorithms._pkcs8._ITERATIONS", 1000)
    with Path(os.devnull).open() as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        yield


@pytest.fixture
def config(tmp_path):
    return tmp_path / "node" / "node.toml"


def words(**changes):
    flags = {**FLAGS, **{f"--{name.replace('_', '-')}": value for name, value in changes.items()}}
    return [word for name, value in flags.items() if value is not None for word in (name, value)]


@pytest.fixture
def made(run, config):
    result = run("node", "init", "--config", config, *words(), "--json")
    assert result.code == 0, result.err
    return json.loads(result.out)


def request_of(path):
    return CertificationRequest.parse(decode_any(path.read_bytes())[0][1])


def test_it_makes_keys_that_only_the_password_opens_and_proven_requests(made, config):
    read = load_config(config)
    assert (read.member, read.name) == ("by", FLAGS["--name"])
    password = SecretSource(FLAGS["--secret"])
    for name in ("ttp", "tsa"):
        path = config.parent / "keys" / f"{name}.key"
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.read_text().startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----")
        request = request_of(config.parent / "requests" / f"{name}.csr")
        request.verify_possession()
        assert request.spki == load_key_file(path, password, encrypted_only=True).key.spki
        assert request.subject.get("2.5.4.6") == "BY"
    assert "correct horse" not in config.read_text()
    assert [key["made"] for key in made["keys"]] == [True, True]


def test_openssl_believes_the_request(made, config, openssl):
    request = config.parent / "requests" / "ttp.csr"
    done = subprocess.run(
        [openssl, "req", "-in", str(request), "-noout", "-verify"], capture_output=True, check=False
    )
    assert (done.returncode, b"verify OK" in done.stdout + done.stderr) == (0, True)


@pytest.mark.parametrize("option", ["member", "name", "kind", "tsa_kind", "secret"])
def test_without_a_terminal_what_is_missing_is_named_and_nothing_is_written(run, config, option):
    for language in ("en", "ru"):
        result = run("node", "init", "--config", config, *words(**{option: None}), "--lang", language)
        named = "--tsa-url" if option == "tsa_kind" else f"--{option}"
        assert result.code == 2
        assert named in result.err
        assert not config.parent.exists()


@pytest.mark.parametrize(
    "wrong", [{"listen": "nowhere"}, {"suite": "some"}, {"profile": "xx"}, {"kind": "abc"}]
)
def test_what_no_node_could_be_is_refused_before_anything_is_written(run, config, wrong):
    assert run("node", "init", "--config", config, *words(**wrong)).code == 2
    assert not config.parent.exists()


@pytest.mark.parametrize("there", ["node.toml", "requests/tsa.csr", "keys/ttp.key"])
def test_nothing_is_overwritten(run, config, there):
    path = config.parent / there
    path.parent.mkdir(parents=True)
    path.write_text("mine")
    result = run("node", "init", "--config", config, *words())
    assert result.code == 2
    assert path.read_text() == "mine"
    assert there == "node.toml" or not config.exists()


@pytest.mark.parametrize(
    ("language", "word"), [("en", "Who signs receipts"), ("ru", "Кто подписывает квитанции")]
)
def test_comments_and_next_steps_are_in_the_operators_language(run, config, language, word):
    result = run("node", "init", "--config", config, *words(), "--lang", language)
    assert word in config.read_text(encoding="utf-8")
    assert "trustspace node attach" in result.out
    assert ("Дальше:" in result.out) == (language == "ru")


def test_a_key_that_exists_is_attached_unless_others_may_read_it(run, config, tmp_path):
    key = FileKeys(tmp_path).generate("old", "bign-256v1", random=os.urandom)
    path = tmp_path / "old.key"
    path.chmod(0o644)
    flags = words(kind=None, key="../old.key", suite="national", second_imprint="belt-hash")
    refused = run("node", "init", "--config", config, *flags)
    assert refused.code == 2
    assert "old.key" in refused.err
    path.chmod(0o600)
    for leftover in config.parent.glob("requests/*"):
        leftover.unlink()
    assert run("node", "init", "--config", config, *flags).code == 0
    assert request_of(config.parent / "requests" / "ttp.csr").spki == key.key.spki


def test_two_algorithms_need_two_keys_with_two_requests(run, config):
    flags = [*words(kind=None, suite="both"), "--kind", "gost2012-256-a", "--kind", "p-256"]
    flags += ["--key", "keys/ttp.key", "--key", "keys/ttp-common.key", "--second-imprint", "Streebog-256"]
    assert run("node", "init", "--config", config, *flags).code == 0
    assert len(load_config(config).signers) == 2
    assert {path.name for path in (config.parent / "requests").iterdir()} == {
        "ttp.csr",
        "ttp-common.csr",
        "tsa.csr",
    }


def test_at_a_terminal_it_asks_for_what_is_missing(tmp_path):
    ours, theirs = pty.openpty()
    config = tmp_path / "node.toml"
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "trustspace.cli.main",
            "node",
            "init",
            "--config",
            str(config),
            "--lang",
            "en",
        ],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown = ""
    answers = [
        ("member's code:", "kg"),
        ("TTP's name:", "TTP of Kyrgyzstan"),
        ("Kind of the key keys/ttp.key:", "p-256"),
        ("password is (env:NAME, file:PATH, prompt):", "env:NODE_TEST_PASSWORD"),
        ("time-stamp authority:", "http://127.0.0.1:9/tsp"),
    ]
    deadline = time.monotonic() + 60
    try:
        while time.monotonic() < deadline:
            try:
                shown += os.read(ours, 4096).decode()
            except OSError:
                break
            if answers and answers[0][0] in shown:
                os.write(ours, answers.pop(0)[1].encode() + b"\n")
        assert process.wait(30) == 0, shown
    finally:
        process.kill()
        os.close(ours)
    assert not answers
    assert load_config(config).tsa.url == "http://127.0.0.1:9/tsp"


class Ca:
    """The CA of the TTP service, as far as a certificate goes."""

    def __init__(self):
        self.authority = root_authority(
            [("CN", "CA of the TTP service")], "p-256", now=NOW, random=os.urandom
        )

    @property
    def certificate(self):
        return self.authority.holder.certificate

    def issue(self, request, *, purpose=DVCS, critical=True, since=-1, until=300, spki=None):
        holder = self.authority.holder
        template = CertificateTemplate(
            subject=request.subject,
            public_key=spki or request.spki,
            not_before=NOW + timedelta(days=since),
            not_after=NOW + timedelta(days=until),
            extended_key_usage=(purpose,),
            extended_key_usage_critical=critical,
        )
        issuer = Issuer.of(holder.certificate, holder.key)
        return issue_certificate(template, issuer, serial=7, entropy=os.urandom(64))


@pytest.fixture
def ca(made, config):
    authority = Ca()
    (config.parent / "space" / "ttp-ca.cer").write_bytes(authority.certificate.raw)
    return authority


@pytest.fixture
def attach(run, config, tmp_path):
    def call(certificate, *more):
        path = tmp_path / "sent.cer"
        path.write_bytes(certificate.raw)
        return run("node", "attach", "--config", config, "--certificate", path, *more)

    return call


@pytest.mark.parametrize(("name", "purpose"), [("ttp", DVCS), ("tsa", TIME_STAMPING)])
def test_an_issued_certificate_finds_its_key(ca, attach, config, name, purpose):
    certificate = ca.issue(request_of(config.parent / "requests" / f"{name}.csr"), purpose=purpose)
    for _ in range(2):  # the same once more changes nothing
        assert attach(certificate).code == 0
    target = config.parent / "certificates" / f"{name}.crt"
    assert target.read_bytes() == pem_block("CERTIFICATE", certificate.raw)


def test_a_certificate_that_begins_later_is_welcome(ca, attach, config):
    assert attach(ca.issue(request_of(config.parent / "requests" / "ttp.csr"), since=5)).code == 0


def test_another_certificate_never_replaces_the_one_that_is_there(ca, attach, config):
    request = request_of(config.parent / "requests" / "ttp.csr")
    assert attach(ca.issue(request)).code == 0
    target = config.parent / "certificates" / "ttp.crt"
    before = target.read_bytes()
    assert attach(ca.issue(request, until=200)).code == 2
    assert target.read_bytes() == before


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"purpose": TIME_STAMPING}, "NODE_CERTIFICATE_PURPOSE"),
        ({"critical": False}, "NODE_CERTIFICATE_PURPOSE"),
        ({"since": -20, "until": -10}, "OWN_CERTIFICATE_EXPIRED"),
    ],
)
def test_a_certificate_that_does_not_fit_is_refused(ca, attach, config, changes, code):
    refused = attach(ca.issue(request_of(config.parent / "requests" / "ttp.csr"), **changes), "--json")
    assert refused.code == 2
    assert code in refused.out
    assert not (config.parent / "certificates" / "ttp.crt").exists()


def test_a_certificate_of_another_key_or_issuer_is_refused(ca, attach, config):
    request = request_of(config.parent / "requests" / "ttp.csr")
    foreign = attach(ca.issue(request, spki=ca.certificate.spki), "--json")
    assert "NODE_CERTIFICATE_FOREIGN" in foreign.out
    stranger = attach(Ca().issue(request), "--json")
    assert "NODE_CERTIFICATE_ISSUER" in stranger.out
    assert not (config.parent / "certificates" / "ttp.crt").exists()


@pytest.mark.parametrize("language", ["en", "ru"])
def test_check_names_everything_that_a_new_node_still_misses(made, run, config, language):
    result = run("node", "check", "--config", config, "--lang", language)
    assert result.code == 1
    for missing in ("anchors", "ttp-ca.cer", "register.p7m", "ttp.crt", "tsa.crt"):
        assert missing in result.out
    assert "node attach" in result.out
    if language == "ru":
        assert " a certificate" not in result.out
        assert "No such file" not in result.out
