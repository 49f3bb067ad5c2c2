"""An issued certificate finds its key: what is checked before it is put where ``node.toml`` wants it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from trustspace.encoding.certificate import Certificate
from trustspace.encoding.extensions import EXTENDED_KEY_USAGE, KeyUsage
from trustspace.errors import InputError
from trustspace.keys.files import pem_block
from trustspace.keys.matching import public_key_of, same_key
from trustspace.keys.opening import open_key
from trustspace.keys.usability import refusal
from trustspace.node.config import KeyConfig, NodeConfig
from trustspace.node.material import load_anchors, load_certificates
from trustspace.node.setting_up import KeyPurpose, write_new_file
from trustspace.pki.edges import EdgeCache, EdgeOutcome

_NOT_YET = ("OWN_CERTIFICATE_NOT_YET_VALID", "OWN_KEY_PERIOD_AHEAD")


class CertificateRefused(InputError):
    """A certificate that does not fit. All codes have ``certificate`` (its subject).

    NODE_CERTIFICATE_FOREIGN, NODE_CERTIFICATE_PURPOSE (``expected``, ``found``), NODE_CERTIFICATE_ISSUER.
    """

    code = "NODE_CERTIFICATE_FOREIGN"


@dataclass(frozen=True, slots=True)
class Attached:
    """Where the certificate is now, and which key it belongs to."""

    path: Path
    key: str
    purpose: KeyPurpose
    certificate: Certificate


def attach(config: NodeConfig, path: Path, now: datetime) -> Attached:
    """Put an issued certificate (the first in the file) beside its key, once it is seen that it fits.

    It must be of a key that ``node.toml`` names, be meant for what that key does, come from the CA of the
    TTP service, and not be over. One that begins later is welcome.

    Raises:
        CertificateRefused: it does not fit.
        CertificateNotUsable: it has expired.
        SetUpRefused: another certificate is there already; ``MaterialUnusable``: a file cannot be used.
        KeyProviderError: a key cannot be had.
    """
    certificate = load_certificates(path)[0]
    key, purpose = _key_of(certificate, config)
    _check_purpose(certificate, purpose)
    edges = EdgeCache()
    issuers = load_anchors(config.register_anchors)
    issuers += tuple(c for each in key.chain for c in load_certificates(each))
    if not any(edges.edge(certificate, issuer).outcome is EdgeOutcome.VERIFIED for issuer in issuers):
        raise CertificateRefused("NODE_CERTIFICATE_ISSUER", certificate=str(certificate.subject))
    refused = refusal(certificate, (), now, status_needed=False)
    if refused is not None and refused.code not in _NOT_YET:
        raise refused
    target = key.certificate
    if not (target.exists() and load_certificates(target)[0].raw == certificate.raw):
        write_new_file(target, pem_block("CERTIFICATE", certificate.raw))
    return Attached(target, key.key, purpose, certificate)


def _key_of(certificate: Certificate, config: NodeConfig) -> tuple[KeyConfig, KeyPurpose]:
    wanted = public_key_of(certificate)
    for key, purpose in _keys(config):
        held = open_key(key.key, key.secret, base=key.base)
        if wanted is not None and same_key(held.key, wanted):
            return key, purpose
    raise CertificateRefused(certificate=str(certificate.subject))


def _keys(config: NodeConfig) -> Iterator[tuple[KeyConfig, KeyPurpose]]:
    for signer in config.signers:
        for key in signer.each:
            yield key, KeyPurpose.RECEIPTS
    if config.tsa.own is not None:
        yield config.tsa.own, KeyPurpose.TIME_STAMPS


def _check_purpose(certificate: Certificate, purpose: KeyPurpose) -> None:
    """RFC 3029 §9 and RFC 3161 §2.3: the one purpose, critical; and a key that signs."""
    usage = certificate.extensions.get(EXTENDED_KEY_USAGE)
    extended, plain = certificate.extended_key_usage or (), certificate.key_usage
    signs = plain is None or bool(plain & {KeyUsage.DIGITAL_SIGNATURE, KeyUsage.NON_REPUDIATION})
    basic = certificate.basic_constraints
    alone = usage is not None and usage.critical and tuple(extended) == (purpose.value,)
    if not alone or not signs or (basic is not None and basic.ca):
        raise CertificateRefused(
            "NODE_CERTIFICATE_PURPOSE",
            certificate=str(certificate.subject),
            expected=purpose.value,
            found=", ".join(extended) or "-",
        )
