"""``--trust`` sorts by content: whom to trust, what is known, what is skipped."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime

from trustspace.algorithms.private import generate
from trustspace.cli.trust import read_trust
from trustspace.demo.authority import root_authority
from trustspace.encoding.extensions import KeyUsage


def test_a_folder_is_sorted_by_content_not_by_name(run, ru, tmp_path):
    folder = tmp_path / "trust"
    (folder / "deep").mkdir(parents=True)
    shutil.copy(ru.authority / "root.cer", folder / "deep" / "a.dat")
    shutil.copy(ru.authority / "root.crl", folder / "b.cer")
    shutil.copy(ru.authority / "issuing.crl", folder / "c.txt")
    shutil.copy(ru.authority / "ivanova.ocsp", folder / "d")
    (folder / "README.md").write_text("# words\n")
    inputs = read_trust([str(folder)])
    assert (len(inputs.anchors), len(inputs.crls), len(inputs.ocsp_responses)) == (1, 2, 1)
    assert run("validate", ru.document, "--trust", folder).code == 0


def test_in_a_folder_authorities_are_trusted_and_people_only_known(run, ru, tmp_path):
    for name in ("authority/root.cer", "authority/root.crl", "authority/issuing.crl", "people/petrov.cer"):
        shutil.copy(ru.root / name, tmp_path)
    inputs = read_trust([str(tmp_path)])
    assert (len(inputs.anchors), len(inputs.certificates)) == (1, 1)
    revoked = ru.documents / "signed-after-revocation.txt.p7m"
    assert run("validate", revoked, "--trust", tmp_path).code == 1


def test_a_certificate_named_as_a_file_is_trusted_as_it_stands(ru):
    inputs = read_trust([str(ru.people / "ivanova.cer")])
    assert len(inputs.anchors) == 1


def test_the_same_object_twice_is_one(ru):
    inputs = read_trust([str(ru.authority), str(ru.authority), str(ru.authority / "root.cer")])
    assert len(inputs.crls) == 2
    assert len(inputs.anchors) == 2


def test_a_damaged_certificate_in_a_folder_is_named(run, ru, tmp_path):
    for name in ("root.cer", "root.crl", "issuing.crl"):
        shutil.copy(ru.authority / name, tmp_path)
    (tmp_path / "old.crt").write_bytes((ru.authority / "root.cer").read_bytes()[:100])
    result = run("validate", ru.document, "--trust", tmp_path)
    assert result.code == 0
    assert "Not used from --trust" in result.out
    assert "old.crt" in result.out


def test_keys_in_a_trust_folder_are_left_alone(ru):
    inputs = read_trust([str(ru.authority)])
    assert any(item.path.endswith("root.key") for item in inputs.skipped)
    assert not any("key" in item.path and item.suspicious for item in inputs.skipped)


def test_a_damaged_root_is_refused_by_name_and_skipped_in_a_folder(run, ru, tmp_path):
    """Its own signature tells, whichever octet was changed: issuer, subject, an extension, the signature."""
    raw = bytearray((ru.authority / "root.cer").read_bytes())
    for place in (raw.index(b"root CA"), raw.rindex(b"root CA"), len(raw) * 2 // 3, len(raw) - 20):
        damaged = bytearray(raw)
        damaged[place] ^= 1
        path = tmp_path / "root.cer"
        path.write_bytes(bytes(damaged))
        named = run("validate", ru.document, "--trust", path)
        assert named.code == 2
        assert str(path) in named.err
        folder = run("validate", ru.document, "--trust", tmp_path)
        assert folder.code == 2


def test_a_certificate_for_a_new_key_is_not_damaged(ru, tmp_path):
    """A CA's self-issued certificate for its next key is signed by the one before (RFC 4210 §4.4)."""
    now = datetime.now(UTC)
    old = root_authority([("CN", "Old and new")], "p-256", now=now, random=os.urandom)
    new = generate("p-256", random=os.urandom)
    usage = frozenset({KeyUsage.KEY_CERT_SIGN})
    rollover = old.issue([("CN", "Old and new")], new, usage=usage, ca=True).certificate
    (tmp_path / "old.cer").write_bytes(old.holder.certificate.raw)
    (tmp_path / "new.cer").write_bytes(rollover.raw)
    assert len(read_trust([str(tmp_path)]).anchors) == 2
