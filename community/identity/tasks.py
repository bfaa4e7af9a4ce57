"""What follows a form that asks for a mail, done by the worker.

The request only stores a job, the same one for every address, so neither its answer nor its time
tells who has an account. Source: ASVS 5.0 §6.3.8.
"""

from community.core.jobs import emit
from community.events import SuspendedSignIn
from community.identity.mails import address_of, send_account_mail
from community.identity.models import Purpose, User
from community.identity.operations.registration import Registration, keep_registration
from community.identity.operations.tokens import issue_token
from community.identity.queries import get_user, get_user_by_email
from community.identity.throttling import may_send_requested_mail

LINKS = {
    Purpose.CONFIRM_EMAIL: ("confirm", "identity.confirm_registration"),
    Purpose.RESET_PASSWORD: ("reset", "identity.reset_password"),
    Purpose.SIGN_IN: ("sign_in", "identity.sign_in_by_link"),
}


def settle_registration(
    *,
    email: str,
    display_name: str,
    password_hash: str,
    language: str,
    goal: str,
    terms_version: str = "",
) -> None:
    """Mail the link that confirms a registration, or tell the owner of the account (task)."""
    registration = Registration(
        email=email,
        display_name=display_name,
        password_hash=password_hash,
        language=language,
        terms_version=terms_version,
    )
    user = keep_registration(registration)
    if user is not None:
        _mail_link(user, Purpose.CONFIRM_EMAIL, language, goal)
        return
    _tell_of_account(email, language)


def mail_link(
    *, email: str, purpose: str, language: str, goal: str = "/", is_known: bool = False
) -> None:
    """Mail a link of this purpose if the address has an account (task).

    ``is_known`` says that it was asked for in a browser where the account was signed in before.
    Who has not confirmed the registration gets the link that does so, whatever was asked for. Who
    is suspended is told why they cannot sign in, and how to appeal.
    """
    user = get_user_by_email(email)
    if user is None:
        return
    if user.is_pending:
        _mail_link(user, Purpose.CONFIRM_EMAIL, language, goal, is_known=is_known)
    elif user.is_only_suspended:
        if may_send_requested_mail(email, is_known=is_known):
            emit(SuspendedSignIn(user.id))
    elif not user.active:
        return
    elif purpose == Purpose.CONFIRM_EMAIL:
        _tell_of_account(email, language)
    else:
        _mail_link(user, Purpose(purpose), language, goal, is_known=is_known)


def _mail_link(
    user: User, purpose: Purpose, language: str, goal: str, *, is_known: bool = False
) -> None:
    # Before the token is made, which voids the one in an earlier mail.
    if not may_send_requested_mail(user.email or "", is_known=is_known):
        return
    letter, endpoint = LINKS[purpose]
    token = issue_token(user, purpose, sent_to=user.email)
    further = {} if goal == "/" else {"next": goal}
    link = address_of(endpoint, token=token, **further)
    send_account_mail(user, letter, language=language, link=link)


def _tell_of_account(email: str, language: str) -> None:
    user = get_user_by_email(email)
    if user is not None and user.active and may_send_requested_mail(email):
        send_account_mail(user, "known", language=language, link=address_of("identity.sign_in"))


def mail_email_change(*, user_id: int, email: str, language: str) -> None:
    """Mail a link to the new address, and a notice to the present one (task).

    Both are told in any case, so the member does not learn whether the new address has an account.
    """
    user = get_user(user_id)
    if user is None or not user.active:
        return
    if may_send_requested_mail(email):
        _mail_new_address(user, email, language)
    link = address_of("account.change_password")
    send_account_mail(user, "email_change_notice", language=language, link=link)


def _mail_new_address(user: User, email: str, language: str) -> None:
    owner = get_user_by_email(email)
    if owner is None or owner.is_pending:
        token = issue_token(user, Purpose.CHANGE_EMAIL, sent_to=email)
        link = address_of("identity.confirm_email_change", token=token)
        send_account_mail(user, "email_change_confirm", to=email, language=language, link=link)
    elif owner.active:
        link = address_of("identity.sign_in")
        send_account_mail(owner, "email_change_taken", language=language, link=link)
