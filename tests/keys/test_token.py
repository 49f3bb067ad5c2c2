"""Keys on a real (SoftHSM) token: made there, signing there, never coming out."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from support.pki import Pki, stream
from support.tokens import PIN, SoftToken, new_token, softhsm_library
from trustspace.algorithms.digests import digest_by_name
from trustspace.algorithms.errors import AlgorithmNotSupported
from trustspace.algorithms.model import SignatureScheme
from trustspace.algorithms.private import generate
from trustspace.algorithms.signatures import pss_scheme, resolve, verify
from trustspace.errors import TrustspaceError
from trustspace.keys.errors import KeyNameError, TokenAlgorithmMissing, TokenError, TokenLocked
from trustspace.keys.model import KeyProvider
from trustspace.keys.opening import find_certificate, open_key, open_provider
from trustspace.keys.secrets import SecretSource
from trustspace.keys.token import library as token_library
from trustspace.keys.token.library import LIBRARY_VARIABLE
from trustspace.keys.token.mechanisms import key_type
from trustspace.keys.token.provider import TokenKeys
from trustspace.keys.token.sessions import PooledSession

MESSAGE = b"signed attributes"
ECDSA = "1.2.840.10045.4.3."
RSA = "1.2.840.113549.1.1."


def pss(digest: str, mask: str | None = None, salt: int | None = None) -> SignatureScheme:
    algorithm = digest_by_name(digest)
    return pss_scheme(algorithm, digest_by_name(mask or digest), algorithm.size if salt is None else salt)


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(TrustspaceError) as caught:
        call()
    return caught.value.code


# Signing --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "scheme"),
    [
        ("rsa-2048", lambda: resolve(f"{RSA}11", None)),
        ("rsa-2048", lambda: resolve(f"{RSA}12", None)),
        ("rsa-2048", lambda: resolve(f"{RSA}13", None)),
        ("rsa-2048", lambda: pss("SHA-256")),
        ("rsa-2048", lambda: pss("SHA-384", salt=20)),
        ("rsa-2048", lambda: pss("SHA-512")),
        ("p-256", lambda: resolve(f"{ECDSA}2", None)),
        ("p-256", lambda: resolve(f"{ECDSA}4", None)),  # a digest longer than the order
        ("p-384", lambda: resolve(f"{ECDSA}3", None)),
        ("p-521", lambda: resolve(f"{ECDSA}4", None)),
        ("ed25519", lambda: resolve("1.3.101.112", None)),
    ],
)
@pytest.mark.parametrize("size", [0, 17, 100_000])
def test_a_token_key_signs(
    name: str, scheme: Callable[[], SignatureScheme], size: int, stocked: SoftToken
) -> None:
    key, chosen, message = open_key(stocked.uri(name)), scheme(), bytes(size)
    signature = key.sign(message, chosen, entropy=b"")
    verify(key.key, chosen, signature, message=message)


def test_the_usual_scheme_is_that_of_a_key_in_a_file(stocked: SoftToken) -> None:
    for name in ("rsa-2048", "p-256", "p-384", "p-521", "ed25519"):
        software = generate(name, random=stream("software"))
        assert open_key(stocked.uri(name)).default_scheme == software.default_scheme


def test_a_key_signs_nothing_of_another_family(stocked: SoftToken) -> None:
    key = open_key(stocked.uri("p-256"))
    with pytest.raises(AlgorithmNotSupported, match="key of EC"):
        key.sign(MESSAGE, resolve(f"{RSA}11", None), entropy=b"")


def test_what_the_token_does_not_compute_is_refused_by_name(stocked: SoftToken) -> None:
    key = open_key(stocked.uri("rsa-2048"))
    for scheme in (pss("SHA3-256"), pss("SHA-256", "SHA-1")):
        with pytest.raises(TrustspaceError) as caught:
            key.sign(MESSAGE, scheme, entropy=b"")
        assert caught.value.code in ("TOKEN_ALGORITHM_MISSING", "TOKEN_FAILED")


def test_the_key_never_comes_out(stocked: SoftToken) -> None:
    provider = open_provider(stocked.uri())
    for held in provider.keys():  # noqa: SIM118 - no dictionary
        assert not held.exportable, held.name
        key = open_key(held.reference + f"&pin-source=file:{stocked.folder}/{stocked.label}.{PIN}.pin")
        assert not hasattr(key, "to_pkcs8") and PIN not in repr(key) and PIN not in held.reference


def test_threads_sign_at_once(stocked: SoftToken) -> None:
    key = open_key(stocked.uri("p-256"))
    barrier = threading.Barrier(8)

    def work(number: int) -> None:
        barrier.wait()
        for turn in range(25):
            message = f"{number}/{turn}".encode()
            verify(key.key, key.default_scheme, key.sign(message, entropy=b""), message=message)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))


def test_more_threads_than_sessions_wait_for_one_another(token: SoftToken) -> None:
    from trustspace.keys.token.library import library_path, load_library  # noqa: PLC0415
    from trustspace.keys.token.sessions import TokenSessions  # noqa: PLC0415

    keys = TokenKeys(token.uri())
    pin = keys._sessions.pin_source
    sessions = TokenSessions(load_library(library_path(keys.uri)), keys.uri, pin, most=1, wait=0.05)
    entered, leave = threading.Event(), threading.Event()

    def stay(_session: object) -> bool:
        entered.set()
        return leave.wait(10)

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(sessions.run, stay, "wait")
        try:
            assert entered.wait(10)
            assert code_of(lambda: sessions.run(lambda _session: True, "wait")) == "TOKEN_BUSY"
        finally:
            leave.set()
        assert waiting.result()
    assert sessions.run(lambda _session: True, "wait")


def test_a_child_process_signs_with_sessions_of_its_own(stocked: SoftToken) -> None:
    script = (
        "import os, sys\n"
        "from trustspace.keys.opening import open_key\n"
        "from trustspace.algorithms.signatures import verify\n"
        "key = open_key(sys.argv[1])\n"
        "def once(): verify(key.key, key.default_scheme, key.sign(b'm', entropy=b''), message=b'm')\n"
        "once()\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    try: once(); os._exit(0)\n"
        "    except BaseException as error: print(repr(error), file=sys.stderr); os._exit(1)\n"
        "_, status = os.waitpid(child, 0)\n"
        "once()\n"
        "sys.exit(os.waitstatus_to_exitcode(status))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, stocked.uri("p-256")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


# Making, certifying, listing ------------------------------------------------------------------------------


def test_make_certify_find_and_list(token: SoftToken) -> None:
    keys: KeyProvider = open_provider(token.uri())
    assert keys.keys() == ()
    made = keys.generate("ДТС 2026", "p-256", random=os.urandom)
    pki = Pki("p-256")
    certificate = pki.signer("TTP", pki.root(), public_key=made.key).certificate
    assert keys.certificate("ДТС 2026") is None
    keys.attach("ДТС 2026", certificate)
    keys.attach("ДТС 2026", certificate)  # again: nothing more to do

    (held,) = keys.keys()
    assert held.name == "ДТС 2026" and held.key == made.key
    assert held.certificate is not None and held.certificate.raw == certificate.raw
    pin = f"&pin-source=file:{token.folder}/{token.label}.{PIN}.pin"
    assert open_key(held.reference + pin).key == made.key
    found = find_certificate(held.reference + pin)
    assert found is not None and found.raw == certificate.raw


def test_of_several_certificates_the_newest_is_found(token: SoftToken) -> None:
    keys, pki = TokenKeys(token.uri()), Pki("p-256")
    made = keys.generate("ttp", "p-256", random=os.urandom)
    root = pki.root()
    older = pki.signer("Older", root, public_key=made.key)
    newer = pki.signer("Newer", root, public_key=made.key, not_before=pki.now)
    for entity in (newer, older):
        keys.attach("ttp", entity.certificate)
    found = keys.certificate("ttp")
    assert found is not None and found.raw == newer.certificate.raw


def test_a_certificate_of_another_key_is_not_attached(token: SoftToken) -> None:
    keys, pki = TokenKeys(token.uri()), Pki("p-256")
    keys.generate("ttp", "p-256", random=os.urandom)
    other = pki.signer("Other", pki.root()).certificate
    assert code_of(lambda: keys.attach("ttp", other)) == "KEY_CERTIFICATE_FOREIGN"
    assert code_of(lambda: keys.open("ttp", certificate=other)) == "KEY_CERTIFICATE_FOREIGN"


def test_names_are_unique_and_missing_ones_say_what_is_there(token: SoftToken) -> None:
    keys = TokenKeys(token.uri())
    keys.generate("a", "p-256", random=os.urandom)
    keys.generate("b", "p-256", random=os.urandom)
    assert code_of(lambda: keys.generate("a", "p-256", random=os.urandom)) == "KEY_EXISTS"
    assert code_of(lambda: keys.generate("", "p-256", random=os.urandom)) == "KEY_NAME_INVALID"
    with pytest.raises(KeyNameError) as caught:
        open_key(token.uri("c"))
    assert caught.value.code == "KEY_NOT_FOUND" and caught.value.parameters["known"] == "a, b"
    assert code_of(lambda: open_key(token.uri())) == "KEY_AMBIGUOUS"


@pytest.mark.parametrize("kind", ["gost2012-256-a", "gost2012-512-a", "bign-256v1", "kz-gost2015-512"])
def test_a_kind_that_the_token_cannot_make_is_refused_by_name(kind: str, stocked: SoftToken) -> None:
    with pytest.raises(TokenAlgorithmMissing) as caught:
        open_provider(stocked.uri()).generate("national", kind, random=os.urandom)
    assert kind in str(caught.value.parameters["name"])
    assert isinstance(caught.value, AlgorithmNotSupported)


def test_a_key_whose_public_half_is_not_shown_works_with_its_certificate(token: SoftToken) -> None:
    keys, pki = TokenKeys(token.uri()), Pki("p-256")
    made = keys.generate("ttp", "p-256", random=os.urandom)
    root = pki.root()
    right = pki.signer("TTP", root, public_key=made.key).certificate
    wrong = pki.signer("Other", root).certificate

    def hide(pooled: object) -> None:
        from pkcs11.constants import Attribute, ObjectClass  # noqa: PLC0415

        for each in pooled.session.get_objects({Attribute.CLASS: ObjectClass.PUBLIC_KEY}):  # type: ignore[attr-defined]
            each.destroy()

    keys._sessions.run(hide, "hide", write=True)
    assert code_of(lambda: open_key(token.uri("ttp"))) == "TOKEN_PUBLIC_KEY_MISSING"
    (held,) = keys.keys()
    assert held.key is None
    key = open_key(token.uri("ttp"), certificate=right)
    verify(key.key, key.default_scheme, key.sign(MESSAGE, entropy=b""), message=MESSAGE)
    # With another's certificate nothing can be told beforehand; the signature tells.
    other = open_key(token.uri("ttp"), certificate=wrong)
    assert code_of(lambda: other.sign(MESSAGE, entropy=b"")) == "TOKEN_SIGNATURE_WRONG"


# What a receipt says of the module ------------------------------------------------------------------------


def test_the_module_names_itself_and_claims_no_certification(stocked: SoftToken) -> None:
    module = open_key(stocked.uri("p-256")).module
    assert module.name.startswith("SoftHSM v2") and module.version
    assert not module.certified and "not certified" in str(module)


def test_the_operator_states_the_certificate_of_a_module(stocked: SoftToken) -> None:
    module = open_key(stocked.uri("p-256"), certified="СФ/124-0001").module
    assert module.certified and "certificate СФ/124-0001" in str(module)


# What goes wrong ------------------------------------------------------------------------------------------


def test_a_wrong_pin_is_said_and_not_offered_again(make_token: Callable[[], SoftToken]) -> None:
    token = make_token()
    keys = TokenKeys(token.uri(pin="000000"))
    for _ in range(3):
        with pytest.raises(TokenLocked) as caught:
            keys.keys()
        assert caught.value.code == "TOKEN_PIN_WRONG" and "000000" not in str(caught.value)
    # A corrected PIN file is taken without a restart.
    (token.folder / f"{token.label}.000000.pin").write_text(PIN)
    assert keys.keys() == ()


def test_without_a_pin(token: SoftToken) -> None:
    assert code_of(lambda: open_key(token.uri("x", pin=None))) == "TOKEN_PIN_NEEDED"


def test_a_pin_file_that_others_can_read_is_refused(token: SoftToken) -> None:
    uri = token.uri("x")
    (token.folder / f"{token.label}.{PIN}.pin").chmod(0o644)
    assert code_of(lambda: open_key(uri)) == "KEY_FILE_OPEN_TO_OTHERS"


def test_a_token_that_is_not_there_and_one_that_is_ambiguous(
    make_token: Callable[[], SoftToken], library: str
) -> None:
    first, second = make_token(), make_token()
    with pytest.raises(TokenError) as caught:
        open_key(f"pkcs11:token=absent?module-path={library}")
    assert caught.value.code == "TOKEN_NOT_FOUND"
    assert first.label in str(caught.value.parameters["known"])
    assert code_of(lambda: open_key(f"pkcs11:?module-path={library}")) == "TOKEN_AMBIGUOUS"
    by_serial = TokenKeys(second.uri())._sessions.run(lambda pooled: pooled.token.serial.decode(), "ask")
    uri = second.uri().replace(f"token={second.label}", f"serial={by_serial}")
    assert open_provider(uri).keys() == ()


@pytest.mark.parametrize(
    "attributes", ["model=other", "manufacturer=other", "slot-id=0", "library-version=9.9"]
)
def test_every_attribute_of_the_uri_counts(attributes: str, stocked: SoftToken) -> None:
    uri = stocked.uri().replace("?", f";{attributes}?", 1)
    assert code_of(lambda: open_provider(uri).keys()) == "TOKEN_NOT_FOUND"


def test_libraries(library: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(LIBRARY_VARIABLE, raising=False)
    nonsense = tmp_path / "library.so"
    nonsense.write_bytes(b"no library")
    libc = next(Path("/").glob("lib/*/libm.so.6"), None)
    for query, code in (
        ("", "TOKEN_LIBRARY_UNKNOWN"),
        ("?module-name=nobody-has-this", "TOKEN_LIBRARY_UNKNOWN"),
        ("?module-name=../evil", "TOKEN_LIBRARY_UNKNOWN"),
        ("?module-path=/nowhere.so", "TOKEN_LIBRARY_UNUSABLE"),
        (f"?module-path={nonsense}", "TOKEN_LIBRARY_UNUSABLE"),
        *([(f"?module-path={libc}", "TOKEN_LIBRARY_UNUSABLE")] if libc else []),
    ):
        assert code_of(lambda query=query: open_key(f"pkcs11:token=x{query}")) == code, query
    if library.startswith("/usr/lib"):
        assert softhsm_library() and open_provider("pkcs11:token=x?module-name=softhsm2")
    monkeypatch.setenv(LIBRARY_VARIABLE, library)
    assert code_of(lambda: open_key("pkcs11:token=absent")) == "TOKEN_NOT_FOUND"


def test_a_token_that_is_pulled_out_and_put_back(token: SoftToken, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(token_library, "RESTART_INTERVAL", 0.0)
    keys = TokenKeys(token.uri())
    key = keys.generate("ttp", "p-256", random=os.urandom)
    verify(key.key, key.default_scheme, key.sign(MESSAGE, entropy=b""), message=MESSAGE)
    tokens = Path(os.environ["SOFTHSM2_CONF"]).parent / "tokens"
    (mine,) = [
        folder
        for folder in tokens.iterdir()
        if token.label.encode() in (folder / "token.object").read_bytes()
    ]
    aside = tokens.parent / f"{token.label}.aside"
    mine.rename(aside)
    with pytest.raises(TokenError) as caught:
        key.sign(MESSAGE, entropy=b"")
    assert caught.value.code == "TOKEN_NOT_FOUND"
    aside.rename(mine)
    verify(key.key, key.default_scheme, key.sign(MESSAGE, entropy=b""), message=MESSAGE)


def test_a_key_that_is_destroyed_meanwhile_is_said_to_be_missing(token: SoftToken) -> None:
    keys = TokenKeys(token.uri())
    key = keys.generate("ttp", "p-256", random=os.urandom)
    key.sign(MESSAGE, entropy=b"")

    def destroy(pooled: object) -> None:
        from trustspace.keys.token.objects import private_keys  # noqa: PLC0415

        for each in private_keys(pooled.session):  # type: ignore[attr-defined]
            each.destroy()

    keys._sessions.run(destroy, "destroy", write=True)
    assert code_of(lambda: key.sign(MESSAGE, entropy=b"")) == "KEY_NOT_FOUND"


def test_after_closing_a_key_logs_in_again(token: SoftToken) -> None:
    keys = TokenKeys(token.uri())
    key = keys.generate("ttp", "p-256", random=os.urandom)
    keys.close()
    verify(key.key, key.default_scheme, key.sign(MESSAGE, entropy=b""), message=MESSAGE)


def test_a_token_that_is_made_while_we_run_is_found(
    library: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_library, "RESTART_INTERVAL", 0.0)
    assert code_of(lambda: open_provider(f"pkcs11:token=newcomer?module-path={library}").keys()) == (
        "TOKEN_NOT_FOUND"
    )
    made = new_token("newcomer", library, tmp_path)
    keys = open_provider(made.uri())
    assert keys.keys() == ()
    key = keys.generate("ttp", "p-256", random=os.urandom)
    verify(key.key, key.default_scheme, key.sign(MESSAGE, entropy=b""), message=MESSAGE)


def test_looking_for_a_lost_token_leaves_the_others_signing(
    library: str, stocked: SoftToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each search initialises the library anew, under threads that sign with another token of it."""
    monkeypatch.setattr(token_library, "RESTART_INTERVAL", 0.0)
    key = open_key(stocked.uri("p-256"))
    absent = open_provider(f"pkcs11:token=lost?module-path={library}")

    def work(number: int) -> None:
        for turn in range(20):
            message = f"{number}/{turn}".encode()
            verify(key.key, key.default_scheme, key.sign(message, entropy=b""), message=message)

    with ThreadPoolExecutor(4) as pool:
        working = [pool.submit(work, number) for number in range(4)]
        while not all(each.done() for each in working):
            assert code_of(absent.keys) == "TOKEN_NOT_FOUND"
            time.sleep(0.05)
        for each in working:
            each.result()


def test_a_person_is_asked_for_the_pin_once(token: SoftToken, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(token_library, "RESTART_INTERVAL", 0.0)
    asked: list[str] = []

    def ask(text: str) -> str:
        asked.append(text)
        return PIN

    keys = TokenKeys(token.uri(pin=None), SecretSource("prompt", ask=ask))
    key = keys.generate("ttp", "p-256", random=os.urandom)
    keys.close()
    key.sign(MESSAGE, entropy=b"")
    assert asked == [f"PIN of the token {token.label}: "]


def test_a_key_that_wants_the_pin_before_each_signature(token: SoftToken) -> None:
    keys = TokenKeys(token.uri())

    def make(pooled: PooledSession) -> None:
        from pkcs11.constants import Attribute  # noqa: PLC0415

        pooled.session.generate_keypair(
            key_type(0),
            2048,
            id=b"1",
            label="card",
            store=True,
            private_template={Attribute.ALWAYS_AUTHENTICATE: True},
        )

    keys._sessions.run(make, "make", write=True)
    key = keys.open("card")
    for _ in range(3):
        verify(key.key, key.default_scheme, key.sign(MESSAGE, entropy=b""), message=MESSAGE)
