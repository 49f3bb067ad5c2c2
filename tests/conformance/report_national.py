"""The page's part on real national objects."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from support.asking import ask_command
from support.dss_cades import certificate_of
from trustspace.encoding.certificate import Certificate
from trustspace.pki.edges import EdgeCache, EdgeOutcome
from trustspace.pki.pool import CertificatePool


def national_page(folder: Path) -> str:
    certificates = [certificate_of(path) for path in sorted((folder / "ru-cas").glob("*.pem"))]
    chains = _chains(certificates)
    keys = Counter("2001" if _is_2001(each) else "2012" for each in certificates)
    shown: Counter[str] = Counter()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            answer = ask_command("inspect", path)
            shown["refused" if answer.report is None else str(answer.report["kind"])] += 1
    kinds = ", ".join(f"{count} × {kind}" for kind, count in sorted(shown.items()) if kind != "refused")
    return "\n".join(
        [
            "## National objects",
            "",
            f"Read and shown by `trustspace inspect`: {kinds};",
            f"{shown['refused']} file that is none of these (plain text).",
            "",
            f"**{len(certificates)} real certificates of Russian CAs** ({keys['2001']} with GOST R",
            f"34.10-2001 keys, {keys['2012']} with GOST R 34.10-2012): all are read to the last extension.",
            "",
            "| Who signed | Certificates | Signature |",
            "|---|---|---|",
            f"| itself | {chains['self-signed']} | verifies |",
            f"| one of the {len(certificates)} | {chains['chained']} | verifies |",
            f"| a CA that is here only under other keys (the key identifiers say so) | {chains['namesake']} |"
            " verifies under none of them, as it must |",
            f"| a CA that is not among them | {chains['absent']} | cannot be checked |",
            f"| failed although the issuer is here | {chains['failed']} | |",
            "",
            *_NATIONAL_WORDS,
        ]
    )


_NATIONAL_WORDS = (
    "**Kazakhstan**: the person's and the director's certificates verify under the NCA's test CAs (RSA,",
    "GOST 34.310-2004), both CRLs (RSA, GOST 34.10-2015) and both OCSP responses under their signers, the",
    "time-stamp (token and response, GOST 34.310-2004) under its authority. With the RSA CRL the person's",
    "certificate passes; once the CRL is past its nextUpdate, or absent, the answer is `TRY_LATER`.",
    "",
    "**Belarus**: the root of ГосСУОК verifies itself (bign, belt-hash), and the republican CA under it.",
    "",
    "**Russia, TC26 example** (`signed_a121.pem`, CMS without signed attributes): digest and value intact;",
    "`TOTAL-PASSED` where the sender's certificate is trusted, `TRY_LATER` under its CA without a CRL.",
)


def _is_2001(certificate: Certificate) -> bool:
    return bytes.fromhex("06062a8503020213") in certificate.spki


def _chains(certificates: list[Certificate]) -> Counter[str]:
    pool, edges = CertificatePool(certificates), EdgeCache()
    counts: Counter[str] = Counter()
    for each in certificates:
        issuers = pool.issuers_of(each)
        verified = any(edges.edge(each, issuer).outcome is EdgeOutcome.VERIFIED for issuer in issuers)
        identifier = each.authority_key_identifier
        wanted = identifier.key_id if identifier is not None else None
        named = any(issuer.subject_key_identifier == wanted for issuer in issuers)
        if each.subject.matches(each.issuer):
            counts["self-signed" if verified else "failed"] += 1
        elif not issuers:
            counts["absent"] += 1
        elif verified:
            counts["chained"] += 1
        else:
            counts["failed" if named else "namesake"] += 1
    return counts
