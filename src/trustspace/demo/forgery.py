"""A receipt as a thief would make it: everything in order but the key, which is revoked."""

from __future__ import annotations

from datetime import datetime

from trustspace.demo.authority import Random
from trustspace.documents.cades_signing import Stamper
from trustspace.encoding.dvcs import ServiceType
from trustspace.pki.issuing.signed_data import CmsSigner
from trustspace.receipts.details import Verdict
from trustspace.receipts.issue import Issuing, Judgement, Row, issue
from trustspace.receipts.opinions import Ground
from trustspace.receipts.outcome import Outcome
from trustspace.receipts.profiles import profile
from trustspace.receipts.request import build_request, parse_request


def forge_receipt(
    document: bytes,
    thief: CmsSigner,
    *,
    member: str,
    stamper: Stamper,
    now: datetime,
    random: Random,
) -> bytes:
    """A receipt that says "valid", signed with a key that its owner has reported as stolen."""
    request = parse_request(
        build_request(ServiceType.VSD, message=document, nonce=int.from_bytes(random(16), "big"))
    )
    nothing = bytes(32)
    verdict = Verdict(
        id="S-0000000000000000",
        outcome=Outcome.VALID,
        ground=Ground.OWN_OPINION.value,
        indication="TOTAL-PASSED",
        sub_indication=None,
        best_signature_time=now,
        causes=(),
    )
    judgement = Judgement(
        outcome=Outcome.VALID,
        ground=Ground.OWN_OPINION.value,
        rows=(Row(verdict, None),),
        snapshot=nothing,
        evidence=nothing,
        policy_name="none",
        policy=nothing,
        report=nothing,
        control_time=now,
        engine="forged",
    )
    issuing = Issuing(
        member=member,
        profile=profile("rfc3029"),
        signers=(thief,),
        stamper=stamper,
        serial=1,
        time=now,
        nonce=random(32),
        entropy=random(32),
    )
    return issue(request, judgement, issuing)
