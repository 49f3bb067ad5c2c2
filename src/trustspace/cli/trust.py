"""What ``--trust`` names, sorted by content: whom to trust, what is known, what was skipped.

A certificate that is named as a file is trusted as it stands. In a folder the authorities are trusted, and
so are self-signed certificates; a person's certificate that happens to lie there is only known, because
trusting it as such would pass over its revocation.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from trustspace.cli.errors import CommandError
from trustspace.cli.files import IN_MEMORY_LIMIT, read_file, unreadable
from trustspace.cli.recognise import Found, Kind, looks_like, read_objects
from trustspace.cli.words import decoding_reason
from trustspace.encoding.certificate import Certificate
from trustspace.errors import TrustspaceError
from trustspace.pki.self_signed import is_damaged

FILES_LIMIT = 20_000
"""Files of one folder that are looked at."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file in a folder that is none of what ``--trust`` takes, or cannot be decoded."""

    path: str
    reason: str
    suspicious: bool
    """It claims to be one of ours (by name or first octets), so its owner should know."""


@dataclass(slots=True)
class TrustInputs:
    """Everything that the ``--trust`` options gave, by kind; each object once."""

    anchors: dict[str, Certificate] = field(default_factory=dict)
    certificates: dict[str, Certificate] = field(default_factory=dict)
    """Known, not trusted."""
    crls: dict[bytes, None] = field(default_factory=dict)
    ocsp_responses: dict[bytes, None] = field(default_factory=dict)
    registers: dict[bytes, str] = field(default_factory=dict)
    """Signed registers, not yet verified, with where they lie."""
    skipped: list[Skipped] = field(default_factory=list)
    origins: dict[str, tuple[str, bool]] = field(default_factory=dict)
    """By certificate: the file that it came from, and whether that file was named itself."""


_OURS = frozenset({Kind.CERTIFICATE, Kind.CRL, Kind.OCSP_RESPONSE, Kind.REGISTER})
_NAMES_OF_OURS = frozenset({".cer", ".crt", ".pem", ".der", ".crl", ".ocsp", ".ors", ".p7s", ".register"})


def read_trust(paths: list[str]) -> TrustInputs:
    """Sort out every path.

    Raises ``CommandError``: what :func:`read_file` raises; TRUST_FILE_UNUSABLE for a file that is none of
    ours; TRUST_CERTIFICATE_DAMAGED for a self-signed certificate whose own signature is false (in a folder
    it is skipped); TRUST_PATH_EMPTY for a folder that holds none; TRUST_WITHOUT_CERTIFICATES when no
    certificate is trusted in the end; TRUST_TOO_MANY_FILES.
    """
    inputs = TrustInputs()
    for path in paths:
        if Path(path).is_dir():
            _read_folder(path, inputs)
        else:
            _read_named_file(path, inputs)
    _refuse_damaged(inputs)
    if paths and not inputs.anchors:
        raise CommandError("TRUST_WITHOUT_CERTIFICATES", paths=", ".join(paths))
    return inputs


def _read_named_file(path: str, inputs: TrustInputs) -> None:
    data = read_file(path)
    objects = read_objects(data)
    for found in objects:
        reason = _take(found, inputs, path, named=True)
        if reason is not None:
            raise CommandError("TRUST_FILE_UNUSABLE", path=path, reason=reason)


def _read_folder(folder: str, inputs: TrustInputs) -> None:
    taken = files = 0
    for path in _files_below(folder):
        files += 1
        if files > FILES_LIMIT:
            raise CommandError("TRUST_TOO_MANY_FILES", path=folder, limit=FILES_LIMIT)
        try:
            data = read_file(path, limit=IN_MEMORY_LIMIT)
        except CommandError as error:
            inputs.skipped.append(Skipped(path, error.code, _named_like_ours(path)))
            continue
        for found in read_objects(data):
            reason = _take(found, inputs, path, named=False)
            if reason is None:
                taken += 1
            else:
                suspicious = found.kind in _OURS or _named_like_ours(path)
                inputs.skipped.append(
                    Skipped(path, reason, suspicious and found.kind in {*_OURS, Kind.UNKNOWN})
                )
    if not taken:
        raise CommandError("TRUST_PATH_EMPTY", path=folder, files=files)


def _files_below(folder: str) -> Iterator[str]:
    """Files in a folder and its subfolders, sorted, hidden ones left out; links to folders not followed."""

    def refuse(error: OSError) -> None:
        raise unreadable(str(error.filename or folder), error)

    for current, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(current, name)
            if not name.startswith(".") and path.is_file():
                yield str(path)


def _named_like_ours(path: str) -> bool:
    return Path(path).suffix.lower() in _NAMES_OF_OURS


def _take(found: Found, inputs: TrustInputs, path: str, *, named: bool) -> str | None:
    """Put one object where it belongs; the reason in a few words when it belongs nowhere."""
    try:
        match found.kind:
            case Kind.CERTIFICATE:
                _take_certificate(Certificate.parse(found.data), inputs, path, named=named)
            case Kind.CRL:
                from trustspace.encoding.crl import CertificateList  # noqa: PLC0415 - only where there is one

                CertificateList.parse(found.data)
                inputs.crls[found.data] = None
            case Kind.OCSP_RESPONSE:
                from trustspace.encoding.ocsp import OCSPResponse  # noqa: PLC0415

                OCSPResponse.parse(found.data)
                inputs.ocsp_responses[found.data] = None
            case Kind.REGISTER:
                inputs.registers.setdefault(found.data, path)
            case Kind.UNKNOWN:
                return looks_like(found.data)
            case _:
                return found.kind.value
    except TrustspaceError as error:
        return decoding_reason(error)
    return None


def _take_certificate(certificate: Certificate, inputs: TrustInputs, path: str, *, named: bool) -> None:
    constraints = certificate.basic_constraints
    authority = certificate.version < 2 or (constraints is not None and constraints.ca)
    if named or authority or certificate.self_issued:
        inputs.anchors.setdefault(certificate.sha256, certificate)
        inputs.certificates.pop(certificate.sha256, None)
        inputs.origins.setdefault(certificate.sha256, (path, named))
    elif certificate.sha256 not in inputs.anchors:
        inputs.certificates.setdefault(certificate.sha256, certificate)


def _refuse_damaged(inputs: TrustInputs) -> None:
    """Nobody is trusted through a self-signed certificate that does not verify itself."""
    for sha256, certificate in list(inputs.anchors.items()):
        if not is_damaged(certificate, inputs.anchors.values()):
            continue
        path, named = inputs.origins[sha256]
        if named:
            raise CommandError("TRUST_CERTIFICATE_DAMAGED", path=path)
        del inputs.anchors[sha256]
        inputs.skipped.append(Skipped(path, "its own signature is false", True))
