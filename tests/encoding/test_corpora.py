"""Real and foreign files: each is read to its last part, and agrees with independent readers."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cryptography_vectors
import pytest
from cryptography import x509
from cryptography.x509 import ocsp

from support.models import MODELS, elements, kind_of, read_everything, time_stamp_tokens
from trustspace._native import Element, ber_parse
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.cms import SignedData
from trustspace.encoding.crl import CertificateList
from trustspace.encoding.model import Encoded
from trustspace.encoding.ocsp import OCSPRequest, OCSPResponse
from trustspace.encoding.pem import find_pem
from trustspace.encoding.tsp import TSTInfo
from trustspace.errors import MalformedEncoding

# Encoded files of the corpora that are none of our structures: evidence records (RFC 4998), signature
# policies (ETSI TR 102 272), an encrypted message.
_OTHER_STRUCTURES = re.compile(r"\.ers#|signature-policy\.der#|\.p7m\.enc#|enc_\w+\.pem#")


def test_every_file_is_one_of_our_structures_and_is_read_to_its_last_part(
    foreign_files: dict[str, bytes],
) -> None:
    counted: Counter[str] = Counter()
    for name, data in foreign_files.items():
        model = kind_of(data)
        if model is None:
            assert _OTHER_STRUCTURES.search(name), f"{name} is none of {[m.what for m in MODELS]}"
            continue
        parsed = model.parse(data)
        read_everything(parsed)
        counted[model.__name__] += 1
        if "TRAILING_OCTETS" not in getattr(parsed, "deviations", ()):
            assert parsed.raw == data, name
    assert counted["Certificate"] >= 301
    assert counted["CertificateList"] >= 4
    assert counted["OCSPResponse"] >= 4
    assert counted["SignedData"] >= 60


def test_what_signatures_carry_is_read_too(foreign_files: dict[str, bytes]) -> None:
    tokens = certificates = 0
    for data in foreign_files.values():
        try:
            signed = SignedData.parse(data)
        except MalformedEncoding:
            continue
        for raw in signed.certificates:
            read_everything(Certificate.parse(raw))
            certificates += 1
        for raw in signed.crls:
            read_everything(CertificateList.parse(raw))
        for raw in time_stamp_tokens(signed):
            if raw[0] == 0x30:
                read_everything(TSTInfo.of_token(SignedData.parse(raw)))
                tokens += 1
    assert tokens >= 40
    assert certificates >= 100


def test_der_files_round_trip_octet_for_octet(foreign_files: dict[str, bytes]) -> None:
    kept = 0
    for name, data in foreign_files.items():
        element = ber_parse(data, allow_trailing=True)
        if element.is_der:
            assert element.der() == element.raw, name
            kept += 1
        again = ber_parse(element.der())
        assert again.is_der, name
        assert again.der() == again.raw, name
    assert kept > 300


def _flat(element: Element, depth: int = 0) -> Iterator[tuple[int, int, int, int | None, bool]]:
    length = None if element.indefinite else len(element.content)
    yield element.offset, depth, element.header_length, length, element.constructed
    if element.constructed:
        for child in element:
            yield from _flat(child, depth + 1)


_LINE = re.compile(
    r"^\s*(\d+):d=\s*(\d+)\s+hl=\s*(\d+)\s+l=\s*(\d+|inf)\s+(prim|cons):\s*(.*)$", re.MULTILINE
)


def _openssl_flat(openssl: str, data: bytes) -> list[tuple[int, int, int, int | None, bool]]:
    command = [openssl, "asn1parse", "-inform", "DER"]
    text = subprocess.run(command, input=data, capture_output=True, check=True).stdout.decode("latin-1")
    return [
        (int(at), int(depth), int(header), None if length == "inf" else int(length), form == "cons")
        for at, depth, header, length, form, name in _LINE.findall(text)
        if not name.startswith("EOC")
    ]


def test_openssl_sees_the_same_elements(openssl: str, foreign_files: dict[str, bytes]) -> None:
    chosen = [data for name, data in foreign_files.items() if "ru-cas" not in name][:60]
    compared = 0
    for data in chosen:
        element = ber_parse(data, allow_trailing=True)
        ours = list(_flat(element))
        assert ours == _openssl_flat(openssl, element.raw)
        assert len(ours) == elements(element)
        compared += len(ours)
    assert compared > 5000


def _vectors() -> Iterator[tuple[str, bytes]]:
    root = Path(cryptography_vectors.__file__).parent / "x509"
    for path in sorted(root.rglob("*")):
        if not path.is_file():
            continue
        data = path.read_bytes()
        name = str(path.relative_to(root))
        if data[:1] == b"0":
            yield name, data
        elif b"-----BEGIN " in data:
            for _, item in find_pem(data):
                yield name, item


def _ours(model: type[Encoded], data: bytes) -> Any:
    try:
        parsed = model.parse(data)
        read_everything(parsed)
    except MalformedEncoding:
        return None
    return parsed


def _theirs(load: Any, data: bytes) -> Any:
    try:
        return load(data)
    except Exception:  # The oracle raises ValueError, UnsupportedAlgorithm and more.
        return None


# What the oracle reads, as it does not look there or not yet, and we refuse: a certificateIssuer whose
# content is cut, and signatures with unused bits (PKITS makes bad signatures so).
_REFUSED_HERE = {
    "custom/crl_inval_cert_issuer_entry_ext.pem",
    "PKITS_data/certs/BadSignedCACert.crt",
    "PKITS_data/certs/InvalidDSASignatureTest6EE.crt",
    "PKITS_data/crls/BadCRLSignatureCACRL.crl",
}


_ORACLE_REFUSES = (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType)


@pytest.mark.filterwarnings("ignore::Warning")
def test_certificates_agree_with_cryptography(foreign_files: dict[str, bytes]) -> None:
    compared = 0
    named = 0
    for name, data in (*_vectors(), *foreign_files.items()):
        theirs = _theirs(x509.load_der_x509_certificate, data)
        if theirs is None:
            continue
        ours = _ours(Certificate, data)
        if name in _REFUSED_HERE:
            assert ours is None
            continue
        assert ours is not None, name
        assert ours.serial == theirs.serial_number, name
        assert ours.tbs_raw == theirs.tbs_certificate_bytes, name
        assert ours.signature == theirs.signature, name
        assert ours.signature_algorithm.oid == theirs.signature_algorithm_oid.dotted_string, name
        assert ours.not_before == theirs.not_valid_before_utc, name
        assert ours.not_after == theirs.not_valid_after_utc, name
        assert ours.version == theirs.version.value, name
        compared += 1
        try:
            subject = theirs.subject
            extensions = list(theirs.extensions)
        except _ORACLE_REFUSES:
            continue
        for attribute, read in zip(subject, ours.subject.attributes, strict=True):
            assert attribute.oid.dotted_string == read.oid, name
            if isinstance(attribute.value, str) and read.tag != 0x14:
                assert attribute.value == read.value, name
        assert [(e.oid.dotted_string, e.critical) for e in extensions] == [
            (e.oid, e.critical) for e in ours.extensions.values()
        ], name
        _compare_extensions(ours, theirs, name)
        named += 1
    assert compared > 700
    assert named > 690


def _compare_extensions(ours: Certificate, theirs: x509.Certificate, name: str) -> None:
    for extension in theirs.extensions:
        value = extension.value
        if isinstance(value, x509.BasicConstraints):
            assert ours.basic_constraints is not None
            assert (value.ca, value.path_length) == (
                ours.basic_constraints.ca,
                ours.basic_constraints.path_length,
            ), name
        elif isinstance(value, x509.KeyUsage):
            flags = {
                "digitalSignature": value.digital_signature,
                "nonRepudiation": value.content_commitment,
                "keyEncipherment": value.key_encipherment,
                "dataEncipherment": value.data_encipherment,
                "keyAgreement": value.key_agreement,
                "keyCertSign": value.key_cert_sign,
                "cRLSign": value.crl_sign,
                "encipherOnly": value.key_agreement and value.encipher_only,
                "decipherOnly": value.key_agreement and value.decipher_only,
            }
            assert {flag for flag, is_set in flags.items() if is_set} == set(ours.key_usage or ()), name
        elif isinstance(value, x509.SubjectKeyIdentifier):
            assert value.digest == ours.subject_key_identifier, name
        elif isinstance(value, x509.AuthorityKeyIdentifier):
            identifier = ours.authority_key_identifier
            assert identifier is not None
            assert (value.key_identifier, value.authority_cert_serial_number) == (
                identifier.key_id,
                identifier.serial,
            ), name
        elif isinstance(value, x509.ExtendedKeyUsage):
            assert tuple(purpose.dotted_string for purpose in value) == ours.extended_key_usage, name
        elif isinstance(value, x509.CertificatePolicies):
            assert [p.policy_identifier.dotted_string for p in value] == [p.oid for p in ours.policies or ()]
        elif isinstance(value, x509.SubjectAlternativeName):
            texts = [n.value for n in value if isinstance(n, x509.DNSName | x509.RFC822Name)]
            read = ours.subject_alternative_names or ()
            assert texts == [n.value for n in read if n.kind in (1, 2)], name
            assert len(list(value)) == len(read), name
        elif isinstance(value, x509.NameConstraints):
            constraints = ours.name_constraints
            assert constraints is not None
            assert len(value.permitted_subtrees or ()) == len(constraints.permitted), name
            assert len(value.excluded_subtrees or ()) == len(constraints.excluded), name
        elif isinstance(value, x509.CRLDistributionPoints):
            points = ours.crl_distribution_points or ()
            assert len(points) == len(list(value)), name
            for theirs_point, point in zip(value, points, strict=True):
                uris = [
                    n.value
                    for n in theirs_point.full_name or ()
                    if isinstance(n, x509.UniformResourceIdentifier)
                ]
                assert tuple(uris) == point.uris, name
                assert len(theirs_point.crl_issuer or ()) == len(point.crl_issuer), name
        elif isinstance(value, x509.AuthorityInformationAccess):
            assert [d.access_method.dotted_string for d in value] == [
                d.method for d in ours.authority_information_access or ()
            ], name


@pytest.mark.filterwarnings("ignore::Warning")
def test_crls_agree_with_cryptography(foreign_files: dict[str, bytes]) -> None:
    lists = entries = 0
    for name, data in (*_vectors(), *foreign_files.items()):
        theirs = _theirs(x509.load_der_x509_crl, data)
        if theirs is None:
            continue
        ours = _ours(CertificateList, data)
        if name in _REFUSED_HERE:
            assert ours is None
            continue
        assert ours is not None, name
        assert ours.tbs_raw == theirs.tbs_certlist_bytes, name
        assert ours.signature == theirs.signature, name
        assert ours.this_update == theirs.last_update_utc, name
        assert ours.next_update == theirs.next_update_utc, name
        assert ours.count == len(theirs), name
        lists += 1
        for revoked in theirs:
            found = ours.index.lookup_all(revoked.serial_number)
            assert revoked.revocation_date_utc in [entry.revocation_time for entry in found], name
            try:
                extensions = list(revoked.extensions)
            except _ORACLE_REFUSES:
                continue
            for extension in extensions:
                if isinstance(extension.value, x509.CertificateIssuer):
                    assert any(entry.certificate_issuer for entry in found), name
                elif isinstance(extension.value, x509.InvalidityDate):
                    dates = [entry.invalidity_date for entry in found]
                    assert extension.value.invalidity_date_utc in dates, name
                elif isinstance(extension.value, x509.CRLReason):
                    assert any(entry.reason is not None for entry in found), name
            entries += 1
        assert ours.index.lookup_all(2**150 + 7) == []
    assert lists > 190
    assert entries > 300


@pytest.mark.filterwarnings("ignore::Warning")
def test_ocsp_agrees_with_cryptography(foreign_files: dict[str, bytes]) -> None:
    responses = requests = 0
    for name, data in (*_vectors(), *foreign_files.items()):
        theirs = _theirs(ocsp.load_der_ocsp_response, data)
        if theirs is not None:
            ours = _ours(OCSPResponse, data)
            assert ours is not None, name
            assert ours.status.value == theirs.response_status.value, name
            responses += 1
            if ours.basic is None:
                continue
            assert ours.basic.tbs_raw == theirs.tbs_response_bytes, name
            assert ours.basic.signature == theirs.signature, name
            assert ours.basic.responder_id.key_hash == theirs.responder_key_hash, name
            assert len(ours.basic.certificates) == len(theirs.certificates), name
            for single, read in zip(theirs.responses, ours.basic.responses, strict=True):
                assert single.certificate_status.name == read.status.name, name
                assert single.serial_number == read.cert_id.serial, name
                assert single.issuer_key_hash == read.cert_id.key_hash, name
                assert single.this_update_utc == read.this_update, name
                assert single.next_update_utc == read.next_update, name
                assert single.revocation_time_utc == read.revocation_time, name
        request = _theirs(ocsp.load_der_ocsp_request, data)
        if request is not None:
            ours = _ours(OCSPRequest, data)
            assert ours is not None, name
            assert [cert_id.serial for cert_id in ours.cert_ids] == [request.serial_number], name
            requests += 1
    assert responses > 10
    assert requests > 8
