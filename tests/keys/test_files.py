"""Keys in files: encrypted, closed to others, never written over."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support.pki import Pki, entropy, stream
from trustspace.algorithms import _der, _pkcs8
from trustspace.algorithms.model import KeyDerivation
from trustspace.algorithms.private import PrivateKey, generate, key_kinds, load_private_key
from trustspace.algorithms.signatures import verify
from trustspace.errors import TrustspaceError
from trustspace.keys.errors import KeyFileError, KeyNameError
from trustspace.keys.files import FileKeys, load_key_file, write_key_file
from trustspace.keys.opening import find_certificate, open_key, open_provider
from trustspace.keys.secrets import SecretSource

KINDS = [kind for kind in key_kinds() if not kind.startswith("rsa-") or kind == "rsa-2048"]


def secret(text: str = "Пароль-2026") -> SecretSource:
    return SecretSource("env:PASSWORD", environment={"PASSWORD": text})


def make(kind: str = "p-256") -> PrivateKey:
    return generate(kind, random=stream(kind))


def code_of(call: Any, *arguments: Any, **options: Any) -> str:
    with pytest.raises(TrustspaceError) as caught:
        call(*arguments, **options)
    return caught.value.code


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_key_is_kept_encrypted_and_signs_again(kind: str, tmp_path: Path) -> None:
    key, path = make(kind), tmp_path / "ttp.key"
    write_key_file(path, key, "Пароль-2026", random=stream("salt"))
    assert path.stat().st_mode & 0o777 == 0o600
    stored = path.read_bytes()
    assert stored.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n")
    assert max(map(len, stored.splitlines())) <= 64
    loaded = open_key(str(path), secret())
    assert loaded.key == key.key
    signature = loaded.sign(b"document", entropy=entropy("x"))
    verify(key.key, loaded.default_scheme, signature, message=b"document")


@pytest.mark.parametrize("derivation", list(KeyDerivation))
def test_both_derivations_open_with_the_password_alone(derivation: KeyDerivation, tmp_path: Path) -> None:
    path = tmp_path / "ttp.key"
    write_key_file(path, make(), "Пароль-2026", random=stream("salt"), derivation=derivation)
    assert load_key_file(path, secret()).key == make().key
    assert code_of(load_key_file, path) == "KEY_PASSWORD_NEEDED"
    for wrong in ("Пароль-2027", "пароль-2026", "Пароль-2026 "):
        assert code_of(load_key_file, path, secret(wrong)) == "KEY_PASSWORD_WRONG"


def test_a_wrong_password_never_opens_a_key_by_chance(tmp_path: Path) -> None:
    """Padding fits by chance once in 256 times; what it leaves is no key."""
    encrypted = make().to_encrypted_pkcs8(b"right", random=stream("salt"))
    opened = 0
    for number in range(3000):
        try:
            _pkcs8._aes_cbc(number.to_bytes(32, "big"), bytes(16), encrypted[-144:])
        except TrustspaceError:
            continue
        opened += 1
    assert opened <= 1
    path = tmp_path / "ttp.key"
    path.write_bytes(encrypted)
    path.chmod(0o600)
    assert code_of(load_key_file, path, secret("wrong")) == "KEY_PASSWORD_WRONG"


def test_two_files_of_one_key_and_password_have_nothing_in_common(tmp_path: Path) -> None:
    for name in ("a.key", "b.key"):
        write_key_file(tmp_path / name, make(), "p", random=os.urandom)
    lines = [set((tmp_path / name).read_text().splitlines()[2:-2]) for name in ("a.key", "b.key")]
    assert not lines[0] & lines[1]


@pytest.mark.parametrize("derivation", list(KeyDerivation))
def test_guessing_passwords_is_dear(derivation: KeyDerivation, monkeypatch: pytest.MonkeyPatch) -> None:
    """OWASP's counts for PBKDF2 with HMAC-SHA-256 and for scrypt with 16 MiB."""
    monkeypatch.undo()
    encrypted = make().to_encrypted_pkcs8(b"p", random=stream("salt"), derivation=derivation)
    costs = {KeyDerivation.PBKDF2: [600_000], KeyDerivation.SCRYPT: [2**14, 8, 5]}[derivation]
    assert b"".join(_der.integer(cost) for cost in costs) in encrypted


def test_an_empty_password_is_none() -> None:
    with pytest.raises(ValueError, match="empty"):
        make().to_encrypted_pkcs8(b"", random=stream("salt"))


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o601])
def test_a_file_that_others_can_get_at_is_refused(mode: int, tmp_path: Path) -> None:
    path = tmp_path / "ttp.key"
    write_key_file(path, make(), "p", random=stream("salt"))
    path.chmod(mode)
    with pytest.raises(KeyFileError) as caught:
        open_key(str(path), secret("p"))
    assert caught.value.code == "KEY_FILE_OPEN_TO_OTHERS"
    assert caught.value.parameters == {"path": str(path), "mode": f"{mode:04o}"}


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_file_of_ours_alone_is_taken(mode: int, tmp_path: Path) -> None:
    path = tmp_path / "ttp.key"
    write_key_file(path, make(), None, random=stream("salt"))
    path.chmod(mode)
    assert open_key("ttp.key", base=tmp_path).key == make().key


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ttp.key"
    write_key_file(path, make(), None, random=stream("salt"))
    os.chown(path, 65534, -1)
    script = (
        "import os, pathlib, sys\n"
        "from trustspace.errors import TrustspaceError\n"
        "from trustspace.keys import private_files\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "status = path.stat()\n"
        "os.setuid(12345)\n"
        "try: private_files._check(path, status)\n"
        "except TrustspaceError as error: print(error.code, error.parameters['owner'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["KEY_FILE_OF_ANOTHER", "65534"]


def test_a_key_is_never_written_over_another(tmp_path: Path) -> None:
    path = tmp_path / "ttp.key"
    write_key_file(path, make(), None, random=stream("salt"))
    before = path.read_bytes()
    assert code_of(write_key_file, path, make("p-384"), None, random=stream("s")) == "KEY_FILE_EXISTS"
    assert path.read_bytes() == before


def test_a_link_to_nowhere_is_not_followed_when_writing(tmp_path: Path) -> None:
    (tmp_path / "ttp.key").symlink_to(tmp_path / "elsewhere")
    code = code_of(write_key_file, tmp_path / "ttp.key", make(), None, random=stream("s"))
    assert code == "KEY_FILE_EXISTS" and not (tmp_path / "elsewhere").exists()


def test_a_full_disk_leaves_no_half_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert (
        code_of(write_key_file, tmp_path / "t.key", make(), None, random=stream("s")) == "KEY_FILE_UNUSABLE"
    )
    assert not list(tmp_path.iterdir())


def test_where_only_encrypted_keys_are_allowed(tmp_path: Path) -> None:
    path = tmp_path / "ttp.key"
    write_key_file(path, make(), None, random=stream("salt"))
    assert code_of(open_key, str(path), encrypted_only=True) == "KEY_NOT_ENCRYPTED"


@pytest.mark.parametrize(
    "content", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"]
)
def test_what_is_no_key(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "ttp.key"
    path.write_bytes(content)
    path.chmod(0o600)
    assert code_of(load_key_file, path) == "KEY_FILE_UNUSABLE"


def test_what_is_no_file(tmp_path: Path) -> None:
    assert code_of(open_key, "absent.key", base=tmp_path) == "KEY_FILE_UNUSABLE"
    assert code_of(open_key, str(tmp_path)) == "KEY_FILE_UNUSABLE"
    assert code_of(open_key, "a\0b") == "KEY_FILE_UNUSABLE"
    assert code_of(open_provider, "absent", base=tmp_path) == "KEY_FILE_UNUSABLE"


# A folder as a provider -----------------------------------------------------------------------------------


def test_make_find_certify_and_list(tmp_path: Path) -> None:
    keys = open_provider(str(tmp_path), secret())
    made = keys.generate("ttp-2026", "bign-256v1", random=stream("ttp"))
    assert keys.open("ttp-2026").key == made.key
    assert keys.certificate("ttp-2026") is None
    (held,) = keys.keys()
    assert (held.name, held.key, held.exportable) == ("ttp-2026", None, True), "encrypted: nothing shows"

    pki = Pki("p-256")
    certificate = pki.signer("TTP", pki.root(), public_key=made.key).certificate
    keys.attach("ttp-2026", certificate)
    found = keys.certificate("ttp-2026")
    assert found is not None and found.raw == certificate.raw
    (held,) = keys.keys()
    assert held.key == made.key and held.certificate is not None
    assert held.reference == str(tmp_path / "ttp-2026.key")
    beside = find_certificate(held.reference)
    assert beside is not None and beside.raw == certificate.raw
    assert "not certified" in str(keys.module) and str(made.module).startswith("trustspace-native")


def test_a_newer_certificate_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    keys, pki = FileKeys(tmp_path), Pki("p-256")
    made = keys.generate("ttp", "p-256", random=stream("ttp"))
    root = pki.root()
    for label in ("first", "second"):
        keys.attach("ttp", pki.signer(label, root, public_key=made.key).certificate)
    found = keys.certificate("ttp")
    assert found is not None and "second" in str(found.subject)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ttp.crt", "ttp.key"]


def test_a_certificate_of_another_key_is_not_attached(tmp_path: Path) -> None:
    keys, pki = FileKeys(tmp_path), Pki("p-256")
    keys.generate("ttp", "p-256", random=stream("ttp"))
    other = pki.signer("Other", pki.root()).certificate
    assert code_of(keys.attach, "ttp", other) == "KEY_CERTIFICATE_FOREIGN"
    assert keys.certificate("ttp") is None


def test_names(tmp_path: Path) -> None:
    keys = FileKeys(tmp_path)
    keys.generate("ДТС-2026.1", "p-256", random=stream("ttp"))
    assert code_of(keys.generate, "ДТС-2026.1", "p-256", random=stream("x")) == "KEY_EXISTS"
    for name in ("", "../ttp", "a/b", ".hidden", "a\0b", "a\nb", "x" * 101):
        assert code_of(keys.generate, name, "p-256", random=stream("x")) == "KEY_NAME_INVALID"
    with pytest.raises(KeyNameError) as caught:
        keys.open("absent")
    assert caught.value.code == "KEY_NOT_FOUND" and caught.value.parameters["known"] == "ДТС-2026.1"


def test_a_key_that_cannot_be_read_is_listed_without_its_public_side(tmp_path: Path) -> None:
    keys = FileKeys(tmp_path)
    keys.generate("ttp", "p-256", random=stream("ttp"))
    (tmp_path / "ttp.key").chmod(0o644)
    (held,) = keys.keys()
    assert held.name == "ttp" and held.key is None


def test_an_unencrypted_key_stays_loadable_by_the_plain_loader(tmp_path: Path) -> None:
    write_key_file(tmp_path / "t.key", make("gost2012-256-a"), None, random=stream("s"))
    assert load_private_key((tmp_path / "t.key").read_bytes()).key == make("gost2012-256-a").key
