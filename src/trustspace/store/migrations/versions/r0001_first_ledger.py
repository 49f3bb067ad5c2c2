"""The first ledgers: SQLite files that made their tables themselves (``user_version`` 1).

A new ledger has nothing of it; one that was found is marked with this revision.
"""

from __future__ import annotations

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Nothing to make."""
