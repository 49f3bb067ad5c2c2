"""Issuing certificates (RFC 5280 §4)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from trustspace.algorithms.identifiers import signature_algorithm_identifier
from trustspace.algorithms.model import PublicKey, SignatureScheme, SigningKey
from trustspace.encoding import der
from trustspace.encoding.certificate import Certificate, assemble, subject_public_key
from trustspace.encoding.extensions import KeyUsage, encode_extension
from trustspace.encoding.name import Name
from trustspace.pki.issuing import extensions as ext


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateTemplate:
    """What shall stand in a certificate; only what is given is written.

    ``public_key`` a loaded key or a SubjectPublicKeyInfo's DER. General names
    (``alternative_names``, ``permitted``, ``excluded``) are DER from :mod:`trustspace.pki.issuing.names`.
    ``extra`` holds whole Extensions from :func:`trustspace.encoding.extensions.encode_extension`.
    """

    subject: Name
    public_key: PublicKey | bytes
    not_before: datetime
    not_after: datetime
    ca: bool | None = None
    """None leaves basicConstraints out."""
    path_length: int | None = None
    key_usage: frozenset[KeyUsage] = frozenset()
    extended_key_usage: tuple[str, ...] = ()
    extended_key_usage_critical: bool = False
    policies: tuple[str, ...] = ()
    policies_critical: bool = False
    policy_mappings: tuple[tuple[str, str], ...] = ()
    require_explicit_policy: int | None = None
    inhibit_policy_mapping: int | None = None
    inhibit_any_policy: int | None = None
    alternative_names: tuple[bytes, ...] = ()
    permitted: tuple[bytes, ...] = ()
    excluded: tuple[bytes, ...] = ()
    crl_urls: tuple[str, ...] = ()
    crl_issuer: Name | None = None
    delta_crl_urls: tuple[str, ...] = ()
    ocsp_urls: tuple[str, ...] = ()
    ca_issuer_urls: tuple[str, ...] = ()
    ocsp_no_check: bool = False
    subject_key_identifier: bool = True
    extra: tuple[bytes, ...] = ()

    @property
    def spki(self) -> bytes:
        """The SubjectPublicKeyInfo's DER."""
        return self.public_key if isinstance(self.public_key, bytes) else self.public_key.spki


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Who signs: a key, the name that stands as issuer, and the key identifier that AKI repeats."""

    key: SigningKey
    name: Name
    key_identifier: bytes | None = None
    scheme: SignatureScheme | None = None
    """None: the key's usual scheme."""

    @classmethod
    def of(cls, certificate: Certificate, key: SigningKey, scheme: SignatureScheme | None = None) -> Issuer:
        """The holder of a certificate."""
        return cls(
            key=key,
            name=certificate.subject,
            key_identifier=certificate.subject_key_identifier,
            scheme=scheme,
        )

    @classmethod
    def itself(
        cls, template: CertificateTemplate, key: SigningKey, scheme: SignatureScheme | None = None
    ) -> Issuer:
        """The issuer of a self-signed certificate."""
        return cls(
            key=key, name=template.subject, key_identifier=key_identifier(template.spki), scheme=scheme
        )

    def sign(self, to_be_signed: bytes, scheme: SignatureScheme, entropy: bytes) -> bytes:
        """SIGNED{…} (RFC 5280 §4.1.1) around DER that already names the algorithm inside."""
        signature = self.key.sign(to_be_signed, scheme, entropy=entropy)
        algorithm = signature_algorithm_identifier(scheme, self.key.key)
        return assemble(to_be_signed, algorithm, signature)


def key_identifier(spki: bytes) -> bytes:
    """Method 1 of RFC 5280 §4.2.1.2: SHA-1 of the subjectPublicKey's octets (a name, not a protection)."""
    return hashlib.sha1(subject_public_key(spki), usedforsecurity=False).digest()


def issue_certificate(
    template: CertificateTemplate, issuer: Issuer, *, serial: int, entropy: bytes
) -> Certificate:
    """Issue one certificate. ``serial`` is positive, at most 20 octets (RFC 5280 §4.1.2.2).

    Raises ValueError for a serial number out of range, AlgorithmNotSupported where the key cannot sign.
    """
    if not 0 < serial < 1 << 159:
        raise ValueError("a serial number is positive and has at most 20 octets")
    scheme = issuer.scheme or issuer.key.default_scheme
    to_be_signed = der.sequence(
        der.explicit(0, der.integer(2)),
        der.integer(serial),
        signature_algorithm_identifier(scheme, issuer.key.key),
        issuer.name.raw,
        der.sequence(der.time(template.not_before), der.time(template.not_after)),
        template.subject.raw,
        template.spki,
        der.explicit(3, der.sequence(*_extensions(template, issuer))),
    )
    return Certificate.parse(issuer.sign(to_be_signed, scheme, entropy))


def _extensions(template: CertificateTemplate, issuer: Issuer) -> Sequence[bytes]:
    t = template
    found: list[bytes] = []

    def add(oid: str, value: bytes, critical: bool = False) -> None:
        found.append(encode_extension(oid, value, critical=critical))

    if t.ca is not None:
        add("2.5.29.19", ext.basic_constraints(t.ca, t.path_length), critical=True)
    if t.key_usage:
        add("2.5.29.15", ext.key_usage(t.key_usage), critical=True)
    if t.extended_key_usage:
        add("2.5.29.37", ext.oids(t.extended_key_usage), t.extended_key_usage_critical)
    if t.subject_key_identifier:
        add("2.5.29.14", der.octet_string(key_identifier(t.spki)))
    if issuer.key_identifier is not None:
        add("2.5.29.35", ext.authority_key_identifier(issuer.key_identifier))
    if t.policies:
        add("2.5.29.32", ext.policies(t.policies), t.policies_critical)
    if t.policy_mappings:
        add("2.5.29.33", ext.policy_mappings(t.policy_mappings), critical=True)
    if t.require_explicit_policy is not None or t.inhibit_policy_mapping is not None:
        value = ext.policy_constraints(t.require_explicit_policy, t.inhibit_policy_mapping)
        add("2.5.29.36", value, critical=True)
    if t.inhibit_any_policy is not None:
        add("2.5.29.54", der.integer(t.inhibit_any_policy), critical=True)
    if t.alternative_names:
        add("2.5.29.17", der.sequence(*t.alternative_names))
    if t.permitted or t.excluded:
        add("2.5.29.30", ext.name_constraints(t.permitted, t.excluded), critical=True)
    if t.crl_urls or t.crl_issuer is not None:
        add("2.5.29.31", ext.distribution_points(t.crl_urls, t.crl_issuer))
    if t.delta_crl_urls:
        add("2.5.29.46", ext.distribution_points(t.delta_crl_urls))
    if t.ocsp_urls or t.ca_issuer_urls:
        add("1.3.6.1.5.5.7.1.1", ext.information_access(t.ocsp_urls, t.ca_issuer_urls))
    if t.ocsp_no_check:
        add("1.3.6.1.5.5.7.48.1.5", der.null())
    return [*found, *t.extra]
