"""What the mails about accounts say. Each function is called while its reader's language is spoken.

A link stands in a line of its own; what a letter says it does is all that it does.
"""

from collections.abc import Callable
from typing import NamedTuple

from flask_babel import gettext as _

from community.identity.models import Purpose
from community.identity.operations.tokens import lifetime_of


class Letter(NamedTuple):
    """A mail's subject and paragraphs, and the link between them where there is one."""

    subject: str
    words: tuple[str, ...]
    link_words: str = ""
    ending: str = ""


def _minutes(purpose: Purpose) -> int:
    return int(lifetime_of(purpose).total_seconds() // 60)


def confirm() -> Letter:
    """Somebody registered with an address that has no account."""
    return Letter(
        _("Confirm your e-mail address"),
        (
            _(
                "one more step and your account is ready. "
                "The link works once, for %(hours)s hours.",
                hours=_minutes(Purpose.CONFIRM_EMAIL) // 60,
            ),
        ),
        _("Confirm your e-mail address"),
        _("If you did not register, you need not do anything: without this step nothing happens."),
    )


def known() -> Letter:
    """Somebody registered with the address of an account."""
    return Letter(
        _("You have an account already"),
        (
            _(
                "somebody, probably you, wanted to make an account with this address. "
                "You have one already, under the name in the first line."
            ),
            _("If you do not know your password any more, choose a new one on the sign-in page."),
        ),
        _("Sign in"),
        _("If it was not you, you need not do anything."),
    )


def reset() -> Letter:
    """Somebody forgot a password."""
    return Letter(
        _("Choose a new password"),
        (
            _(
                "with this link you choose a new password. "
                "It works once and for %(minutes)s minutes.",
                minutes=_minutes(Purpose.RESET_PASSWORD),
            ),
        ),
        _("Choose a new password"),
        _("If you did not ask for it, you need not do anything: your password stays as it is."),
    )


def sign_in() -> Letter:
    """Somebody wants to sign in without a password."""
    return Letter(
        _("Your link to sign in"),
        (
            _(
                "with this link you sign in without a password. "
                "It works once and for %(minutes)s minutes.",
                minutes=_minutes(Purpose.SIGN_IN),
            ),
        ),
        _("Sign in"),
        _("If you did not ask for it, you need not do anything. Give the link to nobody."),
    )


def password_changed() -> Letter:
    """A password was set."""
    return Letter(
        _("Your password was changed"),
        (
            _("your password was changed just now, and your other devices are signed out."),
            _("If it was not you, choose a new one at once:"),
        ),
        _("Choose a new password"),
    )


def email_change_confirm() -> Letter:
    """To the new address: is it theirs?"""
    return Letter(
        _("Confirm your new e-mail address"),
        (
            _(
                "with this link your account gets this address. "
                "It works once and for %(minutes)s minutes.",
                minutes=_minutes(Purpose.CHANGE_EMAIL),
            ),
        ),
        _("Confirm the new address"),
        _("If you did not ask for it, you need not do anything."),
    )


def email_change_taken() -> Letter:
    """To the new address, which belongs to an account already."""
    return Letter(
        _("This address has an account already"),
        (
            _(
                "somebody, probably you, wanted to give this address to another account. "
                "It belongs to the account with the name in the first line, so nothing changed."
            ),
        ),
        _("Sign in"),
        _("If it was not you, you need not do anything."),
    )


def email_change_notice() -> Letter:
    """To the present address, before anything has changed."""
    return Letter(
        _("Your e-mail address is to change"),
        (
            _(
                "somebody signed in as you wants to give your account another e-mail address. "
                "It changes once a link sent there is opened."
            ),
            _("If it was not you, change your password at once: then that link stops working."),
        ),
        _("Choose a new password"),
    )


def email_changed() -> Letter:
    """To the new address, and to the one before."""
    return Letter(
        _("Your e-mail address was changed"),
        (
            _(
                "your account has a new e-mail address. From now on you sign in with that, "
                "and mails go there. Your other devices are signed out."
            ),
            _("If it was not you, tell our team at once, so that we can help you."),
        ),
    )


def new_device() -> Letter:
    """Somebody signed in with a browser that the account has not seen."""
    return Letter(
        _("A new sign-in to your account"),
        (
            _("somebody signed in to your account with a device that we do not know."),
            _("If it was not you, sign it out and change your password:"),
        ),
        _("Your account"),
    )


def provider_connected() -> Letter:
    """Another way to sign in was added."""
    return Letter(
        _("A new way to sign in to your account"),
        (
            _("from now on the sign-in below opens your account as well."),
            _("If it was not you, disconnect it at once and change your password:"),
        ),
        _("Connected sign-ins"),
    )


def provider_disconnected() -> Letter:
    """A way to sign in was taken away."""
    return Letter(
        _("A way to sign in was removed"),
        (
            _("the sign-in below does not open your account any more."),
            _("If it was not you, look after your account at once:"),
        ),
        _("Connected sign-ins"),
    )


def _about_factors(subject: str, words: str) -> Letter:
    return Letter(
        subject,
        (
            words,
            _("If it was not you, change your password at once, and look after your account:"),
        ),
        _("Your second factors"),
    )


def totp_added() -> Letter:
    """An authenticator app was set up."""
    return _about_factors(
        _("An authenticator app was set up"),
        _("from now on your account opens only with a code of your authenticator app as well."),
    )


def totp_removed() -> Letter:
    """The authenticator app was removed."""
    return _about_factors(
        _("Your authenticator app was removed"),
        _("the authenticator app does not protect your account any more."),
    )


def passkey_added() -> Letter:
    """A passkey was added."""
    return _about_factors(
        _("A passkey was added"), _("from now on a new passkey opens your account.")
    )


def passkey_removed() -> Letter:
    """A passkey was removed."""
    return _about_factors(
        _("A passkey was removed"), _("one of your passkeys does not open your account any more.")
    )


def factors_forgotten() -> Letter:
    """The operator took all second factors away, because their owner lost them."""
    return _about_factors(
        _("Your second factors were removed"),
        _("our team removed all second factors from your account, as their owner asked for."),
    )


def recovery_codes_renewed() -> Letter:
    """There is a new set of recovery codes."""
    return _about_factors(
        _("You have new recovery codes"),
        _("new recovery codes were made for your account. Older ones do not work any more."),
    )


def recovery_code_used() -> Letter:
    """A recovery code was used."""
    return _about_factors(
        _("A recovery code was used"),
        _("one of your recovery codes was used just now. It does not work again."),
    )


def wrong_codes() -> Letter:
    """Somebody knows the first factor and guesses at the second."""
    return Letter(
        _("Wrong codes for your account"),
        (
            _(
                "somebody got past the first step of signing in to your account, with your "
                "password or a link, and then entered five wrong codes. They did not get in."
            ),
            _("If it was not you, choose a new password at once:"),
        ),
        _("Choose a new password"),
    )


LETTERS: dict[str, Callable[[], Letter]] = {
    letter.__name__: letter
    for letter in (
        confirm,
        known,
        reset,
        sign_in,
        password_changed,
        email_change_confirm,
        email_change_taken,
        email_change_notice,
        email_changed,
        new_device,
        provider_connected,
        provider_disconnected,
        totp_added,
        totp_removed,
        passkey_added,
        passkey_removed,
        factors_forgotten,
        recovery_codes_renewed,
        recovery_code_used,
        wrong_codes,
    )
}
