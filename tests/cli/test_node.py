"""``trustspace node check`` and ``serve``: what is wrong with a configuration is said, not served."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime

import pytest

from trustspace.demo import expected
from trustspace.demo.build import build_commission, build_member
from trustspace.demo.layout import prepare
from trustspace.demo.trust import configure, distribute, publish


@pytest.fixture(scope="module")
def configured(tmp_path_factory):
    """Two members, published and configured, nobody serving."""
    members = expected.chosen(("ru", "by"))
    space = prepare(tmp_path_factory.mktemp("node") / "space", ("ru", "by"))
    now = datetime.now(UTC).replace(microsecond=0)
    commission = build_commission(space, now, os.urandom)
    for who in members:
        build_member(space.root, who.code, now)
    endpoints = dict.fromkeys(("ru", "by"), "http://127.0.0.1:1")
    publish(space, commission, members, endpoints, now=now, random=os.urandom)
    distribute(space, members)
    for who in members:
        configure(space, who, "127.0.0.1:0")
    return space


@pytest.fixture
def node(configured, tmp_path):
    """A copy that may be spoilt; says where its ``node.toml`` lies."""
    target = tmp_path / "space"
    shutil.copytree(configured.root, target)
    return target / "ru" / "node" / "node.toml"


def test_a_good_node_is_ready(run, node):
    result = run("node", "check", "--config", node)
    assert (result.code, result.out) == (0, "The node of ru is ready.\n")
    assert json.loads(run("node", "check", "--config", node, "--json").out) == {
        "member": "ru",
        "ready": True,
        "reasons": [],
    }


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("gone", ["../trust/register.p7m", "../trust/ttp-ca.crl", "keys/ttp-common.key"])
def test_a_node_that_misses_something_is_not_ready_and_says_why(run, node, gone, language):
    (node.parent / gone).unlink()
    result = run("node", "check", "--config", node, "--lang", language)
    assert result.code == 1
    assert len(result.out.splitlines()) >= 2
    assert result.err == ""


@pytest.mark.parametrize("command", ["check", "serve"])
@pytest.mark.parametrize("text", ["not toml at all [", 'member = "ru"\n', "", None])
def test_a_configuration_that_is_none_is_refused(run, node, command, text):
    if text is None:
        node.unlink()
    else:
        node.write_text(text)
    for language in ("en", "ru"):
        result = run("node", command, "--config", node, "--lang", language)
        assert (result.code, result.out) == (2, "")
        assert len(result.err.rstrip("\n").split("\n")) == 2
        assert str(node) in result.err


def test_a_node_without_its_key_does_not_serve(run, node):
    (node.parent / "keys" / "ttp-common.key").unlink()
    result = run("node", "serve", "--config", node)
    assert result.code == 2
    assert "ttp-common.key" in result.err
