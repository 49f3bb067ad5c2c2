"""Pools of revocation data, indexed by issuer and by serial number."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import TypeAlias

from trustspace.encoding import extensions as ext
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.crl import KNOWN_EXTENSIONS, CertificateList
from trustspace.encoding.name import Name, NameKey
from trustspace.encoding.ocsp import BasicOCSPResponse, OCSPResponse, SingleResponse
from trustspace.errors import MalformedEncoding
from trustspace.pki.name_constraints import ComparableName, NameForm
from trustspace.pki.profile import comparable
from trustspace.pki.statement import StatementProblem

RevocationDatum: TypeAlias = CertificateList | OCSPResponse

# A response brings its responder's certificate and perhaps a chain; more is not looked at.
_MAX_RESPONSE_CERTIFICATES = 16


class CrlDatum:
    """A CRL with what every use of it asks, read once."""

    __slots__ = (
        "_names",
        "archive_cutoff",
        "base_number",
        "crl",
        "idp",
        "is_delta",
        "key_identifier",
        "number",
        "problems",
        "scope",
        "sha256",
    )

    def __init__(self, crl: CertificateList) -> None:
        self.crl = crl
        self.sha256 = crl.sha256
        self.number: int | None = None
        self.base_number: int | None = None
        self.is_delta = False
        self.idp: ext.IssuingDistributionPoint | None = None
        self.key_identifier: bytes | None = None
        self.archive_cutoff: datetime | None = None
        self._names: frozenset[ComparableName] | None = None
        problems: list[str] = []
        try:
            extensions = crl.extensions
            self.number = crl.crl_number
            self.is_delta = crl.is_delta
            self.base_number = crl.base_crl_number
            self.idp = crl.issuing_distribution_point
            self.archive_cutoff = crl.expired_certs_on_crl
            identifier = crl.authority_key_identifier
            self.key_identifier = None if identifier is None else identifier.key_id
            if any(deviation.startswith("EXTENSION_REPEATED") for deviation in crl.deviations):
                problems.append(StatementProblem.MALFORMED)
        except MalformedEncoding:
            extensions = {}
            problems.append(StatementProblem.MALFORMED)
        if any(e.critical and e.oid not in KNOWN_EXTENSIONS for e in extensions.values()):
            problems.append(StatementProblem.UNKNOWN_CRITICAL_EXTENSION)
        if crl.index.unknown_critical:
            problems.append(StatementProblem.UNKNOWN_CRITICAL_ENTRY_EXTENSION)
        self.problems = tuple(problems)
        scope = extensions.get(ext.ISSUING_DISTRIBUTION_POINT)
        self.scope = b"" if scope is None else scope.value

    @property
    def names(self) -> frozenset[ComparableName] | None:
        """The names of its issuing distribution point, None where it has none."""
        if self.idp is None or self.idp.name is None:
            return None
        if self._names is None:
            self._names = point_names(self.idp.name, self.crl.issuer)
        return self._names


def point_names(name: ext.DistributionPointName, issuer: Name) -> frozenset[ComparableName]:
    """The names of a distribution point (RFC 5280 §4.2.1.13), a relative one completed."""
    names = {comparable(full) for full in name.full_name}
    if name.relative_name is not None:
        with suppress(MalformedEncoding):
            whole = issuer.with_rdn(name.relative_name)
            names.add(ComparableName(NameForm.DIRECTORY, whole.normalized))
    return frozenset(found for found in names if found.value is not None)


class OcspDatum:
    """A successful OCSP response with the certificates that came with it."""

    __slots__ = ("basic", "certificates", "response", "sha256")

    def __init__(self, response: OCSPResponse, basic: BasicOCSPResponse) -> None:
        self.response = response
        self.basic = basic
        self.sha256 = response.sha256
        certificates: list[Certificate] = []
        for raw in basic.certificates[:_MAX_RESPONSE_CERTIFICATES]:
            with suppress(MalformedEncoding):
                certificates.append(Certificate.parse(raw))
        self.certificates = tuple(certificates)


class _SameIssuer:
    """The CRLs of one issuer, full and delta."""

    __slots__ = ("complete", "delta")

    def __init__(self) -> None:
        self.complete: list[CrlDatum] = []
        self.delta: list[CrlDatum] = []


class EvidencePool:
    """A set of CRLs and OCSP responses. What is added takes effect at the next look-up.

    ``digest`` names the set: SHA-256 over the sorted SHA-256 digests (octets) of what is in it, without
    doubles. Reading is safe beside one thread that adds.
    """

    def __init__(self, data: Iterable[RevocationDatum] = (), *, parent: EvidencePool | None = None) -> None:
        self._parent = parent
        self._data: dict[str, RevocationDatum] = {}
        self._by_name: dict[NameKey, _SameIssuer] = {}
        self._by_octets: dict[bytes, _SameIssuer] = {}
        self._by_serial: dict[int, list[tuple[OcspDatum, SingleResponse]]] = {}
        self._certificates: dict[str, Certificate] = {}
        self._digest: tuple[int, str] | None = None
        for datum in data:
            self.add(datum)

    def child(self, data: Iterable[RevocationDatum] = ()) -> EvidencePool:
        """A small pool on top of this one; adding to it leaves this one alone."""
        return EvidencePool(data, parent=self)

    def add(self, datum: RevocationDatum) -> bool:
        """Add a CRL or an OCSP response; False where it is there already, or where a response says nothing.

        Raises MalformedEncoding where a CRL's entries or a response's single responses cannot be read.
        """
        if datum.sha256 in self:
            return False
        if isinstance(datum, OCSPResponse):
            if datum.basic is None:
                return False
            self._add_ocsp(OcspDatum(datum, datum.basic))
        else:
            self._add_crl(CrlDatum(datum))
        self._data[datum.sha256] = datum
        return True

    def _add_crl(self, datum: CrlDatum) -> None:
        issuer = datum.crl.issuer
        entry = self._by_octets.get(issuer.raw)
        if entry is None:
            entry = _SameIssuer()
            with suppress(MalformedEncoding):  # else it is found by its octets only
                entry = self._by_name.setdefault(issuer.normalized, entry)
            self._by_octets[issuer.raw] = entry
        (entry.delta if datum.is_delta else entry.complete).append(datum)

    def _add_ocsp(self, datum: OcspDatum) -> None:
        for single in datum.basic.responses:
            self._by_serial.setdefault(single.cert_id.serial, []).append((datum, single))
        for certificate in datum.certificates:
            self._certificates.setdefault(certificate.sha256, certificate)

    def __contains__(self, sha256: object) -> bool:
        return sha256 in self._data or (self._parent is not None and sha256 in self._parent)

    def __len__(self) -> int:
        return len(self._data) + (len(self._parent) if self._parent is not None else 0)

    def __iter__(self) -> Iterator[RevocationDatum]:
        if self._parent is not None:
            yield from self._parent
        yield from list(self._data.values())

    def get(self, sha256: str) -> RevocationDatum | None:
        """The datum of this SHA-256 (hexadecimal)."""
        found = self._data.get(sha256)
        if found is None and self._parent is not None:
            return self._parent.get(sha256)
        return found

    def certificate(self, sha256: str) -> Certificate | None:
        """A certificate that came inside an OCSP response."""
        found = self._certificates.get(sha256)
        if found is None and self._parent is not None:
            return self._parent.certificate(sha256)
        return found

    @property
    def digest(self) -> str:
        """The name of this set, hexadecimal; worked out again only after something was added."""
        if not self._data and self._parent is not None:
            return self._parent.digest
        size = len(self)
        if self._digest is None or self._digest[0] != size:
            digests = sorted({datum.sha256 for datum in self})
            self._digest = (size, hashlib.sha256(bytes.fromhex("".join(digests))).hexdigest())
        return self._digest[1]

    def crls_of(self, issuer: Name) -> tuple[list[CrlDatum], list[CrlDatum]]:
        """The complete and the delta CRLs that carry this issuer's name."""
        complete, delta = self._parent.crls_of(issuer) if self._parent is not None else ([], [])
        entry = self._by_octets.get(issuer.raw)
        if entry is None and self._by_name:
            with suppress(MalformedEncoding):
                entry = self._by_name.get(issuer.normalized)
        if entry is not None:
            complete += entry.complete
            delta += entry.delta
        return complete, delta

    def responses_for(self, serial: int) -> list[tuple[OcspDatum, SingleResponse]]:
        """The single responses on this serial number, whoever issued the certificate."""
        found = self._parent.responses_for(serial) if self._parent is not None else []
        return found + self._by_serial.get(serial, [])
