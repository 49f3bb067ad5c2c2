"""National mechanisms on a token that has them.

Debian's SoftHSM is built without GOST. One built over Botan 2 (``cmake -DENABLE_GOST=ON
-DWITH_CRYPTO_BACKEND=botan``) has GOST R 34.10-2001 on CryptoPro's set A; keys of 2012-256 use the same
mechanism. Name its library in TRUSTSPACE_GOST_PKCS11_LIBRARY and its softhsm2-util in
TRUSTSPACE_GOST_PKCS11_UTILITY, and the last test runs. The others need no token.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.openssl import OpenSSL
from support.pki import NOW, entropy, stream
from support.tokens import configure, environment, new_token
from trustspace.algorithms.errors import SignatureInvalid
from trustspace.algorithms.keys import gost_public_key_info, load_public_key
from trustspace.algorithms.private import default_scheme, generate
from trustspace.algorithms.signatures import verify
from trustspace.encoding.certificate import subject_public_key
from trustspace.keys.errors import TokenAlgorithmMissing
from trustspace.keys.token import generation
from trustspace.keys.token.mechanisms import (
    CKM_GOSTR3410,
    CKM_GOSTR3410_512,
    CKM_GOSTR3410_WITH_GOSTR3411_12_512,
    key_type,
    mechanism,
    plan,
)

MESSAGE = b"document"
SOFTWARE = {
    "gost2001-a": CKM_GOSTR3410,
    "gost2012-256-a": CKM_GOSTR3410,
    "gost2012-256-cp-a": CKM_GOSTR3410,
    "gost2012-512-a": CKM_GOSTR3410_512,
}


@pytest.mark.parametrize("kind", SOFTWARE)
@pytest.mark.parametrize("swapped", [False, True])
def test_both_orders_of_a_tokens_halves_become_the_one_signature(kind: str, swapped: bool) -> None:
    """The software key stands in for the token: the plan's input and output are what CKM_GOSTR3410 wants."""
    key = generate(kind, random=stream(kind))
    scheme = default_scheme(key.key)
    way = plan(key.key, scheme, len(MESSAGE), frozenset({SOFTWARE[kind]}), "T")
    assert way.mechanism == SOFTWARE[kind]
    assert scheme.digest is not None and way.prepare(MESSAGE) == scheme.digest.digest(MESSAGE)
    signature = key.sign(MESSAGE, entropy=entropy("e"))
    half = len(signature) // 2
    output = signature[half:] + signature[:half] if swapped else signature
    verified = []
    for form in way.forms(output):
        try:
            verify(key.key, scheme, form, message=MESSAGE)
        except SignatureInvalid:
            continue
        verified.append(form)
    assert verified == [signature]


def test_a_token_that_only_hashes_and_signs_in_one_gets_the_message() -> None:
    key = generate("gost2012-512-a", random=stream("k")).key
    available = frozenset({CKM_GOSTR3410_WITH_GOSTR3411_12_512})
    way = plan(key, default_scheme(key), 8, available, "T")
    assert way.prepare(MESSAGE) == MESSAGE


@pytest.mark.parametrize("kind", ["bign-256v1", "kz-gost2015-512", "kz-gost2004"])
def test_what_pkcs11_has_no_mechanism_for_is_refused_by_name(kind: str) -> None:
    key = generate(kind, random=stream(kind)).key
    everything = frozenset(range(0x2000)) | frozenset(range(0xD4321000, 0xD4321100))
    with pytest.raises(TokenAlgorithmMissing) as caught:
        plan(key, default_scheme(key), 8, everything, "T")
    assert default_scheme(key).name == caught.value.parameters["name"]
    with pytest.raises(TokenAlgorithmMissing):
        generation.recipe(kind, everything, "T")


@pytest.mark.parametrize("kind", SOFTWARE)
def test_a_key_known_by_its_numbers_is_the_key(kind: str) -> None:
    key = generate(kind, random=stream(kind)).key
    octets = subject_public_key(key.spki)
    point = octets[3:] if len(octets) > 130 else octets[2:]
    (wanted,) = [
        dict(generation._RECIPES[kind].parameters)["GOSTR3410_PARAMS"],
    ]
    from trustspace._native import ber_parse  # noqa: PLC0415

    spki = gost_public_key_info(key.algorithm, ber_parse(wanted, what="OID").oid(), point)
    assert spki == key.spki and load_public_key(spki) == key


def test_vendors_numbers_pass_through_the_packages_enumerations() -> None:
    pytest.importorskip("pkcs11")
    assert int(mechanism(CKM_GOSTR3410_512)) == 0xD4321006 and int(key_type(0xD4321003)) == 0xD4321003
    assert mechanism(0x1201).name == "GOSTR3410"


# With a token that has them ---------------------------------------------------------------------------------

SCRIPT = """
import os, sys
from pathlib import Path
from support.pki import NOW, Pki, entropy
from trustspace.documents.cades_signing import SigningLevel, sign_cades
from trustspace.documents.content import Content
from trustspace.keys.token.provider import TokenKeys
from trustspace.pki.issuing.signed_data import CmsSigner
uri, kind, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
keys = TokenKeys(uri)
key = keys.generate("ttp", kind, random=os.urandom)
pki = Pki(kind)
root = pki.root()
certificate = pki.signer("TTP", root, public_key=key.key).certificate
keys.attach("ttp", certificate)
opened = keys.open("ttp")
assert opened.key.spki == certificate.spki
signed = sign_cades(Content.of_bytes(b"document"), [CmsSigner(key=opened, certificate=certificate)],
    signing_time=NOW, entropy=entropy("e"), level=SigningLevel.B, detached=False)
(folder / "signed.p7s").write_bytes(signed)
(folder / "root.der").write_bytes(root.certificate.raw)
(held,) = keys.keys()
assert not held.exportable and held.certificate.raw == certificate.raw
print(opened.module)
"""


@pytest.fixture
def engine(openssl: str, gost_environment: dict[str, str], tmp_path: Path) -> OpenSSL:
    return OpenSSL(openssl, gost_environment, tmp_path)


@pytest.fixture
def gost_library() -> tuple[str, str]:
    library = os.environ.get("TRUSTSPACE_GOST_PKCS11_LIBRARY")
    utility = os.environ.get("TRUSTSPACE_GOST_PKCS11_UTILITY")
    if not library or not utility:
        pytest.skip("no PKCS#11 library with GOST is named (TRUSTSPACE_GOST_PKCS11_LIBRARY, …_UTILITY)")
    return library, utility


@pytest.mark.parametrize("kind", ["gost2001-a", "gost2012-256-cp-a"])
def test_the_engine_verifies_cades_of_a_gost_key_on_a_token(
    kind: str,
    gost_library: tuple[str, str],
    engine: OpenSSL,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    library, utility = gost_library
    tmp_path, tool = engine.folder, engine
    configuration = configure(tmp_path)
    monkeypatch.setenv("SOFTHSM2_CONF", str(configuration))
    token = new_token("gost", library, tmp_path, utility)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, token.uri(), kind, str(tmp_path)],
        env={**environment(configuration), "PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "SoftHSM" in done.stdout
    tool.pem("root.pem", tool.read("root.der"))
    tool.run(
        *("cms", "-verify", "-binary", "-cades", "-inform", "DER", "-in", "signed.p7s"),
        *("-CAfile", "root.pem", "-attime", str(int(NOW.timestamp())), "-purpose", "any", "-out", "content"),
    )
    assert tool.read("content") == MESSAGE
