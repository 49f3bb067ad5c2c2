"""Pieces that several views show alike: names, times, algorithms, identities."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from trustspace.encoding.algorithm_identifier import AlgorithmIdentifier
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.general_name import GeneralName
from trustspace.encoding.name import Name, escape
from trustspace.errors import TrustspaceError
from trustspace.pki.issuing.names import ATTRIBUTE_OIDS

View = dict[str, Any]

KEY_PURPOSES = {
    "1.3.6.1.5.5.7.3.1": "TLS server",
    "1.3.6.1.5.5.7.3.2": "TLS client",
    "1.3.6.1.5.5.7.3.3": "code signing",
    "1.3.6.1.5.5.7.3.4": "e-mail protection",
    "1.3.6.1.5.5.7.3.8": "time-stamping",
    "1.3.6.1.5.5.7.3.9": "OCSP signing",
    "1.3.6.1.5.5.7.3.10": "DVCS (trusted third party)",
    "0.4.0.2231.3.0": "trust list signing",
    "1.2.398.3.3.4.1.1": "individual (KZ)",
    "1.2.398.3.3.4.1.2": "organisation (KZ)",
    "1.2.398.3.3.4.1.2.1": "chief executive (KZ)",
    "1.2.398.3.3.4.1.2.2": "authorised signer (KZ)",
    "1.2.398.3.3.4.1.2.3": "finance (KZ)",
    "1.2.398.3.3.4.1.2.4": "personnel (KZ)",
    "1.2.398.3.3.4.1.2.5": "employee (KZ)",
}

EXTENSION_NAMES = {
    "2.5.29.9": "subject directory attributes",
    "2.5.29.14": "subject key identifier",
    "2.5.29.15": "key usage",
    "2.5.29.16": "private key usage period",
    "2.5.29.17": "subject alternative name",
    "2.5.29.18": "issuer alternative name",
    "2.5.29.19": "basic constraints",
    "2.5.29.20": "CRL number",
    "2.5.29.27": "delta CRL indicator",
    "2.5.29.28": "issuing distribution point",
    "2.5.29.30": "name constraints",
    "2.5.29.31": "CRL distribution points",
    "2.5.29.32": "certificate policies",
    "2.5.29.33": "policy mappings",
    "2.5.29.35": "authority key identifier",
    "2.5.29.36": "policy constraints",
    "2.5.29.37": "extended key usage",
    "2.5.29.46": "freshest CRL",
    "2.5.29.54": "inhibit anyPolicy",
    "2.5.29.60": "expired certificates on CRL",
    "1.3.6.1.5.5.7.1.1": "authority information access",
    "1.3.6.1.5.5.7.1.3": "qualified certificate statements",
    "1.3.6.1.5.5.7.48.1.5": "OCSP no check",
    "1.2.643.100.111": "subject's signing tool (RU)",
    "1.2.643.100.112": "issuer's signing tool (RU)",
}

CRL_REASONS = {
    0: "unspecified",
    1: "keyCompromise",
    2: "cACompromise",
    3: "affiliationChanged",
    4: "superseded",
    5: "cessationOfOperation",
    6: "certificateHold",
    8: "removeFromCRL",
    9: "privilegeWithdrawn",
    10: "aACompromise",
}


_ATTRIBUTE_NAMES = {oid: name for name, oid in ATTRIBUTE_OIDS.items()}


def time_text(moment: datetime | None) -> str | None:
    """RFC 3339 in UTC."""
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def hex_text(data: bytes | None) -> str | None:
    """Octets as hexadecimal."""
    return None if data is None else data.hex()


def serial_text(serial: int) -> str:
    """A serial number as it is usually printed: hexadecimal, whole octets."""
    if serial < 0:
        return str(serial)
    text = f"{serial:x}"
    return text if len(text) % 2 == 0 else "0" + text


def name_text(name: Name | None) -> str | None:
    """A distinguished name in RFC 4514 order and escapes, national attributes by their names too.

    Of a name that cannot be read: what is wrong with it.
    """
    if name is None:
        return None
    try:
        attributes = name.attributes
    except TrustspaceError as error:
        return f"({error})"
    rdns: dict[int, list[str]] = {}
    for attribute in attributes:
        kind = _ATTRIBUTE_NAMES.get(attribute.oid, attribute.oid)
        value = escape(attribute.value).replace('\\"', '"')  # quotes need no escape to be read
        rdns.setdefault(attribute.rdn_index, []).append(f"{kind}={value}")
    return ", ".join("+".join(rdn) for rdn in reversed(rdns.values()))


def name_of_raw(raw: bytes | None) -> str | None:
    """The same from a Name's octets."""
    if raw is None:
        return None
    try:
        return name_text(Name.parse(raw))
    except TrustspaceError as error:
        return f"({error})"


def general_names(names: tuple[GeneralName, ...] | None) -> list[str]:
    """General names as text."""
    return [str(name) for name in names or ()]


def digest_name(oid: str) -> str:
    """A digest's name, or its OID with the word that says it is not supported."""
    from trustspace.algorithms.digests import digest_by_oid  # noqa: PLC0415

    try:
        return digest_by_oid(oid).name
    except TrustspaceError as error:
        return unsupported(oid, error)


def signature_name(algorithm: AlgorithmIdentifier, digest_oid: str | None = None) -> str:
    """A signature algorithm's name, or its OID with the word that says it is not supported.

    ``digest_oid``: in CMS the algorithm may be the key's alone, and the digest stands beside it.
    """
    from trustspace.algorithms.signatures import resolve  # noqa: PLC0415

    try:
        return resolve(algorithm.oid, algorithm.parameters, digest_oid).name
    except TrustspaceError as error:
        return unsupported(algorithm.oid, error)


def unsupported(oid: str, error: TrustspaceError) -> str:
    """What to call an algorithm that the registry does not know."""
    name = error.parameters.get("name")
    return f"{name} ({oid}), not supported" if name and name != oid else f"{oid}, not supported"


def public_key(spki: bytes, algorithm: AlgorithmIdentifier) -> View:
    """The key's family, parameter set and size."""
    from trustspace.algorithms.keys import load_public_key  # noqa: PLC0415

    try:
        key = load_public_key(spki)
    except TrustspaceError as error:
        return {"algorithm": unsupported(algorithm.oid, error)}
    return {"algorithm": key.algorithm, "parameter_set": key.parameter_set, "key_size": key.size}


def certificate_line(raw: bytes) -> str:
    """One certificate in one line."""
    try:
        certificate = Certificate.parse(raw)
    except TrustspaceError as error:
        return f"({error})"
    return f"{name_text(certificate.subject)} (SHA-256 {certificate.sha256[:16]}…)"
