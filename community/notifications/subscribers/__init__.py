"""Reactions to events: who hears of what. All of them may be called twice with one effect."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from community.core import clock
from community.core.db import db
from community.events import (
    AnswerAccepted,
    AnswerPosted,
    AnswerUnaccepted,
    AppealDecided,
    BadgeGranted,
    BoardAudienceChanged,
    CommentPosted,
    InfoRequested,
    KudosGiven,
    KudosTaken,
    PointRulesAnnounced,
    PointRulesWithdrawn,
    PointsAdjusted,
    PointsAppealAnswered,
    PostRegrouped,
    PostVisibilityChanged,
    QuestionAsked,
    QuestionClosed,
    QuestionReopened,
    RightsChanged,
    StatementIssued,
    SuperuserNews,
    TrustLevelAtRisk,
    TrustLevelChanged,
)
from community.events.duplicates import DuplicateProposed
from community.events.edits import EditDecided, EditSuggested
from community.events.newcomers import NewcomerAnswered
from community.events.payments import PaymentDecided
from community.events.reports import FlagAnswered
from community.notifications.operations.gathering import News, tell_of_progress
from community.notifications.operations.telling import (
    tell,
    tell_everybody,
    tell_of_kudos,
    tell_personally,
    withdraw_kudos,
)
from community.notifications.operations.unread import (
    recount_unread,
    recount_unread_about,
    recount_unread_on,
)
from community.notifications.operations.welcoming import plan_welcome
from community.notifications.progress import Progress
from community.notifications.queries.readers import language_of
from community.notifications.queries.receivers import get_occasion, reasons_of, this_member
from community.notifications.subscribers import cases
from community.posts.models import SuggestedEdit
from community.posts.operations import watch_unless_muted

# Who asked so long ago is not told that time has closed it: an old forum closes thousands at once.
NEWS_FOR = timedelta(days=365)


def on_question_asked(event: QuestionAsked, *, event_id: int) -> None:
    """Tell who watches the board, a tag or the asker, and who is mentioned."""
    _tell_watchers(
        ("mention", "new_question"), event.question_id, event_id=event_id, actor_id=event.actor_id
    )


def on_answer_posted(event: AnswerPosted, *, event_id: int) -> None:
    """Let the helper watch the question; tell its watchers and who is mentioned.

    Who answers for the first time is thanked for it a day later.
    """
    watch_unless_muted(event.actor_id, event.question_id)
    plan_welcome(event.actor_id, event.answer_id)
    _tell_watchers(
        ("mention", "answer"), event.answer_id, event_id=event_id, actor_id=event.actor_id
    )


def on_newcomer_answered(event: NewcomerAnswered, *, event_id: int) -> None:
    """Thank a member for their first answer, and show what helping brings."""
    tell_personally(event.user_id, "welcome", page="/reputation", event_id=event_id)


def on_comment_posted(event: CommentPosted, *, event_id: int) -> None:
    """Let the author watch the question; tell its watchers, who was answered, who is mentioned."""
    watch_unless_muted(event.actor_id, event.question_id)
    _tell_watchers(
        ("mention", "comment"), event.comment_id, event_id=event_id, actor_id=event.actor_id
    )


def on_answer_accepted(event: AnswerAccepted, *, event_id: int) -> None:
    """Tell the helper, every time; and the asker, where somebody else said that it is solved."""
    _tell_member(
        event.author_id, "accepted", event.answer_id, event_id=event_id, actor_id=event.actor_id
    )
    occasion = get_occasion(event.answer_id)
    if occasion is not None and occasion.asker_id not in (event.actor_id, event.author_id):
        _tell_member(
            occasion.asker_id,
            "confirmed",
            event.answer_id,
            event_id=event_id,
            actor_id=event.actor_id,
        )


def on_answer_unaccepted(event: AnswerUnaccepted, *, event_id: int) -> None:
    """Tell the helper, every time and why; a deleted answer is told of at its question."""
    post_id = event.question_id if event.reason == "deleted" else event.answer_id
    _tell_member(
        event.author_id,
        "unaccepted",
        post_id,
        event_id=event_id,
        actor_id=event.actor_id,
        note=event.reason,
    )


def on_info_requested(event: InfoRequested, *, event_id: int) -> None:
    """Tell the asker which facts are missing."""
    occasion = get_occasion(event.question_id)
    if occasion is not None:
        reasons = {"info_request": this_member(occasion.asker_id)}
        tell(reasons, occasion, event_id=event_id, actor_id=event.actor_id)


def on_duplicate_proposed(event: DuplicateProposed, *, event_id: int) -> None:
    """Ask the asker whether the other question helps."""
    occasion = get_occasion(event.question_id)
    if occasion is not None:
        reasons = {"duplicate": this_member(occasion.asker_id)}
        tell(reasons, occasion, event_id=event_id, actor_id=event.actor_id)


def on_question_closed(event: QuestionClosed, *, event_id: int) -> None:
    """Tell asker and watchers, with the reason; of what closed by time the asker alone."""
    if event.actor_id is None:
        _tell_of_end(event, event_id=event_id)
        return
    _tell_watchers(
        ("closed",),
        event.question_id,
        event_id=event_id,
        actor_id=event.actor_id,
        note=event.reason,
    )


def _tell_of_end(event: QuestionClosed, *, event_id: int) -> None:
    occasion = get_occasion(event.question_id)
    if occasion is None or occasion.created_at < clock.now() - NEWS_FOR:
        return
    _tell_member(
        occasion.asker_id,
        "ended",
        event.question_id,
        event_id=event_id,
        actor_id=None,
        note=event.reason,
    )


def on_question_reopened(event: QuestionReopened, *, event_id: int) -> None:
    """Tell asker and watchers."""
    _tell_watchers(("reopened",), event.question_id, event_id=event_id, actor_id=event.actor_id)


def on_post_regrouped(event: PostRegrouped, *, event_id: int) -> None:
    """Tell the author where what they wrote stands now, or what it is."""
    _tell_member(
        event.author_id,
        "moved",
        event.post_id,
        event_id=event_id,
        actor_id=event.actor_id,
        note=event.what,
    )


def on_kudos_given(event: KudosGiven, *, event_id: int) -> None:
    """Tell the author, all thanks for one post in one line."""
    tell_of_kudos(event.post_id, event.author_id, event_id=event_id)


def on_kudos_taken(event: KudosTaken, *, event_id: int) -> None:
    """Take an unread line back with the kudos."""
    withdraw_kudos(event.post_id, event.author_id)


def on_badge_granted(event: BadgeGranted, *, event_id: int) -> None:
    """Tell the member which badge they were given, in their language."""
    name = event.names.get(language_of(event.user_id), "")
    news = News("badge", f"/badges/{event.badge_id}", name, Progress.of_badge(name))
    tell_of_progress(event.user_id, news, event_id=event_id)


def on_trust_changed(event: TrustLevelChanged, *, event_id: int) -> None:
    """Tell the member that others trust them more, or that a level was lost."""
    if event.level > event.former_level:
        news = News("trust", "/privileges", f"up {event.level}", Progress.of_level(event.level))
        tell_of_progress(event.user_id, news, event_id=event_id)
        return
    note = f"down {event.level}"
    tell_personally(event.user_id, "trust", page="/privileges", event_id=event_id, note=note)


def on_trust_at_risk(event: TrustLevelAtRisk, *, event_id: int) -> None:
    """Tell the member in time that a level is about to be lost."""
    note = f"risk {event.level} {event.day}"
    tell_personally(event.user_id, "trust", page="/privileges", event_id=event_id, note=note)


def on_points_adjusted(event: PointsAdjusted, *, event_id: int) -> None:
    """Tell the member that their points were adjusted; a letter says why."""
    tell_personally(event.user_id, "points", page="/reputation", event_id=event_id, note="adjusted")


def on_payment_decided(event: PaymentDecided, *, event_id: int) -> None:
    """Tell the member that they were paid, or that it did not work and what happens now."""
    what = "settled" if event.is_settled else "failed"
    note = f"{what} {event.form} {event.points}"
    tell_personally(event.user_id, "payment", page="/payback", event_id=event_id, note=note)


def on_rules_announced(event: PointRulesAnnounced, *, event_id: int) -> None:
    """Tell everybody of new rules and when they begin."""
    note = f"{event.currency} {event.begins_on} announced"
    tell_everybody("rules", page="/reputation", event_id=event_id, note=note)


def on_rules_withdrawn(event: PointRulesWithdrawn, *, event_id: int) -> None:
    """Tell everybody that announced rules will not come."""
    note = f"{event.currency} {event.begins_on} withdrawn"
    tell_everybody("rules", page="/reputation", event_id=event_id, note=note)


def on_appeal_answered(event: PointsAppealAnswered, *, event_id: int) -> None:
    """Tell the member what became of their appeal; a letter says why."""
    tell_personally(
        event.user_id,
        "points",
        page=f"/reputation/entries/{event.entry_id}/appeal",
        event_id=event_id,
        note="upheld" if event.is_upheld else "rejected",
    )


def on_superuser_news(event: SuperuserNews, *, event_id: int) -> None:
    """Tell the member what is new about them, or staff what is new about somebody else."""
    own = event.membership_id is None
    tell_personally(
        event.user_id,
        "superuser",
        page="/account/superuser" if own else f"/admin/superusers/{event.membership_id}",
        event_id=event_id,
        note=event.news,
    )


def on_statement_issued(event: StatementIssued, *, event_id: int) -> None:
    """Tell the member that something was decided about them; a letter says what and why."""
    tell_personally(
        event.user_id,
        "decision",
        page=f"/account/decisions/{event.statement_id}",
        event_id=event_id,
        note=event.measure,
    )


def on_decision_appealed(event: AppealDecided, *, event_id: int) -> None:
    """Tell the member how their appeal was decided; a letter says why."""
    tell_personally(
        event.user_id,
        "decision",
        page=f"/account/decisions/{event.statement_id}",
        event_id=event_id,
        note=event.outcome,
    )


def on_flag_answered(event: FlagAnswered, *, event_id: int) -> None:
    """Thank who reported something, and say what was decided."""
    note = "upheld" if event.is_upheld else "rejected"
    tell_personally(event.user_id, "flag", page="/account/flags", event_id=event_id, note=note)


def on_edit_suggested(event: EditSuggested, *, event_id: int) -> None:
    """Tell the post's author, unless moderators must see it first."""
    occasion = get_occasion(event.post_id)
    if occasion is not None and not event.is_held and occasion.author_id != event.author_id:
        _tell_of_suggestion(occasion.author_id, event.suggestion_id, "new", event_id=event_id)


def on_edit_decided(event: EditDecided, *, event_id: int) -> None:
    """Tell who made the change what became of it, and the post's author where others took it.

    Why moderators refused what they had to see first says a statement of reasons.
    """
    occasion = get_occasion(event.post_id)
    author_id = None if occasion is None else occasion.author_id
    told = event.outcome == "refused" and _was_held(event.suggestion_id)
    if event.outcome != "withdrawn" and event.actor_id != event.author_id and not told:
        what = f"edit {event.outcome}" if author_id == event.author_id else event.outcome
        _tell_of_suggestion(event.author_id, event.suggestion_id, what, event_id=event_id)
    took_part = (event.author_id, event.actor_id)
    if event.outcome == "accepted" and author_id is not None and author_id not in took_part:
        _tell_of_suggestion(author_id, event.suggestion_id, "published", event_id=event_id)


def _was_held(suggestion_id: int) -> bool:
    suggestion = db.session.get(SuggestedEdit, suggestion_id)
    return suggestion is not None and suggestion.is_held


def _tell_of_suggestion(user_id: int, suggestion_id: int, what: str, *, event_id: int) -> None:
    page = f"/suggestions/{suggestion_id}"
    tell_personally(user_id, "suggestion", page=page, event_id=event_id, note=what)


def on_visibility_changed(event: PostVisibilityChanged, *, event_id: int) -> None:
    """Keep what nobody may see any more out of the number beside the bell."""
    recount_unread_about(event.question_id)


def on_audience_changed(event: BoardAudienceChanged, *, event_id: int) -> None:
    """Count anew for those who may now see more, or less, of a board."""
    recount_unread_on(event.board_id)


def on_rights_changed(event: RightsChanged, *, event_id: int) -> None:
    """Count anew for a member who may see more now, or less."""
    recount_unread([event.user_id])


def _tell_watchers(
    kinds: Sequence[str], post_id: int, *, event_id: int, actor_id: int, note: str = ""
) -> None:
    occasion = get_occasion(post_id)
    if occasion is not None:
        reasons = reasons_of(kinds, occasion)
        tell(reasons, occasion, event_id=event_id, actor_id=actor_id, note=note)


def _tell_member(
    user_id: int,
    kind: str,
    post_id: int,
    *,
    event_id: int,
    actor_id: int | None,
    note: str = "",
) -> None:
    occasion = get_occasion(post_id)
    if occasion is not None:
        reasons = {kind: this_member(user_id)}
        tell(reasons, occasion, event_id=event_id, actor_id=actor_id, note=note)


SUBSCRIPTIONS: Mapping[type[Any], Sequence[Callable[..., None]]] = {
    **cases.SUBSCRIPTIONS,
    QuestionAsked: [on_question_asked],
    AnswerPosted: [on_answer_posted],
    NewcomerAnswered: [on_newcomer_answered],
    CommentPosted: [on_comment_posted],
    AnswerAccepted: [on_answer_accepted],
    AnswerUnaccepted: [on_answer_unaccepted],
    InfoRequested: [on_info_requested],
    DuplicateProposed: [on_duplicate_proposed],
    QuestionClosed: [on_question_closed],
    QuestionReopened: [on_question_reopened],
    PostRegrouped: [on_post_regrouped],
    KudosGiven: [on_kudos_given],
    KudosTaken: [on_kudos_taken],
    BadgeGranted: [on_badge_granted],
    TrustLevelChanged: [on_trust_changed],
    TrustLevelAtRisk: [on_trust_at_risk],
    PointsAdjusted: [on_points_adjusted],
    PaymentDecided: [on_payment_decided],
    PointRulesAnnounced: [on_rules_announced],
    PointRulesWithdrawn: [on_rules_withdrawn],
    PointsAppealAnswered: [on_appeal_answered],
    SuperuserNews: [on_superuser_news],
    StatementIssued: [on_statement_issued],
    AppealDecided: [on_decision_appealed],
    FlagAnswered: [on_flag_answered],
    EditSuggested: [on_edit_suggested],
    EditDecided: [on_edit_decided],
    PostVisibilityChanged: [on_visibility_changed],
    BoardAudienceChanged: [on_audience_changed],
    RightsChanged: [on_rights_changed],
}
