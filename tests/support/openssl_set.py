"""A whole set of objects made by OpenSSL alone: two CAs, people, CRLs, OCSP, time-stamps, signatures.

The recipe is the one of the corpora's ``generated`` sets, for any key algorithm that this OpenSSL has.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from support.openssl import OpenSSL

DATA = b"The quick brown fox signs a contract.\n"
OTHER = b"The quick brown fox signs another contract.\n"

BEE2EVP = "TRUSTSPACE_BEE2EVP"
"""The environment variable that names libbee2evp.so."""

_ENGINE = """\
openssl_conf = openssl_def
[openssl_def]
engines = engine_section
[engine_section]
{name} = chosen
[chosen]
engine_id = {name}
dynamic_path = {path}
default_algorithms = ALL
"""

_CONFIG = """\
[req]
distinguished_name = dn
string_mask = utf8only
[dn]
[ca]
default_ca = issuing
[issuing]
dir = .
database = index.txt
serial = serial
new_certs_dir = .
certificate = int.pem
private_key = int.key
default_days = 2000
default_crl_days = 365
default_md = {digest}
policy = anything
unique_subject = no
[anything]
commonName = supplied
[root_ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[int_ca]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[person]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature,nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[responder]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = OCSPSigning
noCheck = ignored
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[stamping]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature,nonRepudiation
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[tsa]
default_tsa = stamps
[stamps]
serial = stamp-serial
default_policy = 1.2.3.4.1
digests = {digests}
signer_digest = {digest}
ess_cert_id_alg = sha256
"""


def engine_environment(path: Path, name: str, folder: Path) -> dict[str, str]:
    """The environment of a subprocess in which openssl has an engine; its configuration: ``folder``."""
    config = folder / "engine.cnf"
    config.write_text(_ENGINE.format(name=name, path=path))
    return {**os.environ, "OPENSSL_CONF": str(config)}


@dataclass(frozen=True)
class KeyKind:
    """What keys a set has: the options of ``openssl genpkey``, and the digest they sign with."""

    name: str
    options: tuple[str, ...]
    digest: str
    scheme: str
    """What our report names the signature scheme; a beginning of it."""

    @property
    def national(self) -> bool:
        """Whether it takes an engine beside OpenSSL itself."""
        return not self.digest.startswith("sha")


def _gost(bits: int, paramset: str) -> KeyKind:
    return KeyKind(
        f"gost2012-{bits}-{paramset}",
        ("-algorithm", f"gost2012_{bits}", "-pkeyopt", f"paramset:{paramset}"),
        f"md_gost12_{bits}",
        f"GOST R 34.10-2012-{bits}",
    )


GOST_2012 = (
    *(_gost(256, name) for name in ("A", "B", "C", "XA", "XB", "TCA", "TCB", "TCC", "TCD")),
    *(_gost(512, name) for name in ("A", "B", "C")),
)
GOST_2001 = KeyKind(
    "gost2001-A", ("-algorithm", "gost2001", "-pkeyopt", "paramset:A"), "md_gost94", "GOST R 34.10-2001"
)
COMMON = (
    KeyKind("rsa-2048", ("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"), "sha256", "RSA"),
    KeyKind("p-256", ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"), "sha256", "ECDSA"),
    KeyKind("p-384", ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"), "sha384", "ECDSA"),
    KeyKind(
        "brainpool-256",
        ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:brainpoolP256r1"),
        "sha256",
        "ECDSA",
    ),
)
BIGN = tuple(
    KeyKind(
        f"bign-{bits}-{digest}",
        ("-algorithm", "bign", "-pkeyopt", f"params:bign-curve{bits}v1"),
        digest,
        "bign",
    )
    for bits, digest in ((256, "belt-hash"), (256, "bash256"), (384, "bash384"), (512, "bash512"))
)
"""By bee2evp, which is not packaged: run where ``BEE2EVP`` names it."""


@dataclass(frozen=True)
class OpenSSLSet:
    """The set in a folder; every object is a file there."""

    tool: OpenSSL
    kind: KeyKind

    def make(self) -> OpenSSLSet:
        """Certificates, CRLs, an OCSP response, time-stamps and the four signatures of the corpora's sets."""
        run, digest = self.tool.run, f"-{self.kind.digest}"
        digests = "sha256, sha384, sha512" + (f", {self.kind.digest}" if self.kind.national else "")
        self.tool.write("pki.cnf", _CONFIG.format(digest=self.kind.digest, digests=digests).encode())
        for name, content in (("index.txt", b""), ("serial", b"1000\n"), ("stamp-serial", b"01\n")):
            self.tool.write(name, content)
        self.tool.write("data.txt", DATA)
        self.tool.write("other.txt", OTHER)
        self._key("root")
        run(
            *("req", "-new", "-x509", digest, "-key", "root.key", "-subj", "/CN=Test Root", "-days", "7300"),
            *("-extensions", "root_ca", "-config", "pki.cnf", "-out", "root.pem"),
        )
        self._key("int")
        self._request("int", "Test Int")
        run(
            *("x509", "-req", digest, "-in", "int.csr", "-CA", "root.pem", "-CAkey", "root.key"),
            *("-set_serial", "2", "-days", "5000", "-extfile", "pki.cnf", "-extensions", "int_ca"),
            *("-out", "int.pem"),
        )
        for name, extensions in (
            ("ee", "person"),
            ("second", "person"),
            ("rev", "person"),
            ("ocsp", "responder"),
            ("tsa", "stamping"),
        ):
            self.issue(name, extensions)
        for name, signer, *options in (
            ("cades.p7s", "ee", "-cades"),
            ("att.p7s", "ee", "-cades", "-nodetach"),
            ("plain.p7s", "ee", "-nodetach"),
            ("revoked.p7s", "rev", "-cades"),
        ):
            self.sign(name, signer, *options)
        run("ca", *self._ca(), "-revoke", "rev.pem", "-crl_reason", "keyCompromise")
        run("ca", *self._ca(), "-gencrl", "-out", "int.crl.pem")
        self._root_crl()
        self.ocsp("ocsp.der")
        self.stamp("r.tsr", "data.txt")
        return self

    def _ca(self) -> tuple[str, ...]:
        return ("-batch", "-config", "pki.cnf", "-md", self.kind.digest)

    def _key(self, name: str) -> None:
        self.tool.run("genpkey", *self.kind.options, "-out", f"{name}.key")

    def _request(self, name: str, subject: str) -> None:
        self.tool.run(
            *("req", "-new", f"-{self.kind.digest}", "-key", f"{name}.key", "-subj", f"/CN={subject}"),
            *("-config", "pki.cnf", "-out", f"{name}.csr"),
        )

    def issue(self, name: str, extensions: str, *options: str) -> None:
        """A key and a certificate of the intermediate CA."""
        self._key(name)
        self._request(name, f"Test {name}")
        self.tool.run(
            *("ca", *self._ca(), "-in", f"{name}.csr", "-extensions", extensions, "-notext"),
            *("-out", f"{name}.pem", *options),
        )

    def _root_crl(self) -> None:
        folder = self.tool.folder
        text = (folder / "pki.cnf").read_text()
        text = text.replace("int.pem", "root.pem").replace("int.key", "root.key")
        self.tool.write("root.cnf", text.replace("index.txt", "root-index.txt").encode())
        self.tool.write("root-index.txt", b"")
        self.tool.run(
            *("ca", "-batch", "-config", "root.cnf", "-md", self.kind.digest, "-gencrl"),
            *("-out", "root.crl.pem"),
        )

    def sign(self, name: str, signer: str, *options: str, content: str = "data.txt") -> None:
        """``openssl cms -sign`` with the intermediate's certificate inside."""
        self.tool.run(
            *("cms", "-sign", "-binary", "-md", self.kind.digest, "-in", content),
            *("-signer", f"{signer}.pem", "-inkey", f"{signer}.key", "-certfile", "int.pem"),
            *("-outform", "DER", "-out", name, *options),
        )

    def ocsp(self, name: str, *options: str, about: str = "ee", digest: str = "sha1") -> None:
        """An OCSP response about a certificate; ``digest`` makes the CertID."""
        self.tool.run(
            *(
                "ocsp",
                f"-{digest}",
                "-issuer",
                "int.pem",
                "-cert",
                f"{about}.pem",
                "-reqout",
                "ocsp-request.der",
            )
        )
        self.tool.run(
            *("ocsp", "-index", "index.txt", "-rsigner", "ocsp.pem", "-rkey", "ocsp.key", "-CA", "int.pem"),
            *("-reqin", "ocsp-request.der", "-rmd", self.kind.digest, "-ndays", "365", "-respout", name),
            *options,
        )

    def stamp(self, name: str, content: str) -> None:
        """A time-stamp response over a file, under the set's own digest."""
        self.tool.run(
            *("ts", "-query", "-config", "pki.cnf", f"-{self.kind.digest}", "-data", content, "-cert"),
            *("-out", "query.tsq"),
        )
        self.tool.run(
            *("ts", "-reply", "-config", "pki.cnf", "-queryfile", "query.tsq", "-signer", "tsa.pem"),
            *("-inkey", "tsa.key", "-chain", "int.pem", "-out", name),
        )

    def path(self, name: str) -> Path:
        return self.tool.folder / name

    def trust(self, *names: str) -> list[str]:
        """``--trust`` options: the root and both CRLs, or the files that are named."""
        chosen = names or ("root.pem", "root.crl.pem", "int.crl.pem")
        return [word for name in chosen for word in ("--trust", str(self.path(name)))]
