"""Which badges members hold."""

from sqlalchemy import select

from community.core.db import db, transaction
from community.core.worker import run_due_jobs
from community.identity.models import User
from community.questions.models import Answer
from reputation.badges.models import Badge
from reputation.badges.queries.holders import badges_of
from tests.factories.community import make_acceptance, make_answer, make_question, make_user


def held_by(user: User) -> set[str]:
    """Let all jobs run and return the keys of the badges a member holds."""
    run_due_jobs()
    with transaction():
        return {held.badge.key for held in badges_of(user.id)}


def times_held(user: User, key: str) -> int:
    """Let all jobs run and return how often a member holds a badge."""
    run_due_jobs()
    with transaction():
        return sum(held.times for held in badges_of(user.id) if held.badge.key == key)


def badge(key: str) -> Badge:
    """Return a badge by its key, as the database has it now."""
    query = select(Badge).where(Badge.key == key)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def change_rule(key: str, **values: object) -> None:
    """Change a badge past all rules; nobody's badges follow by themselves."""
    with transaction():
        for name, value in values.items():
            setattr(badge(key), name, value)


def solve(helper: User, asker: User | None = None) -> Answer:
    """Let a member solve a question."""
    asker = asker or make_user()
    answer = make_answer(make_question(asker), helper)
    make_acceptance(answer, asker)
    return answer
