"""What is fuzzed: for each target its seeds, made by our own makers, and what must hold for any octets.

``fuzz/`` drives these with atheris for as long as it is told to, ``tests/fuzz`` for some seconds. A target's
``run`` swallows :class:`TrustspaceError` where a function may raise it; whatever else comes out is a defect.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from support.fuzz_seeds import Seeds, seeds
from support.models import read_as_all, read_everything
from support.pki import NOW, entropy
from trustspace import _native
from trustspace._native import CrlIndex, Element, ber_parse
from trustspace.algorithms.errors import AlgorithmNotSupported
from trustspace.algorithms.keys import load_public_key
from trustspace.algorithms.private import load_private_key
from trustspace.algorithms.signatures import all_signatures, resolve, verify
from trustspace.documents.content import Content
from trustspace.documents.model import Document
from trustspace.documents.open import open_document
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.crl import CertificateList
from trustspace.encoding.dvcs import DVCSRequest, DVCSResponse
from trustspace.encoding.ocsp import OCSPRequest, OCSPResponse
from trustspace.encoding.pem import decode_any
from trustspace.errors import TrustspaceError
from trustspace.lists.register import read_register
from trustspace.pki.edges import EdgeCache
from trustspace.pki.identity import identities, powers
from trustspace.pki.pool import CertificatePool
from trustspace.pki.revocation import EvidencePool, statements
from trustspace.receipts.details import ReceiptDetails
from trustspace.receipts.request import parse_request
from trustspace.receipts.verify import ReceiptVerifier
from trustspace.timestamps.request import read_response
from trustspace.timestamps.token import TimestampToken
from trustspace.trust.register import Register
from trustspace.validation.facts_json import facts_from_json, facts_to_json
from trustspace.validation.judge import judge
from trustspace.validation.policy import Policy
from trustspace.validation.times import Times
from trustspace.validation.validator import Validator

Run = Callable[[bytes], None]


@dataclass(frozen=True)
class Target:
    """One entry that hostile octets reach."""

    name: str
    seeds: Callable[[], list[bytes]]
    run: Run
    packages: str
    """The packages of src/trustspace that it is meant to reach, for whoever reads the figures."""
    text: str = ""
    """``json`` or ``toml``: how the octets are built; BER where empty."""


TARGETS: dict[str, Target] = {}


def _target(
    name: str, made: Callable[[Seeds], list[bytes]], packages: str, text: str = ""
) -> Callable[[Run], Run]:
    def add(run: Run) -> Run:
        TARGETS[name] = Target(name, lambda: made(seeds()), run, packages, text)
        return run

    return add


def _every_accessor(element: Element, left: list[int]) -> None:
    left[0] -= 1
    if left[0] < 0:
        return
    for name in (
        "integer",
        "boolean",
        "oid",
        "octets",
        "bits",
        "text",
        "text_checked",
        "time",
        "inner",
        "der",
    ):
        with suppress(TrustspaceError):
            getattr(element, name)()
    with suppress(TrustspaceError):
        element.fields()
    with suppress(TrustspaceError):
        element.expect(0x30)
    assert element.raw[-len(element.content) or len(element.raw) :] is not None
    assert element.is_der in (True, False) and repr(element)
    if element.constructed:
        assert len(element.raws()) == len(element) == len(element.children)
        element.find(0xA0)
        for child in element:
            _every_accessor(child, left)


@_target("ber", lambda s: [*s.certificates, *s.lists, *s.documents, *s.tokens], "native ber, crl")
def ber(data: bytes) -> None:
    with suppress(TrustspaceError):
        CrlIndex.parse(data)
    for trailing in (False, True):
        with suppress(TrustspaceError):
            element = ber_parse(data, allow_trailing=trailing, max_depth=40, max_elements=5000)
            _every_accessor(element, [800])
            with suppress(TrustspaceError):
                again = element.der()
                assert ber_parse(again, max_elements=5000).der() == again


@_target("certificate", lambda s: s.certificates, "encoding, pki (identity, profile)")
def certificate(data: bytes) -> None:
    try:
        parsed = Certificate.parse(data)
    except TrustspaceError:
        return
    read_parts(parsed)
    identities(parsed)
    powers(parsed)


def read_parts(parsed: Any) -> None:
    """Every public property and method without arguments, each by itself."""
    for name in dir(type(parsed)):
        if not name.startswith("_"):
            with suppress(TrustspaceError):
                getattr(parsed, name)
    with suppress(TrustspaceError):
        read_everything(parsed)
    assert repr(parsed)


@_target("crl", lambda s: s.lists, "encoding (crl), native crl, pki (crl statements)")
def crl(data: bytes) -> None:
    try:
        parsed = CertificateList.parse(data)
    except TrustspaceError:
        return
    read_parts(parsed)
    made = seeds()
    for serial in (1001, 0, -1, 2**200):
        with suppress(TrustspaceError):
            parsed.lookup(serial)
        with suppress(TrustspaceError):
            parsed.lookup(serial, made.issuer_name)
    _state(parsed)


def _state(datum: CertificateList | OCSPResponse) -> None:
    made = seeds()
    try:
        evidence = EvidencePool([datum])
    except TrustspaceError:
        return
    pool, edges = CertificatePool(made.authorities), EdgeCache()
    for each in made.subjects:
        assert isinstance(statements(each, pool, evidence, edges), tuple)
    assert len(evidence.digest) == 64


@_target("ocsp", lambda s: [*s.responses, *s.requests], "encoding (ocsp), pki (ocsp statements)")
def ocsp(data: bytes) -> None:
    with suppress(TrustspaceError):
        read_parts(OCSPRequest.parse(data))
    try:
        parsed = OCSPResponse.parse(data)
    except TrustspaceError:
        return
    read_parts(parsed)
    _state(parsed)


@_target("cms", lambda s: [*s.documents, *s.tokens, *s.receipts], "encoding (cms, attributes), documents")
def cms(data: bytes) -> None:
    read_as_all(data)
    for content in (None, Content.of_bytes(b"what is signed"), Content.of_digests({"SHA-256": bytes(32)})):
        try:
            document = open_document(data, content)
        except TrustspaceError:
            continue
        look_at(document)


def look_at(document: Document) -> None:
    """All that a validation looks at in a document."""
    for signature in document.walk():
        assert signature.id and signature.level and isinstance(signature.format_problems, tuple)
        for stamp in signature.timestamps:
            assert stamp.covers() in (True, False, None)
            assert stamp.gen_time is None or stamp.gen_time.tzinfo is not None


@_target("tsp", lambda s: [*s.tokens, *s.stamp_messages], "encoding (tsp), timestamps")
def tsp(data: bytes) -> None:
    with suppress(TrustspaceError):
        token = TimestampToken.parse(data)
        read_everything(token.tst_info)
        assert token.gen_time.tzinfo is not None
    read_as_all(data)
    made = seeds()
    with suppress(TrustspaceError):
        read_response(data, made.stamp_request)
    with suppress(TrustspaceError):
        read_response(made.stamp_response, data)
    answer = made.stamp_authority.respond(data, serial=lambda: 7, now=NOW, entropy=entropy("fuzz"))
    assert answer[:1] == b"0"


@_target("dvcs", lambda s: [*s.questions, *s.dvcs], "encoding (dvcs), receipts (request, details)")
def dvcs(data: bytes) -> None:
    for model in (DVCSRequest, DVCSResponse):
        with suppress(TrustspaceError):
            read_everything(model.parse(data))
    with suppress(TrustspaceError):
        ReceiptDetails.parse(data)
    with suppress(TrustspaceError):
        request = parse_request(data)
        assert len(request.digest) == 64 and request.transaction
        assert isinstance(request.requester, str)
        request.echoed().encode()
        if request.detached is not None:
            with suppress(TrustspaceError):
                request.detached.as_content()
        with suppress(TrustspaceError):
            _ = request.certificates


@_target("pem", lambda s: s.armoured, "encoding (pem), cli (recognise)")
def pem(data: bytes) -> None:
    from trustspace.cli.recognise import looks_like, read_objects  # noqa: PLC0415

    with suppress(TrustspaceError):
        decode_any(data)
    assert all(found.kind for found in read_objects(data))
    assert looks_like(data)


@cache
def _validator() -> tuple[Validator, Times, Policy]:
    made = seeds()
    validator = Validator(made.snapshot, made.evidence, Policy.load())
    return validator, Times.at(NOW), Policy.load("receipt")


@_target("validation", lambda s: s.documents, "documents, validation, pki, evidence, timestamps")
def validation(data: bytes) -> None:
    validator, times, other = _validator()
    try:
        document = open_document(data, Content.of_bytes(b"what is signed"))
    except TrustspaceError:
        return
    facts = validator.gather(document)
    report = judge(facts, validator.snapshot, times, validator.policy)
    stored = facts_to_json(facts)
    again = facts_from_json(stored)
    assert facts_to_json(again) == stored
    replayed = judge(again, validator.snapshot, times, validator.policy)
    assert replayed.to_json() == report.to_json()
    assert judge(again, validator.snapshot, times, other).to_json("ru")


@_target("facts", lambda s: s.facts, "validation (facts_json, judge, report)", "json")
def facts(data: bytes) -> None:
    validator, times, other = _validator()
    try:
        read = facts_from_json(data)
    except TrustspaceError:
        return
    for policy in (validator.policy, other):
        assert json.loads(judge(read, validator.snapshot, times, policy).to_json())


@_target("register", lambda s: s.registers, "trust (register)", "json")
def register(data: bytes) -> None:
    try:
        read = Register.from_json(data)
    except TrustspaceError:
        return
    assert Register.from_json(read.to_json()) == read
    assert read.sha256 and read.members is not None
    for entry in read.ttps:
        entry.granted_at(NOW)


@_target("signed-register", lambda s: s.signed_registers, "lists, validation")
def signed_register(data: bytes) -> None:
    made = seeds()
    with suppress(TrustspaceError):
        read = read_register(data, [made.world.root.certificate], made.world.evidence(), NOW)
        # Certificates differ from process to process: ECDSA draws its own nonces.
        known = made.world.register
        assert (read.sequence, read.issued, read.members) == (known.sequence, known.issued, known.members)
        assert [each.name for each in read.ttps] == [each.name for each in known.ttps]


@cache
def _verifier() -> ReceiptVerifier:
    made = seeds()
    return ReceiptVerifier(made.world.snapshot(), made.world.evidence())


@_target("receipt", lambda s: s.receipts, "receipts, encoding (dvcs), validation")
def receipt(data: bytes) -> None:
    made = seeds()
    with suppress(TrustspaceError):
        report = _verifier().verify(data, made.world.times, document=Content.of_bytes(made.documents[0]))
        assert report.to_dict()


class _Node:
    """A node in this process, asked through its ASGI application, without a network."""

    def __init__(self) -> None:
        from support.nodes import write_node  # noqa: PLC0415
        from trustspace.node.commands import build  # noqa: PLC0415
        from trustspace.node.config import load_config  # noqa: PLC0415

        made = seeds()
        folder = Path(tempfile.mkdtemp(prefix="trustspace-fuzz-node-"))
        config = write_node(folder / "ru", made.members[0])
        (folder / "ru" / "register.p7m").write_bytes(made.world.signed_register())
        self._app = build(load_config(config), clock=lambda: NOW).app
        self._loop = asyncio.new_event_loop()
        assert self.ask("GET", "/health/ready", "", b"")[0] == 200

    def ask(self, method: str, path: str, content_type: str, body: bytes) -> tuple[int, bytes]:
        """The status and the body of the answer."""
        answer: list[Any] = []
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "path": path,
            "raw_path": path.encode("utf-8", "replace"),
            "query_string": b"",
            "headers": [(b"content-type", content_type.encode())],
            "scheme": "http",
            "server": ("127.0.0.1", 80),
        }

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            answer.append(message)

        self._loop.run_until_complete(self._app(scope, receive, send))  # type: ignore[arg-type]
        return answer[0]["status"], b"".join(part.get("body", b"") for part in answer[1:])


@cache
def _node() -> _Node:
    return _Node()


@_target("node", lambda s: [*s.questions, *s.stamp_messages[:1], *s.requests], "node, store, receipts")
def node(data: bytes) -> None:
    for path, kind in (
        ("/dvcs", "application/dvcs"),
        ("/tsp", "application/timestamp-query"),
        ("/ocsp", "application/ocsp-request"),
    ):
        status, body = _node().ask("POST", path, kind, data)
        if status == 413 and len(data) > 60_000:
            continue
        assert status == 200, (path, status, body[:500])
        assert body[:1] == b"0", "an answer that is no structure"


@_target("policy", lambda s: s.policies, "validation (policy)", "toml")
def policy(data: bytes) -> None:
    try:
        read = Policy.parse(data, "fuzzed")
    except TrustspaceError:
        return
    made = seeds()
    stored = facts_from_json(made.facts[0])
    assert judge(stored, made.snapshot, Times.at(NOW), read).to_json()


@_target("public-key", lambda s: s.public_keys, "algorithms (keys, signatures)")
def public_key(data: bytes) -> None:
    try:
        key = load_public_key(data)
    except TrustspaceError:
        return
    assert key.size > 0
    for algorithm in all_signatures():
        if algorithm.key_family != key.algorithm:
            continue
        with suppress(AlgorithmNotSupported):
            scheme = resolve(algorithm.oid, None, None, key)
            for signature in (b"", bytes(64), b"\xff" * 128, data[-64:]):
                _refuses(lambda s=signature, c=scheme: verify(key, c, s, message=b"x"))  # type: ignore[misc]


def _refuses(check: Callable[[], None]) -> None:
    try:
        check()
    except TrustspaceError:
        return
    raise AssertionError("a signature out of nothing verifies")


@_target("private-key", lambda s: s.private_keys, "algorithms (private, pkcs8)")
def private_key(data: bytes) -> None:
    for password in (None, b"secret"):
        with suppress(TrustspaceError):
            key = load_private_key(data, password)
            assert "PrivateKey" in repr(key)
            with suppress(TrustspaceError):
                key.sign(b"x", entropy=bytes(32))


_CURVES = ("256-A", "256-B", "256-C", "256-D", "256-test", "512-A", "512-B", "512-C", "512-test")
_BIGN = ("256v1", "384v1", "512v1")


def _curve(choice: int) -> str:
    return (_BIGN if choice & 0x80 else _CURVES)[choice % (3 if choice & 0x80 else 9)]


@cache
def _right_calls() -> frozenset[tuple[str, bytes]]:
    return frozenset((_curve(call[0]), call[2:]) for call in seeds().curve_calls)


@_target("native", lambda s: s.curve_calls, "native gost, bign, hash")
def native(data: bytes) -> None:
    """First octet: the curve; then key, digest and signature of whatever lengths the rest gives them."""
    if len(data) < 4:
        return
    choice, at, rest = data[0], data[1], data[2:]
    key, digest, signature = rest[:at], rest[at : at + at // 2], rest[at + at // 2 :]
    bign = choice & 0x80
    curve = _curve(choice)
    with suppress(ValueError):
        if bign:
            _native.bign_check_public_key(curve, key)
        else:
            _native.gost_check_public_key(curve, key)
    with suppress(ValueError):
        if bign:
            verified = _native.bign_verify(
                curve, key, bytes.fromhex("06092a7000020022651f51"), digest, signature
            )
        else:
            verified = _native.gost_verify(curve, key, digest, signature)
        assert not verified or (curve, rest) in _right_calls(), "a forged signature verifies"
    with suppress(ValueError):
        (_native.bign_public_key if bign else _native.gost_public_key)(curve, key)
    with suppress(ValueError):
        _native.hash(("belt-hash", "bash-512", "streebog-256", "gost94-test")[choice % 4], data)


@cache
def _file() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="trustspace-fuzz-"))
    made = seeds()
    trust = folder / "trust"
    trust.mkdir()
    for number, each in enumerate([*made.authorities]):
        (trust / f"{number}.cer").write_bytes(each.raw)
    (trust / "ca.crl").write_bytes(made.space.ca.crl().raw)
    return folder


def _hostile_to_a_terminal(shown: str) -> bool:
    return any(not (letter.isprintable() or letter == "\n") for letter in shown)


def run_command(*words: str) -> tuple[int, str, str]:
    """The command in this process: exit code, output, messages."""
    from trustspace.cli.main import main  # noqa: PLC0415

    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(list(words))
    return int(code), out.getvalue(), err.getvalue()


def checked_command(*words: str) -> tuple[int, str]:
    """Run it; whatever it was given, it ends with a known code and says nothing that steers a terminal."""
    before = os.environ.get("TRUSTSPACE_DEBUG")
    os.environ["TRUSTSPACE_DEBUG"] = "1"
    try:
        code, out, err = run_command(*words)
    finally:
        if before is None:
            del os.environ["TRUSTSPACE_DEBUG"]
        else:
            os.environ["TRUSTSPACE_DEBUG"] = before
    unexpected = [
        line for line in err.splitlines() if line.startswith("INTERNAL_ERROR") or "INTERNAL_ERROR" in line
    ]
    if "Traceback" in err:
        # With the variable set every failure shows one; a TrustspaceError's is no defect.
        last = [line for line in err.splitlines() if line.startswith(("trustspace.", "Traceback")) is False]
        assert _known_failure(err), "\n".join(last[-40:])
    assert not unexpected, err[-2000:]
    assert code in (0, 1, 2, 3), (code, err[-2000:])
    assert not _hostile_to_a_terminal(out), ascii(out)[:2000]
    assert not _hostile_to_a_terminal(err), ascii(err)[-2000:]
    return code, out


def _known_failure(err: str) -> bool:
    return "\ntrustspace.cli.errors.CommandError: " in err or any(
        line.startswith("trustspace.") and ": " in line and "INTERNAL_ERROR" not in line
        for line in err.splitlines()
    )


@_target(
    "command",
    lambda s: [*s.documents, *s.certificates, *s.lists, *s.responses, *s.tokens, *s.receipts, *s.armoured],
    "cli, and all below",
)
def command(data: bytes) -> None:
    folder = _file()
    path = folder / "fuzzed"
    path.write_bytes(data)
    code, _ = checked_command("inspect", str(path), "--lang", "en")
    again, out = checked_command("inspect", str(path), "--json", "--lang", "ru")
    assert code == again
    if out:
        json.loads(out)
    trust = ("--trust", str(folder / "trust"), "--at", NOW.isoformat())
    code, _ = checked_command("validate", str(path), *trust, "--lang", "ru")
    again, out = checked_command("validate", str(path), *trust, "--json", "--lang", "en")
    assert code == again
    if out:
        json.loads(out)


@_target(
    "trust-files",
    lambda s: [*s.certificates, *s.lists, *s.responses, *s.signed_registers, *s.armoured],
    "cli (trust), pki",
)
def trust_files(data: bytes) -> None:
    folder = _file()
    signed = folder / "signed"
    if not signed.exists():
        signed.write_bytes(seeds().documents[0])
    path = folder / "given"
    path.write_bytes(data)
    checked_command(
        *("validate", str(signed), "--json", "--lang", "en", "--at", NOW.isoformat()),
        *("--trust", str(folder / "trust"), "--trust", str(path)),
    )


@_target("stored-facts", lambda s: s.stored_facts, "cli (stored facts), validation", "json")
def stored_facts(data: bytes) -> None:
    path = _file() / "facts.json"
    path.write_bytes(data)
    checked_command("validate", "--replay", str(path), "--json", "--lang", "en")


@_target("receipt-command", lambda s: [*s.receipts, *s.signed_registers], "cli (receipt), receipts")
def receipt_command(data: bytes) -> None:
    made = seeds()
    folder = _file()
    trust = folder / "receipts"
    if not trust.exists():
        trust.mkdir()
        (trust / "ttp-ca.cer").write_bytes(made.world.root.certificate.raw)
        (trust / "ttp-ca.crl").write_bytes(made.world.root.crl().raw)
        (trust / "register.p7m").write_bytes(made.signed_registers[0])
        (folder / "document").write_bytes(made.documents[0])
    path = folder / "receipt.dvc"
    path.write_bytes(data)
    words = ("receipt", "verify", str(path), "--trust", str(trust), "--at", NOW.isoformat())
    code, _ = checked_command(*words, "--document", str(folder / "document"), "--lang", "ru")
    again, out = checked_command(*words, "--document", str(folder / "document"), "--json")
    assert code == again
    if out:
        json.loads(out)


@_target("node-config", lambda s: s.node_configs, "node (config)", "toml")
def node_config(data: bytes) -> None:
    from trustspace.node.config import load_config  # noqa: PLC0415

    path = _file() / "node.toml"
    path.write_bytes(data)
    with suppress(TrustspaceError):
        config = load_config(path)
        assert config.limits.request > 0


@_target("signing-key", lambda s: [*s.private_keys, *s.certificates], "cli (sign), keys, algorithms")
def signing_key(data: bytes) -> None:
    folder = _file()
    content, given = folder / "content", folder / "given-key"
    content.write_bytes(b"x")
    given.write_bytes(data)
    certificate = folder / "alice.cer"
    certificate.write_bytes(seeds().space.alice.certificate.raw)
    out = ("--out", str(folder / "made.p7s"))
    checked_command("sign", str(content), "--key", str(given), "--certificate", str(certificate), *out)
    checked_command("sign", str(content), "--key", str(given), "--certificate", str(given), *out)
