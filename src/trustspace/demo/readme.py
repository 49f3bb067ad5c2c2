"""The README that a demonstration space carries: what is where, and what to try in it."""

from __future__ import annotations

from trustspace.demo.expected import Roles
from trustspace.demo.members import Member

_HEAD = """# A demonstration trust space

Everything here is invented and binds nobody: the authorities, the people, their identifiers and documents.
The cryptography and the processes are real. Private keys lie open beside their certificates; use them for
nothing else. `trustspace demo` may replace this folder, since `space.json` marks it as its own.

| folder | what |
|---|---|
| `commission/` | the CA of the TTP service: its certificate, its CRL, the signed register |
{rows}
| `crossings/A-B/` | A's document in B: the document, `travelling.dvc` (A's receipt, which came with it), `receipt.dvc` (the receipt that B's reader got) |
| `cases/` | what must not be believed, one folder each |
| `results.json` | what was expected of every crossing and case, and what came out |

Inside a member's folder: `authority/` (root, issuing CA, OCSP, TSA), `people/`, `documents/`, `trust/` (all
that a reader there trusts) and `node/` (its trusted third party).
"""

_TRY = """
## What to try

Run these in this folder. At home a document is valid by the home state's own authorities:

```
trustspace validate {a}/documents/document.txt.p7m --trust {a}/trust
```

Abroad nobody trusts those authorities, so it cannot be decided, and the receipt decides:

```
trustspace validate crossings/{a}-{b}/document.txt.p7m --trust {b}/trust
trustspace receipt verify crossings/{a}-{b}/travelling.dvc --document crossings/{a}-{b}/document.txt.p7m --trust {b}/trust
trustspace receipt verify crossings/{a}-{b}/receipt.dvc --document crossings/{a}-{b}/document.txt.p7m --trust {b}/trust
```

A changed document, and a receipt made with a stolen and revoked key:

```
trustspace validate cases/changed-document/document.txt.p7m --trust {a}/trust
trustspace receipt verify cases/revoked-ttp/travelling.dvc --document cases/revoked-ttp/document.txt.p7m --trust {b}/trust
```

Look inside anything:

```
trustspace inspect {a}/people/{person}.cer
trustspace inspect crossings/{a}-{b}/receipt.dvc
trustspace inspect commission/register.p7m
```
"""


def text(members: tuple[Member, ...], roles: Roles | None) -> str:
    """The README's text."""
    rows = "\n".join(f"| `{m.code}/` | {m.name[0]}: {m.algorithm}; {_kind(m)} |" for m in members)
    head = _HEAD.format(rows=rows)
    if roles is None:
        return head
    return head + _TRY.format(a=roles.sender.code, b=roles.reader.code, person=roles.sender.signer.slug)


def _kind(who: Member) -> str:
    if who.stand_in:
        return "known only through its own TTP"
    return "its own TTP" if who.ttp else "no TTP; its CA is registered"
