"""The ceremony's work: four keys, four certificates, in the order in which they depend on one another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from trustspace.algorithms.model import SigningKey
from trustspace.authority import issuance
from trustspace.authority.acts import OwnService
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


ROOT_DAYS, ISSUING_DAYS = 20 * 365, 10 * 365
"""How long the two CAs' certificates are good."""


def certify(
    keys: OwnKeys,
    organisation: str,
    address: str,
    *,
    begin: datetime,
    random: Random,
) -> Certificates:
    """The four certificates: the root's own, the issuing CA's by it, both signers' by that."""
    begin = begin.replace(microsecond=0)
    root = issuance.root_certificate(organisation, keys.root, begin=begin, days=ROOT_DAYS, random=random(48))
    issuing = issuance.issuing_certificate(
        organisation, keys.issuing.key, root, keys.root, address=address, days=ISSUING_DAYS, random=random(48)
    )
    register, ocsp = (
        issuance.service_certificate(
            issuance.service_name(organisation, service),
            service,
            key.key,
            issuing,
            keys.issuing,
            address=address,
            begin=begin,
            random=random(48),
        )
        for service, key in ((OwnService.REGISTER, keys.register), (OwnService.OCSP, keys.ocsp))
    )
    return Certificates(root, issuing, register, ocsp)
