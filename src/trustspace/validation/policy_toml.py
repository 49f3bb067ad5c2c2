"""Reading a policy's TOML: every key is known or refused, so that a misspelt rule never goes unnoticed."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

from trustspace.trust.snapshot import ServiceKind
from trustspace.validation.policy import (
    AlgorithmRules,
    ChainRules,
    Policy,
    PolicyUnusable,
    RevocationRules,
    SignatureRules,
)

_MAX_BYTES = 256 * 1024
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

Reader = Callable[[Any], Any]


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false is needed")
    return value


def _duration(value: Any) -> timedelta | None:
    """``"30s"``, ``"15m"``, ``"24h"``, ``"7d"``; ``"unlimited"`` is no bound."""
    if value == "unlimited":
        return None
    if not isinstance(value, str) or value[-1:] not in _UNITS or not value[:-1].isdigit() or len(value) > 8:
        raise ValueError('a duration such as "30s", "15m", "24h", "7d" or "unlimited" is needed')
    return timedelta(seconds=int(value[:-1]) * _UNITS[value[-1]])


def _bounded(value: Any) -> timedelta:
    found = _duration(value)
    if found is None:
        raise ValueError("this duration needs a bound")
    return found


def _strings(value: Any) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError("a list of strings is needed")
    return frozenset(value)


def _policies(value: Any) -> dict[str, frozenset[str]] | None:
    """``"any"``, or a table: OID = list of the policy document's digests in hex (empty: any digest)."""
    if value == "any":
        return None
    if not isinstance(value, dict):
        raise ValueError('"any" or a table of OID = [digests in hex] is needed')
    return {oid: frozenset(digest.lower() for digest in _strings(value[oid])) for oid in value}


def _kinds(value: Any) -> frozenset[ServiceKind]:
    known = {kind.value: kind for kind in ServiceKind}
    names = _strings(value)
    if unknown := sorted(names - known.keys()):
        raise ValueError(f"{unknown[0]} is no kind of anchor; known: {', '.join(known)}")
    return frozenset(known[name] for name in names)


def _depth(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 64:
        raise ValueError("a number from 1 to 64 is needed")
    return value


def _catalogue(value: Any) -> str:
    if value not in ("default", "none"):
        raise ValueError('"default" or "none" is needed')
    return str(value)


_SIGNATURE: dict[str, Reader] = {
    "formats": _strings,
    "signing_certificate_reference": _flag,
    "signing_time": _flag,
    "content_type": _flag,
    "policies": _policies,
    "policy_required": _flag,
    "timestamp_delay": _duration,
    "timestamp_required": _flag,
}
_CHAIN: dict[str, Reader] = {
    "anchors": _kinds,
    "key_usage": _strings,
    "extended_key_usage": _strings,
    "certificate_policies": _strings,
    "explicit_policy": _flag,
    "max_depth": _depth,
}
_REVOCATION: dict[str, Reader] = {
    "required": _flag,
    "max_age": _duration,
    "responder_status_required": _flag,
    "after_best_signature_time": _flag,
}
_TABLES = ("signature", "signer", "timestamp", "responder", "revocation", "algorithms")
_TOP = ("description", "clock_skew", *_TABLES)


def parse_policy(data: bytes, name: str) -> Policy:
    """A policy from the bytes of its TOML file; its digest is theirs. Raises :class:`PolicyUnusable`."""
    if len(data) > _MAX_BYTES:
        raise PolicyUnusable(name=name, where="", reason=f"more than {_MAX_BYTES} bytes")
    try:
        top = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise PolicyUnusable(name=name, where="", reason="not UTF-8") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise PolicyUnusable(name=name, where="", reason=f"not TOML: {error}") from error
    for key in top:
        if key not in _TOP:
            raise PolicyUnusable(name=name, where=key, reason="unknown key")

    def table(key: str, readers: dict[str, Reader]) -> dict[str, Any]:
        return _table(top.get(key, {}), readers, name, key)

    skew = _table({k: v for k, v in top.items() if k == "clock_skew"}, {"clock_skew": _bounded}, name, "")
    return Policy(
        name=name,
        sha256=sha256(data).hexdigest(),
        signature=SignatureRules(**table("signature", _SIGNATURE)),
        signer=ChainRules(**table("signer", _CHAIN)),
        timestamp=ChainRules(**table("timestamp", _CHAIN)),
        responder=ChainRules(**table("responder", _CHAIN)),
        revocation=RevocationRules(**table("revocation", _REVOCATION)),
        algorithms=AlgorithmRules(**table("algorithms", {"catalogue": _catalogue})),
        **skew,
    )


def _table(given: Any, readers: dict[str, Reader], name: str, where: str) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise PolicyUnusable(name=name, where=where, reason="a table is needed")
    read: dict[str, Any] = {}
    for key, value in given.items():
        place = f"{where}.{key}" if where else key
        reader = readers.get(key)
        if reader is None:
            raise PolicyUnusable(name=name, where=place, reason="unknown key")
        try:
            read[key] = reader(value)
        except ValueError as error:
            raise PolicyUnusable(name=name, where=place, reason=str(error)) from error
    return read
