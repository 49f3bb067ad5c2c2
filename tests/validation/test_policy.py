"""Policies: shipped ones load, a misspelt rule is refused and said where, the digest is the file's."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from importlib import resources

import pytest

from trustspace.trust.snapshot import ServiceKind
from trustspace.validation.policy import Policy, PolicyUnknown, PolicyUnusable, shipped


def test_the_shipped_policies_load_and_are_cited_by_their_bytes() -> None:
    assert set(shipped()) == {"ades", "basic", "receipt"}
    for name in shipped():
        data = (resources.files("trustspace.validation") / "policies" / f"{name}.toml").read_bytes()
        policy = Policy.load(name)
        assert (policy.name, policy.sha256) == (name, sha256(data).hexdigest())
        assert policy.revocation.required, "no shipped policy goes without revocation data"
        assert policy.algorithms.catalogue == "default"


def test_basic_is_the_default_and_accepts_documents_of_people() -> None:
    policy = Policy.load()
    assert policy.name == "basic"
    assert policy.signer.anchors == {ServiceKind.CA}
    assert policy.clock_skew == timedelta(minutes=5)


def test_a_receipt_must_come_from_a_key_for_receipts() -> None:
    policy = Policy.load("receipt")
    assert policy.signer.extended_key_usage == {"1.3.6.1.5.5.7.3.10"}
    assert ServiceKind.TTP_CA in policy.signer.anchors
    assert policy.signature.signing_certificate_reference


def test_an_unknown_name_says_which_there_are() -> None:
    with pytest.raises(PolicyUnknown) as caught:
        Policy.load("strict")
    assert caught.value.parameters == {"name": "strict", "known": "ades, basic, receipt"}


@pytest.mark.parametrize(
    ("toml", "where"),
    [
        (b"[signatur]", "signatur"),
        (b"[signature]\nsigning_tme = true", "signature.signing_tme"),
        (b"[signature]\nsigning_time = 1", "signature.signing_time"),
        (b"[signature]\nformats = 'CAdES'", "signature.formats"),
        (b"[signature]\ntimestamp_delay = '5'", "signature.timestamp_delay"),
        (b"[signature]\ntimestamp_delay = '-5m'", "signature.timestamp_delay"),
        (b"[signature]\npolicies = 3", "signature.policies"),
        (b"[signer]\nanchors = ['BANK']", "signer.anchors"),
        (b"[signer]\nmax_depth = 0", "signer.max_depth"),
        (b"[revocation]\nmax_age = '1w'", "revocation.max_age"),
        (b"[algorithms]\ncatalogue = 'mine'", "algorithms.catalogue"),
        (b"clock_skew = 'unlimited'", "clock_skew"),
        (b"clock_skew = 300", "clock_skew"),
        (b"signature = 7", "signature"),
        (b"[signature", ""),
        (b"\xff\xfe", ""),
        (b"#" * 300_000, ""),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_place(toml: bytes, where: str) -> None:
    with pytest.raises(PolicyUnusable) as caught:
        Policy.parse(toml, "mine")
    assert caught.value.parameters["where"] == where
    assert caught.value.parameters["reason"]


def test_every_rule_can_be_set() -> None:
    policy = Policy.parse(
        b"""
        description = "all of it"
        clock_skew = "30s"
        [signature]
        formats = ["CAdES"]
        signing_certificate_reference = true
        signing_time = true
        content_type = true
        policies = {"1.2.3" = ["AB"]}
        policy_required = true
        timestamp_delay = "24h"
        timestamp_required = true
        [signer]
        anchors = ["CA", "TSA"]
        key_usage = ["nonRepudiation"]
        extended_key_usage = ["1.2"]
        certificate_policies = ["1.3"]
        explicit_policy = true
        max_depth = 4
        [revocation]
        required = false
        max_age = "7d"
        responder_status_required = false
        after_best_signature_time = true
        [algorithms]
        catalogue = "none"
        """,
        "all",
    )
    assert policy.signature.policies == {"1.2.3": {"ab"}}
    assert policy.signature.timestamp_delay == timedelta(days=1)
    assert policy.signer.max_depth == 4 and policy.revocation.max_age == timedelta(days=7)
    assert policy.timestamp.anchors == {ServiceKind.CA}, "a table that is left out has its defaults"
