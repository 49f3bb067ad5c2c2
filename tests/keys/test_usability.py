"""One's own certificate before it signs: periods, revocation, and no word at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from support.pki import NOW, Pki
from trustspace.encoding import der
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.extensions import encode_extension
from trustspace.errors import TrustspaceError
from trustspace.keys.usability import refusal, signing_period, usable
from trustspace.pki.edges import EdgeCache, EdgeOutcome
from trustspace.pki.pool import CertificatePool
from trustspace.pki.revocation import EvidencePool, statements
from trustspace.pki.statement import RevocationReason, RevocationStatement, RevocationStatus

DAY = timedelta(days=1)
HOLD = 6


class Service:
    """A TTP, its CA, and what that CA publishes."""

    def __init__(self, **changes: object) -> None:
        self.pki = Pki("p-256")
        self.ca = self.pki.root()
        self.ttp = self.pki.signer("TTP", self.ca, **changes)
        self.evidence = EvidencePool()

    @property
    def certificate(self) -> Certificate:
        return self.ttp.certificate

    def publish(self, **changes: object) -> None:
        self.evidence.add(self.ca.crl(**changes))

    def statements(self) -> tuple[RevocationStatement, ...]:
        pool = CertificatePool([self.ca.certificate])
        return tuple(statements(self.certificate, pool, self.evidence, EdgeCache()))

    def why(self, moment: datetime = NOW, *, status_needed: bool = True) -> str | None:
        found = refusal(self.certificate, self.statements(), moment, status_needed=status_needed)
        assert usable(self.certificate, self.statements(), moment, status_needed=status_needed) == (
            found is None
        )
        return None if found is None else found.code


def usage_period(start: datetime, end: datetime) -> bytes:
    value = der.sequence(
        der.implicit(0, der.generalized_time(start), constructed=False),
        der.implicit(1, der.generalized_time(end), constructed=False),
    )
    return encode_extension("2.5.29.16", value)


def test_a_good_certificate_may_sign() -> None:
    service = Service()
    service.publish()
    assert service.why() is None


def test_a_revoked_one_may_not_whatever_the_date_of_the_revocation() -> None:
    service = Service()
    service.publish()
    service.ca.revoke(service.ttp, at=NOW + DAY, reason=1)  # announced for tomorrow: known today
    service.publish()
    found = refusal(service.certificate, service.statements(), NOW)
    assert found is not None and found.code == "OWN_CERTIFICATE_REVOKED"
    assert found.parameters["reason"] == "keyCompromise"
    assert found.parameters["revoked_at"] == (NOW + DAY).isoformat()


def test_an_old_revocation_counts_when_its_list_is_no_longer_current() -> None:
    service = Service()
    service.ca.revoke(service.ttp)
    service.publish(this_update=NOW - 60 * DAY, next_update=NOW - 30 * DAY)
    service.ca.revoked.clear()
    service.publish()
    assert service.why() == "OWN_CERTIFICATE_REVOKED"


def test_a_hold_is_lifted_by_a_newer_word_only() -> None:
    service = Service()
    service.ca.revoke(service.ttp, reason=HOLD)
    service.publish(this_update=NOW - 2 * DAY)
    assert service.why() == "OWN_CERTIFICATE_REVOKED"
    service.ca.revoked.clear()
    service.publish(this_update=NOW - 3 * DAY)
    assert service.why() == "OWN_CERTIFICATE_REVOKED", "the older list knew nothing of it yet"
    service.publish(this_update=NOW - DAY)
    assert service.why() is None


@pytest.mark.parametrize(
    ("this_update", "next_update"),
    [(NOW - 9 * DAY, NOW - 2 * DAY), (NOW + DAY, NOW + 2 * DAY)],
    ids=["expired", "from the future"],
)
def test_without_a_current_word_nothing_is_signed(this_update: datetime, next_update: datetime) -> None:
    service = Service()
    assert service.why() == "OWN_STATUS_UNKNOWN"
    service.publish(this_update=this_update, next_update=next_update)
    assert service.why() == "OWN_STATUS_UNKNOWN"
    assert service.why(status_needed=False) is None


def test_a_word_of_somebody_else_counts_for_nothing() -> None:
    service = Service()
    service.publish()
    (good,) = service.statements()
    for unreliable in (
        replace(good, signature=EdgeOutcome.FAILED),
        replace(good, problems=("OUT_OF_SCOPE",)),
        replace(good, certificate="00" * 32),
    ):
        found = refusal(service.certificate, [unreliable], NOW)
        assert found is not None and found.code == "OWN_STATUS_UNKNOWN"
    revoked = replace(
        good,
        status=RevocationStatus.REVOKED,
        reason=RevocationReason.KEY_COMPROMISE,
        revocation_time=NOW,
        signature=EdgeOutcome.FAILED,
    )
    assert usable(service.certificate, [good, revoked], NOW), "a forged revocation stops nobody"


def test_validity() -> None:
    service = Service(not_before=NOW, not_after=NOW + 10 * DAY)
    service.publish(next_update=NOW + 100 * DAY)
    assert service.why(NOW) is None and service.why(NOW + 10 * DAY) is None
    assert service.why(NOW - timedelta(seconds=1)) == "OWN_CERTIFICATE_NOT_YET_VALID"
    assert service.why(NOW + 10 * DAY + timedelta(seconds=1)) == "OWN_CERTIFICATE_EXPIRED"


def test_the_keys_own_period() -> None:
    """privateKeyUsagePeriod, as Russian authorities set it: the key stops before the certificate does."""
    service = Service(extra=(usage_period(NOW - DAY, NOW + DAY),))
    service.publish(this_update=NOW - 5 * DAY, next_update=NOW + 100 * DAY)
    assert signing_period(service.certificate) == (NOW - DAY, NOW + DAY)
    assert service.why(NOW) is None
    assert service.why(NOW + 2 * DAY) == "OWN_KEY_PERIOD_OVER"
    assert service.why(NOW - 2 * DAY) == "OWN_KEY_PERIOD_AHEAD"


def test_an_unreadable_period_allows_nothing() -> None:
    service = Service(extra=(encode_extension("2.5.29.16", b"\x04\x01\x00"),))
    service.publish()
    assert service.why() == "OWN_KEY_PERIOD_OVER"


def test_refusals_are_errors_that_can_be_raised() -> None:
    service = Service()
    found = refusal(service.certificate, (), NOW)
    assert isinstance(found, TrustspaceError) and "TTP" in str(found.parameters["certificate"])
