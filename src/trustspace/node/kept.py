"""What the ledger keeps beside a receipt, and what it is found by; never the document's content."""

from __future__ import annotations

from collections.abc import Iterator

from trustspace.algorithms.digests import digest_by_oid
from trustspace.algorithms.errors import AlgorithmNotSupported
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.dvcs import Data, DVCSRequest
from trustspace.errors import MalformedEncoding
from trustspace.node.judging import Judged
from trustspace.pki.identity import identities
from trustspace.receipts.issue import Row, message_imprint, sha256_of
from trustspace.receipts.profiles import Profile
from trustspace.receipts.request import Request
from trustspace.store.ledger import Evidence
from trustspace.validation.facts_json import facts_to_json


def evidence_of(request: Request, judged: Judged, profile: Profile) -> Evidence:
    """The evidence of one answer.

    Kinds: ``request`` (an imprint in place of content), ``report``, ``facts/N``, ``snapshot`` (its manifest),
    ``peer/MEMBER`` (the receipt that was relied on), and by their SHA-256 ``certificate/…``, ``crl/…`` and
    ``ocsp/…``.
    """
    judgement = judged.judgement
    items = {
        "request": without_content(request, profile),
        "report": judged.report,
        "snapshot": judged.snapshot,
        **{f"facts/{index}": facts_to_json(facts) for index, facts in enumerate(judged.facts)},
        **{f"peer/{member}": receipt for member, receipt in judged.receipts.items()},
    }
    for facts in judged.facts:
        for sha256, certificate in facts.certificates.items():
            items[f"certificate/{sha256}"] = certificate.raw
    for row in judgement.rows:
        for kind, data in (("crl", row.crls), ("ocsp", row.ocsps)):
            items.update((f"{kind}/{sha256_of(raw).hex()}", raw) for raw in data)
    return Evidence(
        items=items,
        outcome=judgement.outcome.value,
        snapshot=judgement.snapshot.hex(),
        evidence=judgement.evidence.hex(),
        documents=tuple(dict.fromkeys(_documents(request, judged, profile))),
        signers=tuple(dict.fromkeys(pair for row in judgement.rows for pair in _signer(row))),
    )


def without_content(request: Request, profile: Profile) -> bytes:
    """The request (DER) with an imprint in place of the document, and detached content left out.

    Certificates that were asked about stay: they are what was asked, and no one's content.
    """
    data = request.dvcs.data
    if data.message is not None:
        data = Data(message_imprint=message_imprint(request, profile))
    return DVCSRequest(request.echoed(), data, request.dvcs.transaction_identifier).encode()


def _documents(request: Request, judged: Judged, profile: Profile) -> Iterator[tuple[str, str]]:
    imprint = message_imprint(request, profile)
    yield _algorithm(imprint.hash_oid), imprint.digest.hex()
    for each in judged.judgement.content_imprints:
        yield _algorithm(each.oid), each.digest.hex()
    for facts in judged.facts:
        if facts.document is not None:
            yield "SHA-256", facts.document.sha256


def _algorithm(oid: str) -> str:
    try:
        return digest_by_oid(oid).name
    except AlgorithmNotSupported:
        return oid


def _signer(row: Row) -> Iterator[tuple[str, str]]:
    certificate: Certificate | None = row.certificate
    if certificate is None:
        return
    yield "certificate", certificate.sha256
    try:
        yield "subject", str(certificate.subject)
    except MalformedEncoding:
        return
    for identity in identities(certificate):
        yield identity.kind.value, identity.value
