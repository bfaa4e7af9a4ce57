"""Changes of posts that wait: others' suggestions, and what must be looked at before it is public.

Each is decided once, by a compare-and-set on its state; the question's row is locked before. What
was made from an earlier version is carried over to the present one, or can no longer be taken.
"""

from collections.abc import Sequence
from datetime import timedelta
from math import ceil

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, delete, select, update

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import Viewer, require
from community.core.db import count_changed, db
from community.core.jobs import emit
from community.core.privileges import Privilege
from community.core.reasons import fit_reason
from community.core.settings import current_settings
from community.events.edits import EditDecided, EditSuggested
from community.identity.models import User
from community.identity.privileges import require_privilege
from community.posts.models import Post, SuggestedEdit
from community.posts.policies import (
    can_decide_suggestion,
    can_suggest_edit,
    can_withdraw_suggestion,
    is_author,
    is_suggestible,
)
from community.posts.screening import Verdict, as_rows
from community.posts.text import fit_note, fit_text, note_problem
from community.questions.errors import (
    EnoughSuggestions,
    NothingSuggested,
    SuggestionDecided,
    SuggestionOutdated,
)
from community.questions.models import Question
from community.questions.operations.versions import (
    EditForm,
    check_version,
    fit_edit,
    put_texts,
)
from community.questions.queries.texts import Texts, rebased, texts_of

WAITING, ACCEPTED, REFUSED = "waiting", "accepted", "refused"
WITHDRAWN, OUTDATED = "withdrawn", "outdated"
REASON_MAX_CHARS = 500
DAY = timedelta(days=1)


def suggest_edit(actor: User, question: Question, post: Post, form: EditForm) -> SuggestedEdit:
    """Suggest a change of what somebody else wrote; a waiting one of the actor's gives way to it.

    ``form.note`` says why. The question's row is locked. Raises ``NotAllowed``,
    ``PrivilegeMissing``, ``EditConflict``, ``UnfitText``, ``PersonalDataFound``,
    ``EnoughSuggestions``, ``NothingSuggested``.
    """
    require_suggesting(actor, question, post)
    _check_day(actor)
    note = fit_text(form.note, lambda text: note_problem(text, shortest=3, longest=200), "note")
    verdict = fit_edit(actor, post, form)
    if verdict is None:
        raise NothingSuggested(errors={"body": NothingSuggested.message})
    drop_own(actor, question, post)
    return _keep(actor, question, post, verdict, note)


def require_suggesting(actor: User, question: Question, post: Post) -> None:
    """Raise ``NotAllowed`` unless the actor may suggest; it says what standing it takes."""
    if is_suggestible(actor, post, is_locked=question.is_locked):
        require_privilege(actor, Privilege.SUGGEST_EDIT, post.board_id)
    require(can_suggest_edit(actor, post, is_locked=question.is_locked))


def _check_day(actor: User) -> None:
    limit = current_settings().suggestions_per_day
    recent = (
        select(SuggestedEdit.created_at)
        .where(SuggestedEdit.author_id == actor.id, SuggestedEdit.created_at > clock.now() - DAY)
        .order_by(SuggestedEdit.created_at.desc())
        .limit(limit)
    )
    times = db.session.scalars(recent).all()
    if len(times) >= limit:
        left = (times[-1] + DAY - clock.now()).total_seconds() if times else 1
        raise EnoughSuggestions(retry_after_seconds=max(1, ceil(left)))


def keep_edit(
    actor: User, question: Question, post: Post, verdict: Verdict, note: str
) -> SuggestedEdit:
    """Keep a change that moderators look at first; the post stays as it is until then."""
    return _keep(actor, question, post, verdict, fit_note(note, 200))


def _keep(
    actor: User, question: Question, post: Post, verdict: Verdict, note: str
) -> SuggestedEdit:
    base, sent = texts_of(post), verdict.submission
    suggestion = SuggestedEdit(
        post_id=post.id,
        author_id=actor.id,
        base_title=base.title,
        base_tags=base.tag_line,
        base_body=base.body,
        title=sent.title,
        tags=", ".join(sent.tags),
        body=sent.body,
        note=note,
        is_held=verdict.is_held,
        findings=as_rows(verdict.findings),
        created_at=clock.now(),
    )
    db.session.add(suggestion)
    db.session.flush()
    ids = (suggestion.id, post.id, question.id, actor.id)
    emit(EditSuggested(*ids, suggestion.is_held))
    return suggestion


def drop_own(actor: User, question: Question, post: Post) -> None:
    """Withdraw what the actor wanted to change about a post; without any nothing changes."""
    mine = (SuggestedEdit.post_id == post.id, SuggestedEdit.author_id == actor.id)
    for suggestion in _waiting(*mine):
        _settle(question, suggestion, WITHDRAWN, actor)


def withdraw_suggestion(actor: User, question: Question, suggestion: SuggestedEdit) -> None:
    """Take an own suggestion back; raises ``NotAllowed``, ``SuggestionDecided``."""
    require(can_withdraw_suggestion(actor, suggestion))
    _settle(question, suggestion, WITHDRAWN, actor)


def take_suggestion(
    actor: User, question: Question, post: Post, suggestion: SuggestedEdit, *, seen: str = ""
) -> None:
    """Accept a suggestion: the post's author, and moderators; the question's row is locked.

    ``seen`` is the mark of the version the actor compared it with. Raises ``NotAllowed``,
    ``EditConflict``, ``SuggestionDecided``, ``SuggestionOutdated``.
    """
    require(can_decide_suggestion(actor, post, suggestion, is_locked=question.is_locked))
    check_version(post, seen)
    accept_suggestion(actor, question, post, suggestion)


def accept_suggestion(
    actor: User, question: Question, post: Post, suggestion: SuggestedEdit
) -> None:
    """Publish a suggestion, in the name of who made it; the caller has asked whether one may.

    Raises ``SuggestionDecided``, ``SuggestionOutdated``.
    """
    _publish(actor, question, post, suggestion, was=WAITING)


def revive_suggestion(
    actor: Viewer, question: Question, post: Post, suggestion: SuggestedEdit
) -> None:
    """Publish after all what was refused wrongly; raises as ``accept_suggestion`` does."""
    _publish(actor, question, post, suggestion, was=REFUSED)


def _publish(
    actor: Viewer, question: Question, post: Post, suggestion: SuggestedEdit, *, was: str
) -> None:
    if suggestion.state != was:
        raise SuggestionDecided()
    texts = rebased(texts_of(post), suggestion)
    if texts is None or not post.is_published:
        raise SuggestionOutdated()
    _keep_as_published(post, suggestion, texts)
    _settle(question, suggestion, ACCEPTED, actor, was=was)
    editor = db.session.get_one(User, suggestion.author_id)
    put_texts(editor, question, post, texts, suggestion.note)
    # The version is found again by its time: it is credited to both.
    suggestion.decided_at = post.edited_at
    db.session.flush()
    _record(actor, Action.EDIT_ACCEPTED, post, suggestion)


def _keep_as_published(post: Post, suggestion: SuggestedEdit, texts: Texts) -> None:
    """Make a suggestion, carried over to a newer version or not, tell what was really changed."""
    before = texts_of(post)
    suggestion.base_title, suggestion.base_body = before.title, before.body
    suggestion.base_tags = before.tag_line
    suggestion.title, suggestion.body, suggestion.tags = texts.title, texts.body, texts.tag_line
    db.session.flush()


def refuse_suggestion(
    actor: User, question: Question, post: Post, suggestion: SuggestedEdit, reason: str
) -> None:
    """Refuse a suggestion: the post's author, and moderators; who made it reads the reason.

    Raises ``NotAllowed``, ``ReasonUnfit``, ``SuggestionDecided``.
    """
    require(can_decide_suggestion(actor, post, suggestion, is_locked=question.is_locked))
    reject_suggestion(actor, question, post, suggestion, reason)


def reject_suggestion(
    actor: User, question: Question, post: Post, suggestion: SuggestedEdit, reason: str
) -> None:
    """Refuse a suggestion as ``refuse_suggestion``; the caller has asked whether one may."""
    missing = _l("Please say why. Whoever suggested it reads this.")
    reason = fit_reason(reason, longest=REASON_MAX_CHARS, missing=missing)
    _settle(question, suggestion, REFUSED, actor, reason)
    _record(actor, Action.EDIT_REFUSED, post, suggestion)


def outdate_suggestions(question: Question, post: Post) -> None:
    """Give up what waits and does not fit the post any more; the question's row is locked."""
    for suggestion in _waiting(SuggestedEdit.post_id == post.id):
        if not post.is_published or rebased(texts_of(post), suggestion) is None:
            _settle(question, suggestion, OUTDATED, None)


def _waiting(*conditions: ColumnElement[bool]) -> Sequence[SuggestedEdit]:
    query = select(SuggestedEdit).where(SuggestedEdit.state == WAITING, *conditions)
    return db.session.scalars(
        query.order_by(SuggestedEdit.id).execution_options(populate_existing=True)
    ).all()


def _settle(
    question: Question,
    suggestion: SuggestedEdit,
    state: str,
    actor: Viewer | None,
    reason: str = "",
    *,
    was: str = WAITING,
) -> None:
    actor_id = None if actor is None else actor.viewer_id
    changed = count_changed(
        update(SuggestedEdit)
        .where(SuggestedEdit.id == suggestion.id, SuggestedEdit.state == was)
        .values(state=state, decided_at=clock.now(), decided_by_id=actor_id, reason=reason)
        .execution_options(synchronize_session=False)
    )
    db.session.refresh(suggestion)
    if not changed:
        raise SuggestionDecided()
    ids = (suggestion.id, suggestion.post_id, question.id, suggestion.author_id)
    emit(EditDecided(*ids, actor_id, state))


def _record(actor: Viewer, action: Action, post: Post, suggestion: SuggestedEdit) -> None:
    """Record what was decided about somebody else's post; the texts are in its history."""
    if not is_author(actor, post):
        after = {"suggestion": suggestion.id, "by": suggestion.author_id}
        record(actor, action, subject=("post", post.id), after=after)


def prune_suggestions(age: timedelta) -> None:
    """Forget changes that were not taken, so long after that."""
    old = SuggestedEdit.decided_at < clock.now() - age
    gone = SuggestedEdit.state.in_((REFUSED, WITHDRAWN, OUTDATED))
    db.session.execute(delete(SuggestedEdit).where(old, gone))
