"""Names as issued: distinguished names with national attributes, and general names."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Final

from trustspace.encoding import der
from trustspace.encoding.name import Name

ATTRIBUTE_OIDS: Final = {
    "CN": "2.5.4.3",
    "SN": "2.5.4.4",
    "serialNumber": "2.5.4.5",
    "C": "2.5.4.6",
    "L": "2.5.4.7",
    "ST": "2.5.4.8",
    "street": "2.5.4.9",
    "O": "2.5.4.10",
    "OU": "2.5.4.11",
    "title": "2.5.4.12",
    "GN": "2.5.4.42",
    "organizationIdentifier": "2.5.4.97",
    "DC": "0.9.2342.19200300.100.1.25",
    "UID": "0.9.2342.19200300.100.1.1",
    "email": "1.2.840.113549.1.9.1",
    "INN": "1.2.643.3.131.1.1",
    "OGRN": "1.2.643.100.1",
    "SNILS": "1.2.643.100.3",
    "INNLE": "1.2.643.100.4",
    "OGRNIP": "1.2.643.100.5",
    "UNP": "1.2.112.1.2.1.1.1.1.2",
    "UZ-INN": "1.2.860.3.16.1.1",
    "PINFL": "1.2.860.3.16.1.2",
}
"""Short names of the attribute types that we issue (RFC 4519, RFC 5280 §4.1.2.4, national profiles)."""


def distinguished_name(attributes: Iterable[tuple[str, str]]) -> Name:
    """A Name of single-valued RDNs in this order; each pair is a type (short name or OID) and its value."""
    return Name.build((ATTRIBUTE_OIDS.get(kind, kind), value) for kind, value in attributes)


def uri(value: str) -> bytes:
    """uniformResourceIdentifier [6]."""
    return der.implicit(6, der.ia5(value))


def dns(value: str) -> bytes:
    """dNSName [2]."""
    return der.implicit(2, der.ia5(value))


def email(value: str) -> bytes:
    """rfc822Name [1]."""
    return der.implicit(1, der.ia5(value))


def directory(name: Name) -> bytes:
    """directoryName [4]."""
    return der.explicit(4, name.raw)


def ip(value: str) -> bytes:
    """iPAddress [7]: an address, or with ``/`` a network for name constraints."""
    if "/" in value:
        network = ipaddress.ip_network(value)
        return der.implicit(7, der.octet_string(network.network_address.packed + network.netmask.packed))
    return der.implicit(7, der.octet_string(ipaddress.ip_address(value).packed))
