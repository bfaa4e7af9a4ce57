"""The forms of accounts. Labels and layout stand in the templates."""

from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    HiddenField,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length

from community.core.errors import Invalid
from community.core.forms import StrictForm
from community.core.i18n import LANGUAGES
from community.core.submissions import MAX_KEY_CHARS
from community.identity.addresses import safe_next
from community.identity.emails import NoAddress, tidy_email
from community.identity.models import User
from community.identity.models.factors import PASSKEY_NAME_CHARS
from community.identity.names import tidy_name
from community.identity.operations.names import check_name
from community.identity.passwords import UnfitPassword, check_new_password, is_password_of
from community.identity.throttling import count_attempt, note_success

THEMES = ("system", "light", "dark")
BIO_MAX_CHARS = 500


class EmailForm(StrictForm):
    """An e-mail address, and where to go on."""

    email = EmailField()
    next = HiddenField()
    submission = HiddenField(validators=[Length(max=MAX_KEY_CHARS)])

    def validate_email(self, field: Field) -> None:
        """Keep the address as it is stored."""
        if not field.data:
            raise ValidationError(_l("Enter your e-mail address."))
        try:
            field.data = tidy_email(field.data)
        except NoAddress as error:
            raise ValidationError(
                _l("Enter an e-mail address such as name@example.org.")
            ) from error

    def validate_next(self, field: Field) -> None:
        """Replace a goal that leads away by the home page, instead of refusing the form."""
        field.data = safe_next(field.data)


class SignInForm(EmailForm):
    """E-mail, password, and whether to stay signed in."""

    password = PasswordField(validators=[InputRequired(_l("Enter a password."))])
    remember = BooleanField()


class NameField(StringField):  # type: ignore[misc]
    """A display name, tidied."""

    data: str | None

    def pre_validate(self, form: Any) -> None:
        """Refuse names that cannot be shown, sound like staff, or look like one that is taken."""
        if not (self.data or "").strip():
            raise ValidationError(_l("Choose a name that others will see."))
        self.data = _checked_name(self.data or "", owner_id=None)


def _checked_name(typed: str, *, owner_id: int | None) -> str:
    try:
        return check_name(typed, owner_id=owner_id)
    except Invalid as refusal:
        raise ValidationError(refusal.message) from refusal


class NameForm(StrictForm):
    """Another display name for somebody who has one."""

    display_name = StringField(validators=[DataRequired(_l("Choose a name that others will see."))])

    def __init__(self, user: User) -> None:
        super().__init__(data={"display_name": user.display_name})
        self.user = user

    def validate_display_name(self, field: Field) -> None:
        """Refuse what nobody may be called, and what somebody else is."""
        field.data = _checked_name(field.data or "", owner_id=self.user.id)


class RegisterForm(EmailForm):
    """E-mail, display name and password."""

    display_name = NameField()
    password = PasswordField()

    def validate_password(self, field: Field) -> None:
        """Refuse what others would try first."""
        _check(field, self.email.data, self.display_name.data)


class NewMemberForm(StrictForm):
    """The display name of somebody whom a provider vouches for."""

    display_name = NameField()


class NewPasswordForm(StrictForm):
    """A new password, typed once: whoever mistypes it asks for a link."""

    password = PasswordField()

    def __init__(self, own_words: tuple[str | None, ...] = ()) -> None:
        super().__init__()
        self.own_words = own_words

    def validate_password(self, field: Field) -> None:
        """Refuse what others would try first."""
        _check(field, *self.own_words)


def _check(field: Field, *own_words: str | None) -> None:
    try:
        check_new_password(field.data or "", own_words)
    except UnfitPassword as error:
        raise ValidationError(error.message) from error


class LinkForm(StrictForm):
    """Nothing but the button below which a mailed link is used."""


class ConfirmationForm(StrictForm):
    """What a registration may still lack: the password once more, another display name."""

    password = PasswordField(validators=[InputRequired(_l("Enter a password."))])
    display_name = NameField()


class VerifyForm(StrictForm):
    """The password of somebody who is signed in already."""

    password = PasswordField(validators=[InputRequired(_l("Type your password."))])
    # For password managers, which want to know whose password it is.
    username = HiddenField()
    next = HiddenField()

    def __init__(self, user: User) -> None:
        super().__init__()
        self.user = user

    def validate_password(self, field: Field) -> None:
        """Refuse any other password than the account's; raises ``TooManyTries``."""
        attempt = count_attempt("password", self.user.email or f"user {self.user.id}")
        if not is_password_of(self.user, field.data or ""):
            raise ValidationError(_l("That is not your password."))
        note_success(attempt)


class ProofForm(StrictForm):
    """A second factor: a code of the app, a recovery code, or a passkey's answer."""

    next = HiddenField()
    code = StringField()
    credential = HiddenField()

    def validate_code(self, field: Field) -> None:
        """Ask for a code where no passkey answered."""
        if not (field.data or "").strip() and not self.credential.data:
            raise ValidationError(_l("Enter a code."))


class PasskeySignInForm(StrictForm):
    """A passkey's answer to the question who is there."""

    next = HiddenField()
    remember = BooleanField()
    credential = HiddenField()


class TotpForm(StrictForm):
    """The first code that a new authenticator app shows."""

    code = StringField(validators=[DataRequired(_l("Enter the code that the app shows."))])


class PasskeyNameForm(StrictForm):
    """What its owner calls a passkey; with the browser's answer where it is new."""

    name = StringField(
        filters=[lambda typed: tidy_name(typed or "")],
        validators=[
            DataRequired(_l("Give the passkey a name, such as “My phone”.")),
            Length(
                max=PASSKEY_NAME_CHARS,
                message=_l("Write no more than %(most)s characters.", most=PASSKEY_NAME_CHARS),
            ),
        ],
    )
    credential = HiddenField()

    def validate_name(self, field: Field) -> None:
        """Refuse what a page cannot show."""
        if not field.data.isprintable():
            raise ValidationError(_l("Give the passkey a name, such as “My phone”."))


@lru_cache(maxsize=1)
def time_zones() -> tuple[str, ...]:
    """Return the IANA names a person would choose from, in order."""
    odd = ("Etc/", "SystemV/", "US/", "posix/", "right/")
    names = (z for z in available_timezones() if "/" in z and not z.startswith(odd))
    return ("UTC", *sorted(names))


class PreferencesForm(StrictForm):
    """What a member chose for themselves."""

    language = SelectField(choices=list(LANGUAGES))
    reads_languages = SelectMultipleField(choices=list(LANGUAGES))
    time_zone = SelectField(choices=time_zones)
    theme = SelectField(choices=list(THEMES))
    shortcuts = BooleanField()
    is_on_leaderboards = BooleanField()
    bio = StringField(
        validators=[
            Length(
                max=BIO_MAX_CHARS,
                message=_l("Write no more than %(most)s characters.", most=BIO_MAX_CHARS),
            )
        ]
    )
