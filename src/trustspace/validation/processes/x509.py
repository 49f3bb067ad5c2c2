"""X.509 certificate validation (EN 319 102-1 §5.2.6).

The block runs with the control time when nothing proves that the signature is older, and again with the best
signature time when something does (§5.5.4): then the target's period, revocation, the freshness of revocation
data and the algorithms that the proof covers are judged at that time, CA certificates' periods still now.
"""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from trustspace.encoding.extensions import OCSP_NO_CHECK
from trustspace.pki.edges import EdgeOutcome
from trustspace.pki.path_processing import PathFailureCode, PathSettings, process_path
from trustspace.pki.paths import PathLimits, PathSearch, build_paths
from trustspace.pki.profile import profile_of
from trustspace.pki.purposes import PURPOSES, check_purpose
from trustspace.validation.causes import Cause, cause
from trustspace.validation.constraints import NEVER
from trustspace.validation.indications import SubIndication
from trustspace.validation.processes.context import Context, Finding
from trustspace.validation.processes.revocation import (
    OUT_OF_PERIOD,
    RevocationVerdict,
    check_revocation,
    is_exempt,
)
from trustspace.validation.reading import (
    has_extension,
    is_self_issued,
    key_purposes,
    key_usage,
    subject_text,
)
from trustspace.validation.times import text

if TYPE_CHECKING:
    from trustspace.encoding.certificate import Certificate
    from trustspace.pki.edges import Edge
    from trustspace.validation.policy import ChainRules

_OPEN = frozenset(
    {
        SubIndication.TRY_LATER,
        SubIndication.REVOKED_NO_POE,
        SubIndication.REVOCATION_OUT_OF_BOUNDS_NO_POE,
    }
)
"""With one of these, whether the target was revoked in its lifetime is not settled."""
_MAX_EVALUATED = 16
"""Paths that are judged before the best failure is reported; a sender chooses the bag of certificates."""

_S = SubIndication
_RANK = {
    sub: rank
    for rank, sub in enumerate(
        (
            _S.NOT_YET_VALID,
            _S.CERTIFICATE_CHAIN_GENERAL_FAILURE,
            _S.CRYPTO_CONSTRAINTS_FAILURE,
            _S.REVOKED_NO_POE,
            _S.REVOKED_CA_NO_POE,
            _S.OUT_OF_BOUNDS_NOT_REVOKED,
            _S.OUT_OF_BOUNDS_NO_POE,
            _S.NO_CERTIFICATE_CHAIN_FOUND,
            _S.NO_CERTIFICATE_CHAIN_FOUND_NO_POE,
            _S.CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
            _S.CHAIN_CONSTRAINTS_FAILURE,
            _S.TRY_LATER,
            _S.REVOCATION_OUT_OF_BOUNDS_NO_POE,
        )
    )
}
"""Most decisive first: a path that is none, then what a proof of existence could heal, then waiting."""
_WORST_PATH = 99


class ChainVerdict:
    """The outcome for one certificate: the chain that was judged, and what is wrong with it."""

    __slots__ = ("chain", "findings", "obsolete_since", "revoked_since")

    def __init__(self, chain: tuple[Certificate, ...]) -> None:
        self.chain = chain
        self.findings: list[Finding] = []
        """Most decisive first; empty is PASSED."""
        self.revoked_since: datetime | None = None
        """When the target was revoked, if it was."""
        self.obsolete_since: datetime | None = None

    @property
    def sub(self) -> SubIndication | None:
        """The most decisive reason; None is PASSED."""
        return self.findings[0][0] if self.findings else None

    def add(self, sub: SubIndication, what: Cause) -> None:
        """Note a failure."""
        self.findings.append((sub, what))


def validate_chain(
    context: Context, target: Certificate, rules: ChainRules, proven: datetime | None
) -> ChainVerdict:
    """Judge a certificate under ``rules``; ``proven`` is a proven time of existence of what it signed."""
    key = (target.sha256, id(rules), proven)
    known = context.verdicts.get(key)
    if known is None:
        known = context.verdicts[key] = _validate(context, target, rules, proven)
    return known


def validate_responder(context: Context, responder: Certificate) -> ChainVerdict:
    """Judge the signer of revocation data (RFC 6960 §4.2.2.2) as of now: nothing proves when it signed."""
    return _validate(context, responder, context.policy.responder, None)


def _validate(
    context: Context, target: Certificate, rules: ChainRules, proven: datetime | None
) -> ChainVerdict:
    anchors = context.snapshot.by_certificate
    search = build_paths(
        target,
        context,
        anchors,
        context.edge,
        PathLimits(max_depth=rules.max_depth),
        moment=proven or context.control,
    )
    best: ChainVerdict | None = None
    for count, path in enumerate(search):
        verdict = _judge_path(context, path, rules, proven)
        if not verdict.findings:
            return verdict
        if best is None or _rank(verdict) > _rank(best):
            best = verdict
        if count + 1 >= _MAX_EVALUATED:
            break
    return best if best is not None else _no_chain(context, target, search)


def _rank(verdict: ChainVerdict) -> int:
    """How near a failed path came to a good one: of several, the nearest is reported."""
    return _RANK.get(verdict.findings[0][0], _WORST_PATH)


def _no_chain(context: Context, target: Certificate, search: PathSearch) -> ChainVerdict:
    """Say why no path leads to an anchor: the issuer is missing, does not match, or is not trusted."""
    longest = search.dead_ends[0] if search.dead_ends else (target,)
    verdict = ChainVerdict(longest)
    if search.exhausted:
        verdict.add(_S.CERTIFICATE_CHAIN_GENERAL_FAILURE, cause("CHAIN_SEARCH_EXHAUSTED"))
    failed = [edge for edge in search.failed if not _is_namesake(context, edge)]
    for edge in failed:
        child = context.facts.certificates[edge.child]
        code = (
            "CERTIFICATE_ISSUER_KEY_UNUSABLE"
            if edge.outcome is EdgeOutcome.KEY_INVALID
            else "CERTIFICATE_SIGNATURE_WRONG"
        )
        verdict.add(
            _S.CERTIFICATE_CHAIN_GENERAL_FAILURE,
            cause(code, subject=subject_text(child), issuer=str(child.issuer), algorithm=edge.algorithm),
        )
    last = longest[-1]
    for child, issuer in pairwise(longest):
        edge = context.edge(child, issuer)
        if edge.outcome is EdgeOutcome.UNSUPPORTED:
            verdict.add(
                _S.CRYPTO_CONSTRAINTS_FAILURE,
                cause(
                    "CERTIFICATE_ALGORITHM_NOT_SUPPORTED",
                    subject=subject_text(child),
                    algorithm=edge.algorithm,
                ),
            )
    if not failed:
        code = "ROOT_NOT_TRUSTED" if is_self_issued(last) else "ISSUER_NOT_FOUND"
        verdict.add(
            _S.NO_CERTIFICATE_CHAIN_FOUND,
            cause(code, subject=subject_text(last), issuer=str(last.issuer), certificate=last.sha256),
        )
    return verdict


def _is_namesake(context: Context, edge: Edge) -> bool:
    """Whether the key identifiers say that this issuer only shares the name: then nothing was forged."""
    certificates = context.facts.certificates
    wanted = profile_of(certificates[edge.child]).authority_key_identifier
    own = profile_of(certificates[edge.issuer]).subject_key_identifier
    return wanted is not None and own is not None and wanted != own


def _judge_path(
    context: Context, path: tuple[Certificate, ...], rules: ChainRules, proven: datetime | None
) -> ChainVerdict:
    verdict = ChainVerdict(path)
    _check_anchor(context, verdict, rules, proven)
    _check_structure(verdict, rules)
    _check_edges(context, verdict, proven)
    _check_revocations(context, verdict, rules, proven)
    _check_periods(context, verdict, proven)
    _check_constraints(verdict, rules)
    findings = verdict.findings
    if len(findings) > 1:
        findings.sort(key=lambda finding: _RANK.get(finding[0], _WORST_PATH))
    return verdict


def _check_anchor(
    context: Context, verdict: ChainVerdict, rules: ChainRules, proven: datetime | None
) -> None:
    certificate = verdict.chain[-1]
    anchors = context.snapshot.by_certificate[certificate.sha256]
    moment = proven or context.control
    ended: datetime | None = None
    begins: datetime | None = None
    for anchor in anchors:
        if anchor.kind in rules.anchors:
            if anchor.granted_at(moment):
                return
            if anchor.until is not None and anchor.until <= moment:
                ended = anchor.until
            else:
                begins = anchor.since
    subject = subject_text(certificate)
    if ended is not None:
        sub = _S.NO_CERTIFICATE_CHAIN_FOUND_NO_POE if proven is None else _S.NO_CERTIFICATE_CHAIN_FOUND
        verdict.add(sub, cause("ANCHOR_WITHDRAWN", subject=subject, until=text(ended)))
    elif begins is not None:
        verdict.add(
            _S.NO_CERTIFICATE_CHAIN_FOUND,
            cause("ANCHOR_NOT_YET_GRANTED", subject=subject, since=text(begins)),
        )
    else:
        kinds = ", ".join(sorted({anchor.kind.value for anchor in anchors}))
        verdict.add(
            _S.NO_CERTIFICATE_CHAIN_FOUND, cause("ANCHOR_FOR_OTHER_PURPOSE", subject=subject, kinds=kinds)
        )


_SETTINGS: dict[tuple[frozenset[str], bool], PathSettings] = {}
_POLICY_CODES = (PathFailureCode.POLICY_REQUIRED,)


def _settings(rules: ChainRules) -> PathSettings:
    key = (rules.certificate_policies, rules.explicit_policy)
    known = _SETTINGS.get(key)
    if known is None:
        known = _SETTINGS[key] = PathSettings(
            acceptable_policies=rules.certificate_policies or None,
            explicit_policy=rules.explicit_policy,
            understood_extensions=frozenset({"2.5.29.56", "0.4.0.194121.2.1"}),
        )
    return known


def _check_structure(verdict: ChainVerdict, rules: ChainRules) -> None:
    result = process_path(verdict.chain, _settings(rules))
    failure = result.failure
    if failure is None:
        return
    # A policy that only our constraints demand is a constraint; what RFC 5280 demands is the chain's own.
    constrained = failure.code in _POLICY_CODES and (rules.explicit_policy or rules.certificate_policies)
    sub = _S.CHAIN_CONSTRAINTS_FAILURE if constrained else _S.CERTIFICATE_CHAIN_GENERAL_FAILURE
    parameters = dict(failure.parameters)
    parameters.setdefault("subject", subject_text(verdict.chain[failure.index]))
    verdict.add(sub, Cause(failure.code.value, parameters))


def _check_edges(context: Context, verdict: ChainVerdict, proven: datetime | None) -> None:
    """The algorithms that certificates are signed with. A proof of the signature proves its signing
    certificate too (the signature holds its digest), but no certificate above it."""
    chain = verdict.chain
    moment = proven or context.control
    for child, issuer in pairwise(chain):
        edge = context.edge(child, issuer)
        if edge.outcome is EdgeOutcome.UNSUPPORTED:
            verdict.add(
                _S.CRYPTO_CONSTRAINTS_FAILURE,
                cause(
                    "CERTIFICATE_ALGORITHM_NOT_SUPPORTED",
                    subject=subject_text(child),
                    algorithm=edge.algorithm,
                ),
            )
            moment = context.control
            continue
        end = context.algorithms.end(edge.algorithm, edge.key_size)
        if end is not None and moment >= end:
            _add_obsolete(verdict, child, edge, end)
        moment = context.control


def _add_obsolete(verdict: ChainVerdict, child: Certificate, edge: Edge, end: datetime) -> None:
    parameters: dict[str, str | int | None] = {
        "subject": subject_text(child),
        "algorithm": edge.algorithm,
        "key_size": edge.key_size,
    }
    if end == NEVER:
        what = Cause("CERTIFICATE_ALGORITHM_UNTRUSTED", parameters)
        verdict.add(_S.CRYPTO_CONSTRAINTS_FAILURE, what)
        return
    if verdict.obsolete_since is None or end < verdict.obsolete_since:
        verdict.obsolete_since = end
    parameters["end"] = text(end)
    verdict.add(_S.CRYPTO_CONSTRAINTS_FAILURE_NO_POE, Cause("CERTIFICATE_ALGORITHM_OBSOLETE", parameters))


def _check_revocations(
    context: Context, verdict: ChainVerdict, rules: ChainRules, proven: datetime | None
) -> None:
    chain = verdict.chain
    moment = proven or context.control
    policy = context.policy.revocation
    for index in range(len(chain) - 1):
        certificate = chain[index]
        found = check_revocation(context, certificate, moment)
        if found.since is not None and (proven is None or proven >= found.since):
            if index == 0 and found.revoked is not None:
                verdict.revoked_since = found.since
            _add_revoked(context, verdict, index, found)
            continue
        if found.good is not None or not policy.required or is_exempt(certificate):
            continue
        if found.since is not None:
            continue  # revoked, but after the proven time: that it was good then is what the datum says
        if rules is context.policy.responder and (
            has_extension(certificate, OCSP_NO_CHECK) or not policy.responder_status_required
        ):
            continue
        for reason in found.causes:
            parameters = dict(reason.parameters)
            parameters.setdefault("subject", subject_text(certificate))
            sub = _S.REVOCATION_OUT_OF_BOUNDS_NO_POE if reason.code == OUT_OF_PERIOD else _S.TRY_LATER
            verdict.add(sub, Cause(reason.code, parameters))


def _add_revoked(context: Context, verdict: ChainVerdict, index: int, found: RevocationVerdict) -> None:
    certificate = verdict.chain[index]
    statement = found.revoked or found.held
    since = found.since
    if statement is None or since is None:
        return
    parameters: dict[str, str | int | None] = {
        "subject": subject_text(certificate),
        "revoked_at": text(since),
        "reason": statement.reason.value if statement.reason is not None else "unspecified",
        "source": statement.source,
    }
    if found.revoked is None:
        verdict.add(_S.TRY_LATER, Cause("CERTIFICATE_ON_HOLD", parameters))
    elif index:
        verdict.add(_S.REVOKED_CA_NO_POE, Cause("CA_REVOKED", parameters))
    elif since > context.control:
        parameters["control_time"] = text(context.control)
        verdict.add(_S.REVOKED_NO_POE, Cause("SIGNER_REVOKED_LATER", parameters))
    else:
        verdict.add(_S.REVOKED_NO_POE, Cause("SIGNER_REVOKED", parameters))


def _check_periods(context: Context, verdict: ChainVerdict, proven: datetime | None) -> None:
    chain = verdict.chain
    target = chain[0]
    moment = proven or context.control
    if moment < target.not_before:
        early = _S.OUT_OF_BOUNDS_NO_POE if proven is None else _S.NOT_YET_VALID
        verdict.add(
            early,
            cause(
                "SIGNER_NOT_YET_VALID",
                subject=subject_text(target),
                not_before=text(target.not_before),
                moment=text(moment),
            ),
        )
    elif moment > target.not_after:
        # §5.2.6.4: with a word from its lifetime that it was not revoked, only the time of signing is open.
        settled = not any(f[0] in _OPEN for f in verdict.findings)
        verdict.add(
            _S.OUT_OF_BOUNDS_NOT_REVOKED if settled else _S.OUT_OF_BOUNDS_NO_POE,
            cause(
                "SIGNER_EXPIRED",
                subject=subject_text(target),
                not_after=text(target.not_after),
                moment=text(moment),
            ),
        )
    control = context.control
    for certificate in chain[1:-1]:
        if not certificate.not_before <= control <= certificate.not_after:
            early_ca = control < certificate.not_before
            verdict.add(
                _S.OUT_OF_BOUNDS_NO_POE,
                cause(
                    "CA_NOT_YET_VALID" if early_ca else "CA_EXPIRED",
                    subject=subject_text(certificate),
                    bound=text(certificate.not_before if early_ca else certificate.not_after),
                    moment=text(control),
                ),
            )


def _check_constraints(verdict: ChainVerdict, rules: ChainRules) -> None:
    target = verdict.chain[0]
    if rules.key_usage:
        usage = key_usage(target)
        if usage is not None and not any(bit.value in rules.key_usage for bit in usage):
            verdict.add(
                _S.CHAIN_CONSTRAINTS_FAILURE,
                cause(
                    "SIGNER_KEY_USAGE",
                    subject=subject_text(target),
                    usage=", ".join(sorted(str(bit.value) for bit in usage)),
                    wanted=" / ".join(sorted(rules.key_usage)),
                ),
            )
    if rules.extended_key_usage:
        purposes = key_purposes(target)
        missing = sorted(rules.extended_key_usage.difference(purposes))
        if missing:
            verdict.add(
                _S.CHAIN_CONSTRAINTS_FAILURE,
                cause("SIGNER_KEY_PURPOSE", subject=subject_text(target), wanted=", ".join(missing)),
            )
        else:
            _check_purposes(verdict, target, rules.extended_key_usage)


def _check_purposes(verdict: ChainVerdict, target: Certificate, wanted: frozenset[str]) -> None:
    """What the purposes' own standards ask: RFC 3161 §2.3 (critical, and alone), RFC 3029 §5 (critical)."""
    for oid in sorted(wanted & PURPOSES.keys()):
        problem = check_purpose(target, PURPOSES[oid])
        if problem is not None:
            what = cause(problem.value, subject=subject_text(target), purpose=oid)
            verdict.add(_S.CHAIN_CONSTRAINTS_FAILURE, what)
