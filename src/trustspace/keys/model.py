"""What every provider of keys can do, and what it tells of the keys that it holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from trustspace.algorithms.model import ModuleInfo, PublicKey, SigningKey
from trustspace.encoding.certificate import Certificate

Random: TypeAlias = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class HeldKey:
    """A key that a provider holds, without opening it.

    ``reference`` is what a configuration names it by: a path, or a ``pkcs11:`` URI without any secret.
    ``key`` is None where the public side does not show (an encrypted file without its certificate).
    ``exportable``: whether whoever may use the key could also take it away.
    """

    name: str
    reference: str
    key: PublicKey | None
    certificate: Certificate | None
    exportable: bool


class KeyProvider(Protocol):
    """A place that holds private keys under names, and signs with them.

    Every method raises :class:`~trustspace.keys.errors.KeyProviderError`.
    """

    @property
    def module(self) -> ModuleInfo:
        """What computes the signatures, with its version and whether a state certified it.

        Of a folder of files it is this package; each key there names the module that its algorithm uses.
        """
        ...

    def keys(self) -> tuple[HeldKey, ...]:
        """What is here, by name."""
        ...

    def open(self, name: str) -> SigningKey:
        """The key of a name, ready to sign."""
        ...

    def generate(self, name: str, kind: str, *, random: Random) -> SigningKey:
        """Makes a key here (``kind`` as in ``algorithms.private.generate``); a taken name is refused.

        ``random``: the operating system's; a token draws its own.
        """
        ...

    def certificate(self, name: str) -> Certificate | None:
        """The certificate that lies beside a key; of several of the same key the newest."""
        ...

    def attach(self, name: str, certificate: Certificate) -> None:
        """Puts a certificate beside its key; that of another key is refused."""
        ...

    def close(self) -> None:
        """Lets go of files and sessions; keys that were opened sign no more."""
        ...
