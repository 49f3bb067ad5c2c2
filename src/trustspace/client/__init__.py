"""What other programs use to ask a node (its JSON API), asynchronously and typed: requests, results, errors,
and the verification of what comes back. Nothing of a node, its store or its keys may live here.
"""

from trustspace.client.client import Client
from trustspace.client.errors import AnswerUnusable, ClientError, NodeUnreachable, ReceiptNotBelieved, Refused
from trustspace.client.results import Receipt, Validation

__all__ = [
    "AnswerUnusable",
    "Client",
    "ClientError",
    "NodeUnreachable",
    "Receipt",
    "ReceiptNotBelieved",
    "Refused",
    "Validation",
]
