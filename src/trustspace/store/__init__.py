"""What a node keeps on disk: the ledger of serials, receipts and their evidence, on SQLite or PostgreSQL, and
the migrations of its schema. The only package below the node that touches a disk; all before it is pure.
"""
