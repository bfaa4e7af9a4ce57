"""The forms of accounts. Labels and layout stand in the templates."""

from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from flask_babel import lazy_gettext as _l
from flask_security import ForgotPasswordForm, LoginForm, RegisterFormV2, ResetPasswordForm
from flask_security.mail_util import EmailValidateException
from flask_security.utils import get_message
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.validators import DataRequired, Length

from community.core.errors import Invalid
from community.core.i18n import LANGUAGES
from community.identity.addresses import safe_next
from community.identity.models import User
from community.identity.operations.names import check_name

THEMES = ("system", "light", "dark")
BIO_MAX_CHARS = 500


class SafeNext:
    """Replaces a ``next`` that leads away by the home page, instead of refusing the form."""

    def validate_next(self, field: Field) -> None:
        """Keep only addresses of this site."""
        field.data = safe_next(field.data)


class SignInForm(SafeNext, LoginForm):
    """E-mail, password, and whether to stay signed in."""


class RegisterForm(SafeNext, RegisterFormV2):
    """E-mail, display name and password."""

    display_name = StringField(validators=[DataRequired(_l("Choose a name that others will see."))])

    def validate_display_name(self, field: Field) -> None:
        """Refuse names that cannot be shown, sound like staff, or look like one that is taken."""
        field.data = _checked_name(field.data or "", owner_id=None)


def _checked_name(typed: str, *, owner_id: int | None) -> str:
    try:
        return check_name(typed, owner_id=owner_id)
    except Invalid as refusal:
        raise ValidationError(refusal.message) from refusal


class NameForm(FlaskForm):  # type: ignore[misc]
    """Another display name for somebody who has one."""

    display_name = StringField(validators=[DataRequired(_l("Choose a name that others will see."))])

    def __init__(self, user: User) -> None:
        super().__init__(data={"display_name": user.display_name})
        self.user = user

    def validate_display_name(self, field: Field) -> None:
        """Refuse what nobody may be called, and what somebody else is."""
        field.data = _checked_name(field.data or "", owner_id=self.user.id)


class ResetRequestForm(ForgotPasswordForm):
    """The address that the link to a new password goes to."""

    def validate(self, **options: Any) -> bool:
        """Answer the same for every address, but say when it is none at all."""
        if super().validate(**options):
            return True
        try:
            self.email.data = _well_formed(self.email.data)
        except EmailValidateException as error:
            # The view empties the field's own errors, so that none tells who has an account.
            self.form_errors.append(error.msg)
        return False


def _well_formed(address: str | None) -> str:
    from flask_security.proxies import _security

    if not address:
        raise EmailValidateException(get_message("EMAIL_NOT_PROVIDED")[0])
    return str(_security.mail_util.normalize(address))


class NewPasswordForm(ResetPasswordForm):
    """A new password, typed once: whoever mistypes it asks for another link."""

    password_confirm = None


class VerifyForm(FlaskForm):  # type: ignore[misc]
    """The password of somebody who is signed in already."""

    password = PasswordField(validators=[DataRequired(_l("Type your password."))])

    def __init__(self, user: User) -> None:
        super().__init__()
        self.user = user

    def validate_password(self, field: Field) -> None:
        """Refuse any other password than the account's."""
        if not self.user.verify_and_update_password(field.data):
            raise ValidationError(_l("That is not your password."))


@lru_cache(maxsize=1)
def time_zones() -> tuple[str, ...]:
    """Return the IANA names a person would choose from, in order."""
    odd = ("Etc/", "SystemV/", "US/", "posix/", "right/")
    names = (z for z in available_timezones() if "/" in z and not z.startswith(odd))
    return ("UTC", *sorted(names))


class PreferencesForm(FlaskForm):  # type: ignore[misc]
    """What a member chose for themselves."""

    language = SelectField(choices=list(LANGUAGES))
    reads_languages = SelectMultipleField(choices=list(LANGUAGES))
    time_zone = SelectField(choices=time_zones)
    theme = SelectField(choices=list(THEMES))
    shortcuts = BooleanField()
    bio = StringField(
        validators=[
            Length(
                max=BIO_MAX_CHARS,
                message=_l("Write no more than %(most)s characters.", most=BIO_MAX_CHARS),
            )
        ]
    )
