"""Real national objects through the validator and the command; each signature is in tests/pki."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from support.asking import Ask
from support.dss_cades import certificate_of
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.crl import CertificateList
from trustspace.encoding.ocsp import OCSPResponse
from trustspace.encoding.pem import decode_any
from trustspace.pki.revocation import EvidencePool
from trustspace.trust.snapshot import Snapshot
from trustspace.validation.indications import Indication, SubIndication
from trustspace.validation.policy import Policy
from trustspace.validation.report import CertificateReport
from trustspace.validation.times import Times
from trustspace.validation.validator import Validator


@pytest.fixture(scope="module")
def national(corpora: Path) -> Path:
    return corpora / "national"


def _judge(
    target: Path, anchors: list[Path], moment: datetime, evidence: list[CertificateList | OCSPResponse]
) -> CertificateReport:
    snapshot = Snapshot.of_certificates([certificate_of(path) for path in anchors])
    validator = Validator(snapshot, EvidencePool(evidence), Policy.load())
    return validator.validate_certificate(certificate_of(target), Times.at(moment))


def test_every_file_is_shown_and_none_is_taken_for_something_else(national: Path, ask: Ask) -> None:
    shown: Counter[str] = Counter()
    for path in sorted(national.rglob("*")):
        if not path.is_file():
            continue
        answer = ask("inspect", path)
        if path.suffix == ".plain":
            assert answer.code == 2
            continue
        assert answer.code == 0, (path.name, answer.error)
        assert answer.report is not None
        shown[answer.report["kind"]] += 1
    assert shown["certificate"] >= 300
    assert {"CRL", "OCSP response", "CMS signature"} <= set(shown)


def test_a_kazakh_person_by_rsa_is_good_by_crl_and_by_ocsp(national: Path) -> None:
    kz = national / "kz"
    target, ca = kz / "individual_valid_sign_2004_rsa.cer", kz / "nca_rsa_test.crt"
    crl = CertificateList.parse(decode_any((kz / "nca_rsa_test.crl").read_bytes())[0][1])
    ocsp = OCSPResponse.parse((kz / "ocsp_response_individual_sign_2004.bin").read_bytes())
    by_crl = _judge(target, [ca], datetime(2022, 9, 1, tzinfo=UTC), [crl])
    assert (by_crl.indication, by_crl.sub_indication) == (Indication.TOTAL_PASSED, None)
    assert len(by_crl.chain) == 2
    nothing = _judge(target, [ca], datetime(2022, 9, 1, tzinfo=UTC), [])
    assert nothing.sub_indication is SubIndication.TRY_LATER
    stale = _judge(target, [ca], datetime(2022, 11, 1, tzinfo=UTC), [crl])
    assert stale.sub_indication is SubIndication.TRY_LATER
    assert ocsp.basic is not None
    (single,) = ocsp.basic.responses
    # The answer is about the person's other certificate, by the GOST CA: it says nothing of this one.
    other = _judge(target, [ca], ocsp.basic.produced_at, [ocsp])
    about_this = single.cert_id.serial == certificate_of(target).serial
    assert (other.sub_indication is None) == about_this


def test_the_kazakh_time_stamp_is_intact_and_its_chain_stands(national: Path, ask: Ask) -> None:
    kz = national / "kz"
    for name in ("tsp_token.bin", "tsp_response.bin"):
        trust = ("--trust", kz / "nca_gost_test.crt", "--at", "2022-10-01T00:00:00Z")
        answer = ask("validate", kz / name, *trust)
        signature = answer.only
        assert signature["intact"] == {"digest": True, "signature": True}
        assert len(signature["certificate_chain"]) == 2
        # Its CA's CRL is not at hand.
        assert (answer.code, answer.verdicts) == (3, [("INDETERMINATE", "TRY_LATER")])
        assert signature["signer"]["identity"]["IIN"] == "123456789011"


def test_the_belarusian_republican_ca_chains_to_the_root(national: Path) -> None:
    by = national / "by"
    report = _judge(by / "ruc.cer", [by / "kuc.cer"], datetime(2026, 1, 1, tzinfo=UTC), [])
    assert len(report.chain) == 2
    assert report.sub_indication is SubIndication.TRY_LATER  # no CRL of the root is at hand


def test_the_russian_example_of_tc26(national: Path, ask: Ask) -> None:
    ru = national / "ru"
    signed = ru / "signed_a121.pem"
    without = ask("validate", signed, "--trust", ru / "root256_cert.pem")
    assert (without.code, without.verdicts) == (3, [("INDETERMINATE", "TRY_LATER")])
    assert without.only["intact"] == {"digest": True, "signature": True}
    assert [entry["intact"] for entry in without.only["scope"]] == [True]
    direct = ask("validate", signed, "--trust", ru / "sender256_cert.pem")
    assert (direct.code, direct.verdicts) == (0, [("TOTAL-PASSED", None)])
    assert (direct.only["format"], direct.only["level"]) == ("CMS", "PLAIN")


def test_russian_cas_under_those_that_signed_them(national: Path) -> None:
    """Every certificate judged with all the others as helpers and its own top as anchor."""
    certificates = [certificate_of(path) for path in sorted((national / "ru-cas").glob("*.pem"))]
    by_subject: dict[str, list[Certificate]] = {}
    for each in certificates:
        by_subject.setdefault(each.subject.raw.hex(), []).append(each)
    validator = Validator(Snapshot.of_certificates(certificates), None, Policy.load())
    chained = 0
    for each in certificates:
        moment = Times.at(each.not_before)
        alone = Snapshot.of_certificates([other for other in certificates if other.sha256 != each.sha256])
        if each.issuer.raw.hex() in by_subject and each.issuer.raw != each.subject.raw:
            report = Validator(alone, None, Policy.load()).validate_certificate(each, moment)
            chained += len(report.chain) > 1
        as_anchor = validator.validate_certificate(each, moment)
        assert len(as_anchor.chain) == 1
    assert chained >= 30
