"""Proofs that something existed at a time: what a time-stamp, a receipt or an evidence record proves about
an object, kept apart from who believes it. Pure values; whether the proof itself is to be believed is
decided in :mod:`trustspace.validation`.
"""
