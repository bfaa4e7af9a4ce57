"""Who holds which power: by points, by a role, and how a refusal says what is missing.

Policies ask ``has_privilege`` like any other fact about a viewer; it reads no database.
"""

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from community.core.authz import Viewer, is_signed_in, is_staff
from community.core.errors import NotAllowed
from community.core.privileges import EVERYBODY, OF_SUPERUSERS, Privilege, thresholds
from community.core.settings import current_settings

WORDS: dict[Privilege, LazyString] = {
    Privilege.ASK: _l("Ask questions"),
    Privilege.ANSWER: _l("Answer questions"),
    Privilege.COMMENT_OWN: _l("Comment on your own questions and answers"),
    Privilege.FLAG: _l("Report posts to the team"),
    Privilege.KUDOS_ASKER: _l("Give kudos to who answers you"),
    Privilege.COMMENT: _l("Comment anywhere"),
    Privilege.LINKS: _l("More than two links to other sites in a text"),
    Privilege.KUDOS: _l("Give kudos anywhere"),
    Privilege.ASK_HELPER: _l("Ask a named helper"),
    Privilege.SUGGEST_EDIT: _l("Suggest changes to what others wrote"),
    Privilege.BOUNTY: _l("Put points on an answer"),
    Privilege.RETAG: _l("Change the tags of others' questions"),
    Privilege.CONFIRM: _l("Confirm solutions in others' questions"),
    Privilege.REVIEW: _l("Look through new posts and suggested changes"),
    Privilege.NEW_TAG: _l("Make new tags"),
    Privilege.EDIT: _l("Edit what others wrote"),
    Privilege.CLOSE_DUPLICATE: _l("Close questions that were asked before"),
    Privilege.SYNONYMS: _l("Say which tags mean the same"),
}


# What they are for does not exist yet: nothing asks for them, and no page promises them.
WAITING = frozenset(
    {
        Privilege.ASK_HELPER,
        Privilege.BOUNTY,
        Privilege.SYNONYMS,
    }
)


class PrivilegeMissing(NotAllowed):
    """The power opens with more points than the actor has; says which, and what is missing."""

    def __init__(self, privilege: Privilege, viewer: Viewer) -> None:
        super().__init__(missing_words(privilege, viewer))
        self.privilege = privilege


def standing_of(viewer: Viewer) -> int:
    """Return the points that count for powers: a member's own, and never less than one."""
    return max(EVERYBODY, int(getattr(viewer, "points", 0)))


def points_needed(privilege: Privilege) -> int:
    """Return with how many points a power opens on this site."""
    settings = current_settings()
    return thresholds(settings.privilege_preset, settings.privilege_points)[privilege]


def has_privilege(viewer: Viewer, privilege: Privilege, board_id: int | None) -> bool:
    """Say whether a member holds a power on a board.

    Staff hold all, also of this board alone; superusers what belongs to their role; everybody what
    opens with their points. Source: product rules 2.2.
    """
    if is_staff(viewer, board_id):
        return True
    if not is_signed_in(viewer):
        return False
    if privilege in OF_SUPERUSERS and "superuser" in viewer.role_names:
        return True
    return standing_of(viewer) >= points_needed(privilege)


def require_privilege(viewer: Viewer, privilege: Privilege, board_id: int | None) -> None:
    """Raise ``PrivilegeMissing`` unless the viewer holds a power on a board."""
    if not has_privilege(viewer, privilege, board_id):
        raise PrivilegeMissing(privilege, viewer)


def missing_words(privilege: Privilege, viewer: Viewer) -> LazyString:
    """Say from how many points a power is open, and how many the viewer has."""
    have = int(getattr(viewer, "points", 0))
    return LazyString(_missing_words, privilege, points_needed(privilege), max(0, have))


def _missing_words(privilege: Privilege, points: int, have: int) -> str:
    return str(
        ngettext(
            "“%(power)s” opens at %(num)s point; you have %(have)s.",
            "“%(power)s” opens at %(num)s points; you have %(have)s.",
            points,
            power=WORDS[privilege],
            have=have,
        )
    )
