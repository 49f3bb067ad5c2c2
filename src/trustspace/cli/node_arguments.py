"""The arguments of ``trustspace node init`` and ``attach``."""

from __future__ import annotations

import argparse
from collections.abc import Callable

Say = Callable[[str, str], str]


def add_set_up(action: Callable[[str, str, str], argparse.ArgumentParser], say: Say) -> None:
    """Add both actions; ``action`` makes the parser of one (name, English, Russian)."""
    _init(
        action(
            "init",
            "write node.toml, make or attach keys, request their certificates; asks at a terminal for what is"
            " missing",
            "создать node.toml, создать или подключить ключи, запросить их сертификаты; в терминале спросит о"
            " недостающем",
        ),
        say,
    )
    attach = action(
        "attach",
        "put an issued certificate beside its key, once it is seen that it fits",
        "поместить выпущенный сертификат к его ключу, убедившись, что он подходит",
    )
    _config(attach, say)
    attach.add_argument(
        "--certificate", metavar="FILE", required=True, help=say("the certificate", "сертификат")
    )


def _config(parser: argparse.ArgumentParser, say: Say) -> None:
    parser.add_argument("--config", metavar="FILE", required=True, help=say("node.toml", "файл node.toml"))


def _init(parser: argparse.ArgumentParser, say: Say) -> None:
    _config(parser, say)

    def one(option: str, shown: str, english: str, russian: str) -> None:
        parser.add_argument(option, metavar=shown, help=say(english, russian))

    def several(option: str, shown: str, english: str, russian: str) -> None:
        parser.add_argument(option, metavar=shown, action="append", default=[], help=say(english, russian))

    one("--member", "CODE", "the member's code, e.g. by", "код участника, например by")
    one("--name", "NAME", "the TTP's name", "имя ДТС")
    one("--listen", "HOST:PORT", "default 127.0.0.1:8402", "по умолчанию 127.0.0.1:8402")
    one("--profile", "NAME", "whose DVCS is spoken: rfc3029, kz, by", "чей DVCS: rfc3029, kz, by")
    one(
        "--suite",
        "SUITE",
        "whose algorithms sign: national, common, both",
        "чьи алгоритмы: national, common, both",
    )
    one(
        "--second-imprint",
        "DIGEST",
        "a digest of another family than SHA-256",
        "хэш другого семейства, чем SHA-256",
    )
    one("--database", "URL", "postgresql://…; default: SQLite", "postgresql://…; по умолчанию SQLite")
    several(
        "--anchors", "PATH", "the member's own CAs (default: anchors)", "УЦ участника (по умолчанию: anchors)"
    )
    one(
        "--register",
        "PATH",
        "the register (default: space/register.p7m)",
        "реестр (по умолчанию: space/register.p7m)",
    )
    several(
        "--register-anchor",
        "PATH",
        "certificate of the CA of the TTP service (default: space/ttp-ca.cer)",
        "сертификат УЦ службы ДТС (по умолчанию: space/ttp-ca.cer)",
    )
    several(
        "--evidence",
        "PATH",
        "CRLs, OCSP responses (default: evidence)",
        "списки отзыва, OCSP (по умолчанию: evidence)",
    )
    several(
        "--key",
        "REF",
        "key that signs receipts: a file or a pkcs11: URI (default: keys/ttp.key); with --suite both two,"
        " the national one first",
        "ключ подписи квитанций: файл или pkcs11: URI (по умолчанию: keys/ttp.key); при --suite both два,"
        " первым национальный",
    )
    several(
        "--kind",
        "KIND",
        "make the key, of this kind (p-256, rsa-3072, gost2012-256-a, bign-256v1, …), one for each --key;"
        " without it the key exists",
        "создать ключ этого вида (p-256, rsa-3072, gost2012-256-a, bign-256v1, …), по одному на --key;"
        " без него ключ уже есть",
    )
    one(
        "--secret",
        "SOURCE",
        "where the keys' password or PIN is: env:NAME, file:PATH, prompt",
        "где пароль или PIN ключей: env:ИМЯ, file:ПУТЬ, prompt",
    )
    one(
        "--certified",
        "NUMBER",
        "the state's certificate of the module that signs",
        "сертификат соответствия средства подписи",
    )
    several(
        "--subject",
        "NAME=VALUE",
        "subject of the requests (default: C, CN)",
        "владелец в запросах (по умолчанию: C, CN)",
    )
    one("--tsa-url", "URL", "who time-stamps the receipts", "кто ставит штампы времени на квитанции")
    one("--tsa-key", "REF", "or a key of the node's own for it", "или собственный ключ узла для этого")
    one("--tsa-kind", "KIND", "make that key, of this kind", "создать этот ключ, такого вида")
