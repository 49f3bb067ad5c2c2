"""Our own object identifiers, under one UUID-based arc; RFC 3029's are in :mod:`trustspace.encoding.dvcs`.

The arc is ``2.25.<UUID as a number>`` (X.667 §8: anyone may make one, no registration). What stands below it
is described in ``docs/reference/receipts.md``.
"""

from __future__ import annotations

from typing import Final

ID_AA_DVC: Final = "1.2.840.113549.1.9.16.2.29"
"""A DVC as an attribute (RFC 3029 §10); here a signed one, so that the embedding TTP vouches for it."""
ID_SIGNATURE_TIME_STAMP: Final = "1.2.840.113549.1.9.16.2.14"
ID_KP_TSL_SIGNING: Final = "0.4.0.2231.3.0"
"""ETSI TS 119 612 §5.7.1: the key purpose of who signs trust lists, and so of the register's signer."""

# 3c70e98d-be2d-41d7-9c66-0b35aa2fd85f
ARC: Final = "2.25.80339954026716282878183510792660310111"
ID_RECEIPT_DETAILS: Final = f"{ARC}.1"
ID_DETACHED_CONTENT: Final = f"{ARC}.2"
ID_TRAVELLING_RECEIPTS: Final = f"{ARC}.3"
ID_OWN_OPINION_ONLY: Final = f"{ARC}.4"
ID_SIGNATURE_REFERENCE: Final = f"{ARC}.5"
