"""The signed register of the TTP service: canonical JSON inside an attached CAdES signature.

Reading fails closed: whatever is wrong with signature, signer, chain, revocation, content or age, and any
octet that is not as it was published, ends in an error, and the caller keeps the register that it had, or has
none. An older register is refused where a newer one is known, so that a withdrawn TTP does not come back by
replay.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from importlib import resources

from trustspace.documents.cades_signing import sign_cades
from trustspace.documents.content import Content
from trustspace.documents.open import open_document
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.cms import SignedData
from trustspace.errors import InputError
from trustspace.pki.issuing.signed_data import CmsSigner
from trustspace.pki.revocation import EvidencePool
from trustspace.trust.register import Register
from trustspace.trust.snapshot import ServiceKind, Snapshot
from trustspace.validation.causes import Cause
from trustspace.validation.indications import Indication
from trustspace.validation.judge import judge
from trustspace.validation.policy import Policy
from trustspace.validation.times import Times, text
from trustspace.validation.unsigned_parts import alterations, verified_parts
from trustspace.validation.validator import Validator

MIME_TYPE = "application/vnd.trustspace.register+json"
_MAX_REGISTER = 16 * 1024 * 1024


class RegisterUntrusted(InputError):
    """The register's signature is not believed.

    Parameters: ``indication``, ``sub_indication``, ``cause`` (the first cause's code).
    """

    code = "REGISTER_UNTRUSTED"


class RegisterUnavailable(InputError):
    """It may well be the register, and nothing of it may be used now: what is missing can still arrive."""

    code = "REGISTER_UNDETERMINED"


class RegisterUndetermined(RegisterUntrusted, RegisterUnavailable):
    """Whether the signature is good cannot be told (INDETERMINATE): no current CRL, no chain, no trust.

    Parameters as of :class:`RegisterUntrusted`; ``why`` are the signature's causes, most decisive first.
    """

    code = "REGISTER_UNDETERMINED"
    why: tuple[Cause, ...] = ()


class RegisterOutOfDate(RegisterUnavailable):
    """The register is not good at this time. Parameters: ``issued``, ``next_update``, ``moment``."""

    code = "REGISTER_OUT_OF_DATE"


class RegisterReplayed(InputError):
    """A register older than one that is known. Parameters: ``sequence``, ``known``."""

    code = "REGISTER_REPLAYED"


@cache
def register_policy() -> Policy:
    """The policy that the register's signature is judged by."""
    data = (resources.files("trustspace.lists") / "register_policy.toml").read_bytes()
    return Policy.parse(data, "register")


def publish_register(
    register: Register, signer: CmsSigner, *, signing_time: datetime, entropy: bytes
) -> bytes:
    """The register's file: a ContentInfo's DER with the canonical JSON inside."""
    return sign_cades(
        Content.of_bytes(register.to_json()),
        [signer],
        signing_time=signing_time,
        entropy=entropy,
        detached=False,
        mime_type=MIME_TYPE,
    )


def read_register(
    data: bytes,
    anchors: Iterable[Certificate],
    evidence: EvidencePool | None,
    moment: datetime,
    *,
    least_sequence: int = 0,
) -> Register:
    """The register, believed at ``moment``; ``anchors`` are the CA of the TTP service's.

    Raises:
        RegisterUntrusted: its signature is not TOTAL-PASSED, or it has not exactly one.
        RegisterUndetermined: of these, its one signature is neither valid nor invalid for now.
        RegisterMalformed: what is signed is no register.
        RegisterOutOfDate: not yet issued, or past its next update.
        RegisterReplayed: its sequence number is below ``least_sequence``.
        NotASignature, MalformedEncoding: the bytes are no CMS signature at all.
    """
    document = open_document(data)
    snapshot = Snapshot.of_certificates(anchors, kind=ServiceKind.TTP_CA)
    validator = Validator(snapshot, evidence, register_policy())
    facts = validator.gather(document)
    report = judge(facts, snapshot, Times.at(moment), validator.policy)
    if report.indication is not Indication.TOTAL_PASSED or len(report.signatures) != 1:
        worst = next((s for s in report.signatures if not s.passed), None)
        causes = (worst.causes if worst else ()) or report.causes
        open_ = report.indication is Indication.INDETERMINATE and len(report.signatures) == 1
        error = (RegisterUndetermined if open_ else RegisterUntrusted)(
            indication=report.indication.value,
            sub_indication=worst.sub_indication.value if worst and worst.sub_indication else None,
            cause=causes[0].code if causes else None,
        )
        if isinstance(error, RegisterUndetermined):
            error.why = tuple(causes)
        raise error
    if document.content is None or document.detached:
        raise RegisterUntrusted(indication="INDETERMINATE", sub_indication=None, cause="DETACHED")
    altered = alterations(SignedData.parse(data), data, verified_parts(facts, report))
    if altered:
        raise RegisterUntrusted(
            indication="INDETERMINATE", sub_indication=None, cause=f"ALTERED {altered[0]}"
        )
    register = Register.from_json(document.content.read(_MAX_REGISTER))
    if not register.is_current(moment):
        raise RegisterOutOfDate(
            issued=text(register.issued), next_update=text(register.next_update), moment=text(moment)
        )
    if register.sequence < least_sequence:
        raise RegisterReplayed(sequence=register.sequence, known=least_sequence)
    return register
