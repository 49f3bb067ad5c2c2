"""Hostile size: whatever is sent, the answer comes in bounded time and memory, and is a verdict or an error.

Each attack is sent once, in the size that its bound lets through or just beyond it.
"""

from __future__ import annotations

import hashlib
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache

import pytest

from support import crafting
from support.crafting import attribute, signed_data, signer_info, usual
from support.pki import CA_USAGE, NOW, Entity, Pki, entropy, key
from support.validating import TEXT, Space, codes, pool_of
from trustspace._native import ber_parse
from trustspace.algorithms import _der
from trustspace.algorithms.digests import digest_by_name
from trustspace.algorithms.errors import KeyInvalid
from trustspace.algorithms.keys import load_public_key
from trustspace.documents.open import NotASignature
from trustspace.encoding import cades_attributes as oids
from trustspace.encoding import der
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.crl import CertificateList
from trustspace.encoding.extensions import encode_extension
from trustspace.encoding.ocsp import CertStatus, OCSPResponse
from trustspace.pki.issuing import (
    RevokedEntry,
    SingleStatus,
    certificate_id,
    distinguished_name,
    issue_ocsp,
)
from trustspace.validation.report import Report

SECONDS, MEGABYTES = 5.0, 300
ECDSA = der.sequence(der.oid("1.2.840.10045.4.3.2"))


@contextmanager
def bounded(seconds: float = SECONDS, megabytes: int = MEGABYTES) -> Iterator[None]:
    """Processor time, and by how much the most memory ever held grows."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.process_time()
    yield
    spent = time.process_time() - begun
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - most) / 1024
    assert spent < seconds
    assert grown < megabytes


@cache
def space() -> Space:
    return Space("p-256", label="cost")


def bag() -> list[bytes]:
    return [space().alice.certificate.raw, space().ca.certificate.raw]


@cache
def alices() -> bytes:
    """Alice's SignerInfo over TEXT."""
    return signer_info(space().alice, attributes(), content=TEXT)


def attributes() -> list[bytes]:
    return list(usual(space().alice, TEXT).values())


def judged(octets: bytes, **how: object) -> Report:
    """The verdict, its JSON made too, within the bounds."""
    with bounded():
        report = space().validate(octets, **how)  # type: ignore[arg-type]
        assert report.to_json()
    return report


def refused(octets: bytes) -> None:
    with bounded(), pytest.raises(NotASignature):
        space().validate(octets)


# Signers and attributes -------------------------------------------------------------------------------------


def test_a_thousand_signers_are_judged_and_ten_thousand_refused() -> None:
    report = judged(signed_data([alices()] * 1000, content=TEXT, certificates=bag()))
    assert len(report.signatures) == 1000 and report.indication.value == "TOTAL-PASSED"
    refused(signed_data([alices()] * 10_000, content=TEXT, certificates=bag()))


@pytest.mark.parametrize("count", [900, 5000])
def test_wide_counter_signatures(count: int) -> None:
    counter = signer_info(space().alice, attributes(), content=TEXT, value=b"x" * 64)
    unsigned = der.sequence(der.oid(oids.COUNTERSIGNATURE), der.tlv(0x31, counter * count))
    octets = signed_data(
        [signer_info(space().alice, attributes(), content=TEXT, unsigned=[unsigned])],
        content=TEXT,
        certificates=bag(),
    )
    if count > 1000:
        refused(octets)
    else:
        assert len(judged(octets).signatures) == count + 1


def test_many_time_stamps() -> None:
    token = space().tsa.stamp(digest_by_name("SHA-256"), bytes(32))
    unsigned = der.sequence(der.oid(oids.SIGNATURE_TIME_STAMP), der.tlv(0x31, token * 900))
    octets = crafting.document(
        space().alice, attributes(), content=TEXT, certificates=bag(), unsigned=[unsigned]
    )
    assert len(judged(octets).signatures[0].timestamps) == 900


@pytest.mark.parametrize(
    "changes",
    [
        {"unsigned": [attribute("1.2.3.4", *[der.NULL] * 100_000)]},
        {"unsigned": [attribute(f"1.2.3.{n}", der.NULL) for n in range(20_000)]},
        {"unsigned": [der.sequence(der.tlv(0x06, b"\x81" * 2_000_000 + b"\x01"), der.tlv(0x31, der.NULL))]},
        {"sid": der.sequence(der.sequence(), der.tlv(0x02, b"\x7f" * 3_000_000))},
        {"value": bytes(5_000_000)},
        {"content_element": b"\x24\x80" + b"\x04\x01a" * 1_000_000 + b"\x00\x00"},
    ],
    ids=["values", "attributes", "long OID", "huge serial", "huge value", "octet by octet"],
)
def test_a_signer_of_monstrous_parts(changes: dict[str, object]) -> None:
    octets = crafting.document(space().alice, attributes(), content=TEXT, certificates=bag(), **changes)
    assert len(judged(octets).signatures) == 1


def test_digest_algorithms_without_number_are_refused() -> None:
    refused(
        signed_data([alices()], content=TEXT, digest_algorithms=[der.sequence(der.oid("1.2.3"))] * 100_000)
    )


def test_millions_of_empty_elements_are_refused() -> None:
    refused(b"\x30\x80" + b"\x05\x00" * 5_000_000 + b"\x00\x00")


# Certificates -----------------------------------------------------------------------------------------------


@cache
def namesake() -> Certificate:
    """A CA of the issuing CA's name with a key of its own."""
    name = space().ca.certificate.subject
    pki = Pki("p-256", label="namesake")
    subject = [("C", "RU"), ("O", "Test cost"), ("CN", "Issuing CA")]
    made = pki.entity("Issuing CA", None, subject=subject, ca=True, key_usage=CA_USAGE, serial=5000)
    assert made.certificate.subject == name
    return made.certificate


def rebuilt(certificate: Certificate, algorithm: bytes, signature: bytes, **changes: bytes | int) -> bytes:
    """The certificate with another key, serial number and signature: nobody checked those."""
    fields = [element.raw for element in ber_parse(certificate.tbs_raw)]
    for number, field in enumerate(fields):
        if field == certificate.spki and "spki" in changes:
            fields[number] = changes["spki"]  # type: ignore[call-overload]
        elif field == certificate.tbs_signature_algorithm.raw:
            fields[number] = algorithm
    if "serial" in changes:
        fields[1] = der.integer(int(changes["serial"]))
    return der.sequence(der.sequence(*fields), algorithm, der.bit_string(signature))


def namesakes(spki_of: Callable[[int], bytes], algorithm: bytes, signature: bytes) -> bytes:
    """A document with 512 candidate issuers of one name, each with a key of its own, each signed so."""
    made = [
        rebuilt(namesake(), algorithm, signature, spki=spki_of(number), serial=7000 + number)
        for number in range(512)
    ]
    mine = rebuilt(space().alice.certificate, algorithm, signature)
    return signed_data([alices()], content=TEXT, certificates=[mine, *made])


def rsa(bits: int, exponent: int) -> Callable[[int], bytes]:
    def spki(number: int) -> bytes:
        octets = hashlib.shake_256(b"%d" % number).digest(bits // 8)
        modulus = int.from_bytes(octets, "big") | 1 << (bits - 1) | 1
        numbers = _der.sequence(_der.integer(modulus), _der.integer(exponent))
        return _der.subject_public_key_info("1.2.840.113549.1.1.1", _der.NULL_BYTES, numbers)

    return spki


SHA256_RSA = der.sequence(der.oid("1.2.840.113549.1.1.11"), der.NULL)


@pytest.mark.parametrize(
    ("bits", "exponent"), [(8192, 65537), (3072, (1 << 3070) + 1), (16384, (1 << 64) - 59)]
)
def test_hundreds_of_namesakes_with_costly_rsa_keys(bits: int, exponent: int) -> None:
    octets = namesakes(rsa(bits, exponent), SHA256_RSA, b"\x01" * (bits // 8))
    assert judged(octets).indication.value == "INDETERMINATE"


@pytest.mark.parametrize(("bits", "exponent"), [(3072, 1 << 300), (16384, (1 << 40) + 1), (1_000_000, 3)])
def test_an_rsa_key_that_costs_too_much_is_no_key(bits: int, exponent: int) -> None:
    with bounded(0.5), pytest.raises(KeyInvalid):
        load_public_key(rsa(bits, exponent | 1)(0))


@pytest.mark.parametrize(
    ("kind", "oid"), [("gost2012-512-c", "1.2.643.7.1.1.3.3"), ("bign-512v1", "1.2.112.0.2.0.34.101.45.15")]
)
def test_hundreds_of_namesakes_with_national_keys(kind: str, oid: str) -> None:
    made = [key(kind, f"namesake {number}").key.spki for number in range(32)]
    signature = key(kind, "namesake 0").sign(b"x", entropy=entropy("namesake"))
    octets = namesakes(lambda number: made[number % 32], der.sequence(der.oid(oid)), signature)
    assert judged(octets).indication.value == "INDETERMINATE"


def test_a_thousand_damaged_copies_of_the_signers_certificate() -> None:
    raw = space().alice.certificate.raw
    copies = [raw[:-20] + number.to_bytes(2, "big") + raw[-18:] for number in range(1000)]
    report = judged(signed_data([alices()], content=TEXT, certificates=[*copies, *bag()]))
    assert report.indication.value in ("INDETERMINATE", "TOTAL-PASSED")


def test_a_clique_of_cross_certificates() -> None:
    pki, size = Pki("p-256", label="clique"), 20
    members = [pki.root(f"K{n}", subject=[("CN", f"K{n}")]) for n in range(size)]
    crossed = [
        pki.authority(f"K{i}", issuer, subject=[("CN", f"K{i}")]).certificate.raw
        for i in range(size)
        for issuer in members
        if issuer.label != f"K{i}"
    ]
    signer = pki.signer("Z", members[0])
    info = signer_info(signer, list(usual(signer, TEXT).values()), content=TEXT)
    report = judged(signed_data([info], content=TEXT, certificates=[signer.certificate.raw, *crossed]))
    assert report.indication.value == "INDETERMINATE"


def _authority(name: str, issuer: Entity, *extra: bytes) -> Entity:
    return space().pki.authority(name, issuer, extra=extra)


def test_policy_mappings_that_multiply() -> None:
    def policies(level: int) -> bytes:
        rows = (der.sequence(der.oid(f"1.2.9.{level}.{n}")) for n in range(20))
        return encode_extension("2.5.29.32", der.sequence(*rows))

    def mappings(level: int) -> bytes:
        rows = (
            der.sequence(der.oid(f"1.2.9.{level}.{i}"), der.oid(f"1.2.9.{level + 1}.{j}"))
            for i in range(20)
            for j in range(20)
        )
        return encode_extension("2.5.29.33", der.sequence(*rows), critical=True)

    explicit = encode_extension("2.5.29.36", der.sequence(der.implicit(0, der.integer(0))), critical=True)
    chain, above = [], space().root
    for level in range(8):
        above = _authority(f"Mapping {level}", above, policies(level), mappings(level), explicit)
        chain.append(above)
    signer = space().pki.signer("Mapped", above, extra=(policies(8),))
    evidence = pool_of(space().root.crl(), *(each.crl() for each in chain))
    judged(space().pki.sign(TEXT, signer), evidence=evidence)


@pytest.mark.parametrize("form", ["dns", "directory"])
def test_name_constraints_times_names(form: str) -> None:
    def name(number: int, letter: str) -> bytes:
        if form == "dns":
            return der.implicit(2, der.ia5(f"{letter}{number}.example"))
        return der.tlv(0xA4, distinguished_name([("C", "RU"), ("CN", f"{letter}{number}")]).raw)

    count = 5000 if form == "dns" else 2000
    subtrees = b"".join(der.sequence(name(n, "c")) for n in range(count))
    constraints = encode_extension("2.5.29.30", der.sequence(der.tlv(0xA1, subtrees)), critical=True)
    authority = _authority(f"Constrained {form}", space().root, constraints)
    names = encode_extension("2.5.29.17", der.sequence_of(name(n, "h") for n in range(count)))
    signer = space().pki.signer(f"Of many names {form}", authority, extra=(names,))
    report = judged(space().pki.sign(TEXT, signer), evidence=pool_of(space().root.crl(), authority.crl()))
    assert "PATH_NAME_CONSTRAINTS_TOO_COMPLEX" in codes(report.signatures[0])


# Revocation data --------------------------------------------------------------------------------------------


def crl_of(entries: bytes) -> CertificateList:
    """A list of the issuing CA's name with these entries; its signature is none."""
    body = der.sequence(
        der.integer(1),
        ECDSA,
        space().ca.certificate.subject.raw,
        b"\x17\x0d260101000000Z",
        b"\x17\x0d270101000000Z",
        der.tlv(0x30, entries),
    )
    return CertificateList.parse(der.sequence(body, ECDSA, der.bit_string(bytes(70))))


def test_a_crl_of_a_million_entries() -> None:
    times = b"\x17\x0d260101000000Z"
    octets = b"".join(
        b"\x30\x14\x02\x03" + number.to_bytes(3, "big") + times
        for number in range(1 << 20, (1 << 20) + 10**6)
    )
    with bounded():
        crl = crl_of(octets)
        report = space().validate(space().sign(), evidence=pool_of(space().root.crl(), crl))
    assert codes(report.signatures[0]) == ["REVOCATION_SIGNATURE_WRONG"]
    assert crl.index.count == 10**6


def test_crl_entries_of_thousands_of_extensions() -> None:
    bomb = der.sequence(
        der.integer(7),
        b"\x17\x0d260101000000Z",
        der.sequence(*(encode_extension(f"1.2.3.{n}", der.octet_string(b"x" * 10)) for n in range(2000))),
    )
    with bounded():
        report = space().validate(space().sign(), evidence=pool_of(space().root.crl(), crl_of(bomb * 200)))
    assert report.indication.value == "INDETERMINATE"


def test_hundreds_of_embedded_crls() -> None:
    raw = space().ca.crl(entries=[RevokedEntry(10_000 + n, NOW, 1) for n in range(1000)]).raw
    crls = [raw[:-20] + number.to_bytes(2, "big") + raw[-18:] for number in range(500)]
    report = judged(
        signed_data([alices()], content=TEXT, certificates=bag(), crls=crls),
        evidence=pool_of(space().root.crl()),
    )
    assert report.indication.value == "INDETERMINATE"


def test_ocsp_of_ten_thousand_answers_and_of_ten_thousand_certificates() -> None:
    alice, authority = space().alice.certificate, space().ca
    single = SingleStatus(
        certificate_id=certificate_id(alice, authority.certificate, digest_by_name("SHA-1")),
        status=CertStatus.GOOD,
        this_update=NOW,
        next_update=NOW + timedelta(days=1),
        revoked_at=None,
        reason=None,
    )
    responder = space().pki.ocsp("OCSP", authority)
    many = {
        "TOTAL-PASSED": issue_ocsp(
            authority.as_issuer, [single] * 10_000, produced_at=NOW, entropy=entropy("many")
        ),
        "INDETERMINATE": issue_ocsp(
            responder.as_issuer,
            [single],
            produced_at=NOW,
            entropy=entropy("bag"),
            certificates=[alice] * 10_000,
        ),
    }
    for indication, response in many.items():
        with bounded():
            evidence = pool_of(space().root.crl(), OCSPResponse.parse(response.raw))
            assert space().validate(space().sign(), evidence=evidence).indication.value == indication
