"""trustspace's own side of the validation benchmark: one warm Validator, the full report each time.

usage: validate_ours.py ROOT.pem CRL.pem... -- CONTENT DIR COUNT ROUNDS

Prints each round's microseconds per signature, parsing and the report's JSON included. A signature that
does not pass ends the run with an error, so a figure always stands for full work.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from trustspace.documents.content import Content
from trustspace.documents.open import open_document
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.crl import CertificateList
from trustspace.encoding.pem import decode_any
from trustspace.pki.evidence_pool import EvidencePool
from trustspace.trust.snapshot import Snapshot
from trustspace.validation.policy import Policy
from trustspace.validation.times import Times
from trustspace.validation.validator import Validator


def _der(path: str) -> bytes:
    return decode_any(Path(path).read_bytes())[0][1]


def warm(root: str, crls: list[str]) -> Validator:
    snapshot = Snapshot.of_certificates([Certificate.parse(_der(root))])
    evidence = EvidencePool([CertificateList.parse(_der(path)) for path in crls])
    return Validator(snapshot, evidence, Policy.load())


def _validate(validator: Validator, data: bytes, content: bytes) -> None:
    document = open_document(data, Content.of_bytes(content))
    report = validator.validate(document, Times.at(datetime.now(UTC)))
    if report.exit_code != 0:
        raise SystemExit(f"not accepted: {report.to_json()}")
    report.to_json()


def main(arguments: list[str]) -> None:
    split = arguments.index("--")
    root, *crls = arguments[:split]
    content_path, folder, count, rounds = arguments[split + 1 :]
    validator = warm(root, crls)
    content = Path(content_path).read_bytes()
    first, *files = [Path(folder, f"{n:04d}.p7s").read_bytes() for n in range(int(count))]
    _validate(validator, first, content)  # loads what is loaded late, and the links of the CAs
    for _ in range(int(rounds)):
        begin = time.process_time()
        for data in files:
            _validate(validator, data, content)
        print(f"{(time.process_time() - begin) * 1e6 / len(files):.3f}", flush=True)


main(sys.argv[1:])
