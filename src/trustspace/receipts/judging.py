"""One receipt while it is judged: its signatures and time-stamps, its unsigned parts, its issuer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from trustspace.encoding.certificate import Certificate
from trustspace.encoding.dvcs import ID_KP_DVCS, DVCSCertInfo
from trustspace.encoding.extensions import EXTENDED_KEY_USAGE
from trustspace.errors import MalformedEncoding
from trustspace.receipts.parsing import Parsed
from trustspace.receipts.report import Standing, weakest
from trustspace.trust.register import TtpEntry
from trustspace.validation.causes import Cause, cause
from trustspace.validation.facts import Facts
from trustspace.validation.indications import Indication
from trustspace.validation.report import Report, SignatureReport
from trustspace.validation.times import Times, text
from trustspace.validation.unsigned_parts import alterations, verified_parts

STAMP_BEFORE = timedelta(minutes=5)
"""How much a time-stamp may be ahead of the receipt's own time: two clocks."""
STAMP_AFTER = timedelta(hours=1)
"""How long after the receipt's own time it must be stamped: beyond that it could have been dated back."""


class Judged:
    """One receipt while it is judged: collects causes and keeps the weakest standing."""

    def __init__(self, parsed: Parsed, facts: Facts, report: Report, times: Times) -> None:
        self.parsed = parsed
        self.facts = facts
        self.report = report
        self.times = times
        self.standing = Standing.HOLDS
        self.causes: list[Cause] = []
        self.notes: list[Cause] = []
        self.proven_time: datetime | None = None

    def fail(self, what: Cause) -> None:
        """It is not what it claims to be."""
        self.standing = Standing.FAILS
        self.causes.append(what)

    def doubt(self, what: Cause) -> None:
        """It cannot be believed as things are."""
        self.standing = weakest(self.standing, Standing.UNKNOWN)
        self.causes.append(what)

    def check_signatures(self) -> None:
        """Every signer, its chain and its time-stamp (policy ``receipt``), and the DVCS key purpose."""
        stamped: list[datetime] = []
        for signature in self.report.signatures:
            if not signature.passed:
                blame = self.fail if signature.indication is Indication.TOTAL_FAILED else self.doubt
                sub = signature.sub_indication
                blame(
                    cause(
                        "RECEIPT_UNTRUSTED",
                        indication=signature.indication.value,
                        sub_indication=None if sub is None else sub.value,
                    )
                )
                self.causes.extend(signature.causes)
            if signature.signer is not None:
                for problem in _key_purpose(signature.signer):
                    self.doubt(problem)
            times = [time for time in _stamps(signature) if time is not None]
            if times:
                stamped.append(min(times))
        if not self.report.signatures:
            self.doubt(cause("RECEIPT_UNTRUSTED", indication="INDETERMINATE", sub_indication=None))
        if self.parsed.info is None:
            # An error notice is no receipt: it needs no time of its own.
            return
        if len(stamped) < len(self.report.signatures) or not stamped:
            self.doubt(cause("RECEIPT_NO_TIME_STAMP"))
            return
        self.proven_time = max(stamped)
        self._check_order(self.parsed.info, min(stamped), max(stamped))
        self.notes.append(cause("RECEIPT_UNWITNESSED"))

    def _check_order(self, info: DVCSCertInfo, first: datetime, last: datetime) -> None:
        said = info.response_time.gen_time
        # Differences: a claimed time within an hour of the last year has nothing after it.
        if said is None or said - first > STAMP_BEFORE or last - said > STAMP_AFTER:
            self.doubt(cause("RECEIPT_TIME_DISORDER", response_time=text(said), stamp_time=text(last)))

    def check_unsigned_parts(self) -> None:
        """That nothing was touched where no signature covers it; for receipts of our own making.

        What is signed still holds then, so the receipt becomes undetermined, not false. Where signatures or
        time-stamps are not believed, there is nothing to compare the unsigned parts with.
        """
        if self.parsed.details is None or self.standing is not Standing.HOLDS:
            return
        for what in alterations(
            self.parsed.signed, self.parsed.data, verified_parts(self.facts, self.report)
        ):
            self.doubt(cause("RECEIPT_ALTERED", what=what))

    def check_issuer(self, has_register: bool, entry: TtpEntry | None) -> None:
        """Whether the register grants this TTP at the time that is proven."""
        if not has_register:
            self.doubt(cause("RECEIPT_NO_REGISTER"))
            return
        if entry is None:
            signer = next((s.signer for s in self.report.signatures if s.signer is not None), None)
            self.doubt(
                cause("RECEIPT_ISSUER_UNREGISTERED", certificate=None if signer is None else signer.sha256)
            )
            return
        details = self.parsed.details
        if details is not None and details.member != entry.member:
            self.doubt(cause("RECEIPT_ISSUER_MISMATCH", member=details.member, registered=entry.member))
        moment = self.proven_time or self.times.control_time
        if not entry.granted_at(moment):
            period = entry.status_at(moment)
            self.doubt(
                cause(
                    "RECEIPT_ISSUER_NOT_GRANTED",
                    member=entry.member,
                    status=None if period is None else period.status.value,
                    since=None if period is None else text(period.since),
                    ground=None if period is None else period.ground,
                )
            )


def _key_purpose(certificate: Certificate) -> Iterator[Cause]:
    """RFC 3029 §9 and its traps: the key purpose dvcs, and critical."""
    try:
        purposes = certificate.extended_key_usage or ()
        extension = certificate.extensions.get(EXTENDED_KEY_USAGE)
    except MalformedEncoding as error:
        yield cause("RECEIPT_KEY_PURPOSE", reason=str(error))
        return
    if ID_KP_DVCS not in purposes:
        yield cause("RECEIPT_KEY_PURPOSE", reason="id-kp-dvcs is missing")
    elif extension is None or not extension.critical:
        yield cause("RECEIPT_KEY_PURPOSE", reason="the key purpose is not critical")


def _stamps(signature: SignatureReport) -> Iterator[datetime | None]:
    """The times of believed signature time-stamps by another key than the signature's own."""
    for stamp in signature.timestamps:
        if stamp.kind != "signature" or not stamp.passed or stamp.certificate is None:
            continue
        if signature.signer is None or stamp.certificate.spki != signature.signer.spki:
            yield stamp.time
