"""A queue of the demo for its moderators: texts that wait, reports, a warning, an open appeal.

Written silently, as an import is: nobody is told of what happened before the demo began.
"""

from datetime import datetime, timedelta

from sqlalchemy import select

from community.core.db import db
from community.core.jobs import unheard
from community.events import PostHeld
from community.posts.models import HeldPost, Post, Removal
from community.posts.screening import Finding, as_rows
from community.questions.models import Question
from moderation.appeals.models import DecisionAppeal
from moderation.appeals.operations import APPEAL_PRIORITY
from moderation.appeals.queries import SOURCE
from moderation.cases.models import ModerationCase
from moderation.cases.operations import open_case
from moderation.flags.models import Flag, FlagHiding
from moderation.flags.operations.queueing import open_post_case
from moderation.held.subscribers import on_post_held
from moderation.sanctions.models import POST_HIDDEN, WARNING, Sanction, Statement
from moderation.sanctions.operations.statements import word_statement
from moderation.sanctions.queries.texts import months_later

MODERATOR = "mads-moderator"
# What was found in the questions that wait, by the beginning of their titles.
HELD = (
    ("BESTE Reise eSIM", "spam", 91),
    ("selling my iphone 15", "links", 0),
    ("Friend code for 5", "typed_fast", 0),
    ("App komplett unbrauchbar", "first_post", 0),
)
# Who reported a hidden question, how much that weighed, and what they added.
REPORTED = "Network down AGAIN"
REPORTS = (
    ("gareth-pryce", 2.6, "He calls people who work nights clowns."),
    ("priya-venkat", 2.3, ""),
    ("xaver-huber", 2.0, "Ton!"),
    ("hinnerk-boysen", 1.9, ""),
)
# An answer that one member finds useless; no rule is broken by it.
DOUBTED = ("App meldet mich jeden Tag ab", "Mal App neu installieren?")
DOUBTER = ("xaver-huber", 0.9, "Das hilft doch niemandem.")
WARNED = "Your billing is a fraud"
WARNING_FACTS = "You called everybody who works in billing a crook. The bill can be argued about."
APPEALED = "Messenger-Gruppe"
APPEAL_FACTS = "Die Gruppe verkauft Aufladecodes, deren Herkunft niemand kennt."
APPEAL_TEXT = (
    "Ich verdiene nichts daran und wollte nur helfen, billiger aufzuladen. Bitte schaut noch "
    "einmal hin: Der Link führte zu einer privaten Gruppe, nicht zu einem Händler."
)


def load_cases(people: dict[str, int], now: datetime) -> None:
    """Fill the moderators' queue, unless that was done."""
    if db.session.scalar(select(ModerationCase.id).limit(1)) is not None:
        return
    with unheard():
        for title, code, score in HELD:
            _hold(_question(title), Finding(code, score=score))
        _report_hidden(_question(REPORTED), people)
        _doubt(people, now)
        _warn(_question(WARNED), people[MODERATOR])
        _appeal(_question(APPEALED), people[MODERATOR], now)


def _question(title: str) -> Question:
    return db.session.scalars(select(Question).where(Question.title.startswith(title))).one()


def _hold(question: Question, finding: Finding) -> None:
    findings = as_rows([finding])
    hold = HeldPost(
        post_id=question.id, is_new=True, findings=findings, held_at=question.created_at
    )
    db.session.add(hold)
    db.session.flush()
    on_post_held(PostHeld(question.id, question.id, question.author_id, findings), event_id=0)
    _date(f"held:{question.id}:", question.created_at)


def _date(source: str, opened_at: datetime) -> None:
    found = select(ModerationCase).where(ModerationCase.source.startswith(source))
    db.session.scalars(found).one().opened_at = opened_at


def _report_hidden(question: Question, people: dict[str, int]) -> None:
    for place, (key, weight, note) in enumerate(REPORTS, start=1):
        at = question.created_at + timedelta(minutes=7 * place)
        db.session.add(_flag(question, people[key], weight, "abuse", note, at))
    hidden_at = question.created_at + timedelta(minutes=7 * len(REPORTS))
    db.session.add(FlagHiding(post_id=question.id, round=1, hidden_at=hidden_at))
    db.session.flush()
    open_post_case(question, 1).opened_at = question.created_at + timedelta(minutes=7)


def _flag(post: Post, flagger_id: int, weight: float, reason: str, note: str, at: datetime) -> Flag:
    return Flag(
        flagger_id=flagger_id,
        post_id=post.id,
        round=1,
        reason=reason,
        note=note,
        weight=weight,
        created_at=at,
    )


def _doubt(people: dict[str, int], now: datetime) -> None:
    title, body = DOUBTED
    key, weight, note = DOUBTER
    question = _question(title)
    mine = (Post.root_id == question.id, Post.body == body)
    answer = db.session.scalars(select(Post).where(*mine)).one()
    at = now - timedelta(minutes=50)
    db.session.add(_flag(answer, people[key], weight, "other", note, at))
    db.session.flush()
    open_post_case(answer, 1).opened_at = at


def _warn(question: Question, moderator_id: int) -> None:
    statement = _statement(question, WARNING, "abuse", WARNING_FACTS, moderator_id)
    db.session.add(
        Sanction(
            user_id=question.author_id,
            kind=WARNING,
            statement_id=statement.id,
            imposed_by_id=moderator_id,
            started_at=statement.issued_at,
        )
    )


def _statement(
    question: Question, measure: str, rule: str, facts: str, moderator_id: int
) -> Statement:
    """Keep what the author of a hidden question was told when it was hidden."""
    removal = db.session.scalars(select(Removal).where(Removal.post_id == question.id)).one()
    statement = Statement(
        user_id=question.author_id,
        measure=measure,
        rule=rule,
        facts=facts,
        automated=False,
        post_id=question.id,
        removal_id=removal.id if measure == POST_HIDDEN else None,
    )
    word_statement(moderator_id, statement)
    statement.issued_at = removal.created_at
    statement.appeal_until = months_later(removal.created_at)
    return statement


def _appeal(question: Question, moderator_id: int, now: datetime) -> None:
    statement = _statement(question, POST_HIDDEN, "spam", APPEAL_FACTS, moderator_id)
    at = now - timedelta(hours=9)
    appeal = DecisionAppeal(
        statement_id=statement.id, user_id=statement.user_id, text=APPEAL_TEXT, opened_at=at
    )
    db.session.add(appeal)
    db.session.flush()
    case = open_case(
        "appeal",
        f"{SOURCE}{appeal.id}",
        subject_ids=[statement.user_id],
        evidence={"statement": statement.id, "measure": statement.measure, "rule": statement.rule},
        post_id=question.id,
        priority=APPEAL_PRIORITY,
    )
    case.opened_at = at
