"""Algorithm and structure confusion: what is taken for something else never becomes a good signature."""

from __future__ import annotations

import pytest

from support import crafting
from support.crafting import signed_data, signer_info, usual
from support.pki import Entity, Pki, entropy
from support.validating import TEXT, Space, codes, outcome
from trustspace import _native
from trustspace.algorithms import _der
from trustspace.algorithms.digests import all_digests
from trustspace.algorithms.errors import AlgorithmNotSupported, KeyInvalid, SignatureInvalid
from trustspace.algorithms.keys import load_public_key
from trustspace.algorithms.model import PublicKey, SignatureScheme
from trustspace.algorithms.signatures import all_signatures, pss_scheme, resolve, verify
from trustspace.encoding import cades_attributes as oids
from trustspace.encoding import der
from trustspace.encoding.cms import SignedData
from trustspace.errors import TrustspaceError
from trustspace.validation.indications import Indication

KINDS = ("rsa-2048", "p-256", "gost2012-256-a", "gost2012-512-a", "bign-256v1", "ed25519")
P256, EC, DSA = "1.2.840.10045.3.1.7", "1.2.840.10045.2.1", "1.2.840.10040.4.1"


@pytest.fixture(scope="module", params=KINDS)
def space(request: pytest.FixtureRequest) -> Space:
    return Space(request.param, label=f"confusion-{request.param}")


def identifier(oid: str, parameters: bytes | None = None) -> bytes:
    return der.sequence(der.oid(oid), parameters)


def crafted(space: Space, **changes: object) -> bytes:
    """Alice's signature with something about it changed; her chain beside it."""
    alice = space.alice
    certificates = [alice.certificate.raw, *(c.raw for c in alice.chain)]
    attributes = list(usual(alice, TEXT).values())
    return crafting.document(alice, attributes, content=TEXT, certificates=certificates, **changes)


def passed(space: Space, octets: bytes, **how: object) -> bool:
    try:
        return space.validate(octets, **how).indication is Indication.TOTAL_PASSED  # type: ignore[arg-type]
    except TrustspaceError:
        return False


def test_the_crafted_signature_is_good_as_it_is(space: Space) -> None:
    assert passed(space, crafted(space))


def test_no_other_signature_algorithm_passes(space: Space) -> None:
    own = space.alice.cms_signer.signature_scheme
    for algorithm in all_signatures():
        for parameters in (None, der.NULL):
            changed = crafted(space, signature_algorithm=identifier(algorithm.oid, parameters))
            same = algorithm.digest == own.digest and algorithm.oid == own.oid
            assert passed(space, changed) == same, algorithm.name


def test_no_other_digest_algorithm_passes(space: Space) -> None:
    own = space.alice.cms_signer.digest_algorithm
    for digest in all_digests():
        changed = crafted(space, digest_algorithm=identifier(digest.oid))
        assert passed(space, changed) == (digest.oid == own.oid), digest.name


def test_no_key_of_another_family_or_curve_verifies(space: Space) -> None:
    scheme = space.alice.cms_signer.signature_scheme
    signature = space.alice.key.sign(TEXT, scheme, entropy=entropy("families"))
    verify(space.alice.key.key, scheme, signature, message=TEXT)
    for kind in (*KINDS, "gost2012-256-b", "gost2012-512-c", "bign-384v1", "bign-512v1", "p-384"):
        if kind == space.pki.kind:
            continue
        other = Pki(kind, label="other").root().key.key
        with pytest.raises((SignatureInvalid, AlgorithmNotSupported)):
            verify(other, scheme, signature, message=TEXT)


def test_a_gost_key_under_other_parameter_sets_is_no_key_or_another() -> None:
    """The same x‖y on another curve of the same length."""
    alice = Pki("gost2012-256-a", label="sets").root()
    oid, parameters, bits = _der.read_subject_public_key_info(alice.certificate.spki)
    assert parameters is not None
    own = _der.Reader(parameters).enter().oid()
    tried = 0
    for name in ("2.2.35.0", "2.2.35.1", "2.2.35.2", "2.2.35.3", "2.2.36.0", "2.2.36.1", *SETS):
        other = f"1.2.643.{name}"
        if other == own:
            continue
        spki = _der.subject_public_key_info(oid, _der.sequence(_der.oid(other)), bits)
        with pytest.raises((KeyInvalid, AlgorithmNotSupported)):
            load_public_key(spki)
        tried += 1
    assert tried >= 9


SETS = ("7.1.2.1.1.1", "7.1.2.1.1.2", "7.1.2.1.1.3", "7.1.2.1.1.4")


# Signed attributes ------------------------------------------------------------------------------------------


def stripped(space: Space) -> tuple[bytes, bytes]:
    """Alice's attributes, and a SignerInfo without any, whose value is what she gave over them."""
    (info,) = SignedData.parse(space.sign()).signer_infos
    assert info.signed_attributes is not None
    attributes = info.signed_attributes.der
    return attributes, signer_info(space.alice, None, content=attributes, value=info.signature)


def test_attributes_do_not_pass_for_content(space: Space) -> None:
    """RFC 5652 §5.3: strip the attributes, hand them in as the content, and the value verifies over them."""
    attributes, info = stripped(space)
    bag = [space.alice.certificate.raw, space.ca.certificate.raw]
    inside = space.judge(signed_data([info], content=attributes, certificates=bag))
    beside = space.judge(signed_data([info], content=None, certificates=bag), content=attributes)
    for judged in (inside, beside):
        assert outcome(judged) == ("TOTAL-FAILED", "FORMAT_FAILURE")
        assert "CONTENT_IS_SIGNED_ATTRIBUTES" in codes(judged)


def test_other_content_without_attributes_still_passes(space: Space) -> None:
    bag = [space.alice.certificate.raw, space.ca.certificate.raw]
    for content in (
        TEXT,
        b"\x31\x00",
        b"1",
        der.set_of([der.sequence(der.oid("1.2.3"), der.set_of([der.NULL]))]),
    ):
        octets = signed_data(
            [signer_info(space.alice, None, content=content)], content=content, certificates=bag
        )
        assert passed(space, octets), content


def test_a_counter_signature_over_attributes_is_none(space: Space) -> None:
    attributes, info = stripped(space)
    outer = signer_info(
        space.alice,
        list(usual(space.alice, TEXT).values()),
        content=TEXT,
        value=attributes,
        unsigned=[crafting.attribute(oids.COUNTERSIGNATURE, info)],
    )
    bag = [space.alice.certificate.raw, space.ca.certificate.raw]
    report = space.validate(signed_data([outer], content=TEXT, certificates=bag))
    assert [s.indication for s in report.signatures] == [Indication.TOTAL_FAILED] * 2


# Keys -------------------------------------------------------------------------------------------------------


def spki(oid: str, parameters: bytes | None, key: bytes) -> bytes:
    return _der.subject_public_key_info(oid, parameters, key)


def rsa(modulus: int, exponent: int) -> bytes:
    numbers = _der.sequence(_der.integer(modulus), _der.integer(exponent))
    return spki("1.2.840.113549.1.1.1", _der.NULL_BYTES, numbers)


N = int.from_bytes(b"\xc3" + bytes(range(1, 128)) * 2 + b"\x01", "big")
HOSTILE_KEYS = {
    "RSA, e = 0": rsa(N, 0),
    "RSA, e = 1": rsa(N, 1),
    "RSA, e = 2": rsa(N, 2),
    "RSA, e = n": rsa(N, N),
    "RSA, negative e": rsa(N, -3),
    "RSA, n = 0": rsa(0, 3),
    "RSA, n = 1": rsa(1, 3),
    "RSA, even n": rsa(N - 1, 65537),
    "RSA, n of 1 Mbit": rsa((1 << 1_000_000) + 1, 65537),
    "RSA, e of 1 Mbit": rsa(N, (1 << 1_000_000) + 1),
    "EC, infinity": spki(EC, _der.oid(P256), b"\x00"),
    "EC, off the curve": spki(EC, _der.oid(P256), b"\x04" + bytes(63) + b"\x01"),
    "EC, x and y beyond the field": spki(EC, _der.oid(P256), b"\x04" + b"\xff" * 64),
    "EC, hybrid": spki(EC, _der.oid(P256), b"\x06" + bytes(64)),
    "EC, empty": spki(EC, _der.oid(P256), b""),
    "Ed448, identity": spki("1.3.101.113", None, b"\x01" + bytes(56)),
    "Ed448, order 4": spki("1.3.101.113", None, bytes(57)),
    "ML-DSA, short": spki("2.16.840.1.101.3.4.3.18", None, bytes(1951)),
    "ML-DSA, of another set": spki("2.16.840.1.101.3.4.3.18", None, bytes(1312)),
    "GOST, zero": spki(
        "1.2.643.7.1.1.1.1", der.sequence(der.oid("1.2.643.7.1.2.1.1.1")), b"\x04\x40" + bytes(64)
    ),
    "GOST, beyond the field": spki(
        "1.2.643.7.1.1.1.1", der.sequence(der.oid("1.2.643.7.1.2.1.1.1")), b"\x04\x40" + b"\xff" * 64
    ),
    "bign, zero": spki("1.2.112.0.2.0.34.101.45.2.1", der.oid("1.2.112.0.2.0.34.101.45.3.1"), bytes(64)),
    "bign, of another curve": spki(
        "1.2.112.0.2.0.34.101.45.2.1", der.oid("1.2.112.0.2.0.34.101.45.3.3"), bytes(64)
    ),
}


@pytest.mark.parametrize("name", HOSTILE_KEYS)
def test_numbers_that_are_no_key_are_refused(name: str) -> None:
    with pytest.raises((KeyInvalid, AlgorithmNotSupported)):
        load_public_key(HOSTILE_KEYS[name])


_EIGHTH = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"
SMALL_ED25519 = (
    "00" * 32,
    "01" + "00" * 31,
    "01" + "00" * 30 + "80",
    "ec" + "ff" * 30 + "7f",
    "ed" + "ff" * 30 + "7f",  # 0, not reduced
    "ee" + "ff" * 30 + "ff",  # 1, not reduced
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    _EIGHTH,
    _EIGHTH[:-2] + "fa",
)


@pytest.mark.parametrize("point", SMALL_ED25519)
def test_a_point_of_small_order_is_no_ed25519_key(point: str) -> None:
    """Under it, R ‖ 0 verifies over one in eight messages at least, and nobody signed them."""
    with pytest.raises(KeyInvalid, match="small order"):
        load_public_key(spki("1.3.101.112", None, bytes.fromhex(point)))


def test_a_dsa_key_outside_its_subgroup_is_refused() -> None:
    from cryptography.hazmat.primitives.asymmetric import dsa  # noqa: PLC0415

    numbers = dsa.generate_parameters(1024).parameter_numbers()

    def key(generator: int, public: int) -> bytes:
        parameters = _der.sequence(*map(_der.integer, (numbers.p, numbers.q, generator)))
        return spki(DSA, parameters, _der.integer(public))

    public = pow(numbers.g, 7, numbers.p)
    assert load_public_key(key(numbers.g, public)).algorithm == "DSA"
    for generator, value in ((1, 1), (numbers.g, 1), (numbers.p - 1, public), (numbers.g, 0), (2, public)):
        with pytest.raises(KeyInvalid):
            load_public_key(key(generator, value))


# Values -----------------------------------------------------------------------------------------------------


def _refused(key: PublicKey, scheme: SignatureScheme, signature: bytes) -> None:
    with pytest.raises((SignatureInvalid, AlgorithmNotSupported)):
        verify(key, scheme, signature, message=TEXT)


def test_zeros_and_numbers_beyond_the_order_are_no_signature(space: Space) -> None:
    scheme, key = space.alice.cms_signer.signature_scheme, space.alice.key.key
    good = space.alice.key.sign(TEXT, scheme, entropy=entropy("values"))
    half = len(good) // 2
    values = [b"", bytes(len(good)), b"\xff" * len(good), good[:-1], good + b"\x00", b"\x00" + good]
    values += [good[:half] + bytes(half), bytes(half) + good[half:], good[half:] + good[:half]]
    for value in values:
        _refused(key, scheme, value)


def test_an_ecdsa_value_is_its_der_and_nothing_else() -> None:
    alice = Pki("p-256", label="values").root()
    scheme, key = alice.cms_signer.signature_scheme, alice.key.key
    good = alice.key.sign(TEXT, scheme, entropy=entropy("ecdsa"))
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    r, s = (e.integer() for e in _native.ber_parse(good))

    def value(left: int, right: int) -> bytes:
        return _der.sequence(_der.integer(left), _der.integer(right))

    for bad in (
        (0, 0),
        (0, s),
        (r, 0),
        (order, s),
        (r, order),
        (r + order, s),
        (r, s + order),
        (-r, s),
        (r, -s),
    ):
        _refused(key, scheme, value(*bad))
    body = good[2:]
    for bad_encoding in (b"\x30\x81" + good[1:], good + b"\x00", b"\x30\x80" + body + b"\x00\x00", body):
        _refused(key, scheme, bad_encoding)


@pytest.mark.parametrize("curve", ["256-A", "256-B", "512-A", "512-C"])
def test_gost_values_beyond_the_order_are_refused(curve: str) -> None:
    from support.curves import GOST  # noqa: PLC0415

    q, size = GOST[curve].q, GOST[curve].size
    secret = _native.gost_private_key(curve, entropy("secret") * 2)
    public, digest = _native.gost_public_key(curve, secret), entropy("digest")[:size]
    good = _native.gost_sign(curve, secret, digest, entropy("nonce")[:32])
    assert _native.gost_verify(curve, public, digest, good)
    s, r = (int.from_bytes(half, "big") for half in (good[:size], good[size:]))
    for left, right in ((0, r), (s, 0), (0, 0), (q, r), (s, q), (s + q, r), (s, r + q), (q - s, r)):
        if max(left, right) < 1 << (8 * size):
            value = left.to_bytes(size, "big") + right.to_bytes(size, "big")
            assert not _native.gost_verify(curve, public, digest, value)


# RSASSA-PSS -------------------------------------------------------------------------------------------------


def _pss(hash_: bytes | None, mask: bytes | None, salt: bytes | None, trailer: bytes | None) -> bytes:
    parts = (hash_, mask, salt, trailer)
    return der.sequence(*(None if p is None else der.tlv(0xA0 + n, p) for n, p in enumerate(parts)))


SHA256_ID = identifier("2.16.840.1.101.3.4.2.1", der.NULL)
MGF1 = identifier("1.2.840.113549.1.1.8", SHA256_ID)


@pytest.mark.parametrize(
    "parameters",
    [
        _pss(SHA256_ID, MGF1, der.integer(1 << 40), None),
        _pss(SHA256_ID, MGF1, der.integer(-1), None),
        _pss(SHA256_ID, MGF1, der.integer(32), der.integer(2)),
        _pss(SHA256_ID, identifier("1.2.840.113549.1.1.9", SHA256_ID), der.integer(32), None),
        _pss(SHA256_ID, identifier("1.2.840.113549.1.1.8"), der.integer(32), None),
        _pss(identifier("1.2.643.7.1.1.2.2"), MGF1, der.integer(32), None),
        _pss(SHA256_ID, MGF1, der.integer(32), None) + b"\x00",
        der.sequence(der.tlv(0xA2, der.integer(32)), der.tlv(0xA0, SHA256_ID)),
        der.NULL,
        b"",
        b"\x30\x80\x00\x00",
        der.sequence(der.tlv(0xA4, der.integer(1))),
    ],
)
def test_odd_pss_parameters_are_not_supported(parameters: bytes) -> None:
    with pytest.raises(AlgorithmNotSupported):
        resolve("1.2.840.113549.1.1.10", parameters, "2.16.840.1.101.3.4.2.1")


def test_a_pss_value_verifies_under_its_own_parameters_only() -> None:
    alice: Entity = Pki("rsa-2048", label="pss").root()
    by_name = {digest.name: digest for digest in all_digests()}
    sha256, sha512, sha1 = by_name["SHA-256"], by_name["SHA-512"], by_name["SHA-1"]
    own = pss_scheme(sha256, sha256, 32)
    good = alice.key.sign(TEXT, own, entropy=entropy("pss"))
    verify(alice.key.key, own, good, message=TEXT)
    others = [
        (sha256, sha256, 20),
        (sha256, sha512, 32),
        (sha512, sha256, 32),
        (sha1, sha1, 20),
        (sha256, sha256, 0),
    ]
    for other in others:
        _refused(alice.key.key, pss_scheme(*other), good)
    _refused(alice.key.key, resolve("1.2.840.113549.1.1.11", None), good)
