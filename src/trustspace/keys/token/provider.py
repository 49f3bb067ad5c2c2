"""A token as a provider of keys: what is on it, making keys there, certificates beside them."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from trustspace.algorithms.model import ModuleInfo, PublicKey
from trustspace.algorithms.private import default_scheme
from trustspace.encoding import der
from trustspace.encoding.certificate import Certificate
from trustspace.keys.errors import KeyNameError, TokenError
from trustspace.keys.matching import check_certificate_of, public_key_of, same_key
from trustspace.keys.model import HeldKey, Random
from trustspace.keys.secrets import SecretSource
from trustspace.keys.token import generation
from trustspace.keys.token.library import library_path, load_library
from trustspace.keys.token.objects import (
    TokenObject,
    attribute,
    certificates,
    object_of,
    private_keys,
    public_key,
)
from trustspace.keys.token.sessions import PooledSession, TokenSessions
from trustspace.keys.token.signing import TokenKey
from trustspace.keys.token.uri import TokenUri, parse_token_uri

_connections: dict[tuple[str, TokenUri], TokenSessions] = {}
_connecting = threading.Lock()


def _sessions(path: str, uri: TokenUri, pin: SecretSource | None) -> TokenSessions:
    """One connection for all keys on a token, since one login counts for all of them."""
    token = TokenUri(
        token=uri.token,
        manufacturer=uri.manufacturer,
        serial=uri.serial,
        model=uri.model,
        slot=uri.slot,
        library=uri.library,
    )
    with _connecting:
        known = _connections.get((path, token))
        if known is not None and known.pin_source != pin:
            known.close()  # logged out, so that the other PIN is asked for and not taken on trust
            known = None
        if known is None:
            known = _connections[path, token] = TokenSessions(load_library(path), token, pin)
        return known


class TokenKeys:
    """The keys on one token; a :class:`~trustspace.keys.model.KeyProvider`.

    ``certified``: the number of the state's certificate for this module. No token tells it; it is the
    operator's word, and stands as such in every receipt.
    """

    def __init__(
        self,
        uri: str,
        pin: SecretSource | None = None,
        *,
        base: Path = Path(),
        certified: str | None = None,
    ) -> None:
        """Nothing is opened yet. Raises ``TokenUriInvalid``, ``TokenError`` for the library."""
        self.uri = parse_token_uri(uri)
        if pin is None and self.uri.pin_source is not None:
            pin = SecretSource(self.uri.pin_source, base)
        self._path = library_path(self.uri, base)
        self._library = load_library(self._path)
        self._sessions = _sessions(self._path, self.uri, pin)
        self._certified = certified
        self._module: ModuleInfo | None = None

    @property
    def module(self) -> ModuleInfo:
        if self._module is None:
            self._module = self._sessions.run(self._describe, "describe")
        return self._module

    def _describe(self, pooled: PooledSession) -> ModuleInfo:
        token = pooled.token
        major, minor = token.firmware_version
        maker = f"{token.manufacturer_id}, " if token.manufacturer_id else ""
        return ModuleInfo(
            name=f"{token.model or token.label} ({maker}PKCS #11)",
            version=f"{major}.{minor}, library {self._library.version}",
            certified=self._certified is not None,
            certificate=self._certified,
        )

    def keys(self) -> tuple[HeldKey, ...]:
        def look(pooled: PooledSession) -> tuple[HeldKey, ...]:
            found = [self._held(pooled, each) for each in private_keys(pooled.session)]
            return tuple(sorted(found, key=lambda held: (held.name, held.reference)))

        return self._sessions.run(look, "list keys")

    def _held(self, pooled: PooledSession, private: Any) -> HeldKey:
        where = object_of(private)
        key = public_key(pooled.session, private)
        reference = TokenUri(
            token=pooled.token.label,
            object=where.label or None,
            id=where.id or None,
            type="private",
            module_path=self._path,
        )
        exportable = bool(attribute(private, "EXTRACTABLE")) or attribute(private, "SENSITIVE") is False
        certificate = _of_key(certificates(pooled.session, private), key)
        return HeldKey(where.name, str(reference), key, certificate, exportable)

    def open(self, name: str = "", *, certificate: Certificate | None = None) -> TokenKey:
        """The key of a name; "" is the object that the URI names, or the only key on the token.

        ``certificate``: the key's, from elsewhere. Its encoding of the public key is the one that counts, and
        it helps where the token shows no public key.
        """

        def find(pooled: PooledSession) -> tuple[TokenObject, PublicKey]:
            private = self._one(pooled, name)
            where = object_of(private)
            shown = public_key(pooled.session, private)
            if certificate is not None:
                if shown is not None:
                    check_certificate_of(shown, certificate, where.name)
                shown = public_key_of(certificate) or shown
            if shown is None:
                raise TokenError("TOKEN_PUBLIC_KEY_MISSING", token=self._sessions.name, key=where.name)
            return where, shown

        where, key = self._sessions.run(find, "find the key")
        return TokenKey(key, default_scheme(key), self.module, where, self._sessions)

    def _one(self, pooled: PooledSession, name: str) -> Any:
        label, id_ = (name, None) if name else (self.uri.object, self.uri.id)
        if name.startswith("id="):
            try:
                label, id_ = None, bytes.fromhex(name[3:])
            except ValueError:
                label, id_ = name, None
        found = list(private_keys(pooled.session, label, id_))
        words = name or self.uri.object_words
        if not found:
            known = ", ".join(sorted(object_of(each).name for each in private_keys(pooled.session))) or "-"
            raise KeyNameError(key=words, where=self._sessions.name, known=known)
        if len(found) > 1:
            raise KeyNameError("KEY_AMBIGUOUS", key=words, where=self._sessions.name, count=len(found))
        return found[0]

    def generate(self, name: str, kind: str, *, random: Random) -> TokenKey:
        """Makes a key on the token that can never leave it: sensitive, not extractable, for signing only.

        ``kind`` as in ``algorithms.private.generate``. ``random`` only names the object (CKA_ID); the token
        draws the key. Raises ``TokenAlgorithmMissing`` where it cannot make such a key.
        """
        if not name or len(name) > 200 or not name.isprintable():
            raise KeyNameError("KEY_NAME_INVALID", key=name)

        def make(pooled: PooledSession) -> None:
            if any(private_keys(pooled.session, name)):
                raise KeyNameError("KEY_EXISTS", key=name, where=self._sessions.name)
            available = self._sessions.mechanisms(pooled)
            recipe = generation.recipe(kind, available, self._sessions.name)
            generation.make(pooled.session, recipe, name, random(20))

        self._sessions.run(make, "generate a key", write=True)
        return self.open(name)

    def certificate(self, name: str = "") -> Certificate | None:
        def look(pooled: PooledSession) -> Certificate | None:
            private = self._one(pooled, name)
            return _of_key(certificates(pooled.session, private), public_key(pooled.session, private))

        return self._sessions.run(look, "find the certificate")

    def attach(self, name: str, certificate: Certificate) -> None:
        """Writes the certificate onto the token, under the key's label and id."""

        def write(pooled: PooledSession) -> None:
            private = self._one(pooled, name)
            where = object_of(private)
            key = public_key(pooled.session, private)
            if key is None:
                raise TokenError("TOKEN_PUBLIC_KEY_MISSING", token=self._sessions.name, key=where.name)
            check_certificate_of(key, certificate, where.name)
            if any(each.raw == certificate.raw for each in certificates(pooled.session, private)):
                return
            pooled.session.create_object(_certificate_template(where, certificate))

        self._sessions.run(write, "store the certificate", write=True)

    def close(self) -> None:
        """Logs out. Keys of this token that were opened log in again when they sign."""
        self._sessions.close()


def _of_key(found: list[Certificate], key: PublicKey | None) -> Certificate | None:
    for certificate in found:
        other = public_key_of(certificate)
        if key is None or (other is not None and same_key(key, other)):
            return certificate
    return None


def _certificate_template(where: TokenObject, certificate: Certificate) -> dict[Any, Any]:
    from pkcs11.constants import Attribute, CertificateType, ObjectClass  # noqa: PLC0415

    return {
        Attribute.CLASS: ObjectClass.CERTIFICATE,
        Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
        Attribute.TOKEN: True,
        Attribute.PRIVATE: False,
        Attribute.LABEL: where.label,
        Attribute.ID: where.id,
        Attribute.SUBJECT: certificate.subject.raw,
        Attribute.ISSUER: certificate.issuer.raw,
        Attribute.SERIAL_NUMBER: der.tlv(0x02, certificate.serial_raw),
        Attribute.VALUE: certificate.raw,
    }
