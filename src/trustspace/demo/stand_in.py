"""A stand-in for an algorithm that the other members do not know.

Uzbekistan's O'zDSt 1092 is not published in a form that could be proven against real data, so nothing here
pretends to be it. The stand-in computes GOST R 34.10-2012 on a built-in curve under identifiers of its own
(one UUID-based arc, X.667 §8), and is registered only in the processes of the member that uses it.
"""

from __future__ import annotations

from functools import cache

from trustspace.algorithms.providers import Provider, gost_provider, register_provider

# 758c8557-b4c2-4459-9477-7c19ffc811d1
ARC = "2.25.156249301576299613561130015178963292625"
KEY_KIND = "stand-in"


@cache
def provider() -> Provider:
    """The stand-in, as one provider object."""
    return gost_provider(
        "Demonstration stand-in signature",
        kind=KEY_KIND,
        key_oid=f"{ARC}.1",
        parameter_oid=f"{ARC}.2",
        signature_oid=f"{ARC}.3",
        digest_oid=f"{ARC}.4",
        digest_name="Demonstration stand-in hash",
        base="gost2012-256-b",
    )


def register() -> None:
    """Make this process know the stand-in; calling it again changes nothing."""
    register_provider(provider())
