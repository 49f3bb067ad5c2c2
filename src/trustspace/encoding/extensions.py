"""Certificate and CRL extensions (RFC 5280 §4.2, §5.2), as typed values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from trustspace._native import Element, ber_parse
from trustspace.encoding import der
from trustspace.encoding.general_name import GeneralName, parse_general_names
from trustspace.encoding.model import explicit, fields_between, malformed

SUBJECT_KEY_IDENTIFIER = "2.5.29.14"
KEY_USAGE = "2.5.29.15"
PRIVATE_KEY_USAGE_PERIOD = "2.5.29.16"
SUBJECT_ALTERNATIVE_NAME = "2.5.29.17"
ISSUER_ALTERNATIVE_NAME = "2.5.29.18"
BASIC_CONSTRAINTS = "2.5.29.19"
CRL_NUMBER = "2.5.29.20"
DELTA_CRL_INDICATOR = "2.5.29.27"
ISSUING_DISTRIBUTION_POINT = "2.5.29.28"
NAME_CONSTRAINTS = "2.5.29.30"
CRL_DISTRIBUTION_POINTS = "2.5.29.31"
CERTIFICATE_POLICIES = "2.5.29.32"
POLICY_MAPPINGS = "2.5.29.33"
AUTHORITY_KEY_IDENTIFIER = "2.5.29.35"
POLICY_CONSTRAINTS = "2.5.29.36"
EXTENDED_KEY_USAGE = "2.5.29.37"
FRESHEST_CRL = "2.5.29.46"
INHIBIT_ANY_POLICY = "2.5.29.54"
EXPIRED_CERTS_ON_CRL = "2.5.29.60"
AUTHORITY_INFORMATION_ACCESS = "1.3.6.1.5.5.7.1.1"
QC_STATEMENTS = "1.3.6.1.5.5.7.1.3"
OCSP_NO_CHECK = "1.3.6.1.5.5.7.48.1.5"
VALIDITY_ASSURED_SHORT_TERM = "0.4.0.194121.2.1"

AD_OCSP = "1.3.6.1.5.5.7.48.1"
AD_CA_ISSUERS = "1.3.6.1.5.5.7.48.2"


@dataclass(frozen=True, slots=True)
class Extension:
    """One extension: its OID, whether critical, and the octets inside its OCTET STRING."""

    oid: str
    critical: bool
    value: bytes

    def element(self) -> Element:
        """The value's outermost element. Raises MalformedEncoding."""
        return ber_parse(self.value, what=f"extension {self.oid}")

    def encode(self) -> bytes:
        """The Extension in DER."""
        return encode_extension(self.oid, self.value, critical=self.critical)


def encode_extension(oid: str, value: bytes, *, critical: bool = False) -> bytes:
    """An Extension in DER; ``value`` is the DER of the extension's own type."""
    return der.sequence(der.oid(oid), der.TRUE if critical else None, der.octet_string(value))


def parse_extensions(element: Element) -> tuple[dict[str, Extension], tuple[str, ...]]:
    """Extensions by OID, and the deviations (of one that stands twice, the first is kept)."""
    found: dict[str, Extension] = {}
    deviations: list[str] = []
    for child in element.fields():
        fields = fields_between(child, "Extension", 2, 3)
        oid = fields[0].oid()
        critical = fields[1].expect(0x01).boolean() if len(fields) == 3 else False
        if oid in found:
            # RFC 5280 §4.2: no more than one instance of an extension.
            deviations.append(f"EXTENSION_REPEATED:{oid}")
            continue
        found[oid] = Extension(oid, critical, fields[-1].octets())
    return found, tuple(deviations)


class KeyUsage(StrEnum):
    """RFC 5280 §4.2.1.3, in the order of the bits."""

    DIGITAL_SIGNATURE = "digitalSignature"
    NON_REPUDIATION = "nonRepudiation"
    KEY_ENCIPHERMENT = "keyEncipherment"
    DATA_ENCIPHERMENT = "dataEncipherment"
    KEY_AGREEMENT = "keyAgreement"
    KEY_CERT_SIGN = "keyCertSign"
    CRL_SIGN = "cRLSign"
    ENCIPHER_ONLY = "encipherOnly"
    DECIPHER_ONLY = "decipherOnly"


_KEY_USAGES = tuple(KeyUsage)


class ReasonFlag(StrEnum):
    """ReasonFlags of distribution points (RFC 5280 §4.2.1.13), in the order of the bits."""

    UNUSED = "unused"
    KEY_COMPROMISE = "keyCompromise"
    CA_COMPROMISE = "cACompromise"
    AFFILIATION_CHANGED = "affiliationChanged"
    SUPERSEDED = "superseded"
    CESSATION_OF_OPERATION = "cessationOfOperation"
    CERTIFICATE_HOLD = "certificateHold"
    PRIVILEGE_WITHDRAWN = "privilegeWithdrawn"
    AA_COMPROMISE = "aACompromise"


_REASONS = tuple(ReasonFlag)


def named_bits(element: Element, most: int = 32) -> frozenset[int]:
    """The numbers of the bits that are set; bits from ``most`` on are not looked at."""
    octets, unused = element.bits()
    count = min(len(octets) * 8 - unused, most)
    return frozenset(bit for bit in range(count) if octets[bit >> 3] & (0x80 >> (bit & 7)))


@dataclass(frozen=True, slots=True)
class BasicConstraints:
    """RFC 5280 §4.2.1.9."""

    ca: bool
    path_length: int | None


@dataclass(frozen=True, slots=True)
class AuthorityKeyIdentifier:
    """RFC 5280 §4.2.1.1."""

    key_id: bytes | None
    issuer: tuple[GeneralName, ...]
    serial: int | None


@dataclass(frozen=True, slots=True)
class GeneralSubtree:
    """RFC 5280 §4.2.1.10. The profile has minimum 0 and no maximum."""

    base: GeneralName
    minimum: int
    maximum: int | None


@dataclass(frozen=True, slots=True)
class NameConstraints:
    """RFC 5280 §4.2.1.10."""

    permitted: tuple[GeneralSubtree, ...]
    excluded: tuple[GeneralSubtree, ...]


@dataclass(frozen=True, slots=True)
class PolicyInformation:
    """RFC 5280 §4.2.1.4. Qualifiers as (OID, whole element of the qualifier)."""

    oid: str
    qualifiers: tuple[tuple[str, bytes], ...]
    raw: bytes

    @classmethod
    def parse_element(cls, element: Element) -> PolicyInformation:
        """Read it from an element of another structure, also under an implicit tag.

        Raises MalformedEncoding.
        """
        fields = element.children
        if not 1 <= len(fields) <= 2:
            malformed("PolicyInformation", element, "wrong number of members")
        qualifiers = []
        if len(fields) == 2:
            for child in fields[1].fields():
                parts = fields_between(child, "PolicyQualifierInfo", 2, 2)
                qualifiers.append((parts[0].oid(), parts[1].raw))
        # Under an implicit tag too, ``raw`` is a PolicyInformation that can stand alone.
        return cls(fields[0].oid(), tuple(qualifiers), b"\x30" + element.raw[1:])

    @classmethod
    def build(cls, oid: str) -> PolicyInformation:
        """A policy without qualifiers."""
        return cls(oid, (), der.sequence(der.oid(oid)))


@dataclass(frozen=True, slots=True)
class PolicyConstraints:
    """RFC 5280 §4.2.1.11."""

    require_explicit_policy: int | None
    inhibit_policy_mapping: int | None


@dataclass(frozen=True, slots=True)
class DistributionPointName:
    """Full names, or one RDN that is added to the CRL issuer's name."""

    full_name: tuple[GeneralName, ...]
    relative_name: bytes | None
    """The RDN as a SET element; see :meth:`Name.with_rdn`."""

    @classmethod
    def parse_element(cls, element: Element) -> DistributionPointName:
        """Read it from its explicit tag. Raises MalformedEncoding."""
        choice = explicit(element, "DistributionPointName")
        if choice.tag == 0xA0:
            return cls(parse_general_names(choice), None)
        if choice.tag != 0xA1:
            malformed("DistributionPointName", choice, "unknown alternative")
        return cls((), der.tlv(0x31, choice.content))


@dataclass(frozen=True, slots=True)
class DistributionPoint:
    """RFC 5280 §4.2.1.13."""

    name: DistributionPointName | None
    reasons: frozenset[ReasonFlag] | None
    crl_issuer: tuple[GeneralName, ...]

    @property
    def uris(self) -> tuple[str, ...]:
        """The URIs among the full names."""
        names = self.name.full_name if self.name else ()
        return tuple(uri for name in names if (uri := name.uri) is not None)


@dataclass(frozen=True, slots=True)
class IssuingDistributionPoint:
    """RFC 5280 §5.2.5."""

    name: DistributionPointName | None
    only_contains_user_certs: bool
    only_contains_ca_certs: bool
    only_some_reasons: frozenset[ReasonFlag] | None
    indirect_crl: bool
    only_contains_attribute_certs: bool


@dataclass(frozen=True, slots=True)
class AccessDescription:
    """RFC 5280 §4.2.2.1."""

    method: str
    location: GeneralName


@dataclass(frozen=True, slots=True)
class QcStatement:
    """RFC 3739 §3.2.6. ``info``: the whole element of the statement's information."""

    oid: str
    info: bytes | None


def parse_basic_constraints(element: Element) -> BasicConstraints:
    """Raises MalformedEncoding, also of a negative path length."""
    fields = fields_between(element, "BasicConstraints", 0, 2)
    ca = False
    length = None
    if fields and fields[0].tag == 0x01:
        ca = fields[0].boolean()
        fields = fields[1:]
    if fields:
        length = fields[0].expect(0x02).integer()
        if length < 0 or len(fields) > 1:
            malformed("BasicConstraints", element, "wrong path length")
    return BasicConstraints(ca, length)


def parse_key_usage(element: Element) -> frozenset[KeyUsage]:
    """Raises MalformedEncoding."""
    return frozenset(_KEY_USAGES[bit] for bit in named_bits(element.expect(0x03), len(_KEY_USAGES)))


def parse_reasons(element: Element) -> frozenset[ReasonFlag]:
    """ReasonFlags, also under an implicit tag. Raises MalformedEncoding."""
    return frozenset(_REASONS[bit] for bit in named_bits(element, len(_REASONS)))


def parse_oids(element: Element) -> tuple[str, ...]:
    """SEQUENCE OF OBJECT IDENTIFIER. Raises MalformedEncoding."""
    return tuple(child.oid() for child in element.fields())


def parse_authority_key_identifier(element: Element) -> AuthorityKeyIdentifier:
    """Raises MalformedEncoding."""
    key_id = serial = None
    issuer: tuple[GeneralName, ...] = ()
    for child in element.fields():
        if child.tag == 0x80:
            key_id = child.octets()
        elif child.tag == 0xA1:
            issuer = parse_general_names(child)
        elif child.tag == 0x82:
            serial = child.integer()
        else:
            malformed("AuthorityKeyIdentifier", child, "unknown member")
    return AuthorityKeyIdentifier(key_id, issuer, serial)


def _subtrees(element: Element) -> tuple[GeneralSubtree, ...]:
    trees = []
    for child in element.children:
        fields = fields_between(child, "GeneralSubtree", 1, 3)
        minimum, maximum = 0, None
        for bound in fields[1:]:
            if bound.tag == 0x80:
                minimum = bound.integer()
            elif bound.tag == 0x81:
                maximum = bound.integer()
            else:
                malformed("GeneralSubtree", bound, "unknown member")
        trees.append(GeneralSubtree(GeneralName.parse_element(fields[0]), minimum, maximum))
    return tuple(trees)


def parse_name_constraints(element: Element) -> NameConstraints:
    """Raises MalformedEncoding."""
    permitted: tuple[GeneralSubtree, ...] = ()
    excluded: tuple[GeneralSubtree, ...] = ()
    for child in element.fields():
        if child.tag == 0xA0:
            permitted = _subtrees(child)
        elif child.tag == 0xA1:
            excluded = _subtrees(child)
        else:
            malformed("NameConstraints", child, "unknown member")
    return NameConstraints(permitted, excluded)


def parse_policies(element: Element) -> tuple[PolicyInformation, ...]:
    """Raises MalformedEncoding."""
    return tuple(PolicyInformation.parse_element(child.expect(0x30)) for child in element.fields())


def parse_policy_mappings(element: Element) -> tuple[tuple[str, str], ...]:
    """Pairs of (issuer domain policy, subject domain policy). Raises MalformedEncoding."""
    pairs = []
    for child in element.fields():
        fields = fields_between(child, "PolicyMappings", 2, 2)
        pairs.append((fields[0].oid(), fields[1].oid()))
    return tuple(pairs)


def parse_policy_constraints(element: Element) -> PolicyConstraints:
    """Raises MalformedEncoding."""
    explicit_policy = mapping = None
    for child in element.fields():
        if child.tag == 0x80:
            explicit_policy = child.integer()
        elif child.tag == 0x81:
            mapping = child.integer()
        else:
            malformed("PolicyConstraints", child, "unknown member")
    return PolicyConstraints(explicit_policy, mapping)


def parse_distribution_points(element: Element) -> tuple[DistributionPoint, ...]:
    """CRLDistributionPoints and FreshestCRL. Raises MalformedEncoding."""
    points = []
    for child in element.fields():
        name = reasons = None
        issuer: tuple[GeneralName, ...] = ()
        for part in child.fields():
            if part.tag == 0xA0:
                name = DistributionPointName.parse_element(part)
            elif part.tag == 0x81:
                reasons = parse_reasons(part)
            elif part.tag == 0xA2:
                issuer = parse_general_names(part)
            else:
                malformed("DistributionPoint", part, "unknown member")
        points.append(DistributionPoint(name, reasons, issuer))
    return tuple(points)


def parse_issuing_distribution_point(element: Element) -> IssuingDistributionPoint:
    """Raises MalformedEncoding."""
    name = reasons = None
    flags = {0x81: False, 0x82: False, 0x84: False, 0x85: False}
    for child in element.fields():
        if child.tag == 0xA0:
            name = DistributionPointName.parse_element(child)
        elif child.tag == 0x83:
            reasons = parse_reasons(child)
        elif child.tag in flags:
            flags[child.tag] = child.boolean()
        else:
            malformed("IssuingDistributionPoint", child, "unknown member")
    return IssuingDistributionPoint(name, flags[0x81], flags[0x82], reasons, flags[0x84], flags[0x85])


def parse_access_descriptions(element: Element) -> tuple[AccessDescription, ...]:
    """AuthorityInfoAccessSyntax. Raises MalformedEncoding."""
    found = []
    for child in element.fields():
        fields = fields_between(child, "AccessDescription", 2, 2)
        found.append(AccessDescription(fields[0].oid(), GeneralName.parse_element(fields[1])))
    return tuple(found)


def parse_qc_statements(element: Element) -> tuple[QcStatement, ...]:
    """Raises MalformedEncoding."""
    found = []
    for child in element.fields():
        fields = fields_between(child, "QCStatement", 1, 2)
        found.append(QcStatement(fields[0].oid(), fields[1].raw if len(fields) == 2 else None))
    return tuple(found)


def parse_private_key_usage_period(element: Element) -> tuple[datetime | None, datetime | None]:
    """notBefore and notAfter. Raises MalformedEncoding."""
    start = end = None
    for child in element.fields():
        if child.tag == 0x80:
            start = child.time()
        elif child.tag == 0x81:
            end = child.time()
    return start, end
