"""Seeds for fuzzing: valid structures of every kind, made when they are first asked for by our own makers."""

from __future__ import annotations

import base64
import hashlib
import tempfile
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from support.nodes import write_node
from support.pki import NOW, Entity, entropy, key
from support.space import Member, Space, vsd
from support.validating import Space as Validating
from support.validating import anchors
from trustspace import _native
from trustspace.algorithms.digests import digest_by_name
from trustspace.algorithms.errors import AlgorithmNotSupported
from trustspace.documents.cades_signing import add_counter_signature
from trustspace.documents.content import Content
from trustspace.documents.open import open_document
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.dvcs import ServiceType
from trustspace.encoding.name import Name
from trustspace.encoding.tsp import TimeStampReq
from trustspace.pki.issuing import DistributionPointScope, RevokedEntry
from trustspace.pki.revocation import EvidencePool
from trustspace.receipts.details import Imprint
from trustspace.receipts.outcome import Outcome
from trustspace.receipts.parsing import parse_receipt
from trustspace.receipts.profiles import Suite
from trustspace.receipts.request import DetachedContent, build_request
from trustspace.timestamps.issue import TimestampAuthority
from trustspace.timestamps.request import build_request as build_stamp_request
from trustspace.trust.snapshot import Snapshot
from trustspace.validation.facts_json import facts_to_json
from trustspace.validation.policy import Policy, shipped
from trustspace.validation.times import Times
from trustspace.validation.validator import Validator

CONTENT = b"what is signed"
KINDS = ("rsa-2048", "p-256", "gost2012-256-a", "gost2012-512-a", "bign-256v1", "ed25519")
_SHA256 = digest_by_name("SHA-256")


@dataclass(eq=False)
class Seeds:
    """Everything is worked out on first use and kept."""

    @cached_property
    def space(self) -> Validating:
        return Validating("p-256")

    @cached_property
    def world(self) -> Space:
        return Space()

    @cached_property
    def members(self) -> tuple[Member, Member]:
        ru = self.world.member("ru", "gost2012-256-a", suite=Suite.BOTH)
        by = self.world.member("by", "bign-256v1", suite=Suite.NATIONAL, dialect="by")
        return ru, by

    @property
    def authorities(self) -> list[Certificate]:
        return [self.space.root.certificate, self.space.ca.certificate]

    @property
    def issuer_name(self) -> Name:
        return self.space.ca.certificate.subject

    @property
    def subjects(self) -> list[Certificate]:
        return [self.space.alice.certificate, self.space.tsa.certificate, self.space.ca.certificate]

    @cached_property
    def _small(self) -> list[Validating]:
        return [Validating(kind) for kind in KINDS]

    @cached_property
    def snapshot(self) -> Snapshot:
        """Every root."""
        return anchors(s.root.certificate for s in [self.space, *self._small])

    @cached_property
    def evidence(self) -> EvidencePool:
        """Every CRL."""
        spaces = [self.space, *self._small]
        return EvidencePool([crl for s in spaces for crl in (s.root.crl(), s.ca.crl())])

    @cached_property
    def certificates(self) -> list[bytes]:
        found = [s.alice.certificate.raw for s in self._small]
        found += [
            self.space.root.certificate.raw,
            self.space.ca.certificate.raw,
            self.space.tsa.certificate.raw,
        ]
        ru, by = self.members
        found += [ru.signer.certificate.raw, by.ttps[0].certificate.raw]
        rich = self.space.pki.signer(
            "Rich",
            self.space.ca,
            subject=[("C", "RU"), ("CN", "Иванов Иван"), ("1.2.643.3.131.1.1", "500100732259")],
            crl_urls=("http://crl.example/1", "ldap://crl.example/2"),
        )
        return [*found, rich.certificate.raw]

    @cached_property
    def lists(self) -> list[bytes]:
        space = self.space
        entries = [RevokedEntry(2000 + n, NOW, n % 7 if n % 7 != 7 else None) for n in range(30)]
        return [
            space.ca.crl().raw,
            space.ca.crl(entries=entries).raw,
            space.ca.crl(base_number=1).raw,
            space.ca.crl(scope=DistributionPointScope(urls=("http://crl.example/1",))).raw,
            *[s.ca.crl().raw for s in self._small[2:5]],
        ]

    @cached_property
    def responses(self) -> list[bytes]:
        space = self.space
        responder = space.pki.ocsp("OCSP", space.ca)
        return [
            space.ca.status(space.alice).raw,
            responder.status(space.alice, by_key=True, nonce=b"12345678").raw,
            responder.status(space.tsa, digest=digest_by_name("Streebog-256")).raw,
            *[s.ca.status(s.alice).raw for s in self._small[2:5]],
        ]

    @cached_property
    def requests(self) -> list[bytes]:
        from trustspace.encoding import der  # noqa: PLC0415
        from trustspace.pki.issuing import certificate_id  # noqa: PLC0415

        sought = certificate_id(self.space.alice.certificate, self.space.ca.certificate, _SHA256)
        request = der.sequence(sought.encode() if hasattr(sought, "encode") else sought.raw)
        return [der.sequence(der.sequence(der.sequence(request)))]

    @cached_property
    def documents(self) -> list[bytes]:
        found = []
        for space in [self.space, *self._small]:
            stamped = space.sign(content=CONTENT, stamper=space.tsa.stamp)
            found += [stamped, space.sign(content=CONTENT, detached=True)]
        space = self.space
        both = space.pki.sign(CONTENT, space.alice, space.tsa, stamper=space.tsa.stamp)
        first = open_document(both).signatures[0]
        found.append(
            add_counter_signature(
                both, first.id, space.alice.cms_signer, signing_time=NOW, entropy=entropy("counter")
            )
        )
        return found

    @cached_property
    def tokens(self) -> list[bytes]:
        return [s.tsa.stamp(_SHA256, _SHA256.digest(CONTENT)) for s in self._small]

    @property
    def stamp_authority(self) -> TimestampAuthority:
        return self.space.tsa.authority()

    @cached_property
    def stamp_request(self) -> bytes:
        made = build_stamp_request(_SHA256, _SHA256.digest(CONTENT), nonce=77)
        return made.raw if isinstance(made, TimeStampReq) else made

    @cached_property
    def stamp_response(self) -> bytes:
        return self.stamp_authority.respond(
            self.stamp_request, serial=lambda: 9, now=NOW, entropy=entropy("response")
        )

    @property
    def stamp_messages(self) -> list[bytes]:
        return [self.stamp_request, self.stamp_response]

    @cached_property
    def receipts(self) -> list[bytes]:
        ru, by = self.members
        document = self.documents[0]
        first = ru.receipt(document)
        negative = by.receipt(document, Outcome.INVALID)
        second = by.receipt(document, embedded=[("ru", Outcome.VALID, first)])
        return [first, negative, second]

    @cached_property
    def dvcs(self) -> list[bytes]:
        found = []
        for each in self.receipts:
            parsed = parse_receipt(each)
            assert parsed.signed.content is not None
            found.append(parsed.signed.content)
            if parsed.info is not None:
                found += [e.value for e in parsed.info.extensions]
        return found

    @cached_property
    def questions(self) -> list[bytes]:
        document = self.documents[0]
        imprint = Imprint(_SHA256.oid, _SHA256.digest(CONTENT))
        return [
            build_request(ServiceType.VSD, message=document, nonce=5, request_time=NOW),
            build_request(
                ServiceType.VSD, message=document, detached=DetachedContent((imprint,), CONTENT), nonce=6
            ),
            build_request(ServiceType.VSD, message=document, travelling=self.receipts[:1], nonce=7),
            build_request(ServiceType.CCPD, imprint=imprint, nonce=8, own_opinion_only=True),
            build_request(ServiceType.VPKC, certificates=self.subjects, nonce=9),
            vsd(document).dvcs.encode(),
        ]

    @cached_property
    def armoured(self) -> list[bytes]:
        def block(label: bytes, data: bytes) -> bytes:
            return b"-----BEGIN %b-----\n%b-----END %b-----\n" % (label, base64.encodebytes(data), label)

        certificate, document = self.certificates[0], self.documents[0]
        return [
            block(b"CERTIFICATE", certificate),
            block(b"CERTIFICATE", certificate) + block(b"X509 CRL", self.lists[0]),
            b"Subject: x\r\n\r\n" + block(b"CMS", document).replace(b"\n", b"\r\n"),
            base64.b64encode(document),
            b"\xef\xbb\xbf" + base64.encodebytes(certificate),
        ]

    @cached_property
    def facts(self) -> list[bytes]:
        validator = Validator(self.snapshot, self.evidence, Policy.load())
        opened = [
            open_document(d, Content.of_bytes(CONTENT)) for d in (self.documents[0], self.documents[-1])
        ]
        return [facts_to_json(validator.gather(document)) for document in opened]

    @cached_property
    def stored_facts(self) -> list[bytes]:
        from trustspace.cli.stored_facts import write_facts  # noqa: PLC0415
        from trustspace.validation.facts_json import facts_from_json  # noqa: PLC0415

        stored = facts_from_json(self.facts[0])
        return [write_facts(stored, self.space.snapshot(), Times.at(NOW))]

    @cached_property
    def registers(self) -> list[bytes]:
        assert self.members
        return [self.world.register.to_json()]

    @cached_property
    def signed_registers(self) -> list[bytes]:
        assert self.members
        return [self.world.signed_register()]

    @cached_property
    def policies(self) -> list[bytes]:
        from importlib import resources  # noqa: PLC0415

        folder = resources.files("trustspace.validation") / "policies"
        return [(folder / f"{name}.toml").read_bytes() for name in shipped()]

    @cached_property
    def node_configs(self) -> list[bytes]:
        with tempfile.TemporaryDirectory() as folder:
            return [write_node(Path(folder) / "ru", self.members[0]).read_bytes()]

    @cached_property
    def _entities(self) -> list[Entity]:
        return [s.alice for s in self._small]

    @cached_property
    def public_keys(self) -> list[bytes]:
        kinds = (
            "gost2012-256-b",
            "gost2012-512-c",
            "bign-384v1",
            "bign-512v1",
            "p-384",
            "ed448",
            "ml-dsa-44",
        )
        found = [entity.certificate.spki for entity in self._entities]
        for kind in kinds:
            try:
                found.append(key(kind, "fuzz").key.spki)
            except AlgorithmNotSupported:  # an OpenSSL without it
                continue
        return found

    @cached_property
    def private_keys(self) -> list[bytes]:
        return [entity.key.to_pkcs8() for entity in self._entities]

    @cached_property
    def curve_calls(self) -> list[bytes]:
        """Right signatures, as the target ``native`` reads them."""
        found = []
        for index, curve in enumerate(
            ("256-A", "256-B", "256-C", "256-D", "256-test", "512-A", "512-B", "512-C", "512-test")
        ):
            size = 32 if curve.startswith("256") else 64
            secret = _native.gost_private_key(curve, hashlib.shake_256(curve.encode()).digest(size * 2))
            public = _native.gost_public_key(curve, secret)
            digest = hashlib.shake_256(b"digest").digest(size)
            signature = _native.gost_sign(curve, secret, digest, entropy(curve)[:32])
            found.append(bytes((index, 2 * size)) + public + digest + signature)
        oid = bytes.fromhex("06092a7000020022651f51")
        for index, curve in enumerate(("256v1", "384v1", "512v1")):
            size = int(curve[:3]) // 8
            secret = _native.bign_private_key(curve, hashlib.shake_256(curve.encode()).digest(size * 2))
            public = _native.bign_public_key(curve, secret)
            digest = hashlib.shake_256(b"digest").digest(size)
            signature = _native.bign_sign(curve, secret, oid, digest, entropy(curve)[:32])
            choice = next(n for n in range(128, 256) if n % 3 == index)
            found.append(bytes((choice, 2 * size)) + public + digest + signature)
        return found


@cache
def seeds() -> Seeds:
    """The one set of a process."""
    return Seeds()
