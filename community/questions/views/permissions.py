"""What the viewer may do on a page, asked once per post from the same policies as everywhere."""

from flask_babel.speaklater import LazyString

from community.core.authz import Viewer, is_signed_in
from community.core.privileges import Privilege
from community.core.settings import current_settings
from community.identity.privileges import has_privilege, missing_words
from community.posts.policies import (
    can_delete_post,
    can_edit_post,
    can_give_kudos,
    can_hide_post,
    can_suggest_edit,
    is_author,
    is_thankable,
    kudos_privilege,
)
from community.questions.policies import (
    can_accept_answer,
    can_answer_proposal,
    can_answer_question,
    can_close_question,
    can_comment,
    can_follow_up,
    can_lock_question,
    can_propose_duplicate,
    can_reopen_question,
    can_request_info,
    can_retag_question,
    can_say_me_too,
    can_unaccept_answer,
    can_use_tools,
    can_withdraw_proposal,
    takes_comments,
)
from community.questions.queries.duplicates import closes_alone
from community.questions.queries.page_parts import PostView, QuestionPage, QuestionView


def fill_permissions(viewer: Viewer, page: QuestionPage) -> None:
    """Set ``may`` on the question and each answer."""
    if not is_signed_in(viewer):
        return
    question = page.question
    question.may = _for_post(viewer, question, question) | _for_question(viewer, question)
    if question.answers_count > sum(a.author_id == question.author_id for a in page.answers):
        _forbid_deleting(viewer, question)
    solutions = sum(answer.acceptance is not None for answer in page.answers)
    for answer in page.answers:
        answer.may = _for_post(viewer, question, answer)
        if answer.acceptance:
            accepted_by_id = answer.acceptance.by.id
            if can_unaccept_answer(viewer, question, accepted_by_id=accepted_by_id):
                answer.may.add("unaccept")
        elif can_accept_answer(viewer, question, answer):
            answer.may.add("accept")
            if 0 < solutions < current_settings().accepted_answers_max:
                answer.may.add("also")
    for comment in (c for post in (question, *page.answers) for c in post.comments):
        comment.may = _for_post(viewer, question, comment) - {"comment"}


def missing_here(viewer: Viewer, page: QuestionPage) -> list[LazyString]:
    """Say which of the buttons everybody expects are not open yet, and with how many points."""
    question = page.question
    posts: tuple[PostView, ...] = (question, *page.answers)
    wanted = []
    if any(is_thankable(viewer, post) and "kudos" not in post.may for post in posts):
        wanted.append(kudos_privilege(viewer, question.author_id))
    if takes_comments(viewer, question) and any("comment" not in post.may for post in posts):
        wanted.append(Privilege.COMMENT)
    return [missing_words(privilege, viewer) for privilege in wanted]


def _forbid_deleting(viewer: Viewer, question: QuestionView) -> None:
    """Take the button away where others have answered, perhaps on another page."""
    if not can_delete_post(viewer, question, is_locked=question.is_locked, has_replies=True):
        question.may.discard("delete")


def _for_post(viewer: Viewer, question: QuestionView, post: PostView) -> set[str]:
    replied = any(comment.author_id != post.author_id for comment in post.comments)
    allowed = {
        "mine": is_author(viewer, post),
        "comment": can_comment(viewer, question, post),
        "kudos": can_give_kudos(viewer, post, asker_id=question.author_id),
        "edit": can_edit_post(viewer, post, is_locked=question.is_locked),
        "suggest": can_suggest_edit(viewer, post, is_locked=question.is_locked),
        "delete": can_delete_post(viewer, post, is_locked=question.is_locked, has_replies=replied),
        "hide": can_hide_post(viewer, post),
        "flag": is_thankable(viewer, post) and has_privilege(viewer, Privilege.FLAG, post.board_id),
    }
    return {name for name, yes in allowed.items() if yes}


def _for_question(viewer: Viewer, question: QuestionView) -> set[str]:
    alone = closes_alone(viewer, question, question.id)
    allowed = {
        "me_too": can_say_me_too(viewer, question),
        "answer": can_answer_question(viewer, question),
        "close": can_close_question(viewer, question) or alone,
        "close_duplicate": alone,
        **_about_duplicates(viewer, question),
        "retag": can_retag_question(viewer, question, is_locked=question.is_locked),
        "reopen": can_reopen_question(
            viewer, question, closed_at=question.closure.at if question.closure else None
        ),
        "request_info": can_request_info(viewer, question),
        "lock": can_lock_question(viewer, question),
        "tools": can_use_tools(viewer, question, question),
    }
    allowed["follow_up"] = not allowed["reopen"] and can_follow_up(viewer, question)
    return {name for name, yes in allowed.items() if yes}


def _about_duplicates(viewer: Viewer, question: QuestionView) -> dict[str, bool]:
    proposal = question.proposal
    judges = can_propose_duplicate(viewer, question)
    if proposal is None:
        return {"propose": judges}
    by_id = proposal.proposed_by_id
    return {
        "second": judges and not proposal.my_voice and not proposal.is_disputed,
        "say_whether_it_helps": can_answer_proposal(viewer, question),
        "withdraw": can_withdraw_proposal(viewer, question, proposed_by_id=by_id),
    }
