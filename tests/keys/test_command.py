"""``trustspace sign --key pkcs11:…``: what a person gets who has the key on a token."""

from __future__ import annotations

import contextlib
import io
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from support.pki import Pki
from support.tokens import PIN, SoftToken
from trustspace.cli.main import main
from trustspace.encoding.certificate import Certificate
from trustspace.keys.token.provider import TokenKeys


@dataclass(frozen=True)
class Person:
    """A token with a key, and the files around it."""

    token: SoftToken
    certificate: Path
    trust: Path


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="module")
def person(empty_tokens: list[SoftToken], tmp_path_factory: pytest.TempPathFactory) -> Person:
    token, folder = empty_tokens.pop(), tmp_path_factory.mktemp("person")
    keys = TokenKeys(token.uri())
    made = keys.generate("anna", "p-256", random=os.urandom)
    pki = Pki("p-256", now=now())
    root = pki.root()
    certificate: Certificate = pki.signer("Anna", root, public_key=made.key).certificate
    (folder / "anna.cer").write_bytes(certificate.raw)
    (folder / "trust").mkdir()
    (folder / "trust" / "root.cer").write_bytes(root.certificate.raw)
    crl = root.crl(next_update=now() + timedelta(days=1))
    (folder / "trust" / "root.crl").write_bytes(crl.raw)
    return Person(token, folder / "anna.cer", folder / "trust")


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "letter.txt"
    path.write_text("Dear neighbour,\n")
    return path


def run(*words: str | Path) -> tuple[int, str]:
    """The exit code, and what was said."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = main([*map(str, words), "--lang", "en"])
    return int(code), said.getvalue()


def test_a_token_signs_and_the_signature_is_valid(person: Person, document: Path) -> None:
    code, said = run("sign", document, "--key", person.token.uri("anna"), "--certificate", person.certificate)
    assert code == 0, said
    code, said = run("validate", f"{document}.p7s", "--trust", person.trust)
    assert code == 0, said


def test_the_certificate_may_lie_on_the_token(person: Person, document: Path) -> None:
    code, said = run("sign", document, "--key", person.token.uri("anna"))
    if code:  # nothing attached yet, whatever ran before
        assert code == 2 and "--certificate" in said
        TokenKeys(person.token.uri()).attach("anna", Certificate.parse(person.certificate.read_bytes()))
        code, said = run("sign", document, "--key", person.token.uri("anna"))
    assert code == 0, said
    assert run("validate", f"{document}.p7s", "--trust", person.trust)[0] == 0


def test_the_pin_may_come_from_a_file(person: Person, document: Path, tmp_path: Path) -> None:
    words = ["--key", person.token.uri("anna", pin=None), "--certificate", person.certificate]
    for name, mode in (("open", 0o644), ("closed", 0o600)):
        (tmp_path / name).write_text(PIN)
        (tmp_path / name).chmod(mode)
    code, said = run("sign", document, *words, "--key-password-file", tmp_path / "open")
    assert code == 2 and "chmod 600" in said
    code, said = run("sign", document, *words, "--key-password-file", tmp_path / "closed")
    assert code == 0, said


def test_what_goes_wrong_is_said_in_two_lines(person: Person, document: Path) -> None:
    for key, words in (
        (person.token.uri("boris"), "no key boris"),
        (person.token.uri("anna", pin="999999"), "refuses the PIN"),
        (person.token.uri("anna", pin=None) + f"&pin-value={PIN}", "PIN stands in the pkcs11: URI"),
        ("pkcs11:token=absent?module-path=" + person.token.library, "no token token=absent"),
        ("pkcs11:token=a b", "cannot be read at token"),
    ):
        code, said = run("sign", document, "--key", key, "--certificate", person.certificate)
        assert code == 2 and words in said and len(said.rstrip().splitlines()) == 2, said
        assert PIN not in said
        assert not Path(f"{document}.p7s").exists()


def test_a_key_file_still_needs_its_certificate(document: Path) -> None:
    code, said = run("sign", document, "--key", "some.key")
    assert code == 2 and "--certificate" in said
