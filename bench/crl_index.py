"""A synthetic CRL of 20 MB: the time to index it, the memory it costs, the time of a look-up.

Run: ``python bench/crl_index.py [megabytes]``. The same list goes through ``cryptography`` for comparison.
Memory is what a fresh process grows by, the octets of the CRL itself included: after the first look-up, and
at the peak.
"""

from __future__ import annotations

import gc
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from trustspace.encoding import der
from trustspace.encoding.certificate import assemble
from trustspace.encoding.crl import CertificateList
from trustspace.encoding.extensions import encode_extension
from trustspace.encoding.name import COMMON_NAME, Name

START = datetime(2024, 1, 1, tzinfo=UTC)
LOOKUPS = 20_000


MEASURE = """
import sys
from pathlib import Path

def memory():
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return [int(status[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM")]

kind, path, serial = sys.argv[1:]
if kind == "trustspace":
    from trustspace.encoding.crl import CertificateList
    read, look_up = CertificateList.parse, CertificateList.lookup
else:
    from cryptography import x509
    read = x509.load_der_x509_crl
    look_up = x509.CertificateRevocationList.get_revoked_certificate_by_serial_number
before = memory()[0]
data = Path(path).read_bytes()
crl = read(data)
assert look_up(crl, int(serial)) is not None
print(*(value - before for value in memory()))
"""


def memory(kind: str, path: Path, serial: int) -> tuple[float, float]:
    """Megabytes that a fresh process grows by: in the end, and at the peak."""
    command = [sys.executable, "-c", MEASURE, kind, str(path), str(serial)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return float(output[0]), float(output[1])


def synthetic(megabytes: float, serials: list[int]) -> bytes:
    """A full CRL of about that size; its serial numbers are appended to ``serials``."""
    chance = random.Random(20)
    reasons = [der.sequence(encode_extension("2.5.29.21", der.enumerated(code))) for code in (1, 3, 4, 5)]

    def entries() -> Iterator[bytes]:
        size = 0
        while size < megabytes * 1e6:
            serial = chance.getrandbits(158) | 1 << 157
            when = START - timedelta(minutes=chance.randrange(500_000))
            entry = der.sequence(der.integer(serial), der.utc_time(when), chance.choice(reasons))
            serials.append(serial)
            size += len(entry)
            yield entry

    algorithm = der.sequence(der.oid("1.2.840.113549.1.1.11"), der.NULL)
    body = der.sequence(
        der.integer(1),
        algorithm,
        Name.build([(COMMON_NAME, "CA")]).raw,
        der.time(START),
        der.time(START + timedelta(days=1)),
        der.sequence_of(entries()),
        der.explicit(0, der.sequence(encode_extension("2.5.29.20", der.integer(1)))),
    )
    return assemble(body, algorithm, bytes(256))


def timed(work: Callable[[], object]) -> float:
    """Seconds that the work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> None:
    """Measures and prints."""
    megabytes = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    serials: list[int] = []
    data = synthetic(megabytes, serials)
    random.Random(1).shuffle(serials)
    wanted = serials[:LOOKUPS]
    gc.collect()

    crl = CertificateList.parse(data)
    index_time = timed(lambda: crl.index)
    found = timed(lambda: [crl.lookup(serial) for serial in wanted]) / LOOKUPS
    absent = timed(lambda: [crl.lookup(serial + (1 << 158)) for serial in wanted]) / LOOKUPS
    assert all(crl.lookup(serial) is not None for serial in wanted)

    theirs = x509.load_der_x509_crl(data)
    theirs_first = timed(lambda: theirs.get_revoked_certificate_by_serial_number(wanted[0]))
    theirs_time = (
        timed(lambda: [theirs.get_revoked_certificate_by_serial_number(s) for s in wanted[:20]]) / 20
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.crl"
        path.write_bytes(data)
        ours_memory = memory("trustspace", path, wanted[0])
        theirs_memory = memory("cryptography", path, wanted[0])

    print(f"CRL: {len(data) / 1e6:.1f} MB, {crl.count} entries")
    print("| | trustspace | cryptography |")
    print("|---|---|---|")
    print(f"| index built, ms | {index_time * 1e3:.0f} | {theirs_first * 1e3:.0f} (first look-up) |")
    print(f"| index alone, MB | {crl.index.index_size / 1e6:.1f} | |")
    print(f"| memory after, MB | {ours_memory[0]:.1f} | {theirs_memory[0]:.1f} |")
    print(f"| memory at the peak, MB | {ours_memory[1]:.1f} | {theirs_memory[1]:.1f} |")
    print(f"| look-up of a revoked serial, µs | {found * 1e6:.2f} | {theirs_time * 1e6:.2f} |")
    print(f"| look-up of another serial, µs | {absent * 1e6:.2f} | |")


if __name__ == "__main__":
    main()
