"""Trust as data only: the trust anchors, the register of the TTP service, and the immutable snapshot that
every report and receipt cites by its SHA-256. Nothing here decides, fetches or verifies; signed lists are
read in :mod:`trustspace.lists`.
"""
