"""The ceremony that an authority begins with, as an act: keys, certificates, people, rules, times.

Its octets are what the founding officers sign; before enough of them have, nothing can be decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from trustspace.authority.acts import ActKind
from trustspace.authority.errors import ActRefused
from trustspace.authority.reading import Reader, b64, time_text
from trustspace.authority.signatures import certified_by
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.extensions import KeyUsage

LEAST_QUORUM = 2
"""Dual control: nobody acts alone."""
REGISTER_PURPOSE = "0.4.0.2231.3.0"
"""id-tsl-kp-tslSigning (ETSI TS 119 612 §5.7.1): what the register's readers demand."""
OCSP_PURPOSE = "1.3.6.1.5.5.7.3.9"


@dataclass(frozen=True, slots=True)
class Officer:
    """Who may act, by a certificate."""

    name: str
    certificate: Certificate

    def to_json(self) -> dict[str, object]:
        return {"name": self.name, "certificate": b64(self.certificate.raw)}

    @classmethod
    def read(cls, reader: Reader) -> Officer:
        made = cls(reader.text("name"), reader.certificate("certificate"))
        reader.finish()
        return made


@dataclass(frozen=True, slots=True)
class Participant:
    """Who was present, and as what: a witness, an auditor, an administrator."""

    name: str
    role: str

    def to_json(self) -> dict[str, object]:
        return {"name": self.name, "role": self.role}

    @classmethod
    def read(cls, reader: Reader) -> Participant:
        made = cls(reader.text("name"), reader.text("role"))
        reader.finish()
        return made


@dataclass(frozen=True, slots=True)
class Custody:
    """Where a key is kept, and which module signs with it."""

    key: str
    place: str
    module: str

    def to_json(self) -> dict[str, object]:
        return {"key": self.key, "place": self.place, "module": self.module}

    @classmethod
    def read(cls, reader: Reader) -> Custody:
        made = cls(reader.text("key"), reader.text("place"), reader.text("module"))
        reader.finish()
        return made


@dataclass(frozen=True, slots=True)
class Software:
    """What program made the keys; ``sha256`` over all its files."""

    name: str
    version: str
    sha256: str

    def to_json(self) -> dict[str, object]:
        return {"name": self.name, "version": self.version, "sha256": self.sha256}

    @classmethod
    def read(cls, reader: Reader) -> Software:
        made = cls(reader.text("name"), reader.text("version"), reader.digest("sha256"))
        reader.finish()
        return made


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long what is issued is good, in days (whole numbers, positive)."""

    certificate: int = 3 * 365
    crl: int = 7
    root_crl: int = 366
    register: int = 7
    ocsp: int = 1

    def to_json(self) -> dict[str, object]:
        return {
            "certificate": self.certificate,
            "crl": self.crl,
            "root_crl": self.root_crl,
            "register": self.register,
            "ocsp": self.ocsp,
        }

    @classmethod
    def read(cls, reader: Reader) -> Lifetimes:
        made = cls(*(reader.integer(name) for name in ("certificate", "crl", "root_crl", "register", "ocsp")))
        reader.finish()
        return made

    @property
    def positive(self) -> bool:
        """Whether all are at least a day, and at most a century."""
        days = (self.certificate, self.crl, self.root_crl, self.register, self.ocsp)
        return all(1 <= each <= 36_525 for each in days)


@dataclass(frozen=True, slots=True)
class Certificates:
    """The authority's own: the offline root, the CA of the TTP service below it, and what that certified."""

    root: Certificate
    issuing: Certificate
    register: Certificate
    ocsp: Certificate

    @property
    def each(self) -> tuple[tuple[str, Certificate], ...]:
        """All four with their names."""
        return (
            ("root", self.root),
            ("issuing", self.issuing),
            ("register", self.register),
            ("ocsp", self.ocsp),
        )

    def to_json(self) -> dict[str, object]:
        return {name: b64(certificate.raw) for name, certificate in self.each}

    @classmethod
    def read(cls, reader: Reader) -> Certificates:
        made = cls(*(reader.certificate(name) for name in ("root", "issuing", "register", "ocsp")))
        reader.finish()
        return made

    def problem(self) -> str | None:
        """Which of them is not what it should be; None where all is well."""
        for name, certificate, issuer in (
            ("root", self.root, self.root),
            ("issuing", self.issuing, self.root),
            ("register", self.register, self.issuing),
            ("ocsp", self.ocsp, self.issuing),
        ):
            if not certified_by(certificate, issuer):
                return name
        for name, certificate in (("root", self.root), ("issuing", self.issuing)):
            basic, usage = certificate.basic_constraints, certificate.key_usage or frozenset()
            if basic is None or not basic.ca or not {KeyUsage.KEY_CERT_SIGN, KeyUsage.CRL_SIGN} <= usage:
                return name
        for name, certificate, purpose in (
            ("register", self.register, REGISTER_PURPOSE),
            ("ocsp", self.ocsp, OCSP_PURPOSE),
        ):
            if certificate.extended_key_usage != (purpose,):
                return name
        return None


@dataclass(frozen=True, slots=True)
class Ceremony:
    """What was done at the beginning, by whom, where, when, with what.

    ``address`` is where the certificates, CRLs and OCSP responses will be published (a URL that ends in /).
    """

    quorum: int
    officers: tuple[Officer, ...]
    participants: tuple[Participant, ...]
    certificates: Certificates
    custody: tuple[Custody, ...]
    software: Software
    address: str
    lifetimes: Lifetimes
    place: str
    began: datetime
    ended: datetime

    def kind(self) -> ActKind:
        return ActKind.CEREMONY

    def to_json(self) -> dict[str, object]:
        return {
            "quorum": self.quorum,
            "officers": [each.to_json() for each in self.officers],
            "participants": [each.to_json() for each in self.participants],
            "certificates": self.certificates.to_json(),
            "custody": [each.to_json() for each in self.custody],
            "software": self.software.to_json(),
            "address": self.address,
            "lifetimes": self.lifetimes.to_json(),
            "place": self.place,
            "began": time_text(self.began),
            "ended": time_text(self.ended),
        }

    @classmethod
    def read(cls, reader: Reader) -> Ceremony:
        """From an act. Raises ``ActMalformed``."""
        return cls(
            quorum=reader.integer("quorum"),
            officers=reader.each("officers", Officer.read),
            participants=reader.each("participants", Participant.read),
            certificates=Certificates.read(reader.inner("certificates")),
            custody=reader.each("custody", Custody.read),
            software=Software.read(reader.inner("software")),
            address=reader.text("address"),
            lifetimes=Lifetimes.read(reader.inner("lifetimes")),
            place=reader.text("place"),
            began=reader.time("began"),
            ended=reader.time("ended"),
        )

    def check(self) -> None:
        """Whether an authority may begin like this. Raises ``ActRefused``."""
        check_quorum(self.quorum, len(self.officers))
        if len({officer.certificate.spki for officer in self.officers}) < len(self.officers):
            raise ActRefused("OFFICER_KEY_SHARED")
        wrong = self.certificates.problem()
        if wrong is not None:
            raise ActRefused("CEREMONY_CERTIFICATE_WRONG", certificate=wrong)
        if not self.lifetimes.positive:
            raise ActRefused("CEREMONY_LIFETIME_WRONG")
        check_address(self.address)


def check_quorum(quorum: int, officers: int) -> None:
    """Whether so many can act together. Raises ``ActRefused``: QUORUM_TOO_SMALL, OFFICERS_TOO_FEW."""
    if quorum < LEAST_QUORUM:
        raise ActRefused("QUORUM_TOO_SMALL", quorum=quorum, least=LEAST_QUORUM)
    if officers < quorum:
        raise ActRefused("OFFICERS_TOO_FEW", officers=officers, quorum=quorum)


def check_address(address: str) -> None:
    """Whether files can lie below it. Raises ``ActRefused`` CEREMONY_ADDRESS_WRONG."""
    if not address.isascii() or not address.startswith(("http://", "https://")) or not address.endswith("/"):
        raise ActRefused("CEREMONY_ADDRESS_WRONG", address=address)
