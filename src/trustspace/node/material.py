"""What a node loads from disk: keys, anchors, the register, evidence; and keeps current.

Keys and anchors load once, at start. Register and evidence are looked at again whenever their files change,
so that a revocation published meanwhile takes effect at the next request; a file that becomes unreadable
leaves the node not ready rather than with less to refuse by.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from pathlib import Path

from trustspace.encoding import pem
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.crl import CertificateList
from trustspace.encoding.ocsp import OCSPResponse
from trustspace.errors import InputError, MalformedEncoding, TrustspaceError
from trustspace.keys.errors import KeyNameError
from trustspace.keys.matching import check_certificate_of
from trustspace.keys.opening import open_key
from trustspace.keys.ring import KeyRing, RingKey
from trustspace.lists.register import RegisterUndetermined, read_register
from trustspace.node.config import KeyConfig, NodeConfig
from trustspace.pki.edges import EdgeCache, EdgeOutcome
from trustspace.pki.issuing.signed_data import CmsSigner
from trustspace.pki.revocation import EvidencePool, RevocationDatum
from trustspace.receipts.verify import ReceiptVerifier
from trustspace.trust.register import AuthorityEntry, Register, ServiceStatus
from trustspace.trust.snapshot import ServiceKind, Snapshot, TrustAnchor
from trustspace.validation.causes import Cause
from trustspace.validation.policy import Policy
from trustspace.validation.validator import Validator

_MAX_FILE = 64 * 1024 * 1024


class MaterialUnusable(InputError):
    """A file that the configuration names cannot be used. Parameters: ``path``, ``what``, ``reason``.

    NODE_CERTIFICATE_MISSING (``path``, ``key``): no certificate was attached to a key yet.
    """

    code = "NODE_MATERIAL_UNUSABLE"


def read_file(path: Path, what: str) -> bytes:
    """A file's octets. Raises :class:`MaterialUnusable`."""
    try:
        if path.stat().st_size > _MAX_FILE:
            raise MaterialUnusable(path=str(path), what=what, reason="too large")
        return path.read_bytes()
    except OSError as error:
        raise MaterialUnusable(path=str(path), what=what, reason=error.strerror or str(error)) from error


def load_certificates(path: Path) -> tuple[Certificate, ...]:
    """The certificates of a file, PEM or DER. Raises :class:`MaterialUnusable`."""
    try:
        found = tuple(Certificate.parse(data) for _, data in pem.decode_any(read_file(path, "a certificate")))
    except MalformedEncoding as error:
        raise MaterialUnusable(path=str(path), what="a certificate", reason=str(error)) from error
    return found


def load_anchors(paths: Iterable[Path]) -> tuple[Certificate, ...]:
    """Certificates to be trusted as they stand; a root's own signature must verify, or the file is damaged.

    Raises:
        MaterialUnusable: unreadable, no certificate, or damaged.
    """
    edges = EdgeCache()
    found = []
    for path in files_of(paths):
        for certificate in load_certificates(path):
            own = edges.edge(certificate, certificate).outcome if certificate.self_issued else None
            if own is EdgeOutcome.FAILED or "ALGORITHMS_DIFFER" in certificate.deviations:
                raise MaterialUnusable(path=str(path), what="a trust anchor", reason="its signature is false")
            found.append(certificate)
    return tuple(found)


def load_ring(config: KeyConfig) -> KeyRing:
    """A key and those that follow it, with their certificates and chains.

    Raises:
        KeyProviderError, AlgorithmNotSupported: a key cannot be had.
        MaterialUnusable: a certificate is unreadable or malformed, or is not its key's.
    """
    return KeyRing(_load_key(each) for each in config.each)


def load_signer(config: KeyConfig) -> CmsSigner:
    """One key with its certificate and chain. Raises as :func:`load_ring`."""
    return _load_key(config).signer


def _load_key(config: KeyConfig) -> RingKey:
    if not config.certificate.exists():
        raise MaterialUnusable("NODE_CERTIFICATE_MISSING", path=str(config.certificate), key=config.key)
    certificate = load_certificates(config.certificate)[0]
    key = open_key(
        config.key, config.secret, base=config.base, certificate=certificate, certified=config.certified
    )
    try:
        check_certificate_of(key.key, certificate, config.key)
    except KeyNameError as error:
        raise MaterialUnusable(
            path=str(config.certificate), what="a certificate", reason="it is not the key's certificate"
        ) from error
    chain = tuple(c for path in config.chain for c in load_certificates(path))
    return RingKey(key, certificate, chain, since=config.since)


def load_policy(config: NodeConfig) -> Policy:
    """The node's validation policy: a shipped one by name, or a TOML file beside ``node.toml``.

    Raises:
        PolicyUnknown, PolicyUnusable: there is no such policy, or the file is none.
        MaterialUnusable: the file cannot be read.
    """
    if not config.policy.endswith(".toml"):
        return Policy.load(config.policy)
    path = config.path.parent / config.policy
    return Policy.parse(read_file(path, "the policy"), path.stem)


def files_of(paths: Iterable[Path]) -> Iterator[Path]:
    """The files among these paths and directly inside these folders, in order."""
    for path in paths:
        if path.is_dir():
            yield from sorted(entry for entry in path.iterdir() if entry.is_file())
        else:
            yield path


def load_evidence(paths: Iterable[Path]) -> EvidencePool:
    """CRLs and OCSP responses, PEM or DER; certificates among them are left aside.

    Raises:
        MaterialUnusable: a file is unreadable, or is none of these. A damaged CRL is not passed over:
            what it revoked would come back.
    """
    pool = EvidencePool()
    for path in files_of(paths):
        data = read_file(path, "revocation data")
        try:
            for _, block in pem.decode_any(data):
                datum = _revocation_datum(block)
                if datum is not None:
                    pool.add(datum)
        except MalformedEncoding as error:
            raise MaterialUnusable(path=str(path), what="revocation data", reason=str(error)) from error
    return pool


def _revocation_datum(data: bytes) -> RevocationDatum | None:
    for kind in (CertificateList, OCSPResponse):
        try:
            return kind.parse(data)
        except MalformedEncoding:
            continue
    Certificate.parse(data)
    return None


@dataclass(frozen=True, slots=True)
class TrustState:
    """What the node believes at a moment, all of one piece.

    ``documents`` judges documents under the node's policy, ``receipts`` others' receipts and the node's own
    certificate. ``register`` None and ``problems`` say why the node is not ready.
    """

    snapshot: Snapshot
    evidence: EvidencePool
    documents: Validator
    receipts: ReceiptVerifier
    register: Register | None
    problems: tuple[Cause, ...]
    fingerprint: object


class Trust:
    """The current :class:`TrustState`, rebuilt when a file changes; may be shared by threads."""

    def __init__(self, config: NodeConfig) -> None:
        """Load the anchors. Raises :class:`MaterialUnusable`."""
        self._config = config
        self._lock = threading.Lock()
        self._own = tuple(
            TrustAnchor(certificate, config.member, ServiceKind.CA)
            for certificate in load_anchors(config.anchors)
        )
        self._roots = load_anchors(config.register_anchors)
        self._policy = load_policy(config)
        self._state: TrustState | None = None
        self._sequence = 0

    @property
    def roots(self) -> tuple[Certificate, ...]:
        """The certificates of the CA of the TTP service."""
        return self._roots

    def current(self, now: datetime) -> TrustState:
        """The state for a request at ``now``; never raises, what fails is among its problems."""
        fingerprint = self._fingerprint()
        with self._lock:
            state = self._state
            stale = state is not None and state.register is not None and not state.register.is_current(now)
            # What failed is tried again each time: files are small, and a node that is not ready is idle.
            if state is None or stale or state.problems or state.fingerprint != fingerprint:
                state = self._state = self._load(now, fingerprint)
            return state

    def _fingerprint(self) -> object:
        found = []
        for path in (*files_of(self._config.evidence), self._config.register):
            try:
                status = path.stat()
                found.append((str(path), status.st_mtime_ns, status.st_size, status.st_ino))
            except OSError:
                found.append((str(path), 0, 0, 0))
        return tuple(found)

    def _load(self, now: datetime, fingerprint: object) -> TrustState:
        problems: list[Cause] = []
        evidence = EvidencePool()
        register: Register | None = None
        try:
            evidence = load_evidence(self._config.evidence)
        except TrustspaceError as error:
            problems.append(Cause(error.code, error.parameters))
        try:
            data = read_file(self._config.register, "the register")
            register = read_register(data, self._roots, evidence, now, least_sequence=self._sequence)
            self._sequence = register.sequence
        except RegisterUndetermined as error:
            # Beside that it is not believed, health says what is missing (a CRL, a certificate).
            problems += [Cause(error.code, error.parameters), *error.why[:1]]
        except TrustspaceError as error:
            problems.append(Cause(error.code, error.parameters))
        snapshot = Snapshot(self._anchors(register), register)
        return TrustState(
            snapshot,
            evidence,
            Validator(snapshot, evidence, self._policy),
            ReceiptVerifier(snapshot, evidence),
            register,
            tuple(problems),
            fingerprint,
        )

    def _anchors(self, register: Register | None) -> tuple[TrustAnchor, ...]:
        anchors = [*self._own, *(TrustAnchor(c, None, ServiceKind.TTP_CA) for c in self._roots)]
        for entry in register.authorities if register is not None else ():
            # A member with a TTP is asked; one without is judged by its registered CA.
            if register is None or register.ttp_of_member(entry.member) is not None:
                continue
            anchors += _granted(entry)
        return tuple(anchors)


def _granted(entry: AuthorityEntry) -> Iterator[TrustAnchor]:
    """A registered CA as an anchor for each time that it was granted: what was signed then stays signed."""
    for period, following in zip_longest(entry.history, entry.history[1:]):
        if period.status is ServiceStatus.GRANTED:
            until = None if following is None else following.since
            certificate = Certificate.parse(entry.certificate)
            yield TrustAnchor(certificate, entry.member, ServiceKind.CA, period.since, until)
