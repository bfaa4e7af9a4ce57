"""News of the superuser scheme: a mail, which begins with a name and a comma, and the bell."""

from collections.abc import Callable, Sequence

from flask_babel import gettext as _

from community.core.jobs import emit
from community.core.wording import day
from community.events import SuperuserNews
from community.identity.letters import Letter
from community.identity.mails import address_of, send_notice
from community.identity.models import User
from reputation.superusers.models import APPLICATION, SuperuserMembership

OWN, STAFF = "superusers.show_own", "superusers.show_membership"


def send_invitation(user: User, membership: SuperuserMembership) -> None:
    """Say that somebody may become a superuser, and that the agreement is still missing."""
    applied, answer_by = membership.origin == APPLICATION, membership.answer_by
    assert answer_by is not None

    def letter() -> Letter:
        opening = (
            _("your application convinced us: we would be glad to have you as a superuser.")
            if applied
            else _("you help others here so well that we would like you to become a superuser.")
        )
        words = [opening]
        if membership.note:
            words.append(_("The team writes: “%(note)s”", note=membership.note))
        words.append(
            _(
                "Please read the agreement and say until %(day)s whether you would like to.",
                day=day(answer_by),
            )
        )
        return Letter(
            _("Would you like to be a superuser?"),
            tuple(words),
            _("Read the agreement"),
            _("You can say no without a reason. Nothing changes then."),
        )

    _tell(user, "invited", letter, address_of(OWN))


def send_rejection(user: User, membership: SuperuserMembership) -> None:
    """Say that an application was turned down, and why."""

    def letter() -> Letter:
        return Letter(
            _("Your application as superuser"),
            (
                _("thank you for your application. For now we have decided against it."),
                _("The reason: “%(reason)s”", reason=membership.end_reason),
                _("Your points and your rank stay as they are, and you can apply again later."),
            ),
            _("How superusers are chosen"),
        )

    _tell(user, "rejected", letter, address_of("superusers.show_scheme"))


def send_welcome(user: User) -> None:
    """Welcome somebody who is a superuser from now on."""

    def letter() -> Letter:
        return Letter(
            _("Welcome, superuser"),
            (
                _("thank you for accepting the agreement. From now on you are a superuser."),
                _("Your page says what you can do now, and where to meet the others."),
            ),
            _("Your page as superuser"),
        )

    _tell(user, "active", letter, address_of(OWN))


def send_request_to_agree(user: User) -> None:
    """Ask a superuser to accept the agreement that is in force."""

    def letter() -> Letter:
        return Letter(
            _("The agreement for superusers"),
            (
                _("you are a superuser here, and have not accepted the present agreement yet."),
                _("Please read it and accept it, or tell us that you would rather stop."),
            ),
            _("Read the agreement"),
        )

    _tell(user, "asked", letter, address_of(OWN))


def send_review(user: User) -> None:
    """Tell a superuser that a half year is over."""

    def letter() -> Letter:
        return Letter(
            _("Half a year as superuser"),
            (
                _("another half year is over. Thank you for your time and your patience!"),
                _(
                    "The team now looks at whether it still suits you and us. "
                    "You need not do anything. If you would rather stop, you can do so at any time."
                ),
            ),
            _("Your page as superuser"),
        )

    _tell(user, "review", letter, address_of(OWN))


def send_extension(user: User, membership: SuperuserMembership) -> None:
    """Tell a superuser that they go on."""
    due_at = membership.review_due_at
    assert due_at is not None

    def letter() -> Letter:
        return Letter(
            _("Another half year together"),
            (
                _("we would like to go on with you, and hope that you would, too."),
                _("We look at it again on %(day)s.", day=day(due_at)),
            ),
            _("Your page as superuser"),
        )

    _tell(user, "extended", letter, address_of(OWN))


def send_thanks(user: User) -> None:
    """Thank somebody who stops by their own wish."""

    def letter() -> Letter:
        return Letter(
            _("Thank you for your time as superuser"),
            (
                _("you have stopped being a superuser. Thank you for all that you did here!"),
                _(
                    "Your points, ranks and badges stay yours, and your profile says that you were "
                    "a superuser. If you would like to come back one day, you are welcome."
                ),
            ),
            _("Your profile"),
        )

    _tell(user, "left", letter, address_of("profiles.show_profile", user_id=user.id))


def send_end(user: User, membership: SuperuserMembership) -> None:
    """Tell somebody that the team ended it, and why."""

    def letter() -> Letter:
        return Letter(
            _("You are no longer a superuser"),
            (
                _("our team has ended your time as superuser, or taken the invitation back."),
                _("The reason: “%(reason)s”", reason=membership.end_reason),
                _("Your points, ranks and badges stay yours."),
            ),
        )

    _tell(user, "ended", letter, "")


def send_application(admin: User, membership: SuperuserMembership) -> None:
    """Tell an administrator of an application."""

    def letter() -> Letter:
        return Letter(
            _("Somebody would like to be a superuser"),
            (_("a member has applied to be a superuser. Please decide."),),
            _("Read the application"),
        )

    _tell_staff(admin, "application", letter, membership)


def send_review_to_staff(admin: User, member: User, membership: SuperuserMembership) -> None:
    """Tell an administrator that somebody's review is due."""

    def letter() -> Letter:
        return Letter(
            _("A superuser’s review is due"),
            (
                _("%(name)s has been a superuser for another half year.", name=member.display_name),
                _("Please talk to them, and then extend or end it."),
            ),
            _("Do the review"),
        )

    _tell_staff(admin, "due", letter, membership)


def send_silence_to_staff(admin: User, names: Sequence[str]) -> None:
    """Tell an administrator who helped nearly every day and has fallen silent."""

    def letter() -> Letter:
        return Letter(
            _("Helpers have fallen silent"),
            (
                _("these members helped nearly every day, and not at all for two weeks:"),
                ", ".join(names),
                _("A kind word often does a lot: perhaps it was too much for them."),
            ),
            _("Look at the superusers"),
        )

    send_notice(admin, letter, link=address_of("superusers.list_memberships"))


def _tell(user: User, news: str, letter: Callable[[], Letter], link: str) -> None:
    send_notice(user, letter, link=link)
    emit(SuperuserNews(user.id, news))


def _tell_staff(
    admin: User, news: str, letter: Callable[[], Letter], membership: SuperuserMembership
) -> None:
    send_notice(admin, letter, link=address_of(STAFF, membership_id=membership.id))
    emit(SuperuserNews(admin.id, news, membership.id))
