"""Mutating BER by its structure: tags, lengths, members dropped, doubled, moved and grafted between files.

Noise in single octets rarely gets past the outermost length. Here a file is taken apart into a tree, with the
structures inside OCTET and BIT STRINGs, one or a few nodes are changed, and the tree is written again with
the lengths of what stands around put right (or, now and then, left wrong).
"""

from __future__ import annotations

import random
from collections.abc import Sequence

_MAX_NODES = 4000
_MAX_DEPTH = 60
_UNIVERSAL = (1, 2, 3, 4, 5, 6, 0x0A, 0x0C, 0x13, 0x16, 0x17, 0x18, 0x1E, 0x24, 0x30, 0x31)
_CONTEXT = (0x80, 0x81, 0x82, 0x83, 0x84, 0x86, 0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5)
_INTEGERS = (
    b"\x00",
    b"\x01",
    b"\x02",
    b"\x7f",
    b"\x80",
    b"\xff",
    b"\x00\xff",
    b"\x7f\xff\xff\xff",
    b"\x80\x00\x00\x00",
    b"\x00" + b"\xff" * 8,
    b"\xff" * 21,
    b"\x7f" * 70,
    b"\x7f" * 2000,  # more digits than Python writes
    b"\x7f" * 9000,
    b"",
)
_TIMES = (
    b"000101000000Z",
    b"491231235959Z",
    b"500101000000Z",
    b"991399000000Z",
    b"00000101000000Z",
    b"99991231235959Z",
    b"99991231235959.999999999Z",
    b"20260601120000+2359",
    b"2026060112",
    b"20260229000000Z",
    b"20161231235960Z",
    "٢٠٢٦٠٦٠١١٢٠٠٠٠Z".encode(),
)
_TEXTS = (
    b"",
    b"\x00",
    b"\x1b[31mred\x1b[0m",
    "a\u202egnp.exe\u202c".encode(),
    b"line\r\nforged line",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    "x̴̡̢̛̛".encode() * 20,
    b"{0}%s%n$(id)`id`",
    "\U000e0041\u200b\u2066".encode(),
    b"A" * 5000,
)
# Numbers of objects whose meaning is far apart: putting one in another's place is algorithm confusion.
_OIDS = tuple(
    bytes.fromhex(number)
    for number in (
        "2a864886f70d010101",  # rsaEncryption
        "2a864886f70d01010a",  # RSASSA-PSS
        "2a864886f70d01010b",  # sha256WithRSA
        "2a864886f70d010105",  # sha1WithRSA
        "2a8648ce3d040302",  # ecdsa-with-SHA256
        "2a8648ce3d0403",  # ecdsa-with-Specified
        "2a8648ce3d0201",  # ecPublicKey
        "2b6570",  # Ed25519
        "608648016503040312",  # ML-DSA-65
        "608648016503040201",  # SHA-256
        "608648016503040203",  # SHA-512
        "2b0e03021a",  # SHA-1
        "2a864886f70d0205",  # MD5
        "2a85030701010302",  # GOST 2012-256 with Streebog-256
        "2a85030701010303",  # GOST 2012-512 with Streebog-512
        "2a85030701010101",  # GOST 2012-256 key
        "2a85030701010202",  # Streebog-256
        "2a850302020906",  # GOST R 34.11-94
        "2a7000020022652d0c",  # bign-with-hbelt
        "2a7000020022652d0b",  # bign-with-hspec
        "2a7000020022651f51",  # belt-hash
        "2a864886f70d010701",  # id-data
        "2a864886f70d010702",  # id-signedData
        "2a864886f70d01091001" + "04",  # TSTInfo
        "2a864886f70d0109100107",  # DVCS request
        "2a864886f70d0109100108",  # DVCS response
        "2a864886f70d010903",  # contentType
        "2a864886f70d010904",  # messageDigest
        "2a864886f70d010905",  # signingTime
        "2a864886f70d010906",  # countersignature
        "2a864886f70d010910022f",  # signing-certificate v2
        "2a864886f70d010910020c",  # signing-certificate v1
        "2a864886f70d010910020e",  # signature time-stamp
        "2a864886f70d0109100218",  # RevocationValues
        "2a864886f70d010910020f",  # signature policy
        "551d13",
        "551d0f",
        "551d1e",
        "551d20",
        "551d21",
        "551d23",
        "551d0e",
        "551d1f",
        "551d1b",
        "551d1c",
        "551d25",
        "551d11",
        "2b0601050507300101",  # id-pkix-ocsp-basic
        "2b0601050507030" + "9",  # OCSPSigning
        "ffffffffffffffff7f",
        "80",
        "",
    )
    if len(number) % 2 == 0
)


class Node:
    """One TLV: a tag and either its octets or its members, with what stands before them in a string."""

    __slots__ = ("children", "content", "prefix", "tag")

    def __init__(
        self, tag: bytes, content: bytes, children: list[Node] | None = None, prefix: bytes = b""
    ) -> None:
        self.tag = tag
        self.content = content
        self.children = children
        self.prefix = prefix

    def body(self) -> bytes:
        """What stands after the length."""
        if self.children is None:
            return self.content
        return self.prefix + b"".join(child.write() for child in self.children)

    def write(self) -> bytes:
        """The TLV with a definite length."""
        body = self.body()
        return self.tag + _length(len(body)) + body

    def walk(self) -> list[Node]:
        """This node and all below it."""
        found, waiting = [], [self]
        while waiting:
            node = waiting.pop()
            found.append(node)
            waiting += node.children or ()
        return found

    def copy(self) -> Node:
        """A tree of its own."""
        children = None if self.children is None else [child.copy() for child in self.children]
        return Node(self.tag, self.content, children, self.prefix)


class Verbatim(Node):
    """Octets that are written as they are: for lengths that lie."""

    __slots__ = ()

    def write(self) -> bytes:
        return self.content

    def copy(self) -> Node:
        return Verbatim(b"", self.content)


def _length(size: int) -> bytes:
    if size < 0x80:
        return bytes((size,))
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((0x80 | len(octets),)) + octets


def parse(data: bytes) -> list[Node] | None:
    """The TLVs that fill ``data`` (BER's definite and indefinite lengths); None where they do not."""
    budget = [_MAX_NODES]
    found = _members(data, 0, len(data), 0, budget, indefinite=False)
    return None if found is None else found[0]


def _members(
    data: bytes, at: int, end: int, depth: int, budget: list[int], *, indefinite: bool
) -> tuple[list[Node], int] | None:
    nodes: list[Node] = []
    while at < end:
        if indefinite and data[at : at + 2] == b"\x00\x00":
            return nodes, at + 2
        read = _one(data, at, end, depth, budget)
        if read is None:
            return None
        node, at = read
        nodes.append(node)
    return None if indefinite else (nodes, at)


def _one(data: bytes, at: int, end: int, depth: int, budget: list[int]) -> tuple[Node, int] | None:
    budget[0] -= 1
    if budget[0] < 0 or depth > _MAX_DEPTH or end - at < 2:
        return None
    start = at
    first = data[at]
    at += 1
    if first & 0x1F == 0x1F:
        while at < end and data[at] & 0x80:
            at += 1
        at += 1
    tag = data[start:at]
    if at >= end:
        return None
    length = data[at]
    at += 1
    if length == 0x80:
        if not first & 0x20:
            return None
        inner = _members(data, at, end, depth + 1, budget, indefinite=True)
        return None if inner is None else (Node(tag, b"", inner[0]), inner[1])
    if length > 0x80:
        octets = length & 0x7F
        length = int.from_bytes(data[at : at + octets], "big")
        at += octets
    if length > end - at:
        return None
    stop = at + length
    if first & 0x20:
        inner = _members(data, at, stop, depth + 1, budget, indefinite=False)
        return (Node(tag, data[at:stop]) if inner is None else Node(tag, b"", inner[0])), stop
    content = data[at:stop]
    # Extensions, time-stamps' contents and OCSP's answers stand in strings.
    prefix = 1 if first == 0x03 and content[:2] == b"\x000" else 0
    if first in (0x03, 0x04) and content[prefix : prefix + 1] in (b"0", b"1", b"\x02", b"\x03"):
        inner = _members(content, prefix, len(content), depth + 1, budget, indefinite=False)
        if inner is not None and inner[0]:
            return Node(tag, b"", inner[0], content[:prefix]), stop
    return Node(tag, content), stop


class Mutator:
    """Changes files; what it grafts comes from ``material``."""

    def __init__(self, material: Sequence[bytes]) -> None:
        self._grafts: list[Node] = []
        for data in material:
            if len(data) > 60_000:
                continue
            for tree in parse(data) or ():
                self._grafts += [node for node in tree.walk() if len(node.content) < 3000][:600]

    def mutate(self, data: bytes, choice: random.Random, largest: int = 100_000) -> bytes:
        """``data`` changed in one or a few places; octet noise where it is no BER."""
        trees = parse(data) if data and choice.random() < 0.9 else None
        if not trees:
            return noise(data, choice)[:largest]
        for _ in range(choice.choice((1, 1, 1, 2, 3, 6))):
            self._change(trees, choice)
        written = b"".join(tree.write() for tree in trees)
        if choice.random() < 0.1:
            written = noise(written, choice)
        return written if len(written) <= largest else data

    def _change(self, trees: list[Node], choice: random.Random) -> None:
        nodes = [node for tree in trees for node in tree.walk() if node.tag] or trees
        parents = [node for node in nodes if node.children]
        node = choice.choice(nodes)
        parent = choice.choice(parents) if parents else None
        kind = choice.randrange(12)
        if kind <= 2 or parent is None:
            self._content(node, choice)
        elif kind == 3:
            node.tag = bytes((choice.choice(_UNIVERSAL + _CONTEXT),))
        else:
            self._members(parent, choice, kind)

    def _members(self, parent: Node, choice: random.Random, kind: int) -> None:
        children = parent.children
        assert children
        at = choice.randrange(len(children))
        if kind == 4:
            del children[at]
        elif kind == 5:
            children[at:at] = [children[at].copy() for _ in range(choice.choice((1, 1, 2, 20)))]
        elif kind == 6:
            to = choice.randrange(len(children))
            children[at], children[to] = children[to], children[at]
        elif kind == 7 and self._grafts:
            children[at] = self._graft(children[at], choice)
        elif kind == 8 and self._grafts:
            children.insert(at, choice.choice(self._grafts).copy())
        elif kind == 9:
            children[at] = self._wrapped(children[at], choice)
        elif kind == 10:
            children[at] = _lying(children[at], choice)
        elif children[at].children is not None and not children[at].prefix:
            children[at : at + 1] = children[at].children or []

    def _graft(self, old: Node, choice: random.Random) -> Node:
        for _ in range(8):
            node = choice.choice(self._grafts)
            if node.tag == old.tag:
                return node.copy()
        return choice.choice(self._grafts).copy()

    @staticmethod
    def _wrapped(node: Node, choice: random.Random) -> Node:
        for _ in range(choice.choice((1, 1, 2, 30))):
            node = Node(bytes((choice.choice((0x30, 0x31, 0xA0, 0xA1, 0x24)),)), b"", [node])
        return node

    def _content(self, node: Node, choice: random.Random) -> None:
        if node.children is not None:
            if choice.random() < 0.3:
                node.children = [] if choice.random() < 0.5 else node.children[:1]
            return
        number = node.tag[0] if node.tag else 0
        known: tuple[bytes, ...] = ()
        if number in (0x02, 0x0A):
            known = _INTEGERS
        elif number == 0x06:
            known = _OIDS
        elif number in (0x17, 0x18):
            known = _TIMES
        elif number in (0x0C, 0x13, 0x14, 0x16, 0x1E, 0x86, 0x82, 0x81):
            known = _TEXTS
        elif number == 0x01:
            known = (b"\x00", b"\x01", b"\xff", b"", b"\xff\xff")
        if known and choice.random() < 0.7:
            node.content = choice.choice(known)
        else:
            node.content = noise(node.content, choice)


def _lying(node: Node, choice: random.Random) -> Node:
    """The node with a length that is another one, longer than needed, or indefinite."""
    body = node.body()
    kind = choice.randrange(5)
    if kind == 0 and node.tag and node.tag[0] & 0x20:
        return Verbatim(b"", node.tag + b"\x80" + body + b"\x00\x00")
    if kind == 1:
        return Verbatim(b"", node.tag + b"\x84" + len(body).to_bytes(4, "big") + body)
    if kind == 2:
        wrong = max(0, len(body) + choice.choice((-1, 1, 2, 127, -len(body))))
        return Verbatim(b"", node.tag + _length(wrong) + body)
    if kind == 3:
        size = choice.choice((4, 8, 126))
        return Verbatim(b"", node.tag + bytes((0x80 | size,)) + b"\x7f" + b"\xff" * (size - 1) + body)
    return Verbatim(b"", b"\x3f" + b"\xff" * choice.choice((1, 4, 9)) + b"\x01" + _length(len(body)) + body)


def noise(data: bytes, choice: random.Random) -> bytes:
    """A few edits of octets: set, flipped, dropped, doubled, moved, cut."""
    octets = bytearray(data)
    for _ in range(choice.choice((1, 1, 2, 4))):
        at = choice.randrange(len(octets)) if octets else 0
        size = choice.randint(1, 16)
        match choice.randrange(7):
            case 0:
                octets[at : at + 1] = bytes((choice.randrange(256),))
            case 1 if octets:
                octets[at] ^= 1 << choice.randrange(8)
            case 2:
                del octets[at : at + size]
            case 3:
                octets[at:at] = octets[at : at + size]
            case 4:
                other = choice.randrange(len(octets) + 1)
                octets[at:at] = octets[other : other + size]
            case 5 if len(octets) > 20:
                del octets[-choice.randint(1, len(octets) // 2) :]
            case _:
                octets[at:at] = choice.randbytes(size)
    return bytes(octets)
