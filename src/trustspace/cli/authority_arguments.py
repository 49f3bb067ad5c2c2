"""The arguments of ``trustspace authority``; built only when that command is chosen."""

from __future__ import annotations

import argparse
from typing import Any

from trustspace.authority.acts import Reason
from trustspace.cli.arguments import Parser
from trustspace.cli.language import Language
from trustspace.cli.words import pick


def build(language: Language) -> Parser:
    """The parser of everything after ``trustspace authority``."""
    return _Builder(language).parser


class _Builder:
    def __init__(self, language: Language) -> None:
        self.language = language
        self.parser = Parser(
            prog="trustspace authority",
            allow_abbrev=False,
            description=self.say(
                "Run the CA of the TTP service: register, issue, suspend, revoke, publish. Every act needs"
                " several officers.",
                "Удостоверяющий центр службы ДТС: регистрация, выпуск, приостановка, отзыв, публикация."
                " Каждое решение подписывают несколько уполномоченных.",
            ),
            epilog=self.say(
                "Exit codes: 0 done, 1 refused by the rules or a broken journal, 2 usage or unusable input.",
                "Коды возврата: 0 — сделано, 1 — не допускают правила или журнал нарушен, 2 — ошибка вызова"
                " или непригодные данные.",
            ),
        )
        self.lang(self.parser)
        self.actions: Any = self.parser.add_subparsers(
            dest="action",
            metavar=self.say("ACTION", "ДЕЙСТВИЕ"),
            title=self.say("actions", "действия"),
            required=True,
        )
        self._init()
        self._acts()
        self._status_acts()
        self._products()
        self._reading()

    def say(self, english: str, russian: str) -> str:
        return pick(self.language, english, russian)

    def action(self, name: str, english: str, russian: str) -> Parser:
        made: Parser = self.actions.add_parser(
            name, allow_abbrev=False, help=self.say(english, russian), description=self.say(english, russian)
        )
        made.add_argument(
            "--dir",
            metavar="DIR",
            default="authority",
            help=self.say(
                "the authority's folder (default: authority)", "папка центра (по умолчанию: authority)"
            ),
        )
        made.add_argument(
            "--json",
            action="store_true",
            help=self.say("print JSON for programs", "вывести JSON для программ"),
        )
        self.lang(made)
        return made

    def lang(self, parser: Parser) -> None:
        parser.add_argument(
            "--lang",
            choices=[item.value for item in Language],
            default=argparse.SUPPRESS,
            help=self.say("language of the messages", "язык сообщений"),
        )

    def signing(self, parser: Parser) -> None:
        parser.add_argument(
            "--key",
            metavar="KEY",
            required=True,
            help=self.say(
                "the officer's key: a file or a pkcs11: URI", "ключ уполномоченного: файл или pkcs11: URI"
            ),
        )
        self.password(parser)

    def password(self, parser: Parser) -> None:
        parser.add_argument(
            "--password",
            metavar="SOURCE",
            help=self.say(
                "where its password comes from: env:NAME, file:PATH or prompt",
                "откуда взять пароль: env:ИМЯ, file:ПУТЬ или prompt",
            ),
        )

    def ground(self, parser: Parser) -> None:
        for name, english, russian in (
            ("act", "the legal act that it is done under", "правовой акт — основание"),
            ("article", "its article", "статья или пункт"),
            ("text", "what happened, in a sentence", "что произошло, одной фразой"),
        ):
            parser.add_argument(
                f"--ground-{name}", metavar="TEXT", required=True, help=self.say(english, russian)
            )

    def _init(self) -> None:
        p = self.action(
            "init",
            "begin: make keys and certificates in a ceremony, and its record",
            "начать: создать ключи и сертификаты на церемонии и её протокол",
        )
        for name, metavar, needed, english, russian in (
            ("--space", "NAME", True, "name of the trust space", "имя пространства доверия"),
            (
                "--organisation",
                "NAME",
                True,
                "who runs the authority",
                "организация, которой принадлежит центр",
            ),
            (
                "--address",
                "URL",
                True,
                "where it publishes; ends in /",
                "адрес публикации; оканчивается на /",
            ),
            ("--place", "TEXT", True, "where the ceremony is held", "место церемонии"),
        ):
            p.add_argument(name, metavar=metavar, required=needed, help=self.say(english, russian))
        for name, metavar, english, russian in (
            ("--officer", "NAME=FILE", "an officer and the certificate", "уполномоченный и его сертификат"),
            (
                "--new-officer",
                "NAME=FILE",
                "make a key for an officer there, and a certificate beside it",
                "создать там ключ уполномоченного и сертификат рядом",
            ),
            ("--participant", "NAME=ROLE", "who else was present", "кто ещё присутствовал"),
            (
                "--custody",
                "KEY=PLACE",
                "where root, issuing, register or ocsp is kept",
                "где хранится ключ: root, issuing, register, ocsp",
            ),
        ):
            p.add_argument(
                name,
                metavar=metavar,
                action="append",
                default=[],
                help=self.say(f"{english}; repeatable", f"{russian}; можно повторять"),
            )
        p.add_argument(
            "--quorum",
            type=int,
            default=2,
            metavar="K",
            help=self.say("officers that an act needs (default: 2)", "подписей на решение (по умолчанию: 2)"),
        )
        p.add_argument(
            "--kind",
            default="p-256",
            metavar="KIND",
            help=self.say(
                "kind of the authority's keys (default: p-256)", "вид ключей центра (по умолчанию: p-256)"
            ),
        )
        for name, english, russian in (
            (
                "--keys",
                "where the online keys are made: a folder or pkcs11: URI",
                "где создать рабочие ключи",
            ),
            ("--root-keys", "where the root's key is made", "где создать корневой ключ"),
        ):
            p.add_argument(name, metavar="WHERE", help=self.say(english, russian))
        self.password(p)
        p.add_argument(
            "--root-password", metavar="SOURCE", help=self.say("the same for the root", "то же для корневого")
        )
        p.add_argument(
            "--officer-password",
            metavar="SOURCE",
            help=self.say("the same for --new-officer", "то же для --new-officer"),
        )
        for name, days, english, russian in (
            ("certificate", 1095, "certificates of TTPs", "сертификаты ДТС"),
            ("crl", 7, "CRLs", "списки отзыва"),
            ("root-crl", 366, "the root's CRLs", "списки отзыва корневого центра"),
            ("register", 7, "the register", "реестр"),
            ("ocsp", 1, "OCSP answers", "ответы OCSP"),
        ):
            p.add_argument(
                f"--{name}-days",
                type=int,
                default=days,
                metavar="N",
                help=self.say(
                    f"days that {english} are good (default: {days})",
                    f"срок действия в днях: {russian} (по умолчанию: {days})",
                ),
            )

    def _acts(self) -> None:
        p = self.action(
            "register",
            "propose to register a TTP, further certificates for it, or a CA of a member",
            "предложить регистрацию ДТС, новых её сертификатов или УЦ участника",
        )
        p.add_argument(
            "member",
            metavar="MEMBER",
            help=self.say("code of the member, e.g. by", "код участника, например by"),
        )
        for name, metavar, english, russian in (
            ("--name", "NAME", "name of the TTP or CA", "название ДТС или УЦ"),
            ("--profile", "PROFILE", "rfc3029, kz or by (default: rfc3029)", "rfc3029, kz или by"),
            (
                "--authority-certificate",
                "FILE",
                "register this CA instead of a TTP",
                "регистрировать этот УЦ, а не ДТС",
            ),
        ):
            p.add_argument(name, metavar=metavar, help=self.say(english, russian))
        for name, metavar, english, russian in (
            ("--endpoint", "PROTOCOL=URL", "e.g. dvcs=https://…", "например dvcs=https://…"),
            ("--request", "FILE", "PKCS #10 for receipts", "запрос PKCS #10 для квитанций"),
            (
                "--timestamping-request",
                "FILE",
                "PKCS #10 for time-stamps",
                "запрос PKCS #10 для штампов времени",
            ),
        ):
            p.add_argument(
                name,
                metavar=metavar,
                action="append",
                default=[],
                help=self.say(f"{english}; repeatable", f"{russian}; можно повторять"),
            )
        self.ground(p)
        self.signing(p)
        p = self.action(
            "approve", "sign an act that another officer proposed", "подписать предложенное решение"
        )
        p.add_argument(
            "act",
            metavar="ACT",
            help=self.say(
                "its digest or the beginning of it, or: ceremony", "его хэш или начало хэша; или: ceremony"
            ),
        )
        self.signing(p)
        p = self.action(
            "issue", "issue the certificates of an act in effect", "выпустить сертификаты по решению в силе"
        )
        p.add_argument(
            "act", metavar="ACT", help=self.say("its digest or the beginning", "его хэш или начало")
        )
        p = self.action(
            "officer", "propose to add or remove an officer", "предложить назначить или снять уполномоченного"
        )
        p.add_argument("change", choices=["add", "remove"])
        p.add_argument("--name", metavar="NAME", help=self.say("the officer's name (add)", "имя (add)"))
        p.add_argument(
            "--certificate",
            metavar="FILE",
            required=True,
            help=self.say("the officer's certificate", "сертификат"),
        )
        self.ground(p)
        self.signing(p)
        p = self.action("quorum", "propose another quorum", "предложить другое число подписей")
        p.add_argument("quorum", type=int, metavar="K")
        self.ground(p)
        self.signing(p)

        p = self.action(
            "renew",
            "make a new key for the register's signer or the OCSP responder, and propose it",
            "создать новый ключ подписи реестра или службы OCSP и предложить его",
        )
        p.add_argument("service", choices=["register", "ocsp"])
        p.add_argument(
            "--kind",
            default="p-256",
            metavar="KIND",
            help=self.say("kind of the key (default: p-256)", "вид ключа (по умолчанию: p-256)"),
        )
        self.ground(p)
        self.signing(p)

    def _status_acts(self) -> None:
        for name, english, russian in (
            ("suspend", "propose to suspend", "предложить приостановить действие"),
            ("resume", "propose to end a suspension", "предложить возобновить действие"),
            ("revoke", "propose to revoke for good", "предложить отозвать навсегда"),
        ):
            p = self.action(name, english, russian)
            p.add_argument(
                "target",
                metavar="TARGET",
                help=self.say(
                    "a member's code (its TTP), or a certificate: file or SHA-256 (issued here, or of a"
                    " registered CA)",
                    "код участника (его ДТС) или сертификат: файл или SHA-256 (выпущенный здесь или"
                    " зарегистрированного УЦ)",
                ),
            )
            self.ground(p)
            if name != "resume":
                p.add_argument(
                    "--announced",
                    metavar="TIME",
                    help=self.say(
                        "when notice was given (default: now)",
                        "когда поступило сообщение (по умолчанию: сейчас)",
                    ),
                )
            if name == "revoke":
                p.add_argument(
                    "--invalid-since",
                    metavar="TIME",
                    help=self.say(
                        "since when the key is taken for lost", "с какого времени ключ считается утраченным"
                    ),
                )
                p.add_argument(
                    "--reason",
                    choices=[reason.value for reason in Reason],
                    default=Reason.UNSPECIFIED.value,
                    metavar="REASON",
                    help=self.say(
                        "RFC 5280 §5.3.1, e.g. keyCompromise", "по RFC 5280 §5.3.1, например keyCompromise"
                    ),
                )
            self.signing(p)

    def _products(self) -> None:
        p = self.action("crl", "issue the next CRL", "выпустить очередной список отзыва")
        p.add_argument(
            "--root",
            action="store_true",
            help=self.say("of the root (its key must be at hand)", "корневого центра (нужен его ключ)"),
        )
        p = self.action("ocsp", "answer an OCSP request", "ответить на запрос OCSP")
        p.add_argument(
            "--request", metavar="FILE", required=True, help=self.say("the request, DER", "запрос, DER")
        )
        p.add_argument("--out", metavar="FILE", required=True, help=self.say("the answer, DER", "ответ, DER"))
        self.action(
            "publish",
            "issue a CRL and the register, and lay out all that is public",
            "выпустить список отзыва и реестр, разложить всё публичное",
        )
        p = self.action("request", "make a PKCS #10 request for a key", "составить запрос PKCS #10 для ключа")
        p.add_argument(
            "--subject",
            metavar="TYPE=VALUE",
            action="append",
            required=True,
            help=self.say("e.g. C=BY; repeatable, in order", "например C=BY; можно повторять, по порядку"),
        )
        p.add_argument(
            "--out", metavar="FILE", required=True, help=self.say("the request, DER", "запрос, DER")
        )
        self.signing(p)

    def _reading(self) -> None:
        p = self.action(
            "show",
            "who is registered, and what waits for signatures",
            "кто зарегистрирован и что ждёт подписей",
        )
        p.add_argument(
            "act",
            metavar="ACT",
            nargs="?",
            help=self.say(
                "an act in full, as officers sign it: digest, beginning of it, or: ceremony",
                "решение целиком, каким его подписывают: хэш, начало хэша или: ceremony",
            ),
        )
        p.add_argument("--at", metavar="TIME", help=self.say("as it was then", "каким было состояние тогда"))
        p = self.action("ceremony", "print the ceremony's record", "напечатать протокол церемонии")
        p.add_argument("--out", metavar="FILE", help=self.say("write it there", "записать в файл"))
        p = self.action(
            "verify",
            "replay the journal and name the first broken act",
            "перепроверить журнал и назвать первое нарушенное решение",
        )
        p.add_argument(
            "--ceremony",
            metavar="SHA256",
            help=self.say("the digest on the printed record", "хэш из напечатанного протокола"),
        )
        p.add_argument(
            "--head",
            metavar="NUMBER:SHA256",
            help=self.say("a record that you noted before", "запись, которую вы отметили раньше"),
        )
