"""The openssl command as the other side of a test: files in a folder, and commands run there."""

from __future__ import annotations

import base64
import subprocess
from dataclasses import dataclass
from pathlib import Path

_PKI = """\
[req]
distinguished_name = dn
[dn]
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[signer]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature,nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[stamping]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature,nonRepudiation
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = tsa_section
[tsa_section]
serial = serial
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512{digests}
ess_cert_id_alg = sha256
signer_digest = {digest}
accuracy = secs:1
"""


@dataclass(frozen=True)
class OpenSSL:
    """The command with its environment, working in one folder."""

    command: str
    environment: dict[str, str]
    folder: Path

    def run(self, *arguments: str | Path, expect: int | None = 0) -> str:
        """Run a command; what it wrote, both outputs together. ``expect`` None takes any exit code."""
        done = subprocess.run(
            [self.command, *map(str, arguments)],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            check=False,
        )
        said = (done.stdout + done.stderr).decode("utf-8", "replace")
        if expect is not None:
            assert done.returncode == expect, f"{' '.join(map(str, arguments))}\n{said}"
        return said

    def write(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(data)
        return path

    def read(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    def pem(self, name: str, *ders: bytes, label: str = "CERTIFICATE") -> Path:
        """Write DER as PEM, one block each."""
        blocks = [
            f"-----BEGIN {label}-----\n{base64.encodebytes(der).decode()}-----END {label}-----\n"
            for der in ders
        ]
        return self.write(name, "".join(blocks).encode())

    def der_of(self, name: str) -> bytes:
        """The DER in a PEM file."""
        text = self.read(name).split(b"-----")[2]
        return base64.b64decode(text)

    def make_pki(self, algorithm: list[str], digest: str) -> None:
        """root.pem, signer.pem, other.pem, tsa.pem with their keys, made by OpenSSL alone."""
        gost = "" if digest.startswith("sha") else f", {digest}"
        self.write("pki.cnf", _PKI.format(digest=digest, digests=gost).encode())
        self.write("serial", b"01\n")
        self.run("genpkey", *algorithm, "-out", "root.key")
        self.run(
            *("req", "-new", "-x509", f"-{digest}", "-key", "root.key", "-subj", "/C=RU/CN=Their Root"),
            *("-days", "3000", "-extensions", "ca", "-config", "pki.cnf", "-out", "root.pem"),
        )
        for serial, name in enumerate(("signer", "other", "tsa"), start=2):
            self.run("genpkey", *algorithm, "-out", f"{name}.key")
            self.run(
                *("req", "-new", f"-{digest}", "-key", f"{name}.key", "-subj", f"/C=RU/CN=Their {name}"),
                *("-config", "pki.cnf", "-out", f"{name}.csr"),
            )
            self.run(
                *("x509", "-req", f"-{digest}", "-in", f"{name}.csr", "-CA", "root.pem"),
                *("-CAkey", "root.key", "-set_serial", str(serial), "-days", "2000"),
                *("-extfile", "pki.cnf", "-extensions", "stamping" if name == "tsa" else "signer"),
                *("-out", f"{name}.pem"),
            )
