"""Revisions of the ledger's schema, run by alembic; no released revision is ever edited."""
