"""The ledger's tables, the same on SQLite and PostgreSQL. What changes here needs a migration.

::

    counter ──── the last serial and its time; its one row is the lock under which receipts are issued
    serials ──── every serial that was given out, and what became of it
      receipts ─ the bytes, bound to their request
        evidence ─ blobs       what the receipt rests on; equal octets are stored once
        documents, signers     what receipts are found by
        log_pending            leaves that no log has taken in yet
    requests ─── which digest a transaction stands for, since it was first judged
    hops ─────── questions to other TTPs, stored before they are asked
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

from trustspace.store.model import SerialState

HEAD = "0002"
"""The revision that these tables are of."""

LONGEST_TEXT = 500
"""Characters of a stranger's text in an index: PostgreSQL's B-tree takes some 2,700 octets."""

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)
_SERIAL = BigInteger().with_variant(Integer(), "sqlite")
_SHA256 = String(64)
_STATES = ", ".join(f"'{state.value}'" for state in SerialState)

counter = Table(
    "counter",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("serial", _SERIAL, nullable=False),
    Column("time", BigInteger, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)
serials = Table(
    "serials",
    metadata,
    Column("serial", _SERIAL, primary_key=True, autoincrement=False),
    Column("time", BigInteger, nullable=False),
    Column("state", String(8), nullable=False),
    Column("reason", Text),
    CheckConstraint(f"state IN ({_STATES})", name="state"),
    Index("ix_serials_time", "time"),
)
requests = Table(
    "requests",
    metadata,
    Column("key", _SHA256, primary_key=True),
    Column("requester", Text, nullable=False),
    Column("transaction_id", Text, nullable=False),
    Column("digest", _SHA256, nullable=False),
    Index("ix_requests_requester", "requester"),
)
receipts = Table(
    "receipts",
    metadata,
    Column("serial", _SERIAL, ForeignKey("serials.serial"), primary_key=True, autoincrement=False),
    Column("request", _SHA256, ForeignKey("requests.key"), nullable=False, unique=True),
    Column("sha256", _SHA256, nullable=False, unique=True),
    Column("outcome", Text, nullable=False),
    Column("snapshot", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("receipt", LargeBinary, nullable=False),
)
blobs = Table(
    "blobs",
    metadata,
    Column("sha256", _SHA256, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)
evidence = Table(
    "evidence",
    metadata,
    Column("serial", _SERIAL, ForeignKey("receipts.serial"), primary_key=True, autoincrement=False),
    Column("kind", String(200), primary_key=True),
    Column("sha256", _SHA256, ForeignKey("blobs.sha256"), nullable=False),
    Index("ix_evidence_sha256", "sha256"),
)
documents = Table(
    "documents",
    metadata,
    Column("digest", String(LONGEST_TEXT), primary_key=True),
    Column("serial", _SERIAL, ForeignKey("receipts.serial"), primary_key=True, autoincrement=False),
    Column("algorithm", String(LONGEST_TEXT), primary_key=True),
)
signers = Table(
    "signers",
    metadata,
    Column("value", String(LONGEST_TEXT), primary_key=True),
    Column("serial", _SERIAL, ForeignKey("receipts.serial"), primary_key=True, autoincrement=False),
    Column("kind", String(100), primary_key=True),
)
log_pending = Table(
    "log_pending",
    metadata,
    Column("serial", _SERIAL, ForeignKey("receipts.serial"), primary_key=True, autoincrement=False),
    Column("leaf", _SHA256, nullable=False),
)
hops = Table(
    "hops",
    metadata,
    Column("key", _SHA256, primary_key=True),
    Column("request", _SHA256, nullable=False),
    Column("member", Text, nullable=False),
    Column("transaction_id", Text, nullable=False),
    Column("nonce", Text, nullable=False),
    Column("time", BigInteger, nullable=False),
    Index("ix_hops_request", "request"),
)


def storable(text: str) -> str:
    """A stranger's text as both databases take it: valid UTF-8 without NUL, of bounded length.

    It is what people search by; what decides is a digest of the whole.
    """
    clean = text[:LONGEST_TEXT].encode("utf-8", "replace").decode("utf-8")
    return clean.replace("\0", "\N{REPLACEMENT CHARACTER}")
