"""``trustspace sign``: CAdES signatures at level B, or T with a time-stamp from an RFC 3161 service."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from trustspace.algorithms.keys import load_public_key
from trustspace.algorithms.model import SigningKey
from trustspace.algorithms.private import load_private_key
from trustspace.cli.console import Console, save
from trustspace.cli.errors import CommandError
from trustspace.cli.exit_codes import ExitCode
from trustspace.cli.files import content_of_file, read_file
from trustspace.cli.plain_text import json_text
from trustspace.cli.recognise import Kind, read_objects
from trustspace.cli.text_report import person
from trustspace.documents.cades_signing import SigningLevel, Stamper, sign_cades
from trustspace.encoding.certificate import Certificate, subject_public_key
from trustspace.errors import TrustspaceError
from trustspace.pki.issuing.signed_data import CmsSigner

_KEY_LIMIT = 1 << 20


def run(options: argparse.Namespace, console: Console) -> int:
    """Sign the file and write the signature.

    Raises ``CommandError``: NOT_YET for formats and levels of later versions; KEY_UNUSABLE,
    CERTIFICATE_UNUSABLE, CERTIFICATE_NEEDED, KEY_AND_CERTIFICATE, TSA_NEEDED, TSA_FAILED, OUTPUT_IS_INPUT;
    for a key on a token, ``KeyProviderError``.
    """
    _refuse_unavailable(options, console)
    content = content_of_file(options.file)
    key, certificate = _key_and_certificate(options)
    if not _belong_together(key, certificate):
        raise CommandError("KEY_AND_CERTIFICATE", key=options.key, certificate=options.certificate)
    chain = tuple(_load_certificate(path) for path in options.chain)
    out = options.out or options.file + ".p7s"
    if Path(out).exists() and Path(options.file).exists() and Path(out).samefile(options.file):
        raise CommandError("OUTPUT_IS_INPUT", path=options.file)
    level = SigningLevel(options.level)
    signed = sign_cades(
        content,
        [CmsSigner(key=key, certificate=certificate, chain=chain)],
        signing_time=datetime.now(UTC).replace(microsecond=0),
        entropy=os.urandom(32),
        level=level,
        stamper=_stamper(options, level),
        detached=options.detached,
    )
    save(out, signed)
    if options.json:
        form = {"file": out, "format": "CAdES", "level": f"BASELINE-{level.value}"}
        console.print(
            json_text({**form, "detached": options.detached, "certificate_sha256": certificate.sha256})
        )
        return ExitCode.DONE
    who = person(certificate)
    if options.detached:
        text = console.say(
            f"Signed by {who}: the signature is {out}, the document stays {options.file}.",
            f"Подписано ({who}): подпись — {out}, документ остаётся в {options.file}.",
        )
    else:
        text = console.say(
            f"Signed by {who}: {out} holds the document and its signature.",
            f"Подписано ({who}): в {out} документ вместе с подписью.",
        )
    console.print(text)
    return ExitCode.DONE


def _refuse_unavailable(options: argparse.Namespace, console: Console) -> None:
    instead = console.say(
        "What exists: --format cades, --level B or T.", "Есть: --format cades, --level B или T."
    )
    if options.format != "cades":
        raise CommandError("NOT_YET", what=f"--format {options.format}", instead=instead)
    if options.level not in ("B", "T"):
        raise CommandError("NOT_YET", what=f"--level {options.level}", instead=instead)


def _key_and_certificate(options: argparse.Namespace) -> tuple[SigningKey, Certificate]:
    certificate = None if options.certificate is None else _load_certificate(options.certificate)
    if options.key[:7].lower() == "pkcs11:":
        return _from_token(options, certificate)
    if certificate is None:
        raise CommandError("CERTIFICATE_NEEDED", key=options.key)
    return _load_key(options), certificate


def _from_token(
    options: argparse.Namespace, certificate: Certificate | None
) -> tuple[SigningKey, Certificate]:
    """A key on a token; the PIN from its pin-source, --key-password-file, or whoever sits at the terminal."""
    from trustspace.keys.opening import find_certificate, open_key  # noqa: PLC0415 - files need none of it
    from trustspace.keys.secrets import SecretSource  # noqa: PLC0415

    pin = None
    if options.key_password_file:
        pin = SecretSource(f"file:{options.key_password_file}")
    elif "pin-source=" not in options.key and sys.stdin.isatty():
        pin = SecretSource("prompt")
    if certificate is None:
        certificate = find_certificate(options.key, pin)
    if certificate is None:
        raise CommandError("CERTIFICATE_NEEDED", key=options.key.partition("?")[0])
    return open_key(options.key, pin, certificate=certificate), certificate


def _load_key(options: argparse.Namespace) -> SigningKey:
    password = None
    if options.key_password_file:
        password = read_file(options.key_password_file, limit=_KEY_LIMIT).split(b"\n", 1)[0].rstrip(b"\r")
    try:
        return load_private_key(read_file(options.key, limit=_KEY_LIMIT), password)
    except CommandError:
        raise
    except TrustspaceError as error:
        reason = error.parameters.get("reason") or error.parameters.get("name") or error.code
        raise CommandError("KEY_UNUSABLE", path=options.key, reason=reason) from None


def _load_certificate(path: str) -> Certificate:
    found = [
        item for item in read_objects(read_file(path, limit=_KEY_LIMIT)) if item.kind is Kind.CERTIFICATE
    ]
    if not found:
        raise CommandError("CERTIFICATE_UNUSABLE", path=path, reason=Kind.UNKNOWN.value)
    try:
        return Certificate.parse(found[0].data)
    except TrustspaceError as error:
        reason = str(error.parameters.get("reason") or error.code)
        raise CommandError("CERTIFICATE_UNUSABLE", path=path, reason=reason) from None


def _belong_together(key: SigningKey, certificate: Certificate) -> bool:
    """Whether the certificate is for this key: the same key, however its parameters are written down."""
    try:
        other = load_public_key(certificate.spki)
    except TrustspaceError:
        return False
    own = key.key
    alike = (own.algorithm, own.parameter_set, own.size) == (
        other.algorithm,
        other.parameter_set,
        other.size,
    )
    return alike and subject_public_key(own.spki) == subject_public_key(other.spki)


def _stamper(options: argparse.Namespace, level: SigningLevel) -> Stamper | None:
    if level is SigningLevel.B:
        return None
    if not options.tsa:
        raise CommandError("TSA_NEEDED")
    from trustspace.cli.http import timestamps_from  # noqa: PLC0415 - only this way needs the network

    return timestamps_from(options.tsa)
