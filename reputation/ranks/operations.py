"""Keeping ranks right, and changing what they are called and take.

Locks as in the ledger: the member's account first, then their row. What counts is read after the
account is locked, so whoever refreshes last has seen the last change.
"""

from collections.abc import Mapping, Sequence

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import Viewer, require
from community.core.db import db, transaction
from community.core.errors import Invalid
from community.core.i18n import LANGUAGES
from community.core.jobs import enqueue
from community.identity.names import is_well_formed_name, tidy_name
from community.identity.operations.points import set_rank_level
from reputation.ledger.operations import lock_accounts
from reputation.ranks import queries
from reputation.ranks.models import Rank
from reputation.ranks.policies import can_change_ranks
from reputation.ranks.rank_rules import Criteria, fit_wanted, level_of

BATCH = 200


class RankUnfit(Invalid):
    """A name that cannot be shown, or a number that is none."""

    name_message = _l("Enter a name of 2 to 40 characters.")
    number_message = _l("Enter a whole number from 0 to 1,000,000.")


def refresh_rank(user_id: int) -> bool:
    """Give a member the rank their standing asks for; says whether it changed."""
    lock_accounts([user_id])
    wanted = _levels_wanted([user_id])
    if user_id not in wanted or queries.list_levels([user_id])[user_id] == wanted[user_id]:
        return False
    set_rank_level(user_id, wanted[user_id])
    return True


def _levels_wanted(user_ids: Sequence[int]) -> dict[int, int]:
    ladder = {rank.level: rank.criteria for rank in queries.list_ranks()}
    measures = queries.measures_of(user_ids)
    return {user_id: level_of(ladder, measures[user_id]) for user_id in measures}


def _refresh(user_ids: Sequence[int]) -> int:
    """Refresh those of these members whose rank looks wrong; returns how many were."""
    wanted, shown = _levels_wanted(user_ids), queries.list_levels(user_ids)
    wrong = [user_id for user_id in sorted(wanted) if wanted[user_id] != shown[user_id]]
    return sum(refresh_rank(user_id) for user_id in wrong)


def refresh_ranks(after_id: int = 0) -> None:
    """Refresh everybody's rank, some members a job: time passes, and ladders change (periodic)."""
    members = queries.list_members_after(after_id, BATCH)
    if not members:
        return
    _refresh(members)
    enqueue(refresh_ranks, unique_key=f"ranks:{members[-1]}", after_id=members[-1])


def rebuild_ranks() -> int:
    """Derive all ranks anew, batch by batch while the site runs; returns how many were wrong."""
    last_id = wrong = 0
    while True:
        with transaction():
            members = queries.list_members_after(last_id, BATCH)
            wrong += _refresh(members)
        if not members:
            return wrong
        last_id = members[-1]


def change_rank(
    actor: Viewer,
    rank: Rank,
    *,
    names: Mapping[str, str],
    needs: Mapping[str, str],
    one_of: Mapping[str, str],
) -> None:
    """Give a rank other names and criteria; everybody's rank follows in the background.

    The lowest rank takes nothing: there everybody stands. Raises ``NotAllowed``, ``RankUnfit``
    with one message a field (``name_de``, ``needs_points``, ``one_of_days`` …).
    """
    require(can_change_ranks(actor))
    before = _facts_of(rank)
    errors = _wrong_fields(names, needs, one_of)
    if errors:
        raise RankUnfit(errors=errors)
    rank.names = {code: tidy_name(names[code]) for code in LANGUAGES}
    criteria = Criteria(fit_wanted(needs), fit_wanted(one_of)) if rank.level else Criteria()
    rank.needs, rank.one_of = dict(criteria.needs), dict(criteria.one_of)
    if _facts_of(rank) == before:
        return
    rank.changed_at = clock.now()
    db.session.flush()
    after = _facts_of(rank)
    record(actor, Action.RANK_CHANGED, subject=("rank", rank.level), before=before, after=after)
    enqueue(refresh_ranks, unique_key="ranks:0", after_id=0)


def _facts_of(rank: Rank) -> dict[str, object]:
    return {"names": dict(rank.names), "needs": dict(rank.needs), "one_of": dict(rank.one_of)}


def _wrong_fields(
    names: Mapping[str, str], needs: Mapping[str, str], one_of: Mapping[str, str]
) -> dict[str, str | LazyString]:
    wrong: dict[str, str | LazyString] = {
        f"name_{code}": RankUnfit.name_message
        for code in LANGUAGES
        if not is_well_formed_name(tidy_name(names.get(code, "")))
    }
    for prefix, typed in (("needs", needs), ("one_of", one_of)):
        for name, value in typed.items():
            try:
                fit_wanted({name: value})
            except ValueError:
                wrong[f"{prefix}_{name}"] = RankUnfit.number_message
    return wrong
