"""``trustspace node init``: a new node, from flags and, at a terminal, from answers."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path

from trustspace.cli.console import Console
from trustspace.cli.errors import CommandError
from trustspace.cli.exit_codes import ExitCode
from trustspace.cli.plain_text import json_text, visible
from trustspace.keys.secrets import ask_on_terminal
from trustspace.keys.token.uri import is_token_uri, parse_token_uri
from trustspace.node.setting_up import KeyPlan, KeyPurpose, NewNode, NodePlan, SetUpRefused, set_up
from trustspace.receipts.profiles import Suite, profile, suite


def run(options: argparse.Namespace, console: Console) -> int:
    """Set up; raises whatever hinders, before anything is written where that can be known."""
    path = Path(options.config)
    if path.exists():
        raise SetUpRefused(path=str(path))
    plan = _plan(options, console)
    made = set_up(path, plan, console.language.value, random=os.urandom, ask=_ask_twice)
    if options.json:
        console.print(json_text(_values(made)))
    else:
        console.print(_text(made, plan, console))
    return ExitCode.DONE


# --- What is wanted -----------------------------------------------------------------------------------------


def _plan(options: argparse.Namespace, console: Console) -> NodePlan:
    member = _wanted(options.member, "--member", console, "The member's code", "Код участника").lower()
    name = _wanted(options.name, "--name", console, "The TTP's name", "Имя ДТС")
    chosen = profile(options.profile or "rfc3029")
    signs = suite(options.suite) if options.suite else chosen.suite
    count = 2 if signs is Suite.BOTH else 1
    references = options.key or (["keys/ttp.key"] if count == 1 else ["keys/ttp.key", "keys/ttp-common.key"])
    kinds = list(options.kind)
    if not options.key and not kinds:
        kinds = [
            _wanted(None, "--kind", console, f"Kind of the key {each}", f"Вид ключа {each}")
            for each in references
        ]
    if len(references) != count or len(kinds) not in (0, count):
        raise CommandError("NODE_OPTION_NEEDED", option="--key, --kind" + (" (2)" if count == 2 else ""))
    names = ("ttp", "ttp-common")
    keys = tuple(
        _with_secret(KeyPlan(reference, names[i], KeyPurpose.RECEIPTS, kind), options, console)
        for i, (reference, kind) in enumerate(zip_longest(references, kinds))
    )
    stamps: KeyPlan | str
    if options.tsa_key or options.tsa_kind:
        own = KeyPlan(options.tsa_key or "keys/tsa.key", "tsa", KeyPurpose.TIME_STAMPS, options.tsa_kind)
        stamps = _with_secret(own, options, console)
    else:
        stamps = _wanted(
            options.tsa_url,
            "--tsa-url",
            console,
            "Address of the time-stamp authority",
            "Адрес службы штампов времени",
        )
    default = NodePlan(member, name, keys, stamps)
    return NodePlan(
        member=member,
        name=name,
        keys=keys,
        time_stamps=stamps,
        listen=options.listen or default.listen,
        profile=options.profile or default.profile,
        suite=options.suite,
        second_imprint=options.second_imprint,
        database=options.database,
        anchors=tuple(options.anchors) or default.anchors,
        register=options.register or default.register,
        register_anchors=tuple(options.register_anchor) or default.register_anchors,
        evidence=tuple(options.evidence) or default.evidence,
        subject=tuple(_pair(text) for text in options.subject),
    )


def _with_secret(key: KeyPlan, options: argparse.Namespace, console: Console) -> KeyPlan:
    if is_token_uri(key.reference) and parse_token_uri(key.reference).pin_source is not None:
        return replace(key, certified=options.certified)
    if options.secret is None and key.kind is not None and not is_token_uri(key.reference):
        options.secret = _wanted(
            None,
            "--secret",
            console,
            "Where the keys' password is (env:NAME, file:PATH, prompt)",
            "Где пароль ключей (env:ИМЯ, file:ПУТЬ, prompt)",
        )
    return replace(key, secret=options.secret, certified=options.certified)


def _wanted(value: str | None, option: str, console: Console, english: str, russian: str) -> str:
    """The value of an option; who sits at a terminal is asked for a missing one, nobody else is."""
    if value is None and sys.stdin is not None and sys.stdin.isatty():
        sys.stderr.write(f"{console.say(english, russian)}: ")
        sys.stderr.flush()
        value = sys.stdin.readline().strip()
    if not value:
        raise CommandError("NODE_OPTION_NEEDED", option=option)
    return value


def _ask_twice(text: str) -> str:
    """A new password: typed twice, since nobody could correct a slip."""
    first = ask_on_terminal(text)
    if first != ask_on_terminal(text):
        raise CommandError("NODE_PASSWORD_DIFFERS")
    return first


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name or not value:
        raise CommandError("AUTHORITY_ARGUMENT", option="--subject", value=text)
    return name, value


# --- What was done ------------------------------------------------------------------------------------------


def _values(made: NewNode) -> dict[str, object]:
    return {
        "config": str(made.config),
        "keys": [
            {
                "key": each.plan.reference,
                "made": each.made,
                "request": str(each.request),
                "request_sha256": each.sha256,
            }
            for each in made.requests
        ],
    }


def _text(made: NewNode, plan: NodePlan, console: Console) -> str:
    say = console.say
    base = made.config.parent
    lines = [f"{say('Written', 'Записано')}: {visible(made.config)}"]
    for each in made.requests:
        what = say("Key made", "Создан ключ") if each.made else say("Key attached", "Подключён ключ")
        lines.append(f"{what}: {visible(each.plan.reference)}")
        lines.append(f"  {say('its request', 'запрос к нему')}: {visible(each.request)}")
        lines.append(f"  SHA-256: {each.sha256}")
    anchors = ", ".join(visible(base / each) for each in plan.anchors)
    evidence = ", ".join(visible(base / each) for each in plan.evidence)
    roots = ", ".join(visible(base / each) for each in plan.register_anchors)
    config = visible(made.config)
    steps = [
        say(
            "Send the requests to the CA of the TTP service, and compare their SHA-256 with it by telephone.",
            "Отправьте запросы в УЦ службы ДТС и сверьте с ним их SHA-256 по телефону.",
        ),
        say(
            f"Put the certificate of that CA at {roots}, its register at {visible(base / plan.register)}.",
            f"Положите сертификат этого УЦ в {roots}, его реестр — в {visible(base / plan.register)}.",
        ),
        say(
            f"Put the certificates of your own authorities at {anchors}; their CRLs and that of the CA of the"
            f" TTP service at {evidence}.",
            f"Положите сертификаты своих УЦ в {anchors}; их списки отзыва и список УЦ службы ДТС —"
            f" в {evidence}.",
        ),
        say(
            f"When a certificate is issued: trustspace node attach --config {config} --certificate FILE",
            f"Когда сертификат выпущен: trustspace node attach --config {config} --certificate ФАЙЛ",
        ),
        say(
            f"See what is not ready: trustspace node check --config {config}",
            f"Посмотрите, что не готово: trustspace node check --config {config}",
        ),
    ]
    if plan.database is not None:
        command = f"trustspace node migrate --config {config}"
        steps.insert(-1, say(f"Make the tables: {command}", f"Создайте таблицы: {command}"))
    lines += ["", say("Next:", "Дальше:")]
    lines += [f"  {number}. {step}" for number, step in enumerate(steps, 1)]
    return "\n".join(lines)
