"""Taking a receipt apart (RFC 3029 §9) without judging it."""

from __future__ import annotations

from dataclasses import dataclass

from trustspace.encoding.cms import SignedData
from trustspace.encoding.dvcs import ID_CT_DVCS_RESPONSE_DATA, DVCSCertInfo, DVCSResponse
from trustspace.errors import InputError, TrustspaceError
from trustspace.receipts.details import ReceiptDetails
from trustspace.receipts.identifiers import ID_AA_DVC, ID_RECEIPT_DETAILS

MAX_SIGNERS = 4


class ReceiptUnreadable(InputError):
    """The bytes are no DVCS response. Parameters: ``reason``."""

    code = "RECEIPT_NOT_A_DVC"


@dataclass(frozen=True, slots=True)
class Parsed:
    """A receipt's parts."""

    data: bytes
    signed: SignedData
    response: DVCSResponse
    details: ReceiptDetails | None
    embedded: tuple[bytes, ...]

    @property
    def info(self) -> DVCSCertInfo | None:
        return self.response.cert_info


def parse_receipt(data: bytes) -> Parsed:
    """Take a receipt apart without judging it.

    Raises:
        ReceiptUnreadable: it is no DVCS response in SignedData, or a part of it cannot be read.
    """
    try:
        signed = SignedData.parse(data)
        content = signed.content
        if signed.encap_content_type != ID_CT_DVCS_RESPONSE_DATA or content is None:
            raise ReceiptUnreadable(reason=f"its content is {signed.encap_content_type}")
        infos = signed.signer_infos
        if not 1 <= len(infos) <= MAX_SIGNERS:
            raise ReceiptUnreadable(reason=f"{len(infos)} signers")
        response = DVCSResponse.parse(content)
        extension = response.cert_info.extension(ID_RECEIPT_DETAILS) if response.cert_info else None
        attribute = infos[0].signed(ID_RECEIPT_DETAILS)
        details: ReceiptDetails | None = None
        if extension is not None:
            details = ReceiptDetails.parse(extension.value)
        elif attribute is not None:
            details = ReceiptDetails.parse(attribute.value.raw)
        dvc = infos[0].signed(ID_AA_DVC)
        embedded = () if dvc is None else tuple(value.raw for value in dvc.values)
        for other in infos[1:]:
            # A reader of one parallel signer must not see another chain than a reader of both.
            for oid in (ID_AA_DVC, ID_RECEIPT_DETAILS):
                mine, its = infos[0].signed(oid), other.signed(oid)
                if (mine and mine.raw) != (its and its.raw):
                    raise ReceiptUnreadable(reason="its signers signed different attributes")
        return Parsed(data, signed, response, details, embedded)
    except ReceiptUnreadable:
        raise
    except TrustspaceError as error:
        raise ReceiptUnreadable(reason=str(error)) from error
