"""How a report shows a signer: subject in words, national identity as typed values."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trustspace.encoding.certificate import Certificate


def identity_dict(certificate: Certificate) -> dict[str, str]:
    """National identifiers by kind."""
    from trustspace.pki.identity import identities  # noqa: PLC0415 - report edge only

    found: dict[str, str] = {}
    for identity in identities(certificate):
        found.setdefault(identity.kind.value, identity.value)
    return found
