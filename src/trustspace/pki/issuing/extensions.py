"""Certificate and CRL extensions as issued (RFC 5280 §4.2, §5.2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from trustspace.encoding import der
from trustspace.encoding.extensions import KeyUsage
from trustspace.encoding.name import Name
from trustspace.pki.issuing import names


def basic_constraints(ca: bool, path_length: int | None) -> bytes:
    """BasicConstraints (§4.2.1.9)."""
    parts = [der.boolean(True)] if ca else []
    if path_length is not None:
        parts.append(der.integer(path_length))
    return der.sequence(*parts)


def key_usage(usages: Iterable[KeyUsage]) -> bytes:
    """KeyUsage (§4.2.1.3)."""
    order = list(KeyUsage)
    return der.named_bits(order.index(usage) for usage in usages)


def oids(values: Iterable[str]) -> bytes:
    """ExtKeyUsageSyntax (§4.2.1.12) and other lists of OIDs."""
    return der.sequence(*(der.oid(value) for value in values))


def policies(values: Iterable[str]) -> bytes:
    """CertificatePolicies without qualifiers (§4.2.1.4)."""
    return der.sequence(*(der.sequence(der.oid(value)) for value in values))


def policy_mappings(pairs: Iterable[tuple[str, str]]) -> bytes:
    """PolicyMappings (§4.2.1.5): issuer's policy, subject's policy."""
    return der.sequence(*(der.sequence(der.oid(a), der.oid(b)) for a, b in pairs))


def policy_constraints(require_explicit: int | None, inhibit_mapping: int | None) -> bytes:
    """PolicyConstraints (§4.2.1.11)."""
    parts = []
    if require_explicit is not None:
        parts.append(der.implicit(0, der.integer(require_explicit)))
    if inhibit_mapping is not None:
        parts.append(der.implicit(1, der.integer(inhibit_mapping)))
    return der.sequence(*parts)


def name_constraints(permitted: Sequence[bytes], excluded: Sequence[bytes]) -> bytes:
    """NameConstraints (§4.2.1.10) of GeneralNames."""
    parts = []
    for tag, trees in ((0, permitted), (1, excluded)):
        if trees:
            parts.append(der.implicit(tag, der.sequence(*(der.sequence(tree) for tree in trees))))
    return der.sequence(*parts)


def authority_key_identifier(
    key_identifier: bytes | None, issuer: Name | None = None, serial: int | None = None
) -> bytes:
    """AuthorityKeyIdentifier (§4.2.1.1)."""
    parts = []
    if key_identifier is not None:
        parts.append(der.implicit(0, der.octet_string(key_identifier)))
    if issuer is not None and serial is not None:
        parts.append(der.implicit(1, der.sequence(names.directory(issuer))))
        parts.append(der.implicit(2, der.integer(serial)))
    return der.sequence(*parts)


def distribution_point_name(urls: Sequence[str]) -> bytes:
    """DistributionPointName [0] with a fullName of URLs."""
    full = der.implicit(0, der.sequence(*(names.uri(url) for url in urls)))
    return der.explicit(0, full)


def distribution_points(urls: Sequence[str], crl_issuer: Name | None = None) -> bytes:
    """CRLDistributionPoints (§4.2.1.13): one point with all URLs; ``crl_issuer`` for an indirect CRL."""
    parts = [distribution_point_name(urls)] if urls else []
    if crl_issuer is not None:
        parts.append(der.implicit(2, der.sequence(names.directory(crl_issuer))))
    return der.sequence(der.sequence(*parts))


def information_access(ocsp: Iterable[str], ca_issuers: Iterable[str]) -> bytes:
    """AuthorityInfoAccess (§4.2.2.1)."""
    entries = [("1.3.6.1.5.5.7.48.1", url) for url in ocsp]
    entries += [("1.3.6.1.5.5.7.48.2", url) for url in ca_issuers]
    return der.sequence(*(der.sequence(der.oid(method), names.uri(url)) for method, url in entries))
