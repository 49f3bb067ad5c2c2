"""National identifiers for invented people: the digits are made up, the check digits are right.

Each function takes the digits without the check digits and returns the whole identifier.
"""

from __future__ import annotations

from collections.abc import Sequence


def _weighted(digits: str, weights: Sequence[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))


def inn_organisation(body: str) -> str:
    """Russian INN of an organisation: 9 digits and a check digit (order ММВ-7-6/435 of the tax service)."""
    return body + str(_weighted(body, (2, 4, 10, 3, 5, 9, 4, 6, 8)) % 11 % 10)


def inn_person(body: str) -> str:
    """Russian INN of a person: 10 digits and two check digits."""
    first = body + str(_weighted(body, (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)) % 11 % 10)
    return first + str(_weighted(first, (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)) % 11 % 10)


def ogrn(body: str) -> str:
    """Russian OGRN: 12 digits, and their remainder by 11."""
    return body + str(int(body) % 11 % 10)


def snils(body: str) -> str:
    """Russian SNILS: 9 digits, and their weighted sum by 101."""
    return f"{body}{_weighted(body, range(9, 0, -1)) % 101 % 100:02d}"


def unp(body: str) -> str:
    """Belarusian UNP of an organisation: 8 digits and a check digit; raises ValueError where none exists."""
    check = _weighted(body, (29, 23, 19, 17, 13, 7, 5, 3)) % 11
    if check == 10:
        raise ValueError(body)
    return body + str(check)


def belarusian_personal_number(body: str) -> str:
    """Belarusian personal number: 13 characters (letters count from A = 10) and a check digit by 7-3-1."""
    return body + str(_seven_three_one(body))


def iin(body: str) -> str:
    """Kazakh IIN or BIN: 11 digits and a check digit; raises ValueError for the bodies that have none."""
    check = _weighted(body, range(1, 12)) % 11
    if check == 10:
        check = _weighted(body, (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)) % 11
    if check == 10:
        raise ValueError(body)
    return body + str(check)


def idnp(body: str) -> str:
    """Moldovan IDNP or IDNO: 12 digits and a check digit by 7-3-1."""
    return body + str(_seven_three_one(body))


def pinfl(body: str) -> str:
    """Uzbek PINFL: 13 digits and a check digit by 7-3-1."""
    return body + str(_seven_three_one(body))


def _seven_three_one(body: str) -> int:
    return sum(int(character, 36) * (7, 3, 1)[i % 3] for i, character in enumerate(body)) % 10
