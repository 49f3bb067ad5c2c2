"""Making a DVCSResponse into signed bytes: CMS SignedData, one or two parallel signers, a time-stamp on each.

What goes in before the bytes are final, so that a receipt can outlive its key (RFC 3029 §9, CAdES's ways):

- signed attributes: the signing certificate (v2, named first), and the receipts of other TTPs that this one
  relied on (:data:`~trustspace.receipts.identifiers.ID_AA_DVC`), so that it vouches for them;
- unsigned: a signature time-stamp by another key, asked for between signing and assembling;
- certificates of the signers' chains, CRLs and OCSP responses.

Everything is DER, so that :mod:`trustspace.validation.unsigned_parts` can tell a receipt as issued from one
that was touched in its unsigned parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from trustspace.algorithms.digests import digest_by_name
from trustspace.documents.cades_signing import Stamper
from trustspace.encoding import der
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.cms import ID_RI_OCSP_RESPONSE, SignedData
from trustspace.encoding.dvcs import ID_CT_DVCS_RESPONSE_DATA
from trustspace.pki.issuing.signed_data import (
    CmsSigner,
    assemble_signer_info,
    attribute,
    entropy_for,
    signed_attributes,
    signed_data,
)
from trustspace.receipts.identifiers import (
    ID_AA_DVC,
    ID_SIGNATURE_TIME_STAMP,
)

STAMPED_DIGEST = "SHA-256"
"""The imprint of signature time-stamps: every member can check it."""


@dataclass(frozen=True, slots=True)
class RevocationValues:
    """CRLs and OCSP responses (DER) that prove the signers' and the time-stamp authority's certificates."""

    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()

    def entries(self) -> tuple[bytes, ...]:
        """RevocationInfoChoices (RFC 5652 §10.2.1, RFC 5940 §2.1)."""
        others = (
            der.implicit(1, der.sequence(der.oid(ID_RI_OCSP_RESPONSE), response)) for response in self.ocsps
        )
        return (*self.crls, *others)


RevocationSource = Callable[[Sequence[Certificate]], RevocationValues]
"""(certificates of the signers and of the time-stamps) → what proves that they were not revoked."""


def no_revocation(certificates: Sequence[Certificate]) -> RevocationValues:
    """Nothing: for error notices, which are no receipts."""
    del certificates
    return RevocationValues()


def seal(
    response: bytes,
    signers: Sequence[CmsSigner],
    *,
    signing_time: datetime,
    entropy: bytes,
    stamper: Stamper | None,
    embedded: Iterable[bytes] = (),
    revocation: RevocationSource = no_revocation,
    attributes: Iterable[bytes] = (),
) -> bytes:
    """Sign a DVCSResponse (DER); the ContentInfo's DER.

    ``stamper`` None leaves the time-stamp out: an error notice needs none. What it raises passes through.
    ``revocation`` is asked last, since only the tokens say who stamped. ``attributes`` are further signed
    Attributes (DER).
    """
    receipts = tuple(embedded)
    more = [*attributes, *([attribute(ID_AA_DVC, *receipts)] if receipts else [])]
    certificates = [c for signer in signers for c in (signer.certificate, *signer.chain)]
    stamping: list[Certificate] = []
    infos = []
    for index, signer in enumerate(signers):
        signed = signed_attributes(
            signer,
            content_type=ID_CT_DVCS_RESPONSE_DATA,
            message_digest=signer.digest_algorithm.digest(response),
            signing_time=signing_time,
            more=more,
        )
        value = signer.key.sign(signed, signer.signature_scheme, entropy=entropy_for(entropy, index))
        unsigned = []
        if stamper is not None:
            digest = digest_by_name(STAMPED_DIGEST)
            token = stamper(digest, digest.digest(value))
            stamping += map(Certificate.parse, SignedData.parse(token).certificates)
            unsigned.append(attribute(ID_SIGNATURE_TIME_STAMP, token))
        infos.append(assemble_signer_info(signer, signed, value, unsigned))
    return signed_data(
        ID_CT_DVCS_RESPONSE_DATA,
        response,
        infos,
        digests=[signer.digest_algorithm for signer in signers],
        certificates=certificates,
        crls=revocation((*certificates, *stamping)).entries(),
    )
