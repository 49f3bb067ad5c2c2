"""The report for people: one honest sentence, then who, when, through whom, and what to do.

It is made from the JSON form of the report (the same words for programs and people) and the certificates
that the facts hold, which lend their names to the chain.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from trustspace.cli.language import Language
from trustspace.cli.plain_text import visible
from trustspace.cli.tree import label, moment_text
from trustspace.cli.words import in_russian, pick
from trustspace.encoding.certificate import Certificate
from trustspace.errors import TrustspaceError
from trustspace.validation.remarks import REMARKS

Row = Mapping[str, Any]

_COMMON_NAME, _ORGANISATION, _SURNAME, _GIVEN_NAME = "2.5.4.3", "2.5.4.10", "2.5.4.4", "2.5.4.42"
_WIDTH = 18
_SHOWN_SIGNATURES = 100
_END_OF_CHAIN = (
    " (not trusted here; its issuer is unknown)",
    " (здесь не доверенный; его издатель неизвестен)",
)

_VERDICTS = {
    "TOTAL-PASSED": ("valid", "действительна"),
    "TOTAL-FAILED": ("NOT valid", "НЕ действительна"),
    "INDETERMINATE": ("cannot be decided", "определить нельзя"),
}

_OF_TIMESTAMPS = _VERDICTS | {
    "TOTAL-PASSED": ("valid", "действителен"),
    "TOTAL-FAILED": ("NOT valid", "НЕ действителен"),
}
"""A time-stamp is of another gender in Russian."""


def person(certificate: Certificate | None, fallback: str | None = None) -> str:
    """Who a certificate speaks of, in a few words, safe to show."""
    if certificate is None:
        return visible(fallback or "?")
    try:
        name = certificate.subject.get(_COMMON_NAME)
        organisation = certificate.subject.get(_ORGANISATION)
    except TrustspaceError:
        return visible(fallback or "?")
    if name and organisation and name != organisation:
        return visible(f"{name} ({organisation})")
    return visible(name or organisation or str(certificate.subject) or fallback or "?")


def render(
    report: Row,
    certificates: Mapping[str, Certificate],
    language: Language,
    *,
    file: str,
    anchors: Collection[str] = (),
    notes: Sequence[str] = (),
) -> str:
    """The whole report as text.

    ``anchors`` are the SHA-256 of the trusted certificates, ``notes`` remarks of the command on its inputs.
    """
    return _Text(report, certificates, language, file, anchors).render(notes)


class _Text:
    def __init__(
        self,
        report: Row,
        certificates: Mapping[str, Certificate],
        language: Language,
        file: str,
        anchors: Collection[str],
    ) -> None:
        self.report = report
        self.certificates = certificates
        self.language = language
        self.file = visible(Path(file).name or file)
        self.anchors = anchors
        self.told: set[str] = set()
        """Causes that the signature at hand has been given already: each is told once."""

    def say(self, english: str, russian: str) -> str:
        return pick(self.language, english, russian)

    def render(self, notes: Sequence[str]) -> str:
        signatures: Sequence[Row] = self.report["signatures"]
        blocks = [self.sentence(signatures)]
        blocks += [visible(note) for note in notes]
        for cause in self.report.get("causes", ()):
            blocks.append("\n".join(self.cause(cause, indent=0)))
        for number, signature in enumerate(signatures[:_SHOWN_SIGNATURES], 1):
            blocks.append("\n".join(self.signature(signature, number, len(signatures))))
        if len(signatures) > _SHOWN_SIGNATURES:
            more = len(signatures) - _SHOWN_SIGNATURES
            blocks.append(
                self.say(
                    f"… and {more} more signatures (all with --json)", f"… и ещё {more} (все — с --json)"
                )
            )
        blocks.append("\n".join(self.footer()))
        return "\n\n".join(blocks) + "\n"

    def sentence(self, signatures: Sequence[Row]) -> str:
        """What a clerk needs to know, in one sentence that promises nothing more than was found."""
        if not signatures:
            return self.say(f"{self.file} holds no signature.", f"В {self.file} нет ни одной подписи.")
        if len(signatures) > 1:
            return self.sentence_of_several(signatures)
        signature = signatures[0]
        causes = signature["causes"]
        because = moment_text(causes[0]["message"]) if causes else ""
        match signature["indication"]:
            case "TOTAL-PASSED":
                who, what = self.signer(signature), self.signed(signature)
                return self.say(
                    f"The signature is valid: {who} signed {what}, and it has not changed since.",
                    f"Подпись действительна: {what} подписан ({who}) и с тех пор не изменён.",
                )
            case "TOTAL-FAILED":
                return self.say(
                    f"The signature is NOT valid. {because}", f"Подпись НЕ действительна. {because}"
                ).rstrip()
            case _:
                return self.say(
                    f"Whether the signature is valid cannot be decided. {because}",
                    f"Определить, действительна ли подпись, нельзя. {because}",
                ).rstrip()

    def sentence_of_several(self, signatures: Sequence[Row]) -> str:
        count = {
            indication: sum(s["indication"] == indication for s in signatures) for indication in _VERDICTS
        }
        total = len(signatures)
        passed, failed, open_ = count.values()
        if passed == total:
            return self.say(
                f"All {total} signatures of {self.file} are valid, and it has not changed since.",
                f"Все подписи ({total}) под {self.file} действительны, и он с тех пор не изменён.",
            )
        return self.say(
            f"Of {total} signatures of {self.file}, {passed} are valid, {failed} are NOT valid,"
            f" {open_} cannot be decided.",
            f"Из {total} подписей под {self.file} действительны {passed}, НЕ действительны {failed},"
            f" определить нельзя {open_}.",
        )

    def signed(self, signature: Row) -> str:
        """What was signed, by the name of the document where it stands beside its signature."""
        names = [entry["name"] for entry in signature["scope"] if entry["name"]]
        return visible(names[0]) if len(names) == 1 and names[0] != "content" else self.file

    def signer(self, row: Row) -> str:
        signer = row["signer"]
        if signer is None:
            return self.say("an unknown signer", "неизвестный подписант")
        return person(self.certificates.get(signer["certificate_sha256"]), signer["subject"])

    def line(self, english: str, russian: str, value: str) -> str:
        return f"  {self.say(english, russian):<{_WIDTH}} {value}"

    def signature(self, signature: Row, number: int, total: int) -> list[str]:
        self.told.clear()
        verdict = self.say(*_VERDICTS.get(signature["indication"], (signature["indication"],) * 2))
        title = self.say(f"Signature {number} of {total}", f"Подпись {number} из {total}")
        standard = "/".join(filter(None, (signature["indication"], signature["sub_indication"])))
        lines = [f"{title}: {verdict} ({standard})"]
        if parent := signature.get("counter_signature_of"):
            lines.append(self.line("Counter-signs", "Удостоверяет", visible(parent)))
        lines.append(self.line("Signed by", "Подписал", self.signer(signature)))
        lines += self.identity(signature)
        lines += self.times(signature)
        form = f"{signature['format']} {signature['level']}"
        lines.append(self.line("Form", "Вид", visible(form)))
        used = ", ".join(visible(value) for value in signature["algorithms"].values() if value)
        if used:
            lines.append(self.line("Algorithms", "Алгоритмы", used))
        lines += self.scope(signature)
        lines += self.chain(signature["certificate_chain"])
        for cause in signature["causes"]:
            lines += self.cause(cause, indent=2)
        lines += self.timestamps(signature["timestamps"])
        for note in signature.get("notes", ()):
            if note["code"] in REMARKS:
                lines.append(f"  {self.say('Note', 'Замечание')}: {moment_text(note['message'])}")
        return lines

    def identity(self, signature: Row) -> list[str]:
        signer = signature["signer"]
        if not signer or not signer["identity"]:
            return []
        shown = [f"{label(kind, self.language)} {value}" for kind, value in signer["identity"].items()]
        return [self.line("Identity", "Идентификаторы", visible(", ".join(shown)))]

    def times(self, signature: Row) -> list[str]:
        lines = []
        if claimed := signature["claimed_signing_time"]:
            value = moment_text(claimed) + self.say(" (as the signer says)", " (по словам подписанта)")
            lines.append(self.line("Claimed time", "Заявленное время", value))
        if signature.get("best_signature_time_proven_by"):
            value = self.say("existed on ", "существовала на ") + moment_text(
                signature["best_signature_time"]
            )
            value += self.say(" (time-stamp)", " (штамп времени)")
        else:
            value = self.say("none: only that it exists now", "нет: известно лишь, что она существует сейчас")
        lines.append(self.line("Proven time", "Доказанное время", value))
        return lines

    def scope(self, signature: Row) -> list[str]:
        lines = []
        for entry in signature["scope"]:
            state = {
                True: self.say("unchanged", "не изменено"),
                False: self.say("CHANGED", "ИЗМЕНЕНО"),
                None: self.say("not checked", "не проверено"),
            }[entry["intact"]]
            name = visible(entry["name"] or self.say("the content", "содержимое"))
            algorithm = visible(entry["digest_algorithm"] or "?")
            lines.append(self.line("Covers", "Охватывает", f"{name}: {state} ({algorithm})"))
        return lines

    def chain(self, chain: Sequence[str]) -> list[str]:
        lines = []
        for depth, digest in enumerate(chain):
            who = person(self.certificates.get(digest), digest[:16])
            mark = "" if depth == 0 else "  " * (depth - 1) + self.say("└ issued by ", "└ выдал ")
            if depth == len(chain) - 1:
                trusted = digest in self.anchors
                who += self.say(*((" (trusted)", " (доверенный)") if trusted else _END_OF_CHAIN))
            lines.append(
                self.line("Chain", "Цепочка", mark + who) if depth == 0 else f"  {'':<{_WIDTH}} {mark}{who}"
            )
        return lines

    def timestamps(self, timestamps: Sequence[Row]) -> list[str]:
        lines = []
        for timestamp in timestamps:
            verdict = self.say(*_OF_TIMESTAMPS.get(timestamp["indication"], (timestamp["indication"],) * 2))
            when = moment_text(timestamp["time"] or "?")
            value = f"{when}, {self.signer(timestamp)}: {verdict}"
            lines.append(self.line("Time-stamp", "Штамп времени", value))
            for cause in timestamp["causes"]:
                lines += self.cause(cause, indent=4)
        return lines

    def cause(self, cause: Row, *, indent: int) -> list[str]:
        pad = " " * indent
        message = moment_text(cause["message"])
        if message in self.told:
            return []
        self.told.add(message)
        lines = [f"{pad}{self.say('Why', 'Почему')}: {message}"]
        if cause["remedy"]:
            lines.append(f"{pad}{self.say('What to do', 'Что делать')}: {moment_text(cause['remedy'])}")
        return lines

    def engine(self, text: str) -> str:
        """The modules that judged, with what is said of them in the reader's language."""
        for term in ("not certified", "algorithm end dates"):
            text = text.replace(term, self.say(term, in_russian(term)))
        return text

    def footer(self) -> list[str]:
        report = self.report
        policy = report["policy"]
        return [
            self.say("Judged as at ", "Проверено на ")
            + moment_text(report["control_time"])
            + self.say(", policy ", ", политика ")
            + visible(policy["name"]),
            self.say("Trust snapshot ", "Снимок доверия ") + visible(report["snapshot"]),
            self.say("Evidence       ", "Доказательства ") + visible(report["evidence"]),
            self.say("Engine         ", "Программа      ") + visible(self.engine(report["engine"])),
        ]
