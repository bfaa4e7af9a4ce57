"""Account numbers (IBAN) that a SEPA credit transfer reaches. Pure.

Check digits and the shape a country prescribes are python-stdnum's, whose table comes from the
IBAN registry (ISO 13616); which countries take part is the European Payments Council's list.
Source: EPC409-09, List of SEPA Scheme Countries.
"""

from stdnum import iban
from stdnum.exceptions import ValidationError

SEPA_COUNTRIES = frozenset(
    (
        *("AD", "AL", "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR"),
        *("GB", "GI", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MC", "MD"),
        *("ME", "MK", "MT", "NL", "NO", "PL", "PT", "RO", "RS", "SE", "SI", "SK", "SM", "VA"),
    )
)
# The longest has 34 characters; people write them in groups of four.
TYPED_MAX_CHARS = 60


class NoIban(ValueError):
    """This is no account number that a SEPA credit transfer reaches."""


def tidy_iban(typed: str) -> str:
    """Return an account number without spaces, in capitals; raises ``NoIban``."""
    if len(typed) > TYPED_MAX_CHARS:
        raise NoIban()
    try:
        number = iban.validate(typed)
    except ValidationError as error:
        raise NoIban() from error
    if number[:2] not in SEPA_COUNTRIES or not number.isascii():
        raise NoIban()
    return number


def masked_iban(number: str) -> str:
    """Return what a page shows of an account number: its country and its last four digits."""
    return f"{number[:2]} … {number[-4:]}"
