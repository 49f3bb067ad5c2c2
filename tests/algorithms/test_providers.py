"""Another module behind the registry. Each test runs in a process of its own: a registration is for good."""

from __future__ import annotations

import subprocess
import sys

STAND_IN = """
import os
from trustspace.algorithms.providers import gost_provider, register_provider
from trustspace.algorithms.private import generate, load_private_key
from trustspace.algorithms.keys import load_public_key
from trustspace.algorithms.signatures import resolve, verify, verify_signature
from trustspace.algorithms.identifiers import *
from trustspace.algorithms.digests import digest_by_oid, digest_by_name
from trustspace.algorithms.modules import module_of
from trustspace.algorithms.errors import AlgorithmNotSupported

provider = gost_provider(
    "O'zDSt stand-in",
    kind="uz-stand-in",
    key_oid="1.3.6.1.4.1.99999.1.1",
    parameter_oid="1.3.6.1.4.1.99999.1.2",
    signature_oid="1.3.6.1.4.1.99999.1.3",
    digest_oid="1.3.6.1.4.1.99999.1.4",
    digest_name="O'zDSt stand-in hash",
)
"""


def _run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_an_algorithm_from_configuration_signs_and_verifies() -> None:
    assert (
        _run(
            STAND_IN
            + """
register_provider(provider)
register_provider(provider)  # again: nothing changes
key = generate("uz-stand-in", random=os.urandom)
signature = key.sign(b"m", entropy=os.urandom(32))
oid = "1.3.6.1.4.1.99999.1.3"
verify_signature(key.key.spki, oid, b"\\5\\0", signature, b"m")
assert load_private_key(key.to_pkcs8()).key == key.key
assert key.default_scheme.oid == oid
cms = resolve("1.3.6.1.4.1.99999.1.1", b"\\5\\0", "1.3.6.1.4.1.99999.1.4")
verify(key.key, cms, signature, message=b"m")
print(key.key.algorithm, "|", key.default_scheme.name, "|", module_of(key.default_scheme).name, "|",
      module_of(key.key).name, "|", module_of(digest_by_oid("1.3.6.1.4.1.99999.1.4")).name)
"""
        )
        == "O'zDSt stand-in | O'zDSt stand-in with O'zDSt stand-in hash"
        + " | trustspace-native as O'zDSt stand-in" * 3
    )


def test_whoever_did_not_configure_it_does_not_know_it() -> None:
    assert (
        _run(
            STAND_IN
            + """
for look in (lambda: resolve("1.3.6.1.4.1.99999.1.3", None), lambda: digest_by_oid("1.3.6.1.4.1.99999.1.4"),
             lambda: generate("uz-stand-in", random=os.urandom)):
    try:
        look()
    except AlgorithmNotSupported as error:
        print(error.parameters["name"])
"""
        )
        == "1.3.6.1.4.1.99999.1.3\n1.3.6.1.4.1.99999.1.4\nuz-stand-in"
    )


def test_nothing_is_replaced_by_accident() -> None:
    assert (
        _run(
            STAND_IN
            + """
from dataclasses import replace
from trustspace.algorithms.providers import Provider
from trustspace.algorithms.model import ModuleInfo
stolen = replace(digest_by_name("belt-hash"), name="other")
try:
    register_provider(Provider(ModuleInfo("m", "1"), digests=(stolen,)))
except ValueError as error:
    print(error)
print(digest_by_name("belt-hash").name)
"""
        )
        == "1.2.112.0.2.0.34.101.31.81 is taken by belt-hash\nbelt-hash"
    )


def test_a_certified_module_takes_over_hashing_and_verification_and_is_named() -> None:
    assert (
        _run(
            """
import os
from dataclasses import replace
from trustspace.algorithms import _bign
from trustspace.algorithms.providers import Provider, register_provider
from trustspace.algorithms.model import ModuleInfo
from trustspace.algorithms.digests import digest_by_name
from trustspace.algorithms.modules import module_of
from trustspace.algorithms.private import generate
from trustspace.algorithms.signatures import all_signatures, resolve, verify

calls = []
belt = digest_by_name("belt-hash")
def one_shot(data):
    calls.append("hash")
    return belt.digest(data)
def verifier(key, scheme, signature, message, digest):
    calls.append("verify")
    digest = digest or scheme.digest.digest(message)
    return _bign.verify(key, scheme, signature, None, digest)
hbelt = next(each for each in all_signatures() if each.name == "bign-with-hbelt")
module = ModuleInfo("Certified", "2.1", certified=True, certificate="BY 112 03.02-001")
register_provider(Provider(module, digests=(replace(belt, one_shot=one_shot),),
                           signatures=((replace(hbelt, verifier=verifier), _bign.KEY_OID),), replaces=True))
key = generate("bign-256v1", random=os.urandom)
scheme = resolve(hbelt.oid, b"\\5\\0")
signature = key.sign(b"m", entropy=os.urandom(32))
calls.clear()
verify(key.key, scheme, signature, message=b"m")
print(calls, module_of(scheme), "|", module_of(digest_by_name("belt-hash")))
"""
        )
        == "['verify', 'hash'] Certified 2.1 (certificate BY 112 03.02-001)"
        " | Certified 2.1 (certificate BY 112 03.02-001)"
    )
