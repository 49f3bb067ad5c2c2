"""The README that a demonstration space carries: what is where, and what to try in it."""

from __future__ import annotations

from importlib import resources
from string import Template

from trustspace.demo.expected import Roles
from trustspace.demo.members import Member

_TRY = "\n## What to try"


def text(members: tuple[Member, ...], roles: Roles | None) -> str:
    """The README's text; without the things to try where the members cannot play the parts."""
    template = (resources.files("trustspace.demo") / "space_readme.md").read_text(encoding="utf-8")
    rows = "\n".join(f"| `{m.code}/` | {m.name[0]}: {m.algorithm}; {_kind(m)} |" for m in members)
    if roles is None:
        return Template(template.partition(_TRY)[0]).substitute(members=rows)
    return Template(template).substitute(
        members=rows, a=roles.sender.code, b=roles.reader.code, person=roles.sender.signer.slug
    )


def _kind(who: Member) -> str:
    if who.stand_in:
        return "known only through its own TTP"
    return "its own TTP" if who.ttp else "no TTP; its CA is registered"
