"""Profiles: how a peer's DVCS is spoken, and whose algorithms sign a receipt. Data, no code per state.

Belarus's profile (STB 34.101.81: vsd only, optional fields omitted, a rejection is a ``dvErrorNote``)
contradicts Kazakhstan's (``transactionIdentifier`` mandatory, negative answers are DVCs), so each peer has
one profile, named in the register.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from trustspace.encoding.dvcs import ServiceType
from trustspace.errors import InputError
from trustspace.receipts.outcome import Dialect


class ProfileUnknown(InputError):
    """No such profile or suite. Parameters: ``name``."""

    code = "PROFILE_UNKNOWN"


class Suite(Enum):
    """Whose algorithms sign: the member's own, the space's common ones, or both as parallel signers."""

    NATIONAL = "national"
    COMMON = "common"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Profile:
    """How one TTP answers.

    ``imprint`` and ``second_imprint`` name digests of different families (see
    :class:`trustspace.algorithms.DigestAlgorithm`). ``max_request`` is in octets.
    """

    name: str
    dialect: Dialect
    suite: Suite
    services: frozenset[ServiceType]
    imprint: str = "sha256"
    second_imprint: str = "sha3-256"
    transaction_identifier_required: bool = False
    max_request: int = 100 * 1024 * 1024

    def with_suite(self, suite: Suite, second_imprint: str | None = None) -> Profile:
        return replace(self, suite=suite, second_imprint=second_imprint or self.second_imprint)


_ANSWERED = frozenset({ServiceType.VSD, ServiceType.VPKC, ServiceType.CCPD})

PROFILES: Mapping[str, Profile] = {
    "rfc3029": Profile("rfc3029", Dialect.RFC3029, Suite.COMMON, _ANSWERED),
    # Order 149 caps a request at 100 MB and makes transactionIdentifier mandatory.
    "kz": Profile(
        "kz",
        Dialect.KZ,
        Suite.BOTH,
        frozenset({ServiceType.VSD, ServiceType.VPKC}),
        transaction_identifier_required=True,
    ),
    "by": Profile("by", Dialect.BY, Suite.NATIONAL, frozenset({ServiceType.VSD})),
}


def profile(name: str) -> Profile:
    """The profile of that name.

    Raises:
        ProfileUnknown: there is none.
    """
    try:
        return PROFILES[name]
    except KeyError:
        raise ProfileUnknown(name=name) from None


def suite(name: str) -> Suite:
    """The suite of that name.

    Raises:
        ProfileUnknown: there is none.
    """
    try:
        return Suite(name)
    except ValueError:
        raise ProfileUnknown(name=name) from None
