"""Whether an answer belongs to the request that was sent: what every client checks before it looks further.

Kazakhstan's rules say so in words: the receipt must match document and signature. RFC 3029 §9.1 has the
fields.
"""

from __future__ import annotations

from trustspace.algorithms.digests import digest_by_oid
from trustspace.algorithms.errors import AlgorithmNotSupported
from trustspace.receipts.parsing import Parsed
from trustspace.receipts.request import Request, same_question


def mismatch(asked: Request, answer: Parsed) -> str | None:
    """The first field in which an answer is not one to this request; None where it is.

    An error notice carries nothing but the transaction identifier; where none was sent it cannot be told
    apart from another's, and is taken as an answer: it grants nothing.
    """
    note = answer.response.error_note
    if note is not None:
        same = note.transaction_identifier == asked.dvcs.transaction_identifier
        # A server that could not read the request does not know its transaction.
        return None if same or note.transaction_identifier is None else "transactionIdentifier"
    info = answer.info
    if info is None:
        return "dvCertInfo"
    different = same_question(asked.information, info.dv_req_info)
    if different is not None:
        return different
    given = asked.dvcs.data.message_imprint
    imprint = info.message_imprint
    if given is not None:
        return (
            None if (given.hash_oid, given.digest) == (imprint.hash_oid, imprint.digest) else "messageImprint"
        )
    octets = asked.dvcs.data.imprint_input
    try:
        digest = digest_by_oid(imprint.hash_oid)
    except AlgorithmNotSupported:
        # It cannot be compared here; verifying the receipt against the document says so.
        return None
    return None if octets is not None and digest.digest(octets) == imprint.digest else "messageImprint"
