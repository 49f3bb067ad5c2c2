"""Certificate policies along a path: the valid policy graph of RFC 9618, which updates RFC 5280 §6.1.

RFC 5280 keeps a tree, which a hostile path can make grow exponentially; RFC 9618 keeps one node per policy
and depth, so that the work is bounded by the product of the certificates' own extension sizes. The results
are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

ANY_POLICY = "2.5.29.32.0"


@dataclass(slots=True)
class _Node:
    """A node of one depth (RFC 9618 §5.2); its parents are policies of the depth above."""

    expected: frozenset[str]
    parents: frozenset[str]


class PolicyGraph:
    """The valid policy graph while a path is processed from the anchor down."""

    __slots__ = ("_levels",)

    def __init__(self) -> None:
        # RFC 9618 §5.3: one node of depth zero, anyPolicy expecting anyPolicy.
        self._levels: list[dict[str, _Node]] | None = [
            {ANY_POLICY: _Node(frozenset((ANY_POLICY,)), frozenset())}
        ]

    @property
    def is_null(self) -> bool:
        """Whether no policy is left (RFC 5280's NULL)."""
        return self._levels is None

    def add_certificate(self, policies: Iterable[str] | None, *, any_policy_allowed: bool) -> None:
        """Descend by one certificate: RFC 5280 §6.1.3 (d) and (e) as updated by RFC 9618 §5.4.

        ``policies`` are the policy OIDs of its certificatePolicies extension, None where it has none.
        """
        if self._levels is None:
            return
        if policies is None:
            self._levels = None
            return
        asserted = frozenset(policies)
        above = self._levels[-1]
        expecting: dict[str, set[str]] = {}
        for policy, node in above.items():
            for expected in node.expected:
                expecting.setdefault(expected, set()).add(policy)
        level: dict[str, _Node] = {}
        for policy in asserted:
            if policy == ANY_POLICY:
                continue
            if policy in expecting:
                level[policy] = _Node(frozenset((policy,)), frozenset(expecting[policy]))
            elif ANY_POLICY in above:
                level[policy] = _Node(frozenset((policy,)), frozenset((ANY_POLICY,)))
        if ANY_POLICY in asserted and any_policy_allowed:
            for expected, parents in expecting.items():
                if expected not in level:
                    level[expected] = _Node(frozenset((expected,)), frozenset(parents))
        self._levels.append(level)
        self._prune()

    def apply_mappings(self, mappings: Iterable[tuple[str, str]], *, allowed: bool) -> None:
        """Map policies for the next certificate: RFC 5280 §6.1.4 (b) as updated by RFC 9618 §5.4.

        ``mappings`` are (issuerDomainPolicy, subjectDomainPolicy) pairs without anyPolicy.
        """
        if self._levels is None:
            return
        level = self._levels[-1]
        if not allowed:
            for issuer_policy, _ in mappings:
                level.pop(issuer_policy, None)
            self._prune()
            return
        mapped: dict[str, set[str]] = {}
        for issuer_policy, subject_policy in mappings:
            mapped.setdefault(issuer_policy, set()).add(subject_policy)
        for issuer_policy, subject_policies in mapped.items():
            node = level.get(issuer_policy)
            if node is not None:
                node.expected = frozenset(subject_policies)
            elif ANY_POLICY in level:
                level[issuer_policy] = _Node(frozenset(subject_policies), frozenset((ANY_POLICY,)))

    def authority_constrained_policies(self) -> frozenset[str]:
        """The policies that the authorities allow, in the anchor's domain (RFC 9618 §5.6, §6.1.5 (g) 1–4)."""
        if self._levels is None:
            return frozenset()
        allowed: set[str] = set()
        for depth in range(1, len(self._levels)):
            allowed.update(
                policy
                for policy, node in self._levels[depth].items()
                if policy != ANY_POLICY and node.parents == _ANY_ONLY
            )
        if ANY_POLICY in self._levels[-1]:
            allowed.add(ANY_POLICY)
        return frozenset(allowed)

    def user_constrained_policies(self, acceptable: frozenset[str] | None) -> frozenset[str]:
        """What is left of the user's acceptable policies, None meaning any (§6.1.5 (g) 5–6)."""
        allowed = self.authority_constrained_policies()
        if acceptable is None or ANY_POLICY in acceptable:
            return allowed
        return acceptable if ANY_POLICY in allowed else allowed & acceptable

    def _prune(self) -> None:
        """Drop nodes without children, upwards, and the graph when its last level is empty."""
        levels = self._levels
        assert levels is not None
        if not levels[-1]:
            self._levels = None
            return
        for depth in range(len(levels) - 1, 0, -1):
            wanted: set[str] = set()
            for node in levels[depth].values():
                wanted |= node.parents
            above = levels[depth - 1]
            if len(wanted) == len(above):
                return  # every node above has a child, and so, by induction, every node above those
            levels[depth - 1] = {policy: node for policy, node in above.items() if policy in wanted}


_ANY_ONLY = frozenset((ANY_POLICY,))


def maps_any_policy(mappings: Iterable[tuple[str, str]]) -> bool:
    """Whether a policyMappings extension maps from or to anyPolicy, which §6.1.4 (a) forbids."""
    return any(ANY_POLICY in pair for pair in mappings)


def graph_sizes(graph: PolicyGraph) -> Mapping[int, int]:
    """How many nodes each depth holds; for tests of the bound."""
    return {depth: len(level) for depth, level in enumerate(graph._levels or [])}
