"""New versions of the rules, and withdrawing one before it begins."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select, update

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import Viewer
from community.core.db import count_changed, db
from community.core.errors import Conflict
from reputation.ledger.models import PromotionBudget, RuleVersion
from reputation.ledger.rulebook import promotion_row
from reputation.ledger.rules import FIRST_RULES, Rules


class RulesTooEarly(Conflict):
    """Rules begin in the future, and after those that were added before."""

    message = _l("New rules must begin later than now and later than the last ones.")


class RulesBegun(Conflict):
    """Rules that hold, or held, cannot be withdrawn."""

    message = _l("These rules have begun already. Add new ones instead.")


def add_rules(actor: Viewer, currency: str, rules: Rules) -> RuleVersion:
    """Store a further version; ``rules.version`` is not looked at. Raises ``RulesTooEarly``.

    The first version of a currency may begin at any time: before it nothing was earned.
    """
    standing = RuleVersion.currency == currency, RuleVersion.withdrawn_at.is_(None)
    last_begins = db.session.scalar(select(func.max(RuleVersion.begins_at)).where(*standing))
    is_first = last_begins is None and not FIRST_RULES[currency]
    if not is_first and rules.begins_at <= max(last_begins or clock.now(), clock.now()):
        raise RulesTooEarly()
    numbers = select(func.max(RuleVersion.version)).where(RuleVersion.currency == currency)
    last = db.session.scalar(numbers) or len(FIRST_RULES[currency])
    row = RuleVersion(
        currency=currency,
        version=last + 1,
        begins_at=rules.begins_at,
        amounts=dict(rules.values),
        full_givers=rules.full_givers,
        later_kudos=rules.later_kudos,
        daily_cap=rules.daily_cap,
        matures_after_days=rules.matures_after_days,
        promotion=promotion_row(rules.promotion),
        created_by_id=actor.viewer_id,
    )
    db.session.add(row)
    if rules.promotion:
        budget = rules.promotion.budget
        db.session.add(PromotionBudget(currency=currency, rule_version=last + 1, budget=budget))
    db.session.flush()
    after = {"currency": currency, "version": row.version}
    record(actor, Action.RULES_ADDED, subject=("rule_version", row.id), after=after)
    return row


def withdraw_rules(actor: Viewer, rule_version_id: int) -> None:
    """Take back a version that has not begun; a second time changes nothing.

    Raises ``RulesBegun``.
    """
    now = clock.now()
    statement = (
        update(RuleVersion)
        .where(
            RuleVersion.id == rule_version_id,
            RuleVersion.begins_at > now,
            RuleVersion.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now, withdrawn_by_id=actor.viewer_id)
    )
    if count_changed(statement):
        record(actor, Action.RULES_WITHDRAWN, subject=("rule_version", rule_version_id))
    elif db.session.get_one(RuleVersion, rule_version_id).withdrawn_at is None:
        raise RulesBegun()
