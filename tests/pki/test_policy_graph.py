"""The policy graph of RFC 9618 gives what RFC 5280's tree gives, without its growth."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from trustspace.pki.policy_graph import ANY_POLICY, PolicyGraph, graph_sizes

POLICIES = ("1.1", "1.2", "1.3", "1.4")


@dataclass(eq=False)
class Node:
    """A node of the valid_policy_tree (RFC 5280 §6.1.2 (a))."""

    policy: str
    expected: set[str]
    parent: Node | None
    children: list[Node] = field(default_factory=list)

    def child(self, policy: str, expected: set[str]) -> None:
        self.children.append(Node(policy, expected, self))


class Tree:
    """RFC 5280 §6.1.3 (d), §6.1.4 (b) and §6.1.5 (g) word by word: the yardstick of this test."""

    def __init__(self) -> None:
        self.root: Node | None = Node(ANY_POLICY, {ANY_POLICY}, None)
        self.depth = 0

    def level(self, depth: int) -> list[Node]:
        nodes = [self.root] if self.root else []
        for _ in range(depth):
            nodes = [child for node in nodes for child in node.children]
        return nodes

    def prune(self) -> None:
        for depth in range(self.depth - 1, -1, -1):
            for node in self.level(depth):
                if not node.children:
                    self.remove(node)

    def remove(self, node: Node) -> None:
        if node.parent is None:
            self.root = None
        else:
            node.parent.children.remove(node)

    def add_certificate(self, policies: frozenset[str] | None, *, any_policy_allowed: bool) -> None:
        if self.root is None:
            return
        if policies is None:
            self.root = None
            return
        above = self.level(self.depth)
        for policy in sorted(policies - {ANY_POLICY}):
            matching = [node for node in above if policy in node.expected]
            for node in matching:
                node.child(policy, {policy})
            if not matching:
                for node in above:
                    if node.policy == ANY_POLICY:
                        node.child(policy, {policy})
        if ANY_POLICY in policies and any_policy_allowed:
            for node in above:
                for expected in sorted(node.expected):
                    if all(child.policy != expected for child in node.children):
                        node.child(expected, {expected})
        self.depth += 1
        self.prune()

    def apply_mappings(self, mappings: list[tuple[str, str]], *, allowed: bool) -> None:
        if self.root is None:
            return
        for policy in sorted({issuer for issuer, _ in mappings}):
            subjects = {subject for issuer, subject in mappings if issuer == policy}
            nodes = self.level(self.depth)
            if allowed:
                matching = [node for node in nodes if node.policy == policy]
                for node in matching:
                    node.expected = set(subjects)
                if not matching:
                    for node in nodes:
                        if node.policy == ANY_POLICY and node.parent is not None:
                            node.parent.child(policy, set(subjects))
            else:
                for node in nodes:
                    if node.policy == policy:
                        self.remove(node)
        if not allowed:
            self.prune()

    def policies(self, acceptable: frozenset[str] | None) -> frozenset[str]:
        """The valid_policy_node_set's policies, and anyPolicy's replacement for a limited user set."""
        found: set[str] = set()
        for depth in range(1, self.depth + 1):
            for node in self.level(depth):
                if node.policy != ANY_POLICY and node.parent and node.parent.policy == ANY_POLICY:
                    found.add(node.policy)
        if any(node.policy == ANY_POLICY for node in self.level(self.depth)) and self.root:
            found.add(ANY_POLICY)
        if acceptable is None:
            return frozenset(found)
        return frozenset(acceptable if ANY_POLICY in found else found & acceptable)


certificates = st.tuples(
    st.none() | st.frozensets(st.sampled_from((*POLICIES, ANY_POLICY)), min_size=1),
    st.booleans(),
    st.lists(st.tuples(st.sampled_from(POLICIES), st.sampled_from(POLICIES)), max_size=4),
    st.booleans(),
)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(certificates, min_size=1, max_size=5),
    st.none() | st.frozensets(st.sampled_from(POLICIES), min_size=1),
)
def test_graph_and_tree_agree(
    path: list[tuple[frozenset[str] | None, bool, list[tuple[str, str]], bool]],
    acceptable: frozenset[str] | None,
) -> None:
    graph, tree = PolicyGraph(), Tree()
    for number, (policies, any_allowed, mappings, mapping_allowed) in enumerate(path):
        graph.add_certificate(policies, any_policy_allowed=any_allowed)
        tree.add_certificate(policies, any_policy_allowed=any_allowed)
        assert graph.is_null == (tree.root is None)
        if number < len(path) - 1:
            graph.apply_mappings(mappings, allowed=mapping_allowed)
            tree.apply_mappings(mappings, allowed=mapping_allowed)
            assert graph.is_null == (tree.root is None)
    assert graph.user_constrained_policies(acceptable) == tree.policies(acceptable)


def test_a_path_made_to_explode_the_tree_stays_small() -> None:
    # Every policy maps to every policy: the tree of RFC 5280 would have 60^15 leaves (RFC 9618 §4).
    policies = [f"1.2.{number}" for number in range(60)]
    mappings = [(issuer, subject) for issuer in policies for subject in policies]
    graph = PolicyGraph()
    started = time.process_time()
    for _ in range(15):
        graph.add_certificate(policies, any_policy_allowed=True)
        graph.apply_mappings(mappings, allowed=True)
    assert graph.authority_constrained_policies() == frozenset(policies)
    assert max(graph_sizes(graph).values()) == 60
    assert time.process_time() - started < 2
