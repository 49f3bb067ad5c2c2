"""Human names of algorithm OIDs that nobody here computes, so that a refusal can say what was met.

What the registry computes has its name there. Sources: the standards' own ASN.1 modules; for Kazakhstan and
Uzbekistan the identifiers registered by their national root authorities.
"""

from __future__ import annotations

_NAMES: dict[str, str] = {
    # Kazakhstan: the 256-bit variant of 2015 was never met on real data, so it is not claimed.
    "1.2.398.3.10.1.1.2.1": "GOST 34.10-2015 key, 256 bit (Kazakhstan)",
    "1.2.398.3.10.1.1.2.3.1": "GOST 34.10-2015 with GOST 34.11-2015, 256 bit (Kazakhstan)",
    "1.2.398.3.10.1.3.2": "GOST 34.11-2015, 256 bit (Kazakhstan)",
    "1.3.6.1.4.1.6801.1.2.2": "GOST 34.310-2004 with GOST 34.311-95, early identifier (Kazakhstan)",
    "1.3.6.1.4.1.6801.1.5.8": "GOST 34.310-2004 key, early identifier (Kazakhstan)",
    # Uzbekistan
    "1.2.860.3.15.1.1.1.1": "O'zDSt 1092:2009 algorithm 1 key (Uzbekistan)",
    "1.2.860.3.15.1.1.2.1": "O'zDSt 1092:2009 algorithm 2 key (Uzbekistan)",
    "1.2.860.3.15.1.1.2.2.2.2": "O'zDSt 1092:2009 algorithm 2 with O'zDSt 1106:2009 (Uzbekistan)",
    "1.2.860.3.15.1.3.2.1.1": "O'zDSt 1106:2009 hash (Uzbekistan)",
    "1.2.860.3.15.2.1.2.1": "OzMSt 286:2024 key (Uzbekistan)",
    "1.2.860.3.15.2.1.2.2.2.2": "OzMSt 286:2024 signature (Uzbekistan)",
    "1.2.860.3.15.2.3.2.1.1": "OzMSt 286:2024 hash (Uzbekistan)",
    # Russia, before elliptic curves
    "1.2.643.2.2.20": "GOST R 34.10-94 key",
    "1.2.643.2.2.4": "GOST R 34.10-94 with GOST R 34.11-94",
    # Ukraine
    "1.2.804.2.1.1.1.1.3.1.1": "DSTU 4145-2002 (Ukraine)",
    "1.2.804.2.1.1.1.1.2.1": "GOST 34.311-95 (Ukraine)",
    "1.2.804.2.1.1.1.1.2.2": "DSTU 7564:2014 Kupyna (Ukraine)",
    # China
    "1.2.156.10197.1.301": "SM2 (China)",
    "1.2.156.10197.1.501": "SM2 with SM3 (China)",
    "1.2.156.10197.1.401": "SM3 (China)",
    # Belarus, before bign
    "1.2.112.0.2.0.1176.2.2.1": "STB 1176.2-99 (Belarus)",
    "1.2.112.0.2.0.1176.1.1": "STB 1176.1-99 (Belarus)",
    # Other
    "1.2.840.113549.2.2": "MD2",
    "1.2.840.113549.2.4": "MD4",
    "1.2.840.113549.1.1.2": "RSA with MD2",
    "1.2.840.113549.1.1.3": "RSA with MD4",
    "1.3.36.3.2.1": "RIPEMD-160",
    "1.3.36.3.3.1.2": "RSA with RIPEMD-160",
    "0.4.0.127.0.7.1.1.4.1.6": "Plain ECDSA with RIPEMD-160",
    "1.0.10118.3.0.55": "Whirlpool",
    "1.3.6.1.5.5.7.6.30": "RSASSA-PSS with SHAKE128",
    "1.3.6.1.5.5.7.6.31": "RSASSA-PSS with SHAKE256",
    "1.3.6.1.5.5.7.6.32": "ECDSA with SHAKE128",
    "1.3.6.1.5.5.7.6.33": "ECDSA with SHAKE256",
    "1.3.101.110": "X25519",
    "1.3.101.111": "X448",
    "1.2.840.10046.2.1": "Diffie-Hellman key",
}


def name_of(oid_or_uri: str) -> str:
    """The human name of an unsupported algorithm, or the identifier itself."""
    return _NAMES.get(oid_or_uri, oid_or_uri)
