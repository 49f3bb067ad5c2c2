"""What can go wrong with a ledger."""

from __future__ import annotations

from trustspace.errors import TrustspaceError


class LedgerError(TrustspaceError):
    """The ledger cannot be read or written. Parameters: ``path`` (without a password), ``reason``."""

    code = "LEDGER_UNUSABLE"


class LedgerNotMigrated(LedgerError):
    """The schema is older than this version needs. Parameters: ``path``, ``found``, ``needed``."""

    code = "LEDGER_NOT_MIGRATED"


class TransactionConflict(TrustspaceError):
    """The same transaction was used for another document before. Parameters: ``transaction``."""

    code = "TRANSACTION_CONFLICT"
