"""Putting another module behind the registry, in this process, on purpose.

Two uses: a node adds an algorithm that is not built in (by configuration, under its own OIDs), or puts a
certified module in front of the built-in ones for verification and hashing (``replaces=True``). Both are one
call at start-up, before anything is loaded; nothing is patched, and every value that the provider computes
names the provider's module (``module_of``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import trustspace
from trustspace.algorithms import _gost, digests, keys, private, signatures
from trustspace.algorithms.errors import AlgorithmNotSupported
from trustspace.algorithms.keys import KeyLoader
from trustspace.algorithms.model import DigestAlgorithm, ModuleInfo, SignatureAlgorithm
from trustspace.algorithms.modules import add_module
from trustspace.algorithms.private import Generator, SecretLoader

_registered: dict[str, Provider] = {}


@dataclass(frozen=True, slots=True)
class Provider:
    """What a module computes.

    ``signatures`` pairs each algorithm (with its ``verifier``) with the key OID that may stand for it in CMS.
    ``key_loaders`` and ``secret_loaders`` go by key OID, ``generators`` by the name that ``generate`` takes.
    """

    module: ModuleInfo
    digests: tuple[DigestAlgorithm, ...] = ()
    key_loaders: Mapping[str, KeyLoader] = field(default_factory=dict)
    signatures: tuple[tuple[SignatureAlgorithm, str | None], ...] = ()
    secret_loaders: Mapping[str, SecretLoader] = field(default_factory=dict)
    generators: Mapping[str, Generator] = field(default_factory=dict)
    replaces: bool = False


def register_provider(provider: Provider) -> None:
    """Puts a provider's algorithms into the registry. The same provider again changes nothing.

    Raises ``ValueError`` where one of its OIDs is taken and it does not say that it replaces.
    """
    name = provider.module.name
    if _registered.get(name) is provider:
        return
    add_module(provider.module)
    for digest in provider.digests:
        digests.add_digest(replace(digest, module=name), replace=provider.replaces)
    for oid, loader in provider.key_loaders.items():
        keys.add_key_loader(oid, loader, name, replace=provider.replaces)
    for algorithm, key_oid in provider.signatures:
        signatures.add_signature(replace(algorithm, module=name), key_oid=key_oid, replace=provider.replaces)
    for oid, secret_loader in provider.secret_loaders.items():
        private.add_secret_loader(oid, secret_loader, replace=provider.replaces)
    for kind, generator in provider.generators.items():
        private.add_generator(kind, generator)
    _registered[name] = provider


def gost_provider(
    name: str,
    *,
    kind: str,
    key_oid: str,
    parameter_oid: str,
    signature_oid: str,
    digest_oid: str,
    digest_name: str,
    base: str = "gost2012-256-b",
) -> Provider:
    """An algorithm under its own OIDs that computes as GOST R 34.10 on a curve that is built in.

    For a state that publishes such an algorithm, and for stand-ins in a demonstration: everything is
    configuration. ``kind`` is the name for ``generate``, ``base`` the built-in kind whose curve, hash and
    byte orders it shares. Raises ``AlgorithmNotSupported`` where ``base`` is no GOST R 34.10-2012 kind.
    """
    if base not in _BASES:
        raise AlgorithmNotSupported(name=base)
    profile, curve = _BASES[base]
    hash_name = "Streebog-256" if profile.bits == 256 else "Streebog-512"
    digest = replace(digests.digest_by_name(hash_name), name=digest_name, oid=digest_oid, xml_uris=())
    parameter_sets = {parameter_oid: profile.parameter_sets[curve]}
    own = _gost.GostProfile(name, key_oid, profile.bits, parameter_sets, {parameter_oid: digest_oid})
    title = f"{name} with {digest_name}"
    algorithm = SignatureAlgorithm(title, signature_oid, digest, name, verifier=_gost.verify)
    return Provider(
        ModuleInfo(f"trustspace-native as {name}", trustspace.__version__),
        (digest,),
        {key_oid: partial(_gost.load_public_key, own)},
        ((algorithm, key_oid),),
        {key_oid: private.gost_loader(own)},
        {kind: private.gost_generator(own, parameter_oid)},
    )


_BASES = {
    **{
        f"gost2012-256-{name}": (_gost.RU_2012_256, f"1.2.643.7.1.2.1.1.{arc}")
        for arc, name in enumerate("abcd", 1)
    },
    **{
        f"gost2012-512-{name}": (_gost.RU_2012_512, f"1.2.643.7.1.2.1.2.{arc}")
        for arc, name in enumerate("abc", 1)
    },
}
