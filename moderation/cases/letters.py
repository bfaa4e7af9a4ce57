"""Exactly what a member will read about a decision, before it is made."""

from typing import NamedTuple

from community.core import markup
from community.core.db import db
from community.core.i18n import speaking
from community.identity.models import User
from community.identity.names import shown_name
from community.posts.models import Post
from moderation.cases.kinds import Decision, kind_of
from moderation.cases.models import ModerationCase
from moderation.cases.queries import list_subject_ids
from moderation.rules import UNNAMED, is_rule
from moderation.sanctions.models import POST_RESTORED
from moderation.sanctions.queries.texts import language_of, preview_statement


class Letter(NamedTuple):
    """One letter: to whom, in which language, and its text."""

    name: str
    language: str
    text: str


def letters_of(case: ModerationCase, decision: Decision, note: str, rule: str) -> list[Letter]:
    """Return what a decision tells the members of a case, each in their language.

    Where a post is visible already nobody is told that it is again.
    """
    measures = [measure for measure in decision.measures if _is_told(case, measure)]
    if not measures:
        return []
    return [
        _letter(case, decision, user_id, measure, _tidy(note), rule)
        for user_id in sorted(list_subject_ids(case.id))
        for measure in measures
    ]


def _is_told(case: ModerationCase, measure: str) -> bool:
    if measure != POST_RESTORED:
        return True
    post = None if case.post_id is None else db.session.get(Post, case.post_id)
    return post is not None and post.visibility != "published"


def _tidy(note: str) -> str:
    try:
        return markup.clean_text(note).strip()
    except markup.UnacceptableText:
        return ""


def _letter(
    case: ModerationCase, decision: Decision, user_id: int, measure: str, note: str, rule: str
) -> Letter:
    language = language_of(user_id)
    with speaking(language):
        facts = kind_of(case).facts(case, decision, note)
    text = preview_statement(
        user_id,
        language,
        measure=measure,
        rule=rule if is_rule(rule) else UNNAMED,
        facts=facts,
        post_id=case.post_id,
    )
    name = db.session.get_one(User, user_id).display_name
    return Letter(shown_name(name), language, text)
