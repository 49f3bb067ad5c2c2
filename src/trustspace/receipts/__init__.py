"""Receipts: what a trusted third party vouches for, in the form of RFC 3029 (DVCS), and chains of them.

Here live the four-valued outcome and its one table to every wire, the merging of two TTPs' opinions, the
profiles of peers, requests, the issuing of receipts and their offline verification. All of it is pure:
keys, serials, times, randomness and the time-stamp authority are handed in.
"""
