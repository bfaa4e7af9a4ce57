"""Amounts of money: whole minor units (cents) in, text out; never a float. Pure."""

from decimal import Decimal

from babel.numbers import get_currency_precision


def decimal_text(minor: int, currency: str) -> str:
    """Return an amount of minor units with a point: 1005 of "EUR" is "10.05", of "JPY" "1005"."""
    return f"{Decimal(minor).scaleb(-get_currency_precision(currency)):f}"
