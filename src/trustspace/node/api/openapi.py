"""``/openapi.json`` (OpenAPI 3.1): the one description of the JSON API, with examples that a test asks."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import Any

from trustspace.node.api import examples
from trustspace.receipts.outcome import Outcome
from trustspace.validation.indications import Indication

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_NULLABLE_TEXT: Schema = {"type": ["string", "null"]}
_TIME: Schema = {"type": ["string", "null"], "format": "date-time"}
_ID: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_OUTCOME: Schema = {"type": "string", "enum": [outcome.value for outcome in Outcome]}
_INDICATION: Schema = {"type": "string", "enum": [each.value for each in Indication]}
_BASE64: Schema = {"type": "string", "contentEncoding": "base64"}
_TRANSACTION: Schema = {
    "type": "string",
    "pattern": "^[A-Za-z][A-Za-z0-9+.-]{0,31}:[!-~]{1,200}$",
    "description": "An absolute URI of your own making. The same transaction with the same document gets the"
    " identical receipt; with another document it is a conflict (409). Without one the node makes one.",
}
_KIND: Schema = {
    "type": "string",
    "maxLength": 100,
    "description": "The kind of document; decides nothing yet.",
}
_DIGESTS: Schema = {
    "type": "object",
    "additionalProperties": {"type": "string", "pattern": "^([0-9a-fA-F]{2})+$"},
    "minProperties": 1,
    "maxProperties": 16,
    "description": "Digests of the detached content, hexadecimal by the algorithm's name: the content stays"
    " at home. Give those that the signatures name.",
}


def _object(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    return {
        "type": "object",
        "required": list(required),
        "properties": {**required, **(optional or {})},
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def _or_null(name: str) -> Schema:
    return {"anyOf": [_ref(name), {"type": "null"}]}


_SCHEMAS: dict[str, Schema] = {
    "Request": {
        **_object(
            {"document": {**_BASE64, "description": "The signature, or the document with its signature."}},
            {
                "content": {**_BASE64, "description": "Detached content: hashed, and not kept."},
                "digests": _DIGESTS,
                "transaction": _TRANSACTION,
                "kind": _KIND,
            },
        ),
        "additionalProperties": False,
        "not": {"required": ["content", "digests"]},
    },
    "Form": {
        **_object(
            {"document": {"type": "string", "contentMediaType": "application/octet-stream"}},
            {
                "content": {
                    "type": "string",
                    "contentMediaType": "application/octet-stream",
                    "description": "Detached content of any size, after the document: hashed as it streams.",
                },
                "digests": {**_DIGESTS, "description": "As in JSON, as one JSON part."},
                "transaction": _TRANSACTION,
                "kind": _KIND,
            },
        ),
        "additionalProperties": False,
    },
    "Cause": _object(
        {"code": _TEXT, "parameters": {"type": "object"}, "message": _TEXT, "remedy": _TEXT},
    ),
    "Signature": _object(
        {
            "id": _TEXT,
            "format": _TEXT,
            "level": _NULLABLE_TEXT,
            "indication": _INDICATION,
            "sub_indication": _NULLABLE_TEXT,
            "intact": {"type": "object"},
            "signer": {"type": ["object", "null"]},
            "claimed_signing_time": _TIME,
            "best_signature_time": _TIME,
            "algorithms": {"type": "object"},
            "certificate_chain": _list(_TEXT),
            "timestamps": _list({"type": "object"}),
            "causes": _list(_ref("Cause")),
            "scope": _list({"type": "object"}),
        }
    ),
    "Report": {
        **_object(
            {
                "indication": _INDICATION,
                "signatures": _list(_ref("Signature")),
                "control_time": _TIME,
                "policy": {"type": "object"},
                "snapshot": _TEXT,
                "evidence": _TEXT,
                "engine": _TEXT,
            }
        ),
        "description": "The node's own validation, as `trustspace validate --json` shows it. The outcome may"
        " differ from its indication where another member's TTP was relied on.",
    },
    "Links": _object({"validation": _TEXT, "receipt": _TEXT}),
    "Receipt": _object(
        {
            "id": {"anyOf": [_ID, {"type": "null"}]},
            "outcome": _OUTCOME,
            "sha256": _ID,
            "serial": {**_NULLABLE_TEXT, "description": "A decimal number of any size."},
            "response_time": _TIME,
            "dvc": {**_BASE64, "description": "The signed answer (RFC 3029), DER: what can be verified."},
            "links": _or_null("Links"),
        }
    ),
    "Validation": _object(
        {
            "id": {"anyOf": [_ID, {"type": "null"}]},
            "transaction": {**_NULLABLE_TEXT, "description": "null where the validation is read again."},
            "outcome": _OUTCOME,
            "final": {"type": "boolean", "description": "false: no receipt yet; ask again."},
            "ground": _NULLABLE_TEXT,
            "alarm": {"type": "boolean"},
            "opinions": _list(_object({"member": _TEXT, "outcome": _NULLABLE_TEXT})),
            "report": _ref("Report"),
            "receipt": _ref("Receipt"),
            "links": _or_null("Links"),
        }
    ),
    "Problem": _object(
        {
            "type": _TEXT,
            "title": _TEXT,
            "status": {"type": "integer"},
            "detail": _TEXT,
            "code": _TEXT,
            "parameters": {"type": "object"},
            "message": _TEXT,
            "remedy": _TEXT,
        }
    ),
}

_LANGUAGE = {
    "name": "Accept-Language",
    "in": "header",
    "schema": _TEXT,
    "description": "`en` or `ru`: the language of messages and remedies.",
}
_PATH_ID = {"name": "id", "in": "path", "required": True, "schema": _ID}
_RETRY = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}}


def _json(name: str, **more: Any) -> dict[str, Any]:
    return {"application/json": {"schema": _ref(name), **more}}


def _problems(*statuses: int) -> dict[str, Any]:
    words = {
        400: "The request cannot be used as it is.",
        404: "There is no such validation or receipt.",
        406: "No type that is wanted is offered.",
        408: "The request did not arrive in time.",
        409: "The transaction stands for another document.",
        413: "The request is too large.",
        415: "The content type is another.",
        500: "A defect of the node; nothing was judged.",
        503: "Nothing may or can be signed now, and nothing was judged: ask again.",
    }
    found = {}
    for status in (*statuses, 500, 503):
        shown: dict[str, Any] = {"schema": _ref("Problem")}
        if status == 400:
            shown["examples"] = {"invalid": {"value": examples.PROBLEM}}
        found[str(status)] = {"description": words[status], "content": {"application/problem+json": shown}}
        if status in (408, 503):
            found[str(status)]["headers"] = _RETRY
    return found


@cache
def describe() -> dict[str, Any]:
    """The whole document. It is shared: read it, do not change it."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "trustspace: a node's JSON API",
            "version": version("trustspace"),
            "description": "A member's trusted third party validates signed documents and issues receipts.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": {
            "/v1/validations": {"post": _post()},
            "/v1/validations/{id}": {
                "get": {
                    "operationId": "validation",
                    "summary": "Read a final validation again.",
                    "parameters": [_PATH_ID, _LANGUAGE],
                    "responses": {
                        "200": {"description": "The validation.", "content": _json("Validation")},
                        **_problems(404),
                    },
                }
            },
            "/v1/receipts/{id}": {
                "get": {
                    "operationId": "receipt",
                    "summary": "Read a receipt again; Accept chooses JSON or DER.",
                    "parameters": [_PATH_ID, _LANGUAGE],
                    "responses": {
                        "200": {
                            "description": "The receipt.",
                            "content": {**_json("Receipt"), "application/dvcs": {}},
                        },
                        **_problems(404, 406),
                    },
                }
            },
        },
        "components": {"schemas": _SCHEMAS},
    }


def _post() -> dict[str, Any]:
    return {
        "operationId": "validate",
        "summary": "Validate a signed document and get a receipt.",
        "parameters": [_LANGUAGE],
        "requestBody": {
            "required": True,
            "content": {
                **_json(
                    "Request",
                    examples={
                        "digest_only": {
                            "summary": "A detached signature; only the content's digest travels.",
                            "value": examples.DIGEST_ONLY,
                        },
                        "with_content": {
                            "summary": "A detached signature with its content.",
                            "value": examples.WITH_CONTENT,
                        },
                    },
                ),
                "multipart/form-data": {"schema": _ref("Form")},
            },
        },
        "responses": {
            "200": {"description": "A final answer, with its receipt.", "content": _json("Validation")},
            "202": {
                "description": "Undetermined for now: a signed answer that is no receipt. Ask again with the"
                " same transaction.",
                "headers": _RETRY,
                "content": _json("Validation"),
            },
            **_problems(400, 408, 409, 413, 415),
        },
    }
