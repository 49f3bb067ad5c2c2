"""node.toml: what is read, and that whatever is wrong says where."""

from __future__ import annotations

from pathlib import Path

import pytest

from trustspace.node.config import ConfigurationInvalid, load_config
from trustspace.receipts.outcome import Dialect
from trustspace.receipts.profiles import ProfileUnknown, Suite

GOOD = """
member = "by"
name = "TTP of Belarus"
listen = "127.0.0.1:8402"
suite = "national"
second_imprint = "belt-hash"
anchors = ["anchors"]
register = "register.p7m"
register_anchors = ["ttp-ca.crt"]
evidence = ["evidence"]
{more}
[[signers]]
key = "ttp.key"
certificate = "ttp.crt"
[tsa]
url = "http://127.0.0.1:1/tsp"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "node.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, GOOD.format(more="")))
    assert (config.signers[0].key, config.signers[0].base) == ("ttp.key", tmp_path)
    assert config.signers[0].certificate == tmp_path / "ttp.crt"
    assert config.register == tmp_path / "register.p7m"
    assert (config.host, config.port) == ("127.0.0.1", 8402)
    assert config.profile.dialect is Dialect.RFC3029
    assert config.profile.suite is Suite.NATIONAL
    assert config.profile.second_imprint == "belt-hash"


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('member = "by"', "", "member"),
        ('member = "by"', "member = 5", "member"),
        ('listen = "127.0.0.1:8402"', 'listen = "127.0.0.1:99999"', "listen"),
        ('anchors = ["anchors"]', "anchors = []", "anchors"),
        ('suite = "national"', 'suite = "both"', "signers"),
        ('url = "http://127.0.0.1:1/tsp"', "", "tsa"),
        ('key = "ttp.key"', 'kye = "ttp.key"', "signers[0].kye"),
        ("[tsa]", "[limits]\nrequest = -1\n[tsa]", "limits.request"),
        ("[tsa]", '[[authorities]]\nname = "../x"\ncertificate = "c"\n[tsa]', "authorities[0].name"),
        ("[tsa]", "[tsa", "file"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, old: str, new: str, where: str) -> None:
    text = GOOD.format(more="")
    assert old in text
    with pytest.raises(ConfigurationInvalid) as caught:
        load_config(written(tmp_path, text.replace(old, new)))
    assert caught.value.parameters["where"] == where


def test_unknown_profile_and_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ProfileUnknown):
        load_config(written(tmp_path, GOOD.format(more='profile = "mars"')))
    with pytest.raises(ConfigurationInvalid):
        load_config(tmp_path / "none.toml")


def test_a_file_nested_beyond_reading_is_no_configuration(tmp_path: Path) -> None:
    path = tmp_path / "node.toml"
    path.write_text("member = " + "[" * 5000)
    with pytest.raises(ConfigurationInvalid):
        load_config(path)
