"""X.509 certificates (RFC 5280 §4)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from trustspace._native import Element, ber_parse
from trustspace.algorithms.model import DigestAlgorithm
from trustspace.encoding import der
from trustspace.encoding import extensions as ext
from trustspace.encoding.algorithm_identifier import AlgorithmIdentifier
from trustspace.encoding.general_name import GeneralName, parse_general_names
from trustspace.encoding.lazy import lazy
from trustspace.encoding.model import Encoded, explicit, fields_between, malformed, whole_octets
from trustspace.encoding.name import Name

T = TypeVar("T")


def subject_public_key(spki: bytes) -> bytes:
    """The octets of the key's BIT STRING, which key identifiers are made of (RFC 5280 §4.2.1.2).

    Raises MalformedEncoding.
    """
    fields = fields_between(ber_parse(spki, what="SubjectPublicKeyInfo"), "SubjectPublicKeyInfo", 2, 2)
    return fields[1].expect(0x03).bits()[0]


def assemble(to_be_signed: bytes, algorithm: bytes, signature: bytes) -> bytes:
    """``SIGNED{}``: a certificate, CRL or other structure of body, AlgorithmIdentifier and signature."""
    return der.sequence(to_be_signed, algorithm, der.bit_string(signature))


class Certificate(Encoded):
    """One certificate. The fields that every path needs are read at once, the rest when asked for.

    What is asked for later may still be :class:`MalformedEncoding`. Times are aware, in UTC.
    """

    what = "Certificate"

    version: int
    """As encoded: 2 for v3."""
    serial: int
    serial_raw: bytes
    """Content octets of the serial number's INTEGER."""
    not_before: datetime
    not_after: datetime
    spki: bytes
    """SubjectPublicKeyInfo, whole element."""
    issuer: Name
    subject: Name

    def __init__(self, element: Element) -> None:
        top = element.fields()
        if len(top) != 3:
            malformed("Certificate", element, "wrong number of members")
        body = top[0].fields()
        start = 1 if body and body[0].tag == 0xA0 else 0
        if len(body) < start + 6:
            malformed("Certificate", top[0], "a member is missing")
        self._top = top
        self._body = body
        self._start = start
        self.raw = element.raw
        self.version = explicit(body[0], "Certificate").integer() if start else 0
        serial = body[start].expect(0x02)
        self.serial = serial.integer()
        self.serial_raw = serial.content
        self.issuer = Name.parse_element(body[start + 2])
        validity = body[start + 3].fields()
        if len(validity) != 2:
            malformed("Certificate", body[start + 3], "wrong validity")
        self.not_before = validity[0].time()
        self.not_after = validity[1].time()
        self.subject = Name.parse_element(body[start + 4])
        self.spki = body[start + 5].expect(0x30).raw

    @classmethod
    def parse_element(cls, element: Element) -> Certificate:
        """Read it from an element of another structure. Raises MalformedEncoding."""
        return cls(element)

    @lazy
    def sha256(self) -> str:
        """SHA-256 of the whole certificate, hexadecimal: its name throughout trustspace."""
        return hashlib.sha256(self.raw).hexdigest()

    def digest(self, algorithm: DigestAlgorithm) -> bytes:
        """The whole certificate's digest, computed once for each algorithm."""
        found = self._digests.get(algorithm.oid)
        if found is None:
            found = self._digests[algorithm.oid] = algorithm.digest(self.raw)
        return found

    @lazy
    def _digests(self) -> dict[str, bytes]:
        return {"2.16.840.1.101.3.4.2.1": bytes.fromhex(self.sha256)}

    @lazy
    def sha1(self) -> str:
        """SHA-1 of the whole certificate, hexadecimal (lists and v1 attributes refer by it)."""
        return hashlib.sha1(self.raw, usedforsecurity=False).hexdigest()

    @lazy
    def tbs_raw(self) -> bytes:
        """What the signature is over."""
        return self._top[0].raw

    @lazy
    def signature_algorithm(self) -> AlgorithmIdentifier:
        """The algorithm beside the signature."""
        return AlgorithmIdentifier.parse_element(self._top[1].expect(0x30))

    @lazy
    def tbs_signature_algorithm(self) -> AlgorithmIdentifier:
        """The algorithm in the signed part; must be the same (RFC 5280 §4.1.1.2)."""
        return AlgorithmIdentifier.parse_element(self._body[self._start + 1])

    @lazy
    def signature(self) -> bytes:
        """The octets of the signature's BIT STRING."""
        return whole_octets(self._top[2], "Certificate")

    @lazy
    def spki_algorithm(self) -> AlgorithmIdentifier:
        """The key's algorithm with its parameters."""
        fields = fields_between(self._body[self._start + 5], "SubjectPublicKeyInfo", 2, 2)
        return AlgorithmIdentifier.parse_element(fields[0])

    @lazy
    def public_key_bits(self) -> bytes:
        """The octets of the key's BIT STRING."""
        fields = fields_between(self._body[self._start + 5], "SubjectPublicKeyInfo", 2, 2)
        return fields[1].expect(0x03).bits()[0]

    @lazy
    def _tail(self) -> tuple[dict[str, ext.Extension], tuple[str, ...]]:
        found: dict[str, ext.Extension] = {}
        deviations: list[str] = []
        last = 0xA0
        for child in self._body[self._start + 6 :]:
            # issuerUniqueID [1], subjectUniqueID [2], extensions [3], in this order.
            number = child.number
            if child.tag & 0xC0 != 0x80 or not (last & 0x1F) < number <= 3:
                malformed("Certificate", child, "unknown member")
            last = child.tag
            if number == 3:
                found, repeated = ext.parse_extensions(explicit(child, "Certificate"))
                deviations += repeated
        if not 0 <= self.version <= 2:
            deviations.append("VERSION_UNKNOWN")
        if found and self.version != 2:
            deviations.append("EXTENSIONS_WITHOUT_V3")
        if self.serial <= 0:
            deviations.append("SERIAL_NOT_POSITIVE")
        if len(self.serial_raw) > 20:
            deviations.append("SERIAL_TOO_LONG")
        if self.signature_algorithm.raw != self.tbs_signature_algorithm.raw:
            deviations.append("ALGORITHMS_DIFFER")
        return found, tuple(deviations)

    @property
    def extensions(self) -> dict[str, ext.Extension]:
        """All extensions by OID. Raises MalformedEncoding."""
        return self._tail[0]

    @property
    def structural_deviations(self) -> tuple[str, ...]:
        """Those of :attr:`deviations` that need no name to be read. Raises MalformedEncoding."""
        return self._tail[1]

    @lazy
    def deviations(self) -> tuple[str, ...]:
        """What stands against RFC 5280 but could be read, as codes (``CODE`` or ``CODE:detail``)."""
        names = [f"ISSUER_{d}" for d in self.issuer.deviations]
        names += [f"SUBJECT_{d}" for d in self.subject.deviations]
        return (*self._tail[1], *names)

    def _typed(self, oid: str, read: Callable[[Element], T]) -> T | None:
        extension = self._tail[0].get(oid)
        return None if extension is None else read(extension.element())

    @lazy
    def self_issued(self) -> bool:
        """Whether subject and issuer are the same name (RFC 5280 §6.1)."""
        return self.subject.matches(self.issuer)

    @lazy
    def basic_constraints(self) -> ext.BasicConstraints | None:
        """RFC 5280 §4.2.1.9; ``None`` if absent, as of all that follow."""
        return self._typed(ext.BASIC_CONSTRAINTS, ext.parse_basic_constraints)

    @lazy
    def key_usage(self) -> frozenset[ext.KeyUsage] | None:
        """RFC 5280 §4.2.1.3."""
        return self._typed(ext.KEY_USAGE, ext.parse_key_usage)

    @lazy
    def extended_key_usage(self) -> tuple[str, ...] | None:
        """RFC 5280 §4.2.1.12: purposes, dotted."""
        return self._typed(ext.EXTENDED_KEY_USAGE, ext.parse_oids)

    @lazy
    def subject_key_identifier(self) -> bytes | None:
        """RFC 5280 §4.2.1.2."""
        return self._typed(ext.SUBJECT_KEY_IDENTIFIER, lambda e: e.octets())

    @lazy
    def authority_key_identifier(self) -> ext.AuthorityKeyIdentifier | None:
        """RFC 5280 §4.2.1.1."""
        return self._typed(ext.AUTHORITY_KEY_IDENTIFIER, ext.parse_authority_key_identifier)

    @lazy
    def subject_alternative_names(self) -> tuple[GeneralName, ...] | None:
        """RFC 5280 §4.2.1.6."""
        return self._typed(ext.SUBJECT_ALTERNATIVE_NAME, parse_general_names)

    @lazy
    def name_constraints(self) -> ext.NameConstraints | None:
        """RFC 5280 §4.2.1.10."""
        return self._typed(ext.NAME_CONSTRAINTS, ext.parse_name_constraints)

    @lazy
    def policies(self) -> tuple[ext.PolicyInformation, ...] | None:
        """RFC 5280 §4.2.1.4."""
        return self._typed(ext.CERTIFICATE_POLICIES, ext.parse_policies)

    @lazy
    def policy_mappings(self) -> tuple[tuple[str, str], ...] | None:
        """RFC 5280 §4.2.1.5: (issuer domain policy, subject domain policy)."""
        return self._typed(ext.POLICY_MAPPINGS, ext.parse_policy_mappings)

    @lazy
    def policy_constraints(self) -> ext.PolicyConstraints | None:
        """RFC 5280 §4.2.1.11."""
        return self._typed(ext.POLICY_CONSTRAINTS, ext.parse_policy_constraints)

    @lazy
    def inhibit_any_policy(self) -> int | None:
        """RFC 5280 §4.2.1.14."""
        return self._typed(ext.INHIBIT_ANY_POLICY, lambda e: e.integer())

    @lazy
    def crl_distribution_points(self) -> tuple[ext.DistributionPoint, ...] | None:
        """RFC 5280 §4.2.1.13."""
        return self._typed(ext.CRL_DISTRIBUTION_POINTS, ext.parse_distribution_points)

    @lazy
    def freshest_crl(self) -> tuple[ext.DistributionPoint, ...] | None:
        """RFC 5280 §4.2.1.15."""
        return self._typed(ext.FRESHEST_CRL, ext.parse_distribution_points)

    @lazy
    def authority_information_access(self) -> tuple[ext.AccessDescription, ...] | None:
        """RFC 5280 §4.2.2.1."""
        return self._typed(ext.AUTHORITY_INFORMATION_ACCESS, ext.parse_access_descriptions)

    @property
    def ocsp_no_check(self) -> bool:
        """RFC 6960 §4.2.2.2.1: the responder's certificate need not be checked for revocation."""
        return ext.OCSP_NO_CHECK in self._tail[0]

    @lazy
    def qc_statements(self) -> tuple[ext.QcStatement, ...] | None:
        """RFC 3739 §3.2.6."""
        return self._typed(ext.QC_STATEMENTS, ext.parse_qc_statements)

    @lazy
    def private_key_usage_period(self) -> tuple[datetime | None, datetime | None] | None:
        """X.509; in use in Russia (2.5.29.16)."""
        return self._typed(ext.PRIVATE_KEY_USAGE_PERIOD, ext.parse_private_key_usage_period)

    def read_all(self) -> tuple[str, ...]:
        """Read every part now, so that nothing is left to fail later; returns the deviations.

        Raises MalformedEncoding.
        """
        _read_lazies(self)
        return self.deviations

    def __repr__(self) -> str:
        return f"<Certificate {self.sha256[:16]}>"


def _read_lazies(model: Any) -> None:
    for name, value in vars(type(model)).items():
        if isinstance(value, lazy):
            getattr(model, name)
