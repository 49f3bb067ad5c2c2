"""Certificates and what is said about them: pools, signature edges, paths, RFC 5280 processing, revocation
statements and national identities, and the issuing of certificates, CRLs and OCSP responses.

What lives here takes parsed structures and a moment and returns facts. It knows nothing of trust lists,
documents or policies: who is trusted comes in as a set of anchors, and whether a fact is fresh or strong
enough is judged further up.
"""
