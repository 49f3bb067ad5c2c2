"""A verified receipt for people: what it says, whether that is believed, by whom and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from trustspace.cli.language import Language
from trustspace.cli.plain_text import visible
from trustspace.cli.tree import moment_text
from trustspace.cli.words import pick
from trustspace.validation.catalogue import known, render

Row = Mapping[str, Any]

_WIDTH = 18
_SAYS = {
    "valid": ("the signature is valid", "подпись действительна"),
    "invalid": ("the signature is NOT valid", "подпись НЕ действительна"),
    "undetermined-for-good": ("it cannot be verified", "проверить невозможно"),
    "undetermined-for-now": ("it cannot be verified yet", "пока проверить невозможно"),
}
_STANDING = {
    "holds": ("the receipt holds", "квитанция верна"),
    "fails": ("the receipt is NOT what it claims to be", "квитанция НЕ та, за которую себя выдаёт"),
    "unknown": ("the receipt cannot be believed as things are", "квитанции пока нельзя верить"),
}


def says_text(outcome: str, language: Language) -> str:
    """What an outcome means in words."""
    return pick(language, *_SAYS.get(outcome, (outcome, outcome)))


def sentence(report: Row, language: Language) -> str:
    """One honest sentence."""
    who = visible(report["issuer"] or pick(language, "an unknown party", "неизвестная сторона"))
    says = says_text(report["says"], language)
    if report["standing"] == "holds" and report["says"] == "undetermined-for-now":
        return pick(
            language,
            f"A deferred answer, not a receipt yet: {who} says that {says}. Ask again later.",
            f"Отложенный ответ, ещё не квитанция: {who} сообщает, что {says}. Спросите позже.",
        )
    if report["standing"] == "holds":
        told = pick(
            language,
            f"The receipt holds: {who} says that {says}.",
            f"Квитанция верна: {who} сообщает, что {says}.",
        )
        if report["document_matches"] is None:
            told += pick(
                language,
                " Which document it is about was not checked: give it with --document.",
                " О каком она документе, не проверено: укажите его ключом --document.",
            )
        return told
    because = _decisive(report["causes"])
    standing = pick(language, *_STANDING[report["standing"]])
    return f"{standing[0].upper()}{standing[1:]}. {because}".rstrip()


def _decisive(causes: Sequence[Row]) -> str:
    """What to tell first: that it is another document's receipt, else the first cause."""
    other = [cause for cause in causes if cause["code"] == "RECEIPT_DOCUMENT_MISMATCH"]
    chosen = (*other, *causes)
    return moment_text(chosen[0]["message"]) if chosen else ""


def render_report(report: Row, language: Language, notes: Sequence[str] = ()) -> str:
    """The whole report as text."""
    blocks = [sentence(report, language), *(visible(note) for note in notes)]
    blocks.append("\n".join(_receipt(report, language, 0)))
    return "\n\n".join(blocks) + "\n"


def _receipt(report: Row, language: Language, depth: int) -> list[str]:
    pad = "  " * depth

    def line(english: str, russian: str, value: object) -> str:
        return f"{pad}{pick(language, english, russian):<{_WIDTH}} {visible(value, limit=300)}"

    issuer = report["issuer"] or pick(language, "not in the register", "нет в реестре")
    lines = [line("Receipt of", "Квитанция", f"{issuer} ({report['member'] or '?'})")]
    lines.append(line("Says", "Сообщает", says_text(report["says"], language)))
    lines.append(line("Believed", "Верить ли", pick(language, *_STANDING[report["standing"]])))
    if ground := (report["details"] or {}).get("ground"):
        lines.append(line("On the ground", "Основание", ground_text(ground, language)))
    if report["response_time"]:
        lines.append(line("Issued", "Выдана", moment_text(report["response_time"])))
    if report["proven_time"]:
        lines.append(line("Time-stamped", "Штамп времени", moment_text(report["proven_time"])))
    lines.append(line("Document", "Документ", _document(report, language)))
    for imprint in (*report["imprints"], *report["content_imprints"]):
        mark = {True: "=", False: "≠", None: "?"}[imprint["matches"]]
        lines.append(line("", "", f"{mark} {imprint['algorithm']} {imprint['digest'][:32]}…"))
    lines += [line("Signed by", "Подписала", signer["subject"]) for signer in report["signers"] if signer]
    for cause in report["causes"]:
        lines.append(f"{pad}{pick(language, 'Why', 'Почему')}: {moment_text(cause['message'])}")
        if cause["remedy"]:
            lines.append(f"{pad}{pick(language, 'What to do', 'Что делать')}: {moment_text(cause['remedy'])}")
    note = pick(language, "Note", "Замечание")
    lines += [f"{pad}{note}: {visible(missing['message'])}" for missing in report["missing"]]
    for inner in report["embedded"]:
        lines.append(f"{pad}{pick(language, 'Inside it:', 'Внутри неё:')}")
        lines += _receipt(inner, language, depth + 1)
    return lines


def ground_text(ground: str, language: Language) -> str:
    """Why an answer is what it is, in words."""
    return render(ground, {}, language.value)[0] if known(ground) else ground


def _document(report: Row, language: Language) -> str:
    return {
        True: pick(language, "matches the receipt", "соответствует квитанции"),
        False: pick(language, "is ANOTHER one", "ДРУГОЙ"),
        None: pick(language, "not compared", "не сверен"),
    }[report["document_matches"]]
