"""What ``trustspace authority`` says, in both languages, and its JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from trustspace.authority.acts import Act, OfficerAdd, OfficerRemove, RegisterAuthority, SetQuorum
from trustspace.authority.reading import time_text
from trustspace.authority.state import State
from trustspace.authority.values import CrlIssue, Decision, Issued, status_at
from trustspace.cli.console import Console
from trustspace.cli.plain_text import json_text, visible
from trustspace.encoding.certificate import Certificate
from trustspace.trust.register import Register

_STATUSES = {
    "granted": ("granted", "действует"),
    "suspended": ("suspended", "приостановлена"),
    "withdrawn": ("withdrawn", "отозвана"),
    "good": ("good", "действует"),
    "held": ("suspended", "приостановлен"),
    "revoked": ("revoked", "отозван"),
}
_KINDS = {
    "ceremony": ("ceremony", "церемония"),
    "register-ttp": ("register TTP", "регистрация ДТС"),
    "certify": ("certificates for TTP", "сертификаты ДТС"),
    "register-authority": ("register CA", "регистрация УЦ"),
    "suspend": ("suspend", "приостановление"),
    "resume": ("resume", "возобновление"),
    "revoke": ("revoke", "отзыв"),
    "officer-add": ("add officer", "назначение уполномоченного"),
    "officer-remove": ("remove officer", "снятие уполномоченного"),
    "quorum": ("quorum", "число подписей"),
    "renew": ("new key", "новый ключ"),
}


def about(act: Act, console: Console) -> str:
    """An act in a few words: what it does, to whom."""
    payload = act.payload
    subject: object = getattr(payload, "target", None) or getattr(payload, "member", None)
    subject = subject or getattr(payload, "service", None)
    if isinstance(payload, OfficerAdd | RegisterAuthority):
        subject = payload.name
    elif isinstance(payload, OfficerRemove):
        subject = payload.certificate[:16]
    elif isinstance(payload, SetQuorum):
        subject = payload.quorum
    kind = console.say(*_KINDS[act.kind.value])
    return visible(kind if subject is None else f"{kind}: {subject}")


def _decision_values(state: State, decision: Decision) -> dict[str, Any]:
    return {
        "act": decision.act.digest,
        "kind": decision.act.kind.value,
        "signatures": state.signatures(decision),
        "quorum": state.quorum,
        "effective": None if decision.effective is None else time_text(decision.effective),
    }


def show_decision(state: State, decision: Decision, console: Console, *, as_json: bool) -> None:
    """An act after a signature: how many it has, and whether it holds."""
    if as_json:
        console.print(json_text(_decision_values(state, decision)))
        return
    digest, count = decision.act.digest, state.signatures(decision)
    lines = [f"{about(decision.act, console)}", digest]
    if decision.effective is not None:
        since = time_text(decision.effective)
        lines.append(console.say(f"In effect since {since}.", f"В силе с {since}."))
    else:
        lines.append(
            console.say(
                f"{count} of {state.quorum} signatures: no effect yet."
                f" Next officer: trustspace authority approve {digest[:12]} --key …",
                f"Подписей: {count} из {state.quorum}; решение пока не в силе."
                f" Следующему уполномоченному: trustspace authority approve {digest[:12]} --key …",
            )
        )
    console.print("\n".join(lines))


def show_act(state: State, decision: Decision, console: Console) -> None:
    """An act as it will be signed, with who has signed it; JSON in any case, since that is what is signed."""
    known = {o.certificate.sha256: o.name for o in state.ceremony.officers}
    known |= {sha256: officer.name for sha256, officer in state.officers.items()}
    signers = [{"certificate_sha256": s, "name": known.get(s)} for s in decision.signers]
    values = {**_decision_values(state, decision), "signed_by": signers, "content": decision.act.to_json()}
    console.print(json_text(values))


def show_issued(made: Sequence[tuple[Certificate, Path]], console: Console, *, as_json: bool) -> None:
    """Certificates, and where they lie."""
    if as_json:
        rows = [{"certificate_sha256": c.sha256, "file": str(path)} for c, path in made]
        console.print(json_text({"certificates": rows}))
        return
    console.print("\n".join(f"{visible(c.subject)}\n  {c.sha256}\n  {visible(path)}" for c, path in made))


def show_crl(crl: CrlIssue, console: Console, *, as_json: bool) -> None:
    """A CRL that was issued."""
    until = time_text(crl.next_update)
    if as_json:
        console.print(json_text({"issuer": crl.issuer.value, "number": crl.number, "next_update": until}))
        return
    console.print(
        console.say(
            f"CRL number {crl.number} ({crl.issuer.value}), the next by {until}.",
            f"Список отзыва № {crl.number} ({crl.issuer.value}), следующий до {until}.",
        )
    )


def show_register(register: Register, path: Path, console: Console, *, as_json: bool) -> None:
    """The register that was published."""
    until = time_text(register.next_update)
    if as_json:
        values = {"sequence": register.sequence, "sha256": register.sha256, "next_update": until}
        console.print(json_text({**values, "file": str(path)}))
        return
    members = ", ".join(register.members) or "—"
    console.print(
        console.say(
            f"Register number {register.sequence}, good until {until}: {members}.\n{visible(path)}",
            f"Реестр № {register.sequence}, действует до {until}: {members}.\n{visible(path)}",
        )
    )


def show_file(path: str, console: Console, *, as_json: bool) -> None:
    """A file that was written."""
    console.print(json_text({"file": path}) if as_json else visible(path))


def show_verified(state: State, console: Console, *, as_json: bool) -> None:
    """The journal holds."""
    if as_json:
        values = {"records": state.records, "head": state.head, "ceremony": state.ceremony_act}
        console.print(json_text({**values, "last": time_text(state.time)}))
        return
    console.print(
        console.say(
            f"The journal holds: {state.records} records, the last of {time_text(state.time)}.\n"
            f"Ceremony {state.ceremony_act}\nHead     {state.records}:{state.head}",
            f"Журнал не нарушен: записей {state.records}, последняя {time_text(state.time)}.\n"
            f"Церемония {state.ceremony_act}\nПоследняя {state.records}:{state.head}",
        )
    )


# --- The state ----------------------------------------------------------------------------------------------


def _periods(history: Sequence[Any], moment: datetime) -> list[dict[str, Any]]:
    rows = []
    for each in history:
        if each.since > moment:
            continue
        row = {"status": each.status.value, "since": time_text(each.since), "ground": each.ground}
        for name in ("announced", "invalid_since"):
            if getattr(each, name, None) is not None:
                row[name] = time_text(getattr(each, name))
        if getattr(each, "reason", None) is not None:
            row["reason"] = each.reason.value
        rows.append(row)
    return rows


def state_values(state: State, moment: datetime) -> dict[str, Any]:
    """Who was registered at a moment, with which certificates; officers and open acts are today's."""

    def certificate(issued: Issued) -> dict[str, Any]:
        now = issued.at(moment)
        return {
            "sha256": issued.certificate.sha256,
            "serial": f"{issued.certificate.serial:x}",
            "subject": str(issued.certificate.subject),
            "purpose": issued.purpose,
            "status": None if now is None else now.status.value,
            "history": _periods(issued.history, moment),
        }

    known = [each for each in state.issued.values() if each.at(moment) is not None]
    services = []
    for member, service in sorted(state.services.items()):
        period = status_at(service.history, moment)
        if period is None and service.history:
            continue
        services.append(
            {
                "member": member,
                "name": service.name,
                "status": None if period is None else period.status.value,
                "endpoints": dict(service.endpoints),
                "history": _periods(service.history, moment),
                "certificates": [certificate(each) for each in known if each.member == member],
            }
        )
    authorities = []
    for each in state.authorities.values():
        period = status_at(each.history, moment)
        if period is not None:
            authorities.append(
                {
                    "member": each.member,
                    "name": each.name,
                    "certificate_sha256": each.certificate.sha256,
                    "status": period.status.value,
                    "history": _periods(each.history, moment),
                }
            )
    return {
        "space": state.space,
        "at": time_text(moment),
        "records": state.records,
        "quorum": state.quorum,
        "officers": [
            {"name": officer.name, "certificate_sha256": sha256} for sha256, officer in state.officers.items()
        ],
        "ttps": services,
        "authorities": authorities,
        "own_certificates": [certificate(each) for each in known if each.member is None],
        "open_acts": [_decision_values(state, d) for d in state.decisions.values() if d.effective is None],
    }


def show_state(state: State, moment: datetime, console: Console, *, as_json: bool) -> None:
    """The same as a text."""
    values = state_values(state, moment)
    if as_json:
        console.print(json_text(values))
        return

    def status(value: str | None) -> str:
        return (
            console.say("not yet certified", "ещё без сертификата")
            if value is None
            else console.say(*_STATUSES[value])
        )

    lines = [f"{visible(state.space)}, {values['at']}"]
    for ttp in values["ttps"]:
        lines.append(f"{ttp['member']}  {visible(ttp['name'])}: {status(ttp['status'])}")
        lines += [f"    {p['since']}  {status(p['status'])}  {visible(p['ground'])}" for p in ttp["history"]]
        for each in ttp["certificates"]:
            lines.append(f"    {each['sha256'][:16]}  {each['purpose']}: {status(each['status'])}")
    for each in values["authorities"]:
        lines.append(
            f"{each['member']}  {visible(each['name'])} ({console.say('CA', 'УЦ')}): {status(each['status'])}"
        )
    names = ", ".join(visible(officer["name"]) for officer in values["officers"])
    lines.append(
        console.say(
            f"Officers ({state.quorum} sign an act): {names}",
            f"Уполномоченные (подписей на решение: {state.quorum}): {names}",
        )
    )
    for decision in state.decisions.values():
        if decision.effective is None:
            count = f"{state.signatures(decision)}/{state.quorum}"
            lines.append(
                f"{console.say('Waits', 'Ждёт')} {count}: {about(decision.act, console)}"
                f" ({decision.act.digest[:12]})"
            )
    console.print("\n".join(lines))


# --- The ceremony -------------------------------------------------------------------------------------------


def ceremony_values(state: State) -> dict[str, Any]:
    """The ceremony's record for programs: the act, its digest, who has signed it."""
    decision = state.decisions[state.ceremony_act]
    return {
        "act": state.ceremony_act,
        "ceremony": decision.act.to_json(),
        "certificates": {name: c.sha256 for name, c in state.ceremony.certificates.each},
        "signed_by": list(decision.signers),
        "established": state.established,
    }


def ceremony_text(state: State, console: Console) -> str:
    """The ceremony's record to be printed and signed by hand as well."""
    ceremony, say = state.ceremony, console.say
    decision = state.decisions[state.ceremony_act]
    lines = [
        say("RECORD OF THE KEY CEREMONY", "ПРОТОКОЛ ЦЕРЕМОНИИ СОЗДАНИЯ КЛЮЧЕЙ"),
        say("CA of the TTP service", "Удостоверяющий центр службы ДТС"),
        "",
        f"{say('Space', 'Пространство')}: {visible(state.space)}",
        f"{say('Place', 'Место')}: {visible(ceremony.place)}",
        f"{say('Time', 'Время')}: {time_text(ceremony.began)} — {time_text(ceremony.ended)}",
        f"{say('Address', 'Адрес публикации')}: {visible(ceremony.address)}",
        f"{say('Signatures that an act needs', 'Подписей на решение')}: {ceremony.quorum}",
        f"{say('Software', 'Программа')}: {visible(ceremony.software.name)}"
        f" {visible(ceremony.software.version)}",
        f"  SHA-256 {ceremony.software.sha256}",
        "",
        say("Certificates (SHA-256)", "Сертификаты (SHA-256)"),
    ]
    for name, certificate in ceremony.certificates.each:
        lines += [f"  {name}: {visible(certificate.subject)}", f"    {certificate.sha256}"]
        until = time_text(certificate.not_after)
        lines.append(f"    {say('until', 'до')} {until}, {say('serial', 'номер')} {certificate.serial:x}")
    lines += ["", say("Custody of the keys", "Хранение ключей")]
    for each in ceremony.custody:
        lines.append(f"  {visible(each.key)}: {visible(each.place)}; {visible(each.module)}")
    lines += ["", say("Officers", "Уполномоченные")]
    for officer in ceremony.officers:
        signed = officer.certificate.sha256 in decision.signers
        mark = say("signed", "подписал(а)") if signed else say("NOT YET SIGNED", "ЕЩЁ НЕ ПОДПИСАЛ(А)")
        lines.append(f"  {visible(officer.name)}: {mark}   ____________________")
        lines.append(f"    {officer.certificate.sha256}")
    if ceremony.participants:
        lines += ["", say("Also present", "Также присутствовали")]
        for participant in ceremony.participants:
            lines.append(f"  {visible(participant.name)}, {visible(participant.role)}   ____________________")
    lines += [
        "",
        say("Digest of this record (SHA-256)", "Хэш протокола (SHA-256)"),
        f"  {state.ceremony_act}",
    ]
    if not state.established:
        lines += [
            "",
            say(
                "Nothing can be decided before enough officers have signed:"
                " trustspace authority approve ceremony --key …",
                "До подписи достаточного числа уполномоченных решения невозможны:"
                " trustspace authority approve ceremony --key …",
            ),
        ]
    return "\n".join(lines) + "\n"
