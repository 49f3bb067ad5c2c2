"""The demonstration in words: progress, the matrix of who believes whom, the cases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from trustspace.cli.language import Language
from trustspace.cli.plain_text import visible
from trustspace.cli.tree import moment_text
from trustspace.cli.words import pick
from trustspace.demo.expected import Case, Way
from trustspace.demo.members import Member
from trustspace.demo.run import Results, Row, Step
from trustspace.receipts.outcome import Outcome

_CASE_NAMES = {
    Case.CHANGED_DOCUMENT: ("a changed document", "изменённый документ"),
    Case.REVOKED_SIGNER: ("a signer whose certificate was revoked", "подписант с отозванным сертификатом"),
    Case.UNREGISTERED_AUTHORITY: ("a signer of an unregistered CA", "подписант незарегистрированного УЦ"),
    Case.REVOKED_TTP: (
        "a receipt by a TTP whose own certificate was revoked",
        "квитанция ДТС, чей сертификат отозван",
    ),
    Case.UNREACHABLE_TTP: ("the sender's TTP is unreachable", "ДТС отправителя недоступна"),
    Case.RECEIPT_TRAVELS_ALONG: (
        "the same, but its receipt travels with the document",
        "то же, но её квитанция пришла с документом",
    ),
    Case.UNKNOWN_ALGORITHM: (
        "an unknown algorithm, and no receipt",
        "неизвестный алгоритм, и квитанции нет",
    ),
}
_OUTCOME_WORDS = {
    Outcome.VALID: ("valid", "действительна"),
    Outcome.INVALID: ("NOT valid", "НЕ действительна"),
    Outcome.UNDETERMINED_FOR_GOOD: ("undetermined", "не определено"),
    Outcome.UNDETERMINED_FOR_NOW: ("undetermined for now", "пока не определено"),
}
_FOUND = {
    "HASH_FAILURE": ("The document was changed after signing", "Документ изменён после подписания"),
    "SIG_CRYPTO_FAILURE": ("The signature value is false", "Значение подписи неверно"),
    "REVOKED": (
        "The signer's certificate was revoked before signing",
        "Сертификат подписанта отозван до подписания",
    ),
    "EXPIRED": (
        "The signer's certificate had expired before signing",
        "Сертификат подписанта истёк до подписания",
    ),
}
_WAYS = {Way.ONLINE: ("asked", "запрос"), Way.OFFLINE: ("carried", "с документом")}
_REASONS = {
    (Way.ONLINE, True, True): (
        "the reader's TTP asked the sender's, checked its receipt by the register, and relies on it",
        "ДТС читателя спросила ДТС отправителя, проверила её квитанцию по реестру и полагается на неё",
    ),
    (Way.ONLINE, True, False): (
        "the reader has no TTP: it asked the sender's itself, and checked its receipt by the register",
        "у читателя нет ДТС: он сам спросил ДТС отправителя и проверил её квитанцию по реестру",
    ),
    (Way.ONLINE, False, True): (
        "the sender has no TTP: the reader's judged by the sender's registered CA",
        "у отправителя нет ДТС: ДТС читателя проверила по зарегистрированному УЦ отправителя",
    ),
    (Way.OFFLINE, True, True): (
        "the receipt of the sender's TTP came along; checked by the register, nobody was asked",
        "квитанция ДТС отправителя пришла с документом; проверена по реестру, никого не спрашивали",
    ),
    (Way.OFFLINE, False, True): (
        "no receipt: the reader judged by the sender's registered CA, nobody was asked",
        "без квитанции: читатель проверил по зарегистрированному УЦ отправителя, никого не спрашивали",
    ),
}
_REASONS[Way.OFFLINE, True, False] = _REASONS[Way.OFFLINE, True, True]
_REASONS[Way.ONLINE, False, False] = _REASONS[Way.OFFLINE, False, True]
_REASONS[Way.OFFLINE, False, False] = _REASONS[Way.OFFLINE, False, True]
"""Why a crossing succeeds, by way, whether the sender has a TTP, and whether the reader has one."""


class DemoText:
    """All sentences of the demonstration in one language."""

    def __init__(self, language: Language, members: tuple[Member, ...], *, unicode: bool) -> None:
        self._language = language
        self._members = members
        marks = ("✓", "✗", "?", "…", "·") if unicode else ("+", "x", "?", "~", ".")
        self._marks = dict(
            zip(
                (
                    Outcome.VALID,
                    Outcome.INVALID,
                    Outcome.UNDETERMINED_FOR_GOOD,
                    Outcome.UNDETERMINED_FOR_NOW,
                    None,
                ),
                marks,
                strict=True,
            )
        )

    def say(self, english: str, russian: str) -> str:
        """The one of two wordings that the reader understands."""
        return pick(self._language, english, russian)

    def progress(self, step: Step, parameters: Mapping[str, Any]) -> str | None:
        """A line for an event; None for one that needs none."""
        p = parameters
        match step:
            case Step.BUILDING:
                return self.say(
                    f"Building a Commission and {p['members']} members: authorities, people, documents …",
                    f"Строим Комиссию и участников ({p['members']}): центры, люди, документы …",
                )
            case Step.STARTING:
                return self.say(
                    f"Starting {p['nodes']} trusted third parties, each a process of its own …",
                    f"Запускаем доверенные третьи стороны ({p['nodes']}), каждая — свой процесс …",
                )
            case Step.STARTED:
                return "\n".join([self.say("They answer:", "Они отвечают:"), *self._nodes(p)])
            case Step.CROSSING:
                return self.say(
                    f"Sending every document to every other member ({p['pairs']} crossings, two ways) …",
                    f"Шлём каждый документ каждому другому участнику ({p['pairs']} переходов, два пути) …",
                )
            case Step.PLAYING:
                return self.say("Trying: ", "Пробуем: ") + self.say(*_CASE_NAMES[p["case"]])
            case _:
                return None

    def _nodes(self, parameters: Mapping[str, Any]) -> list[str]:
        lines = []
        for member in self._members:
            name = self.say(*member.name)
            if endpoint := parameters["endpoints"].get(member.code):
                process = parameters["processes"][member.code]
                where = f"{endpoint} ({self.say('process', 'процесс')} {process})"
            else:
                where = self.say("no TTP; its CA is registered", "без ДТС; её УЦ зарегистрирован")
            lines.append(f"  {member.code}  {name:<12} {member.algorithm:<34} {where}")
        return lines

    def results(self, results: Results, folder: str, seconds: float) -> str:
        """The matrix, the reasons, the cases and the verdict."""
        blocks = [self._matrix(results), self._reasons(results)]
        if results.cases:
            blocks.append(self._cases(results))
        blocks.append(self._verdict(results, folder, seconds))
        return "\n" + "\n\n".join(blocks)

    def _matrix(self, results: Results) -> str:
        rows = {(row.sender, row.reader, row.way): row for row in results.crossings}
        codes = [member.code for member in results.members]
        lines = [
            self.say(
                "Who believes whom: documents of the row in the column; left mark asked, right mark carried",
                "Кто кому верит: документы строки у участника столбца; слева — запрос, справа — с документом",
            ),
            "",
            (f"{'':<18}" + "".join(f"{code:<6}" for code in codes)).rstrip(),
        ]
        for member in results.members:
            cells = []
            for code in codes:
                if code == member.code:
                    cells.append(f"{self._marks[None]:<6}")
                    continue
                pair = [rows[member.code, code, way] for way in Way]
                cells.append(f"{' '.join(self._mark(row) for row in pair):<6}")
            lines.append(f"  {member.code} {self.say(*member.name):<13}" + "".join(cells).rstrip())
        legend = ", ".join(f"{self._marks[o]} {self.say(*words)}" for o, words in _OUTCOME_WORDS.items())
        return "\n".join([*lines, "", f"  {legend}"])

    def _mark(self, row: Row) -> str:
        return self._marks[row.actual.outcome] + ("" if row.as_expected else "!")

    def _reasons(self, results: Results) -> str:
        """Each reason once, in words, with who it holds for."""
        groups: dict[tuple[Way | None, str, Outcome], list[Row]] = defaultdict(list)
        for row in results.crossings:
            groups[row.way, self._reason(row, results), row.actual.outcome].append(row)
        lines = [self.say("Why:", "Почему:")]
        for (way, reason, outcome), rows in groups.items():
            head = self.say(*_WAYS[way]) if way else ""
            lines.append(f"  {self._marks[outcome]} {len(rows):>2} × {head}: {visible(reason)}")
            lines.append(f"         {self._pairs(rows, results)}")
        return "\n".join(lines)

    def _reason(self, row: Row, results: Results) -> str:
        """Why a crossing came out as it did: by who has a TTP, or else in the words of the catalogue."""
        has_ttp = {member.code: member.ttp for member in results.members}
        if not row.as_expected or row.way is None:
            return row.reason(self._language.value)
        return self.say(*_REASONS[row.way, has_ttp[row.sender], has_ttp[row.reader]])

    def _pairs(self, rows: list[Row], results: Results) -> str:
        by_sender: dict[str, list[str]] = defaultdict(list)
        for row in rows:
            by_sender[row.sender].append(row.reader)
        everyone = len(results.members) - 1
        arrow = "→"
        parts = [
            f"{sender}{arrow}{self.say('all', 'все') if len(readers) == everyone else ','.join(readers)}"
            for sender, readers in by_sender.items()
        ]
        return "  ".join(parts)

    def _cases(self, results: Results) -> str:
        lines = [
            self.say("What must not be believed, and one contrast:", "Чему верить нельзя, и один контраст:")
        ]
        for row in results.cases:
            assert row.case is not None
            outcome = self.say(*_OUTCOME_WORDS[row.actual.outcome])
            surprise = "" if row.as_expected else self.say("  ← NOT as expected", "  ← НЕ как ожидалось")
            name = self.say(*_CASE_NAMES[row.case])
            lines.append(
                f"  {self._marks[row.actual.outcome]} {row.sender}→{row.reader}  {name}: {outcome}{surprise}"
            )
            failed = row.actual.outcome is Outcome.INVALID and row.actual.sub_indication
            sub = f" {self._found(row.actual.sub_indication)}" if failed else ""
            lines.append(f"           {moment_text(row.reason(self._language.value))}{sub}")
        return "\n".join(lines)

    def _found(self, sub_indication: str | None) -> str:
        """What the sub-indication says in words, its code behind them."""
        words = _FOUND.get(sub_indication or "", ("It failed a check", "Проверка не пройдена"))
        return f"{self.say(*words)} [{sub_indication}]."

    def _verdict(self, results: Results, folder: str, seconds: float) -> str:
        crossings, cases = len(results.crossings), len(results.cases)
        wrong = [row for row in (*results.crossings, *results.cases) if not row.as_expected]
        where = self.say(
            f"Everything is in {visible(folder)}; begin with {visible(folder)}/README.md.",
            f"Всё лежит в {visible(folder)}; начните с {visible(folder)}/README.md.",
        )
        if not wrong:
            return (
                self.say(
                    f"All {crossings} crossings and {cases} cases came out as expected, in {seconds:.1f} s.",
                    f"Все переходы ({crossings}) и случаи ({cases}) вышли как ожидалось, за {seconds:.1f} с.",
                )
                + f"\n{where}"
            )
        lines = [
            self.say(
                f"{len(wrong)} of {crossings + cases} did NOT come out as expected:",
                f"НЕ как ожидалось вышло {len(wrong)} из {crossings + cases}:",
            )
        ]
        for row in wrong:
            what = row.case or row.way
            was = f"{row.actual.outcome.value}/{row.actual.ground}"
            wanted = f"{row.expected.outcome.value}/{row.expected.ground}"
            lines.append(
                f"  {row.sender}→{row.reader} {what}: {was}, {self.say('expected', 'ожидалось')} {wanted}"
            )
        return "\n".join([*lines, where])

    def serving(self) -> str:
        """What to do while the nodes run."""
        return self.say(
            "The nodes keep running; ask them with trustspace receipt request. Ctrl-C stops them.",
            "Узлы продолжают работать; спрашивайте их через trustspace receipt request. Ctrl-C остановит их.",
        )
