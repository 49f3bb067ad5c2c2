"""pyHanko's yardstick: CAdES-B-B with one warm ValidationContext.

usage: pyhanko_cades.py ROOT.pem CRL.pem... -- CONTENT DIR COUNT ROUNDS

Prints each round's microseconds per signature, parsing included. A signature that is not valid and
trusted ends the run with an error, so a figure always stands for full work.
"""

import asyncio
import sys
import time
from pathlib import Path

from asn1crypto import cms, crl, pem, x509
from pyhanko.sign.validation import async_validate_detached_cms
from pyhanko_certvalidator import ValidationContext


def _der(path: str) -> bytes:
    data = Path(path).read_bytes()
    return pem.unarmor(data)[2] if pem.detect(data) else data


async def _validate(context: ValidationContext, data: bytes, content: bytes) -> None:
    signed_data = cms.ContentInfo.load(data)["content"]
    status = await async_validate_detached_cms(content, signed_data, signer_validation_context=context)
    if not (status.valid and status.intact and status.trusted):
        raise SystemExit(f"not accepted: {status.summary()}")


async def main(arguments: list[str]) -> None:
    split = arguments.index("--")
    root, *crls = arguments[:split]
    content_path, folder, count, rounds = arguments[split + 1 :]
    context = ValidationContext(
        trust_roots=[x509.Certificate.load(_der(root))],
        crls=[crl.CertificateList.load(_der(path)) for path in crls],
        revocation_mode="require",
        allow_fetching=False,
    )
    content = Path(content_path).read_bytes()
    first, *files = [Path(folder, f"{n:04d}.p7s").read_bytes() for n in range(int(count))]
    await _validate(context, first, content)  # loads what is loaded late, and the links of the CAs
    for _ in range(int(rounds)):
        begin = time.process_time()
        for data in files:
            await _validate(context, data, content)
        print(f"{(time.process_time() - begin) * 1e6 / len(files):.3f}", flush=True)


asyncio.run(main(sys.argv[1:]))
