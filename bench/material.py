"""What the validation benchmark validates: one content, 1,000 signatures by 500 signers, none repeated.

Chain of three (root, issuing CA, signer), a CRL of each CA, detached CAdES-B-B over 1 KB. The same files
go to every contender. Times are the present, since the rivals judge as of now.
"""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from support.pki import Entity, Pki
from trustspace.pki.issuing import RevokedEntry

SIGNERS = 500
SIGNATURES = 1000


@dataclass(frozen=True, slots=True)
class Material:
    """A folder as the contenders read it, and the CA that can publish a revocation meanwhile."""

    folder: Path
    root: Path
    crls: tuple[Path, Path]
    content: Path
    issuing: Entity
    signers: tuple[Entity, ...]


def pem(label: str, der: bytes) -> str:
    return f"-----BEGIN {label}-----\n{base64.encodebytes(der).decode()}-----END {label}-----\n"


def make(folder: Path, kind: str, *, signers: int = SIGNERS, signatures: int = SIGNATURES) -> Material:
    """Write the material for one algorithm ``kind`` into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC).replace(microsecond=0)
    pki = Pki(kind, now=now, label="bench")
    root = pki.root("Bench root")
    issuing = pki.authority("Bench issuing CA", root)
    people = tuple(pki.signer(f"Signer {n}", issuing) for n in range(signers))
    content = os.urandom(1024)
    (folder / "content").write_bytes(content)
    (folder / "root.pem").write_text(pem("CERTIFICATE", root.certificate.raw))
    # A short CRL, so that no contender is judged by how it searches a long one; none of it names a signer.
    others = [RevokedEntry(1 << 40 | n, now - timedelta(days=30), 1) for n in range(10)]
    (folder / "root.crl").write_text(pem("X509 CRL", root.crl().raw))
    (folder / "issuing.crl").write_text(pem("X509 CRL", issuing.crl(entries=others).raw))
    for n in range(signatures):
        signature = pki.sign(
            content, people[n % signers], detached=True, signing_time=now - timedelta(seconds=n + 1)
        )
        (folder / f"{n:04d}.p7s").write_bytes(signature)
    return Material(
        folder,
        folder / "root.pem",
        (folder / "root.crl", folder / "issuing.crl"),
        folder / "content",
        issuing,
        people,
    )
