"""What can go wrong between a node and its keys.

::

    TrustspaceError
    ├── KeyProviderError                a key cannot be had, or does not do its work
    │   ├── SecretUnavailable           a password or PIN cannot be had from where it should come from
    │   ├── KeyFileError                a key in a file
    │   ├── KeyNameError                no such key, a name that is taken, or a certificate of another key
    │   └── TokenError                  a key on a PKCS#11 token
    │       ├── TokenUriInvalid         the pkcs11: URI (RFC 7512)
    │       ├── TokenLocked             PIN wrong, needed or locked: never tried again by itself
    │       └── TokenAlgorithmMissing   the token does not compute this algorithm (AlgorithmNotSupported too)
    └── CertificateNotUsable            one's own certificate must not be signed with
        └── NoUsableKey                 the ring has no key for the moment

A password, a PIN or a part of a key is never a parameter.
"""

from __future__ import annotations

from trustspace.algorithms.errors import AlgorithmNotSupported
from trustspace.errors import TrustspaceError


class KeyProviderError(TrustspaceError):
    """A key cannot be had, or does not do its work. Parameters: ``key``, ``reason``."""

    code = "KEY_PROVIDER_FAILED"


class SecretUnavailable(KeyProviderError):
    """A password or PIN cannot be had. Parameters: ``source``, ``reason``."""

    code = "SECRET_UNAVAILABLE"


class KeyFileError(KeyProviderError):
    """A key in a file. All codes have ``path``.

    KEY_FILE_UNUSABLE (``reason``), KEY_FILE_OPEN_TO_OTHERS (``mode``, octal), KEY_FILE_OF_ANOTHER
    (``owner``), KEY_FILE_EXISTS, KEY_PASSWORD_NEEDED, KEY_PASSWORD_WRONG, KEY_NOT_ENCRYPTED.
    """

    code = "KEY_FILE_UNUSABLE"


class KeyNameError(KeyProviderError):
    """A key by its name.

    KEY_NOT_FOUND (``key``, ``where``, ``known``), KEY_AMBIGUOUS (``key``, ``where``, ``count``), KEY_EXISTS
    (``key``, ``where``), KEY_NAME_INVALID (``key``), KEY_CERTIFICATE_FOREIGN (``key``, ``subject``).
    """

    code = "KEY_NOT_FOUND"


class TokenError(KeyProviderError):
    """A PKCS#11 token or its library.

    TOKEN_FAILED (``token``, ``operation``, ``reason``), TOKEN_LIBRARY_UNKNOWN, TOKEN_LIBRARY_UNUSABLE
    (``path``, ``reason``), TOKEN_NOT_FOUND (``token``, ``known``), TOKEN_AMBIGUOUS (``token``, ``count``),
    TOKEN_BUSY (``token``, ``limit``, ``seconds``), TOKEN_PUBLIC_KEY_MISSING (``token``, ``key``),
    TOKEN_SIGNATURE_WRONG (``token``, ``key``).
    """

    code = "TOKEN_FAILED"


class TokenUriInvalid(TokenError):
    """The ``pkcs11:`` URI. PKCS11_URI_INVALID (``attribute``, ``reason``), PKCS11_PIN_IN_URI."""

    code = "PKCS11_URI_INVALID"


class TokenLocked(TokenError):
    """The token does not let us in. All codes have ``token``.

    TOKEN_PIN_WRONG, TOKEN_PIN_NEEDED, TOKEN_PIN_LOCKED, TOKEN_PIN_EXPIRED, TOKEN_PIN_NOT_SET.
    """

    code = "TOKEN_PIN_WRONG"


class TokenAlgorithmMissing(TokenError, AlgorithmNotSupported):
    """The token has no mechanism for it. Parameters: ``token``, ``name``."""

    code = "TOKEN_ALGORITHM_MISSING"


class CertificateNotUsable(TrustspaceError):
    """One's own certificate must not be signed with at this moment. All codes have ``certificate``.

    OWN_CERTIFICATE_REVOKED (``revoked_at``, ``reason``), OWN_CERTIFICATE_EXPIRED (``not_after``),
    OWN_CERTIFICATE_NOT_YET_VALID (``not_before``), OWN_KEY_PERIOD_OVER (``until``), OWN_KEY_PERIOD_AHEAD
    (``since``), OWN_STATUS_UNKNOWN (``moment``).
    """

    code = "OWN_STATUS_UNKNOWN"


class NoUsableKey(CertificateNotUsable):
    """The ring has no key that may sign now. Parameters: ``moment``, ``reasons``, ``next``."""

    code = "NO_USABLE_KEY"
