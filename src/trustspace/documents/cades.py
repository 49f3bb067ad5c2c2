"""Reading CMS and CAdES (RFC 5652, EN 319 122-1): a SignedData in, a Document out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

from trustspace._native import ber_parse
from trustspace.algorithms.digests import digest_by_oid
from trustspace.algorithms.errors import AlgorithmNotSupported
from trustspace.algorithms.model import DigestAlgorithm
from trustspace.documents import signature_attributes as attrs
from trustspace.documents.cades_levels import level_of
from trustspace.documents.content import Content
from trustspace.documents.model import (
    DataReference,
    Document,
    EmbeddedTimestamp,
    Level,
    Problem,
    Signature,
    SignatureFormat,
    SignedForm,
    SignedInput,
    SignerIdentifier,
    TimestampKind,
    signature_id,
    timestamp_id,
)
from trustspace.documents.signature_attributes import AttributeReader
from trustspace.documents.signature_value import names_another_digest
from trustspace.encoding import cades_attributes as oids
from trustspace.encoding.cms import ID_DATA, MAX_SIGNERS, SignedData, SignerInfo
from trustspace.encoding.tsp import ID_CT_TST_INFO
from trustspace.errors import MalformedEncoding
from trustspace.timestamps.token import TimestampToken

MAX_DEPTH = 8
"""Counter-signatures of counter-signatures, and time-stamps in time-stamps."""
MAX_SIGNATURES = 5_000
"""Signatures and time-stamps in one document, at all depths."""


@dataclass(slots=True)
class _Budget:
    """How many signatures and time-stamps may still be read."""

    left: int = MAX_SIGNATURES

    def spend(self) -> None:
        if self.left <= 0:
            raise MalformedEncoding(what="SignedData", offset=0, reason="too many signatures")
        self.left -= 1


@dataclass(slots=True)
class _Evidence:
    """Certificates and revocation data, each once, in the order of their finding."""

    certificates: dict[bytes, None] = field(default_factory=dict)
    crls: dict[bytes, None] = field(default_factory=dict)
    ocsps: dict[bytes, None] = field(default_factory=dict)

    def add(self, certificates: Iterable[bytes], crls: Iterable[bytes], ocsps: Iterable[bytes]) -> None:
        self.certificates.update(dict.fromkeys(certificates))
        self.crls.update(dict.fromkeys(crls))
        self.ocsps.update(dict.fromkeys(ocsps))


def read_signed_data(
    signed: SignedData,
    content: Content | None = None,
    *,
    name: str | None = None,
    encoding: str = "DER",
    problems: tuple[Problem, ...] = (),
    octets: bytes | None = None,
) -> Document:
    """What stands in a SignedData. ``content`` is what was handed in beside it: the detached content.

    ``octets`` are the whole file's, where the SignedData came in an envelope.

    Raises MalformedEncoding when the SignedData is none; what is wrong inside a signature is stated there.
    """
    return _Reader(_Budget(), 0).document(
        signed, content, name=name, encoding=encoding, problems=problems, octets=octets
    )


class _Reader:
    """Reads one SignedData; nested ones get a reader one level deeper, with the same budget."""

    def __init__(self, budget: _Budget, depth: int) -> None:
        self.budget = budget
        self.depth = depth
        self.evidence = _Evidence()

    def document(
        self,
        signed: SignedData,
        handed: Content | None,
        *,
        name: str | None,
        encoding: str = "DER",
        problems: tuple[Problem, ...] = (),
        octets: bytes | None = None,
    ) -> Document:
        whole = signed.raw if octets is None else octets
        found = list(problems)
        own = self._own_evidence(signed, found)
        encapsulated = signed.content
        content = Content.of_bytes(encapsulated, name) if encapsulated is not None else handed
        self.signed = signed
        self.content = content
        # Content that is handed in beside an enveloping signature must be the enveloped content.
        self.beside = handed if encapsulated is not None else None
        self.has_revocation = bool(own.crls or own.ocsps)
        self._check(signed, found)
        infos = self._infos(signed)
        self._prepare(infos)
        signatures = tuple(self._top_level(info, raw) for info, raw in infos)
        is_cades = any(s.format is SignatureFormat.CADES for s in signatures)
        return Document(
            format=SignatureFormat.CADES if is_cades else SignatureFormat.CMS,
            content_type=signed.encap_content_type,
            content=content,
            detached=signed.detached,
            signatures=signatures,
            certificates=tuple(self.evidence.certificates),
            crls=tuple(self.evidence.crls),
            ocsps=tuple(self.evidence.ocsps),
            raw_size=len(whole),
            sha256=sha256(whole).hexdigest(),
            name=name,
            encoding=encoding,
            format_problems=tuple(found),
        )

    def _content_problems(self) -> list[Problem]:
        """RFC 5652 §5.2 wants an OCTET STRING; PKCS #7 allowed any type in content that is not id-data.

        The tag is not signed, so what it may be must be narrow, or a changed one would go unnoticed.
        """
        element = self.signed.content_element
        if element is None or element.tag & 0xDF == 0x04:
            return []
        tolerated = element.tag == 0x30 and self.signed.encap_content_type != ID_DATA
        return [Problem("CONTENT_NOT_OCTET_STRING", {"tag": element.tag}, fatal=not tolerated)]

    def _own_evidence(self, signed: SignedData, problems: list[Problem]) -> _Evidence:
        try:
            ocsps = signed.ocsp_responses
        except MalformedEncoding as error:
            problems.append(Problem("REVOCATION_INFO_MALFORMED", error.parameters, fatal=False))
            ocsps = ()
        self.evidence.add(signed.certificates, signed.crls, ocsps)
        return self.evidence

    def _check(self, signed: SignedData, problems: list[Problem]) -> None:
        """RFC 5652 §5.1: the version follows from the content; other versions are common and harmless."""
        if not 1 <= signed.version <= 5:
            problems.append(Problem("VERSION_WRONG", {"version": signed.version}, fatal=False))
        try:
            self.declared = frozenset(algorithm.oid for algorithm in signed.digest_algorithms)
        except MalformedEncoding as error:
            self.declared = frozenset()
            problems.append(Problem("DIGEST_ALGORITHMS_MALFORMED", error.parameters, fatal=False))

    def _infos(self, signed: SignedData) -> list[tuple[SignerInfo | MalformedEncoding, bytes]]:
        try:
            return [(info, info.raw) for info in signed.signer_infos]
        except MalformedEncoding:
            infos = signed.element[-1]
            if len(infos) > MAX_SIGNERS:
                raise
            # One of them cannot be read: read each by itself, so that the others are still judged.
            return [_signer_info(raw) for raw in infos.raws()]

    def _prepare(self, infos: list[tuple[SignerInfo | MalformedEncoding, bytes]]) -> None:
        """Digest the content for all signers in one pass."""
        if self.content is None:
            return
        wanted = (_digest(i.digest_algorithm.oid) for i, _ in infos if isinstance(i, SignerInfo))
        algorithms = [algorithm for algorithm in wanted if algorithm is not None]
        self.content.prepare(algorithms)
        if self.beside is not None:
            self.beside.prepare(algorithms)

    def _top_level(self, info: SignerInfo | MalformedEncoding, raw: bytes) -> Signature:
        self.budget.spend()
        if isinstance(info, MalformedEncoding):
            return _unreadable(raw, info)
        return self._signature(info, self.content, None, 0)

    def _signature(
        self, info: SignerInfo, content: Content | None, parent: str | None, depth: int
    ) -> Signature:
        reader = AttributeReader(info)
        reader.check_shape()
        identifier = signature_id(info.raw, parent)
        digest = _digest(info.digest_algorithm.oid)
        content_type = reader.content_type()
        references, inputs = self._references(reader, info, content, digest, parent)
        certificate_references = reader.certificate_references()
        self._check_signer(reader, info, content_type, parent)
        evidence = reader.evidence()
        if any(evidence):
            self.evidence.add(*evidence)
        timestamps = self._timestamps(reader, info, content)
        counters = self._counter_signatures(reader, info, identifier, depth)
        is_cades = bool(certificate_references) and info.signed_attributes is not None
        sid = info.sid
        return Signature(
            id=identifier,
            raw=info.raw,
            format=SignatureFormat.CADES if is_cades else SignatureFormat.CMS,
            level=level_of(
                reader.signed_types,
                reader.unsigned_types,
                sid,
                self.signed.certificates,
                revocation=self.has_revocation,
            )
            if is_cades
            else Level.PLAIN,
            parent=parent,
            claimed_signing_time=reader.signing_time(),
            signer=SignerIdentifier(
                issuer=sid.issuer.raw if sid.issuer else None,
                serial=sid.serial,
                key_identifier=sid.subject_key_identifier,
            ),
            certificate_references=certificate_references,
            digest_oid=info.digest_algorithm.oid,
            digest_algorithm=digest,
            signature_oid=info.signature_algorithm.oid,
            signature_parameters=info.signature_algorithm.parameters,
            value=info.signature,
            inputs=inputs,
            references=references,
            content_type=content_type,
            mime_type=reader.mime_type(),
            policy=reader.policy(),
            commitments=reader.commitments(),
            attributes=reader.notes(),
            timestamps=timestamps,
            counter_signatures=counters,
            certificates=evidence[0],
            crls=evidence[1],
            ocsps=evidence[2],
            format_problems=tuple(reader.problems),
        )

    def _references(
        self,
        reader: AttributeReader,
        info: SignerInfo,
        content: Content | None,
        digest: DigestAlgorithm | None,
        parent: str | None,
    ) -> tuple[tuple[DataReference, ...], tuple[SignedInput, ...]]:
        """The message digest against the content, and what the signature value is over (RFC 5652 §5.4)."""
        signed = info.signed_attributes
        expected = reader.message_digest() if signed is not None else None
        oid = info.digest_algorithm.oid

        def reference(name: str, data: Content | None) -> DataReference:
            actual = data.digest(digest) if data is not None and digest is not None else None
            found = data is not None and (digest is None or actual is not None)
            return DataReference(name, oid, digest.name if digest else None, expected, actual, found)

        label = parent or (content.name if content is not None and content.name else "content")
        references = [reference(label, content)]
        if self.beside is not None and parent is None:
            name = self.beside.name or "content handed in"
            stamped = self._stamped(name, self.beside)
            references.append(stamped if stamped is not None else reference(name, self.beside))
        if signed is None:
            inputs = [SignedInput(SignedForm.CONTENT, content)] if content is not None else []
        else:
            if expected is None and not any(p.fatal for p in reader.problems):
                reader.problems.append(Problem("MESSAGE_DIGEST_MISSING"))
            inputs = [SignedInput(SignedForm.ATTRIBUTES, Content.of_bytes(signed.as_stood))]
            if not signed.is_der:
                inputs.append(SignedInput(SignedForm.ATTRIBUTES_DER, Content.of_bytes(signed.der)))
        return tuple(references), tuple(inputs)

    def _stamped(self, name: str, data: Content) -> DataReference | None:
        """Content beside a time-stamp token is what the token's imprint is of (RFC 3161 §2.4.2)."""
        if self.signed.encap_content_type != ID_CT_TST_INFO:
            return None
        try:
            token = TimestampToken.of(self.signed)
        except MalformedEncoding:
            return None
        imprint = token.tst_info.message_imprint
        digest = token.imprint_algorithm
        actual = data.digest(digest) if digest is not None else None
        found = digest is None or actual is not None
        named = digest.name if digest is not None else None
        return DataReference(name, imprint.hash_oid, named, imprint.digest, actual, found)

    def _check_signer(
        self, reader: AttributeReader, info: SignerInfo, content_type: str | None, parent: str | None
    ) -> None:
        problems = reader.problems
        encapsulated = self.signed.encap_content_type
        # RFC 5652 §5.3: 1 with issuer and serial number, 3 with a key identifier.
        if info.version != (3 if info.sid.issuer is None else 1):
            problems.append(Problem("VERSION_WRONG", {"version": info.version}, fatal=False))
        if not info.signature:
            problems.append(Problem("SIGNATURE_VALUE_EMPTY"))
        algorithm = info.signature_algorithm
        if names_another_digest(algorithm.oid, algorithm.parameters, info.digest_algorithm.oid):
            parameters = {"signature": algorithm.oid, "digest": info.digest_algorithm.oid}
            problems.append(Problem("SIGNATURE_DIGEST_MISMATCH", parameters, fatal=False))
        if reader.protected_algorithms() is False:
            # RFC 6211 §2: another algorithm than the signer's stands here.
            problems.append(Problem("ALGORITHM_PROTECTION_MISMATCH"))
        if parent is not None:
            # RFC 5652 §11.4: a counter-signature has no content-type.
            if content_type is not None:
                problems.append(Problem("COUNTER_SIGNATURE_CONTENT_TYPE", fatal=False))
            return
        problems += self._content_problems()
        if info.digest_algorithm.oid not in self.declared:
            parameters = {"oid": info.digest_algorithm.oid}
            problems.append(Problem("DIGEST_ALGORITHM_NOT_DECLARED", parameters, fatal=False))
        if info.signed_attributes is None:
            if encapsulated != ID_DATA:
                # RFC 5652 §5.3: they MUST be present; without them, attributes could pass for content.
                problems.append(Problem("SIGNED_ATTRIBUTES_MISSING", {"content_type": encapsulated}))
        elif oids.CONTENT_TYPE not in info.signed_attributes:
            problems.append(Problem("CONTENT_TYPE_MISSING"))
        elif content_type is not None and content_type != encapsulated:
            parameters = {"attribute": content_type, "content": encapsulated}
            problems.append(Problem("CONTENT_TYPE_MISMATCH", parameters))

    def _counter_signatures(
        self, reader: AttributeReader, info: SignerInfo, identifier: str, depth: int
    ) -> tuple[Signature, ...]:
        if oids.COUNTERSIGNATURE not in reader.unsigned_types:
            return ()
        found = []
        covered = Content.of_bytes(info.signature)
        for value in reader.unsigned(oids.COUNTERSIGNATURE):
            self.budget.spend()
            if depth + 1 > MAX_DEPTH:
                reader.problems.append(Problem("NESTED_TOO_DEEPLY", {"limit": MAX_DEPTH}, fatal=False))
                break
            try:
                counter = SignerInfo.parse_element(value)
            except MalformedEncoding as error:
                found.append(_unreadable(value.raw, error, identifier))
                continue
            found.append(self._signature(counter, covered, identifier, depth + 1))
        return tuple(found)

    def _timestamps(
        self, reader: AttributeReader, info: SignerInfo, content: Content | None
    ) -> tuple[EmbeddedTimestamp, ...]:
        oid = oids.CONTENT_TIME_STAMP
        found = [
            self._timestamp(TimestampKind.CONTENT, oid, value.raw, content)
            for value in reader.signed_values(oid)
        ]
        for oid, kind in _UNSIGNED_TIME_STAMPS if reader.unsigned_types else ():
            covered: Content | None = None
            for value in reader.unsigned(oid):
                if covered is None:
                    covered = _covered(kind, info)
                found.append(self._timestamp(kind, oid, value.raw, covered))
        return tuple(found)

    def _timestamp(
        self, kind: TimestampKind, oid: str, raw: bytes, covered: Content | None
    ) -> EmbeddedTimestamp:
        self.budget.spend()
        problems: list[Problem] = []
        token: TimestampToken | None = None
        inner: Document | None = None
        if self.depth + 1 > MAX_DEPTH:
            problems.append(Problem("NESTED_TOO_DEEPLY", {"limit": MAX_DEPTH}, fatal=False))
        else:
            if raw[:1] == b"\x04":
                # Seen in real files: the token wrapped in an OCTET STRING.
                problems.append(Problem("TIME_STAMP_WRAPPED", fatal=False))
            try:
                raw = _unwrapped(raw)
                token = TimestampToken.parse(raw)
                inner = _Reader(self.budget, self.depth + 1).document(token.signed_data, None, name="TSTInfo")
            except MalformedEncoding as error:
                problems.append(Problem("TIME_STAMP_MALFORMED", error.parameters))
        if inner is not None:
            self.evidence.add(inner.certificates, inner.crls, inner.ocsps)
            problems += inner.format_problems
            if len(inner.signatures) != 1:
                # RFC 3161 §2.4.2: the token has exactly one signature, the TSA's.
                problems.append(Problem("TIME_STAMP_SIGNERS", {"count": len(inner.signatures)}))
        return EmbeddedTimestamp(
            id=timestamp_id(raw),
            kind=kind,
            attribute=oid,
            raw=raw,
            token=token,
            covered=covered,
            signature=inner.signatures[0] if inner is not None and inner.signatures else None,
            certificates=inner.certificates if inner else (),
            crls=inner.crls if inner else (),
            ocsps=inner.ocsps if inner else (),
            problems=tuple(problems),
        )


_UNSIGNED_TIME_STAMPS = (
    (oids.SIGNATURE_TIME_STAMP, TimestampKind.SIGNATURE),
    (oids.CADES_C_TIME_STAMP, TimestampKind.SIGNATURE_AND_REFERENCES),
    (oids.CERT_CRL_TIME_STAMP, TimestampKind.REFERENCES),
    *((oid, TimestampKind.ARCHIVE) for oid in attrs.ARCHIVE_TIME_STAMPS),
)


def _covered(kind: TimestampKind, info: SignerInfo) -> Content | None:
    """What a time-stamp in an unsigned attribute is over; None where we do not compute it."""
    if kind is TimestampKind.SIGNATURE:
        return Content.of_bytes(info.signature)
    if kind is TimestampKind.ARCHIVE:
        return None
    references = (oids.CERTIFICATE_REFS, oids.REVOCATION_REFS)
    if kind is TimestampKind.REFERENCES:
        return Content.of_bytes(_attributes(info, references))
    before = _attributes(info, (oids.SIGNATURE_TIME_STAMP, *references))
    return Content.of_bytes(info.signature + before)


def _attributes(info: SignerInfo, oids: tuple[str, ...]) -> bytes:
    return attrs.concatenation(tuple(item for oid in oids for item in info.unsigned(oid)))


def _unwrapped(raw: bytes) -> bytes:
    return ber_parse(raw, what="TimeStampToken").octets() if raw[:1] == b"\x04" else raw


def _digest(oid: str) -> DigestAlgorithm | None:
    try:
        return digest_by_oid(oid)
    except AlgorithmNotSupported:
        return None


def _signer_info(raw: bytes) -> tuple[SignerInfo | MalformedEncoding, bytes]:
    try:
        return SignerInfo.parse(raw), raw
    except MalformedEncoding as error:
        return error, raw


def _unreadable(raw: bytes, error: MalformedEncoding, parent: str | None = None) -> Signature:
    """A signature of which only its place is known."""
    return Signature(
        id=signature_id(raw, parent),
        raw=raw,
        format=SignatureFormat.CMS,
        level=Level.PLAIN,
        parent=parent,
        signer=SignerIdentifier(),
        digest_oid="",
        digest_algorithm=None,
        signature_oid="",
        signature_parameters=None,
        value=b"",
        inputs=(),
        format_problems=(Problem("SIGNER_INFO_MALFORMED", error.parameters),),
    )
