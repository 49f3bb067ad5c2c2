"""Check digits of national identifiers, as their states define them.

Each function takes the identifier as it is written and says whether its check digits are right; a wrong
length or alphabet is simply wrong. A state that publishes no rule has no function here.
"""

from __future__ import annotations

_INN_10 = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN_12_FIRST = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN_12_SECOND = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_UNP = (29, 23, 19, 17, 13, 7, 5, 3)
# Letters of a person's payer number: Latin, or the Cyrillic that look the same.
_UNP_REGIONS = "1234567ABCEHKM"
_UNP_SECOND = "ABCEHKMOPT"
_CYRILLIC = str.maketrans("АВЕКМНОРСТ", "ABEKMHOPCT")
_KZ_FIRST = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
_KZ_SECOND = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
# The rule for SNILS holds for numbers above this one only (Pension Fund's order of assignment).
_SNILS_FIRST_CHECKED = 1_001_998


def digits_of(value: str, *lengths: int) -> bool:
    """Whether the value is ASCII digits of one of the lengths."""
    return len(value) in lengths and value.isascii() and value.isdigit()


def _weighted(value: str, weights: tuple[int, ...]) -> int:
    return sum(weight * int(digit) for weight, digit in zip(weights, value, strict=False))


def inn_is_right(value: str) -> bool:
    """Taxpayer number of Russia: 10 digits (organisation) or 12 (person); weights mod 11 mod 10."""
    if digits_of(value, 10):
        return _weighted(value, _INN_10) % 11 % 10 == int(value[9])
    if digits_of(value, 12):
        return _weighted(value, _INN_12_FIRST) % 11 % 10 == int(value[10]) and _weighted(
            value, _INN_12_SECOND
        ) % 11 % 10 == int(value[11])
    return False


def ogrn_is_right(value: str) -> bool:
    """State registration number of a Russian organisation: 13 digits, the first 12 mod 11 mod 10."""
    return digits_of(value, 13) and int(value[:12]) % 11 % 10 == int(value[12])


def ogrnip_is_right(value: str) -> bool:
    """State registration number of a Russian sole trader: 15 digits, the first 14 mod 13 mod 10."""
    return digits_of(value, 15) and int(value[:14]) % 13 % 10 == int(value[14])


def snils_is_right(value: str) -> bool | None:
    """Insurance number of Russia, 11 digits: weights 9…1 mod 101; None where no rule holds."""
    if not digits_of(value, 11):
        return False
    if int(value[:9]) <= _SNILS_FIRST_CHECKED:
        return None
    return _weighted(value, tuple(range(9, 0, -1))) % 101 % 100 == int(value[9:])


def unp_is_right(value: str) -> bool:
    """Payer number of Belarus: 9 signs, a person's with two letters first; weights mod 11 (10: never).

    The first letter counts as in base 36 (A is 10), the second by its place among the ten that are used.
    """
    value = value.translate(_CYRILLIC)
    if len(value) != 9 or not digits_of(value[2:], 7) or value[0] not in _UNP_REGIONS:
        return False
    if not digits_of(value[:2], 2):
        if not value[0].isalpha() or value[1] not in _UNP_SECOND:
            return False
        value = value[0] + str(_UNP_SECOND.index(value[1])) + value[2:]
    total = sum(weight * int(sign, 36) for weight, sign in zip(_UNP, value, strict=False))
    return total % 11 == int(value[8])


def kz_is_right(value: str) -> bool:
    """IIN and BIN of Kazakhstan: 12 digits, weights 1…11 mod 11, on 10 the weights are turned by two, then 10
    is wrong.
    """
    if not digits_of(value, 12):
        return False
    check = _weighted(value, _KZ_FIRST) % 11
    if check == 10:
        check = _weighted(value, _KZ_SECOND) % 11
    return check == int(value[11])


def seven_three_one_is_right(value: str, length: int) -> bool:
    """Weights 7, 3, 1 mod 10: PINFL of Uzbekistan (14 digits), IDNP and IDNO of Moldova (13 digits)."""
    if not digits_of(value, length):
        return False
    return _weighted(value, ((7, 3, 1) * 5)[: length - 1]) % 10 == int(value[-1])
