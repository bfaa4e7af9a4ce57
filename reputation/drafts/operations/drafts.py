"""Drafting rules, publishing them and withdrawing what has not begun."""

from datetime import date, timedelta

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from community.boards.models import Board
from community.core import clock
from community.core.authz import require
from community.core.db import db
from community.core.errors import Conflict, Invalid, NotFound
from community.core.jobs import emit
from community.core.settings import current_settings, site_zone
from community.events import PointRulesAnnounced, PointRulesWithdrawn
from community.identity.models import User
from reputation.drafts.models import RuleDraft
from reputation.drafts.policies import can_edit_rules
from reputation.drafts.queries import get_draft, lock_draft, today
from reputation.drafts.values import Offer, Values, beginning_of, first_values, unfit
from reputation.ledger.models import RuleVersion
from reputation.ledger.operations import add_rules, withdraw_rules
from reputation.ledger.rulebook import load_rulebook
from reputation.ledger.rules import CURRENCIES, PAYBACK, Rules


class RulesInvalid(Invalid):
    """A value or the beginning cannot be as it is."""


class DraftClosed(Conflict):
    """What was published or dropped is not changed any more."""

    message = _l("This draft was published or dropped. Make a new one.")


class NoticeTooShort(Conflict):
    """Members are told of new payback rules ahead: ``rules_notice_days``."""

    message = _l("New rules must begin later: members are told of them ahead.")


class PaybackNotStarted(Conflict):
    """The first payback rules come with the first period."""

    message = _l("Payback has not been started. Its first rules begin with the first period.")


def make_draft(actor: User, currency: str) -> RuleDraft:
    """Begin a draft with the values in force; raises ``NotFound`` for no such points."""
    require(can_edit_rules(actor))
    if currency not in CURRENCIES:
        raise NotFound()
    present = load_rulebook().at(currency, clock.now())
    values = Values.of(present) if present else first_values(currency)
    draft = RuleDraft(
        currency=currency,
        begins_on=earliest_beginning(currency),
        created_by_id=actor.id,
        **values.written(),
    )
    db.session.add(draft)
    db.session.flush()
    return draft


def earliest_beginning(currency: str) -> date:
    """Return the first day on which new rules may begin."""
    days = current_settings().rules_notice_days if currency == PAYBACK else 0
    return today() + timedelta(days=days + 1)


def change_draft(actor: User, draft_id: int, values: Values, begins_on: date) -> RuleDraft:
    """Give a draft other values; raises ``RulesInvalid`` and ``DraftClosed``."""
    require(can_edit_rules(actor))
    draft = _lock_open(actor, draft_id)
    _check_values(values, draft.currency)
    for name, value in values.written().items():
        setattr(draft, name, value)
    draft.begins_on, draft.changed_at = begins_on, clock.now()
    db.session.flush()
    return draft


def _check_values(values: Values, currency: str) -> None:
    errors: dict[str, str | LazyString] = dict.fromkeys(
        sorted(unfit(values, currency)), _l("Enter a whole number within the limits.")
    )
    board_id = values.promotion.board_id if values.promotion else None
    if board_id is not None and db.session.get(Board, board_id) is None:
        errors["promotion_board"] = _l("Choose a board.")
    if errors:
        raise RulesInvalid(errors=errors)


def _lock_open(actor: User, draft_id: int) -> RuleDraft:
    get_draft(actor, draft_id)
    draft = lock_draft(draft_id)
    if not draft.is_open:
        raise DraftClosed()
    return draft


def drop_draft(actor: User, draft_id: int) -> None:
    """Put a draft away; raises ``DraftClosed`` where it was published."""
    require(can_edit_rules(actor))
    draft = _lock_open(actor, draft_id)
    draft.dropped_at = clock.now()
    db.session.flush()


def publish_draft(actor: User, draft_id: int) -> RuleVersion:
    """Let a draft hold from its day on, and tell members; a second time changes nothing.

    Raises ``NoticeTooShort``, ``PaybackNotStarted`` and what ``add_rules`` raises.
    """
    require(can_edit_rules(actor))
    get_draft(actor, draft_id)
    draft = lock_draft(draft_id)
    if draft.published_id is not None:
        return db.session.get_one(RuleVersion, draft.published_id)
    if draft.dropped_at is not None:
        raise DraftClosed()
    _check_beginning(draft)
    rules = _rules_of(draft)
    version = add_rules(actor, draft.currency, rules)
    draft.published_id = version.id
    db.session.flush()
    emit(PointRulesAnnounced(draft.currency, version.version, draft.begins_on.isoformat()))
    return version


def _rules_of(draft: RuleDraft) -> Rules:
    values, zone = values_of(draft), site_zone()
    days = timedelta(days=values.promotion.days if values.promotion else 0)
    return values.as_rules(
        beginning_of(draft.begins_on, zone),
        promotion_ends_at=beginning_of(draft.begins_on + days, zone),
    )


def _check_beginning(draft: RuleDraft) -> None:
    if draft.begins_on < earliest_beginning(draft.currency):
        raise NoticeTooShort()
    if draft.currency == PAYBACK and not load_rulebook().versions[PAYBACK]:
        raise PaybackNotStarted()


def values_of(draft: RuleDraft) -> Values:
    """Return the values of a draft."""
    return Values(
        amounts=draft.amounts,
        full_givers=draft.full_givers,
        later_kudos=draft.later_kudos,
        daily_cap=draft.daily_cap,
        matures_after_days=draft.matures_after_days,
        promotion=Offer(**draft.promotion) if draft.promotion else None,
    )


def withdraw_version(actor: User, rule_version_id: int) -> None:
    """Take back rules that were announced and have not begun; a second time changes nothing.

    Raises ``NotFound`` and ``ledger.operations.rules.RulesBegun``.
    """
    require(can_edit_rules(actor))
    row = db.session.get(RuleVersion, rule_version_id)
    if row is None:
        raise NotFound()
    if row.withdrawn_at is None:
        withdraw_rules(actor, rule_version_id)
        day = row.begins_at.astimezone(site_zone()).date()
        emit(PointRulesWithdrawn(row.currency, row.version, day.isoformat()))
