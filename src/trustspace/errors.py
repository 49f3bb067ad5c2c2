"""The one root of trustspace's errors.

::

    TrustspaceError                 a code, and facts as named parameters
    ├── InputError                  what came from outside cannot be used as it is (command: exit 2)
    │   └── MalformedEncoding       bytes that no decoder can read, with the offset
    └── …                           each package adds its own below, beside what raises them

An error carries facts, never finished sentences: the words are rendered at the edge, from the code and
the parameters, in the reader's language. ``str(error)`` is for logs and developers.
"""

from __future__ import annotations


class TrustspaceError(Exception):
    """Root of all errors; ``code`` names the catalogue entry, ``parameters`` fill it."""

    code: str = "INTERNAL_ERROR"

    def __init__(self, code: str | None = None, /, **parameters: str | int | None) -> None:
        if code is not None:
            self.code = code
        self.parameters: dict[str, str | int | None] = parameters
        details = ", ".join(f"{name}={value}" for name, value in parameters.items())
        super().__init__(f"{self.code}({details})" if details else self.code)


class InputError(TrustspaceError):
    """What came from outside cannot be used as it is."""

    code = "INPUT_UNUSABLE"


class MalformedEncoding(InputError):
    """The bytes are not the structure that they claim to be.

    Parameters: ``what`` (the structure), ``offset`` (octets from the start), ``reason``.
    """

    code = "MALFORMED_ENCODING"
