"""Certification requests (PKCS #10, RFC 2986): a subject, its key, and the proof that it holds the key."""

from __future__ import annotations

from collections.abc import Iterable

from trustspace._native import Element
from trustspace.algorithms.identifiers import signature_algorithm_identifier
from trustspace.algorithms.model import SignatureScheme, SigningKey
from trustspace.algorithms.signatures import verify_signature
from trustspace.encoding import der
from trustspace.encoding.algorithm_identifier import AlgorithmIdentifier
from trustspace.encoding.attributes import Attributes, encode_attribute
from trustspace.encoding.certificate import assemble
from trustspace.encoding.extensions import Extension, parse_extensions
from trustspace.encoding.lazy import lazy
from trustspace.encoding.model import Encoded, fields_between, malformed, whole_octets
from trustspace.encoding.name import Name

EXTENSION_REQUEST = "1.2.840.113549.1.9.14"
"""extensionRequest (RFC 2985 §5.4.2): the extensions that the requester wishes for."""


class CertificationRequest(Encoded):
    """One CertificationRequest. Nothing in it is believed before :meth:`verify_possession`."""

    what = "CertificationRequest"
    max_elements = 10_000

    subject: Name
    spki: bytes
    """SubjectPublicKeyInfo, whole element."""
    attributes: Attributes

    def __init__(self, element: Element) -> None:
        top = fields_between(element, self.what, 3, 3)
        info = fields_between(top[0], "CertificationRequestInfo", 4, 4)
        if info[0].integer() != 0:
            malformed(self.what, info[0], "unknown version")
        if info[3].tag != 0xA0:
            malformed(self.what, info[3], "attributes expected")
        self.raw = element.raw
        self.info_raw = top[0].raw
        """CertificationRequestInfo: what the signature is over."""
        self.subject = Name.parse_element(info[1])
        self.spki = info[2].expect(0x30).raw
        self.attributes = Attributes.parse_element(info[3])
        self.signature_algorithm = AlgorithmIdentifier.parse_element(top[1].expect(0x30))
        self.signature = whole_octets(top[2], self.what)

    @classmethod
    def parse_element(cls, element: Element) -> CertificationRequest:
        """Read it from an element of another structure. Raises MalformedEncoding."""
        return cls(element)

    @lazy
    def extensions(self) -> dict[str, Extension]:
        """The extensions that are asked for, by OID. Raises MalformedEncoding."""
        wanted = self.attributes.get(EXTENSION_REQUEST)
        return {} if wanted is None else parse_extensions(wanted.value)[0]

    def verify_possession(self) -> None:
        """Whether the holder of the key made the request (RFC 2986 §3, note 2).

        Raises ``SignatureInvalid``, ``KeyInvalid``, ``AlgorithmNotSupported``.
        """
        algorithm = self.signature_algorithm
        verify_signature(self.spki, algorithm.oid, algorithm.parameters, self.signature, self.info_raw)

    @classmethod
    def build(
        cls,
        subject: Name,
        key: SigningKey,
        *,
        entropy: bytes,
        scheme: SignatureScheme | None = None,
        extensions: Iterable[bytes] = (),
    ) -> CertificationRequest:
        """A request for ``key``, signed with it; ``extensions`` are whole Extensions (``encode_extension``).

        Raises ``AlgorithmNotSupported`` where the key cannot sign so.
        """
        scheme = scheme or key.default_scheme
        wanted = list(extensions)
        attributes = [encode_attribute(EXTENSION_REQUEST, [der.sequence(*wanted)])] if wanted else []
        info = der.sequence(
            der.integer(0), subject.raw, key.key.spki, der.implicit(0, der.set_of(attributes))
        )
        signature = key.sign(info, scheme, entropy=entropy)
        return cls.parse(assemble(info, signature_algorithm_identifier(scheme, key.key), signature))
