"""Certificates, CRLs and OCSP as nested plain data."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from trustspace._native import ber_parse
from trustspace.cli.views.parts import (
    CRL_REASONS,
    EXTENSION_NAMES,
    KEY_PURPOSES,
    View,
    certificate_line,
    digest_name,
    general_names,
    hex_text,
    name_text,
    public_key,
    serial_text,
    signature_name,
    time_text,
)
from trustspace.encoding import extensions as ext
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.crl import CertificateList
from trustspace.encoding.ocsp import CertID, OCSPRequest, OCSPResponse, SingleResponse
from trustspace.pki.identity import identities

_SHOWN_ENTRIES = 1000
"""Of a CRL's entries; the rest is counted."""
_MOST_ELEMENTS = 50_000_000


def certificate(data: bytes) -> View:
    """A certificate. Raises MalformedEncoding."""
    c = Certificate.parse(data)
    constraints = c.basic_constraints
    access = c.authority_information_access or ()
    points = c.crl_distribution_points or ()
    aki = c.authority_key_identifier
    return {
        "subject": name_text(c.subject),
        "identities": [
            {
                "kind": identity.kind.value,
                "value": identity.value,
                "state": identity.state,
                "check": identity.check,
                "source": identity.source,
            }
            for identity in identities(c)
        ],
        "issuer": name_text(c.issuer),
        "serial": serial_text(c.serial),
        "not_before": time_text(c.not_before),
        "not_after": time_text(c.not_after),
        "self_issued": c.self_issued,
        "ca": constraints.ca if constraints else False,
        "path_length": constraints.path_length if constraints else None,
        "key_usage": [usage.value for usage in ext.KeyUsage if usage in (c.key_usage or ())],
        "extended_key_usage": [KEY_PURPOSES.get(oid, oid) for oid in c.extended_key_usage or ()],
        "public_key": public_key(c.spki, c.spki_algorithm),
        "signature_algorithm": signature_name(c.signature_algorithm),
        "alternative_names": general_names(c.subject_alternative_names),
        "policies": [policy.oid for policy in c.policies or ()],
        "crl_urls": [uri for point in points for uri in point.uris],
        "ocsp_urls": [str(a.location) for a in access if a.method == ext.AD_OCSP],
        "ca_issuer_urls": [str(a.location) for a in access if a.method == ext.AD_CA_ISSUERS],
        "subject_key_identifier": hex_text(c.subject_key_identifier),
        "authority_key_identifier": hex_text(aki.key_id) if aki else None,
        "extensions": [
            EXTENSION_NAMES.get(oid, oid) + (" (critical)" if extension.critical else "")
            for oid, extension in c.extensions.items()
        ],
        "version": c.version + 1,
        "problems": list(c.deviations),
        "sha256": c.sha256,
    }


def crl(data: bytes) -> View:
    """A CRL with its first entries. Raises MalformedEncoding."""
    c = CertificateList.parse(data)
    return {
        "issuer": name_text(c.issuer),
        "this_update": time_text(c.this_update),
        "next_update": time_text(c.next_update),
        "crl_number": c.crl_number,
        "delta_base": c.base_crl_number,
        "indirect": c.index.indirect or None,
        "revoked_count": c.count,
        "signature_algorithm": signature_name(c.signature_algorithm),
        "extensions": [EXTENSION_NAMES.get(oid, oid) for oid in c.extensions],
        "problems": list(c.deviations),
        "revoked": list(_entries(c)),
        "note": f"the first {_SHOWN_ENTRIES} entries are shown" if c.count > _SHOWN_ENTRIES else None,
        "sha256": c.sha256,
    }


def _entries(crl: CertificateList) -> Iterator[View]:
    """The first entries, in their order; the index answers for a serial number and keeps no order."""
    body = list(ber_parse(crl.tbs_raw, max_elements=_MOST_ELEMENTS, what="CertificateList"))
    lists = [element for element in body if element.tag == 0x30]
    if len(lists) < 3:  # the algorithm, the issuer, and no entries
        return
    for element in islice(lists[2], _SHOWN_ENTRIES):
        serial = element[0].integer()
        entry = crl.index.lookup(serial)
        reason = entry.reason if entry else None
        yield {
            "serial": serial_text(serial),
            "revocation_time": time_text(element[1].time()),
            "reason": None if reason is None else CRL_REASONS.get(reason, str(reason)),
        }


def ocsp_response(data: bytes) -> View:
    """An OCSP response. Raises MalformedEncoding."""
    response = OCSPResponse.parse(data)
    basic = response.basic
    view: View = {"status": response.status.name.lower().replace("_", " "), "sha256": response.sha256}
    if basic is None:
        return view
    responder = basic.responder_id
    return view | {
        "responder": name_text(responder.name) or f"key {hex_text(responder.key_hash)}",
        "produced_at": time_text(basic.produced_at),
        "nonce": hex_text(basic.nonce),
        "responses": [_single(single) for single in basic.responses],
        "signature_algorithm": signature_name(basic.signature_algorithm),
        "certificates": [certificate_line(raw) for raw in basic.certificates],
    }


def _single(single: SingleResponse) -> View:
    revoked = single.revocation_time is not None
    return {
        **_certificate_id(single.cert_id),
        "status": single.status.value,
        "revocation_time": time_text(single.revocation_time),
        "reason": CRL_REASONS.get(single.reason or 0, str(single.reason)) if revoked else None,
        "this_update": time_text(single.this_update),
        "next_update": time_text(single.next_update),
    }


def _certificate_id(identifier: CertID) -> View:
    return {"serial": serial_text(identifier.serial), "digest_algorithm": digest_name(identifier.hash_oid)}


def ocsp_request(data: bytes) -> View:
    """An OCSP request. Raises MalformedEncoding."""
    request = OCSPRequest.parse(data)
    return {
        "requester": str(request.requestor) if request.requestor else None,
        "nonce": hex_text(request.nonce),
        "requests": [_certificate_id(identifier) for identifier in request.cert_ids],
    }
