"""Where private keys live, and which of them signs when.

Here live the providers of signing keys (encrypted files, PKCS#11 tokens), the ring by which one key follows
another without a gap, and the check of one's own certificate before signing. Everything that signs is a
``SigningKey`` of ``algorithms``; a private key never leaves its provider (files excepted: there this process
is the provider). It is the first package in the order that touches files and devices; nothing is loaded
before a key is asked for, and no network is used.
"""
