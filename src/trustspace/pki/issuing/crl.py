"""Issuing CRLs (RFC 5280 §5): full, delta, indirect, with or without a stated scope."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from trustspace.algorithms.identifiers import signature_algorithm_identifier
from trustspace.encoding import der
from trustspace.encoding.crl import CertificateList
from trustspace.encoding.extensions import encode_extension
from trustspace.encoding.name import Name
from trustspace.pki.issuing import extensions as ext
from trustspace.pki.issuing import names
from trustspace.pki.issuing.certificate import Issuer


@dataclass(frozen=True, slots=True)
class RevokedEntry:
    """One revoked certificate (RFC 5280 §5.1.2.6, §5.3)."""

    serial: int
    revoked_at: datetime
    reason: int | None = None
    """CRLReason: 1 keyCompromise, 2 cACompromise, … 6 certificateHold, 8 removeFromCRL."""
    invalidity_date: datetime | None = None
    certificate_issuer: Name | None = None
    """In an indirect CRL: the name of this and the following entries' issuer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributionPointScope:
    """IssuingDistributionPoint (RFC 5280 §5.2.5)."""

    urls: tuple[str, ...] = ()
    only_user_certificates: bool = False
    only_ca_certificates: bool = False
    only_some_reasons: frozenset[int] = frozenset()
    indirect: bool = False

    def encode(self) -> bytes:
        """The extension's value, DER."""
        parts = [ext.distribution_point_name(self.urls)] if self.urls else []
        if self.only_user_certificates:
            parts.append(der.implicit(1, der.boolean(True)))
        if self.only_ca_certificates:
            parts.append(der.implicit(2, der.boolean(True)))
        if self.only_some_reasons:
            parts.append(der.implicit(3, der.named_bits(self.only_some_reasons)))
        if self.indirect:
            parts.append(der.implicit(4, der.boolean(True)))
        return der.sequence(*parts)


def issue_crl(
    issuer: Issuer,
    entries: Iterable[RevokedEntry],
    *,
    number: int | None,
    this_update: datetime,
    next_update: datetime | None,
    entropy: bytes,
    base_number: int | None = None,
    scope: DistributionPointScope | None = None,
    delta_crl_urls: tuple[str, ...] = (),
) -> CertificateList:
    """Issue one CRL; ``base_number`` makes it a delta to the CRL of that number (RFC 5280 §5.2.4).

    The entries are written in the order given, so that a ``certificate_issuer`` holds for those after it.
    """
    scheme = issuer.scheme or issuer.key.default_scheme
    revoked = b"".join(_entries(entries))
    parts = [
        der.integer(1),
        signature_algorithm_identifier(scheme, issuer.key.key),
        issuer.name.raw,
        der.time(this_update),
    ]
    if next_update is not None:
        parts.append(der.time(next_update))
    if revoked:
        parts.append(der.sequence(revoked))
    extensions = []
    if issuer.key_identifier is not None:
        extensions.append(encode_extension("2.5.29.35", ext.authority_key_identifier(issuer.key_identifier)))
    if number is not None:
        extensions.append(encode_extension("2.5.29.20", der.integer(number)))
    if base_number is not None:
        extensions.append(encode_extension("2.5.29.27", der.integer(base_number), critical=True))
    if scope is not None:
        extensions.append(encode_extension("2.5.29.28", scope.encode(), critical=True))
    if delta_crl_urls:
        extensions.append(encode_extension("2.5.29.46", ext.distribution_points(delta_crl_urls)))
    if extensions:
        parts.append(der.explicit(0, der.sequence(*extensions)))
    return CertificateList.parse(issuer.sign(der.sequence(*parts), scheme, entropy))


def _entries(entries: Iterable[RevokedEntry]) -> Iterable[bytes]:
    # Most of a large CRL's entries share a few times and reasons: their encodings are made once.
    time = lru_cache(maxsize=1024)(der.time)
    details = lru_cache(maxsize=256)(_entry_extensions)
    for entry in entries:
        yield der.sequence(
            der.integer(entry.serial),
            time(entry.revoked_at),
            details(entry.reason, entry.invalidity_date, entry.certificate_issuer),
        )


def _entry_extensions(
    reason: int | None, invalidity_date: datetime | None, certificate_issuer: Name | None
) -> bytes:
    found = []
    if reason is not None:
        found.append(encode_extension("2.5.29.21", der.enumerated(reason)))
    if invalidity_date is not None:
        found.append(encode_extension("2.5.29.24", der.generalized_time(invalidity_date)))
    if certificate_issuer is not None:
        value = der.sequence(names.directory(certificate_issuer))
        found.append(encode_extension("2.5.29.29", value, critical=True))
    return der.sequence(*found) if found else b""
