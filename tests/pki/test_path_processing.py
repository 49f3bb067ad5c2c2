"""Path processing (RFC 5280 §6.1) beyond what NIST's suite asks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from support.pki import NOW, Entity, Pki, entropy
from trustspace.algorithms.identifiers import signature_algorithm_identifier
from trustspace.encoding import der
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.extensions import KeyUsage, encode_extension
from trustspace.encoding.name import EMAIL_ADDRESS, Name
from trustspace.pki.issuing import names
from trustspace.pki.path_processing import PathFailureCode, PathSettings, process_path


def process(*entities: Entity, settings: PathSettings | None = None, moment: Any = NOW) -> Any:
    path = [entity.certificate for entity in entities]
    return process_path(path, settings or PathSettings(), moment)


def code(*entities: Entity, **arguments: Any) -> PathFailureCode | None:
    failure = process(*entities, **arguments).failure
    return None if failure is None else failure.code


def test_a_good_path_passes_and_a_target_alone_has_nothing_to_process() -> None:
    pki = Pki()
    root = pki.root()
    ca = pki.authority("CA", root)
    alice = pki.signer("Alice", ca)
    assert process(alice, ca, root).valid
    assert process(alice).valid


def test_periods_are_named_each_and_lasting_faults_come_first() -> None:
    pki = Pki()
    root = pki.root(not_after=NOW - timedelta(days=1))
    ca = pki.authority("CA", root, not_after=NOW - timedelta(days=2))
    alice = pki.signer("Alice", ca, not_before=NOW + timedelta(days=1))
    result = process(alice, ca, root)
    assert [(failure.code, failure.index) for failure in result.out_of_period] == [
        (PathFailureCode.NOT_YET_VALID, 0),
        (PathFailureCode.EXPIRED, 1),
    ]
    assert result.failure == result.out_of_period[0]
    checked = process(alice, ca, root, settings=PathSettings(check_anchor_validity=True))
    assert [failure.index for failure in checked.out_of_period] == [0, 1, 2]
    assert process(alice, ca, root, moment=None).valid
    bad = pki.signer("Bad", alice, not_after=NOW - timedelta(days=3))
    assert code(bad, alice, root) is PathFailureCode.NAME_CHAINING
    assert code(bad, alice, ca, root) is PathFailureCode.NOT_A_CA


def test_both_ends_of_a_period_belong_to_it() -> None:
    pki = Pki()
    root = pki.root()
    alice = pki.signer("Alice", root)
    assert code(alice, root, moment=alice.certificate.not_before) is None
    assert code(alice, root, moment=alice.certificate.not_after) is None
    assert (
        code(alice, root, moment=alice.certificate.not_after + timedelta(seconds=1))
        is PathFailureCode.EXPIRED
    )


def version_one(pki: Pki, label: str, issuer: Entity, subject: Entity) -> Certificate:
    """A certificate of version 1, which has no extensions and so cannot say that it is a CA."""
    scheme = issuer.key.default_scheme
    body = der.sequence(
        der.integer(pki.next_serial()),
        signature_algorithm_identifier(scheme, issuer.key.key),
        issuer.name.raw,
        der.sequence(der.time(pki.not_before), der.time(pki.not_after)),
        subject.name.raw,
        subject.key.key.spki,
    )
    return Certificate.parse(issuer.as_issuer.sign(body, scheme, entropy(label)))


def test_a_version_one_certificate_is_a_ca_only_as_an_anchor() -> None:
    pki = Pki()
    root = pki.root()
    ca = pki.authority("CA", root)
    alice = pki.signer("Alice", ca)
    old = version_one(pki, "v1", root, ca)
    assert old.version == 0
    result = process_path([alice.certificate, old, root.certificate], PathSettings(), NOW)
    assert result.failure is not None
    assert result.failure.code is PathFailureCode.NOT_A_CA
    assert result.failure.parameters["version"] == 1
    assert process_path([alice.certificate, old], PathSettings(), NOW).valid


def test_a_ca_flag_without_version_three_counts_for_nothing() -> None:
    pki = Pki()
    root = pki.root()
    ca = pki.authority("CA", root)
    alice = pki.signer("Alice", ca)
    v3, v2 = der.explicit(0, der.integer(2)), der.explicit(0, der.integer(1))
    version_two = Certificate.parse(ca.certificate.raw.replace(v3, v2, 1))
    result = process_path([alice.certificate, version_two, root.certificate], PathSettings(), NOW)
    assert result.failure is not None
    assert result.failure.code is PathFailureCode.NOT_A_CA


def test_key_usage_must_allow_signing_certificates() -> None:
    pki = Pki()
    root = pki.root()
    ca = pki.authority("CA", root, key_usage=frozenset({KeyUsage.CRL_SIGN}))
    assert code(pki.signer("Alice", ca), ca, root) is PathFailureCode.KEY_USAGE
    free = pki.authority("Free", root, key_usage=frozenset())
    assert code(pki.signer("Bob", free), free, root) is None


def test_an_anchors_own_constraints_count_only_where_asked() -> None:
    pki = Pki()
    permitted = (names.directory(Name.build([("2.5.4.6", "KZ")])),)
    root = pki.root(path_length=0, permitted=permitted)
    ca = pki.authority("CA", root)
    alice = pki.signer("Alice", ca)
    bob = pki.signer("Bob", root)
    asked = PathSettings(anchor_constraints=True)
    assert code(alice, ca, root) is None
    assert code(alice, ca, root, settings=asked) in (
        PathFailureCode.PATH_LENGTH,
        PathFailureCode.NAME_NOT_PERMITTED,
    )
    assert code(bob, root) is None
    assert code(bob, root, settings=asked) is PathFailureCode.NAME_NOT_PERMITTED


CRITICAL = encode_extension("1.2.3.4.5", der.NULL, critical=True)


def test_an_unknown_critical_extension_is_named_unless_the_caller_understands_it() -> None:
    pki = Pki()
    root = pki.root()
    alice = pki.signer("Alice", root, extra=(CRITICAL,))
    failure = process(alice, root).failure
    assert failure.code is PathFailureCode.UNKNOWN_CRITICAL_EXTENSION
    assert failure.parameters["oid"] == "1.2.3.4.5"
    understood = PathSettings(understood_extensions=frozenset({"1.2.3.4.5"}))
    assert code(alice, root, settings=understood) is None
    ca = pki.authority("CA", root, extra=(CRITICAL,))
    assert code(pki.signer("Bob", ca), ca, root) is PathFailureCode.UNKNOWN_CRITICAL_EXTENSION


def test_a_repeated_extension_is_refused() -> None:
    pki = Pki()
    root = pki.root()
    again = encode_extension("2.5.29.19", der.sequence(), critical=True)
    ca = pki.authority("CA", root, extra=(again,))
    assert code(pki.signer("Alice", ca), ca, root) is PathFailureCode.DUPLICATE_EXTENSION


@pytest.mark.parametrize("oid", ["2.5.29.15", "2.5.29.30", "2.5.29.33", "2.5.29.36", "2.5.29.54"])
def test_an_extension_that_cannot_be_read_is_refused(oid: str) -> None:
    pki = Pki()
    root = pki.root()
    junk = encode_extension(oid, der.sequence(der.integer(7)), critical=True)
    ca = pki.authority("CA", root, key_usage=frozenset(), extra=(junk,))
    failure = process(pki.signer("Alice", ca), ca, root).failure
    assert failure.code is PathFailureCode.MALFORMED_EXTENSION
    assert failure.parameters["oid"] == oid


def test_a_key_identifier_that_cannot_be_read_only_stops_helping() -> None:
    pki = Pki()
    root = pki.root()
    junk = encode_extension("2.5.29.14", der.sequence(der.integer(7)))
    alice = pki.signer("Alice", root, subject_key_identifier=False, extra=(junk,))
    assert code(alice, root) is None


def test_an_empty_subject_is_bound_by_its_alternative_names() -> None:
    pki = Pki()
    root = pki.root()
    ca = pki.authority(
        "CA", root, permitted=(names.directory(Name.build([("2.5.4.6", "RU")])), names.dns("gov.ru"))
    )
    inside = pki.entity(
        "In", ca, subject=[("C", "RU"), ("CN", "In")], alternative_names=(names.dns("a.gov.ru"),)
    )
    outside = pki.entity(
        "Out", ca, subject=[("C", "RU"), ("CN", "Out")], alternative_names=(names.dns("a.gov.by"),)
    )
    assert code(inside, ca, root) is None
    assert code(outside, ca, root) is PathFailureCode.NAME_NOT_PERMITTED


def test_an_email_in_the_subject_cannot_hide_behind_an_alternative_name() -> None:
    pki = Pki()
    root = pki.root()
    ca = pki.authority("CA", root, permitted=(names.email("gov.ru"),))
    alice = pki.entity(
        "Alice",
        ca,
        subject=[("C", "RU"), ("CN", "Alice"), (EMAIL_ADDRESS, "alice@evil.org")],
        alternative_names=(names.email("alice@gov.ru"),),
    )
    failure = process(alice, ca, root).failure
    assert failure.code is PathFailureCode.NAME_NOT_PERMITTED
    assert failure.parameters["name"] == "alice@evil.org"


def test_policies_are_worked_out_only_where_they_can_matter() -> None:
    pki = Pki()
    root = pki.root()
    ca = pki.authority("CA", root, policies=("1.2.398.3.3.2.1", "1.2.3"))
    alice = pki.signer("Alice", ca, policies=("1.2.398.3.3.2.1",))
    assert process(alice, ca, root).policies is None
    wanted = PathSettings(wanted_policies=True)
    assert process(alice, ca, root, settings=wanted).policies == {"1.2.398.3.3.2.1"}
    demanded = PathSettings(acceptable_policies=frozenset({"1.2.3"}), explicit_policy=True)
    assert code(alice, ca, root, settings=demanded) is PathFailureCode.POLICY_REQUIRED


def test_a_malformed_policies_extension_grants_no_policy() -> None:
    pki = Pki()
    root = pki.root()
    ca = pki.authority("CA", root, policies=("2.5.29.32.0",))
    junk = encode_extension("2.5.29.32", der.sequence(der.integer(7)))
    alice = pki.signer("Alice", ca, extra=(junk,))
    assert (
        code(alice, ca, root, settings=PathSettings(explicit_policy=True)) is PathFailureCode.POLICY_REQUIRED
    )
    critical = encode_extension("2.5.29.32", der.sequence(der.integer(7)), critical=True)
    bob = pki.signer("Bob", ca, extra=(critical,))
    assert code(bob, ca, root) is PathFailureCode.MALFORMED_EXTENSION
