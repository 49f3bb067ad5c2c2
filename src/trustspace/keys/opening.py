"""A key by its reference: the path of a file, or a ``pkcs11:`` URI. What configurations and commands hold."""

from __future__ import annotations

from pathlib import Path

from trustspace.algorithms.model import SigningKey
from trustspace.encoding.certificate import Certificate
from trustspace.keys.errors import KeyFileError
from trustspace.keys.files import FileKeys, load_key_file
from trustspace.keys.model import KeyProvider
from trustspace.keys.secrets import SecretSource
from trustspace.keys.token.uri import is_token_uri


def open_key(
    reference: str,
    secret: SecretSource | None = None,
    *,
    base: Path = Path(),
    certificate: Certificate | None = None,
    certified: str | None = None,
    encrypted_only: bool = False,
) -> SigningKey:
    """The key that a reference names, ready to sign.

    ``secret`` gives the file's password or the token's PIN (before the URI's own pin-source); relative paths
    start at ``base``. ``certificate`` is the key's, where it is at hand: a token need not show the public key
    then. ``certified`` is the number of a state's certificate for the module behind the token.
    ``encrypted_only`` refuses files without a password.

    Raises :class:`~trustspace.keys.errors.KeyProviderError`, ``AlgorithmNotSupported``.
    """
    if is_token_uri(reference):
        from trustspace.keys.token.provider import TokenKeys  # noqa: PLC0415 - files need none of it

        return TokenKeys(reference, secret, base=base, certified=certified).open(certificate=certificate)
    return load_key_file(base / reference, secret, encrypted_only=encrypted_only)


def open_provider(
    reference: str,
    secret: SecretSource | None = None,
    *,
    base: Path = Path(),
    certified: str | None = None,
) -> KeyProvider:
    """The provider behind a reference: a folder, or the token of a ``pkcs11:`` URI.

    For making, listing and attaching: ``open_provider(…).generate("ttp-2026", "p-256", random=os.urandom)``.
    Raises :class:`~trustspace.keys.errors.KeyProviderError`.
    """
    if is_token_uri(reference):
        from trustspace.keys.token.provider import TokenKeys  # noqa: PLC0415

        return TokenKeys(reference, secret, base=base, certified=certified)
    folder = base / reference
    if not folder.is_dir():
        raise KeyFileError(path=str(folder), reason="there is no such folder")
    return FileKeys(folder, secret)


def find_certificate(
    reference: str, secret: SecretSource | None = None, *, base: Path = Path()
) -> Certificate | None:
    """The certificate that lies beside a key: on its token, or in the same folder under the same name.

    Raises :class:`~trustspace.keys.errors.KeyProviderError`.
    """
    if is_token_uri(reference):
        from trustspace.keys.token.provider import TokenKeys  # noqa: PLC0415

        return TokenKeys(reference, secret, base=base).certificate()
    path = base / reference
    return FileKeys(path.parent, secret).certificate(path.stem) if path.suffix == ".key" else None
