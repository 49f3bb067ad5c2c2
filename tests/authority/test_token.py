"""The authority's online keys on a PKCS #11 token (SoftHSM), in processes of their own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from support.command import COMMAND, clean_environment
from support.tokens import configure, new_token, softhsm_library

GROUND = ("--ground-act", "Decision 96", "--ground-article", "5", "--ground-text", "as asked")


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    library = softhsm_library()
    if library is None or shutil.which("softhsm2-util") is None:
        if os.environ.get("TRUSTSPACE_REQUIRE_TOOLS") == "1":
            pytest.fail("SoftHSM is not installed (Debian: softhsm2)")
        pytest.skip("SoftHSM is not installed (Debian: softhsm2)")
    folder = tmp_path / "softhsm"
    folder.mkdir()
    monkeypatch.setenv("SOFTHSM2_CONF", str(configure(folder)))
    return new_token("ttp-ca", library, folder).uri()


def test_the_issuing_key_never_leaves_its_token(token: str, tmp_path: Path, openssl: str) -> None:
    def run(*words: str | Path) -> str:
        done = subprocess.run(
            [*COMMAND, "authority", *map(str, words)],
            cwd=tmp_path,
            env=clean_environment(),
            capture_output=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    said = run(
        *("init", "--space", "x", "--organisation", "x", "--place", "x", "--address", "http://x/"),
        *("--new-officer", "Anna=anna.key", "--new-officer", "Boris=boris.key", "--keys", token),
    )
    assert "SoftHSM" in said
    assert not list((tmp_path / "authority").glob("keys/*"))
    for name in ("anna", "boris"):
        run("approve", "ceremony", "--key", f"{name}.key")
    subprocess.run(
        [openssl, "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "t.key"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    (tmp_path / "t.key").chmod(0o600)
    run("request", "--key", "t.key", "--subject", "C=MD", "--subject", "CN=TTP", "--out", "t.csr")
    act = json.loads(
        run("register", "md", "--name", "TTP", "--request", "t.csr", *GROUND, "--key", "anna.key", "--json")
    )["act"]
    run("approve", act, "--key", "boris.key")
    run("issue", act)
    run("publish")
    run("verify")
    published = tmp_path / "authority" / "published"
    (certificate,) = (tmp_path / "authority" / "certificates").iterdir()
    for der in (published / "root.cer", published / "ttp-ca.cer", certificate):
        subprocess.run(
            [openssl, "x509", "-in", der, "-inform", "DER", "-out", der.with_suffix(".pem")],
            check=True,
            capture_output=True,
        )
    verified = subprocess.run(
        [
            *(openssl, "verify", "-CAfile", published / "root.pem"),
            *("-untrusted", published / "ttp-ca.pem", certificate.with_suffix(".pem")),
        ],
        capture_output=True,
        check=False,
    )
    assert verified.returncode == 0, verified.stderr
