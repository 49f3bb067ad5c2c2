"""Files that others made: the generated national sets pass, and no odd one crashes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from support.validating import codes, outcome
from trustspace.documents.content import Content
from trustspace.documents.open import NotASignature, open_document
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.crl import CertificateList
from trustspace.encoding.ocsp import OCSPResponse
from trustspace.encoding.pem import decode_any
from trustspace.pki.revocation import EvidencePool
from trustspace.trust.snapshot import Snapshot
from trustspace.validation.facts_json import facts_from_json, facts_to_json
from trustspace.validation.judge import judge
from trustspace.validation.policy import Policy
from trustspace.validation.times import Times
from trustspace.validation.validator import Validator

SETS = ["ru-gost2012-256-tca", "by-bign-256v1-belt"]
LATE = Times.at(datetime(2026, 11, 30, tzinfo=UTC))


def ders(path: Path) -> list[bytes]:
    return [octets for _, octets in decode_any(path.read_bytes())]


class Generated:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.snapshot = Snapshot.of_certificates(map(Certificate.parse, ders(folder / "root.pem")))
        self.crls = [CertificateList.parse(ders(folder / f"{name}.crl.pem")[0]) for name in ("root", "int")]
        self.time = max(crl.this_update for crl in self.crls) + timedelta(minutes=1)

    def judge(self, name: str, *, detached: bool = False, at: datetime | None = None, ocsp: bool = False):
        content = Content.of_bytes((self.folder / "data.txt").read_bytes()) if detached else None
        evidence = EvidencePool(self.crls)
        if ocsp:
            evidence = EvidencePool([self.crls[0]])
            evidence.add(OCSPResponse.parse((self.folder / "ocsp.der").read_bytes()))
        validator = Validator(self.snapshot, evidence, Policy.load())
        document = open_document((self.folder / name).read_bytes(), content)
        return validator.validate(document, Times.at(at or self.time)).signatures[0]


@pytest.fixture(params=SETS)
def generated(request: pytest.FixtureRequest, corpora: Path) -> Generated:
    return Generated(corpora / "generated" / request.param)


@pytest.mark.parametrize(
    ("name", "detached", "form"),
    [
        ("cades.p7s", True, "CAdES"),
        ("att.p7s", False, "CAdES"),
        ("plain.p7s", False, "CMS"),
        ("r.tsr", False, "CAdES"),
        ("token.der", False, "CAdES"),
    ],
)
def test_made_by_an_independent_engine(generated: Generated, name: str, detached: bool, form: str) -> None:
    signature = generated.judge(name, detached=detached)
    assert outcome(signature) == ("TOTAL-PASSED", None), codes(signature)
    assert signature.format == form and len(signature.chain) == 3


def test_the_independent_engines_ocsp_response_counts(generated: Generated) -> None:
    signature = generated.judge("cades.p7s", detached=True, ocsp=True)
    assert outcome(signature) == ("TOTAL-PASSED", None), codes(signature)


def test_the_revoked_signer(generated: Generated) -> None:
    signature = generated.judge("revoked.p7s", detached=True)
    assert outcome(signature) == ("INDETERMINATE", "REVOKED_NO_POE")
    assert signature.digest_intact and signature.signature_intact
    # Asking about the minute before the revocation does not help: no proof of existence.
    before = generated.judge("revoked.p7s", detached=True, at=generated.time - timedelta(minutes=5))
    assert not before.passed


def test_without_crls_it_is_undetermined(generated: Generated) -> None:
    generated.crls = []
    signature = generated.judge("att.p7s")
    assert outcome(signature) == ("INDETERMINATE", "TRY_LATER")


def test_no_signature_of_the_dss_crashes(corpora: Path) -> None:
    """Each is judged, its facts survive the round trip, and the report is the same in both directions."""
    validator = Validator(Snapshot(), None, Policy.load())
    judged = 0
    for path in sorted((corpora / "dss" / "cades").rglob("*")):
        if not path.is_file():
            continue
        try:
            document = open_document(path.read_bytes(), None, path.name)
        except NotASignature:
            continue
        facts = validator.gather(document)
        report = judge(facts, validator.snapshot, LATE, validator.policy)
        again = judge(facts_from_json(facts_to_json(facts)), validator.snapshot, LATE, validator.policy)
        assert report.to_json("ru") == again.to_json("ru"), path.name
        assert report.exit_code in (1, 3), f"{path.name}: nothing passes without an anchor"
        judged += len(report.signatures)
    assert judged >= 60
