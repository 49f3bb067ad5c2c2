"""The text of a new ``node.toml``, with comments in the operator's language."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trustspace.node.setting_up import KeyPlan, NodePlan

_COMMENTS: dict[str, tuple[str, str]] = {
    "head": (
        "A node: the trusted third party of one member. Paths are relative to this file's folder.\n"
        "All settings: docs/reference/node.md. What is not ready: trustspace node check --config node.toml",
        "Узел: доверенная третья сторона одного участника. Пути отсчитываются от папки этого файла.\n"
        "Все настройки: docs/reference/node.md. Что не готово: trustspace node check --config node.toml",
    ),
    "member": ("The member's code, as in the register.", "Код участника, как в реестре."),
    "name": ("The TTP's name.", "Имя ДТС."),
    "listen": ("Where it listens: address:port.", "Где слушает: адрес:порт."),
    "profile": (
        "Whose DVCS is spoken: rfc3029, kz or by; whose algorithms sign receipts: national, common, both.",
        "Чей DVCS: rfc3029, kz или by; и чьими алгоритмами подписаны квитанции: national, common, both.",
    ),
    "second_imprint": (
        "A digest of another family than SHA-256, e.g. Streebog-256 or belt-hash.",
        "Хэш другого семейства, чем SHA-256, например Streebog-256 или belt-hash.",
    ),
    "database": (
        "The ledger: an SQLite file in the folder data, or for real load postgresql://user@host/name\n"
        "(then first: trustspace node migrate).",
        "Журнал: файл SQLite в папке data, а для настоящей нагрузки postgresql://user@host/name\n"
        "(тогда сначала: trustspace node migrate).",
    ),
    "anchors": (
        "The member's own certification authorities: files or folders.",
        "Собственные удостоверяющие центры участника: файлы или папки.",
    ),
    "register": (
        "The signed register of the TTP service, and the certificate of its CA; read again when they change.",
        "Подписанный реестр службы ДТС и сертификат её УЦ; реестр перечитывается при изменении.",
    ),
    "evidence": (
        "CRLs and OCSP responses, also the CRL of the CA of the TTP service; read again when they change.",
        "Списки отзыва и ответы OCSP, в том числе список УЦ службы ДТС; перечитываются при изменении.",
    ),
    "signers": (
        "Who signs receipts; with both: the national key first. The key is a file or a pkcs11: URI; its\n"
        "password or PIN is never written here, only where it is: env:NAME, file:PATH or prompt.",
        "Кто подписывает квитанции; при both первым национальный ключ. Ключ — файл или pkcs11: URI; пароль\n"
        "или PIN сюда не пишут, только где он лежит: env:ИМЯ, file:ПУТЬ или prompt.",
    ),
    "certified": (
        "The number of the state's certificate for the module that signs; receipts name it.",
        "Номер сертификата соответствия средства подписи; он указывается в квитанциях.",
    ),
    "next": (
        "The next key takes over by itself on its certificate's first day, or on a later day of yours:",
        "Следующий ключ вступает сам в первый день своего сертификата или позже, в назначенный день:",
    ),
    "tsa": (
        "Who time-stamps receipts: another's service by its url, or a key of the node's own.",
        "Кто ставит штампы времени на квитанции: чужая служба по адресу url или собственный ключ узла.",
    ),
    "limits": (
        "Bounds, here the defaults: octets and seconds.",
        "Ограничения, здесь по умолчанию: байты и секунды.",
    ),
}

_NEXT = (
    "# [[signers.next]]",
    '# key = "keys/ttp-2.key"',
    '# certificate = "certificates/ttp-2.crt"',
    "# since = 2027-01-01T00:00:00Z",
)
_LIMITS = (
    "[limits]",
    "# request = 104857600",
    "# response = 16777216",
    "# peer_timeout = 10",
    "# request_timeout = 60",
)


def node_toml(plan: NodePlan, language: str) -> str:
    """``node.toml`` of a plan."""
    lines: list[str] = []

    def comment(key: str, *, gap: bool = True) -> None:
        if gap and lines:
            lines.append("")
        lines.extend(f"# {line}" for line in _COMMENTS[key][language == "ru"].split("\n"))

    def setting(key: str, value: str | Iterable[str] | None, example: str | None = None) -> None:
        if value is None:
            if example is not None:
                lines.append(f"# {key} = {_toml(example)}")
        else:
            lines.append(f"{key} = {_toml(value)}")

    def key_of(key: KeyPlan) -> None:
        setting("key", key.reference)
        setting("secret", key.secret, "prompt")
        comment("certified", gap=False)
        setting("certified", key.certified, "СФ/124-0001")
        setting("certificate", key.certificate)

    comment("head")
    for name, value in (("member", plan.member), ("name", plan.name), ("listen", plan.listen)):
        comment(name)
        setting(name, value)
    comment("profile")
    setting("profile", plan.profile)
    setting("suite", plan.suite, "national")
    comment("second_imprint")
    setting("second_imprint", plan.second_imprint, "SHA3-256")
    comment("database")
    setting("data", "data")
    setting("database", plan.database, "postgresql://ttp@localhost/ttp")
    comment("anchors")
    setting("anchors", plan.anchors)
    comment("register")
    setting("register", plan.register)
    setting("register_anchors", plan.register_anchors)
    comment("evidence")
    setting("evidence", plan.evidence)
    comment("signers")
    for number, key in enumerate(plan.keys):
        lines.extend([""] if number else [])
        lines.append("[[signers]]")
        key_of(key)
    comment("next")
    lines.extend(_NEXT)
    comment("tsa")
    lines.append("[tsa]")
    if isinstance(plan.time_stamps, str):
        setting("url", plan.time_stamps)
    else:
        key_of(plan.time_stamps)
    comment("limits")
    lines.extend(_LIMITS)
    return "\n".join(lines) + "\n"


def _toml(value: str | Iterable[str]) -> str:
    """A basic string or an array of them; TOML's escapes are JSON's, and DEL must be escaped too."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return "[" + ", ".join(_toml(each) for each in value) + "]"
