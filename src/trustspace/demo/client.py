"""The people's side of a node: send a document, keep the answer."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from trustspace.demo.authority import Random
from trustspace.demo.layout import write
from trustspace.encoding.dvcs import ServiceType
from trustspace.encoding.general_name import GeneralName
from trustspace.node.outgoing import Outgoing
from trustspace.receipts.request import build_request

TIMEOUT_SECONDS = 30.0
ANSWER_LIMIT = 16 << 20


class Client:
    """Asks nodes over persistent connections; may be shared by threads."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._outgoing = Outgoing(TIMEOUT_SECONDS, ANSWER_LIMIT)

    def close(self) -> None:
        """Close the connections."""
        self._outgoing.close()

    def ask(
        self,
        endpoint: str,
        document: Path,
        answer: Path,
        *,
        now: datetime,
        travelling: Iterable[Path] = (),
    ) -> None:
        """Ask a node about a document (DVCS ``vsd``) and write its answer down.

        Raises PeerUnreachable when the node itself gives none.
        """
        request = build_request(
            ServiceType.VSD,
            message=document.read_bytes(),
            nonce=int.from_bytes(self._random(16), "big"),
            request_time=now,
            transaction=GeneralName.of_uri(f"urn:uuid:{uuid.UUID(bytes=self._random(16), version=4)}"),
            travelling=[path.read_bytes() for path in travelling],
        )
        write(answer, self._outgoing.dvcs(f"{endpoint}/dvcs", request))
