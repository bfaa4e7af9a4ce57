"""Amounts of money: whole minor units (cents) in, text out; never a float. Pure."""

MINOR_PER_MAJOR = 100


def decimal_text(minor: int) -> str:
    """Return an amount of minor units with a point and two places: 1005 is "10.05"."""
    major, rest = divmod(abs(minor), MINOR_PER_MAJOR)
    return f"{'-' if minor < 0 else ''}{major}.{rest:02}"
