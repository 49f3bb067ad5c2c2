"""Opening what the reader says is a signature, and telling him what it is when it is none."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from trustspace.cli.errors import CommandError
from trustspace.cli.files import IN_MEMORY_LIMIT, read_file
from trustspace.cli.recognise import Kind, looks_like, read_objects
from trustspace.cli.words import decoding_reason
from trustspace.documents.content import Content
from trustspace.documents.model import Document
from trustspace.documents.open import NotASignature, open_document

_SIGNED = frozenset(
    {Kind.SIGNATURE, Kind.TIMESTAMP_TOKEN, Kind.DVCS_RESPONSE, Kind.DVCS_REQUEST, Kind.REGISTER}
)


def open_signature(
    data: bytes, path: str, content: Content | None = None, *, content_path: str | None = None
) -> Document:
    """The signed document in ``data``.

    Raises ``CommandError``: FILES_SWAPPED, SIGNATURE_WITHOUT_SIGNERS, SIGNATURE_DAMAGED,
    FILE_IS_NO_SIGNATURE.
    """
    try:
        return open_document(data, content, name=Path(path).name)
    except NotASignature as error:
        if error.parameters["reason"] == "NO_SIGNERS":
            raise CommandError("SIGNATURE_WITHOUT_SIGNERS", path=path) from error
        if content_path is not None and _is_signature(content_path):
            raise CommandError("FILES_SWAPPED", path=path, content=content_path) from error
        kind = read_objects(data)[0].kind
        if kind in _SIGNED or (kind is Kind.UNKNOWN and data[:1] == b"0"):
            reason = decoding_reason(error)
            raise CommandError("SIGNATURE_DAMAGED", path=path, size=len(data), reason=reason) from error
        words = looks_like(data) if kind is Kind.UNKNOWN else kind.value
        raise CommandError("FILE_IS_NO_SIGNATURE", path=path, looks_like=words) from error


def _is_signature(path: str) -> bool:
    with suppress(CommandError):
        return read_objects(read_file(path, limit=IN_MEMORY_LIMIT))[0].kind in _SIGNED
    return False
