"""Hostile input costs bounded time and memory, and is answered with our own errors."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support import crafting
from support.crafting import attribute, usual
from support.pki import NOW, Entity, Pki, entropy
from trustspace.algorithms.digests import digest_by_name
from trustspace.documents.cades_signing import add_counter_signature, add_signature_timestamp
from trustspace.documents.content import Content
from trustspace.documents.model import Document
from trustspace.documents.open import NotASignature, open_document
from trustspace.encoding import cades_attributes as oids
from trustspace.encoding import der
from trustspace.errors import TrustspaceError

SHA256 = digest_by_name("SHA-256")
DATA = b"what is signed"


def read_all(document: Document) -> int:
    """Look at everything that a validation looks at."""
    seen = 0
    for signature in document.walk():
        seen += len(signature.format_problems) + len(signature.references)
        assert signature.signed_bytes is None or len(signature.signed_bytes) > 0
        for stamp in signature.timestamps:
            seen += stamp.covers() is True
            assert stamp.gen_time is None or stamp.gen_time.tzinfo is not None
    return seen


def _within(seconds: float, make: Callable[[], object]) -> None:
    begun = time.process_time()
    make()
    assert time.process_time() - begun < seconds


def _nested(depth: int) -> bytes:
    element = b""
    for _ in range(depth):
        element = der.sequence(element)
    return element


@pytest.mark.parametrize("depth", [100, 5_000])
def test_deep_nesting_is_refused_or_left_unread(depth: int, alice: Entity) -> None:
    def attempt() -> None:
        with pytest.raises(NotASignature):
            open_document(b"\x30\x80" * depth)
        value = _nested(depth)
        octets = crafting.document(alice, [*usual(alice).values(), attribute("1.2.3", value)])
        with suppress(TrustspaceError):
            read_all(open_document(octets))

    _within(2, attempt)


@pytest.mark.parametrize(
    "length", ["30847fffffff", "3084ffffffff", "3088ffffffffffffffff", "30820001", "3f8180"]
)
def test_giant_lengths_are_refused(length: str) -> None:
    with pytest.raises(NotASignature):
        open_document(bytes.fromhex(length) + b"\x06\x00" * 10)


def test_thousands_of_signers_are_refused_and_a_thousand_read(alice: Entity) -> None:
    info = crafting.signer_info(alice, list(usual(alice).values()))

    def thousand() -> None:
        document = open_document(crafting.signed_data([info] * 1000, certificates=[alice.certificate.raw]))
        assert len(document.signatures) == 1000

    def thousands() -> None:
        with pytest.raises(NotASignature):
            open_document(crafting.signed_data([info] * 5000))
        with pytest.raises(NotASignature):
            open_document(crafting.signed_data([*[info] * 5000, der.sequence()]))

    _within(4, thousand)
    _within(2, thousands)


def test_attributes_without_number_are_refused(alice: Entity) -> None:
    many = [attribute(f"1.2.3.{number}", der.NULL) for number in range(20_000)]

    def attempt() -> None:
        document = open_document(crafting.document(alice, list(usual(alice).values()), unsigned=many))
        assert [p.code for p in document.signatures[0].format_problems] == ["SIGNER_INFO_MALFORMED"]

    _within(2, attempt)


def test_counter_signatures_are_followed_to_a_depth(alice: Entity) -> None:
    def attempt() -> None:
        info = crafting.signer_info(alice, list(usual(alice).values()))
        for _ in range(200):
            unsigned = [attribute(oids.COUNTERSIGNATURE, info)]
            info = crafting.signer_info(
                alice, list(usual(alice).values()), unsigned=unsigned, value=b"x" * 64
            )
        try:
            document = open_document(crafting.signed_data([info]))
        except NotASignature:
            return
        assert len([*document.walk()]) < 12

    _within(3, attempt)


def test_many_counter_signatures_and_time_stamps_spend_one_budget(alice: Entity, tsa: Entity) -> None:
    counter = crafting.signer_info(alice, list(usual(alice).values()))
    token = tsa.stamp(SHA256, SHA256.digest(b"x"))
    unsigned = [
        der.sequence(der.oid(oids.COUNTERSIGNATURE), der.tlv(0x31, counter * 6000)),
        der.sequence(der.oid(oids.SIGNATURE_TIME_STAMP), der.tlv(0x31, token * 6000)),
    ]

    def attempt() -> None:
        with pytest.raises(NotASignature):
            open_document(crafting.document(alice, list(usual(alice).values()), unsigned=unsigned))

    _within(5, attempt)


def test_time_stamps_in_time_stamps_are_followed_to_a_depth(pki: Pki, alice: Entity, tsa: Entity) -> None:
    token = tsa.stamp(SHA256, SHA256.digest(b"x"))
    for _ in range(30):
        inner = token
        fresh = tsa.stamp(SHA256, SHA256.digest(b"x"))
        signature = open_document(fresh).signatures[0]
        token = add_signature_timestamp(fresh, signature.id, lambda _d, _v, t=inner: t, SHA256)  # type: ignore[misc]
    document = open_document(token)
    depth = 0
    stamps = document.signatures[0].timestamps
    codes = set()
    while stamps:
        depth += 1
        codes |= {problem.code for problem in stamps[0].problems}
        stamps = stamps[0].signature.timestamps if stamps[0].signature else ()
    assert depth <= 10
    assert "NESTED_TOO_DEEPLY" in codes


def _seeds() -> list[bytes]:
    pki = Pki("gost2012-256-a", label="seed")
    root = pki.root()
    alice, bob, tsa = pki.signer("A", root), pki.signer("B", root), pki.tsa("T", root)
    signed = pki.sign(DATA, alice, bob, stamper=tsa.stamp, mime_type="text/plain")
    (first, _) = open_document(signed).signatures
    counter = add_counter_signature(
        signed, first.id, bob.cms_signer, signing_time=NOW, entropy=entropy("seed")
    )
    return [counter, pki.sign(DATA, alice, detached=True), tsa.stamp(SHA256, SHA256.digest(DATA))]


SEEDS = _seeds()


def mutate(seed: bytes, choice: random.Random) -> bytes:
    """A few random edits: flipped, dropped, doubled and moved octets, cut ends."""
    data = bytearray(seed)
    for _ in range(choice.randint(1, 6)):
        place = choice.randrange(len(data)) if data else 0
        size = choice.randint(1, 24)
        match choice.randint(0, 6):
            case 0 | 1 | 2:
                data[place : place + 1] = bytes((choice.randrange(256),))
            case 3:
                del data[place : place + size]
            case 4:
                data[place:place] = data[place : place + size]
            case 5:
                other = choice.randrange(len(data) + 1)
                data[place : place + size] = data[other : other + size]
            case 6 if len(data) > 40:
                del data[-size:]
            case _:
                data[place : place + 1] = choice.choice((b"\x80", b"\x00", b"\xff", b"\x30\x80", b"\x24"))
    return bytes(data)


def _open(octets: bytes) -> None:
    with suppress(TrustspaceError):
        read_all(open_document(octets, Content.of_bytes(DATA)))


@settings(max_examples=300, deadline=2000, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**64), st.sampled_from(range(3)))
def test_mutated_signatures_never_break_the_reader(number: int, which: int) -> None:
    choice = random.Random(number)
    for _ in range(10):
        _open(mutate(SEEDS[which], choice))


@settings(max_examples=300)
@given(st.binary(max_size=300))
def test_random_octets_never_break_the_reader(octets: bytes) -> None:
    _open(octets)
    _open(b"\x30" + octets)
    _open(crafting.signed_data([octets]))


def test_mutated_real_files_never_break_the_reader(corpora: Path) -> None:
    choice = random.Random(20240601)
    paths = [
        p for p in sorted((corpora / "dss" / "cades").rglob("*")) if p.is_file() and p.stat().st_size < 40_000
    ]
    for path in paths:
        seed = path.read_bytes()
        for _ in range(40):
            _open(mutate(seed, choice))
