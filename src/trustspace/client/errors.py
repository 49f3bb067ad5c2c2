"""What can go wrong between a program and a node; none of it says anything about a signature."""

from __future__ import annotations

from trustspace.errors import TrustspaceError


class ClientError(TrustspaceError):
    """Root of the client's errors."""

    code = "NODE_ANSWER_UNUSABLE"


class NodeUnreachable(ClientError):
    """No whole answer came in time: ask again, same transaction. Parameters: ``url``, ``reason``."""

    code = "NODE_UNREACHABLE"


class AnswerUnusable(ClientError):
    """An answer that is none of a node's, or contradicts itself. Parameters: ``reason``."""

    code = "NODE_ANSWER_UNUSABLE"


class ReceiptNotBelieved(ClientError):
    """The receipt does not verify under the trust that was given. Parameters: ``causes`` (codes)."""

    code = "RECEIPT_NOT_BELIEVED"


class Refused(ClientError):
    """The node said no; ``code`` and ``parameters`` are its own.

    ``status`` is HTTP's, ``message`` and ``remedy`` the node's words, ``retry_after`` seconds or None.
    """

    def __init__(
        self, status: int, code: str, message: str, remedy: str, retry_after: float | None, /
    ) -> None:
        super().__init__(code)
        self.status = status
        self.message = message
        self.remedy = remedy
        self.retry_after = retry_after

    @property
    def conflict(self) -> bool:
        """Whether the transaction stands for another document."""
        return self.status == 409

    def __str__(self) -> str:
        return f"{self.code} ({self.status}): {self.message}"
