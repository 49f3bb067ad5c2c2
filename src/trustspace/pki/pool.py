"""Pools of certificates, indexed for path building and for the references that signatures make."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice

from trustspace.algorithms.model import DigestAlgorithm
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.name import Name, NameKey
from trustspace.errors import MalformedEncoding
from trustspace.pki.profile import profile_of

# More issuers than this share a name only by design of an attacker; key identifiers decide who comes first.
MAX_ISSUERS = 64


class _SameName:
    """The certificates of one subject, also by their key identifier."""

    __slots__ = ("all", "by_key")

    def __init__(self) -> None:
        self.all: list[Certificate] = []
        self.by_key: dict[bytes | None, list[Certificate]] = {}

    def add(self, certificate: Certificate, identifier: bytes | None) -> None:
        self.by_key.setdefault(identifier, []).append(certificate)
        self.all.append(certificate)


class CertificatePool:
    """A set of certificates. Reading is safe beside one thread that adds.

    A pool may stand on another (:meth:`child`): look-ups give the lower pool's certificates first, so that
    what a document brings along cannot crowd out what is known already.
    """

    def __init__(
        self, certificates: Iterable[Certificate] = (), *, parent: CertificatePool | None = None
    ) -> None:
        self._parent = parent
        self._by_sha256: dict[str, Certificate] = {}
        self._by_name: dict[NameKey, _SameName] = {}
        # Octets of names met as subjects here, so that the usual look-up normalizes nothing.
        self._by_octets: dict[bytes, _SameName] = {}
        self._by_serial: dict[int, list[Certificate]] = {}
        self._by_ski: dict[bytes, list[Certificate]] = {}
        self._by_digest: dict[str, tuple[DigestAlgorithm, dict[bytes, Certificate]]] = {}
        for certificate in certificates:
            self.add(certificate)

    def child(self, certificates: Iterable[Certificate] = ()) -> CertificatePool:
        """A small pool on top of this one; adding to it leaves this one alone."""
        return CertificatePool(certificates, parent=self)

    def add(self, certificate: Certificate) -> bool:
        """Add a certificate; False where it (or the pool below) has it already."""
        if certificate.sha256 in self:
            return False
        identifier = profile_of(certificate).subject_key_identifier
        self._entry_for(certificate.subject).add(certificate, identifier)
        if identifier is not None:
            self._by_ski.setdefault(identifier, []).append(certificate)
        self._by_serial.setdefault(certificate.serial, []).append(certificate)
        for algorithm, index in self._by_digest.values():
            index.setdefault(algorithm.digest(certificate.raw), certificate)
        self._by_sha256[certificate.sha256] = certificate
        return True

    def _entry_for(self, subject: Name) -> _SameName:
        entry = self._by_octets.get(subject.raw)
        if entry is None:
            entry = _SameName()
            with suppress(MalformedEncoding):  # else it is found by its octets only
                entry = self._by_name.setdefault(subject.normalized, entry)
            self._by_octets[subject.raw] = entry
        return entry

    def _entries(self, name: Name) -> list[_SameName]:
        """The entries of a name, the lowest pool's first."""
        found = self._parent._entries(name) if self._parent is not None else []
        entry = self._by_octets.get(name.raw)
        if entry is None and self._by_name:
            try:
                entry = self._by_name.get(name.normalized)
            except MalformedEncoding:
                entry = None
        if entry is not None:
            found.append(entry)
        return found

    def __contains__(self, sha256: object) -> bool:
        return sha256 in self._by_sha256 or (self._parent is not None and sha256 in self._parent)

    def __len__(self) -> int:
        return len(self._by_sha256) + (len(self._parent) if self._parent is not None else 0)

    def __iter__(self) -> Iterator[Certificate]:
        if self._parent is not None:
            yield from self._parent
        yield from list(self._by_sha256.values())

    def get(self, sha256: str) -> Certificate | None:
        """The certificate of this SHA-256 (hexadecimal, lower case)."""
        found = self._by_sha256.get(sha256)
        if found is None and self._parent is not None:
            return self._parent.get(sha256)
        return found

    def issuers_of(self, certificate: Certificate) -> list[Certificate]:
        """Who may have issued it: subject equal to its issuer, at most ``MAX_ISSUERS``.

        Those that have its authority key identifier come first, then those without any, then the rest.
        """
        return self._ranked(certificate.issuer, profile_of(certificate).authority_key_identifier)

    def _ranked(self, name: Name, wanted: bytes | None) -> list[Certificate]:
        entries = self._entries(name)
        if len(entries) == 1 and len(entries[0].all) == 1:
            return entries[0].all[:]
        found: list[Certificate] = []
        if wanted is None:
            for entry in entries:
                found += entry.all[:MAX_ISSUERS]
            return found[:MAX_ISSUERS]
        for entry in entries:
            found += entry.by_key.get(wanted, ())[:MAX_ISSUERS]
        for entry in entries:
            found += entry.by_key.get(None, ())[:MAX_ISSUERS]
        if len(found) < MAX_ISSUERS:
            others = (
                other
                for entry in entries
                for identifier, same in list(entry.by_key.items())
                if identifier is not None and identifier != wanted
                for other in same
            )
            found += islice(others, MAX_ISSUERS - len(found))
        return found[:MAX_ISSUERS]

    def named(self, name: Name, key_identifier: bytes | None = None) -> list[Certificate]:
        """Certificates of a subject, those with the key identifier first; at most ``MAX_ISSUERS``."""
        return self._ranked(name, key_identifier)

    def find_by_name(self, name: Name) -> list[Certificate]:
        """All certificates of a subject."""
        return [certificate for entry in self._entries(name) for certificate in entry.all]

    def find(self, issuer: Name, serial: int) -> list[Certificate]:
        """All certificates of an issuer and serial number (CMS IssuerAndSerialNumber)."""
        found = self._parent.find(issuer, serial) if self._parent is not None else []
        for certificate in self._by_serial.get(serial, ()):
            with suppress(MalformedEncoding):
                if certificate.issuer.matches(issuer):
                    found.append(certificate)
        return found

    def find_by_ski(self, identifier: bytes) -> list[Certificate]:
        """All certificates of a subject key identifier."""
        found = self._parent.find_by_ski(identifier) if self._parent is not None else []
        return found + self._by_ski.get(identifier, [])

    def find_by_digest(self, algorithm: DigestAlgorithm, digest: bytes) -> Certificate | None:
        """The certificate whose encoding has this digest; an algorithm's index is made at its first use."""
        if self._parent is not None:
            found = self._parent.find_by_digest(algorithm, digest)
            if found is not None:
                return found
        kept = self._by_digest.get(algorithm.oid)
        if kept is None:
            kept = (algorithm, {algorithm.digest(c.raw): c for c in list(self._by_sha256.values())})
            self._by_digest[algorithm.oid] = kept
        return kept[1].get(digest)
