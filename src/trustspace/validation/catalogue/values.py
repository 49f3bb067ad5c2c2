"""Values of parameters as people read them: who a name speaks of, what an object identifier is called.

The parameters themselves keep the standards' forms, for programs; these are for the words only.
"""

from __future__ import annotations

import re

_OID = re.compile(r"(?<![\w.])[0-2](?:\.\d+){3,}(?![\w.]*\d)")
_PART = re.compile(r"(?:^|[,+])(\w+)=((?:\\.|[^\\,+])*)", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)

_OBJECTS = {
    "1.2.840.113549.1.7.1": ("plain data", "обычные данные"),
    "1.2.840.113549.1.7.2": ("a signed message", "подписанное сообщение"),
    "1.2.840.113549.1.7.3": ("an encrypted message", "зашифрованное сообщение"),
    "1.2.840.113549.1.9.16.1.4": ("a time-stamp", "штамп времени"),
    "1.2.840.113549.1.9.16.1.7": ("a DVCS request", "запрос DVCS"),
    "1.2.840.113549.1.9.16.1.8": ("a receipt", "квитанция"),
    "1.3.6.1.5.5.7.3.1": ("TLS server", "сервер TLS"),
    "1.3.6.1.5.5.7.3.2": ("TLS client", "клиент TLS"),
    "1.3.6.1.5.5.7.3.3": ("code signing", "подпись программ"),
    "1.3.6.1.5.5.7.3.4": ("e-mail protection", "защита почты"),
    "1.3.6.1.5.5.7.3.8": ("time-stamping", "штампы времени"),
    "1.3.6.1.5.5.7.3.9": ("OCSP signing", "ответы OCSP"),
    "1.3.6.1.5.5.7.3.10": ("DVCS (trusted third party)", "DVCS (доверенная третья сторона)"),
    "0.4.0.2231.3.0": ("trust list signing", "подпись доверенных списков"),
}
"""Content types and key purposes that words speak of: English, Russian."""


def with_names_of_objects(value: str, language: str) -> str:
    """Known object identifiers by their names, each with the identifier in parentheses."""

    def named(found: re.Match[str]) -> str:
        words = _OBJECTS.get(found[0])
        return found[0] if words is None else f"{words[language == 'ru']} ({found[0]})"

    return _OID.sub(named, value)


def person(name: str) -> str:
    """``Name (Organisation)`` of a distinguished name in RFC 4514's form; without either: as it is."""
    parts: dict[str, str] = {}
    for kind, value in _PART.findall(name):
        parts.setdefault(kind, _ESCAPE.sub(r"\1", value).strip())
    common, organisation = parts.get("CN"), parts.get("O")
    if common and organisation and common != organisation:
        return f"{common} ({organisation})"
    return common or organisation or name
