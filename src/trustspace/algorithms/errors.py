"""What can go wrong with an algorithm.

::

    TrustspaceError
    ├── AlgorithmNotSupported   we cannot tell: nobody here computes this algorithm
    ├── KeyInvalid              the key is not one of its algorithm (range, curve, order, encoding)
    │   └── PasswordInvalid     an encrypted key, and a password that is missing or does not open it
    └── SignatureInvalid        the question was well formed, and the answer is no

The first is never to be reported as the last: an unknown algorithm leaves a signature undetermined.
"""

from __future__ import annotations

from trustspace.errors import TrustspaceError


class AlgorithmNotSupported(TrustspaceError):
    """No module here computes the algorithm.

    Parameters: ``oid`` or ``uri`` (as met), ``name`` (the human name where it is known, else the same).
    """

    code = "ALGORITHM_NOT_SUPPORTED"


class KeyInvalid(TrustspaceError):
    """The key is not a key of its algorithm. Parameters: ``algorithm``, ``reason``."""

    code = "KEY_INVALID"


class PasswordInvalid(KeyInvalid):
    """The key is encrypted, and the password is missing or wrong."""


class SignatureInvalid(TrustspaceError):
    """The signature does not verify. Parameters: ``algorithm``; ``key`` where another key was tried."""

    code = "SIGNATURE_INVALID"
