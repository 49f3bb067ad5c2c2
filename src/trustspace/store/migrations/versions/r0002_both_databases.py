"""Tables for SQLite and PostgreSQL alike: a counter to lock, evidence stored once, indices to search by.

A first ledger is taken over with all its serials, receipts, evidence and pending leaves; the octets of
receipts and evidence stay as they are.
"""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_SHA256 = sa.String(64)
_FIRST = ("log_pending", "evidence", "receipts", "requests", "serials")
"""Children before parents."""


def upgrade() -> None:
    """Make the tables; move a first ledger's rows into them."""
    connection = op.get_bind()
    first = sa.inspect(connection).has_table("serials")
    if first:
        for table in _FIRST:
            op.rename_table(table, f"first_{table}")
    _serials()
    _receipts()
    _indices_of_receipts()
    if first:
        _take_over(connection)
        for table in _FIRST:
            op.drop_table(f"first_{table}")
    else:
        op.execute("INSERT INTO counter (id, serial, time) VALUES (1, 0, 0)")
    if connection.dialect.name == "sqlite":
        # The first version looks at this number, and must not write here.
        op.execute("PRAGMA user_version=2")


def _serials() -> None:
    op.create_table(
        "counter",
        sa.Column("id", sa.Integer, autoincrement=False),
        sa.Column("serial", _SERIAL, nullable=False),
        sa.Column("time", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_counter"),
        sa.CheckConstraint("id = 1", name="ck_counter_one_row"),
    )
    op.create_table(
        "serials",
        sa.Column("serial", _SERIAL, autoincrement=False),
        sa.Column("time", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("reason", sa.Text),
        sa.PrimaryKeyConstraint("serial", name="pk_serials"),
        sa.CheckConstraint("state IN ('receipt', 'deferred', 'void')", name="ck_serials_state"),
    )
    op.create_index("ix_serials_time", "serials", ["time"])
    op.create_table(
        "requests",
        sa.Column("key", _SHA256),
        sa.Column("requester", sa.Text, nullable=False),
        sa.Column("transaction_id", sa.Text, nullable=False),
        sa.Column("digest", _SHA256, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_requests"),
    )
    op.create_index("ix_requests_requester", "requests", ["requester"])
    op.create_table(
        "hops",
        sa.Column("key", _SHA256),
        sa.Column("request", _SHA256, nullable=False),
        sa.Column("member", sa.Text, nullable=False),
        sa.Column("transaction_id", sa.Text, nullable=False),
        sa.Column("nonce", sa.Text, nullable=False),
        sa.Column("time", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_hops"),
    )
    op.create_index("ix_hops_request", "hops", ["request"])


def _receipts() -> None:
    op.create_table(
        "receipts",
        sa.Column("serial", _SERIAL, autoincrement=False),
        sa.Column("request", _SHA256, nullable=False),
        sa.Column("sha256", _SHA256, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("snapshot", sa.Text, nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.Column("receipt", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("serial", name="pk_receipts"),
        sa.ForeignKeyConstraint(["serial"], ["serials.serial"], name="fk_receipts_serial"),
        sa.ForeignKeyConstraint(["request"], ["requests.key"], name="fk_receipts_request"),
        sa.UniqueConstraint("request", name="uq_receipts_request"),
        sa.UniqueConstraint("sha256", name="uq_receipts_sha256"),
    )
    op.create_table(
        "blobs",
        sa.Column("sha256", _SHA256),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_blobs"),
    )
    op.create_table(
        "evidence",
        sa.Column("serial", _SERIAL, autoincrement=False),
        sa.Column("kind", sa.String(200)),
        sa.Column("sha256", _SHA256, nullable=False),
        sa.PrimaryKeyConstraint("serial", "kind", name="pk_evidence"),
        sa.ForeignKeyConstraint(["serial"], ["receipts.serial"], name="fk_evidence_serial"),
        sa.ForeignKeyConstraint(["sha256"], ["blobs.sha256"], name="fk_evidence_sha256"),
    )
    op.create_index("ix_evidence_sha256", "evidence", ["sha256"])


def _indices_of_receipts() -> None:
    op.create_table(
        "documents",
        sa.Column("digest", sa.String(500)),
        sa.Column("serial", _SERIAL, autoincrement=False),
        sa.Column("algorithm", sa.String(500)),
        sa.PrimaryKeyConstraint("digest", "serial", "algorithm", name="pk_documents"),
        sa.ForeignKeyConstraint(["serial"], ["receipts.serial"], name="fk_documents_serial"),
    )
    op.create_table(
        "signers",
        sa.Column("value", sa.String(500)),
        sa.Column("serial", _SERIAL, autoincrement=False),
        sa.Column("kind", sa.String(100)),
        sa.PrimaryKeyConstraint("value", "serial", "kind", name="pk_signers"),
        sa.ForeignKeyConstraint(["serial"], ["receipts.serial"], name="fk_signers_serial"),
    )
    op.create_table(
        "log_pending",
        sa.Column("serial", _SERIAL, autoincrement=False),
        sa.Column("leaf", _SHA256, nullable=False),
        sa.PrimaryKeyConstraint("serial", name="pk_log_pending"),
        sa.ForeignKeyConstraint(["serial"], ["receipts.serial"], name="fk_log_pending_serial"),
    )


def _take_over(connection: sa.Connection) -> None:
    for requester, transaction, digest in connection.exec_driver_sql(
        "SELECT requester, transaction_id, digest FROM first_requests"
    ).fetchall():
        connection.exec_driver_sql(
            "INSERT INTO requests VALUES (?, ?, ?, ?)",
            (_key(requester, transaction), requester[:500], transaction[:500], digest),
        )
    # Nothing was answered with a serial that was reserved only.
    connection.exec_driver_sql(
        "INSERT INTO serials (serial, time, state, reason)"
        " SELECT serial, time, CASE state WHEN 'reserved' THEN 'void' ELSE state END,"
        " CASE state WHEN 'reserved' THEN 'INTERRUPTED' WHEN 'void' THEN 'ANSWERED_BEFORE' END"
        " FROM first_serials"
    )
    connection.exec_driver_sql(
        "INSERT INTO counter SELECT 1, COALESCE(MAX(serial), 0), COALESCE(MAX(time), 0) FROM first_serials"
    )
    for serial, requester, transaction, receipt, leaf in connection.exec_driver_sql(
        "SELECT serial, requester, transaction_id, receipt, sha256 FROM first_receipts"
    ):
        connection.exec_driver_sql(
            "INSERT INTO receipts VALUES (?, ?, ?, '', '', '', ?)",
            (serial, _key(requester, transaction), leaf, receipt),
        )
    for serial, kind, data in connection.exec_driver_sql("SELECT serial, kind, data FROM first_evidence"):
        sha256 = hashlib.sha256(data).hexdigest()
        connection.exec_driver_sql("INSERT OR IGNORE INTO blobs VALUES (?, ?)", (sha256, data))
        connection.exec_driver_sql("INSERT INTO evidence VALUES (?, ?, ?)", (serial, kind, sha256))
    connection.exec_driver_sql("INSERT INTO log_pending SELECT serial, leaf FROM first_log_pending")


def _key(requester: str, transaction: str) -> str:
    h = hashlib.sha256()
    for part in (requester, transaction):
        octets = part.encode("utf-8", "surrogatepass")
        h.update(len(octets).to_bytes(8, "big") + octets)
    return h.hexdigest()
