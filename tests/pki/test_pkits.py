"""NIST's path validation suite through path building, path processing and revocation statements.

The certificates and CRLs are all in one pool, so that each case also asks for the right path among hundreds.
What the suite calls a valid path is judged here as the validation packages do: some path without a fault
whose every certificate has a reliable and fresh word that it is not revoked, from a signer with a valid path
of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import cryptography_vectors
import pytest

from trustspace.encoding.certificate import Certificate
from trustspace.encoding.crl import CertificateList
from trustspace.errors import MalformedEncoding
from trustspace.pki.edges import EdgeCache, EdgeOutcome
from trustspace.pki.path_processing import PathSettings, process_path
from trustspace.pki.paths import build_paths
from trustspace.pki.pool import CertificatePool
from trustspace.pki.revocation import EvidencePool, RevocationStatus, statements

DATA = Path(cryptography_vectors.__file__).parent / "x509" / "PKITS_data"
NIST_TEST_POLICY = "2.16.840.1.101.3.2.1.48."
# Within the lives of the suite's good certificates and CRLs (2010 to 2030).
MOMENT = datetime(2020, 1, 1, tzinfo=UTC)

SKIPPED = {
    "4.1.5": "DSA parameters inherited from the issuer (RFC 3279 §2.3.2) are refused on purpose: "
    "the key would not be whole in its certificate, and no state of the space uses DSA",
}


@dataclass(frozen=True)
class Case:
    number: str
    valid: bool
    end_entity: str
    settings: PathSettings


def parse_case(line: str) -> Case:
    number, verdict, end_entity, *inputs = line.split()
    policies = None
    for item in inputs:
        if item.startswith("policies="):
            wanted = item.removeprefix("policies=").split(",")
            policies = frozenset(NIST_TEST_POLICY + policy for policy in wanted)
    settings = PathSettings(
        acceptable_policies=policies,
        explicit_policy="explicit" in inputs,
        inhibit_policy_mapping="inhibit-mapping" in inputs,
        inhibit_any_policy="inhibit-any" in inputs,
    )
    return Case(number, verdict == "Valid", end_entity, settings)


ALL_CASES = [
    parse_case(line)
    for line in Path(__file__).with_name("pkits.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


class Suite:
    """The whole suite in memory, with one cache of signatures for all cases."""

    def __init__(self) -> None:
        self.certificates = {
            file.stem: Certificate.parse(file.read_bytes()) for file in (DATA / "certs").glob("*.crt")
        }
        crls: list[CertificateList] = []
        self.unreadable: set[str] = set()
        for file in (DATA / "crls").glob("*.crl"):
            try:
                crls.append(CertificateList.parse(file.read_bytes()))
            except MalformedEncoding:
                self.unreadable.add(file.stem)
        self.anchor = self.certificates["TrustAnchorRootCertificate"]
        self.pool = CertificatePool(self.certificates.values())
        self.evidence = EvidencePool(crls)
        self.edges = EdgeCache()

    def is_valid(self, certificate: Certificate, settings: PathSettings, depth: int = 0) -> bool:
        anchors = {self.anchor.sha256: None}
        for path in build_paths(certificate, self.pool, anchors, self.edges.edge, moment=MOMENT):
            if not process_path(path, settings, MOMENT).valid:
                continue
            if all(self.is_not_revoked(member, depth) for member in path[:-1]):
                return True
        return False

    def is_not_revoked(self, certificate: Certificate, depth: int) -> bool:
        fresh = [
            statement
            for statement in statements(certificate, self.pool, self.evidence, self.edges)
            if statement.reliable
            and statement.this_update <= MOMENT
            and statement.next_update is not None
            and statement.next_update >= MOMENT
            and (statement.signer_is_issuer or self.is_signer(statement.signer, certificate, depth))
        ]
        if not fresh:
            return False
        newest = fresh[0].this_update
        return all(
            statement.status is RevocationStatus.GOOD
            for statement in fresh
            if statement.reason != "certificateHold" or statement.this_update == newest
        )

    def is_signer(self, signer: str | None, certificate: Certificate, depth: int) -> bool:
        """Whether a CRL signer apart from the issuer has a valid path.

        A CRL issuer whose own certificate names its own CRL (4.14.30) is what its CA wanted: the path of the
        certificate is already being judged.
        """
        if signer == certificate.sha256:
            return True
        if signer is None or depth >= 2:
            return False
        found = self.pool.get(signer)
        return found is not None and self.is_valid(found, PathSettings(), depth + 1)


@pytest.fixture(scope="module")
def suite() -> Suite:
    return Suite()


@pytest.mark.parametrize("case", ALL_CASES, ids=lambda case: case.number)
def test_case_has_the_result_that_the_suite_expects(suite: Suite, case: Case) -> None:
    if case.number in SKIPPED:
        pytest.skip(SKIPPED[case.number])
    assert suite.is_valid(suite.certificates[case.end_entity], case.settings) is case.valid


def test_an_inherited_dsa_key_is_never_taken_for_valid(suite: Suite) -> None:
    case = next(case for case in ALL_CASES if case.number == "4.1.5")
    child = suite.certificates[case.end_entity]
    (issuer,) = suite.pool.issuers_of(child)
    assert suite.edges.edge(child, issuer).outcome in (EdgeOutcome.KEY_INVALID, EdgeOutcome.UNSUPPORTED)
    assert not suite.is_valid(child, case.settings)


def test_only_the_crl_with_a_broken_signature_cannot_be_read(suite: Suite) -> None:
    # Its signature (4.4.4) is a BIT STRING with unused bits, which no signature has.
    assert suite.unreadable <= {"BadCRLSignatureCACRL"}


def test_every_section_of_the_suite_is_there() -> None:
    sections = {".".join(case.number.split(".")[:2]) for case in ALL_CASES}
    assert sections == {f"4.{section}" for section in range(1, 17)}
    assert len({case.end_entity for case in ALL_CASES}) == len(list((DATA / "certs").glob("*EE.crt")))
