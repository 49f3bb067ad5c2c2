"""Reading CMS and CAdES (RFC 5652, EN 319 122-1): a SignedData in, a Document out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

from trustspace.algorithms.digests import digest_by_oid
from trustspace.algorithms.errors import AlgorithmNotSupported
from trustspace.algorithms.model import DigestAlgorithm
from trustspace.documents.cades_format import check_signer, holds_attributes
from trustspace.documents.cades_levels import level_of
from trustspace.documents.cades_timestamps import (
    UNSIGNED_TIME_STAMPS,
    covered_content,
    stamped_reference,
    unwrapped,
)
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
from trustspace.encoding import cades_attributes as oids
from trustspace.encoding.cms import MAX_SIGNERS, SignedData, SignerInfo
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
        identifier = signature_id(info.own_octets, parent)
        digest = _digest(info.digest_algorithm.oid)
        content_type = reader.content_type()
        references, inputs = self._references(reader, info, content, digest, parent)
        certificate_references = reader.certificate_references()
        check_signer(reader, self.signed, self.declared, content_type, counter=parent is not None)
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
            stamped = stamped_reference(self.signed, name, self.beside)
            references.append(stamped if stamped is not None else reference(name, self.beside))
        if signed is None:
            inputs = [SignedInput(SignedForm.CONTENT, content)] if content is not None else []
            if content is not None and holds_attributes(content):
                reader.problems.append(Problem("CONTENT_IS_SIGNED_ATTRIBUTES"))
            elif content is not None and not content.available:
                reader.problems.append(Problem("CONTENT_ONLY_BY_DIGEST", fatal=False))
        else:
            if expected is None and not any(p.fatal for p in reader.problems):
                reader.problems.append(Problem("MESSAGE_DIGEST_MISSING"))
            inputs = [SignedInput(SignedForm.ATTRIBUTES, Content.of_bytes(signed.as_stood))]
            if not signed.is_der:
                inputs.append(SignedInput(SignedForm.ATTRIBUTES_DER, Content.of_bytes(signed.der)))
        return tuple(references), tuple(inputs)

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
        for oid, kind in UNSIGNED_TIME_STAMPS if reader.unsigned_types else ():
            covered: Content | None = None
            for value in reader.unsigned(oid):
                if covered is None:
                    covered = covered_content(kind, info)
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
                raw = unwrapped(raw)
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
