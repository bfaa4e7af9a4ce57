"""Every invariant of the ledger as one query that finds what breaks it.

Plain SQL that SQLite and PostgreSQL both read; nothing is changed. What should be booked by the
facts is not judged here but by ``rebuild``, which finds nothing to write on a sound site.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from community.core.db import db
from reputation.ledger.rulebook import load_rulebook
from reputation.ledger.rules import (
    BONUSES,
    BOOKED,
    EDIT_TAKEN,
    EDITS_LIFETIME,
    FACTS,
    KUDOS,
    OUTGOING,
    POSTED,
    SETTLED,
    RuleBook,
    Rules,
)

STANDING = """(
  SELECT entry.* FROM ledger_entries AS entry
  LEFT JOIN ledger_entries AS reversal ON reversal.reverses_id = entry.id
  WHERE entry.reverses_id IS NULL AND reversal.id IS NULL
) AS standing"""

SUMS = """(
  SELECT user_id,
    sum(CASE WHEN currency = 'reputation' THEN amount ELSE 0 END) AS reputation,
    sum(CASE WHEN currency = 'payback' THEN amount ELSE 0 END) AS payback
  FROM ledger_entries GROUP BY user_id
) AS sums"""


def _listed(causes: Iterable[str]) -> str:
    return ", ".join(repr(cause) for cause in causes)


# What was earned so early that its books are closed stays as it is, whatever became of its post.
CLOSED = """EXISTS (SELECT 1 FROM ledger_closings AS closing
  WHERE closing.currency = standing.currency AND closing.before > standing.occurred_at)"""

# A question that others have become part of keeps what their askers and helpers earned.
REGROUPED = """EXISTS (SELECT 1 FROM regroupings
  WHERE root.id IN (regroupings.source_id, regroupings.target_id))"""
ASKERS = "'acceptance_given', 'acceptance_bonus'"
ASKED_BEFORE = """EXISTS (SELECT 1 FROM posts AS asked
  WHERE asked.kind = 'question' AND asked.author_id = standing.user_id
    AND (asked.root_id = root.id OR EXISTS (SELECT 1 FROM regroupings
      WHERE root.id IN (regroupings.source_id, regroupings.target_id)
        AND asked.id IN (regroupings.source_id, regroupings.target_id))))"""


@dataclass(frozen=True)
class Invariant:
    """Something that always holds; ``query`` returns one number of what breaks it, if any."""

    says: str
    query: str
    numbers: str = "account"


@dataclass(frozen=True)
class Broken:
    """An invariant that does not hold, and the first account or entry where it does not."""

    says: str
    where: str


INVARIANTS = (
    Invariant(
        "balances are the sums of the entries",
        f"""SELECT sums.user_id FROM {SUMS}
        LEFT JOIN ledger_accounts AS account ON account.user_id = sums.user_id
        WHERE account.user_id IS NULL OR account.reputation <> sums.reputation
          OR account.payback <> sums.payback""",
    ),
    Invariant(
        "an account without entries is empty",
        """SELECT account.user_id FROM ledger_accounts AS account
        WHERE (account.reputation <> 0 OR account.payback <> 0) AND NOT EXISTS
          (SELECT 1 FROM ledger_entries AS entry WHERE entry.user_id = account.user_id)""",
    ),
    Invariant(
        "members are shown the points of their account",
        """SELECT users.id FROM users
        LEFT JOIN ledger_accounts AS account ON account.user_id = users.id
        WHERE users.points <> coalesce(account.reputation, 0)""",
    ),
    Invariant(
        "a reversal takes back exactly what it reverses",
        """SELECT reversal.id FROM ledger_entries AS reversal
        JOIN ledger_entries AS entry ON entry.id = reversal.reverses_id
        WHERE reversal.amount <> -entry.amount OR reversal.user_id <> entry.user_id
          OR reversal.currency <> entry.currency OR reversal.cause <> entry.cause
          OR reversal.earned_on <> entry.earned_on
          OR coalesce(reversal.post_id, 0) <> coalesce(entry.post_id, 0)
          OR coalesce(reversal.giver_id, 0) <> coalesce(entry.giver_id, 0)""",
        "entry",
    ),
    Invariant(
        "a reversal is never reversed and follows what it reverses",
        """SELECT reversal.id FROM ledger_entries AS reversal
        JOIN ledger_entries AS entry ON entry.id = reversal.reverses_id
        WHERE entry.reverses_id IS NOT NULL OR reversal.id <= entry.id""",
        "entry",
    ),
    Invariant(
        "nothing is reversed twice",
        """SELECT reverses_id FROM ledger_entries WHERE reverses_id IS NOT NULL
        GROUP BY reverses_id HAVING count(*) > 1""",
        "entry",
    ),
    Invariant(
        "a cause earns once",
        f"""SELECT min(standing.id) FROM {STANDING} WHERE cause IN ({_listed(BOOKED)})
        GROUP BY currency, cause, user_id, post_id,
          CASE WHEN cause IN ({_listed(KUDOS)}) THEN giver_id END HAVING count(*) > 1""",
        "entry",
    ),
    Invariant(
        "nobody earns by thanking or accepting themselves",
        f"""SELECT standing.id FROM {STANDING}
        JOIN posts ON posts.id = standing.post_id
        JOIN posts AS root ON root.id = posts.root_id
        WHERE standing.giver_id = standing.user_id
          OR (standing.cause IN ('accepted', 'spotlit', 'acceptance_given',
              'accepted_bonus', 'acceptance_bonus')
            AND posts.author_id = root.author_id AND NOT {REGROUPED})""",
        "entry",
    ),
    Invariant(
        "points go to the author, or to the asker who accepted",
        f"""SELECT standing.id FROM {STANDING}
        JOIN posts ON posts.id = standing.post_id
        JOIN posts AS root ON root.id = posts.root_id
        WHERE cause IN ({_listed((*FACTS, *KUDOS, *BONUSES.values()))}) AND standing.user_id <>
          CASE WHEN standing.cause IN ({ASKERS}) THEN root.author_id
          ELSE posts.author_id END
          AND NOT (standing.cause IN ({ASKERS}) AND {ASKED_BEFORE})""",
        "entry",
    ),
    Invariant(
        "points for a change of a post go to who suggested it, never to its author",
        f"""SELECT standing.id FROM {STANDING}
        JOIN posts ON posts.id = standing.post_id
        WHERE cause = '{EDIT_TAKEN}' AND (posts.author_id = standing.user_id
          OR NOT EXISTS (SELECT 1 FROM suggested_edits AS edit
            WHERE edit.post_id = standing.post_id AND edit.author_id = standing.user_id
              AND edit.state = 'accepted' AND edit.decided_by_id = standing.giver_id))""",
        "entry",
    ),
    Invariant(
        f"changes of others' posts bring nobody more than {EDITS_LIFETIME} points",
        f"""SELECT standing.user_id FROM {STANDING} WHERE cause = '{EDIT_TAKEN}'
        GROUP BY currency, user_id HAVING sum(amount) > {EDITS_LIFETIME}""",
    ),
    Invariant(
        "what a promotion adds is what it has given for it, and stands beside what it is for",
        f"""SELECT standing.id FROM {STANDING}
        LEFT JOIN promotion_shares AS share ON share.currency = standing.currency
          AND share.rule_version = standing.rule_version AND share.user_id = standing.user_id
          AND share.post_id = standing.post_id
        WHERE standing.cause IN ({_listed(BONUSES.values())})
          AND (share.amount IS NULL OR share.amount <> standing.amount OR NOT EXISTS
            (SELECT 1 FROM ledger_entries AS base
             LEFT JOIN ledger_entries AS reversal ON reversal.reverses_id = base.id
             WHERE base.reverses_id IS NULL AND reversal.id IS NULL
               AND base.currency = standing.currency AND base.user_id = standing.user_id
               AND base.post_id = standing.post_id
               AND base.rule_version = standing.rule_version
               AND base.occurred_at = standing.occurred_at
               AND base.cause = CASE WHEN standing.cause = 'accepted_bonus' THEN 'accepted'
                 ELSE 'acceptance_given' END))""",
        "entry",
    ),
    Invariant(
        "no promotion gives more than its budget, nor more or less than its shares",
        """SELECT budget.rule_version FROM promotion_budgets AS budget
        WHERE budget.given > budget.budget OR budget.given <> coalesce(
          (SELECT sum(share.amount) FROM promotion_shares AS share
           WHERE share.currency = budget.currency
             AND share.rule_version = budget.rule_version), 0)""",
        "rules",
    ),
    Invariant(
        "no account of payback is below zero where nothing was taken by hand",
        f"""SELECT sums.user_id FROM {SUMS} WHERE sums.payback < 0 AND NOT EXISTS
          (SELECT 1 FROM ledger_entries AS entry WHERE entry.user_id = sums.user_id
             AND entry.currency = 'payback' AND entry.cause = 'adjustment' AND entry.amount < 0)""",
    ),
    Invariant(
        "no account of reputation is below zero where nothing was taken by hand",
        f"""SELECT sums.user_id FROM {SUMS} WHERE sums.reputation < 0 AND NOT EXISTS
          (SELECT 1 FROM ledger_entries AS entry WHERE entry.user_id = sums.user_id
             AND entry.reverses_id IS NULL AND entry.amount < 0)""",
    ),
    Invariant(
        "what is paid out or expires is taken from the account",
        f"""SELECT id FROM ledger_entries WHERE cause IN ({_listed(OUTGOING)})
          AND (currency <> 'payback' OR (amount > 0) = (reverses_id IS NULL))""",
        "entry",
    ),
)

REMOVED = Invariant(
    "removed posts earn nothing",
    f"""SELECT standing.id FROM {STANDING}
    JOIN posts ON posts.id = standing.post_id
    JOIN posts AS root ON root.id = posts.root_id
    JOIN users ON users.id = standing.user_id
    WHERE (posts.visibility NOT IN ('published', 'merged') OR root.visibility <> 'published')
      AND users.erased_at IS NULL AND NOT {CLOSED}""",
    "entry",
)
EXCLUDED = Invariant(
    "members who are excluded from it earn nothing by each other",
    f"""SELECT standing.id FROM {STANDING}
    JOIN ledger_exclusions AS excluded ON excluded.lifted_at IS NULL
      AND ((excluded.user_id = standing.user_id AND excluded.other_id = standing.giver_id)
        OR (excluded.other_id = standing.user_id AND excluded.user_id = standing.giver_id))
    JOIN users ON users.id = standing.user_id
    WHERE users.erased_at IS NULL AND NOT {CLOSED}""",
    "entry",
)

# Says whether events wait whose effect on the ledger is still to come.
WAITING = "SELECT 1 FROM jobs WHERE task LIKE 'reputation.ledger.%' LIMIT 1"


def verify_ledger() -> Iterator[tuple[str, Broken | None]]:
    """Check one invariant after the other; yields what each says, and how it is broken."""
    following = db.session.execute(text(WAITING)).first() is None
    of_facts = (REMOVED, EXCLUDED) if following else ()
    for invariant in (*INVARIANTS, *_invariants_of_rules(load_rulebook()), *of_facts):
        yield invariant.says, check(invariant)


def check(invariant: Invariant) -> Broken | None:
    """Return where an invariant does not hold; None where it does."""
    found: Any = db.session.execute(text(f"{invariant.query} LIMIT 1")).scalar()
    return None if found is None else Broken(invariant.says, f"{invariant.numbers} {found}")


def _invariants_of_rules(book: RuleBook) -> Iterator[Invariant]:
    causes = _listed(BOOKED)
    versions = [(c, rules) for c, found in book.versions.items() for rules in found]
    known = [f"(currency = '{c}' AND rule_version = {rules.version})" for c, rules in versions]
    yield Invariant(
        "every entry was booked by a rule we know",
        f"""SELECT id FROM ledger_entries WHERE (cause IN ({causes})
          AND NOT ({" OR ".join(known)})) OR cause NOT IN ({causes}, {_listed(POSTED)})""",
        "entry",
    )
    yield Invariant(
        "every amount is what the rule says, or less where a cap cut it",
        f"SELECT id FROM ledger_entries WHERE reverses_id IS NULL AND ({_wrong_amounts(book)})",
        "entry",
    )
    for currency, found in book.versions.items():
        cap = max((rules.daily_cap for rules in found), default=0)
        yield Invariant(
            f"nobody's kudos of a day bring more than the cap ({currency})",
            f"""SELECT standing.user_id FROM {STANDING}
            WHERE currency = '{currency}' AND cause IN ({", ".join(map(repr, KUDOS))})
            GROUP BY user_id, earned_on HAVING sum(amount) > {cap}""",
        )


def _wrong_amounts(book: RuleBook) -> str:
    wrong = ["1 = 0"]
    for currency, versions in book.versions.items():
        for rules in versions:
            for cause in SETTLED:
                value = rules.values.get(cause, 0)
                differs = f"amount <> {value}" if cause in FACTS else f"amount > {value}"
                wrong.append(
                    f"(currency = '{currency}' AND rule_version = {rules.version} "
                    f"AND cause = '{cause}' AND ({differs} OR amount <= 0))"
                )
            for cause, bonus in BONUSES.items():
                wrong.append(
                    f"(currency = '{currency}' AND rule_version = {rules.version} "
                    f"AND cause = '{bonus}' AND amount <> {_bonus(rules, cause)})"
                )
    return " OR ".join(wrong)


def _bonus(rules: Rules, cause: str) -> int:
    promotion = rules.promotion
    if promotion is None or promotion.cause != cause:
        return 0
    return promotion.bonus(rules.values.get(cause, 0))
