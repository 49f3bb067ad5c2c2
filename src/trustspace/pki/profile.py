"""What path processing needs of a certificate, read once and kept with it.

A certificate's extensions are read when asked for and may turn out malformed then. Here that is settled: an
extension that processing depends on and that cannot be read makes the certificate unusable in a path, by
name; one that only helps to find certificates (key identifiers) is taken as absent.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from trustspace._native import ber_parse
from trustspace.encoding import extensions as ext
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.general_name import GeneralName
from trustspace.encoding.name import EMAIL_ADDRESS, Name, NameKey
from trustspace.errors import MalformedEncoding
from trustspace.pki.name_constraints import ComparableName, NameForm, Subtrees

# The extensions whose meaning this package takes into account, so that they may be critical.
PROCESSED = frozenset(
    {
        ext.BASIC_CONSTRAINTS,
        ext.KEY_USAGE,
        ext.EXTENDED_KEY_USAGE,
        ext.CERTIFICATE_POLICIES,
        ext.POLICY_MAPPINGS,
        ext.POLICY_CONSTRAINTS,
        ext.INHIBIT_ANY_POLICY,
        ext.NAME_CONSTRAINTS,
        ext.SUBJECT_ALTERNATIVE_NAME,
        ext.ISSUER_ALTERNATIVE_NAME,
        ext.CRL_DISTRIBUTION_POINTS,
        ext.SUBJECT_KEY_IDENTIFIER,
        ext.AUTHORITY_KEY_IDENTIFIER,
        ext.PRIVATE_KEY_USAGE_PERIOD,
        ext.QC_STATEMENTS,
        ext.OCSP_NO_CHECK,
    }
)


class CertificateProfile:
    """The fields of one certificate in the shape that RFC 5280 §6.1 asks them in."""

    __slots__ = (
        "_constrained",
        "_policies",
        "_self_issued",
        "authority_key_identifier",
        "certificate",
        "demands_policies",
        "duplicates",
        "inhibit_any_policy",
        "inhibit_policy_mapping",
        "is_ca",
        "issuer_raw",
        "malformed",
        "may_sign_certificates",
        "may_sign_crls",
        "name_constraints",
        "not_after",
        "not_before",
        "path_length",
        "policy_mappings",
        "require_explicit_policy",
        "subject_key_identifier",
        "subject_raw",
        "unknown_critical",
        "version",
    )

    def __init__(self, certificate: Certificate) -> None:
        self.certificate = certificate
        self.version = certificate.version + 1
        self.not_before: datetime = certificate.not_before
        self.not_after: datetime = certificate.not_after
        self.subject_raw: bytes = certificate.subject.raw
        self.issuer_raw: bytes = certificate.issuer.raw
        self._constrained: tuple[ComparableName, ...] | None = None
        self._self_issued: bool | None = None
        self._policies: frozenset[str] | None = None
        self.malformed: tuple[str, ...] = ()
        self.duplicates: tuple[str, ...] = ()
        self.unknown_critical: tuple[str, ...] = ()
        self.require_explicit_policy: int | None = None
        self.inhibit_policy_mapping: int | None = None
        self.inhibit_any_policy: int | None = None
        self.policy_mappings: tuple[tuple[str, str], ...] = ()
        self.name_constraints: Subtrees | None = None
        self.path_length: int | None = None
        self.is_ca = False
        self.may_sign_certificates = self.may_sign_crls = True
        self.subject_key_identifier: bytes | None = None
        self.authority_key_identifier: bytes | None = None
        try:
            extensions = certificate.extensions
            deviations = certificate.structural_deviations
        except MalformedEncoding as error:
            extensions, deviations = {}, ()
            self.malformed = (str(error.parameters.get("what")),)
        self.duplicates = tuple(
            deviation.partition(":")[2] for deviation in deviations if deviation.startswith(_REPEATED)
        )
        for oid, extension in extensions.items():
            if extension.critical and oid not in PROCESSED:
                self.unknown_critical += (oid,)
            reader = _READERS.get(oid)
            if reader is not None:
                try:
                    reader(self, certificate)
                except MalformedEncoding:
                    self.malformed += (oid,)
        policies = extensions.get(ext.CERTIFICATE_POLICIES)
        if policies is not None and policies.critical:
            self._read_policies()
        self.demands_policies = self.require_explicit_policy is not None or bool(self.policy_mappings)

    @property
    def self_issued(self) -> bool:
        """Whether subject and issuer are the same name; no path asks it of its target."""
        if self._self_issued is None:
            try:
                self._self_issued = self.subject_raw == self.issuer_raw or self.certificate.self_issued
            except MalformedEncoding:
                self._self_issued = False
        return self._self_issued

    @property
    def subject(self) -> NameKey:
        """The subject, as names are compared."""
        return self.certificate.subject.normalized

    @property
    def issuer(self) -> NameKey:
        """The issuer, as names are compared."""
        return self.certificate.issuer.normalized

    @property
    def subject_text(self) -> str:
        """The subject for people."""
        return str(self.certificate.subject)

    @property
    def issuer_text(self) -> str:
        """The issuer for people."""
        return str(self.certificate.issuer)

    @property
    def policies(self) -> frozenset[str] | None:
        """The policy OIDs; None without the extension, none at all where it cannot be read (fail closed)."""
        if ext.CERTIFICATE_POLICIES not in self.certificate.extensions:
            return None
        if self._policies is None:
            self._read_policies()
        return self._policies

    @property
    def constrained_names(self) -> tuple[ComparableName, ...]:
        """The names that constraints apply to: subject if not empty, its e-mail addresses, alternative names.

        RFC 5280 §4.2.1.10 applies e-mail constraints to the subject's addresses where no alternative name is
        present; we always do, so that an alternative name cannot hide one.
        """
        if self._constrained is None:
            self._constrained = _constrained_names(self.certificate)
        return self._constrained

    def _read_policies(self) -> None:
        try:
            found = self.certificate.policies
            self._policies = frozenset(policy.oid for policy in found or ())
        except MalformedEncoding:
            self._policies = frozenset()
            self.malformed += (ext.CERTIFICATE_POLICIES,)

    def _read_basic_constraints(self, certificate: Certificate) -> None:
        constraints = certificate.basic_constraints
        if constraints is not None and constraints.ca and self.version == V3:
            self.is_ca = True
            self.path_length = constraints.path_length

    def _read_key_usage(self, certificate: Certificate) -> None:
        usage = certificate.key_usage
        if usage is not None:
            self.may_sign_certificates = ext.KeyUsage.KEY_CERT_SIGN in usage
            self.may_sign_crls = ext.KeyUsage.CRL_SIGN in usage

    def _read_subject_key_identifier(self, certificate: Certificate) -> None:
        with suppress(MalformedEncoding):
            self.subject_key_identifier = certificate.subject_key_identifier

    def _read_authority_key_identifier(self, certificate: Certificate) -> None:
        with suppress(MalformedEncoding):
            found = certificate.authority_key_identifier
            self.authority_key_identifier = None if found is None else found.key_id

    def _read_policy_mappings(self, certificate: Certificate) -> None:
        self.policy_mappings = certificate.policy_mappings or ()

    def _read_policy_constraints(self, certificate: Certificate) -> None:
        constraints = certificate.policy_constraints
        if constraints is not None:
            self.require_explicit_policy = constraints.require_explicit_policy
            self.inhibit_policy_mapping = constraints.inhibit_policy_mapping

    def _read_inhibit_any_policy(self, certificate: Certificate) -> None:
        self.inhibit_any_policy = certificate.inhibit_any_policy

    def _read_name_constraints(self, certificate: Certificate) -> None:
        constraints = certificate.name_constraints
        if constraints is not None:
            self.name_constraints = Subtrees(
                tuple(map(_subtree, constraints.permitted)), tuple(map(_subtree, constraints.excluded))
            )


V3 = 3
_REPEATED = "EXTENSION_REPEATED:"
_READERS = {
    ext.BASIC_CONSTRAINTS: CertificateProfile._read_basic_constraints,
    ext.KEY_USAGE: CertificateProfile._read_key_usage,
    ext.SUBJECT_KEY_IDENTIFIER: CertificateProfile._read_subject_key_identifier,
    ext.AUTHORITY_KEY_IDENTIFIER: CertificateProfile._read_authority_key_identifier,
    ext.POLICY_MAPPINGS: CertificateProfile._read_policy_mappings,
    ext.POLICY_CONSTRAINTS: CertificateProfile._read_policy_constraints,
    ext.INHIBIT_ANY_POLICY: CertificateProfile._read_inhibit_any_policy,
    ext.NAME_CONSTRAINTS: CertificateProfile._read_name_constraints,
}


def profile_of(certificate: Certificate) -> CertificateProfile:
    """The certificate's profile, made at the first call and kept with the certificate itself.

    Certificates never change, so the profile lives exactly as long as its certificate and needs no cache to
    bound.
    """
    kept: CertificateProfile | None = certificate.__dict__.get("_pki_profile")
    if kept is None:
        kept = certificate.__dict__["_pki_profile"] = CertificateProfile(certificate)
    return kept


def comparable(name: GeneralName) -> ComparableName:
    """A general name as constraints compare it."""
    form = NameForm(int(name.kind))
    if isinstance(name.value, Name):
        return ComparableName(form, _directory(name.value))
    if form in _COMPARABLE:
        return ComparableName(form, name.value)
    if form is NameForm.OTHER:
        return _other_name(name)
    return ComparableName(form, None)


_COMPARABLE = frozenset((NameForm.EMAIL, NameForm.DNS, NameForm.URI, NameForm.IP))
_SMTP_UTF8_MAILBOX = "1.3.6.1.5.5.7.8.9"


def _other_name(name: GeneralName) -> ComparableName:
    """An internationalised mailbox falls under e-mail constraints by its host (RFC 9598 §6); the rest is
    opaque.
    """
    try:
        found = name.other_name()
        if found is not None and found[0] == _SMTP_UTF8_MAILBOX:
            return ComparableName(NameForm.EMAIL, ber_parse(found[1], what="SmtpUTF8Mailbox").text())
    except MalformedEncoding:
        pass
    return ComparableName(NameForm.OTHER, None)


def _directory(name: Name) -> NameKey | None:
    try:
        return name.normalized
    except MalformedEncoding:
        return None


def _subtree(subtree: ext.GeneralSubtree) -> ComparableName:
    name = comparable(subtree.base)
    if subtree.minimum != 0 or subtree.maximum is not None:
        return ComparableName(name.form, None)
    return name


def _constrained_names(certificate: Certificate) -> tuple[ComparableName, ...]:
    names: list[ComparableName] = []
    subject = certificate.subject
    try:
        if not subject.empty:
            names.append(ComparableName(NameForm.DIRECTORY, subject.normalized))
            names += (ComparableName(NameForm.EMAIL, address) for address in subject.get_all(EMAIL_ADDRESS))
    except MalformedEncoding:
        names.append(ComparableName(NameForm.DIRECTORY, None))
    try:
        names += map(comparable, certificate.subject_alternative_names or ())
    except MalformedEncoding:
        # Nothing can be said of any name in it: whatever form is constrained rejects the certificate.
        names += (ComparableName(form, None) for form in NameForm)
    return tuple(names)
