"""Keys on PKCS#11 tokens: HSMs, smart cards, SoftHSM.

Here live the ``pkcs11:`` URI, the loading of a token's library, the sessions that threads share, the map from
signature schemes to mechanisms, and the provider on top. All talk with ``python-pkcs11`` is in this folder.
"""
