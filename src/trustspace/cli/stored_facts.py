"""The file of ``--facts-out``: facts, and the trust and times they were first judged under.

With it alone the same report can be made again, network off and document gone; ``--trust``, ``--at`` and
``--policy`` put others in their place.

::

    {"format": "trustspace-stored-facts/1", "control_time", "cut_off",
     "anchors": [{"certificate": base64, "member", "kind", "since", "until"}],
     "certificates": [base64], "register": base64 of its canonical JSON or null,
     "facts": what validation.facts_json writes}
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from trustspace.cli.errors import CommandError
from trustspace.encoding.certificate import Certificate
from trustspace.errors import TrustspaceError
from trustspace.trust.register import Register
from trustspace.trust.snapshot import ServiceKind, Snapshot, TrustAnchor
from trustspace.validation.facts import Facts
from trustspace.validation.facts_json import facts_from_json, facts_to_json
from trustspace.validation.times import Times, text

_FORMAT = "trustspace-stored-facts/1"


@dataclass(frozen=True, slots=True)
class StoredFacts:
    """What the file holds."""

    facts: Facts
    snapshot: Snapshot
    times: Times


def write_facts(facts: Facts, snapshot: Snapshot, times: Times) -> bytes:
    """The file's octets: JSON with sorted keys, so that equal facts are equal octets."""
    register = snapshot.register
    stored = {
        "format": _FORMAT,
        "control_time": text(times.control_time),
        "cut_off": text(times.cut_off),
        "anchors": [
            {
                "certificate": _base64(anchor.certificate.raw),
                "member": anchor.member,
                "kind": anchor.kind.value,
                "since": text(anchor.since),
                "until": text(anchor.until),
            }
            for anchor in snapshot.anchors
        ],
        "certificates": [_base64(certificate.raw) for certificate in snapshot.certificates],
        "register": None if register is None else _base64(register.to_json()),
        "facts": json.loads(facts_to_json(facts)),
    }
    return json.dumps(stored, ensure_ascii=False, sort_keys=True, indent=1).encode() + b"\n"


def read_facts(data: bytes, path: str) -> StoredFacts:
    """What :func:`write_facts` wrote. Raises ``CommandError`` FACTS_FILE_UNREADABLE."""
    try:
        stored = json.loads(data)
        if not isinstance(stored, dict) or stored.get("format") != _FORMAT:
            raise CommandError("FACTS_FILE_UNREADABLE", path=path, reason=f"not {_FORMAT}")
        register = stored["register"]
        snapshot = Snapshot(
            tuple(_anchor(row) for row in stored["anchors"]),
            None if register is None else Register.from_json(_octets(register)),
            tuple(Certificate.parse(_octets(item)) for item in stored["certificates"]),
        )
        times = Times(_time(stored["control_time"]), _time(stored["cut_off"]))
        return StoredFacts(facts_from_json(json.dumps(stored["facts"]).encode()), snapshot, times)
    except CommandError:
        raise
    except TrustspaceError as error:
        raise CommandError("FACTS_FILE_UNREADABLE", path=path, reason=str(error)) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, binascii.Error) as error:
        reason = f"{type(error).__name__}: {error}"
        raise CommandError("FACTS_FILE_UNREADABLE", path=path, reason=reason) from error


def _anchor(row: dict[str, Any]) -> TrustAnchor:
    return TrustAnchor(
        Certificate.parse(_octets(row["certificate"])),
        row["member"],
        ServiceKind(row["kind"]),
        _time(row["since"]) if row["since"] else None,
        _time(row["until"]) if row["until"] else None,
    )


def _time(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("a time without zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:  # within hours of the first or last year
        raise ValueError(str(error)) from error


def _octets(value: str) -> bytes:
    return base64.b64decode(value, validate=True)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
