"""A TTP whose key is on a token: its receipts hold, and say which module signed them."""

from __future__ import annotations

import pytest

from support.space import ID_KP_DVCS, Space, content_of
from support.tokens import SoftToken
from trustspace.keys.opening import open_key
from trustspace.pki.issuing.signed_data import CmsSigner
from trustspace.receipts.profiles import Suite
from trustspace.receipts.verify import verify_receipt


@pytest.mark.parametrize("certified", [None, "СФ/124-0001"])
@pytest.mark.parametrize("name", ["p-256", "rsa-2048"])
def test_a_receipt_of_a_token_key_holds_and_names_the_token(
    name: str, certified: str | None, stocked: SoftToken
) -> None:
    space = Space()
    member = space.member("by", "p-256", suite=Suite.COMMON)
    key = open_key(stocked.uri(name), certified=certified)
    ttp = space.pki.signer(
        "TTP by",
        space.root,
        public_key=key.key,
        extended_key_usage=(ID_KP_DVCS,),
        extended_key_usage_critical=True,
    )
    member.ttps = (ttp,)
    document = member.pki.sign(b"contract", member.signer)
    receipt = member.receipt(document, signers=(CmsSigner(key=key, certificate=ttp.certificate),))
    report = verify_receipt(
        receipt,
        document=content_of(document),
        snapshot=space.snapshot(),
        evidence=None,
        times=space.times,
    )
    assert report.exit_code == 0, report.causes
    modules = report.to_dict("en")["details"]["modules"]
    (signing,) = [module for module in modules if "SoftHSM" in module]
    assert signing.endswith("(not certified)" if certified is None else f"(certificate {certified})")
