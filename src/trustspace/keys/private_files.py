"""Files that only their owner may read: looked at before they are used, and written so."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

from trustspace.keys.errors import KeyFileError

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def read_private_file(path: Path, *, most: int = 1 << 20) -> bytes:
    """The octets of a file that is ours (or root's) and closed to group and others.

    The open file is looked at, not the name, so that nothing can be exchanged in between.
    Raises ``KeyFileError``: KEY_FILE_UNUSABLE, KEY_FILE_OPEN_TO_OTHERS, KEY_FILE_OF_ANOTHER.
    """
    try:
        with path.open("rb") as stream:
            _check(path, os.fstat(stream.fileno()))
            data = stream.read(most + 1)
    except (OSError, ValueError) as error:
        raise _unusable(path, error) from error
    if len(data) > most:
        raise KeyFileError(path=str(path), reason=f"more than {most} octets")
    return data


def _check(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise KeyFileError(path=str(path), reason="no regular file")
    if os.name != "posix":  # elsewhere the bits say nothing
        return
    if status.st_mode & _OTHERS:
        raise KeyFileError(
            "KEY_FILE_OPEN_TO_OTHERS", path=str(path), mode=f"{stat.S_IMODE(status.st_mode):04o}"
        )
    if status.st_uid not in (0, os.geteuid()) and os.geteuid() != 0:
        raise KeyFileError("KEY_FILE_OF_ANOTHER", path=str(path), owner=status.st_uid)


def write_private_file(path: Path, data: bytes) -> None:
    """Writes a new file of mode 0600, on disk when this returns; never over one that exists.

    Raises ``KeyFileError``: KEY_FILE_EXISTS, KEY_FILE_UNUSABLE.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
        except OSError:
            path.unlink(missing_ok=True)
            raise
    except FileExistsError as error:
        raise KeyFileError("KEY_FILE_EXISTS", path=str(path)) from error
    except (OSError, ValueError) as error:
        raise _unusable(path, error) from error
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Puts a folder's entries on disk; where the system cannot, nothing is lost but the promise."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _unusable(path: Path, error: OSError | ValueError) -> KeyFileError:
    reason = error.strerror if isinstance(error, OSError) else None
    return KeyFileError(path=str(path), reason=reason or str(error))
