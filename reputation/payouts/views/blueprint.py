"""The blueprint of payout runs, and what every step that moves money asks of who takes it."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.authz import require
from community.core.web import current_viewer
from community.identity.policies import has_strong_sign_in
from community.identity.signing_in import current_session, recently_verified
from reputation.payback import wording as payback_wording
from reputation.payback.errors import StrongSignInNeeded
from reputation.payouts import wording
from reputation.payouts.policies import can_run_payouts
from reputation.payouts.queries import get_halt

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])

blueprint = Blueprint("payouts", __name__)


@blueprint.before_request
def let_payers_in() -> None:
    """Refuse everybody else; guests were sent to the sign-in page before."""
    require(can_run_payouts(current_viewer()))


def moves_money(view: View) -> View:
    """Let a view be used by who has shown a second factor, and has just proved to be there."""

    @wraps(view)
    def strong_view(*args: Any, **values: Any) -> ResponseReturnValue:
        if not has_strong_sign_in(current_session()):
            raise StrongSignInNeeded(_("Sign in with a second factor to pay members."))
        return view(*args, **values)

    return recently_verified(strong_view)  # type: ignore[return-value]


def page(template: str, **values: Any) -> str:
    """Render a page with what all pages of payouts use."""
    return render_template(
        f"payouts/{template}",
        words=payback_wording,
        payout_words=wording,
        halt=get_halt(),
        **values,
    )
