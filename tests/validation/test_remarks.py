"""What a report remarks without weighing it: the indication stays what it is."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from support.crafting import signed_data, signer_info
from support.validating import DAY, NOW, TEXT, Space, flipped, outcome, policy
from trustspace.cli.language import Language
from trustspace.cli.text_report import render
from trustspace.documents.content import Content
from trustspace.documents.model import Document
from trustspace.documents.open import open_document
from trustspace.validation.remarks import REMARKS
from trustspace.validation.report import SignatureReport


@pytest.fixture
def space() -> Space:
    return Space(label="remarks")


def notes(signature: SignatureReport) -> list[str]:
    """Those for people; that a format's oddity was tolerated is told elsewhere."""
    return [note.code for note in signature.notes if note.code in REMARKS]


def claiming(space: Space, moment: object) -> Document:
    document = open_document(space.sign())
    return replace(document, signatures=(replace(document.signatures[0], claimed_signing_time=moment),))


def test_nothing_is_remarked_where_nothing_is_odd(space: Space) -> None:
    assert notes(space.judge(space.sign())) == []
    stamped = space.sign(stamper=space.tsa.stamper())
    assert notes(space.judge(stamped)) == []


def test_a_claimed_time_in_the_future_is_remarked_beyond_the_skew(space: Space) -> None:
    signature = space.judge(claiming(space, NOW + timedelta(minutes=10)))
    assert outcome(signature) == ("TOTAL-PASSED", None)
    assert notes(signature) == ["CLAIMED_TIME_IN_FUTURE"]
    tolerant = policy('clock_skew = "15m"')
    assert notes(space.judge(claiming(space, NOW + timedelta(minutes=10)), policy=tolerant)) == []
    assert notes(space.judge(claiming(space, NOW))) == []


def test_an_expired_anchor_is_remarked(space: Space) -> None:
    old = Space(label="old anchor")
    old.root = old.pki.root("Old root", not_before=NOW - 900 * DAY, not_after=NOW - DAY)
    old.ca = old.pki.authority("CA below", old.root)
    alice = old.pki.signer("Alice", old.ca)
    signature = old.judge(old.sign(alice))
    assert outcome(signature) == ("TOTAL-PASSED", None)
    assert notes(signature) == ["ANCHOR_EXPIRED"]


def test_a_level_that_no_time_stamp_bears_out_is_remarked(space: Space) -> None:
    other = space.tsa.stamper()

    def of_something_else(digest, value):  # type: ignore[no-untyped-def]
        return other(digest, flipped(value, 0))

    signature = space.judge(space.sign(stamper=of_something_else))
    assert signature.level == "BASELINE-T"
    assert outcome(signature) == ("TOTAL-PASSED", None)
    assert "LEVEL_NOT_PROVEN" in notes(signature)


def test_the_text_shows_remarks(space: Space) -> None:
    report = space.validate(claiming(space, NOW + DAY))
    for language, word in ((Language.ENGLISH, "Note: The signer's own"), (Language.RUSSIAN, "Замечание: ")):
        assert word in render(report.to_dict(language.value), {}, language, file="letter")


def test_plain_cms_judged_by_a_digest_alone_says_what_was_not_looked_at(space: Space) -> None:
    """RFC 5652 §5.3: without signed attributes, what was digested may be another signature's attributes."""
    bag = [space.alice.certificate.raw, space.ca.certificate.raw]
    signed = signed_data([signer_info(space.alice, None, content=TEXT)], content=None, certificates=bag)
    by_digest = Content.of_digests({"SHA-256": hashlib.sha256(TEXT).digest()})
    for content, expected in ((by_digest, ["CONTENT_ONLY_BY_DIGEST"]), (Content.of_bytes(TEXT), [])):
        signature = space.judge(open_document(signed, content))
        assert outcome(signature) == ("TOTAL-PASSED", None)
        assert notes(signature) == expected
    attributed = space.judge(open_document(space.sign(detached=True), by_digest))
    assert notes(attributed) == []
