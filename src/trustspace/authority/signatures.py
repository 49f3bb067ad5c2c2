"""Signatures of officers and of the service over the octets of acts and records."""

from __future__ import annotations

from dataclasses import dataclass

from trustspace.algorithms.errors import AlgorithmNotSupported, KeyInvalid, SignatureInvalid
from trustspace.algorithms.identifiers import signature_algorithm_identifier
from trustspace.algorithms.model import SigningKey
from trustspace.algorithms.signatures import verify_signature
from trustspace.authority.reading import Reader, b64
from trustspace.encoding.algorithm_identifier import AlgorithmIdentifier
from trustspace.encoding.certificate import Certificate
from trustspace.errors import MalformedEncoding


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature with who made it and how; ``certificate`` is the SHA-256, ``algorithm`` the DER."""

    certificate: str
    algorithm: bytes
    value: bytes

    def to_json(self) -> dict[str, object]:
        """As it stands in the journal."""
        return {
            "certificate": self.certificate,
            "algorithm": b64(self.algorithm),
            "value": b64(self.value),
        }

    @classmethod
    def read(cls, reader: Reader) -> Signature:
        """From the journal. Raises ``ActMalformed``."""
        made = cls(reader.digest("certificate"), reader.octets("algorithm"), reader.octets("value"))
        reader.finish()
        return made

    def verifies(self, certificate: Certificate, message: bytes) -> bool:
        """Whether the certificate's key made it over ``message``."""
        try:
            algorithm = AlgorithmIdentifier.parse(self.algorithm)
            verify_signature(certificate.spki, algorithm.oid, algorithm.parameters, self.value, message)
        except (SignatureInvalid, KeyInvalid, AlgorithmNotSupported, MalformedEncoding):
            return False
        return certificate.sha256 == self.certificate


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs: an officer, or the service."""

    certificate: Certificate
    key: SigningKey

    def sign(self, message: bytes, entropy: bytes) -> Signature:
        """The signature over ``message`` with the key's usual scheme."""
        scheme = self.key.default_scheme
        algorithm = signature_algorithm_identifier(scheme, self.key.key)
        return Signature(self.certificate.sha256, algorithm, self.key.sign(message, scheme, entropy=entropy))


def certified_by(certificate: Certificate, issuer: Certificate) -> bool:
    """Whether ``issuer`` names and signed ``certificate``."""
    algorithm = certificate.signature_algorithm
    try:
        verify_signature(
            issuer.spki, algorithm.oid, algorithm.parameters, certificate.signature, certificate.tbs_raw
        )
    except (SignatureInvalid, KeyInvalid, AlgorithmNotSupported):
        return False
    return certificate.issuer.raw == issuer.subject.raw
