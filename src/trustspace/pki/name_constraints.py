"""Name constraints along a path: RFC 5280 §4.2.1.10, §6.1.3 (b) and (c), §6.1.4 (g).

A form that a constraint restricts and that we cannot compare rejects every name of that form (§4.2.1.10:
process the constraint or reject the certificate); so do a constraint and a name that do not follow their
form's syntax.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

RdnSequence: TypeAlias = tuple[frozenset[tuple[str, object]], ...]

# A product of names and subtrees beyond this is an attack, not a certificate (constant-time work per
# comparison).
MAX_COMPARISONS = 250_000


class NameForm(Enum):
    """The alternatives of GeneralName (RFC 5280 §4.2.1.6)."""

    OTHER = 0
    EMAIL = 1
    DNS = 2
    X400 = 3
    DIRECTORY = 4
    EDI_PARTY = 5
    URI = 6
    IP = 7
    REGISTERED_ID = 8


@dataclass(frozen=True, slots=True)
class ComparableName:
    """A name in the shape that comparisons want.

    ``value`` is a str for EMAIL, DNS and URI, octets for IP, RDNs of normalized attributes for DIRECTORY,
    None for what cannot be compared (another form, or a value that does not follow its form's syntax).
    """

    form: NameForm
    value: str | bytes | RdnSequence | None


@dataclass(frozen=True, slots=True)
class Subtrees:
    """One nameConstraints extension; a subtree with a minimum or maximum has the value None (never
    comparable).
    """

    permitted: tuple[ComparableName, ...]
    excluded: tuple[ComparableName, ...]


class ConstraintViolation(Enum):
    """Why a name is not allowed."""

    NOT_PERMITTED = "not_permitted"
    EXCLUDED = "excluded"
    NOT_COMPARABLE = "not_comparable"
    TOO_MANY = "too_many"


class NameConstraintState:
    """permitted_subtrees and excluded_subtrees of §6.1.2 while a path is processed."""

    __slots__ = ("_comparisons", "_excluded", "_permitted")

    def __init__(self) -> None:
        # Intersection of permitted subtrees: one group per certificate and form, each of which must match.
        self._permitted: dict[NameForm, list[list[ComparableName]]] = {}
        self._excluded: dict[NameForm, list[ComparableName]] = {}
        self._comparisons = 0

    def __bool__(self) -> bool:
        return bool(self._permitted or self._excluded)

    def add(self, subtrees: Subtrees) -> None:
        """Take in a CA's extension (§6.1.4 (g))."""
        groups: dict[NameForm, list[ComparableName]] = {}
        for name in subtrees.permitted:
            groups.setdefault(name.form, []).append(name)
        for form, group in groups.items():
            self._permitted.setdefault(form, []).append(group)
        for name in subtrees.excluded:
            self._excluded.setdefault(name.form, []).append(name)

    def check(self, names: Iterable[ComparableName]) -> tuple[ComparableName, ConstraintViolation] | None:
        """The first name that the constraints do not allow, or None."""
        for name in names:
            violation = self._check(name)
            if violation is not None:
                return name, violation
        return None

    def _check(self, name: ComparableName) -> ConstraintViolation | None:
        excluded = self._excluded.get(name.form, ())
        groups = self._permitted.get(name.form, ())
        if not excluded and not groups:
            return None
        self._comparisons += len(excluded) + sum(map(len, groups))
        if self._comparisons > MAX_COMPARISONS:
            return ConstraintViolation.TOO_MANY
        if name.value is None:
            return ConstraintViolation.NOT_COMPARABLE
        for base in excluded:
            within = is_within(name, base)
            if within is None:
                return ConstraintViolation.NOT_COMPARABLE
            if within:
                return ConstraintViolation.EXCLUDED
        for group in groups:
            answers = [is_within(name, base) for base in group]
            if True not in answers:
                return (
                    ConstraintViolation.NOT_COMPARABLE
                    if None in answers
                    else ConstraintViolation.NOT_PERMITTED
                )
        return None


def is_within(name: ComparableName, base: ComparableName) -> bool | None:
    """Whether a name lies in the subtree of the same form; None where the two cannot be compared."""
    value, root = name.value, base.value
    if value is None or root is None:
        return None
    if name.form is NameForm.DIRECTORY:
        assert isinstance(value, tuple)
        assert isinstance(root, tuple)
        return _directory_within(value, root)
    if name.form is NameForm.IP:
        assert isinstance(value, bytes)
        assert isinstance(root, bytes)
        return _ip_within(value, root)
    assert isinstance(value, str)
    assert isinstance(root, str)
    if name.form is NameForm.DNS:
        return _dns_within(value, root)
    if name.form is NameForm.EMAIL:
        return _email_within(value, root)
    if name.form is NameForm.URI:
        return _uri_within(value, root)
    return None


def _directory_within(name: Sequence[object], root: Sequence[object]) -> bool:
    return len(name) >= len(root) and all(a == b for a, b in zip(name, root, strict=False))


def _ip_within(address: bytes, root: bytes) -> bool | None:
    """An address against address + mask, of four or sixteen octets each."""
    if len(address) not in (4, 16) or len(root) not in (8, 32):
        return None
    if len(root) != 2 * len(address):
        return False
    half = len(address)
    network, mask = int.from_bytes(root[:half], "big"), int.from_bytes(root[half:], "big")
    inverted = mask ^ ((1 << (8 * half)) - 1)
    if inverted & (inverted + 1):
        return None  # the mask is not contiguous (RFC 4632)
    return int.from_bytes(address, "big") & mask == network & mask


def _labels(host: str) -> list[str] | None:
    """The labels of a host name in lower case, None where it is not one."""
    if not host or len(host) > 253 or not host.isascii():
        return None
    labels = host.lower().removesuffix(".").split(".")
    if not all(0 < len(label) <= 63 and not set(label) & _NOT_IN_LABEL for label in labels):
        return None
    return labels


_NOT_IN_LABEL = frozenset(" \t\r\n\0\"#$%&'()+,/:;<=>?@[\\]^`{|}~")


def _ends_with(labels: list[str], suffix: list[str], *, more: bool) -> bool:
    if more and len(labels) <= len(suffix):
        return False
    return len(labels) >= len(suffix) and labels[len(labels) - len(suffix) :] == suffix


def _dns_within(name: str, root: str) -> bool | None:
    """Zero or more labels before the constraint; a leading period asks for at least one (common practice)."""
    labels = _labels(name)
    if labels is None:
        return None
    if not root:
        return True
    suffix = _labels(root.removeprefix("."))
    if suffix is None:
        return None
    return _ends_with(labels, suffix, more=root.startswith("."))


def _host_matches(host: str, root: str) -> bool | None:
    """A host against a host, or against a domain that begins with a period (one label more at least)."""
    labels, suffix = _labels(host), _labels(root.removeprefix("."))
    if labels is None or suffix is None:
        return None
    return _ends_with(labels, suffix, more=True) if root.startswith(".") else labels == suffix


def _email_within(mailbox: str, root: str) -> bool | None:
    """A mailbox against a mailbox, a host or a domain (RFC 5280 §4.2.1.10; local parts compare exactly)."""
    local, at, host = mailbox.rpartition("@")
    if not at or not local or _labels(host) is None:
        return None
    if not root:
        return True
    root_local, root_at, root_host = root.rpartition("@")
    if root_at and root_local:
        same = _host_matches(host, root_host) if not root_host.startswith(".") else None
        return None if same is None else same and local == root_local
    return _host_matches(host, root_host)


def _uri_within(uri: str, root: str) -> bool | None:
    """The host of a URI; one without an authority or with an address as host cannot be compared."""
    scheme, separator, rest = uri.partition("://")
    if not separator or not scheme:
        return None
    authority = rest
    for end in "/?#":
        authority = authority.partition(end)[0]
    host = authority.rpartition("@")[2]
    if host.startswith("["):
        return None
    host = host.partition(":")[0]
    labels = _labels(host)
    if labels is None or labels[-1].isdigit():
        return None
    if not root:
        return True
    return _host_matches(host, root)
