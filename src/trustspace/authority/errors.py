"""What can go wrong in the CA of the TTP service.

::

    TrustspaceError
    └── AuthorityError
        ├── ActRefused          the rules do not allow it; nothing was written (command: exit 1)
        ├── JournalBroken       the journal is not what was signed; the first broken record is named (exit 1)
        ├── ActMalformed        an act that is not one (exit 2)
        └── AuthorityFolderError    the folder (exit 2)
"""

from __future__ import annotations

from trustspace.errors import InputError, TrustspaceError


class AuthorityError(TrustspaceError):
    """The CA of the TTP service cannot do what was asked."""

    code = "AUTHORITY_FAILED"


class ActRefused(AuthorityError):
    """The rules do not allow it. The code says which rule; the parameters, whom it concerns."""

    code = "ACT_REFUSED"


class JournalBroken(AuthorityError):
    """The journal was changed or damaged. All codes have ``number``, the record's, and ``kind``."""

    code = "JOURNAL_RECORD_MALFORMED"


class ActMalformed(AuthorityError, InputError):
    """A value that no act can hold. Parameters: ``where``, ``reason``."""

    code = "ACT_MALFORMED"


class AuthorityFolderError(AuthorityError, InputError):
    """The folder of the authority. Parameters: ``path``, ``reason``.

    AUTHORITY_FOLDER_UNUSABLE, AUTHORITY_NOT_FOUND, AUTHORITY_EXISTS, AUTHORITY_BUSY.
    """

    code = "AUTHORITY_FOLDER_UNUSABLE"
