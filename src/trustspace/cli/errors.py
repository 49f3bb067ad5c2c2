"""What the command itself may find wrong, before any judgement.

::

    InputError
    └── CommandError            code, parameters; rendered by ``texts``; exit 2
"""

from __future__ import annotations

from trustspace.errors import InputError


class CommandError(InputError):
    """The command cannot do what was asked; ``code`` names the words in ``texts``."""

    code = "COMMAND_UNUSABLE"
