"""RFC 3161 time-stamps: requests, tokens and responses.

What may live here: building a request, reading a token and comparing its imprint, issuing tokens with a key,
time and serial number that are handed in. Whether a token is believed is ``validation``'s question.
"""
