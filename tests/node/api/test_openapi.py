"""``/openapi.json`` says what is so: its examples are asked, and answers are of its shapes."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from support.json_schema import check
from support.space import Member
from trustspace.node.api import examples
from trustspace.node.api.answers import preferred
from trustspace.node.api.openapi import describe

POST = describe()["paths"]["/v1/validations"]["post"]
EXAMPLES = POST["requestBody"]["content"]["application/json"]["examples"]


def schema(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def test_the_node_serves_the_document(http: httpx.Client) -> None:
    assert http.get("/openapi.json").json() == describe()
    assert describe()["openapi"] == "3.1.0"


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_is_of_its_shape_and_is_answered(http: httpx.Client, name: str) -> None:
    value = EXAMPLES[name]["value"]
    check(value, schema("Request"), describe())
    answer = http.post("/v1/validations", json=value)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    check(said, schema("Validation"), describe())
    assert said["outcome"] == "undetermined-for-good"
    assert said["report"]["signatures"][0]["intact"] == {"digest": True, "signature": True}
    check(http.get(said["links"]["receipt"]).json(), schema("Receipt"), describe())


def test_the_example_of_a_problem_is_what_the_node_says(http: httpx.Client) -> None:
    answer = http.post("/v1/validations", json=examples.INVALID)
    assert (answer.status_code, answer.json()) == (400, examples.PROBLEM)
    check(answer.json(), schema("Problem"), describe())


def test_a_valid_answer_is_of_its_shape(ru: Member, post) -> None:
    said = post(document=ru.pki.sign(b"x", ru.signer)).json()
    check(said, schema("Validation"), describe())
    with pytest.raises(AssertionError):
        check({**said, "outcome": "perhaps"}, schema("Validation"), describe())


def test_every_path_is_served_and_every_reference_exists(http: httpx.Client) -> None:
    for path, operations in describe()["paths"].items():
        for method, operation in operations.items():
            answer = http.request(method, path.replace("{id}", "0" * 64))
            assert str(answer.status_code) in operation["responses"], path
            check(answer.json(), schema("Problem"), describe())
    names = describe()["components"]["schemas"]

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if "$ref" in value:
                assert value["$ref"].removeprefix("#/components/schemas/") in names
            for each in value.values():
                walk(each)
        elif isinstance(value, list):
            for each in value:
                walk(each)

    walk(describe())


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        (None, "en"),
        ("", "en"),
        ("ru", "ru"),
        ("RU-ru,en;q=0.5", "ru"),
        ("de, *;q=0.5", "en"),
        ("de", None),
        ("ru;q=0, en;q=0.1", "en"),
        ("ru;q=x", None),
    ],
)
def test_what_the_reader_wants_most(header: str | None, chosen: str | None) -> None:
    assert preferred(header, ("en", "ru")) == chosen
