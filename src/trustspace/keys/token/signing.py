"""A key on a token, signing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from trustspace.algorithms.errors import AlgorithmNotSupported, SignatureInvalid
from trustspace.algorithms.model import BytesLike, ModuleInfo, PublicKey, SignatureScheme
from trustspace.algorithms.signatures import verify
from trustspace.keys.errors import KeyNameError, TokenError
from trustspace.keys.token.mechanisms import mechanism, plan
from trustspace.keys.token.objects import TokenObject, attribute, private_keys
from trustspace.keys.token.sessions import PooledSession, TokenSessions


@dataclass(frozen=True, slots=True)
class TokenKey:
    """A private key that stays on its token; may be shared by threads.

    Every signature is verified with the public key before it goes out: a token that computes wrongly, or a
    public key that is another's, shows here and not at whoever relies on the signature.
    """

    key: PublicKey
    default_scheme: SignatureScheme
    module: ModuleInfo
    where: TokenObject
    sessions: TokenSessions = field(repr=False, compare=False)

    def sign(self, message: BytesLike, scheme: SignatureScheme | None = None, *, entropy: bytes) -> bytes:
        """The signature over a message, in the form that certificates and CMS carry.

        ``entropy`` is not used: a token draws its own.
        Raises ``AlgorithmNotSupported`` (``TokenAlgorithmMissing`` where the token has no mechanism for a
        scheme that would suit the key), ``TokenError``.
        """
        chosen = scheme or self.default_scheme
        if chosen.key_family != self.key.algorithm:
            raise AlgorithmNotSupported(
                oid=chosen.oid, name=f"{chosen.name} with a key of {self.key.algorithm}"
            )
        return self.sessions.run(self._operation(message, chosen), "sign")

    def _operation(self, message: BytesLike, scheme: SignatureScheme) -> Callable[[PooledSession], bytes]:
        def operate(pooled: PooledSession) -> bytes:
            way = plan(self.key, scheme, len(message), self.sessions.mechanisms(pooled), self.sessions.name)
            private, asks = self._private(pooled)
            output: bytes = private.sign(
                way.prepare(message),
                mechanism=mechanism(way.mechanism),
                mechanism_param=way.parameter,
                pin=self.sessions.pin() if asks else None,
            )
            for signature in way.forms(output):
                if self._verifies(scheme, signature, message):
                    return signature
            raise TokenError("TOKEN_SIGNATURE_WRONG", token=self.sessions.name, key=self.where.name)

        return operate

    def _private(self, pooled: PooledSession) -> tuple[Any, bool]:
        """The key's handle in this session, and whether it wants the PIN each time."""
        if self.where not in pooled.keys:
            found = list(private_keys(pooled.session, self.where.label or None, self.where.id or None))
            if len(found) != 1:
                code = "KEY_AMBIGUOUS" if found else "KEY_NOT_FOUND"
                raise KeyNameError(
                    code, key=self.where.name, where=self.sessions.name, known="-", count=len(found)
                )
            private = found[0]
            if not hasattr(private, "sign"):
                raise TokenError(
                    token=self.sessions.name, operation="sign", reason=f"{self.where.name} may not sign"
                )
            pooled.keys[self.where] = private, bool(attribute(private, "ALWAYS_AUTHENTICATE"))
        found_private: tuple[Any, bool] = pooled.keys[self.where]
        return found_private

    def _verifies(self, scheme: SignatureScheme, signature: bytes, message: BytesLike) -> bool:
        try:
            verify(self.key, scheme, signature, message=message)
        except SignatureInvalid:
            return False
        return True
