"""``trustspace receipt verify``: the verdict, the exit code, the words; whose receipt it is and of what."""

from __future__ import annotations

import http.server
import json
import os
import shutil
import threading
from datetime import UTC, datetime, timedelta

import pytest

from support.space import Space as SyntheticSpace
from trustspace.demo import expected
from trustspace.demo.build import build_commission, build_member, load_holder, stamper
from trustspace.demo.cases import make_former_ttp
from trustspace.demo.expected import Case
from trustspace.demo.forgery import forge_receipt
from trustspace.demo.layout import prepare
from trustspace.demo.trust import distribute, publish


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """Two members with TTPs, registered; nobody serves."""
    members = expected.chosen(("ru", "by"))
    space = prepare(tmp_path_factory.mktemp("receipt") / "space", ("ru", "by"))
    now = datetime.now(UTC).replace(microsecond=0)
    commission = build_commission(space, now, os.urandom)
    for who in members:
        build_member(space.root, who.code, now)
    make_former_ttp(space, commission, expected.roles(members))
    stolen = space.case(Case.REVOKED_TTP) / "stolen.cer"
    publish(
        space,
        commission,
        members,
        {"ru": "http://127.0.0.1:1", "by": "http://127.0.0.1:1"},
        former={"ru": stolen.read_bytes()},
        now=now,
        random=os.urandom,
    )
    distribute(space, members)
    return space


@pytest.fixture
def receipt(published, tmp_path):
    """Makes a receipt about the Russian document with a key of the Russian TTP, and says where it lies."""
    ru = published.member("ru")

    def make(key=ru.node / "keys" / "ttp-common", member="ru"):
        now = datetime.now(UTC)
        data = forge_receipt(
            ru.document.read_bytes(),
            load_holder(key, (published.ttp_ca,)).signer,
            member=member,
            stamper=stamper(load_holder(ru.node / "keys" / "tsa"), now, os.urandom),
            now=now,
            random=os.urandom,
        )
        path = tmp_path / "receipt.dvc"
        path.write_bytes(data)
        return path

    return make


@pytest.fixture
def document(published):
    return published.member("ru").document


@pytest.fixture
def trust(published):
    return ["--trust", str(published.member("by").trust)]


def test_a_receipt_that_holds(run, fresh, receipt, document, trust):
    path = receipt()
    result = run("receipt", "verify", path, "--document", document, *trust)
    assert result.code == 0
    assert result.out.startswith("The receipt holds: TTP of Russia says that the signature is valid.")
    assert fresh("receipt", "verify", path, "--document", document, *trust).code == 0
    russian = run("receipt", "verify", path, "--document", document, *trust, "--lang", "ru")
    assert russian.out.startswith("Квитанция верна: TTP of Russia сообщает, что подпись действительна.")


def test_the_json(run, receipt, document, trust):
    answer = json.loads(run("receipt", "verify", receipt(), "--document", document, *trust, "--json").out)
    assert (answer["indication"], answer["standing"], answer["says"]) == ("TOTAL-PASSED", "holds", "valid")
    assert answer["document_matches"] is True


def test_without_the_document_it_says_so(run, receipt, trust):
    result = run("receipt", "verify", receipt(), *trust)
    assert result.code == 0
    assert "Which document it is about was not checked" in result.out


def test_another_document(run, receipt, document, trust, tmp_path):
    other = tmp_path / "other"
    other.write_bytes(document.read_bytes() + b" ")
    result = run("receipt", "verify", receipt(), "--document", other, *trust)
    assert result.code == 1
    assert "is ANOTHER one" in result.out


def test_a_stolen_and_revoked_key_is_not_believed(run, receipt, published, document, trust):
    path = receipt(published.case(Case.REVOKED_TTP) / "stolen")
    result = run("receipt", "verify", path, "--document", document, *trust)
    assert result.code == 3
    assert "revoked" in result.out


def test_a_person_is_no_trusted_third_party(run, receipt, published, document, trust):
    path = receipt(published.member("ru").people / "ivanova")
    result = run("receipt", "verify", path, "--document", document, *trust)
    assert result.code in (1, 3)


def test_without_the_register_nobody_vouches(run, receipt, published, document):
    by = published.member("by")
    words = ["--trust", str(by.trust / "ttp-ca.cer"), "--trust", str(by.trust / "ttp-ca.crl")]
    assert run("receipt", "verify", receipt(), "--document", document, *words).code == 3


@pytest.fixture
def folder(published, tmp_path):
    """A copy of what the Belarusian reader trusts, to be changed."""
    return shutil.copytree(published.member("by").trust, tmp_path / "trust")


@pytest.mark.parametrize(
    ("without", "code"), [("ttp-ca.crl", "REVOCATION_DATA_MISSING"), ("ttp-ca.cer", "ISSUER_NOT_FOUND")]
)
def test_a_register_that_cannot_be_believed_for_now_leaves_it_undetermined(
    run, receipt, folder, without, code
):
    (folder / without).unlink()
    words = ["receipt", "verify", receipt(), "--trust", folder]
    result = run(*words, "--json")
    answer = json.loads(result.out)
    assert (result.code, answer["indication"], answer["standing"]) == (3, "INDETERMINATE", "unknown")
    assert [cause["code"] for cause in answer["causes"]][:2] == ["REGISTER_NOT_USED", code]
    result = run(*words)
    assert result.code == 3
    assert "register.p7m was not used" in result.out
    assert "Add the certificate" not in result.out
    if without == "ttp-ca.crl":
        assert "there is no CRL or OCSP response" in result.out
    assert "register.p7m не использован" in run(*words, "--lang", "ru").out


def test_a_document_that_needs_no_register_is_judged_without_it(run, published, folder, tmp_path):
    ru = published.member("ru")
    authority = [str(ru.authority / name) for name in ("root.cer", "root.crl", "issuing.crl")]
    words = ["validate", ru.document, *(word for name in authority for word in ("--trust", name))]
    (folder / "ttp-ca.crl").unlink()
    result = run(*words, "--trust", folder, "--json")
    answer = json.loads(result.out)
    assert (result.code, answer["indication"]) == (0, "TOTAL-PASSED")
    assert [note["code"] for note in answer["notes"]] == ["REGISTER_NOT_USED", "REVOCATION_DATA_MISSING"]
    result = run(*words, "--trust", folder)
    assert "register.p7m was not used: it cannot be believed for now" in result.out
    assert "there is no CRL or OCSP response" in result.out
    assert json.loads(run(*words, "--json").out)["notes"] == []


def test_a_register_out_of_date_is_not_used(run, receipt, document, trust):
    later = (datetime.now(UTC) + timedelta(days=200)).isoformat()
    words = ["receipt", "verify", receipt(), "--document", document, *trust, "--at", later, "--json"]
    result = run(*words)
    assert result.code == 3
    assert json.loads(result.out)["causes"][0]["code"] == "REGISTER_NOT_USED"


def test_beside_a_register_that_is_not_believed_no_older_one_is_used(run, receipt, folder):
    """The one that cannot be believed may be the newer: what it withdraws must not come back."""
    (folder / "newer.p7m").write_bytes(SyntheticSpace("gost2012-256-a").signed_register())
    result = run("receipt", "verify", receipt(), "--trust", folder, "--json")
    assert result.code == 3
    assert "RECEIPT_NO_REGISTER" in [cause["code"] for cause in json.loads(result.out)["causes"]]


def test_a_register_whose_signature_is_false_stops_the_command(run, receipt, document, folder):
    register = folder / "register.p7m"
    data = bytearray(register.read_bytes())
    data[data.index(b"sequence") + 12] ^= 1
    register.write_bytes(bytes(data))
    for language in ("en", "ru"):
        result = run(
            "receipt", "verify", receipt(), "--document", document, "--trust", folder, "--lang", language
        )
        assert (result.code, result.out) == (2, "")
        assert "register.p7m" in result.err


def test_what_is_no_receipt(run, receipt, document, trust, tmp_path):
    text, cut, missing = (tmp_path / name for name in ("text", "cut", "missing"))
    text.write_text("hello\n")
    cut.write_bytes(receipt().read_bytes()[:500])
    for path in (document, text, cut, missing):
        for language in ("en", "ru"):
            result = run("receipt", "verify", path, *trust, "--lang", language)
            assert (result.code, result.out) == (2, "")
            assert len(result.err.rstrip("\n").split("\n")) == 2


def test_a_receipt_and_a_register_can_be_inspected(run, receipt, published):
    shown = json.loads(run("inspect", receipt(), "--json").out)
    assert (shown["kind"], shown["outcome"], shown["member"]) == ("receipt (DVCS response)", "valid", "ru")
    register = json.loads(run("inspect", published.register, "--json").out)
    assert [entry["member"] for entry in register["ttps"]] == ["ru", "by"]
    assert "реестр службы ДТС" in run("inspect", published.register, "--lang", "ru").out


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("url", ["nowhere", "ftp://x"])
def test_what_is_no_address_of_a_node(run, document, url, language):
    result = run("receipt", "request", document, "--node", url, "--lang", language)
    assert (result.code, result.out) == (2, "")
    assert len(result.err.rstrip("\n").split("\n")) == 2
    assert not document.with_name(document.name + ".receipt.dvc").exists()


def test_a_node_that_does_not_answer_leaves_it_undetermined(run, document):
    words = ["receipt", "request", document, "--node", "http://127.0.0.1:1"]
    result = run(*words)
    assert (result.code, result.err) == (3, "")
    assert result.out.startswith("It cannot be verified yet. The node http://127.0.0.1:1 did not answer")
    assert run(*words, "--lang", "ru").out.startswith("Пока проверить невозможно. Узел http://127.0.0.1:1")
    result = run(*words, "--json")
    answer = json.loads(result.out)
    assert (result.code, answer["says"], answer["verified"]) == (3, "undetermined-for-now", False)
    assert answer["receipt"] is None
    assert [cause["code"] for cause in answer["causes"]] == ["NODE_UNREACHABLE"]
    assert not document.with_name(document.name + ".receipt.dvc").exists()


@pytest.fixture
def answering():
    """A server that answers every request with one status and no body."""
    servers = []

    def start(status):
        class Answer(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(("status", "code"), [(503, 3), (429, 3), (200, 3), (404, 2), (413, 2)])
def test_busy_is_undetermined_and_refused_is_an_error(run, document, answering, status, code):
    result = run("receipt", "request", document, "--node", answering(status), "--json")
    assert result.code == code
    assert ("error" in json.loads(result.out)) == (code == 2)
