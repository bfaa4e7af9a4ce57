"""The case of a picture: what can be decided, and what comes of it."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from community.core.authz import Viewer
from community.core.db import db
from community.identity.models import User
from community.posts.attaching import remove_image, restore_image
from community.posts.models import Attachment
from moderation.cases.kinds import CaseKind, Decision
from moderation.cases.models import ModerationCase
from moderation.sanctions.models import IMAGE_REMOVED
from moderation.sanctions.operations.statements import issue_statement

EVIDENCE = "image"
ANY_RULE = "other"


def image_of(case: ModerationCase) -> Attachment | None:
    """Return the picture a case is about; None where it is gone."""
    return db.session.get(Attachment, case.evidence[EVIDENCE], populate_existing=True)


def decide_image(
    actor: User, case: ModerationCase, decision: Decision, note: str, rule: str
) -> None:
    """Take a picture down that must not be shown, and tell whose it is why."""
    image = image_of(case)
    if not decision.is_violation or image is None or not remove_image(actor, image, note):
        return
    issue_statement(
        actor,
        user_id=image.uploader_id,
        measure=IMAGE_REMOVED,
        rule=rule or ANY_RULE,
        facts=note,
        post_id=image.post_id,
        case_id=case.id,
    )


def undo_image(actor: Viewer, case: ModerationCase, note: str) -> None:
    """Bring back a picture that a decision took down, while it is still kept."""
    image = image_of(case)
    if image is not None:
        restore_image(actor, image, note)


def _shown(viewer: Viewer, case: ModerationCase) -> Mapping[str, Any]:
    return {"image": image_of(case)}


IMAGE = CaseKind(
    name="image",
    label=_l("Picture of a new member"),
    decisions=(
        Decision(
            "fine",
            _l("It can stay"),
            is_violation=False,
            hint=_l("Nothing changes; nobody is told."),
        ),
        Decision(
            "remove",
            _l("Take it down"),
            is_violation=True,
            hint=_l("The picture is gone at once for everybody but moderators; the post stays."),
            measures=(IMAGE_REMOVED,),
        ),
    ),
    template="moderation/_image.html",
    act=decide_image,
    undo=undo_image,
    context=_shown,
)

KINDS = (IMAGE,)
