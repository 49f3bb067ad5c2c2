"""Who takes part: the seven members, their cryptography and their invented people. Data only.

The names of states are real because the algorithms are; every authority, organisation, person and
identifier in them is invented. Check digits are right, so that the identities read like real ones.
"""

from __future__ import annotations

from dataclasses import dataclass

from trustspace.demo import identifiers as ids

Attributes = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Person:
    """An invented signer: the folder's name, and the attributes of the certificate's subject."""

    slug: str
    subject: Attributes


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One member of the space.

    ``key_kind`` is what ``algorithms.generate`` is asked for; ``suite`` whose algorithms sign the receipts
    of its TTP; ``profile`` the DVCS profile that it speaks.
    """

    code: str
    name: tuple[str, str]
    """English, Russian."""
    algorithm: str
    """For readers."""
    key_kind: str
    signer: Person
    revoked: Person
    ttp: bool = True
    authority_registered: bool = False
    """Its issuing CA stands in the register: the way of a member without a TTP."""
    stand_in: bool = False
    """Signs with an algorithm that only its own TTP knows."""
    suite: str = "common"
    profile: str = "rfc3029"
    document: tuple[str, str] = ("", "")
    """Title of the document that its person signs."""


MEMBERS: tuple[Member, ...] = (
    Member(
        code="ru",
        name=("Russia", "Россия"),
        algorithm="GOST R 34.10-2012 (256)",
        key_kind="gost2012-256-a",
        signer=Person(
            "ivanova",
            (
                ("C", "RU"),
                ("CN", "Иванова Мария Сергеевна"),
                ("SN", "Иванова"),
                ("GN", "Мария Сергеевна"),
                ("O", 'ООО "Северный ветер"'),
                ("title", "Директор"),
                ("INN", ids.inn_person("5001007321")),
                ("SNILS", ids.snils("112233445")),
                ("INNLE", ids.inn_organisation("770812345")),
                ("OGRN", ids.ogrn("102770012345")),
            ),
        ),
        revoked=Person(
            "petrov",
            (
                ("C", "RU"),
                ("CN", "Петров Пётр Ильич"),
                ("SN", "Петров"),
                ("GN", "Пётр Ильич"),
                ("INN", ids.inn_person("5001007333")),
                ("SNILS", ids.snils("112233446")),
            ),
        ),
        suite="both",
        document=("Supply contract No. 17", "Договор поставки № 17"),
    ),
    Member(
        code="by",
        name=("Belarus", "Беларусь"),
        algorithm="bign (СТБ 34.101.45, 128)",
        key_kind="bign-256v1",
        signer=Person(
            "kavalenka",
            (
                ("C", "BY"),
                ("CN", "Каваленка Алесь Пятровіч"),
                ("SN", "Каваленка"),
                ("GN", "Алесь Пятровіч"),
                ("O", 'ОАО "Белая вежа"'),
                ("serialNumber", "PNOBY-" + ids.belarusian_personal_number("3110571A001PB")),
                ("organizationIdentifier", "TAXBY-" + ids.unp("19012345")),
            ),
        ),
        revoked=Person(
            "novik",
            (
                ("C", "BY"),
                ("CN", "Новік Ганна Іванаўна"),
                ("SN", "Новік"),
                ("GN", "Ганна Іванаўна"),
                ("serialNumber", "PNOBY-" + ids.belarusian_personal_number("4150680A002PB")),
            ),
        ),
        suite="national",
        document=("Certificate of origin BY-204", "Сертификат происхождения BY-204"),
    ),
    Member(
        code="kz",
        name=("Kazakhstan", "Казахстан"),
        algorithm="GOST 34.10-2015 (512)",
        key_kind="kz-gost2015-512",
        signer=Person(
            "akhmetova",
            (
                ("C", "KZ"),
                ("CN", "АХМЕТОВА АЙГЕРІМ"),
                ("SN", "АХМЕТОВА"),
                ("GN", "АЙГЕРІМ"),
                ("serialNumber", "IIN" + ids.iin("85041540012")),
                ("O", 'ТОО "Алатау Транс"'),
                ("OU", "BIN" + ids.iin("11024000123")),
            ),
        ),
        revoked=Person(
            "serikov",
            (
                ("C", "KZ"),
                ("CN", "СЕРИКОВ ДАУРЕН"),
                ("SN", "СЕРИКОВ"),
                ("GN", "ДАУРЕН"),
                ("serialNumber", "IIN" + ids.iin("90010130015")),
            ),
        ),
        suite="both",
        profile="kz",
        document=("Consignment note KZ-88", "Транспортная накладная KZ-88"),
    ),
    Member(
        code="am",
        name=("Armenia", "Армения"),
        algorithm="ECDSA P-256",
        key_kind="p-256",
        signer=Person(
            "petrosyan",
            (
                ("C", "AM"),
                ("CN", "Պետրոսյան Անի"),
                ("SN", "Պետրոսյան"),
                ("GN", "Անի"),
                ("serialNumber", "PNOAM-7012850123"),
                ("O", "Արարատ Տրանս ՍՊԸ"),
                ("organizationIdentifier", "TAXAM-02561234"),
            ),
        ),
        revoked=Person(
            "sargsyan",
            (
                ("C", "AM"),
                ("CN", "Սարգսյան Տիգրան"),
                ("SN", "Սարգսյան"),
                ("GN", "Տիգրան"),
                ("serialNumber", "PNOAM-3105790456"),
            ),
        ),
        document=("Laboratory report AM-5", "Протокол испытаний AM-5"),
    ),
    Member(
        code="kg",
        name=("Kyrgyzstan", "Киргизия"),
        algorithm="RSA 2048",
        key_kind="rsa-2048",
        signer=Person(
            "asanov",
            (
                ("C", "KG"),
                ("CN", "Асанов Бакыт"),
                ("SN", "Асанов"),
                ("GN", "Бакыт"),
                ("serialNumber", "PNOKG-21203198500123"),
                ("O", 'ОсОО "Ак-Суу"'),
                ("organizationIdentifier", "TAXKG-01234567890123"),
            ),
        ),
        revoked=Person(
            "toktogulova",
            (
                ("C", "KG"),
                ("CN", "Токтогулова Айнура"),
                ("SN", "Токтогулова"),
                ("GN", "Айнура"),
                ("serialNumber", "PNOKG-11503199000456"),
            ),
        ),
        document=("Veterinary certificate KG-31", "Ветеринарное свидетельство KG-31"),
    ),
    Member(
        code="md",
        name=("Moldova", "Молдавия"),
        algorithm="ECDSA P-384",
        key_kind="p-384",
        signer=Person(
            "rusu",
            (
                ("C", "MD"),
                ("CN", "Rusu Ion"),
                ("SN", "Rusu"),
                ("GN", "Ion"),
                ("serialNumber", "PNOMD-" + ids.idnp("200500123456")),
                ("O", "Codru Agro SRL"),
                ("organizationIdentifier", "NTRMD-" + ids.idnp("100360012345")),
            ),
        ),
        revoked=Person(
            "munteanu",
            (
                ("C", "MD"),
                ("CN", "Munteanu Elena"),
                ("SN", "Munteanu"),
                ("GN", "Elena"),
                ("serialNumber", "PNOMD-" + ids.idnp("200600234567")),
            ),
        ),
        ttp=False,
        authority_registered=True,
        document=("Phytosanitary certificate MD-9", "Фитосанитарный сертификат MD-9"),
    ),
    Member(
        code="uz",
        name=("Uzbekistan", "Узбекистан"),
        algorithm="stand-in (unknown to the others)",
        key_kind="stand-in",
        signer=Person(
            "karimov",
            (
                ("C", "UZ"),
                ("CN", "Karimov Jasur"),
                ("SN", "Karimov"),
                ("GN", "Jasur"),
                ("O", '"Zarafshon" MCHJ'),
                ("PINFL", ids.pinfl("3120385012345")),
                ("UZ-INN", "301234567"),
            ),
        ),
        revoked=Person(
            "tosheva",
            (
                ("C", "UZ"),
                ("CN", "Tosheva Nilufar"),
                ("SN", "Tosheva"),
                ("GN", "Nilufar"),
                ("PINFL", ids.pinfl("4150690023456")),
            ),
        ),
        stand_in=True,
        document=("Invoice UZ-112", "Счёт-фактура UZ-112"),
    ),
)

CODES = tuple(member.code for member in MEMBERS)


def member(code: str) -> Member:
    """The member of that code; raises KeyError."""
    return {item.code: item for item in MEMBERS}[code]
