"""Signature schemes: resolved from identifiers, verified, and refused with the right word."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from trustspace.algorithms import _der
from trustspace.algorithms.digests import digest_by_name
from trustspace.algorithms.errors import AlgorithmNotSupported, SignatureInvalid
from trustspace.algorithms.identifiers import (
    cms_signature_algorithm_identifier,
    digest_algorithm_identifier,
    signature_algorithm_identifier,
)
from trustspace.algorithms.keys import load_public_key
from trustspace.algorithms.modules import module_of
from trustspace.algorithms.private import PrivateKey, generate, key_kinds
from trustspace.algorithms.signatures import (
    all_signatures,
    pss_scheme,
    resolve,
    resolve_uri,
    verify,
    verify_signature,
)
from trustspace.errors import TrustspaceError

NULL = _der.NULL_BYTES
KINDS = [kind for kind in key_kinds() if not kind.startswith("rsa-") or kind == "rsa-2048"]
MESSAGE = b"signed attributes of some length " * 9


@pytest.fixture(scope="module")
def keys() -> dict[str, PrivateKey]:
    state = bytearray(range(256))

    def random(size: int) -> bytes:
        state[0] = (state[0] + 1) % 256
        state.append(state.pop(1))
        return bytes(state[:size])

    return {kind: generate(kind, random=random) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_a_signature_verifies_and_nothing_beside_it_does(
    kind: str, keys: dict[str, PrivateKey], entropy: bytes
) -> None:
    private = keys[kind]
    scheme = private.default_scheme
    signature = private.sign(MESSAGE, entropy=entropy)
    verify(private.key, scheme, signature, message=MESSAGE)
    verify(private.key, scheme, signature, message=memoryview(MESSAGE))
    if scheme.digest is not None:
        verify(private.key, scheme, signature, digest=scheme.digest.digest(MESSAGE))
    flipped = bytearray(signature)
    flipped[len(flipped) // 3] ^= 0x10
    refused = [
        bytes(flipped),
        signature[:-1],
        signature + b"\0",
        b"",
        bytes(len(signature)),
        b"\xff" * len(signature),
    ]
    for wrong in refused:
        with pytest.raises(SignatureInvalid):
            verify(private.key, scheme, wrong, message=MESSAGE)
    with pytest.raises(SignatureInvalid):
        verify(private.key, scheme, signature, message=MESSAGE[:-1])


@pytest.mark.parametrize("kind", KINDS)
def test_identifiers_read_back_as_the_scheme_that_wrote_them(
    kind: str, keys: dict[str, PrivateKey], entropy: bytes
) -> None:
    private = keys[kind]
    scheme = private.default_scheme
    signature = private.sign(MESSAGE, entropy=entropy)
    oid, parameters = _der.read_algorithm(_der.Reader(signature_algorithm_identifier(scheme, private.key)))
    verify_signature(private.key.spki, oid, parameters, signature, MESSAGE)
    oid, parameters = _der.read_algorithm(
        _der.Reader(cms_signature_algorithm_identifier(scheme, private.key))
    )
    digest_oid = scheme.digest.oid if scheme.digest else None
    again = resolve(oid, parameters, digest_oid, private.key)
    assert again.name == scheme.name
    verify(private.key, again, signature, message=MESSAGE)
    # A scheme that came from CMS writes the certificate's form just the same.
    assert signature_algorithm_identifier(again, private.key) == signature_algorithm_identifier(
        scheme, private.key
    )


@pytest.mark.parametrize(
    ("kind", "certificate_form", "cms_form"),
    [
        ("rsa-2048", "300d06092a864886f70d01010b0500", "300d06092a864886f70d0101010500"),
        ("p-256", "300a06082a8648ce3d040302", "300a06082a8648ce3d040302"),
        ("ed25519", "300506032b6570", "300506032b6570"),
        ("gost2012-256-a", "300a06082a85030701010302", "300c06082a850307010101010500"),
        ("gost2012-512-a", "300a06082a85030701010303", "300c06082a850307010101020500"),
        ("gost2001-a", "300806062a8503020203", "300a06062a85030202130500"),
        ("bign-256v1", "300d06092a7000020022652d0c0500", "300d06092a7000020022652d0c0500"),
        ("kz-gost2015-512", "300e060a2a830e030a01010203020500", "300e060a2a830e030a01010203020500"),
        ("kz-gost2004", "300d06092a830e030a010101020500", "300d06092a830e030a010101020500"),
    ],
)
def test_identifiers_as_the_field_writes_them(
    kind: str, certificate_form: str, cms_form: str, keys: dict[str, PrivateKey]
) -> None:
    private = keys[kind]
    scheme = private.default_scheme
    assert signature_algorithm_identifier(scheme, private.key).hex() == certificate_form
    assert cms_signature_algorithm_identifier(scheme, private.key).hex() == cms_form


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("SHA-256", "300b0609608648016503040201"),
        ("SHA-1", "300906052b0e03021a0500"),
        ("Streebog-256", "300c06082a850307010102020500"),
        ("belt-hash", "300d06092a7000020022651f510500"),
    ],
)
def test_digest_identifiers(name: str, expected: str) -> None:
    assert digest_algorithm_identifier(digest_by_name(name)).hex() == expected


@pytest.mark.parametrize(
    ("oid", "digest_oid", "name"),
    [
        ("1.2.840.113549.1.1.1", "2.16.840.1.101.3.4.2.1", "RSA-PKCS1-SHA256"),
        ("1.2.840.113549.1.1.1", "1.3.14.3.2.26", "RSA-PKCS1-SHA1"),
        ("1.2.840.113549.1.1.11", "2.16.840.1.101.3.4.2.3", "RSA-PKCS1-SHA256"),
        ("1.2.840.10045.2.1", "2.16.840.1.101.3.4.2.2", "ECDSA-SHA384"),
        ("1.2.643.7.1.1.1.1", "1.2.643.7.1.1.2.2", "GOST R 34.10-2012-256 with Streebog-256"),
        ("1.2.643.7.1.1.3.2", "1.2.643.7.1.1.2.2", "GOST R 34.10-2012-256 with Streebog-256"),
        ("1.2.643.7.1.1.1.2", "1.2.643.7.1.1.2.3", "GOST R 34.10-2012-512 with Streebog-512"),
        ("1.2.643.2.2.19", "1.2.643.2.2.9", "GOST R 34.10-2001 with GOST R 34.11-94"),
        ("1.2.112.0.2.0.34.101.45.2.1", "1.2.112.0.2.0.34.101.31.81", "bign-with-hbelt"),
        ("1.2.398.3.10.1.1.1.1", "1.2.398.3.10.1.3.1", "KZ GOST 34.310-2004 with GOST 34.311-95"),
    ],
)
@pytest.mark.parametrize("parameters", [None, NULL])
def test_cms_may_name_the_key_instead(oid: str, digest_oid: str, name: str, parameters: bytes | None) -> None:
    assert resolve(oid, parameters, digest_oid).name == name


@pytest.mark.parametrize(
    ("oid", "parameters", "digest_oid", "name"),
    [
        ("1.2.860.3.15.1.1.2.2.2.2", None, None, "O'zDSt 1092:2009 algorithm 2 with O'zDSt 1106:2009"),
        ("1.2.398.3.10.1.1.2.3.1", NULL, None, "256 bit (Kazakhstan)"),
        ("1.2.643.2.2.4", None, None, "GOST R 34.10-94"),
        ("1.2.643.7.1.1.1.1", NULL, "2.16.840.1.101.3.4.2.1", "GOST R 34.10-2012-256 with SHA-256"),
        ("1.2.643.7.1.1.1.1", NULL, "1.2.643.7.1.1.2.3", "GOST R 34.10-2012-256 with Streebog-512"),
        ("1.2.840.113549.1.1.1", NULL, "1.2.643.7.1.1.2.2", "RSA with Streebog-256"),
        ("1.2.840.113549.1.1.1", NULL, None, "RSA"),
        ("1.2.840.113549.1.1.10", None, None, "malformed parameters"),
        ("1.2.840.113549.1.1.10", b"\x30\x05\xa0\x03\x01\x01\x00", None, "malformed parameters"),
        ("1.2.840.113549.1.1.10", b"\x30\x06\xa3\x04\x02\x02\x01\x00", None, "malformed parameters"),
        ("1.2.840.113549.1.1.10", b"\x30\x07\xa2\x05\x02\x03\x7f\xff\xff", None, "malformed parameters"),
        ("1.2.112.0.2.0.34.101.45.11", None, None, "malformed parameters"),
        ("1.2.3.4", None, None, "1.2.3.4"),
    ],
)
def test_what_is_not_computed_is_refused_by_name(
    oid: str, parameters: bytes | None, digest_oid: str | None, name: str
) -> None:
    with pytest.raises(AlgorithmNotSupported) as caught:
        resolve(oid, parameters, digest_oid)
    assert name in str(caught.value.parameters["name"])
    assert caught.value.parameters["oid"] == oid


def test_oversized_parameters_are_refused_before_they_are_kept() -> None:
    with pytest.raises(AlgorithmNotSupported, match="malformed parameters"):
        resolve("1.2.840.113549.1.1.11", _der.octet_string(bytes(2000)))


def test_old_writers_repeat_the_keys_parameters() -> None:
    parameters = _der.sequence(_der.oid("1.2.643.2.2.35.1"), _der.oid("1.2.643.2.2.30.1"))
    assert resolve("1.2.643.2.2.19", parameters, "1.2.643.2.2.9").digest == digest_by_name("GOST R 34.11-94")


def test_pss_parameters_have_the_defaults_of_rfc_4055() -> None:
    scheme = resolve("1.2.840.113549.1.1.10", b"\x30\x00")
    sha1 = digest_by_name("SHA-1")
    assert scheme.digest == sha1
    assert scheme.name == "RSA-PSS-SHA1"
    assert pss_scheme(sha1, sha1, 20).parameters == b"\x30\x00"


def test_pss_hash_and_mask_may_differ(keys: dict[str, PrivateKey], entropy: bytes) -> None:
    scheme = pss_scheme(digest_by_name("SHA-512"), digest_by_name("SHA-256"), 17)
    assert scheme.name == "RSA-PSS-SHA512 with mask SHA256"
    again = resolve(scheme.oid, scheme.parameters)
    private = keys["rsa-2048"]
    verify(private.key, again, private.sign(MESSAGE, scheme, entropy=entropy), message=MESSAGE)
    with pytest.raises(SignatureInvalid):
        other = pss_scheme(digest_by_name("SHA-512"), digest_by_name("SHA-512"), 17)
        verify(private.key, other, private.sign(MESSAGE, scheme, entropy=entropy), message=MESSAGE)


def test_bign_with_hspec_takes_its_hash_from_the_parameters(
    keys: dict[str, PrivateKey], entropy: bytes
) -> None:
    sha256 = digest_by_name("SHA-256")
    scheme = resolve("1.2.112.0.2.0.34.101.45.11", _der.oid(sha256.oid))
    private = keys["bign-256v1"]
    signature = private.sign(MESSAGE, scheme, entropy=entropy)
    verify(private.key, scheme, signature, message=MESSAGE)
    verify(private.key, scheme, signature, digest=sha256.digest(MESSAGE))
    with pytest.raises(SignatureInvalid):  # the hash's identifier is part of what is signed
        verify(private.key, private.default_scheme, signature, digest=sha256.digest(MESSAGE))


@pytest.mark.parametrize(
    ("uri", "kind"),
    [
        ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "rsa-2048"),
        ("http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1", "rsa-2048"),
        ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", "p-256"),
        ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512", "p-521"),
        ("http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519", "ed25519"),
        ("urn:ietf:params:xml:ns:cpxmlsec:algorithms:gostr34102012-gostr34112012-256", "gost2012-256-a"),
        ("urn:ietf:params:xml:ns:cpxmlsec:algorithms:gostr34102012-gostr34112012-512", "gost2012-512-a"),
        ("http://www.w3.org/2001/04/xmldsig-more#gostr34102001-gostr3411", "gost2001-a"),
        ("urn:EAEU:Signature:bign-with-hbelt", "bign-256v1"),
        ("http://www.w3.org/2009/xmldsig11#bign-with-hbelt", "bign-256v1"),
        (
            "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:gostr34102015-gostr34112015-512",
            "kz-gost2015-512",
        ),
        ("http://www.w3.org/2001/04/xmldsig-more#gost34310-gost34311", "kz-gost2004"),
    ],
)
def test_xml_uris(uri: str, kind: str, keys: dict[str, PrivateKey], entropy: bytes) -> None:
    scheme, private = resolve_uri(uri), keys[kind]
    signature = private.sign(MESSAGE, scheme, entropy=entropy)
    verify(private.key, scheme, signature, message=MESSAGE)
    if kind.startswith("p-"):
        assert len(signature) == 2 * ((private.key.size + 7) // 8), "ECDSA in XML is r‖s"
        with pytest.raises(SignatureInvalid):
            verify(private.key, private.default_scheme, signature, message=MESSAGE)


def test_plain_ecdsa_is_r_and_s(keys: dict[str, PrivateKey], entropy: bytes) -> None:
    scheme, private = resolve("0.4.0.127.0.7.1.1.4.1.3", None), keys["p-256"]
    signature = private.sign(MESSAGE, scheme, entropy=entropy)
    assert len(signature) == 64
    verify(private.key, scheme, signature, message=MESSAGE)


def test_an_unknown_uri_is_refused() -> None:
    with pytest.raises(AlgorithmNotSupported) as caught:
        resolve_uri("urn:unknown")
    assert caught.value.parameters == {"uri": "urn:unknown", "name": "urn:unknown"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_of_another_family_is_no_verification(kind: str, keys: dict[str, PrivateKey]) -> None:
    other = keys["p-256" if not kind.startswith("p-") else "ed25519"]
    with pytest.raises(SignatureInvalid) as caught:
        verify(other.key, keys[kind].default_scheme, b"x" * 64, message=MESSAGE)
    assert caught.value.parameters["key"] == other.key.algorithm


@pytest.mark.parametrize("kind", ["ed25519", "ed448", "ml-dsa-65"])
def test_a_digest_is_not_enough_where_the_message_is_signed(kind: str, keys: dict[str, PrivateKey]) -> None:
    with pytest.raises(AlgorithmNotSupported, match="over a digest"):
        verify(keys[kind].key, keys[kind].default_scheme, b"x", digest=bytes(32))


def test_a_digest_of_the_wrong_length_is_no_verification(keys: dict[str, PrivateKey]) -> None:
    for kind in ("p-256", "gost2012-256-a", "bign-256v1", "rsa-2048"):
        with pytest.raises(SignatureInvalid):
            verify(keys[kind].key, keys[kind].default_scheme, b"x" * 64, digest=bytes(31))


def test_exactly_one_of_message_and_digest(keys: dict[str, PrivateKey]) -> None:
    private = keys["p-256"]
    with pytest.raises(TypeError):
        verify(private.key, private.default_scheme, b"")
    with pytest.raises(TypeError):
        verify(private.key, private.default_scheme, b"", message=b"", digest=b"")


def test_a_hash_of_another_length_than_the_curve_is_refused(
    keys: dict[str, PrivateKey], entropy: bytes
) -> None:
    with pytest.raises(AlgorithmNotSupported):
        keys["bign-384v1"].sign(MESSAGE, resolve("1.2.112.0.2.0.34.101.45.12", None), entropy=entropy)
    with pytest.raises(SignatureInvalid):
        verify(
            keys["bign-384v1"].key,
            resolve("1.2.112.0.2.0.34.101.45.12", None),
            bytes(72),
            message=MESSAGE,
        )


def test_kazakh_signatures_are_the_russian_ones_reversed(keys: dict[str, PrivateKey], entropy: bytes) -> None:
    kazakh = keys["kz-gost2015-512"]
    point = kazakh.key.material.point
    parameters = _der.sequence(_der.oid("1.2.643.7.1.2.1.2.1"))
    russian = _der.subject_public_key_info("1.2.643.7.1.1.1.2", parameters, _der.octet_string(point))
    signature = kazakh.sign(MESSAGE, entropy=entropy)
    verify_signature(russian, "1.2.643.7.1.1.3.3", None, signature[::-1], MESSAGE)
    with pytest.raises(SignatureInvalid):
        verify_signature(russian, "1.2.643.7.1.1.3.3", None, signature, MESSAGE)


def test_every_algorithm_names_its_module() -> None:
    for algorithm in all_signatures():
        national = "GOST" in algorithm.name or "bign" in algorithm.name
        assert module_of(algorithm).name.startswith("trustspace-native" if national else "OpenSSL"), algorithm


@settings(max_examples=200, deadline=None)
@given(
    oid=st.sampled_from([each.oid for each in all_signatures()]),
    parameters=st.none() | st.binary(max_size=40) | st.just(NULL),
    signature=st.binary(max_size=140),
    kind=st.sampled_from(
        ["p-256", "gost2012-256-a", "gost2012-512-c", "bign-256v1", "kz-gost2004", "rsa-2048"]
    ),
)
def test_hostile_signatures_get_a_clear_answer(
    oid: str, parameters: bytes | None, signature: bytes, kind: str, keys: dict[str, PrivateKey]
) -> None:
    with pytest.raises(TrustspaceError) as caught:
        verify_signature(keys[kind].key.spki, oid, parameters, signature, MESSAGE)
    assert caught.value.code in ("SIGNATURE_INVALID", "ALGORITHM_NOT_SUPPORTED")


@pytest.mark.parametrize("kind", ["gost2012-256-b", "bign-256v1"])
def test_nonces_depend_on_key_message_and_entropy(
    kind: str, keys: dict[str, PrivateKey], random: Callable[[int], bytes]
) -> None:
    private = keys[kind]
    first, second = random(32), random(32)
    assert private.sign(b"a", entropy=first) != private.sign(b"a", entropy=second)
    assert private.sign(b"a", entropy=first) != private.sign(b"b", entropy=first)


def test_a_pkcs1_block_without_the_null_is_forgiven_and_nothing_else_is() -> None:
    """RFC 4055 §2.1: absent parameters of a hash are as good as NULL. The block is computed by hand here."""
    secret = rsa.generate_private_key(65537, 2048)
    numbers = secret.private_numbers()
    spki = secret.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    key, scheme = load_public_key(spki), resolve("1.2.840.113549.1.1.11", NULL)
    digest = digest_by_name("SHA-256")
    value, oid = digest.digest(MESSAGE), _der.oid(digest.oid)

    def block(info: bytes, *, padding: int | None = None, kind: bytes = b"\x01") -> bytes:
        filling = 256 - 3 - len(info) if padding is None else padding
        encoded = b"\0" + kind + b"\xff" * filling + b"\0" + info
        encoded += bytes(256 - len(encoded))
        return pow(int.from_bytes(encoded), numbers.d, numbers.public_numbers.n).to_bytes(256)

    def info(*algorithm: bytes, octets: bytes = value, after: bytes = b"") -> bytes:
        return _der.sequence(_der.sequence(*algorithm), _der.octet_string(octets), after)

    for good in (info(oid, NULL), info(oid)):
        verify(key, scheme, block(good), message=MESSAGE)
        verify(key, scheme, block(good), digest=value)
    sha512 = _der.oid(digest_by_name("SHA-512").oid)
    for bad in (
        block(info(sha512)),
        block(info(oid, octets=value[:-1] + b"\0")),
        block(info(oid, after=NULL)),
        block(info(oid) + b"\0"),
        block(info(oid), padding=8),
        block(info(oid), kind=b"\x02"),
        block(value),
        block(info(oid, _der.sequence())),
    ):
        with pytest.raises(SignatureInvalid):
            verify(key, scheme, bad, message=MESSAGE)


@pytest.mark.parametrize(
    "oid", ["1.2.840.113549.1.1.11", "1.2.840.10045.4.3.2", "1.2.643.7.1.1.3.2", "1.3.101.112"]
)
@pytest.mark.parametrize("parameters", ["0400", "0501", "0600", "3000", "8500", "0201ff"])
def test_parameters_where_an_algorithm_has_none_are_refused(oid: str, parameters: str) -> None:
    """A response's or signer's identifier is signed by nothing: no octet of it may change unnoticed."""
    assert resolve(oid, None) is resolve(oid, bytes.fromhex("0500"))
    with pytest.raises(AlgorithmNotSupported):
        resolve(oid, bytes.fromhex(parameters))
