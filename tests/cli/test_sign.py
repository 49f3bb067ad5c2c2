"""``trustspace sign``: what it makes is validated by ``trustspace validate``; what it cannot do it says."""

from __future__ import annotations

import json
import os
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from trustspace.demo.build import TSA_POLICY, load_holder
from trustspace.timestamps.issue import TimestampAuthority


@pytest.fixture
def document(tmp_path):
    path = tmp_path / "letter.txt"
    path.write_text("Dear neighbour,\n")
    return path


@pytest.fixture
def by_ivanova(ru):
    key, certificate = ru.people / "ivanova.key", ru.people / "ivanova.cer"
    return [
        "--key",
        str(key),
        "--certificate",
        str(certificate),
        "--chain",
        str(ru.authority / "issuing.cer"),
    ]


@pytest.fixture
def tsa(ru):
    """A time-stamping service on loopback."""
    holder = load_holder(ru.authority / "tsa", (ru.authority / "issuing.cer",))
    authority = TimestampAuthority(signer=holder.signer, policy=TSA_POLICY)

    class Handler(BaseHTTPRequestHandler):
        broken = False

        def do_POST(self) -> None:
            request = self.rfile.read(int(self.headers["Content-Length"]))
            now = datetime.now(UTC)
            answer = authority.respond(request, serial=lambda: 7, now=now, entropy=os.urandom(32))
            self.send_response(500 if self.broken else 200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Nothing to standard error."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/tsp", Handler
        server.shutdown()
        thread.join()


def test_attached_at_level_b(run, document, by_ivanova, trusted):
    result = run("sign", document, *by_ivanova)
    assert result.code == 0
    assert "Иванова" in result.out
    assert run("validate", f"{document}.p7s", *trusted).code == 0


def test_detached(run, document, by_ivanova, trusted, tmp_path):
    out = tmp_path / "letter.txt.sig"
    made = json.loads(run("sign", document, *by_ivanova, "--detached", "--out", out, "--json").out)
    assert made["detached"] is True
    assert run("validate", out, *trusted).code == 0
    document.write_text("Dear neighbor,\n")
    assert run("validate", out, *trusted).code == 1


def test_level_t_brings_a_time_stamp(run, document, by_ivanova, trusted, tsa):
    url, _ = tsa
    assert run("sign", document, *by_ivanova, "--level", "T", "--tsa", url).code == 0
    report = json.loads(run("validate", f"{document}.p7s", *trusted, "--json").out)
    (signature,) = report["signatures"]
    assert (report["indication"], signature["level"]) == ("TOTAL-PASSED", "BASELINE-T")
    assert signature["timestamps"][0]["indication"] == "TOTAL-PASSED"


def test_a_broken_time_stamping_service_writes_nothing(run, document, by_ivanova, tsa):
    url, handler = tsa
    handler.broken = True
    result = run("sign", document, *by_ivanova, "--level", "T", "--tsa", url)
    assert result.code == 2
    assert "500" in result.err
    assert not (document.parent / "letter.txt.p7s").exists()


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize(
    "words",
    [
        ["--level", "LTA"],
        ["--format", "xades"],
        ["--level", "T"],
        ["--level", "T", "--tsa", "not a url"],
        ["--level", "T", "--tsa", "http://127.0.0.1:1/"],
        ["--out", "{document}"],
        ["--key", "pkcs11:token=x"],
        ["--key", "{document}"],
        ["--certificate", "{document}"],
        ["--certificate", "{other}"],
        ["--chain", "{document}"],
        ["--key", "{document}.missing"],
    ],
)
def test_what_cannot_be_done_is_said(run, document, by_ivanova, words, language):
    other = by_ivanova[1].replace("ivanova.key", "petrov.cer")
    filled = [word.format(document=document, other=other) for word in words]
    result = run("sign", document, *by_ivanova, *filled, "--lang", language)
    assert (result.code, result.out) == (2, "")
    assert len(result.err.rstrip("\n").split("\n")) == 2
    assert document.read_text() == "Dear neighbour,\n"
