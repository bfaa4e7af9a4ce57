"""Bank accounts by their IBAN, as far as SEPA reaches. Pure.

Source: ISO 13616-1 (check digits by ISO 7064 MOD 97-10); the lengths are those of the SWIFT IBAN
registry, the countries those of the European Payments Council's list EPC409-09.
"""

import re

# Country and length of its IBANs.
COUNTRIES = """
    AD24 AL28 AT20 BE16 BG22 CH21 CY28 CZ24 DE22 DK18 EE20 ES24 FI18 FR27 GB22 GI23 GR27 HR21 HU28
    IE22 IS26 IT27 LI21 LT20 LU20 LV21 MC27 MD24 ME22 MK19 MT31 NL18 NO15 PL28 PT25 RO24 RS22 SE24
    SI19 SK24 SM27 VA22
"""
LENGTHS = {one[:2]: int(one[2:]) for one in COUNTRIES.split()}
SHAPE = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]+")


def compact(text: str) -> str:
    """Return an IBAN as machines write it: capitals, without spaces."""
    return "".join(text.split()).upper()


def is_iban(iban: str) -> bool:
    """Say whether a compact IBAN is of a SEPA country and its check digits fit."""
    if not SHAPE.fullmatch(iban) or LENGTHS.get(iban[:2]) != len(iban):
        return False
    # "0" to "9" stand for themselves, "A" for 10 and so on up to "Z" for 35.
    number = "".join(str(int(character, 36)) for character in iban[4:] + iban[:4])
    return int(number) % 97 == 1
