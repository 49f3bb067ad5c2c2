"""Signed lists: reading, verifying and publishing them. Above ``validation``, because a list is itself a
signed document; what a list says, once believed, is data in :mod:`trustspace.trust`.
"""
