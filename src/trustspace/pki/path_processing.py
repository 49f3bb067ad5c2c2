"""Certification path processing: RFC 5280 §6.1, with the policy graph of RFC 9618.

Signatures (§6.1.3 (a) (1)) are edges and were checked when the path was built; revocation (§6.1.3 (a) (3)) is
judged from statements. What remains is here, as a pure function of the path, the settings and the moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from trustspace.encoding.certificate import Certificate
from trustspace.errors import MalformedEncoding
from trustspace.pki.name_constraints import ConstraintViolation, NameConstraintState
from trustspace.pki.policy_graph import PolicyGraph, maps_any_policy
from trustspace.pki.profile import CertificateProfile, profile_of


class PathFailureCode(Enum):
    """Why a path is not a valid one; the value is the catalogue's code."""

    NOT_YET_VALID = "PATH_NOT_YET_VALID"
    EXPIRED = "PATH_EXPIRED"
    NAME_CHAINING = "PATH_NAME_CHAINING"
    NOT_A_CA = "PATH_NOT_A_CA"
    KEY_USAGE = "PATH_KEY_USAGE"
    PATH_LENGTH = "PATH_LENGTH_EXCEEDED"
    NAME_NOT_PERMITTED = "PATH_NAME_NOT_PERMITTED"
    NAME_EXCLUDED = "PATH_NAME_EXCLUDED"
    NAME_NOT_COMPARABLE = "PATH_NAME_NOT_COMPARABLE"
    NAME_CONSTRAINTS_TOO_COMPLEX = "PATH_NAME_CONSTRAINTS_TOO_COMPLEX"
    POLICY_REQUIRED = "PATH_POLICY_REQUIRED"
    POLICY_MAPPING_ANY = "PATH_POLICY_MAPPING_ANY"
    UNKNOWN_CRITICAL_EXTENSION = "PATH_UNKNOWN_CRITICAL_EXTENSION"
    MALFORMED_EXTENSION = "PATH_MALFORMED_EXTENSION"
    DUPLICATE_EXTENSION = "PATH_DUPLICATE_EXTENSION"


@dataclass(frozen=True, slots=True)
class PathFailure:
    """What is wrong with which certificate; ``index`` counts from the target (0) to the anchor."""

    code: PathFailureCode
    index: int
    parameters: dict[str, str | int | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PathSettings:
    """The inputs of §6.1.1, and where practice differs from state to state.

    ``acceptable_policies``: user-initial-policy-set, None for any. ``anchor_constraints``: apply the anchor
    certificate's own constraints too (RFC 5937); RFC 5280 takes only name and key from it.
    ``check_anchor_validity``: EN 319 102-1 leaves an anchor's period to the trust list that names it.
    ``understood_extensions``: further OIDs that may be critical, because the caller processes them.
    ``wanted_policies``: compute the policies of the result even where they can make nothing fail.
    """

    acceptable_policies: frozenset[str] | None = None
    explicit_policy: bool = False
    inhibit_policy_mapping: bool = False
    inhibit_any_policy: bool = False
    anchor_constraints: bool = False
    check_anchor_validity: bool = False
    understood_extensions: frozenset[str] = frozenset()
    wanted_policies: bool = False


@dataclass(frozen=True, slots=True)
class PathResult:
    """``failure`` is the first lasting fault, else the first certificate out of its period, else None.

    ``out_of_period`` lists every certificate whose period does not hold the moment, whatever else is wrong.
    ``policies`` is the user-constrained policy set, None where nothing asked for it.
    """

    failure: PathFailure | None
    out_of_period: tuple[PathFailure, ...] = ()
    policies: frozenset[str] | None = None

    @property
    def valid(self) -> bool:
        """Whether the path passed."""
        return self.failure is None


DEFAULT_SETTINGS = PathSettings()


def process_path(
    path: Sequence[Certificate], settings: PathSettings = DEFAULT_SETTINGS, moment: datetime | None = None
) -> PathResult:
    """Process a path, target first and anchor last, at a moment (None: periods are not looked at).

    Never raises on what a certificate holds: an extension that cannot be read is a failure of the path.
    """
    profiles = [profile_of(certificate) for certificate in path]
    fault, policies = _structure(profiles, settings)
    out_of_period: tuple[PathFailure, ...] = ()
    if moment is not None:
        last = len(profiles) if settings.check_anchor_validity else len(profiles) - 1
        for index in range(last):
            profile = profiles[index]
            if not profile.not_before <= moment <= profile.not_after:
                out_of_period += (_period_failure(profile, index, moment),)
    return PathResult(fault or (out_of_period[0] if out_of_period else None), out_of_period, policies)


def _period_failure(profile: CertificateProfile, index: int, moment: datetime) -> PathFailure:
    early = moment < profile.not_before
    code = PathFailureCode.NOT_YET_VALID if early else PathFailureCode.EXPIRED
    bound = profile.not_before if early else profile.not_after
    return PathFailure(code, index, {"subject": profile.subject_text, "time": bound.isoformat()})


def _structure(
    profiles: list[CertificateProfile], settings: PathSettings
) -> tuple[PathFailure | None, frozenset[str] | None]:
    """Everything that no moment changes: §6.1.3 to §6.1.5, from the anchor's child down to the target."""
    count = len(profiles) - 1
    if count < 1:
        return None, None  # the target is the anchor: there is nothing to process (§6.1)
    anchor = profiles[-1]
    policies = _policies_or_none(profiles, settings)
    names = NameConstraintState()
    max_path_length = count
    if settings.anchor_constraints:
        if anchor.malformed:
            return _malformed(anchor, count), None
        if anchor.path_length is not None:
            max_path_length = anchor.path_length
        if anchor.name_constraints is not None:
            names.add(anchor.name_constraints)
    parent = anchor
    for index in range(count - 1, -1, -1):
        profile = profiles[index]
        failure = _basic(profile, parent, index, settings)
        if failure is not None:
            return failure, None
        # §6.1.3 (b), (c): a self-issued certificate is exempt unless it is the final one.
        if names and (index == 0 or not profile.self_issued):
            failure = _check_names(profile, names, index)
            if failure is not None:
                return failure, None
        if policies is not None:
            failure = policies.descend(profile, index)
            if failure is not None:
                return failure, None
        if index > 0:
            failure, max_path_length = _prepare(profile, index, max_path_length)
            if failure is not None:
                return failure, None
            if profile.name_constraints is not None:
                names.add(profile.name_constraints)  # §6.1.4 (g)
        parent = profile
    return (None, None) if policies is None else policies.wrap_up()


def _basic(
    profile: CertificateProfile, parent: CertificateProfile, index: int, settings: PathSettings
) -> PathFailure | None:
    """Name chaining (§6.1.3 (a) (4)) and extensions that cannot be processed (§6.1.4 (o), §6.1.5 (f))."""
    if not _chains(profile, parent):
        return PathFailure(
            PathFailureCode.NAME_CHAINING,
            index,
            {"issuer": profile.issuer_text, "subject": parent.subject_text},
        )
    if profile.malformed:
        return _malformed(profile, index)
    if profile.duplicates:
        return PathFailure(PathFailureCode.DUPLICATE_EXTENSION, index, {"oid": profile.duplicates[0]})
    for oid in profile.unknown_critical:
        if oid not in settings.understood_extensions:
            return PathFailure(
                PathFailureCode.UNKNOWN_CRITICAL_EXTENSION,
                index,
                {"oid": oid, "subject": profile.subject_text},
            )
    return None


def _chains(profile: CertificateProfile, parent: CertificateProfile) -> bool:
    try:
        return profile.issuer_raw == parent.subject_raw or profile.issuer == parent.subject
    except MalformedEncoding:
        return False


def _malformed(profile: CertificateProfile, index: int) -> PathFailure:
    return PathFailure(
        PathFailureCode.MALFORMED_EXTENSION,
        index,
        {"oid": profile.malformed[0], "subject": profile.subject_text},
    )


def _prepare(profile: CertificateProfile, index: int, max_path_length: int) -> tuple[PathFailure | None, int]:
    """§6.1.4 (k)–(n): a CA, with room left under the path length, allowed to sign certificates."""
    if not profile.is_ca:
        # A certificate of version 1 or 2 cannot say that it is a CA, so it is none (§6.1.4 (k)).
        failure = PathFailure(
            PathFailureCode.NOT_A_CA, index, {"subject": profile.subject_text, "version": profile.version}
        )
        return failure, max_path_length
    if not profile.self_issued:
        if max_path_length <= 0:
            failure = PathFailure(PathFailureCode.PATH_LENGTH, index, {"subject": profile.subject_text})
            return failure, max_path_length
        max_path_length -= 1
    if profile.path_length is not None and profile.path_length < max_path_length:
        max_path_length = profile.path_length
    if not profile.may_sign_certificates:
        failure = PathFailure(
            PathFailureCode.KEY_USAGE, index, {"subject": profile.subject_text, "usage": "keyCertSign"}
        )
        return failure, max_path_length
    return None, max_path_length


_NAME_CODES = {
    ConstraintViolation.NOT_PERMITTED: PathFailureCode.NAME_NOT_PERMITTED,
    ConstraintViolation.EXCLUDED: PathFailureCode.NAME_EXCLUDED,
    ConstraintViolation.NOT_COMPARABLE: PathFailureCode.NAME_NOT_COMPARABLE,
    ConstraintViolation.TOO_MANY: PathFailureCode.NAME_CONSTRAINTS_TOO_COMPLEX,
}


def _check_names(profile: CertificateProfile, names: NameConstraintState, index: int) -> PathFailure | None:
    found = names.check(profile.constrained_names)
    if found is None:
        return None
    name, violation = found
    value = name.value if isinstance(name.value, str) else None
    return PathFailure(
        _NAME_CODES[violation],
        index,
        {"form": name.form.name, "name": value, "subject": profile.subject_text},
    )


class _Policies:
    """The policy variables of §6.1.2 (d)–(f) with their graph."""

    __slots__ = ("_count", "_explicit", "_graph", "_inhibit_any", "_mapping", "_settings")

    def __init__(self, count: int, settings: PathSettings) -> None:
        self._graph = PolicyGraph()
        self._settings = settings
        self._count = count
        self._explicit = 0 if settings.explicit_policy else count + 1
        self._mapping = 0 if settings.inhibit_policy_mapping else count + 1
        self._inhibit_any = 0 if settings.inhibit_any_policy else count + 1

    def constrain(self, profile: CertificateProfile) -> None:
        """§6.1.4 (i) and (j)."""
        if profile.require_explicit_policy is not None:
            self._explicit = min(self._explicit, profile.require_explicit_policy)
        if profile.inhibit_policy_mapping is not None:
            self._mapping = min(self._mapping, profile.inhibit_policy_mapping)
        if profile.inhibit_any_policy is not None:
            self._inhibit_any = min(self._inhibit_any, profile.inhibit_any_policy)

    def descend(self, profile: CertificateProfile, index: int) -> PathFailure | None:
        """§6.1.3 (d)–(f), then §6.1.4 (a), (b), (h)–(j) or §6.1.5 (a), (b)."""
        self._graph.add_certificate(
            profile.policies,
            any_policy_allowed=self._inhibit_any > 0 or (index > 0 and profile.self_issued),
        )
        if self._explicit == 0 and self._graph.is_null:
            return PathFailure(PathFailureCode.POLICY_REQUIRED, index, {"subject": profile.subject_text})
        if index == 0:
            self._explicit = max(0, self._explicit - 1)
            if profile.require_explicit_policy == 0:
                self._explicit = 0
            return None
        if profile.policy_mappings:
            if maps_any_policy(profile.policy_mappings):
                return PathFailure(
                    PathFailureCode.POLICY_MAPPING_ANY, index, {"subject": profile.subject_text}
                )
            self._graph.apply_mappings(profile.policy_mappings, allowed=self._mapping > 0)
        if not profile.self_issued:
            self._explicit = max(0, self._explicit - 1)
            self._mapping = max(0, self._mapping - 1)
            self._inhibit_any = max(0, self._inhibit_any - 1)
        self.constrain(profile)
        return None

    def wrap_up(self) -> tuple[PathFailure | None, frozenset[str]]:
        """§6.1.5 (g) and the final condition."""
        policies = self._graph.user_constrained_policies(self._settings.acceptable_policies)
        if self._explicit == 0 and not policies:
            return PathFailure(PathFailureCode.POLICY_REQUIRED, 0), policies
        return None, policies


def _policies_or_none(profiles: list[CertificateProfile], settings: PathSettings) -> _Policies | None:
    """The policy state, or None where no certificate and no setting can make a policy matter."""
    wanted = (
        settings.explicit_policy
        or settings.wanted_policies
        or settings.acceptable_policies is not None
        or any(profile.demands_policies for profile in profiles[:-1])
        or (settings.anchor_constraints and profiles[-1].demands_policies)
    )
    if not wanted:
        return None
    policies = _Policies(len(profiles) - 1, settings)
    if settings.anchor_constraints:
        policies.constrain(profiles[-1])
    return policies
