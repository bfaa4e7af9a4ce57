"""Signing in through a provider, and connecting one with an account.

The callback is the one GET view that writes, and the one request that asks another machine. It asks
first, with no transaction open, and writes in a short one of its own.
"""

from datetime import timedelta

import structlog
from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.authz import is_signed_in
from community.core.db import forget_changes, transaction
from community.core.forms import takes
from community.core.i18n import reader_language
from community.core.limits import limited
from community.core.web import add_resource, current_viewer, public, read_only
from community.identity.addresses import safe_next
from community.identity.forms import NewMemberForm
from community.identity.mails import address_of, send_account_mail
from community.identity.models import User
from community.identity.operations.identities import (
    AddressTaken,
    NewMember,
    connect_identity,
    disconnect_identity,
    make_member,
    note_identity_use,
    suggest_name,
)
from community.identity.operations.provided_roles import follow_provider
from community.identity.providers.errors import (
    AccountClosed,
    FlowUnknown,
    IdentityUnknown,
    ProviderTrouble,
    SignedInTooLongAgo,
)
from community.identity.providers.flows import Flow, begin_flow, end_flow, return_address
from community.identity.providers.newcomers import Newcomer, get_newcomer, remember_newcomer
from community.identity.providers.protocol import (
    LEEWAY_SECONDS,
    Attestation,
    check_issuer,
    question_address,
    redeem_code,
)
from community.identity.providers.settings import Provider, get_provider, list_providers
from community.identity.queries import (
    get_identity_owner,
    is_address_taken,
    list_identities,
)
from community.identity.security import errors_of
from community.identity.signing_in import (
    begin_session,
    current_session,
    finish_first_factor,
    note_verification,
    recently_verified,
    signed_in_user,
)
from community.identity.suspended import explain_suspension

blueprint = Blueprint("providers", __name__)
log = structlog.get_logger()


@blueprint.errorhandler(ProviderTrouble)
def show_trouble(error: ProviderTrouble) -> ResponseReturnValue:
    """Say in plain words why nobody was signed in, and where to go on."""
    name = (request.view_args or {}).get("name", "")
    log.warning("provider_trouble", provider=name, kind=type(error).__name__, reason=error.reason)
    page = render_template("identity/providers/trouble.html", error=error, name=name)
    return page, error.status


@blueprint.get("/sign-in/providers/<name>")
@public
@limited("providers")
def start_sign_in(name: str) -> ResponseReturnValue:
    """Go to a provider to sign in there."""
    provider = get_provider(name)
    goal = safe_next(request.args.get("next"))
    if is_signed_in(current_viewer()):
        return redirect(goal, 303)
    return redirect(_question_of(provider, begin_flow(provider, "sign_in", goal)), 302)


@blueprint.get("/verify/providers/<name>")
@limited("providers")
def start_verification(name: str) -> ResponseReturnValue:
    """Go to a provider to prove once more that it is oneself."""
    provider = get_provider(name)
    flow = begin_flow(provider, "verify", safe_next(request.args.get("next")), _session_id())
    return redirect(_question_of(provider, flow, prompt="login", max_age="0"), 302)


@blueprint.get("/sign-in/providers/<name>/callback")
@public
@limited("providers")
def finish_flow(name: str) -> ResponseReturnValue:
    """Come back from a provider, for whatever one went there."""
    provider = get_provider(name)
    flow, code = end_flow(provider)
    check_issuer(provider, request.args.get("iss"))
    attestation = redeem_code(provider, flow.question, code, return_address(provider))
    return ENDINGS[flow.aim](provider, flow, attestation)


def _question_of(provider: Provider, flow: Flow, **extra: str) -> str:
    # Who is signed in was read from the database, and the network may keep us waiting.
    forget_changes()
    return question_address(provider, flow.question, return_address(provider), **extra)


def _end_sign_in(provider: Provider, flow: Flow, attestation: Attestation) -> ResponseReturnValue:
    with transaction():
        user = get_identity_owner(provider.name, attestation.subject)
        if user is not None:
            return _sign_in(user, provider, Newcomer.of(attestation, flow.goal))
    if attestation.email and is_address_taken(attestation.email):
        return _refuse_address(provider)
    remember_newcomer(provider, Newcomer.of(attestation, flow.goal))
    return redirect(url_for("providers.make_account", name=provider.name), 303)


def _sign_in(user: User, provider: Provider, comer: Newcomer) -> ResponseReturnValue:
    if user.is_only_suspended:
        return explain_suspension(user)
    if not user.active:
        raise AccountClosed(reason="account disabled")
    follow_provider(user, provider.name, frozenset(comer.targets))
    note_identity_use(provider.name, comer.subject)
    signed_in = get_identity_owner(provider.name, comer.subject)
    assert signed_in is not None
    if not comer.has_second_factor:
        return finish_first_factor(signed_in, method="provider", remember=False, goal=comer.goal)
    begin_session(signed_in, method="provider", second_factor=True, remember=False)
    return redirect(comer.goal, 303)


def _refuse_address(provider: Provider) -> ResponseReturnValue:
    return render_template("identity/providers/address_taken.html", provider=provider), 409


@blueprint.route("/sign-in/providers/<name>/account", methods=["GET", "POST"])
@public
@takes("display_name")
@limited("registration")
def make_account(name: str) -> ResponseReturnValue:
    """Let somebody who comes for the first time choose a display name, and sign them in."""
    provider = get_provider(name)
    newcomer = get_newcomer(provider)
    is_sent = request.method == "POST"
    form = NewMemberForm(data=None if is_sent else {"display_name": suggest_name(newcomer.name)})
    if not form.validate_on_submit():
        page = render_template(
            "identity/providers/new.html",
            form=form,
            errors=errors_of(form),
            provider=provider,
            email=newcomer.email,
        )
        return page, 422 if form.errors else 200
    try:
        user = make_member(_member_of(provider, newcomer, form.display_name.data or ""))
    except AddressTaken:
        forget_changes()
        return _refuse_address(provider)
    flash(_("Welcome! Your account is ready."), "success")
    return _sign_in(user, provider, newcomer)


def _member_of(provider: Provider, newcomer: Newcomer, display_name: str) -> NewMember:
    return NewMember(
        provider=provider.name,
        subject=newcomer.subject,
        display_name=display_name,
        email=newcomer.email,
        language=reader_language(),
    )


@blueprint.get("/account/providers")
def show_providers() -> str:
    """List who else signs this account in, and who could."""
    identities = {identity.provider: identity for identity in list_identities(signed_in_user().id)}
    providers = list_providers()
    known = {provider.name for provider in providers}
    return render_template(
        "identity/providers/index.html",
        providers=[(provider, identities.get(provider.name)) for provider in providers],
        gone=[identity for name, identity in identities.items() if name not in known],
    )


@takes()
@recently_verified
@limited("providers")
@read_only
def connect_provider(name: str) -> ResponseReturnValue:
    """Go to a provider to connect the account there with this one."""
    provider = get_provider(name)
    goal = url_for("providers.show_providers")
    address = _question_of(provider, begin_flow(provider, "link", goal, _session_id()))
    return _leave_by_page(provider, address)


def _leave_by_page(provider: Provider, address: str) -> Response:
    # A form may lead to this site alone (CSP), redirects included; a page that goes on by itself
    # is no form any more.
    page = render_template("identity/providers/leaving.html", provider=provider, address=address)
    response = make_response(page)
    response.headers["Refresh"] = f"0; url={address}"
    return response


@takes()
@recently_verified
def disconnect_provider(name: str) -> ResponseReturnValue:
    """Stop a provider from signing this account in."""
    with transaction():
        providers = {provider.name: provider for provider in list_providers()}
        if disconnect_identity(signed_in_user(), name, providers):
            label = providers[name].label_in(reader_language()) if name in providers else name
            _tell_owner("provider_disconnected", label)
    flash(_("That sign-in is disconnected."), "success")
    return redirect(url_for("providers.show_providers"), 303)


add_resource(
    blueprint,
    "/account/providers/<name>",
    create=connect_provider,
    delete=disconnect_provider,
)


def _end_link(provider: Provider, flow: Flow, attestation: Attestation) -> ResponseReturnValue:
    _check_session(flow)
    label = provider.label_in(reader_language())
    with transaction():
        if connect_identity(signed_in_user(), provider.name, attestation.subject):
            _tell_owner("provider_connected", label)
    flash(_("From now on you can sign in with %(provider)s.", provider=label), "success")
    return redirect(flow.goal, 303)


def _end_verification(
    provider: Provider, flow: Flow, attestation: Attestation
) -> ResponseReturnValue:
    _check_session(flow)
    owner = get_identity_owner(provider.name, attestation.subject)
    if owner is None or owner.id != signed_in_user().id:
        raise IdentityUnknown(reason="another subject")
    earliest = flow.begun - timedelta(seconds=LEEWAY_SECONDS)
    if attestation.signed_in_at is None or attestation.signed_in_at < earliest:
        raise SignedInTooLongAgo(reason="auth_time missing or too old")
    note_verification(second_factor=attestation.has_second_factor)
    return redirect(flow.goal, 303)


def _tell_owner(letter: str, label: str) -> None:
    link = address_of("providers.show_providers")
    send_account_mail(signed_in_user(), letter, link=link, details=((_("Sign-in"), label),))


def _session_id() -> int:
    row = current_session()
    assert row is not None
    return row.id


def _check_session(flow: Flow) -> None:
    """Raise ``FlowUnknown`` unless whoever left for the provider is still signed in here."""
    row = current_session()
    if row is None or row.id != flow.session_id:
        raise FlowUnknown(reason="another session")


ENDINGS = {"sign_in": _end_sign_in, "link": _end_link, "verify": _end_verification}
