"""The one registry of algorithms: by OID and by XML URI, hash, verify, sign.

Here live the digests, the public and private keys, the signature schemes with their OIDs, parameters and
byte orders, the policy data on strength and end dates, and the way to put another module (a certified one,
or a further algorithm) behind the registry. No certificate, no CMS, no XML: only the algorithm identifiers
that these structures carry. Arithmetic is not here either: the national algorithms are in the native crate,
the rest in pyca/cryptography; both are loaded at first use, so importing this package stays cheap.
"""
