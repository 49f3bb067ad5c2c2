"""What a key may be used for."""

from __future__ import annotations

import pytest

from support.pki import Entity, Pki
from trustspace.encoding.extensions import KeyUsage
from trustspace.pki.purposes import DVCS, OCSP_SIGNING, PURPOSES, TIME_STAMPING, PurposeProblem, check_purpose


def entity(*purposes: str, critical: bool = False, usage: frozenset[KeyUsage] = frozenset()) -> Entity:
    pki = Pki()
    return pki.entity(
        "X", pki.root(), extended_key_usage=purposes, extended_key_usage_critical=critical, key_usage=usage
    )


@pytest.mark.parametrize(
    ("purpose", "holder", "problem"),
    [
        (TIME_STAMPING, entity(TIME_STAMPING, critical=True), None),
        (TIME_STAMPING, entity(TIME_STAMPING), PurposeProblem.NOT_CRITICAL),
        (TIME_STAMPING, entity(TIME_STAMPING, OCSP_SIGNING, critical=True), PurposeProblem.NOT_EXCLUSIVE),
        (TIME_STAMPING, entity(), PurposeProblem.MISSING),
        (TIME_STAMPING, entity("2.5.29.37.0", critical=True), PurposeProblem.MISSING),
        (
            TIME_STAMPING,
            entity(TIME_STAMPING, critical=True, usage=frozenset({KeyUsage.KEY_CERT_SIGN})),
            PurposeProblem.KEY_USAGE,
        ),
        (OCSP_SIGNING, entity(OCSP_SIGNING), None),
        (OCSP_SIGNING, entity(DVCS, critical=True), PurposeProblem.MISSING),
        (DVCS, entity(DVCS, critical=True, usage=frozenset({KeyUsage.NON_REPUDIATION})), None),
        (DVCS, entity(DVCS), PurposeProblem.NOT_CRITICAL),
    ],
)
def test_purposes(purpose: str, holder: Entity, problem: PurposeProblem | None) -> None:
    assert check_purpose(holder.certificate, PURPOSES[purpose]) is problem
