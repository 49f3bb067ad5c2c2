"""What a node keeps on disk: the ledger of serials, receipts and their evidence. The only package below the
node that touches a disk; everything before it is pure.
"""
