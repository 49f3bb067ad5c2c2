"""Gathering facts: all that parsing and cryptography can say, before anything is judged."""
