"""Random chains with random constraints: OpenSSL and we come to the same verdict.

A known difference, not among these seeds: OpenSSL 3.0 lets a policy mapping of an inhibited anyPolicy create
the mapped policy, for which RFC 5280 §6.1.4 (b) asks a node that inhibition (§6.1.3 (d) (2)) kept from being
there.
"""

from __future__ import annotations

import base64
import random
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from support.pki import CA_USAGE, NOW, Entity, Pki
from trustspace.encoding.extensions import KeyUsage
from trustspace.encoding.name import EMAIL_ADDRESS, Name
from trustspace.pki.issuing import names
from trustspace.pki.path_processing import PathSettings, process_path

POLICIES = ("1.2.3.1", "1.2.3.2", "1.2.3.3")
ANY = "2.5.29.32.0"
# Without -policy, OpenSSL takes the user's policy set for empty.
ANY_POLICY = ["-policy_check", "-policy", ANY]
SUBTREES = (
    names.dns("gov.ru"),
    names.dns("secret.gov.ru"),
    names.email("gov.ru"),
    names.email(".gov.ru"),
    names.email("a@gov.ru"),
    names.ip("192.0.2.0/24"),
    names.uri(".gov.ru"),
    names.directory(Name.build([("2.5.4.6", "RU")])),
    names.directory(Name.build([("2.5.4.6", "RU"), ("2.5.4.10", "Test")])),
    names.directory(Name.build([("2.5.4.6", "KZ")])),
)
ALTERNATIVE_NAMES = (
    names.dns("www.gov.ru"),
    names.dns("a.secret.gov.ru"),
    names.dns("gov.kz"),
    names.email("a@gov.ru"),
    names.email("b@mail.gov.ru"),
    names.email("c@gov.kz"),
    names.ip("192.0.2.7"),
    names.ip("198.51.100.1"),
    names.uri("https://www.gov.ru/path"),
    names.uri("https://gov.kz/"),
)

SEEDS = range(60)


def sample(source: random.Random, items: tuple[Any, ...], most: int) -> tuple[Any, ...]:
    return tuple(source.sample(items, source.randint(0, most)))


def random_ca(source: random.Random) -> dict[str, Any]:
    """Mostly harmless fields of a CA, so that most chains fail for one reason or none."""
    changes: dict[str, Any] = {}
    if source.random() < 0.3:
        changes["path_length"] = source.randint(0, 2)
    if source.random() < 0.08:
        changes["key_usage"] = source.choice((CA_USAGE, frozenset(), frozenset({KeyUsage.CRL_SIGN})))
    if source.random() < 0.08:
        changes["ca"] = False
    if source.random() < 0.25:
        changes["permitted"] = sample(source, SUBTREES, 3)
    if source.random() < 0.25:
        changes["excluded"] = sample(source, SUBTREES, 2)
    if source.random() < 0.75:
        changes["policies"] = sample(source, (*POLICIES, ANY), 4)
    if changes.get("policies") and source.random() < 0.3:
        domain = [policy for policy in changes["policies"] if policy != ANY] or [POLICIES[0]]
        changes["policy_mappings"] = tuple(
            {(source.choice(domain), source.choice(POLICIES)) for _ in range(source.randint(1, 2))}
        )
    if source.random() < 0.2:
        changes["require_explicit_policy"] = source.randint(0, 2)
    if source.random() < 0.15:
        changes["inhibit_policy_mapping"] = source.randint(0, 2)
    if source.random() < 0.15:
        changes["inhibit_any_policy"] = source.randint(0, 2)
    return changes


def random_chain(seed: int) -> list[Entity]:
    """Target first, root last."""
    source = random.Random(seed)
    pki = Pki()
    chain = [pki.root()]
    for depth in range(source.randint(0, 3)):
        chain.append(pki.authority(f"CA {depth}", chain[-1], **random_ca(source)))
    subject = [("C", source.choice(("RU", "RU", "KZ"))), ("O", "Test"), ("CN", "Alice")]
    if source.random() < 0.2:
        subject.append((EMAIL_ADDRESS, source.choice(("a@gov.ru", "x@gov.kz"))))
    target = pki.signer(
        "Alice",
        chain[-1],
        subject=subject,
        alternative_names=sample(source, ALTERNATIVE_NAMES, 2),
        policies=sample(source, (*POLICIES, ANY), 3),
    )
    return [target, *reversed(chain)]


def pem(entity: Entity) -> str:
    text = base64.encodebytes(entity.certificate.raw).decode()
    return f"-----BEGIN CERTIFICATE-----\n{text}-----END CERTIFICATE-----\n"


def openssl_says(openssl: str, folder: Path, chain: list[Entity], options: list[str]) -> tuple[bool, str]:
    files = {"root": chain[-1:], "middle": chain[1:-1], "target": chain[:1]}
    for name, entities in files.items():
        (folder / name).write_text("".join(map(pem, entities)))
    command = [openssl, "verify", "-attime", str(int(NOW.timestamp())), "-CAfile", str(folder / "root")]
    if chain[1:-1]:
        command += ["-untrusted", str(folder / "middle")]
    done = subprocess.run(
        [*command, *options, str(folder / "target")], capture_output=True, text=True, check=False
    )
    return done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("options", "settings"),
    [
        (ANY_POLICY, PathSettings()),
        ([*ANY_POLICY, "-explicit_policy"], PathSettings(explicit_policy=True)),
        (
            ["-policy_check", "-explicit_policy", "-inhibit_map", "-policy", POLICIES[0]],
            PathSettings(
                explicit_policy=True,
                inhibit_policy_mapping=True,
                acceptable_policies=frozenset({POLICIES[0]}),
            ),
        ),
        (
            [*ANY_POLICY, "-explicit_policy", "-inhibit_any"],
            PathSettings(explicit_policy=True, inhibit_any_policy=True),
        ),
    ],
)
def test_verdicts_agree(openssl: str, tmp_path: Path, options: list[str], settings: PathSettings) -> None:
    counts: Counter[str] = Counter()
    for seed in SEEDS:
        chain = random_chain(seed)
        ours = process_path([entity.certificate for entity in chain], settings, NOW)
        theirs, why = openssl_says(openssl, tmp_path, chain, options)
        assert ours.valid == theirs, f"seed {seed}: {ours.failure} against {why}"
        counts["valid" if theirs else str(ours.failure and ours.failure.code.name)] += 1
    # Both verdicts and several reasons must have come up, or the comparison shows nothing.
    assert counts["valid"] >= 3
    assert len(counts) >= 4
