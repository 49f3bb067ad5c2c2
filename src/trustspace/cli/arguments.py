"""The command's arguments: one function a subcommand, nothing imported that a subcommand needs to run.

Every subparser carries ``handler``, the dotted name of the module whose ``run(options, console)`` does the
work; ``main`` imports it only when it is chosen.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import IO, Any, NoReturn

from trustspace import __version__
from trustspace.cli.language import Language
from trustspace.cli.node_arguments import add_set_up
from trustspace.cli.plain_text import visible
from trustspace.cli.words import pick

PLANNED_COMMANDS = ("trust", "log")
"""Commands of the contract that later versions bring; named so that they are refused clearly."""

Subparsers = Any
"""argparse does not export the type of what ``add_subparsers`` returns."""


class Parser(argparse.ArgumentParser):
    """An argument parser that speaks the reader's language and fails with one message and a way on."""

    language: Language = Language.ENGLISH

    def error(self, message: str) -> NoReturn:
        """Print what is wrong and where the help is; exit 2."""
        say = pick(
            self.language,
            f"{self.prog}: {message}\nAll options: {self.prog} --help",
            f"{self.prog}: {message}\nВсе ключи: {self.prog} --help",
        )
        self._print_message(visible_lines(say) + "\n", sys.stderr)
        raise SystemExit(2)

    def _print_message(self, message: str, file: IO[str] | None = None) -> None:  # type: ignore[override]
        if message:
            (file or sys.stdout).write(message)


def visible_lines(text: str) -> str:
    """``visible`` line by line: an argument may hold anything, and is echoed in a usage error."""
    return "\n".join(visible(line) for line in text.split("\n"))


def localise_argparse(language: Language) -> None:
    """Give argparse's own sentences the reader's language.

    argparse takes its sentences from gettext through two module globals and offers no other way to hand
    translations in; a process speaks one language, so they are set once, at its start.
    """
    Parser.language = language
    sentences: dict[str, str] = {}
    if language is Language.RUSSIAN:
        from trustspace.cli.words_parser import RUSSIAN  # noqa: PLC0415 - English readers never need it

        sentences = RUSSIAN

    def translate(message: str) -> str:
        return sentences.get(message, message)

    def translate_plural(singular: str, plural: str, count: int) -> str:
        return translate(singular if count == 1 else plural)

    setattr(argparse, "_", translate)  # noqa: B010 - not part of the typed interface
    setattr(argparse, "ngettext", translate_plural)  # noqa: B010


def build_parser(language: Language) -> Parser:
    """The whole command's parser, its help in ``language``."""
    localise_argparse(language)

    def say(english: str, russian: str) -> str:
        return pick(language, english, russian)

    common = Parser(add_help=False)
    common.add_argument(
        "--lang",
        choices=[item.value for item in Language],
        default=argparse.SUPPRESS,
        help=say("language of the messages", "язык сообщений"),
    )
    parser = Parser(
        prog="trustspace",
        parents=[common],
        allow_abbrev=False,
        description=say(
            "A signed document crosses a border: check it, vouch for it, and check who vouched.",
            "Подписанный документ пересекает границу: проверить его, удостоверить и проверить удостоверение.",
        ),
        epilog=say(
            "Exit codes: 0 valid or done, 1 invalid, 3 undetermined, 2 usage or unreadable input.",
            "Коды возврата: 0 — действительна или сделано, 1 — недействительна, 3 — не определено,"
            " 2 — ошибка вызова или нечитаемые данные.",
        ),
    )
    parser.add_argument("--version", action="version", version=f"trustspace {__version__}")
    commands = parser.add_subparsers(
        dest="command", metavar=say("COMMAND", "КОМАНДА"), title=say("commands", "команды"), required=True
    )

    def command(
        parent: Subparsers, name: str, handler: str, english: str, russian: str, *, json: bool = True
    ) -> Parser:
        made: Parser = parent.add_parser(
            name,
            parents=[common],
            allow_abbrev=False,
            help=say(english, russian),
            description=say(english, russian),
        )
        made.set_defaults(handler=handler)
        if json:
            made.add_argument(
                "--json",
                action="store_true",
                help=say("print JSON for programs", "вывести JSON для программ"),
            )
        return made

    for add in (_demo, _validate, _sign, _receipt, _inspect, _node, _authority):
        add(commands, command, say)
    for name in PLANNED_COMMANDS:
        planned = commands.add_parser(name, add_help=False, prefix_chars="\0")
        planned.add_argument("rest", nargs="*")
        planned.set_defaults(handler="trustspace.cli.planned")
    return parser


Command = Callable[..., Parser]
Say = Callable[[str, str], str]


def _trust_options(parser: Parser, say: Say) -> None:
    parser.add_argument(
        "--trust",
        metavar="PATH",
        action="append",
        default=[],
        help=say(
            "file or folder: certificates to trust, CRLs, OCSP, register; sorted by content; repeatable",
            "файл или папка: доверенные сертификаты, списки отзыва, ответы OCSP, реестр; разбирается по"
            " содержанию; можно повторять",
        ),
    )
    parser.add_argument(
        "--at",
        metavar="TIME",
        help=say(
            "judge as at this moment, by what was known then (ISO 8601; default: now)",
            "судить на этот момент, по известному тогда (ISO 8601; по умолчанию: сейчас)",
        ),
    )


def _content_options(parser: Parser, say: Say) -> None:
    parser.add_argument(
        "--content",
        metavar="FILE",
        help=say("the document of a detached signature", "документ, от которого отделена подпись"),
    )
    parser.add_argument(
        "--digest",
        metavar="ALG=HEX",
        action="append",
        default=[],
        help=say(
            "its digest instead of the document; repeatable", "его хэш вместо документа; можно повторять"
        ),
    )


def _demo(commands: Subparsers, command: Command, say: Say) -> None:
    parser = command(
        commands,
        "demo",
        "trustspace.cli.demo",
        "build a whole trust space on this machine and send documents across its borders",
        "построить на этой машине целое пространство доверия и провести документы через границы",
    )
    parser.add_argument(
        "--dir",
        metavar="DIR",
        default="space",
        help=say("folder that keeps everything (default: space)", "папка для всего (по умолчанию: space)"),
    )
    parser.add_argument(
        "--serve",
        action="store_true",
        help=say("keep the nodes running until Ctrl-C", "оставить узлы работать до Ctrl-C"),
    )
    parser.add_argument(
        "--members",
        metavar="CODES",
        help=say("only these members, e.g. ru,by,md", "только эти участники, например ru,by,md"),
    )


def _validate(commands: Subparsers, command: Command, say: Say) -> None:
    parser = command(
        commands,
        "validate",
        "trustspace.cli.validate",
        "check the signatures of a file",
        "проверить подписи файла",
    )
    parser.add_argument(
        "file",
        metavar="FILE",
        nargs="?",
        help=say("signed file or signature", "подписанный файл или подпись"),
    )
    _content_options(parser, say)
    _trust_options(parser, say)
    parser.add_argument(
        "--policy",
        metavar="NAME|FILE",
        default="basic",
        help=say("validation policy (default: basic)", "политика проверки (по умолчанию: basic)"),
    )
    parser.add_argument("--online", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument(
        "--report",
        choices=["text", "json", "etsi", "html", "pdf"],
        metavar="text|json",
        help=say("form of the report (default: text)", "вид отчёта (по умолчанию: text)"),
    )
    parser.add_argument(
        "--out", metavar="FILE", help=say("write the report there", "записать отчёт в этот файл")
    )
    parser.add_argument(
        "--facts-out",
        metavar="FILE",
        help=say(
            "keep what was found, to judge it again later", "сохранить найденное, чтобы судить о нём позже"
        ),
    )
    parser.add_argument(
        "--replay",
        metavar="FACTS",
        help=say("judge facts that --facts-out kept", "судить по фактам, сохранённым --facts-out"),
    )


def _sign(commands: Subparsers, command: Command, say: Say) -> None:
    parser = command(commands, "sign", "trustspace.cli.sign", "sign a file", "подписать файл")
    parser.add_argument("file", metavar="FILE", help=say("the document", "документ"))
    parser.add_argument(
        "--key",
        metavar="FILE|pkcs11:URI",
        required=True,
        help=say("PKCS#8 key, PEM or DER, or a token's", "ключ PKCS#8, PEM или DER, либо ключ на токене"),
    )
    parser.add_argument(
        "--key-password-file",
        metavar="FILE",
        help=say("first line: the key's password or PIN", "первая строка: пароль или PIN-код ключа"),
    )
    parser.add_argument(
        "--certificate",
        metavar="FILE",
        help=say(
            "the signer's; a token may hold it itself", "сертификат подписанта; может лежать на самом токене"
        ),
    )
    parser.add_argument(
        "--chain",
        metavar="FILE",
        action="append",
        default=[],
        help=say("certificates of the issuers, repeatable", "сертификаты издателей, можно повторять"),
    )
    parser.add_argument(
        "--format",
        choices=["cades", "xades", "pades", "jades", "asic"],
        default="cades",
        metavar="cades",
        help=say("form of the signature (default: cades)", "вид подписи (по умолчанию: cades)"),
    )
    parser.add_argument(
        "--level",
        choices=["B", "T", "LT", "LTA"],
        default="B",
        metavar="B|T",
        help=say("B, or T with a time-stamp (default: B)", "B или T — со штампом времени (по умолчанию: B)"),
    )
    parser.add_argument(
        "--detached",
        action="store_true",
        help=say("keep the document outside", "не вкладывать документ в подпись"),
    )
    parser.add_argument(
        "--tsa", metavar="URL", help=say("time-stamping authority", "служба штампов времени (RFC 3161)")
    )
    parser.add_argument("--out", metavar="FILE", help=say("default: FILE.p7s", "по умолчанию: ФАЙЛ.p7s"))


def _receipt(commands: Subparsers, command: Command, say: Say) -> None:
    parser = commands.add_parser(
        "receipt",
        help=say("ask a trusted third party, check its answer", "спросить ДТС, проверить её ответ"),
        allow_abbrev=False,
    )
    inner = parser.add_subparsers(
        dest="action", metavar=say("ACTION", "ДЕЙСТВИЕ"), title=say("actions", "действия"), required=True
    )
    request = command(
        inner,
        "request",
        "trustspace.cli.receipt_request",
        "send a signed document to a node and keep its receipt",
        "послать подписанный документ узлу и сохранить квитанцию",
    )
    request.add_argument("file", metavar="FILE", help=say("signed document", "подписанный документ"))
    request.add_argument(
        "--node", metavar="URL", required=True, help=say("address of the node", "адрес узла")
    )
    request.add_argument(
        "--content",
        metavar="FILE",
        help=say("the document of a detached signature", "документ, от которого отделена подпись"),
    )
    request.add_argument(
        "--out", metavar="FILE", help=say("default: FILE.receipt.dvc", "по умолчанию: ФАЙЛ.receipt.dvc")
    )
    verify = command(
        inner,
        "verify",
        "trustspace.cli.receipt_verify",
        "check a receipt and its whole chain, offline",
        "проверить квитанцию и всю её цепочку без сети",
    )
    verify.add_argument("file", metavar="RECEIPT", help=say("the receipt", "квитанция"))
    verify.add_argument(
        "--document",
        metavar="FILE",
        help=say("the document that it speaks of", "документ, о котором она говорит"),
    )
    verify.add_argument(
        "--content",
        metavar="FILE",
        help=say("the detached content of that document", "отделённое содержимое этого документа"),
    )
    _trust_options(verify, say)


def _inspect(commands: Subparsers, command: Command, say: Say) -> None:
    parser = command(
        commands,
        "inspect",
        "trustspace.cli.inspect",
        "show what a file holds: certificate, CRL, OCSP, time-stamp, signature, receipt, register",
        "показать, что в файле: сертификат, список отзыва, OCSP, штамп времени, подпись, квитанция, реестр",
    )
    parser.add_argument("file", metavar="FILE", help=say("any of these", "любое из названного"))


def _node(commands: Subparsers, command: Command, say: Say) -> None:
    parser = commands.add_parser(
        "node",
        help=say("run one member's trusted third party", "запустить ДТС одного участника"),
        allow_abbrev=False,
    )
    inner = parser.add_subparsers(
        dest="action", metavar=say("ACTION", "ДЕЙСТВИЕ"), title=say("actions", "действия"), required=True
    )
    for name, english, russian in (
        ("serve", "serve it over HTTP until Ctrl-C", "обслуживать по HTTP до Ctrl-C"),
        ("check", "check its configuration, keys and trust", "проверить настройки, ключи и доверие"),
        ("migrate", "bring its database up to date", "обновить схему её базы данных"),
    ):
        made = command(inner, name, f"trustspace.cli.node_{name}", english, russian, json=name != "serve")
        made.add_argument("--config", metavar="FILE", required=True, help=say("node.toml", "файл node.toml"))
    add_set_up(lambda name, *words: command(inner, name, f"trustspace.cli.node_{name}", *words), say)


def _authority(commands: Subparsers, command: Command, say: Say) -> None:
    """Its many arguments are built by ``authority_arguments`` when it is chosen; here are only words."""
    parser = commands.add_parser(
        "authority",
        help=say("run the CA of the TTP service", "удостоверяющий центр службы ДТС"),
        add_help=False,
        prefix_chars="\0",
    )
    parser.add_argument("rest", nargs="*")
    parser.set_defaults(handler="trustspace.cli.authority")
