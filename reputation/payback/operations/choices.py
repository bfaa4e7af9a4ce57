"""What members say about their own share: the form they want, and where cash goes."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, update

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import require
from community.core.db import count_changed, db
from community.core.errors import Invalid
from community.core.settings import current_settings
from community.identity.mails import address_of, send_notice
from community.identity.models import User, UserSession
from community.identity.policies import has_strong_sign_in
from reputation.payback import letters
from reputation.payback.accounts import BankAccount, seal_account
from reputation.payback.errors import (
    BelowFloor,
    CharityNotOnList,
    ChoiceClosed,
    DetailsMissing,
    NothingToChoose,
    StrongSignInNeeded,
)
from reputation.payback.iban import NoIban, tidy_iban
from reputation.payback.models import Choice, LineState, PayoutDetails, PayoutLine, PeriodState
from reputation.payback.policies import can_choose_payback
from reputation.payback.queries.periods import get_choosing_period, get_period
from reputation.payback.queries.shares import get_line, list_details, match_percents
from reputation.payback.sepa_text import NoSepaText, sepa_name

HOLDER_MAX_CHARS = 70
# Sealed it still fits its column, whatever the letters.
HOLDER_MAX_BYTES = 210


def choose(
    actor: User, choice: Choice, *, charity_id: int | None = None, session: UserSession | None
) -> PayoutLine:
    """Say what shall become of one's share of the period that can be chosen for.

    The same again changes nothing; another choice replaces the one before. Raises what ``errors``
    names: the window is closed, nothing is owed, or the form cannot be had.
    """
    require(can_choose_payback(actor))
    line = _line_to_choose_for(actor)
    charity = charity_id if choice is Choice.CHARITY else None
    if choice is Choice.CASH:
        _check_cash(actor, line, session)
    if choice is Choice.CHARITY and charity not in match_percents():
        raise CharityNotOnList()
    if (line.choice, line.charity_id) == (choice.value, charity):
        return line
    before = {"choice": line.choice, "charity_id": line.charity_id}
    _write_choice(line, choice, charity)
    after = {"choice": choice.value, "charity_id": charity, "period_id": line.period_id}
    record(actor, Action.PAYBACK_CHOSEN, subject=("user", actor.id), before=before, after=after)
    return line


def _line_to_choose_for(actor: User) -> PayoutLine:
    period = get_choosing_period()
    if period is None or period.choice_ends_at is None or clock.now() >= period.choice_ends_at:
        raise ChoiceClosed()
    line = get_line(period.id, actor.id)
    if line is None or line.amount <= 0:
        raise NothingToChoose()
    return line


def _check_cash(actor: User, line: PayoutLine, session: UserSession | None) -> None:
    floor = current_settings().payback_cash_floor
    if line.amount < floor:
        raise BelowFloor()
    if not has_strong_sign_in(session):
        raise StrongSignInNeeded()
    if not list_details([actor.id]):
        raise DetailsMissing()


def _write_choice(line: PayoutLine, choice: Choice, charity_id: int | None) -> None:
    """Write a choice unless the line has become final meanwhile; raises ``ChoiceClosed``."""
    statement = (
        update(PayoutLine)
        .where(PayoutLine.id == line.id, PayoutLine.locked_at.is_(None))
        .values(
            choice=choice.value,
            charity_id=charity_id,
            state=LineState.CHOSEN.value,
            chosen_at=clock.now(),
            version=PayoutLine.version + 1,
        )
        .execution_options(synchronize_session=False)
    )
    if not count_changed(statement):
        raise ChoiceClosed()
    db.session.refresh(line)
    if get_period(line.period_id).state != PeriodState.CHOICE_WINDOW:
        raise ChoiceClosed()


def save_details(actor: User, *, holder: str, iban: str) -> PayoutDetails:
    """Store where one's cash goes, and mail its owner that it was changed.

    Raises ``Invalid`` with the fields that do not fit. Ask before who it is (fresh proof).
    """
    require(can_choose_payback(actor))
    account = _checked(holder, iban)
    sealed_holder, sealed_iban = seal_account(actor.id, account)
    details = db.session.get(PayoutDetails, actor.id)
    if details is None:
        details = PayoutDetails(user_id=actor.id)
        db.session.add(details)
    details.holder, details.iban = sealed_holder, sealed_iban
    details.iban_ending = account.iban[-4:]
    details.saved_at = clock.now()
    db.session.flush()
    record(actor, Action.PAYOUT_DETAILS_SAVED, subject=("user", actor.id))
    ending = details.iban_ending
    send_notice(
        actor, lambda: letters.details_changed(ending), link=address_of("payback.show_details")
    )
    return details


def _checked(holder: str, iban: str) -> BankAccount:
    errors: dict[str, Any] = {}
    holder = " ".join(holder.split())
    if len(holder) > HOLDER_MAX_CHARS or len(holder.encode()) > HOLDER_MAX_BYTES:
        errors["holder"] = _l("The name is too long for a bank transfer.")
    try:
        sepa_name(holder)
    except NoSepaText:
        errors["holder"] = _l("Enter the name of the account's holder.")
    try:
        iban = tidy_iban(iban)
    except NoIban:
        errors["iban"] = _l("This is no IBAN that a transfer in euros reaches. Please check it.")
    if errors:
        raise Invalid(errors=errors)
    return BankAccount(holder, iban)


def remove_details(actor: User) -> None:
    """Forget where one's cash went; whoever chose a bank transfer must enter details anew."""
    require(can_choose_payback(actor))
    gone = count_changed(delete(PayoutDetails).where(PayoutDetails.user_id == actor.id))
    if gone:
        record(actor, Action.PAYOUT_DETAILS_REMOVED, subject=("user", actor.id))
