"""Certificate revocation lists (RFC 5280 §5). Entries stay in the native index, never as Python objects."""

from __future__ import annotations

import hashlib
from datetime import datetime

from trustspace._native import CrlEntry, CrlIndex, Element
from trustspace.encoding import extensions as ext
from trustspace.encoding.algorithm_identifier import AlgorithmIdentifier
from trustspace.encoding.lazy import lazy
from trustspace.encoding.model import Encoded, explicit, malformed, whole_octets
from trustspace.encoding.name import Name

REMOVE_FROM_CRL = 8
"""CRLReason of an entry in a delta CRL that takes one of the base CRL back (RFC 5280 §5.3.1)."""

KNOWN_EXTENSIONS = frozenset(
    {
        ext.AUTHORITY_KEY_IDENTIFIER,
        ext.ISSUER_ALTERNATIVE_NAME,
        ext.CRL_NUMBER,
        ext.DELTA_CRL_INDICATOR,
        ext.ISSUING_DISTRIBUTION_POINT,
        ext.FRESHEST_CRL,
        ext.AUTHORITY_INFORMATION_ACCESS,
        ext.EXPIRED_CERTS_ON_CRL,
    }
)


class CertificateList(Encoded):
    """A full, delta or indirect CRL. Times are aware, in UTC."""

    what = "CertificateList"

    version: int
    """As encoded: 1 for v2."""
    issuer: Name
    this_update: datetime
    next_update: datetime | None

    def __init__(self, element: Element) -> None:
        top = element.fields()
        if len(top) != 3:
            malformed("CertificateList", element, "wrong number of members")
        body = top[0].fields()
        at = 1 if body and body[0].tag == 0x02 else 0
        if len(body) < at + 3:
            malformed("CertificateList", top[0], "a member is missing")
        self.raw = element.raw
        self._top = top
        self._body = body
        self._at = at
        self._extensions: Element | None = None
        # What the signature does not cover is read at once, so that a change there is never overlooked.
        self.signature_algorithm = AlgorithmIdentifier.parse_element(top[1].expect(0x30))
        """The algorithm beside the signature."""
        self.signature = whole_octets(top[2], "CertificateList")
        """The octets of the signature's BIT STRING."""
        self.version = body[0].integer() if at else 0
        self.issuer = Name.parse_element(body[at + 1])
        self.this_update = body[at + 2].time()
        self.next_update = None
        rest = list(body[at + 3 :])
        if rest and rest[0].tag in (0x17, 0x18):
            self.next_update = rest.pop(0).time()
        if rest and rest[0].tag == 0x30:
            rest.pop(0)
        if rest and rest[0].tag == 0xA0:
            self._extensions = explicit(rest.pop(0), "CertificateList")
        if rest:
            malformed("CertificateList", rest[0], "unknown member")

    @classmethod
    def parse_element(cls, element: Element) -> CertificateList:
        """Read it from an element of another structure. Raises MalformedEncoding."""
        return cls(element)

    @lazy
    def sha256(self) -> str:
        """SHA-256 of the whole CRL, hexadecimal: its name throughout trustspace."""
        return hashlib.sha256(self.raw).hexdigest()

    @property
    def tbs_raw(self) -> bytes:
        """What the signature is over: a copy as long as the CRL, made anew each time and not kept."""
        return self._top[0].raw

    @lazy
    def tbs_signature_algorithm(self) -> AlgorithmIdentifier:
        """The algorithm in the signed part; must be the same (RFC 5280 §5.1.1.2)."""
        return AlgorithmIdentifier.parse_element(self._body[self._at])

    @lazy
    def _parsed_extensions(self) -> tuple[dict[str, ext.Extension], tuple[str, ...]]:
        return ({}, ()) if self._extensions is None else ext.parse_extensions(self._extensions)

    @property
    def extensions(self) -> dict[str, ext.Extension]:
        """All CRL extensions by OID. Raises MalformedEncoding."""
        return self._parsed_extensions[0]

    def _element(self, oid: str) -> Element | None:
        extension = self.extensions.get(oid)
        return None if extension is None else extension.element()

    @lazy
    def crl_number(self) -> int | None:
        """RFC 5280 §5.2.3."""
        element = self._element(ext.CRL_NUMBER)
        return None if element is None else element.integer()

    @lazy
    def base_crl_number(self) -> int | None:
        """RFC 5280 §5.2.4; not ``None`` in a delta CRL."""
        element = self._element(ext.DELTA_CRL_INDICATOR)
        return None if element is None else element.integer()

    @property
    def is_delta(self) -> bool:
        """Whether it holds changes to a base CRL only."""
        return ext.DELTA_CRL_INDICATOR in self.extensions

    @lazy
    def issuing_distribution_point(self) -> ext.IssuingDistributionPoint | None:
        """RFC 5280 §5.2.5."""
        element = self._element(ext.ISSUING_DISTRIBUTION_POINT)
        return None if element is None else ext.parse_issuing_distribution_point(element)

    @lazy
    def authority_key_identifier(self) -> ext.AuthorityKeyIdentifier | None:
        """RFC 5280 §5.2.1."""
        element = self._element(ext.AUTHORITY_KEY_IDENTIFIER)
        return None if element is None else ext.parse_authority_key_identifier(element)

    @lazy
    def freshest_crl(self) -> tuple[ext.DistributionPoint, ...] | None:
        """RFC 5280 §5.2.6."""
        element = self._element(ext.FRESHEST_CRL)
        return None if element is None else ext.parse_distribution_points(element)

    @lazy
    def expired_certs_on_crl(self) -> datetime | None:
        """X.509 §9.5.2.7: expired certificates are kept on it from this date on."""
        element = self._element(ext.EXPIRED_CERTS_ON_CRL)
        return None if element is None else element.time()

    @lazy
    def index(self) -> CrlIndex:
        """The entries. Raises MalformedEncoding, as all that needs them."""
        return CrlIndex.parse(self.raw)

    @property
    def count(self) -> int:
        """How many certificates it revokes (or takes back)."""
        return self.index.count

    @lazy
    def unknown_critical_extensions(self) -> tuple[str, ...]:
        """Critical extensions of the CRL or of an entry that are not known here.

        With any, the CRL must not be used to tell that a certificate is *not* revoked (RFC 5280 §5.2, §5.3).
        """
        found = [e.oid for e in self.extensions.values() if e.critical and e.oid not in KNOWN_EXTENSIONS]
        return (*found, *self.index.unknown_critical)

    @lazy
    def deviations(self) -> tuple[str, ...]:
        """What stands against RFC 5280 but could be read, as codes."""
        found = list(self._parsed_extensions[1])
        if self.signature_algorithm.raw != self.tbs_signature_algorithm.raw:
            found.append("ALGORITHMS_DIFFER")
        if self.version not in (0, 1):
            found.append("VERSION_UNKNOWN")
        if self.next_update is None:
            found.append("NEXT_UPDATE_MISSING")
        if self.index.duplicates:
            found.append("ENTRY_REPEATED")
        return (*found, *(f"ISSUER_{d}" for d in self.issuer.deviations))

    def lookup(self, serial: int, issuer: Name | None = None) -> CrlEntry | None:
        """The entry of a certificate by its serial number and issuer (by default the CRL's issuer).

        Of several entries of one certificate, one that revokes goes before one that takes back, and the
        earliest before later ones.
        """
        index = self.index
        if not index.indirect:
            if issuer is not None and not issuer.matches(self.issuer):
                return None
            return index.lookup(serial)
        wanted = issuer or self.issuer
        found = [e for e in index.lookup_all(serial) if self._issuer_of(e).matches(wanted)]
        return min(found, key=_rank, default=None)

    def _issuer_of(self, entry: CrlEntry) -> Name:
        raw = entry.certificate_issuer
        return self.issuer if raw is None else Name.parse(raw or b"\x30\x00")

    def __repr__(self) -> str:
        return f"<CertificateList {self.sha256[:16]}>"


def _rank(entry: CrlEntry) -> tuple[bool, datetime]:
    return (entry.reason == REMOVE_FROM_CRL, entry.revocation_time)
