"""The ceremony's work: four keys, four certificates, in the order in which they depend on one another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from trustspace.algorithms.model import SigningKey
from trustspace.authority import issuance
from trustspace.authority.ceremony import Certificates
from trustspace.authority.office import Random


@dataclass(frozen=True, slots=True)
class OwnKeys:
    """The authority's own keys."""

    root: SigningKey
    issuing: SigningKey
    register: SigningKey
    ocsp: SigningKey

    @property
    def each(self) -> tuple[tuple[str, SigningKey], ...]:
        """All four with their names."""
        return (
            ("root", self.root),
            ("issuing", self.issuing),
            ("register", self.register),
            ("ocsp", self.ocsp),
        )


ROOT_DAYS, ISSUING_DAYS, SERVICE_DAYS = 20 * 365, 10 * 365, 5 * 365
"""How long the authority's own certificates are good unless it is decided otherwise."""


def certify(
    keys: OwnKeys,
    organisation: str,
    address: str,
    *,
    begin: datetime,
    random: Random,
    days: tuple[int, int, int] = (ROOT_DAYS, ISSUING_DAYS, SERVICE_DAYS),
) -> Certificates:
    """The four certificates: the root's own, the issuing CA's by it, both signers' by that."""
    begin = begin.replace(microsecond=0)
    root = issuance.root_certificate(organisation, keys.root, begin=begin, days=days[0], random=random(48))
    issuing = issuance.issuing_certificate(
        organisation, keys.issuing.key, root, keys.root, address=address, days=days[1], random=random(48)
    )
    register, ocsp = (
        issuance.service_certificate(
            organisation,
            name,
            key.key,
            issuing,
            keys.issuing,
            address=address,
            days=days[2],
            random=random(48),
        )
        for name, key in (("register", keys.register), ("ocsp", keys.ocsp))
    )
    return Certificates(root, issuing, register, ocsp)
