"""Why nobody was signed in through a provider. ``reason`` is for the log and never shown."""

from flask_babel import lazy_gettext as _l

from community.core.errors import Refusal


class ProviderTrouble(Refusal):
    """Signing in through a provider ended; the message says what to do.

    ``was_proof`` says that somebody was to prove who they are.
    """

    status = 400
    was_proof = False
    message = _l("Please start again.")

    def __init__(self, *, reason: str = "") -> None:
        super().__init__()
        self.reason = reason


class ProviderUnreachable(ProviderTrouble):
    """The provider does not answer, or with something nobody can use."""

    status = 502
    message = _l(
        "The service you wanted to sign in with does not answer properly at the moment. "
        "Try again in a few minutes, or sign in another way."
    )


class ProviderDeclined(ProviderTrouble):
    """The provider sent the person back without signing them in."""

    message = _l("You were not signed in there, or you chose to go back. You can start again.")


class FlowUnknown(ProviderTrouble):
    """Nobody started this in this browser, or too long ago, or it is over."""

    message = _l(
        "This sign-in was started in another window or browser, took longer than ten minutes, or "
        "is finished already. Please start again."
    )


class TokenRefused(ProviderTrouble):
    """What the provider vouched for does not hold."""

    message = _l(
        "We could not make sure that the answer comes from the service you signed in with. "
        "Nothing was changed. Please start again, and tell us if it happens once more."
    )


class SignedInTooLongAgo(ProviderTrouble):
    """The provider did not ask the person again."""

    was_proof = True
    message = _l(
        "The service did not confirm that you have just signed in there. "
        "Please confirm it is you another way."
    )


class AccountClosed(ProviderTrouble):
    """The account is disabled or erased."""

    status = 403
    message = _l("The account connected with this sign-in cannot be used at the moment.")


class IdentityUnknown(ProviderTrouble):
    """The person showed another account of the provider than the one connected here."""

    status = 403
    was_proof = True
    message = _l(
        "You signed in there with another account than the one that is connected here. "
        "Nothing was changed."
    )
