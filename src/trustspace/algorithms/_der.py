"""Just enough DER for algorithm identifiers and keys.

The decoder of documents is ``trustspace.encoding``, which stands above this package; what is here reads and
writes only AlgorithmIdentifier, SubjectPublicKeyInfo and private keys. All failures are ``ValueError``, which
the callers turn into the package's own errors.
"""

from __future__ import annotations

from trustspace.errors import MalformedEncoding

INTEGER, BIT_STRING, OCTET_STRING, NULL, OID, SEQUENCE = 0x02, 0x03, 0x04, 0x05, 0x06, 0x30
NULL_BYTES = b"\x05\x00"


class Reader:
    """Walks the elements of one constructed value."""

    __slots__ = ("data", "end", "position")

    def __init__(self, data: bytes, start: int = 0, end: int | None = None) -> None:
        self.data = data
        self.position = start
        self.end = len(data) if end is None else end

    @property
    def at_end(self) -> bool:
        return self.position >= self.end

    def peek(self) -> int | None:
        """The next tag, or None at the end."""
        return self.data[self.position] if self.position < self.end else None

    def _header(self) -> tuple[int, int, int]:
        data, position = self.data, self.position
        if position + 2 > self.end:
            raise ValueError("truncated")
        tag, length = data[position], data[position + 1]
        if tag & 0x1F == 0x1F:
            raise ValueError("multi-byte tag")
        start = position + 2
        if length & 0x80:
            count = length & 0x7F
            if not 1 <= count <= 4 or start + count > self.end:
                raise ValueError("bad length")
            length = int.from_bytes(data[start : start + count], "big")
            start += count
        if start + length > self.end:
            raise ValueError("truncated")
        self.position = start + length
        return tag, start, start + length

    def value(self, tag: int) -> bytes:
        """The content octets of the next element, which must have this tag."""
        found, start, end = self._header()
        if found != tag:
            raise ValueError(f"tag {found:#04x} where {tag:#04x} belongs")
        return self.data[start:end]

    def raw(self) -> bytes:
        """The whole next element, header included."""
        begin = self.position
        _, _, end = self._header()
        return self.data[begin:end]

    def enter(self, tag: int = SEQUENCE) -> Reader:
        """A reader of the next element's inside."""
        found, start, end = self._header()
        if found != tag:
            raise ValueError(f"tag {found:#04x} where {tag:#04x} belongs")
        return Reader(self.data, start, end)

    def oid(self) -> str:
        return decode_oid(self.value(OID))

    def integer(self) -> int:
        content = self.value(INTEGER)
        if not content:
            raise ValueError("empty INTEGER")
        return int.from_bytes(content, "big", signed=True)

    def bits(self) -> bytes:
        """A BIT STRING of whole octets."""
        content = self.value(BIT_STRING)
        if not content or content[0] != 0:
            raise ValueError("BIT STRING is not of whole octets")
        return content[1:]

    def finish(self) -> None:
        if not self.at_end:
            raise ValueError("trailing octets")


def decode_oid(content: bytes) -> str:
    """Dotted form of an OBJECT IDENTIFIER's content octets."""
    if not content or content[-1] & 0x80 or len(content) > 64:
        raise ValueError("bad OBJECT IDENTIFIER")
    arcs: list[int] = []
    value = 0
    for octet in content:
        value = value << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))


def tlv(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def sequence(*elements: bytes) -> bytes:
    return tlv(SEQUENCE, b"".join(elements))


def oid(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER with its header."""
    first, second, *rest = map(int, dotted.split("."))
    content = bytearray()
    for arc in (first * 40 + second, *rest):
        octets = [arc & 0x7F]
        while arc := arc >> 7:
            octets.append(0x80 | arc & 0x7F)
        content += bytes(reversed(octets))
    return tlv(OID, bytes(content))


def integer(value: int) -> bytes:
    return tlv(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def octet_string(content: bytes) -> bytes:
    return tlv(OCTET_STRING, content)


def bit_string(content: bytes) -> bytes:
    return tlv(BIT_STRING, b"\x00" + content)


def subject_public_key_info(algorithm: str, parameters: bytes | None, key: bytes) -> bytes:
    """A SubjectPublicKeyInfo (RFC 5280 §4.1.2.7)."""
    return sequence(sequence(oid(algorithm), parameters or b""), bit_string(key))


def read_algorithm(reader: Reader) -> tuple[str, bytes | None]:
    """An AlgorithmIdentifier: its OID, and its parameters as they stand (None where absent)."""
    inner = reader.enter()
    algorithm = inner.oid()
    parameters = None if inner.at_end else inner.raw()
    inner.finish()
    return algorithm, parameters


def read_subject_public_key_info(der: bytes) -> tuple[str, bytes | None, bytes]:
    """A SubjectPublicKeyInfo: algorithm, parameters, the key's octets."""
    from trustspace._native import ber_parse  # noqa: PLC0415 - who only asks for names loads no code

    try:
        whole = ber_parse(der, what="SubjectPublicKeyInfo")
        identifier, key = whole.fields()
        algorithm, *parameters = identifier.fields()
        octets, unused = key.bits()
        if whole.is_der and unused == 0 and octets and len(parameters) < 2:
            return algorithm.oid(), parameters[0].raw if parameters else None, octets
    except (MalformedEncoding, ValueError):
        pass  # not the usual form: the reader below is more patient, or says what is wrong
    outer = Reader(der)
    inner = outer.enter()
    outer.finish()
    oid_text, parameters_raw = read_algorithm(inner)
    bits = inner.bits()
    inner.finish()
    return oid_text, parameters_raw, bits
