"""The ``pkcs11:`` URI (RFC 7512): which token, which object on it, by which library, and where the PIN is.

::

    pkcs11:token=TTP%20of%20Belarus;object=ttp-2026?module-path=/usr/lib/softhsm/libsofthsm2.so
        &pin-source=file:/run/secrets/pin

The PIN itself (pin-value) is refused wherever it stands: a URI ends up in command histories, process lists,
configuration files and logs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote_from_bytes

from trustspace.keys.errors import TokenUriInvalid

SCHEME = "pkcs11:"
_LONGEST = 4096
_TOKEN = ("token", "manufacturer", "serial", "model")
_LIBRARY = ("library-manufacturer", "library-description", "library-version")
_SLOT = ("slot-id", "slot-description", "slot-manufacturer")
_OBJECT = ("object", "id", "type")
_TYPES = frozenset({"private", "public", "cert", "secret-key", "data"})
_HEX = frozenset("0123456789abcdefABCDEF")
# RFC 7512 §2.3: what a value may hold as it stands, in the path and (besides) in the query.
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:[]@!$'()*+,=&")
_PLAIN_QUERY = _PLAIN - {"&"} | {"/", "?", "|"}


@dataclass(frozen=True, slots=True)
class TokenUri:
    """A parsed URI; an attribute that is None matches everything.

    ``slot`` and ``library`` are the remaining attributes of RFC 7512 §2.3, by name.
    """

    token: str | None = None
    manufacturer: str | None = None
    serial: str | None = None
    model: str | None = None
    object: str | None = None
    id: bytes | None = None
    type: str | None = None
    slot: tuple[tuple[str, str], ...] = ()
    library: tuple[tuple[str, str], ...] = ()
    module_path: str | None = None
    module_name: str | None = None
    pin_source: str | None = field(default=None, compare=False)

    def __str__(self) -> str:
        """The URI again, without the source of the PIN."""
        pairs: list[tuple[str, str | bytes | None]] = [
            *((name, getattr(self, name)) for name in _TOKEN),
            *self.slot,
            *self.library,
            ("object", self.object),
            ("id", self.id),
            ("type", self.type),
        ]
        query = (("module-path", self.module_path), ("module-name", self.module_name))
        path = ";".join(_written(pairs, ":._~-"))
        return (
            SCHEME
            + path
            + ("?" + "&".join(_written(query, "/:._~-")) if any(value for _, value in query) else "")
        )

    @property
    def token_words(self) -> str:
        """The token in words, for messages."""
        named = [f"{name}={getattr(self, name)}" for name in _TOKEN if getattr(self, name)]
        named += [f"{name}={value}" for name, value in self.slot]
        return ";".join(named) or "any"

    @property
    def object_words(self) -> str:
        """The object in words, for messages."""
        named = [] if self.object is None else [self.object]
        named += [] if self.id is None else [f"id={self.id.hex()}"]
        return ";".join(named) or "any"


def _written(pairs: Iterable[tuple[str, str | bytes | None]], plain: str) -> list[str]:
    found = []
    for name, value in pairs:
        if value is None:
            continue
        if isinstance(value, bytes):  # RFC 7512 §2.3: an id is percent-encoded throughout
            found.append(f"{name}=" + "".join(f"%{octet:02X}" for octet in value))
        else:
            found.append(f"{name}={quote_from_bytes(value.encode(), safe=plain)}")
    return found


def is_token_uri(reference: str) -> bool:
    """Whether a key is named by a ``pkcs11:`` URI rather than by a path (schemes ignore case)."""
    return reference[: len(SCHEME)].lower() == SCHEME


def parse_token_uri(text: str) -> TokenUri:
    """A URI of a token, or of an object on it.

    Unknown path attributes are refused, since each narrows what is meant; those of a vendor ("x-…") too.
    Unknown query attributes are passed over. Raises ``TokenUriInvalid``.
    """
    if not is_token_uri(text) or len(text) > _LONGEST:
        raise _invalid("", "it does not begin with pkcs11:" if len(text) <= _LONGEST else "it is too long")
    path, mark, query = text[len(SCHEME) :].partition("?")
    values = _attributes(path, ";", _PLAIN)
    asked = _attributes(query, "&", _PLAIN_QUERY) if mark else {}
    if "pin-value" in asked or "pin-value" in values:
        raise TokenUriInvalid("PKCS11_PIN_IN_URI")
    for name in values:
        if name not in (*_TOKEN, *_LIBRARY, *_SLOT, *_OBJECT):
            raise _invalid(name, "unknown")
    kind = _text(values, "type")
    if kind is not None and kind not in _TYPES:
        raise _invalid("type", "unknown")
    slot_id = _text(values, "slot-id")
    if slot_id is not None and not (slot_id.isascii() and slot_id.isdigit()):
        raise _invalid("slot-id", "no number")
    return TokenUri(
        token=_text(values, "token"),
        manufacturer=_text(values, "manufacturer"),
        serial=_text(values, "serial"),
        model=_text(values, "model"),
        object=_text(values, "object"),
        id=values.get("id"),
        type=kind,
        slot=tuple((name, _text(values, name) or "") for name in _SLOT if name in values),
        library=tuple((name, _text(values, name) or "") for name in _LIBRARY if name in values),
        module_path=_text(asked, "module-path"),
        module_name=_text(asked, "module-name"),
        pin_source=_text(asked, "pin-source"),
    )


def _attributes(text: str, separator: str, plain: frozenset[str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for part in text.split(separator) if text else ():
        name, equals, value = part.partition("=")
        if not equals or not name:
            raise _invalid(name[:40], "not of the form name=value")
        if name in found:  # RFC 7512 §2.3: no attribute may stand twice
            raise _invalid(name[:40], "it stands twice")
        found[name] = _decode(name, value, plain)
    return found


def _decode(name: str, value: str, plain: frozenset[str]) -> bytes:
    octets = bytearray()
    position = 0
    while position < len(value):
        character = value[position]
        if character == "%":
            digits = value[position + 1 : position + 3]
            if len(digits) != 2 or not set(digits) <= _HEX:
                raise _invalid(name[:40], "a % without two hexadecimal digits")
            octets.append(int(digits, 16))
            position += 3
            continue
        # Cyrillic labels are typed as they are; RFC 7512 wants them percent-encoded, and means the same.
        if character not in plain and (character.isascii() or not character.isprintable()):
            raise _invalid(name[:40], f"{character!r} must be percent-encoded")
        octets += character.encode()
        position += 1
    return bytes(octets)


def _text(values: dict[str, bytes], name: str) -> str | None:
    try:
        return values[name].decode() if name in values else None
    except UnicodeDecodeError:
        raise _invalid(name, "not UTF-8") from None


def _invalid(attribute: str, reason: str) -> TokenUriInvalid:
    return TokenUriInvalid(attribute=attribute or "pkcs11:", reason=reason)
