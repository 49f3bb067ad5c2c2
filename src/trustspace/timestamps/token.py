"""Reading time-stamp tokens (RFC 3161 §2.4.2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from trustspace.algorithms.digests import digest_by_oid
from trustspace.algorithms.errors import AlgorithmNotSupported
from trustspace.algorithms.model import DigestAlgorithm
from trustspace.encoding.cms import SignedData
from trustspace.encoding.tsp import TSTInfo


@dataclass(frozen=True, slots=True)
class TimestampToken:
    """A token: a SignedData over a TSTInfo. Its signature is judged elsewhere, like any other."""

    signed_data: SignedData
    tst_info: TSTInfo

    @classmethod
    def parse(cls, data: bytes) -> TimestampToken:
        """Read a token, a ContentInfo's octets, BER or DER. Raises MalformedEncoding."""
        return cls.of(SignedData.parse(data))

    @classmethod
    def of(cls, signed: SignedData) -> TimestampToken:
        """The token that a SignedData is. Raises MalformedEncoding where it is none."""
        return cls(signed, TSTInfo.of_token(signed))

    @property
    def raw(self) -> bytes:
        """The token's octets as they stood."""
        return self.signed_data.raw

    @property
    def gen_time(self) -> datetime:
        """The time that the TSA states, UTC."""
        return self.tst_info.gen_time

    @property
    def imprint_algorithm(self) -> DigestAlgorithm | None:
        """The imprint's algorithm; None when it is not supported."""
        try:
            return digest_by_oid(self.tst_info.message_imprint.hash_oid)
        except AlgorithmNotSupported:
            return None

    def imprint(self, algorithm: DigestAlgorithm, digest: bytes) -> bool:
        """Whether the imprint is this digest under this algorithm."""
        imprint = self.tst_info.message_imprint
        return imprint.hash_oid == algorithm.oid and imprint.digest == digest

    def covers(self, digest: Callable[[DigestAlgorithm], bytes | None]) -> bool | None:
        """Whether the imprint is the digest that ``digest`` gives under its algorithm.

        None where the algorithm is not supported or the digest is not known.
        """
        algorithm = self.imprint_algorithm
        if algorithm is None:
            return None
        value = digest(algorithm)
        return None if value is None else self.imprint(algorithm, value)
