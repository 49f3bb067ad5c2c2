"""One key follows another without a gap.

A ring holds a service's keys with their certificates: the *active* one signs, the *next* ones wait for their
day (so that their certificates are registered and known before the first signature), the *retired* ones sign
no more, and their certificates stay to verify what they signed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from trustspace.algorithms.model import SigningKey
from trustspace.encoding.certificate import Certificate
from trustspace.keys.errors import CertificateNotUsable, NoUsableKey
from trustspace.keys.matching import check_certificate_of
from trustspace.keys.usability import signing_period
from trustspace.pki.issuing.signed_data import CmsSigner


class KeyState(StrEnum):
    """What a key of the ring does at a moment."""

    ACTIVE = "active"
    NEXT = "next"
    RETIRED = "retired"
    STANDBY = "standby"
    """It could sign, and a newer one does; it takes over if that one is refused."""


@dataclass(frozen=True, slots=True)
class RingKey:
    """One key of a ring. ``since`` and ``until`` are the operator's, inside what the certificate allows."""

    key: SigningKey
    certificate: Certificate
    chain: tuple[Certificate, ...] = ()
    since: datetime | None = None
    until: datetime | None = None

    @property
    def signer(self) -> CmsSigner:
        """The key as what issues CMS wants it."""
        return CmsSigner(key=self.key, certificate=self.certificate, chain=self.chain)

    @property
    def period(self) -> tuple[datetime, datetime]:
        """From when to when it signs."""
        start, end = signing_period(self.certificate)
        return max(start, self.since or start), min(end, self.until or end)


Refuse = Callable[[Certificate], CertificateNotUsable | None]
"""Why a certificate must not be signed with now (``usability.refusal`` with evidence and clock), or None."""


class KeyRing:
    """The keys of one service; immutable, so that a roll-over is a new ring."""

    def __init__(self, keys: Iterable[RingKey]) -> None:
        """Raises ``KeyNameError`` KEY_CERTIFICATE_FOREIGN where a certificate is not of its key."""
        for each in (held := tuple(keys)):
            check_certificate_of(each.key.key, each.certificate, str(each.certificate.subject))
        # The newest goes first: what begins later was made to follow what began before.
        self._keys = tuple(sorted(held, key=lambda each: each.period, reverse=True))

    @property
    def keys(self) -> tuple[RingKey, ...]:
        """All keys, the newest first."""
        return self._keys

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """The certificates of all keys, also retired ones: what they signed is still to be verified."""
        return tuple(each.certificate for each in self._keys)

    def with_key(self, key: RingKey) -> KeyRing:
        """The ring with one more key."""
        return KeyRing((*self._keys, key))

    def at(self, moment: datetime, refuse: Refuse | None = None) -> RingKey:
        """The key that signs at a moment: of those in their period the newest that is not refused.

        Raises :class:`NoUsableKey`, with the reasons and when the next key begins.
        """
        reasons = []
        for each in self._keys:
            start, end = each.period
            if not start <= moment <= end:
                continue
            refused = None if refuse is None else refuse(each.certificate)
            if refused is None:
                return each
            reasons.append(refused.code)
        ahead = [each.period[0] for each in self._keys if each.period[0] > moment]
        raise NoUsableKey(
            moment=moment.isoformat(),
            reasons=", ".join(reasons) or "-",
            next=min(ahead).isoformat() if ahead else "-",
        )

    def states(self, moment: datetime, refuse: Refuse | None = None) -> tuple[tuple[RingKey, KeyState], ...]:
        """Every key with what it does at a moment, the newest first."""
        try:
            active = self.at(moment, refuse)
        except NoUsableKey:
            active = None
        found = []
        for each in self._keys:
            start, end = each.period
            if each is active:
                state = KeyState.ACTIVE
            elif moment < start:
                state = KeyState.NEXT
            elif moment > end or (refuse is not None and refuse(each.certificate) is not None):
                state = KeyState.RETIRED
            else:
                state = KeyState.STANDBY
            found.append((each, state))
        return tuple(found)

    def gaps(self, start: datetime, end: datetime) -> tuple[tuple[datetime, datetime], ...]:
        """The stretches between two moments in which no key may sign, as the periods stand.

        For health: a gap ahead means that the next key is to be made and certified in time.
        """
        found = []
        covered = start
        for first, last in sorted(each.period for each in self._keys):
            if last < first or last < covered:
                continue
            if first > covered:
                found.append((covered, min(first, end)))
            covered = max(covered, last)
            if covered >= end:
                break
        if covered < end:
            found.append((covered, end))
        return tuple(gap for gap in found if gap[0] < gap[1])
