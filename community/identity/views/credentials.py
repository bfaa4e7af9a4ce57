"""One's account at a glance, and changing what one signs in with."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from community.core.db import transaction
from community.core.i18n import day, reader_language
from community.core.jobs import enqueue
from community.core.limits import limited
from community.core.settings import current_settings
from community.core.web import read_only
from community.identity.forms import EmailForm, NewPasswordForm
from community.identity.mails import address_of, send_account_mail
from community.identity.models import User
from community.identity.operations.credentials import change_password as store_password
from community.identity.passwords import hash_password
from community.identity.providers.settings import list_providers
from community.identity.queries import has_app, list_passkeys, list_sessions
from community.identity.signing_in import current_session, recently_verified, signed_in_user
from community.identity.superusers import superuser_tier
from community.identity.tasks import mail_email_change
from community.identity.views.blueprints import account, connected_providers
from community.identity.views.pages import form_page, job_key


@dataclass(frozen=True, kw_only=True)
class Section:
    """A page about one's account, and the line that says how things stand there."""

    title: LazyString
    endpoint: str
    icon: str
    state: Callable[[User], str]
    is_offered: Callable[[], bool] = lambda: True


def _name_state(user: User) -> str:
    return user.display_name


def _pictures_state(user: User) -> str:
    return _("what you added to your posts")


def _data_state(user: User) -> str:
    return _("take it away, or erase your account")


def _terms_state(user: User) -> str:
    agreed = user.terms_version == current_settings().terms_version
    return _("agreed") if agreed else _("changed since you agreed")


def _superuser_state(user: User) -> str:
    tier = superuser_tier(user)
    return _("tier %(tier)s", tier=tier) if tier else _("what that is, and how to become one")


def _email_state(user: User) -> str:
    return user.email or _("no address")


def _password_state(user: User) -> str:
    if user.password is None:
        return _("not set yet")
    if user.password_changed_at is None:
        return _("is set")
    return _("changed on %(day)s", day=day(user.password_changed_at))


def _factors_state(user: User) -> str:
    ways = [_("authenticator app")] if has_app(user.id) else []
    keys = len(list_passkeys(user.id))
    if keys:
        ways.append(ngettext("%(num)s passkey", "%(num)s passkeys", keys))
    return ", ".join(ways) or _("none yet")


def _sessions_state(user: User) -> str:
    number = len(list_sessions(user.id))
    return ngettext("signed in on %(num)s device", "signed in on %(num)s devices", number)


def _providers_state(user: User) -> str:
    providers = connected_providers(user)
    return ", ".join(provider.label_in(reader_language()) for provider in providers) or _("none")


def _decisions_state(user: User) -> str:
    return _("reasons and appeals")


# Every page about one's account, in the order of the overview; a new one is a line here.
SECTIONS = (
    Section(title=_l("Display name"), endpoint="account.edit_name", icon="user", state=_name_state),
    Section(
        title=_l("E-mail address"), endpoint="account.change_email", icon="send", state=_email_state
    ),
    Section(
        title=_l("Password"), endpoint="account.change_password", icon="lock", state=_password_state
    ),
    Section(
        title=_l("Connected sign-ins"),
        endpoint="providers.show_providers",
        icon="link",
        state=_providers_state,
        is_offered=lambda: bool(list_providers()),
    ),
    Section(
        title=_l("Second factors"),
        endpoint="account.show_factors",
        icon="shield",
        state=_factors_state,
    ),
    Section(
        title=_l("Devices"), endpoint="account.show_sessions", icon="phone", state=_sessions_state
    ),
    Section(
        title=_l("Pictures"), endpoint="attachments.list_own", icon="image", state=_pictures_state
    ),
    Section(
        title=_l("Your data"), endpoint="privacy.show_data", icon="download", state=_data_state
    ),
    Section(
        title=_l("Superuser"),
        endpoint="superusers.show_own",
        icon="star",
        state=_superuser_state,
    ),
    Section(
        title=_l("Decisions about you"),
        endpoint="decisions.list_decisions",
        icon="shield",
        state=_decisions_state,
    ),
    Section(
        title=_l("Terms"),
        endpoint="account.show_terms",
        icon="book",
        state=_terms_state,
        is_offered=lambda: bool(current_settings().terms_version),
    ),
)


@account.get("/account")
def show_account() -> str:
    """List the pages about one's account."""
    sections = [section for section in SECTIONS if section.is_offered()]
    return render_template("identity/account.html", sections=sections)


@account.route("/account/password", methods=["GET", "POST"])
@read_only
@limited("sign-in")
@recently_verified
def change_password() -> ResponseReturnValue:
    """Choose another password, or a first one; other devices are signed out."""
    user, row = signed_in_user(), current_session()
    form = NewPasswordForm((user.display_name, user.email))
    if not form.validate_on_submit():
        return form_page("identity/change_password.html", form)
    new_hash = hash_password(form.password.data)
    with transaction():
        changed = store_password(
            user.id, user.password, new_hash, but=row.id if row is not None else None
        )
        send_account_mail(changed, "password_changed", link=address_of("identity.forgot_password"))
    flash(_("Your new password is set. Your other devices are signed out."), "success")
    return redirect(url_for("account.show_account"), 303)


@account.route("/account/email", methods=["GET", "POST"])
@read_only
@limited("mails")
@recently_verified
def change_email() -> ResponseReturnValue:
    """Ask for another e-mail address; it counts once the link sent there was used."""
    user = signed_in_user()
    form = EmailForm()
    if not form.validate_on_submit():
        return form_page("identity/change_email.html", form)
    with transaction():
        enqueue(
            mail_email_change,
            unique_key=job_key(form),
            user_id=user.id,
            email=form.email.data,
            language=reader_language(),
        )
    flash(
        _("We have sent a mail to %(email)s. Open the link in it.", email=form.email.data), "info"
    )
    return redirect(url_for("account.show_account"), 303)
