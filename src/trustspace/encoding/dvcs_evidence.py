"""What DVCS messages say of certificates and other evidence (RFC 3029 §7.4–7.6).

Where implementations differ, what RFC 3029 says is written and both are read: the booleans of PathProcInput
(tagged in some texts), and EXPLICIT tags in CertEtcToken (Bouncy Castle).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeVar

from trustspace._native import Element
from trustspace.encoding import der
from trustspace.encoding.extensions import PolicyInformation
from trustspace.encoding.model import explicit, fields_between, malformed
from trustspace.encoding.pki_status import PKIStatusInfo

MAX_CHAIN = 1000

T = TypeVar("T")


class Members:
    """Takes the members of a SEQUENCE one by one, the optional ones by tag."""

    def __init__(self, what: str, element: Element, fields: tuple[Element, ...]) -> None:
        self._what = what
        self._element = element
        self._fields = fields
        self._at = 0

    def next(self) -> Element:
        """The next member, whatever it is."""
        if self._at >= len(self._fields):
            malformed(self._what, self._element, "a member is missing")
        self._at += 1
        return self._fields[self._at - 1]

    def need(self, tag: int) -> Element:
        """The next member, which must have this tag."""
        return self.next().expect(tag)

    def take(self, tag: int, read: Callable[[Element], T]) -> T | None:
        """The next member, if it has this tag."""
        return self.take_any((tag,), read)

    def take_any(self, tags: tuple[int, ...], read: Callable[[Element], T]) -> T | None:
        """The next member, if it has one of these tags."""
        if self._at < len(self._fields) and self._fields[self._at].tag in tags:
            return read(self.next())
        return None

    def end(self) -> None:
        """Refuses what is left."""
        if self._at < len(self._fields):
            malformed(self._what, self._fields[self._at], "unknown member")


def list_of(what: str, element: Element, read: Callable[[Element], T], most: int) -> tuple[T, ...]:
    """The members of a list that has at most ``most`` of them. Raises MalformedEncoding."""
    if len(element) > most:
        malformed(what, element, "too many members")
    return tuple(read(child) for child in element.children)


@dataclass(frozen=True, slots=True)
class PathProcInput:
    """Inputs of path processing (RFC 3029 §7.6). ``inhibit_any_policy``: STB 34.101.81, Bouncy Castle."""

    acceptable_policy_set: tuple[PolicyInformation, ...]
    inhibit_policy_mapping: bool = False
    explicit_policy_required: bool = False
    inhibit_any_policy: bool = False

    @classmethod
    def parse_element(cls, element: Element) -> PathProcInput:
        """Read it, also under an implicit tag, booleans tagged or not. Raises MalformedEncoding."""
        fields = element.children
        if not 1 <= len(fields) <= 4:
            malformed("PathProcInput", element, "wrong number of members")
        policies = tuple(PolicyInformation.parse_element(child) for child in fields[0].fields())
        flags = [False, False, False]
        untagged = 0
        for child in fields[1:]:
            position = {0x01: untagged, 0x80: 1, 0x81: 2}.get(child.tag)
            if position is None or position > 2:
                malformed("PathProcInput", child, "unknown member")
            untagged = position + 1
            flags[position] = child.boolean()
        return cls(policies, *flags)

    def encode(self) -> bytes:
        """In DER, the second and third boolean tagged, so that they cannot be mistaken."""
        return der.sequence(
            der.sequence(*(policy.raw for policy in self.acceptable_policy_set)),
            der.TRUE if self.inhibit_policy_mapping else None,
            der.implicit(0, der.TRUE) if self.explicit_policy_required else None,
            der.implicit(1, der.TRUE) if self.inhibit_any_policy else None,
        )


class CertEtcKind(IntEnum):
    """The alternatives of CertEtcToken, by tag number; ``EXTENSION`` has no tag."""

    CERTIFICATE = 0
    ESS_CERT_ID = 1
    PKI_STATUS = 2
    ASSERTION = 3
    CRL = 4
    OCSP_CERT_STATUS = 5
    OCSP_CERT_ID = 6
    OCSP_RESPONSE = 7
    CAPABILITIES = 8
    EXTENSION = 9


# Bouncy Castle tags these EXPLICIT; a CHOICE (certificate status) has to be.
_SOMETIMES_EXPLICIT = frozenset({CertEtcKind.ESS_CERT_ID, CertEtcKind.ASSERTION, CertEtcKind.CAPABILITIES})


@dataclass(frozen=True, slots=True)
class CertEtcToken:
    """A certificate, status or other piece of evidence (RFC 3029 §7.4)."""

    kind: CertEtcKind
    value: bytes
    """The whole element under its own tag: a Certificate, a PKIStatusInfo, …, an Extension."""

    @classmethod
    def parse_element(cls, element: Element) -> CertEtcToken:
        """Read it from an element of another structure. Raises MalformedEncoding."""
        if element.tag == 0x30:
            return cls(CertEtcKind.EXTENSION, element.raw)
        if element.tag & 0xC0 != 0x80 or element.number > 8:
            malformed("CertEtcToken", element, "unknown alternative")
        kind = CertEtcKind(element.number)
        if kind is CertEtcKind.OCSP_CERT_STATUS:
            return cls(kind, explicit(element, "CertEtcToken").raw)
        children = element.children
        if kind in _SOMETIMES_EXPLICIT and len(children) == 1 and children[0].tag == 0x30:
            inner = children[0].children
            # SMIMECapabilities are SEQUENCEs themselves: an explicit tag shows one level below.
            if kind is not CertEtcKind.CAPABILITIES or (inner and inner[0].tag == 0x30):
                return cls(kind, children[0].raw)
        return cls(kind, b"\x30" + element.raw[1:])

    def encode(self, *, explicit_tags: bool = False) -> bytes:
        """In DER; ``explicit_tags`` writes ESSCertID, assertion and capabilities as Bouncy Castle does."""
        if self.kind is CertEtcKind.EXTENSION:
            return self.value
        tagged = explicit_tags and self.kind in _SOMETIMES_EXPLICIT
        if tagged or self.kind is CertEtcKind.OCSP_CERT_STATUS:
            return der.explicit(self.kind, self.value)
        return der.implicit(self.kind, self.value)

    @property
    def pki_status(self) -> PKIStatusInfo | None:
        """The status, if it is one. Raises MalformedEncoding."""
        return PKIStatusInfo.parse(self.value) if self.kind is CertEtcKind.PKI_STATUS else None


@dataclass(frozen=True, slots=True)
class TargetEtcChain:
    """What is (or was) to be validated, with the pieces of its validation (RFC 3029 §7.5)."""

    target: CertEtcToken
    chain: tuple[CertEtcToken, ...] = ()
    path_proc_input: PathProcInput | None = None

    @classmethod
    def parse_element(cls, element: Element) -> TargetEtcChain:
        """Read it from an element of another structure. Raises MalformedEncoding."""
        what = "TargetEtcChain"
        rest = Members(what, element, fields_between(element, what, 1, 3))
        target = CertEtcToken.parse_element(rest.next())
        chain = rest.take(0x30, lambda e: list_of(what, e, CertEtcToken.parse_element, MAX_CHAIN)) or ()
        path = rest.take(0xA0, PathProcInput.parse_element)
        rest.end()
        return cls(target, chain, path)

    def encode(self, *, explicit_tags: bool = False) -> bytes:
        """In DER."""
        chain = [token.encode(explicit_tags=explicit_tags) for token in self.chain]
        return der.sequence(
            self.target.encode(explicit_tags=explicit_tags),
            der.sequence(*chain) if chain else None,
            None if self.path_proc_input is None else der.implicit(0, self.path_proc_input.encode()),
        )
