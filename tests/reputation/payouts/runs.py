"""Locked lists to be paid: members with points, what they chose, and two administrators."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count

from flask import current_app
from sqlalchemy import select, update

from community.core import clock
from community.core.db import db, transaction
from community.identity.models import User
from reputation.ledger.models import LedgerAccount, LedgerEntry
from reputation.ledger.operations import Posting, book
from reputation.payback.accounts import BankAccount, digest_of_details, seal_account
from reputation.payback.lines import digest_of, matched
from reputation.payback.models import (
    Charity,
    Choice,
    PaybackPeriod,
    PayoutDetails,
    PayoutLine,
    PeriodState,
)
from reputation.payback.queries.shares import listed_lines
from reputation.payouts.models import PayoutBatch, PayoutItem
from reputation.payouts.operations import approve_list, export_form
from tests.factories.community import make_user

IBAN = "DE89370400440532013000"
OTHER_IBAN = "NL91ABNA0417164300"
PAYER = {"payout_name": "Nordfunk Mobil GmbH", "payout_iban": "AT611904300234573201"}
numbers = count(1)


@dataclass
class Run:
    """A locked list: who prepared it, who may approve it, and its lines in order."""

    period_id: int
    digest: str
    preparer: User
    approver: User
    line_ids: list[int] = field(default_factory=list)
    user_ids: list[int] = field(default_factory=list)

    def approved(self) -> "Run":
        """Return it after the second person has approved."""
        with transaction():
            approve_list(self.approver, self.period_id, self.digest)
        return self

    def export(self, form: str) -> PayoutBatch:
        """Return the file of a form."""
        with transaction():
            batch = export_form(self.preparer, self.period_id, Choice(form))
        assert batch is not None
        return batch


def make_run(*wishes: tuple[str, int], match_percent: int = 100) -> Run:
    """Lock a list of (choice, points); "roll" lines are decided already."""
    preparer, approver = make_user(role="admin"), make_user(role="admin")
    members = [make_user() for _ in wishes]
    with transaction():
        period = _add_period(preparer)
        charity = _add_charity(match_percent)
        lines = [
            _add_line(period, member, choice, amount, charity)
            for member, (choice, amount) in zip(members, wishes, strict=True)
        ]
        period.list_digest = digest_of(listed_lines(period.id))
        return Run(
            period.id,
            period.list_digest,
            preparer,
            approver,
            [line.id for line in lines],
            [member.id for member in members],
        )


def _add_period(preparer: User) -> PaybackPeriod:
    begins_at = datetime(2001, 6, 1, tzinfo=UTC) + timedelta(days=200 * next(numbers))
    period = PaybackPeriod(
        begins_at=begins_at,
        ends_at=begins_at + timedelta(days=180),
        state=PeriodState.LOCKED.value,
        locked_at=clock.now(),
        prepared_by_id=preparer.id,
    )
    db.session.add(period)
    db.session.flush()
    return period


def _add_charity(match_percent: int) -> Charity:
    name = f"Sea rescue {next(numbers)}"
    charity = Charity(name=name, name_key=name, state="approved", match_percent=match_percent)
    db.session.add(charity)
    db.session.flush()
    return charity


def _add_line(
    period: PaybackPeriod, member: User, choice: str, amount: int, charity: Charity
) -> PayoutLine:
    book(Posting(member.id, "payback", "adjustment", amount, f"earned:{next(numbers)}"))
    state = "rolled" if choice == "roll" else "chosen"
    line = PayoutLine(
        period_id=period.id,
        user_id=member.id,
        earned=amount,
        carried=0,
        amount=amount,
        expired=0,
        matched=matched(amount, charity.match_percent) if choice == "charity" else 0,
        choice=choice,
        charity_id=charity.id if choice == "charity" else None,
        state=state,
        decided=state,
        locked_at=clock.now(),
    )
    if choice == "cash":
        line.account_digest = digest_of_details(add_details(member.id, f"Jürgen {member.id}"))
    db.session.add(line)
    db.session.flush()
    return line


def add_details(user_id: int, holder: str, iban: str = IBAN) -> PayoutDetails:
    """Store where a member wants cash to go, over what was there; inside a transaction."""
    sealed = seal_account(user_id, BankAccount(holder, iban))
    details = db.session.get(PayoutDetails, user_id) or PayoutDetails(user_id=user_id)
    details.holder, details.iban = sealed
    details.iban_ending = iban[-4:]
    db.session.add(details)
    db.session.flush()
    return details


@contextmanager
def settings_with(**values: object) -> Iterator[None]:
    """Let the site have other settings for a while."""
    before = current_app.config["SETTINGS"]
    current_app.config["SETTINGS"] = replace(before, **values)
    yield
    current_app.config["SETTINGS"] = before


def look_again() -> None:
    """See what others have committed since; what was loaded stays readable."""
    db.session.expunge_all()
    db.session.rollback()


def state_of(line_id: int) -> str:
    """Return a line's state as it is in the database."""
    look_again()
    return db.session.scalars(select(PayoutLine.state).where(PayoutLine.id == line_id)).one()


def period_state(period_id: int) -> str:
    """Return a period's state as it is in the database."""
    look_again()
    query = select(PaybackPeriod.state).where(PaybackPeriod.id == period_id)
    return db.session.scalars(query).one()


def paid(user_id: int) -> list[int]:
    """Return the amounts booked as paid to a member."""
    look_again()
    query = select(LedgerEntry.amount).where(
        LedgerEntry.user_id == user_id, LedgerEntry.cause == "payout"
    )
    return list(db.session.scalars(query))


def balance(user_id: int) -> int:
    """Return a member's payback."""
    look_again()
    query = select(LedgerAccount.payback).where(LedgerAccount.user_id == user_id)
    return db.session.scalars(query).one()


def references(batch: PayoutBatch) -> list[str]:
    """Return what reports call the payments of a file, in their order."""
    query = select(PayoutItem.reference).where(PayoutItem.batch_id == batch.id)
    return list(dict.fromkeys(db.session.scalars(query.order_by(PayoutItem.id))))


def report(*lines: str) -> bytes:
    """Return a settlement report: "key,status,amount,reason" a line."""
    return "\n".join(["line_key,status,amount_minor,reason", *lines, ""]).encode()


def break_books(user_id: int, by: int = 1) -> None:
    """Let a member's balance differ from their entries."""
    with transaction():
        db.session.execute(
            update(LedgerAccount)
            .where(LedgerAccount.user_id == user_id)
            .values(payback=LedgerAccount.payback + by)
        )
