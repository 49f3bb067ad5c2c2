"""What a time-stamp proves, and what it does not: which kind, from when, and up to which moment."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from support.validating import DAY, NOW, TEXT, Space, codes, outcome
from trustspace.documents.cades_signing import content_timestamp
from trustspace.documents.content import Content

PASSED = ("TOTAL-PASSED", None)
REVOKED = ("INDETERMINATE", "REVOKED_NO_POE")
REVOKED_AT = NOW - 2 * DAY


@pytest.fixture
def space() -> Space:
    space = Space(label="proofs")
    space.ca.revoke(space.alice, at=REVOKED_AT, reason=1)
    return space


def stamped_content(space: Space, at: datetime) -> bytes:
    return content_timestamp(
        Content.of_bytes(TEXT), space.tsa.stamper(at), space.tsa.cms_signer.digest_algorithm
    )


def test_a_content_time_stamp_proves_nothing_about_the_signature(space: Space) -> None:
    """The content was there before the revocation; the signature may be from after it."""
    signature = space.judge(space.sign(attributes=[stamped_content(space, NOW - 3 * DAY)]))
    assert outcome(signature) == REVOKED
    assert [stamp.kind for stamp in signature.timestamps if stamp.passed] == ["content"]
    assert (signature.best_signature_time, signature.proven_by) == (NOW, None)


@pytest.mark.parametrize(
    ("before", "expected"),
    [(timedelta(seconds=1), PASSED), (timedelta(0), REVOKED), (timedelta(seconds=-1), REVOKED)],
)
def test_a_time_stamp_heals_a_revocation_only_from_before_it(
    space: Space, before: timedelta, expected: tuple[str, str | None]
) -> None:
    """At the very second of the revocation the key was no longer its owner's alone."""
    signature = space.judge(space.sign(stamper=space.tsa.stamper(REVOKED_AT - before)))
    assert outcome(signature) == expected


def test_the_best_signature_time_is_never_after_the_control_time() -> None:
    """A token from within the clock skew is believed, but says nothing about the moment that was asked of."""
    space = Space(label="skew")
    signed = space.sign(stamper=space.tsa.stamper(NOW + timedelta(minutes=3)))
    signature = space.judge(signed)
    assert outcome(signature) == PASSED and codes(signature) == []
    assert signature.timestamps[0].passed
    assert (signature.best_signature_time, signature.proven_by) == (NOW, None)
