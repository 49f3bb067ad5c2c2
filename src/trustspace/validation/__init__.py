"""Validation by ETSI EN 319 102-1: what parsing and cryptography found (facts), and what a policy makes of
it under a snapshot, evidence and three times (report). The judgement is a pure function of these, so the
same facts give the same report, byte for byte; words for people are rendered from the catalogue at the edge.
"""
