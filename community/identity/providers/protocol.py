"""The authorization code flow with PKCE: the question, the code's exchange, the token's checks.

Everything here may go over the network, so nothing of it is called within a transaction.
"""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from community.core import clock, http
from community.identity.models.providers import SUBJECT_MAX_CHARS
from community.identity.providers.documents import (
    Endpoints,
    endpoints_of,
    fetch_json,
    keys_of,
    newer_keys_of,
)
from community.identity.providers.errors import (
    ProviderDeclined,
    ProviderUnreachable,
    TokenRefused,
)
from community.identity.providers.settings import Provider

# How far two clocks may be apart.
LEEWAY_SECONDS = 60
EMAIL_MAX_CHARS = 254
# Public keys alone: with a shared secret ("HS256") a published key would sign, and "none" signs
# nothing. Source: RFC 8725 §3.1.
ALGORITHMS = [
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "Ed25519", "EdDSA"),
]
# Source: RFC 8176 §2. A one-time password or a key in hardware comes on top of signing in.
SECOND_FACTORS = frozenset({"mfa", "otp", "hwk"})
NAME_CLAIMS = ("nickname", "preferred_username", "given_name")


@dataclass(frozen=True)
class Question:
    """What one sign-in is recognised by; all of it random. ``verifier`` is PKCE's."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Attestation:
    """What a provider vouches for.

    ``email`` is empty unless the provider verified it. ``targets`` are the roles and groups that
    the person's groups there are mapped to. ``signed_in_at`` is when they last proved there who
    they are, if the provider says so.
    """

    subject: str
    email: str
    suggested_name: str
    targets: frozenset[str]
    has_second_factor: bool
    signed_in_at: datetime | None


def question_address(provider: Provider, question: Question, return_to: str, **extra: str) -> str:
    """Return where the browser goes to sign in; raises ``ProviderUnreachable``."""
    address: str = prepare_grant_uri(
        endpoints_of(provider).authorization,
        client_id=provider.client_id,
        response_type="code",
        redirect_uri=return_to,
        scope=" ".join(provider.scopes),
        state=question.state,
        nonce=question.nonce,
        code_challenge=create_s256_code_challenge(question.verifier),
        code_challenge_method="S256",
        **extra,
    )
    return address


def check_issuer(provider: Provider, named: str | None) -> None:
    """Raise ``TokenRefused`` if the browser comes back from another provider than it went to.

    Source: RFC 9207 §2.4.
    """
    if named is None and not endpoints_of(provider).names_itself:
        return
    if named != provider.issuer:
        raise TokenRefused(reason="the response names another issuer")


def redeem_code(provider: Provider, question: Question, code: str, return_to: str) -> Attestation:
    """Exchange a code and return what it stands for; raises ``ProviderTrouble``."""
    endpoints = endpoints_of(provider)
    tokens = _exchange(provider, endpoints, question, code, return_to)
    id_token, access_token = tokens.get("id_token"), tokens.get("access_token")
    if not isinstance(id_token, str) or not isinstance(access_token, str) or not access_token:
        raise TokenRefused(reason="no ID token")
    claims = verified_claims(provider, id_token, question.nonce, access_token)
    if _lacks_something(provider, claims) and endpoints.userinfo:
        claims = _completed(claims, _userinfo(provider, endpoints, access_token, claims["sub"]))
    return _attestation(provider, claims)


def _exchange(
    provider: Provider, endpoints: Endpoints, question: Question, code: str, return_to: str
) -> dict[str, Any]:
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": return_to,
        "code_verifier": question.verifier,
    }
    headers = {"Accept": "application/json"}
    _authenticate(provider, endpoints, fields, headers)
    try:
        answer = http.post_form(
            endpoints.token, fields, headers=headers, trusted_origins=provider.trusted_origins
        )
        if answer.status in (400, 401, 403):
            raise ProviderDeclined(reason=f"token endpoint: {_error_in(answer)}")
        if answer.status != 200:
            raise ProviderUnreachable(reason=f"token endpoint: status {answer.status}")
        return answer.json()
    except http.RequestFailed as error:
        raise ProviderUnreachable(reason=f"token endpoint: {error}") from error


def _authenticate(
    provider: Provider, endpoints: Endpoints, fields: dict[str, str], headers: dict[str, str]
) -> None:
    """Say who we are, in a way the provider takes. Source: RFC 6749 §2.3.1."""
    methods = endpoints.token_auth_methods or ("client_secret_basic",)
    if provider.client_secret and "client_secret_basic" in methods:
        # Authlib leaves these unquoted; a colon or a percent sign would then mean something else.
        pair = f"{quote(provider.client_id, safe='')}:{quote(provider.client_secret, safe='')}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        return
    fields["client_id"] = provider.client_id
    if provider.client_secret:
        fields["client_secret"] = provider.client_secret


def _error_in(answer: http.Answer) -> str:
    error = answer.json().get("error")
    return error[:60] if isinstance(error, str) else f"status {answer.status}"


def verified_claims(
    provider: Provider, id_token: str, nonce: str, access_token: str
) -> dict[str, Any]:
    """Return the claims of an ID token; raises ``TokenRefused``.

    Source: OpenID Connect Core 1.0 §3.1.3.7.
    """
    try:
        token = _decode(provider, id_token)
        claims = CodeIDToken(
            token.claims,
            token.header,
            options={
                "iss": {"essential": True, "value": provider.issuer},
                "aud": {"essential": True, "value": provider.client_id},
            },
            params={
                "nonce": nonce,
                "client_id": provider.client_id,
                "access_token": access_token,
            },
        )
        claims.validate(now=int(clock.now().timestamp()), leeway=LEEWAY_SECONDS)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise TokenRefused(reason=f"ID token: {type(error).__name__} {error}"[:200]) from error
    if not 1 <= len(claims["sub"]) <= SUBJECT_MAX_CHARS or not claims["sub"].isprintable():
        raise TokenRefused(reason="ID token: subject")
    return dict(claims)


def _decode(provider: Provider, id_token: str) -> jwt.Token:
    try:
        return _decode_with(keys_of(provider), id_token)
    except (InvalidKeyIdError, BadSignatureError):
        keys = newer_keys_of(provider)
        if keys is None:
            raise
        return _decode_with(keys, id_token)


def _decode_with(keys: KeySet, id_token: str) -> jwt.Token:
    token = jwt.decode(id_token, keys, algorithms=ALGORITHMS)
    # An access or a logout token of the same provider is none of ours. Source: RFC 8725 §3.11.
    if str(token.header.get("typ", "JWT")).upper() != "JWT":
        raise ValueError("typ")
    return token


def _lacks_something(provider: Provider, claims: dict[str, Any]) -> bool:
    if provider.group_claim and claim_values(claims, provider.group_claim) is None:
        return True
    return "email" not in claims or not any(name in claims for name in NAME_CLAIMS)


def _userinfo(
    provider: Provider, endpoints: Endpoints, access_token: str, subject: str
) -> dict[str, Any]:
    found = fetch_json(provider, endpoints.userinfo, Authorization=f"Bearer {access_token}")
    # Source: OpenID Connect Core 1.0 §5.3.2: tokens could have been swapped.
    if found.get("sub") != subject:
        raise TokenRefused(reason="userinfo is about somebody else")
    return found


def _completed(claims: dict[str, Any], userinfo: dict[str, Any]) -> dict[str, Any]:
    """Add what the token left out. An address and whether it is verified come from one place."""
    if "email" not in claims:
        claims = {name: value for name, value in claims.items() if name != "email_verified"}
    else:
        userinfo = {name: value for name, value in userinfo.items() if name != "email_verified"}
    return {**userinfo, **claims}


def _attestation(provider: Provider, claims: dict[str, Any]) -> Attestation:
    values = claim_values(claims, provider.group_claim) or []
    return Attestation(
        subject=claims["sub"],
        email=_verified_email(claims),
        suggested_name=_suggested_name(claims),
        targets=frozenset(provider.groups[value] for value in values if value in provider.groups),
        has_second_factor=provider.trusted_second_factor
        or bool(SECOND_FACTORS.intersection(_texts(claims.get("amr")))),
        signed_in_at=_instant(claims.get("auth_time")),
    )


def claim_values(claims: dict[str, Any], name: str) -> list[str] | None:
    """Return the texts in a claim, by its name or by a path such as ``realm_access.roles``."""
    found: Any = claims.get(name)
    if found is None and "." in name:
        found = claims
        for part in name.split("."):
            found = found.get(part) if isinstance(found, dict) else None
    return None if found is None else _texts(found)


def _texts(found: Any) -> list[str]:
    values = found if isinstance(found, list) else [found]
    return [value for value in values if isinstance(value, str)]


def _verified_email(claims: dict[str, Any]) -> str:
    email = claims.get("email")
    # Not "true" nor 1: an address that is not surely verified belongs to nobody.
    if claims.get("email_verified") is not True or not isinstance(email, str):
        return ""
    return email.lower() if len(email) <= EMAIL_MAX_CHARS else ""


def _suggested_name(claims: dict[str, Any]) -> str:
    """Return a name to start from; the person's full name is theirs to publish."""
    names = (claims.get(name) for name in NAME_CLAIMS)
    return next((n for n in names if isinstance(n, str) and n.strip() and "@" not in n), "")[:100]


def _instant(seconds: Any) -> datetime | None:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
