"""What is asked of ``POST /v1/validations``, read from JSON or from parts; and the content's digests."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from trustspace.algorithms.digests import digest_by_name
from trustspace.algorithms.errors import AlgorithmNotSupported
from trustspace.algorithms.model import DigestAlgorithm
from trustspace.documents.open import open_document
from trustspace.errors import InputError
from trustspace.receipts.details import Imprint

MAX_DIGESTS = 16
MAX_KIND = 100
FIELDS = ("document", "content", "digests", "transaction", "kind")

_TRANSACTION = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,31}:[!-~]{1,200}")


class RequestInvalid(InputError):
    """A field of the request cannot be used. Parameters: ``field``, ``reason``."""

    code = "VALIDATION_REQUEST_INVALID"

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(field=field, reason=reason)


@dataclass(frozen=True, slots=True)
class Asked:
    """One document to validate; of its detached content nothing but digests."""

    document: bytes
    digests: tuple[Imprint, ...] = ()
    transaction: str | None = None


@dataclass(slots=True)
class Draft:
    """A request while its parts arrive."""

    document: bytes | None = None
    digests: tuple[Imprint, ...] = ()
    transaction: str | None = None
    seen: set[str] = field(default_factory=set)

    def enter(self, name: str) -> None:
        """A field begins. Raises :class:`RequestInvalid` for an unknown or second one."""
        if name not in FIELDS:
            raise RequestInvalid(name[:50], f"there is no such field; known are {', '.join(FIELDS)}")
        if name in self.seen:
            raise RequestInvalid(name, "it is given twice")
        self.seen.add(name)
        if {"content", "digests"} <= self.seen:
            raise RequestInvalid("digests", "content and digests exclude one another")

    def asked(self) -> Asked:
        """Raises :class:`RequestInvalid` where the document is missing."""
        if not self.document:
            raise RequestInvalid("document", "it is missing or empty")
        return Asked(self.document, self.digests, self.transaction)


def read_json(body: bytes) -> Asked:
    """Raises :class:`RequestInvalid`."""
    values = read_json_value(body, "body")
    if not isinstance(values, dict):
        raise RequestInvalid("body", "not a JSON object")
    draft = Draft()
    for name in values:
        draft.enter(name)
    draft.document = _octets(values, "document")
    if values.get("transaction") is not None:
        draft.transaction = transaction_of(values["transaction"])
    check_kind(values.get("kind"))
    if values.get("digests") is not None:
        draft.digests = digests_of(values["digests"])
    content = _octets(values, "content")
    asked = draft.asked()
    if content is None:
        return asked
    hashers = ContentDigests(asked.document)
    hashers.update(content)
    return Asked(asked.document, hashers.digests(), asked.transaction)


def read_json_value(data: bytes, name: str) -> Any:
    """JSON's value. Raises :class:`RequestInvalid`."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else "not JSON in UTF-8"
        raise RequestInvalid(name, reason) from None


def _octets(values: Mapping[str, Any], name: str) -> bytes | None:
    value = values.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise RequestInvalid(name, "not text in base64")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise RequestInvalid(name, "not base64 (RFC 4648 §4)") from None


def transaction_of(value: object) -> str:
    """A transaction's identifier: an absolute URI. Raises :class:`RequestInvalid`."""
    if not isinstance(value, str) or not _TRANSACTION.fullmatch(value):
        raise RequestInvalid("transaction", "not an absolute URI of at most 200 characters, as urn:uuid:…")
    return value


def check_kind(value: object) -> None:
    """The kind of document; it decides nothing yet. Raises :class:`RequestInvalid`."""
    if value is not None and not (isinstance(value, str) and len(value) <= MAX_KIND):
        raise RequestInvalid("kind", f"not text of at most {MAX_KIND} characters")


def digests_of(value: object) -> tuple[Imprint, ...]:
    """``{"SHA-256": "hexadecimal", …}``. Raises :class:`RequestInvalid`."""
    if not isinstance(value, dict) or not 1 <= len(value) <= MAX_DIGESTS:
        raise RequestInvalid("digests", f"not an object with 1 to {MAX_DIGESTS} members")
    found = {}
    for name, text in value.items():
        try:
            algorithm = digest_by_name(name)
            digest = bytes.fromhex(text)
        except AlgorithmNotSupported:
            raise RequestInvalid("digests", f"the algorithm {name[:50]} is not known") from None
        except (TypeError, ValueError):
            raise RequestInvalid("digests", f"{algorithm.name} is not hexadecimal") from None
        if len(digest) != algorithm.size:
            raise RequestInvalid("digests", f"{algorithm.name} has {algorithm.size} octets") from None
        found[algorithm.name] = Imprint.of(algorithm, digest)
    return tuple(found.values())


class ContentDigests:
    """Hashes detached content while it arrives, under the algorithms that the document's signatures name.

    Raises:
        NotASignature: the document cannot be decoded.
    """

    def __init__(self, document: bytes) -> None:
        algorithms: dict[str, DigestAlgorithm] = {}
        for signature in open_document(document).walk():
            if signature.digest_algorithm is not None:
                algorithms[signature.digest_algorithm.name] = signature.digest_algorithm
        chosen = list(algorithms.values())[:MAX_DIGESTS] or [digest_by_name("SHA-256")]
        self._hashers = [(algorithm, algorithm.new()) for algorithm in chosen]

    def update(self, data: bytes) -> None:
        for _, hasher in self._hashers:
            hasher.update(data)

    def digests(self) -> tuple[Imprint, ...]:
        return tuple(Imprint.of(algorithm, hasher.digest()) for algorithm, hasher in self._hashers)
