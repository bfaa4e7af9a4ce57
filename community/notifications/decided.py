"""What notifications say of decisions about a member and of being a superuser."""

from flask_babel import gettext as _


def decision_line(what: str) -> str:
    """Return what was decided, in the reader's language; nothing for what nobody knows."""
    words = {
        "post_hidden": _("Your post was hidden. Read why, and how to appeal"),
        "post_deleted": _("Your post was deleted. Read why, and how to appeal"),
        "post_restored": _("Your post is visible again"),
        "edit_refused": _("Your changed text was refused. Read why, and how to appeal"),
        "notice": _("Our team would like to draw your attention to something"),
        "warning": _("You were given a warning. Please read it"),
        "read_only": _("You can read but not write for a while. Read why, and how to appeal"),
        "upheld": _("Your appeal is answered: the decision stands"),
        "overturned": _("You were right: the decision was taken back"),
    }
    return words.get(what, "")


def superuser_line(news: str) -> str:
    """Return the news about being a superuser, in the reader's language."""
    words = {
        "invited": _("You are invited to be a superuser"),
        "rejected": _("Your application as superuser was turned down"),
        "active": _("You are a superuser from now on"),
        "asked": _("The agreement for superusers waits for you"),
        "review": _("You have been a superuser for another half year"),
        "extended": _("You go on as a superuser for another half year"),
        "left": _("Thank you for your time as superuser"),
        "ended": _("You are no longer a superuser"),
        "application": _("Somebody has applied to be a superuser"),
        "due": _("A superuser’s review is due"),
    }
    return words[news]
