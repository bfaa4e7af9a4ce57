"""Cases about posts that wait before they are published."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from community.core.authz import Viewer
from community.core.db import db
from community.posts.findings import reason_of
from community.posts.models import HeldPost, Post
from community.posts.tagging import tag_names_of
from community.questions.operations.versions import version_of
from moderation.cases.kinds import Act, CaseKind, Choice, Decision
from moderation.cases.models import ModerationCase
from moderation.held.operations import HIDDEN, decide_held, decide_shown, undo_held
from moderation.words.queries import list_patterns

DECISIONS = (
    Decision(
        "publish",
        _l("Publish it"),
        is_violation=False,
        hint=_l("It counts from now on, and watchers are told of it."),
    ),
    Decision(
        "refuse",
        _l("Refuse it"),
        is_violation=True,
        hint=_l("It stays hidden. Its author is told why, and can appeal."),
        measures=(HIDDEN,),
    ),
)
SHOWN_DECISIONS = (
    Decision("keep", _l("Let it stand"), is_violation=False, hint=_l("Nobody is told.")),
    Decision(
        "hide",
        _l("Hide it"),
        is_violation=True,
        hint=_l("Its author is told why, and can appeal."),
        measures=(HIDDEN,),
    ),
)


def _context(viewer: Viewer, case: ModerationCase) -> Mapping[str, Any]:
    return {
        "codes": case.evidence.get("codes", []),
        "patterns": list_patterns(case.evidence.get("words", [])),
        "held_tags": tag_names_of(case.post_id) if case.post_id else [],
        "reason_of": reason_of,
    }


CHOICES = (
    Choice("publish", _l("Publish it"), _l("It can stand here as it is.")),
    Choice("leave", _l("Leave it to the moderators"), _l("Nobody but them decides then.")),
)


def version_of_first(case: ModerationCase) -> str | None:
    """Return a mark of a first post that waits for nothing else than being one."""
    hold = db.session.get(HeldPost, case.post_id, populate_existing=True)
    if hold is None or {found["code"] for found in hold.findings} != {"first_post"}:
        return None
    post = db.session.get_one(Post, hold.post_id, populate_existing=True)
    return version_of(post) if post.visibility == "held" else None


def _kind(name: str, label: LazyString, decisions: tuple[Decision, ...], act: Act) -> CaseKind:
    return CaseKind(
        name=name,
        label=label,
        decisions=decisions,
        template="moderation/_held.html",
        act=act,
        undo=undo_held,
        context=_context,
    )


KINDS = (
    _kind("held", _l("Held post"), DECISIONS, decide_held),
    replace(
        _kind("first_post", _l("First post"), DECISIONS, decide_held),
        choices=CHOICES,
        version=version_of_first,
    ),
    _kind("word", _l("Watched word"), SHOWN_DECISIONS, decide_shown),
    _kind("newcomer", _l("Post of a new member"), SHOWN_DECISIONS, decide_shown),
)
