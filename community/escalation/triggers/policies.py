"""Who hands questions over by hand, and who decides when it happens by itself."""

from community.core.authz import Viewer, is_admin, is_signed_in, is_staff
from community.posts.policies import can_write, is_author
from community.questions.policies import QuestionFacts

# Neither settled nor with the team already.
UNSETTLED = ("open", "answered")


def can_hand_over(viewer: Viewer, question: QuestionFacts) -> bool:
    """Say whether the viewer may hand a question to the support team: staff and superusers."""
    helper = is_staff(viewer, question.board_id) or "superuser" in viewer.role_names
    return helper and can_write(viewer) and _may_go_over(question)


def can_call_team(viewer: Viewer, question: QuestionFacts, *, waited: bool) -> bool:
    """Say whether the viewer may ask the team for help: the asker who ``waited`` long enough."""
    mine = can_write(viewer) and is_author(viewer, question)
    return mine and waited and _may_go_over(question)


def can_call_agent(viewer: Viewer, question: QuestionFacts) -> bool:
    """Say whether the viewer has a direct line to the team here: superusers, also where the team
    has the question already. That it is once a question is another matter."""
    unsettled = question.status in (*UNSETTLED, "support")
    helper = "superuser" in viewer.role_names and not is_author(viewer, question)
    return helper and can_write(viewer) and question.visibility == "published" and unsettled


def can_say_unsolved(viewer: Viewer, question: QuestionFacts) -> bool:
    """Say whether the viewer may say that the answers did not help: the asker."""
    mine = can_write(viewer) and is_author(viewer, question) and not question.is_locked
    return mine and question.visibility == "published" and question.status == "answered"


def _may_go_over(question: QuestionFacts) -> bool:
    return question.visibility == "published" and question.status in UNSETTLED


def can_change_handover(viewer: Viewer) -> bool:
    """Say whether the viewer decides when questions are handed over: administrators."""
    return is_signed_in(viewer) and is_admin(viewer)
