"""What CRLs say of a certificate: RFC 5280 §6.3.3, without the times and the CRL signer's path.

Full, delta (combined with its base), indirect and partitioned CRLs. Scope and reasons are matched here; which
statement is fresh and whether its signer is trusted is judged further up.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import islice

from trustspace._native import CrlEntry
from trustspace.encoding import extensions as ext
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.crl import REMOVE_FROM_CRL
from trustspace.encoding.general_name import GeneralNameKind
from trustspace.encoding.name import Name, NameKey
from trustspace.errors import MalformedEncoding
from trustspace.pki.edges import EdgeCache, EdgeOutcome
from trustspace.pki.evidence_pool import CrlDatum, EvidencePool, point_names
from trustspace.pki.name_constraints import ComparableName, NameForm
from trustspace.pki.profile import profile_of
from trustspace.pki.signers import SignedDatum, Signer, SignerSource, find_signer
from trustspace.pki.statement import (
    RevocationReason,
    RevocationStatement,
    RevocationStatus,
    StatementProblem,
    reason_of,
)

# Of the deltas that fit one base, the newest tell all that the older ones do (§5.2.4).
MAX_DELTAS = 16
# All reasons of RFC 5280 §4.2.1.13; a CRL without onlySomeReasons covers them.
ALL_REASONS = frozenset(ext.ReasonFlag) - {ext.ReasonFlag.UNUSED}


class _Point:
    """A distribution point of the certificate in the shape that matching wants (§6.3.3 (b))."""

    __slots__ = ("crl_issuers", "names", "reasons")

    def __init__(self, point: ext.DistributionPoint, issuer: Name) -> None:
        self.crl_issuers: tuple[Name, ...] = tuple(
            name.value
            for name in point.crl_issuer
            if name.kind is GeneralNameKind.DIRECTORY_NAME and isinstance(name.value, Name)
        )
        base = self.crl_issuers[0] if self.crl_issuers else issuer
        self.names = None if point.name is None else point_names(point.name, base)
        self.reasons = ALL_REASONS if point.reasons is None else point.reasons & ALL_REASONS


class Subject:
    """A certificate whose status is asked for, with its distribution points."""

    __slots__ = ("certificate", "issuer_keys", "malformed", "points")

    def __init__(self, certificate: Certificate, issuer_keys: frozenset[bytes]) -> None:
        self.certificate = certificate
        self.issuer_keys = issuer_keys
        self.malformed = False
        self.points: tuple[_Point, ...] = ()
        try:
            points = certificate.crl_distribution_points
            if points:
                self.points = tuple(_Point(point, certificate.issuer) for point in points)
        except MalformedEncoding:
            self.malformed = True

    def crl_issuer_names(self) -> list[Name]:
        """The certificate's issuer, then the CRL issuers that its distribution points name."""
        issuer = self.certificate.issuer
        names = [issuer]
        for point in self.points:
            names += (name for name in point.crl_issuers if not _same(name, issuer))
        return names


def _same(one: Name, other: Name) -> bool:
    try:
        return one.matches(other)
    except MalformedEncoding:
        return False


def crl_statements(
    subject: Subject, pool: SignerSource, evidence: EvidencePool, edges: EdgeCache
) -> list[RevocationStatement]:
    """Every CRL's word on the certificate; those out of its scope only where no other speaks."""
    inside: list[tuple[RevocationStatement, frozenset[ext.ReasonFlag]]] = []
    outside: list[RevocationStatement] = []
    seen: set[str] = set()
    for name in subject.crl_issuer_names():
        complete, deltas = evidence.crls_of(name)
        if deltas:
            deltas.sort(key=lambda delta: delta.number or 0, reverse=True)
        for datum in complete:
            if datum.sha256 in seen:
                continue
            seen.add(datum.sha256)
            reasons = _reasons_in_scope(subject, datum)
            signer = _signer(datum, pool, edges)
            if reasons is None:
                outside.append(_statement(subject, datum, signer, None, StatementProblem.OUT_OF_SCOPE))
                continue
            own = _statement(subject, datum, signer, _lookup(subject, datum))
            inside.append((own, reasons))
            fitting = (delta for delta in deltas if _fits(delta, datum))
            inside += (
                (_with_delta(subject, own, delta, _signer(delta, pool, edges)), reasons)
                for delta in islice(fitting, MAX_DELTAS)
            )
        for delta in deltas:
            if any(_fits(delta, datum) for datum in complete):
                continue
            entry = _lookup(subject, delta)
            reasons = _reasons_in_scope(subject, delta) if _revokes(entry) else None
            if reasons is not None:
                inside.append((_statement(subject, delta, _signer(delta, pool, edges), entry), reasons))
            elif not complete:
                alone = _signer(delta, pool, edges)
                outside.append(_statement(subject, delta, alone, entry, StatementProblem.DELTA_WITHOUT_BASE))
    if all(reasons == ALL_REASONS for _, reasons in inside):
        found = [statement for statement, _ in inside]
    else:
        found = _join_reasons(inside)
    return found or outside


def _lookup(subject: Subject, datum: CrlDatum) -> CrlEntry | StatementProblem | None:
    try:
        return datum.crl.lookup(subject.certificate.serial, subject.certificate.issuer)
    except MalformedEncoding:
        return StatementProblem.MALFORMED


def _signer(datum: CrlDatum, pool: SignerSource, edges: EdgeCache) -> Signer:
    """The CRL's signer: of its issuer's name, its authority key identifier's first (§6.3.3 (f), (g))."""
    crl = datum.crl
    candidates = pool.named(crl.issuer, datum.key_identifier)
    allowed = [candidate for candidate in candidates if profile_of(candidate).may_sign_crls]
    try:
        signed = SignedDatum(
            datum.sha256,
            crl.signature_algorithm,
            crl.tbs_signature_algorithm,
            crl.signature,
            lambda: crl.tbs_raw,
        )
        signer = find_signer(signed, allowed, edges)
        if signer.check is None or signer.check.outcome is not EdgeOutcome.VERIFIED:
            forbidden = [candidate for candidate in candidates if not profile_of(candidate).may_sign_crls]
            other = find_signer(signed, forbidden, edges)
            if signer.check is None or (other.check and other.check.outcome is EdgeOutcome.VERIFIED):
                signer = other
        return signer
    except MalformedEncoding:
        return Signer(None, None)
    finally:
        # The signed part is a copy as long as the CRL; it is not needed again once a key has verified it.
        crl.__dict__.pop("tbs_raw", None)


def _statement(
    subject: Subject,
    datum: CrlDatum,
    signer: Signer,
    entry: CrlEntry | StatementProblem | None,
    *problems: StatementProblem,
) -> RevocationStatement:
    crl = datum.crl
    found: list[str] = [*datum.problems, *problems]
    status = RevocationStatus.GOOD
    revocation_time: datetime | None = None
    invalidity: datetime | None = None
    reason: RevocationReason | None = None
    if isinstance(entry, StatementProblem):
        found.append(entry)
        status = RevocationStatus.UNKNOWN
    elif entry is not None:
        if entry.reason != REMOVE_FROM_CRL:
            status = RevocationStatus.REVOKED
        elif not datum.is_delta:
            found.append(StatementProblem.REASON_MISPLACED)  # §5.3.1: in delta CRLs only
            status = RevocationStatus.UNKNOWN
        revocation_time, invalidity = entry.revocation_time, entry.invalidity_date
        reason = reason_of(entry.reason)
    elif StatementProblem.OUT_OF_SCOPE in problems:
        status = RevocationStatus.UNKNOWN
    certificate, check = signer.certificate, signer.check
    if certificate is None:
        found.append(StatementProblem.SIGNER_NOT_FOUND)
    elif not profile_of(certificate).may_sign_crls:
        found.append(StatementProblem.SIGNER_KEY_USAGE)
    return RevocationStatement(
        certificate=subject.certificate.sha256,
        source="crl",
        digest=datum.sha256,
        status=status,
        this_update=crl.this_update,
        next_update=crl.next_update,
        revocation_time=revocation_time,
        reason=reason,
        invalidity_date=invalidity,
        signer=None if certificate is None else certificate.sha256,
        signer_is_issuer=certificate is not None and certificate.spki in subject.issuer_keys,
        signature=EdgeOutcome.KEY_INVALID if check is None else check.outcome,
        algorithm="" if check is None else check.algorithm,
        key_size=None if check is None else check.key_size,
        problems=tuple(found),
        archive_cutoff=datum.archive_cutoff,
        signer_certificate=certificate,
        other_signers=signer.others,
    )


def _reasons_in_scope(subject: Subject, datum: CrlDatum) -> frozenset[ext.ReasonFlag] | None:
    """The reasons that the CRL covers for this certificate; None: it is out of scope (§6.3.3 (b)–(d))."""
    idp = datum.idp
    if subject.malformed:
        return None
    issuer_matches = _same(datum.crl.issuer, subject.certificate.issuer)
    if idp is None:
        only = ALL_REASONS
    else:
        is_ca = profile_of(subject.certificate).is_ca
        if (
            idp.only_contains_attribute_certs
            or (idp.only_contains_user_certs and is_ca)
            or (idp.only_contains_ca_certs and not is_ca)
        ):
            return None
        only = ALL_REASONS if idp.only_some_reasons is None else idp.only_some_reasons & ALL_REASONS
    covered: frozenset[ext.ReasonFlag] = frozenset()
    matched = False
    for point in subject.points:
        if _point_matches(point, datum, issuer_matches):
            matched = True
            covered |= point.reasons & only
    if not matched and issuer_matches and _matches_implied_point(subject, datum):
        # §6.3.3, last paragraph: any CRL of the certificate's issuer, as if a point named just the issuer.
        matched, covered = True, only
    return covered if matched else None


def _matches_implied_point(subject: Subject, datum: CrlDatum) -> bool:
    names = datum.names
    if names is None:
        return True
    return ComparableName(NameForm.DIRECTORY, _key(subject.certificate.issuer)) in names


def _key(name: Name) -> NameKey | None:
    try:
        return name.normalized
    except MalformedEncoding:
        return None


def _point_matches(point: _Point, datum: CrlDatum, issuer_matches: bool) -> bool:
    """§6.3.3 (b) (1) and (2) (i)."""
    if point.crl_issuers:
        indirect = datum.idp is not None and datum.idp.indirect_crl
        if not indirect or not any(_same(name, datum.crl.issuer) for name in point.crl_issuers):
            return False
    elif not issuer_matches:
        return False
    names = datum.names
    if names is None:
        return True
    if point.names is not None:
        return not names.isdisjoint(point.names)
    return any(
        ComparableName(NameForm.DIRECTORY, _key(issuer)) in names
        for issuer in point.crl_issuers or (datum.crl.issuer,)
    )


def _fits(delta: CrlDatum, complete: CrlDatum) -> bool:
    """Whether a delta CRL may be applied to a complete CRL (§5.2.4, §6.3.3 (c))."""
    return (
        complete.number is not None
        and delta.number is not None
        and delta.base_number is not None
        and delta.base_number <= complete.number < delta.number
        and complete.scope == delta.scope
        and complete.key_identifier == delta.key_identifier
    )


def _revokes(entry: CrlEntry | StatementProblem | None) -> bool:
    """Whether a delta CRL's entry says "revoked": that stands by itself, whatever base it was made for.

    Only what it does not mention needs a base. To leave a delta that fits nothing out altogether would let an
    older complete CRL say "good" of a certificate that its own issuer has revoked since.
    """
    return isinstance(entry, CrlEntry) and entry.reason != REMOVE_FROM_CRL


def _with_delta(
    subject: Subject, base: RevocationStatement, delta: CrlDatum, signer: Signer
) -> RevocationStatement:
    """The statement of a delta CRL on a base CRL that it fits."""
    entry = _lookup(subject, delta)
    own = _statement(subject, delta, signer, entry)
    if _revokes(entry):
        return replace(own, with_data=(base.digest,))
    problems = (*own.problems, *(problem for problem in base.problems if problem not in own.problems))
    if base.signature is not EdgeOutcome.VERIFIED and own.signature is EdgeOutcome.VERIFIED:
        own = replace(own, signature=base.signature)
    own = replace(own, problems=problems, with_data=(base.digest,))
    if entry is not None:
        return own
    # Not mentioned: the base's word stands, as new as the delta.
    return replace(
        own,
        status=base.status,
        revocation_time=base.revocation_time,
        reason=base.reason,
        invalidity_date=base.invalidity_date,
    )


def _join_reasons(
    inside: list[tuple[RevocationStatement, frozenset[ext.ReasonFlag]]],
) -> list[RevocationStatement]:
    """Statements whose CRLs cover some reasons only (§6.3.3 (d), (l)): "good" needs all of them together.

    A revocation stands by itself. Of several CRLs for the same reasons the newest counts; the joint statement
    is as new as the oldest of its parts and ends with the first that ends.
    """
    found: list[RevocationStatement] = []
    parts: dict[frozenset[ext.ReasonFlag], RevocationStatement] = {}
    for statement, reasons in inside:
        if reasons == ALL_REASONS or statement.status is not RevocationStatus.GOOD:
            found.append(statement)
            continue
        partial = (*statement.problems, StatementProblem.SOME_REASONS_ONLY)
        found.append(replace(statement, problems=partial))
        newest = parts.get(reasons)
        if statement.reliable and (newest is None or statement.this_update > newest.this_update):
            parts[reasons] = statement
    if parts and frozenset().union(*parts) == ALL_REASONS:
        members = sorted(parts.values(), key=lambda part: (part.this_update, part.digest))
        ends = [part.next_update for part in members if part.next_update is not None]
        found.append(
            replace(
                members[0],
                next_update=min(ends) if len(ends) == len(members) else None,
                with_data=tuple(part.digest for part in members[1:]),
            )
        )
    return found
