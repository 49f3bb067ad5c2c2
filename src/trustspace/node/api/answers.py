"""Answers as JSON, in the reader's language: validations, receipts, problems (RFC 9457)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.responses import JSONResponse, Response

from trustspace.node.api.validations import Validation
from trustspace.validation.catalogue import LANGUAGES, render
from trustspace.validation.times import text

PROBLEM_TYPE = "application/problem+json"
DER_TYPE = "application/dvcs"
RETRY_AFTER = 5
"""Seconds after which a deferred or refused request may be asked again."""

_RETRIED = (408, 429, 503)
Parameters = Mapping[str, str | int | None]


def preferred(header: str | None, offered: tuple[str, ...]) -> str | None:
    """What a reader wants most of what is offered (RFC 9110 §12.4.2); None where he takes none of it.

    A language is wanted by its first subtag (``ru-BY``: ru); the first offered wins a tie.
    """
    if header is None or not header.strip():
        return offered[0]
    weights: dict[str, float] = {}
    for item in header.lower().split(",")[:50]:
        name, _, rest = item.partition(";")
        quality = rest.strip().removeprefix("q=") if rest.strip().startswith("q=") else "1"
        try:
            weight = min(max(float(quality), 0.0), 1.0)
        except ValueError:
            weight = 0.0
        name = name.strip()
        if "/" not in name:
            name = name.partition("-")[0]
        weights[name] = max(weight, weights.get(name, 0.0))

    def weight_of(each: str) -> float:
        group = each.partition("/")[0] + "/*" if "/" in each else "*"
        return weights.get(each, weights.get(group, weights.get("*/*", weights.get("*", 0.0))))

    best = max(offered, key=weight_of)
    return best if weight_of(best) > 0 else None


def language_of(header: str | None) -> str:
    """English or Russian, by Accept-Language; English where neither is wanted."""
    return preferred(header, LANGUAGES) or LANGUAGES[0]


def in_language(value: Any, language: str) -> Any:
    """A report whose causes say in words of this language what their codes and parameters mean."""
    if isinstance(value, list):
        return [in_language(each, language) for each in value]
    if not isinstance(value, dict):
        return value
    said = {name: in_language(each, language) for name, each in value.items()}
    if {"code", "parameters", "message", "remedy"} <= said.keys():
        said["message"], said["remedy"] = render(value["code"], value["parameters"], language)
    return said


def receipt_dict(validation: Validation) -> dict[str, Any]:
    """A signed answer with what a program wants to know of it without a decoder."""
    info = validation.parsed.info
    return {
        "id": validation.id,
        "outcome": validation.outcome.value,
        "sha256": hashlib.sha256(validation.answer).hexdigest(),
        "serial": None if info is None else str(info.serial_number),
        "response_time": None if info is None else text(info.response_time.gen_time),
        "dvc": base64.b64encode(validation.answer).decode("ascii"),
        "links": None if validation.id is None else _links(validation.id),
    }


def validation_dict(validation: Validation, language: str) -> dict[str, Any]:
    """The whole answer."""
    details = validation.parsed.details
    return {
        "id": validation.id,
        "transaction": validation.transaction,
        "outcome": validation.outcome.value,
        "final": validation.id is not None,
        "ground": None if details is None else details.ground,
        "alarm": details is not None and details.alarm,
        "opinions": [
            {"member": each.member, "outcome": None if each.outcome is None else each.outcome.value}
            for each in (() if details is None else details.opinions)
        ],
        "report": in_language(validation.report, language),
        "receipt": receipt_dict(validation),
        "links": None if validation.id is None else _links(validation.id),
    }


def _links(name: str) -> dict[str, str]:
    return {"validation": f"/v1/validations/{name}", "receipt": f"/v1/receipts/{name}"}


def answer(
    body: dict[str, Any], language: str, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """JSON for one reader: no one else's cache keeps it."""
    shared = {"Content-Language": language, "Vary": "Accept, Accept-Language", "Cache-Control": "private"}
    return JSONResponse(body, status_code=status, headers={**shared, **(headers or {})})


def problem(status: int, code: str, parameters: Parameters, language: str) -> Response:
    """Problem details; ``code``, ``parameters`` and ``remedy`` are our extension members (RFC 9457 §3.2)."""
    message, remedy = render(code, parameters, language)
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": message,
        "code": code,
        "parameters": dict(parameters),
        "message": message,
        "remedy": remedy,
    }
    headers = {"Content-Language": language}
    if status in _RETRIED:
        headers["Retry-After"] = str(RETRY_AFTER)
    return JSONResponse(body, status_code=status, headers=headers, media_type=PROBLEM_TYPE)
