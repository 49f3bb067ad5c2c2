"""Which cryptographic module computes what (design rule 7).

Three are built in: our native crate, the OpenSSL inside pyca/cryptography, and the OpenSSL that Python's
hashlib runs on. None is certified by a state, and each says so; a provider brings its own.
"""

from __future__ import annotations

from functools import cache

from trustspace.algorithms.model import (
    DigestAlgorithm,
    ModuleInfo,
    PublicKey,
    SignatureAlgorithm,
    SignatureScheme,
)

NATIVE, PYCA, HASHLIB = "native", "pyca", "hashlib"

_provided: dict[str, ModuleInfo] = {}


def add_module(info: ModuleInfo) -> None:
    """Makes a provider's module known under its name."""
    _provided[info.name] = info


@cache
def _builtin(identifier: str) -> ModuleInfo:
    if identifier == NATIVE:
        import trustspace  # noqa: PLC0415

        return ModuleInfo("trustspace-native", trustspace.__version__)
    if identifier == PYCA:
        import cryptography  # noqa: PLC0415
        from cryptography.hazmat.backends.openssl.backend import backend  # noqa: PLC0415

        return ModuleInfo(
            backend.openssl_version_text().rsplit(" ", 3)[0] + " via cryptography", cryptography.__version__
        )
    import ssl  # noqa: PLC0415

    return ModuleInfo("OpenSSL via hashlib", ssl.OPENSSL_VERSION.split()[1])


def module_of(subject: DigestAlgorithm | SignatureScheme | SignatureAlgorithm | PublicKey) -> ModuleInfo:
    """The module that computes with this digest, scheme or key."""
    if isinstance(subject, PublicKey):
        from trustspace.algorithms.keys import module_of_key  # noqa: PLC0415

        identifier = module_of_key(subject)
    else:
        identifier = subject.module
    return _provided.get(identifier) or _builtin(identifier)
