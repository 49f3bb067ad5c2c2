"""Trust made public: the register, every member's trust folder, every node's configuration."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from trustspace.demo.authority import AGE, Authority, Random
from trustspace.demo.build import load_holder, signer_kinds
from trustspace.demo.layout import Space, write
from trustspace.demo.members import Member
from trustspace.lists.register import publish_register
from trustspace.trust.register import (
    AuthorityEntry,
    Register,
    ServiceStatus,
    StatusPeriod,
    TtpEntry,
)

REGISTER_LIFE = timedelta(days=90)
SPACE_NAME = "Demonstration trust space"


_STAND_IN_POLICY = """\
# As basic, for a TTP that answers for an algorithm of its own: the end dates that trustspace ships with do
# not know it, and what they do not know is not believed.
description = "Own algorithm (demonstration)"

[algorithms]
catalogue = "none"
"""


def publish(
    space: Space,
    commission: Authority,
    members: tuple[Member, ...],
    endpoints: Mapping[str, str],
    *,
    former: Mapping[str, bytes] = MappingProxyType({}),
    now: datetime,
    random: Random,
) -> Register:
    """Write the signed register and the Commission's CRL.

    ``endpoints`` are the nodes' base addresses, ``former`` earlier certificates of TTPs (DER): the register
    keeps them, since receipts that were made before their revocation stay good.
    """
    since = (now - AGE).replace(microsecond=0)
    granted = (StatusPeriod(ServiceStatus.GRANTED, since, "Admission to the demonstration space"),)
    register = Register(
        space=SPACE_NAME,
        sequence=1,
        issued=now - timedelta(hours=1),
        next_update=now + REGISTER_LIFE,
        ttps=tuple(_ttp(space, m, endpoints[m.code], granted, former.get(m.code)) for m in members if m.ttp),
        authorities=tuple(
            AuthorityEntry(
                m.code,
                f"{m.name[0]} issuing CA",
                (space.member(m.code).authority / "issuing.cer").read_bytes(),
                granted,
            )
            for m in members
            if m.authority_registered
        ),
    )
    signer = load_holder(space.commission / "register-signer")
    signed = publish_register(register, signer.signer, signing_time=now, entropy=random(32))
    write(space.register, signed)
    write(space.ttp_ca_crl, commission.crl().raw)
    return register


def _ttp(
    space: Space, who: Member, endpoint: str, granted: tuple[StatusPeriod, ...], former: bytes | None
) -> TtpEntry:
    keys = space.member(who.code).node / "keys"
    certificates = [(keys / f"ttp-{suite}.cer").read_bytes() for suite, _ in signer_kinds(who)]
    if former is not None:
        certificates.append(former)
    return TtpEntry(
        member=who.code,
        name=f"TTP of {who.name[0]}",
        certificates=tuple(certificates),
        endpoints={"dvcs": f"{endpoint}/dvcs"},
        profile=who.profile,
        history=granted,
        timestamping=((keys / "tsa.cer").read_bytes(),),
    )


def distribute(space: Space, members: tuple[Member, ...]) -> None:
    """Fill each member's trust folder: its own root and CRLs, the register, what the Commission passes on.

    Of another member nothing is trusted directly; the CRLs of registered authorities are evidence, which
    the Commission distributes with the register.
    """
    for who in members:
        folder = space.member(who.code)
        folder.trust.mkdir(parents=True, exist_ok=True)
        for name in ("root.cer", "root.crl", "issuing.crl"):
            shutil.copyfile(folder.authority / name, folder.trust / f"{who.code}-{name}")
        for path in (space.ttp_ca, space.ttp_ca_crl, space.register):
            shutil.copyfile(path, folder.trust / path.name)
        for other in members:
            if other.authority_registered and other is not who:
                source = space.member(other.code).authority / "issuing.crl"
                shutil.copyfile(source, folder.trust / f"{other.code}-issuing.crl")


def configure(space: Space, who: Member, listen: str) -> None:
    """Write a node's ``node.toml``."""
    folder = space.member(who.code)
    crls = sorted(path.name for path in folder.trust.glob("*.crl"))
    signers = "\n".join(
        f'[[signers]]\nkey = "keys/ttp-{suite}.key"\ncertificate = "keys/ttp-{suite}.cer"\n'
        f'chain = ["../trust/{space.ttp_ca.name}"]\n'
        for suite, _ in signer_kinds(who)
    )
    evidence = ", ".join(f'"../trust/{name}"' for name in crls)
    second = {"ru": "Streebog-256", "by": "belt-hash", "kz": "GOST 34.11-2015-512"}.get(who.code, "SHA3-256")
    own = f"../trust/{who.code}-root.cer"
    policy = "basic"
    if who.stand_in:
        policy = "policy.toml"
        write(folder.node / policy, _STAND_IN_POLICY)
    write(
        folder.node_toml,
        f"""# The trusted third party of {who.name[0]}: what it is, whom it trusts, what it signs with.
member = "{who.code}"
name = "TTP of {who.name[0]}"
listen = "{listen}"
profile = "{who.profile}"
suite = "{who.suite}"
second_imprint = "{second}"
policy = "{policy}"
anchors = ["{own}"]
register = "../trust/{space.register.name}"
register_anchors = ["../trust/{space.ttp_ca.name}"]
evidence = [{evidence}]

{signers}
[tsa]
key = "keys/tsa.key"
certificate = "keys/tsa.cer"
chain = ["../trust/{space.ttp_ca.name}"]

[limits]
peer_timeout = 5.0

[[authorities]]
name = "issuing"
certificate = "../authority/issuing.cer"
crl = "../authority/issuing.crl"
ocsp_key = "../authority/ocsp.key"
ocsp_certificate = "../authority/ocsp.cer"
""",
    )
