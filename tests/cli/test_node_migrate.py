"""``trustspace node migrate``: says what it did; nothing happens twice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trustspace.store.schema import HEAD

NODE = """
member = "by"
name = "TTP of Belarus"
anchors = ["anchors"]
register = "register.p7m"
register_anchors = ["ttp-ca.crt"]
{more}
[[signers]]
key = "ttp.key"
certificate = "ttp.crt"
[tsa]
url = "http://127.0.0.1:1/tsp"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "node.toml"
    path.write_text(NODE.format(more=""), encoding="utf-8")
    return path


def test_it_makes_the_database_and_says_so(run, config):
    made = run("node", "migrate", "--config", config)
    assert (made.code, made.out) == (0, f"The database has schema {HEAD} now, before: none.\n")
    assert (config.parent / "data" / "ledger.db").exists()
    again = run("node", "migrate", "--config", config)
    assert (again.code, again.out) == (0, f"The database is up to date (schema {HEAD}).\n")
    as_json = run("node", "migrate", "--config", config, "--json")
    assert json.loads(as_json.out) == {"before": HEAD, "after": HEAD}
    russian = run("node", "migrate", "--config", config, "--lang", "ru")
    assert russian.out == f"База данных не требует обновления (схема {HEAD}).\n"


@pytest.mark.parametrize(
    "url", ["postgresql://node:secret@127.0.0.1:1/db", "mysql://node:secret@host/db", "node:secret"]
)
def test_a_database_that_cannot_be_used_is_named_without_its_password(run, config, url):
    config.write_text(NODE.format(more=f'database = "{url}"'), encoding="utf-8")
    result = run("node", "migrate", "--config", config)
    assert result.code == 2
    assert result.out == ""
    assert len(result.err.splitlines()) == 2
    assert "secret" not in result.err
