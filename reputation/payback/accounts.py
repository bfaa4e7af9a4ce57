"""Bank details at rest: sealed, so that the database alone does not tell them."""

from hashlib import sha256
from typing import NamedTuple

from community.core.sealing import seal, unseal
from reputation.payback.models import PayoutDetails

PURPOSE = "payout details"


class BankAccount(NamedTuple):
    """Where cash goes: the holder's name and a compact IBAN."""

    holder: str
    iban: str


def seal_account(user_id: int, account: BankAccount) -> tuple[str, str]:
    """Return holder and IBAN as they are stored for a member."""
    return (
        seal(account.holder, purpose=PURPOSE, record=f"{user_id}:holder"),
        seal(account.iban, purpose=PURPOSE, record=f"{user_id}:iban"),
    )


def open_account(details: PayoutDetails) -> BankAccount:
    """Return the account that was stored for a member; raises ``core.sealing.SealBroken``."""
    return BankAccount(
        unseal(details.holder, purpose=PURPOSE, record=f"{details.user_id}:holder"),
        unseal(details.iban, purpose=PURPOSE, record=f"{details.user_id}:iban"),
    )


def digest_of_details(details: PayoutDetails) -> str:
    """Return what a locked line keeps of bank details, to see later that they are the same.

    It is made of what is stored and not of the IBAN, which could be guessed from a mere hash.
    Details that were saved again, be it without a change, have another digest.
    """
    return sha256(f"{details.holder}\n{details.iban}".encode()).hexdigest()
