"""What an act needs to be allowed, and what it changes once enough officers signed it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from trustspace.authority import acts
from trustspace.authority.acts import Act, Reason, TargetKind
from trustspace.authority.ceremony import Officer, check_quorum
from trustspace.authority.errors import ActRefused
from trustspace.authority.issuance import read_request
from trustspace.authority.reading import time_text
from trustspace.authority.values import (
    CertificatePeriod,
    CertificateStatus,
    Issued,
    IssuerName,
    Registered,
    Service,
    then,
)
from trustspace.encoding.certificate import Certificate
from trustspace.trust.register import ServiceStatus, StatusPeriod

if TYPE_CHECKING:
    from trustspace.authority.state import State

_MEMBER = re.compile(r"[a-z]{2,8}\Z")
_OWN = "authority"
_PROFILES = ("rfc3029", "kz", "by")

StatusAct: TypeAlias = acts.Suspend | acts.Resume | acts.Revoke
_FROM: dict[type, tuple[str, ...]] = {
    acts.Suspend: ("good", "granted"),
    acts.Resume: ("held", "suspended"),
    acts.Revoke: ("good", "granted", "held", "suspended"),
}
_TO = {
    acts.Suspend: (CertificateStatus.HELD, ServiceStatus.SUSPENDED),
    acts.Resume: (CertificateStatus.GOOD, ServiceStatus.GRANTED),
    acts.Revoke: (CertificateStatus.REVOKED, ServiceStatus.WITHDRAWN),
}


def check(state: State, act: Act) -> None:
    """Whether the act is allowed as things are. Raises ``ActRefused``."""
    match act.payload:
        case acts.RegisterTtp() as payload:
            _check_member(payload.member)
            service = state.services.get(payload.member)
            if service is not None and service.admission is not None:
                raise ActRefused("MEMBER_REGISTERED", member=payload.member)
            if payload.profile not in _PROFILES:
                raise ActRefused("PROFILE_UNKNOWN", name=payload.profile)
            if not any(each.purpose is acts.Purpose.DVCS for each in payload.requests):
                raise ActRefused("REQUEST_MISSING", member=payload.member)
            _check_requests(state, payload.member, payload.requests)
        case acts.Certify() as payload:
            _granted(state, payload.member)
            _check_requests(state, payload.member, payload.requests)
        case acts.RegisterAuthority() as payload:
            _check_member(payload.member)
            if payload.certificate.sha256 in state.authorities:
                raise ActRefused("AUTHORITY_REGISTERED", certificate=payload.certificate.sha256)
            basic = payload.certificate.basic_constraints
            if basic is None or not basic.ca:
                raise ActRefused("AUTHORITY_NOT_CA", certificate=payload.certificate.sha256)
        case acts.Suspend() | acts.Resume() | acts.Revoke() as payload:
            _check_status_act(state, act, payload)
        case acts.OfficerAdd() as payload:
            keys = {officer.certificate.spki for officer in state.officers.values()}
            if payload.certificate.spki in keys:
                raise ActRefused("OFFICER_REGISTERED", officer=payload.name)
        case acts.OfficerRemove() as payload:
            if payload.certificate not in state.officers:
                raise ActRefused("OFFICER_UNKNOWN", certificate=payload.certificate)
            check_quorum(state.quorum, len(state.officers) - 1)
        case acts.Renew() as payload:
            request = read_request(acts.Requested(acts.Purpose.DVCS, payload.request), _OWN)
            _check_key(state, _OWN, request.spki)
        case acts.SetQuorum() as payload:
            check_quorum(payload.quorum, len(state.officers))


def take(state: State, act: Act, since: datetime) -> None:
    """Change the state as the act says, from ``since`` on; :func:`check` has passed."""
    match act.payload:
        case acts.RegisterTtp() as payload:
            former = state.services.get(payload.member)
            state.services[payload.member] = Service(
                member=payload.member,
                name=payload.name,
                profile=payload.profile,
                endpoints=dict(payload.endpoints),
                admission=act.digest,
                history=() if former is None else former.history,
            )
        case acts.RegisterAuthority() as payload:
            period = StatusPeriod(ServiceStatus.GRANTED, since, str(payload.ground))
            state.authorities[payload.certificate.sha256] = Registered(
                payload.member, payload.name, payload.certificate, (period,)
            )
        case acts.Suspend() | acts.Resume() | acts.Revoke() as payload:
            _take_status_act(state, act, payload, since)
        case acts.OfficerAdd() as payload:
            state.officers[payload.certificate.sha256] = Officer(payload.name, payload.certificate)
        case acts.OfficerRemove() as payload:
            del state.officers[payload.certificate]
        case acts.SetQuorum() as payload:
            state.quorum = payload.quorum


# --- Registration and certificates --------------------------------------------------------------------------


def _check_member(member: str) -> None:
    if not _MEMBER.match(member):
        raise ActRefused("MEMBER_CODE_WRONG", member=member)


def _granted(state: State, member: str) -> Service:
    service = state.services.get(member)
    if service is None or service.admission is None:
        raise ActRefused("MEMBER_NOT_REGISTERED", member=member)
    if service.status is ServiceStatus.SUSPENDED:
        raise ActRefused("TARGET_STATUS_WRONG", target=f"ttp {member}", status="suspended")
    return service


def _check_requests(state: State, member: str, requests: tuple[acts.Requested, ...]) -> None:
    if not requests:
        raise ActRefused("REQUEST_MISSING", member=member)
    keys = set()
    for each in requests:
        request = read_request(each, member)
        if request.spki in keys:
            raise ActRefused("REQUEST_KEY_USED", member=member)
        keys.add(request.spki)
        _check_key(state, member, request.spki)


def _check_key(state: State, member: str, spki: bytes) -> None:
    """A key serves one member and one purpose; one that was revoked is never certified again."""
    if any(issued.certificate.spki == spki for issued in state.issued.values()):
        raise ActRefused("REQUEST_KEY_USED", member=member)


def certificates_due(payload: acts.Payload) -> int:
    """How many certificates an act asks for."""
    if isinstance(payload, acts.Renew):
        return 1
    return len(payload.requests) if isinstance(payload, acts.RegisterTtp | acts.Certify) else 0


def check_issuing(state: State, act: Act, index: int) -> None:
    """Whether a certificate may be issued now for a request of an act that holds. Raises ``ActRefused``."""
    payload = act.payload
    if (act.digest, index) in state.fulfilled:
        raise ActRefused("CERTIFICATE_ISSUED_ALREADY", act=act.digest)
    if isinstance(payload, acts.Renew):
        check(state, act)
        return
    assert isinstance(payload, acts.RegisterTtp | acts.Certify)
    service = _granted(state, payload.member)
    admitted = isinstance(payload, acts.RegisterTtp) and service.admission == act.digest
    if not admitted and not _proposed_after_admission(state, act, service):
        raise ActRefused("MEMBER_NOT_REGISTERED", member=payload.member)
    _check_key(state, payload.member, read_request(payload.requests[index], payload.member).spki)


def _proposed_after_admission(state: State, act: Act, service: Service) -> bool:
    """What was decided before a withdrawal does not outlive it."""
    assert service.admission is not None
    return (
        isinstance(act.payload, acts.Certify)
        and state.decisions[act.digest].number > state.decisions[service.admission].number
    )


def take_certificate(state: State, act: Act, index: int, certificate: Certificate, since: datetime) -> None:
    """Record what was issued; the first certificate that signs receipts begins the service."""
    payload = act.payload
    assert isinstance(payload, acts.RegisterTtp | acts.Certify | acts.Renew)
    if isinstance(payload, acts.Renew):
        period = CertificatePeriod(CertificateStatus.GOOD, since, act.digest, str(payload.ground))
        state.issued[certificate.sha256] = Issued(
            certificate, IssuerName.ISSUING, payload.service.value, None, (period,)
        )
        state.fulfilled[act.digest, index] = certificate.sha256
        state.own[payload.service] = certificate
        return
    purpose = payload.requests[index].purpose
    period = CertificatePeriod(CertificateStatus.GOOD, since, act.digest, str(payload.ground))
    state.issued[certificate.sha256] = Issued(
        certificate, IssuerName.ISSUING, purpose.value, payload.member, (period,)
    )
    state.fulfilled[act.digest, index] = certificate.sha256
    service = state.services[payload.member]
    if purpose is acts.Purpose.DVCS and service.status is not ServiceStatus.GRANTED:
        granted = StatusPeriod(ServiceStatus.GRANTED, since, str(payload.ground))
        state.services[payload.member] = replace(service, history=then(service.history, granted))


# --- Suspension, resumption, revocation ---------------------------------------------------------------------


def _check_status_act(state: State, act: Act, payload: StatusAct) -> None:
    dates = [getattr(payload, name, None) for name in ("announced", "invalid_since")]
    for date in dates:
        if date is not None and date > act.proposed:
            raise ActRefused("ACT_DATE_AHEAD", moment=time_text(date))
    target = payload.target
    status: CertificateStatus | ServiceStatus | None = None
    match target.kind:
        case TargetKind.TTP if target.name in state.services:
            status = state.services[target.name].status
        case TargetKind.CERTIFICATE if target.name in state.issued:
            issued = state.issued[target.name]
            if issued.purpose == "root":
                # A root does not revoke itself: readers must be told to drop it by other means.
                raise ActRefused("TARGET_IS_ROOT")
            status = issued.now.status
        case TargetKind.AUTHORITY if target.name in state.authorities:
            status = state.authorities[target.name].status
    if status is None:
        raise ActRefused("TARGET_NOT_FOUND", target=str(target))
    if status.value not in _FROM[type(payload)]:
        raise ActRefused("TARGET_STATUS_WRONG", target=str(target), status=status.value)
    if target.kind is TargetKind.CERTIFICATE and isinstance(payload, acts.Resume):
        _check_single_resume(state, target.name)


def _check_single_resume(state: State, sha256: str) -> None:
    """A certificate that is held with its TTP is good again with its TTP only."""
    member = state.issued[sha256].member
    service = None if member is None else state.services.get(member)
    if service is not None and service.status is ServiceStatus.SUSPENDED:
        raise ActRefused("TARGET_STATUS_WRONG", target=f"ttp {member}", status="suspended")


def _take_status_act(state: State, act: Act, payload: StatusAct, since: datetime) -> None:
    certificate_status, service_status = _TO[type(payload)]
    period = CertificatePeriod(
        status=certificate_status,
        since=since,
        act=act.digest,
        ground=str(payload.ground),
        reason=getattr(payload, "reason", None),
        announced=getattr(payload, "announced", None),
        invalid_since=getattr(payload, "invalid_since", None),
    )
    change = StatusPeriod(service_status, since, service_ground(payload))
    target = payload.target
    match target.kind:
        case TargetKind.CERTIFICATE:
            state.issued[target.name] = state.issued[target.name].then(period)
        case TargetKind.AUTHORITY:
            registered = state.authorities[target.name]
            state.authorities[target.name] = replace(registered, history=then(registered.history, change))
        case TargetKind.TTP:
            service = state.services[target.name]
            suspended_by = _suspension_of(state, target.name)
            for sha256, issued in state.issued.items():
                if issued.member == target.name and _goes_along(issued, payload, suspended_by):
                    state.issued[sha256] = issued.then(period)
            admission = None if isinstance(payload, acts.Revoke) else service.admission
            state.services[target.name] = replace(
                service, history=then(service.history, change), admission=admission
            )


def _suspension_of(state: State, member: str) -> frozenset[str]:
    """The acts that suspended this TTP as a whole."""
    return frozenset(
        digest
        for digest, decision in state.decisions.items()
        if isinstance(decision.act.payload, acts.Suspend)
        and decision.act.payload.target == acts.Target(TargetKind.TTP, member)
    )


_COMPROMISE = (Reason.KEY_COMPROMISE, Reason.CA_COMPROMISE)


def _goes_along(issued: Issued, payload: StatusAct, suspended_by: frozenset[str]) -> bool:
    """Whether a certificate follows its TTP: those held for themselves stay held, the revoked revoked.

    Time-stamping certificates follow only where keys are lost: they prove when the TTP's earlier receipts
    were made, and an honest end must not take those down. Where it is not honest, they are revoked by name.
    """
    now = issued.now
    if issued.purpose == acts.Purpose.TIMESTAMPING.value and not isinstance(payload, acts.Resume):
        lost = isinstance(payload, acts.Revoke) and payload.reason in _COMPROMISE
        return lost and now.status is not CertificateStatus.REVOKED
    if isinstance(payload, acts.Suspend):
        return now.status is CertificateStatus.GOOD
    if isinstance(payload, acts.Resume):
        return now.status is CertificateStatus.HELD and now.act in suspended_by
    return now.status is not CertificateStatus.REVOKED


def service_ground(payload: StatusAct) -> str:
    """What the register shows as the ground, with the reason and the dates that the act names."""
    parts = [str(payload.ground)]
    reason = getattr(payload, "reason", None)
    if reason is not None and reason is not Reason.UNSPECIFIED:
        parts.append(f"reason {reason.value}")
    announced = getattr(payload, "announced", None)
    if announced is not None:
        parts.append(f"announced {time_text(announced)}")
    invalid_since = getattr(payload, "invalid_since", None)
    if invalid_since is not None:
        parts.append(f"not to be relied on since {time_text(invalid_since)}")
    return "; ".join(parts)
