"""Where everything of a demonstration space lies. Plain paths, one place for each kind of thing.

::

    space/
      README.md              what is where, and what to try
      space.json             marks the folder as a demonstration space
      results.json           what was expected of every crossing and case, and what came out
      commission/            the CA of the TTP service: its certificate, CRL and register
      ru/ by/ …              one folder a member
        authority/           root, issuing CA, OCSP, TSA: certificates, CRLs, OCSP responses
        people/              certificates and keys of the people
        documents/           what they signed
        trust/               all that a reader in this member trusts: own root, register, CRLs
        node/                its trusted third party: configuration, keys, ledger, log
      crossings/ru-by/ …     a document of ru in by: the document and the receipts
      cases/                 what must not be believed, one folder each
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from trustspace.errors import InputError

MARKER = "space.json"
FORMAT = "trustspace-demo/1"


class DemoDirectoryUnusable(InputError):
    """The folder for the demonstration cannot be used.

    Code DEMO_DIR_NOT_EMPTY: parameters ``path``; OUTPUT_UNWRITABLE: ``path``, ``reason``, ``option``.
    """

    code = "DEMO_DIR_NOT_EMPTY"


@dataclass(frozen=True, slots=True)
class MemberFolder:
    """One member's folder."""

    root: Path

    @property
    def authority(self) -> Path:
        return self.root / "authority"

    @property
    def people(self) -> Path:
        return self.root / "people"

    @property
    def documents(self) -> Path:
        return self.root / "documents"

    @property
    def trust(self) -> Path:
        return self.root / "trust"

    @property
    def node(self) -> Path:
        return self.root / "node"

    @property
    def node_toml(self) -> Path:
        return self.node / "node.toml"

    @property
    def document(self) -> Path:
        """The document that the member's person signed, with the signature around it."""
        return self.documents / "document.txt.p7m"

    @property
    def detached(self) -> Path:
        """The same document with its signature beside it."""
        return self.documents / "document.txt.p7s"

    @property
    def receipt(self) -> Path:
        """The receipt of the member's own TTP, which travels with the document."""
        return self.documents / "document.txt.p7m.receipt.dvc"


@dataclass(frozen=True, slots=True)
class Crossing:
    """One document in one other member."""

    root: Path

    @property
    def document(self) -> Path:
        return self.root / "document.txt.p7m"

    @property
    def travelling(self) -> Path:
        """The receipt of the sender's TTP, as it came along."""
        return self.root / "travelling.dvc"

    @property
    def receipt(self) -> Path:
        """The receipt that the reader got: of its own TTP, or in a member without one, of the sender's."""
        return self.root / "receipt.dvc"


@dataclass(frozen=True, slots=True)
class Space:
    """A demonstration space's folder."""

    root: Path

    @property
    def commission(self) -> Path:
        return self.root / "commission"

    @property
    def ttp_ca(self) -> Path:
        return self.commission / "ttp-ca.cer"

    @property
    def ttp_ca_crl(self) -> Path:
        return self.commission / "ttp-ca.crl"

    @property
    def register(self) -> Path:
        return self.commission / "register.p7m"

    @property
    def results(self) -> Path:
        return self.root / "results.json"

    def member(self, code: str) -> MemberFolder:
        return MemberFolder(self.root / code)

    def crossing(self, sender: str, reader: str) -> Crossing:
        return Crossing(self.root / "crossings" / f"{sender}-{reader}")

    def case(self, name: str) -> Path:
        return self.root / "cases" / name


def is_space(path: Path) -> bool:
    """Whether a folder is an earlier demonstration space (only such a one may be replaced)."""
    try:
        marker = json.loads((path / MARKER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(marker, dict) and marker.get("format") == FORMAT


def prepare(path: Path, members: tuple[str, ...]) -> Space:
    """An empty, marked folder: a new one, or an earlier space emptied.

    Raises ``DemoDirectoryUnusable``: the folder holds something else, or cannot be written.
    """
    try:
        if path.exists() and not path.is_dir():
            raise DemoDirectoryUnusable(path=str(path))
        if path.is_dir() and any(path.iterdir()):
            if not is_space(path):
                raise DemoDirectoryUnusable(path=str(path))
            for entry in path.iterdir():
                if entry.is_dir() and not entry.is_symlink():
                    shutil.rmtree(entry)
                else:
                    entry.unlink()
        path.mkdir(parents=True, exist_ok=True)
        marker = json.dumps({"format": FORMAT, "members": members}, indent=2) + "\n"
        (path / MARKER).write_text(marker, encoding="utf-8")
    except OSError as error:
        raise DemoDirectoryUnusable(
            "OUTPUT_UNWRITABLE", path=str(path), reason=error.strerror or str(error), option="--dir"
        ) from None
    return Space(path)


def write(path: Path, data: bytes | str, *, secret: bool = False) -> Path:
    """Write one file, its folders made; a secret one for its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if secret:
        path.touch(mode=0o600)
    path.write_bytes(data.encode("utf-8") if isinstance(data, str) else data)
    return path
