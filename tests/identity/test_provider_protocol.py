"""What is believed of a provider's answers, over a real connection to one that lies."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from flask import Flask
from joserfc import jwk

from community.core import http
from community.identity.providers import documents
from community.identity.providers.errors import (
    ProviderDeclined,
    ProviderUnreachable,
    TokenRefused,
)
from community.identity.providers.protocol import (
    Attestation,
    Question,
    check_issuer,
    question_address,
    redeem_code,
)
from community.identity.providers.settings import Provider
from tests.identity.openid import (
    CLIENT_ID,
    CLIENT_SECRET,
    KEY,
    OTHER_KEY,
    FakeProvider,
    keyed,
    running_provider,
    sign,
    unsigned,
)
from tests.pace import ends_within

QUESTION = Question("state-1", "nonce-1", "v" * 64)
RETURN = "http://localhost/back"


@pytest.fixture(scope="module")
def server() -> Iterator[FakeProvider]:
    with running_provider() as server:
        yield server


@pytest.fixture
def fake(server: FakeProvider) -> FakeProvider:
    server.reset()
    return server


@pytest.fixture(autouse=True)
def context() -> Iterator[None]:
    with Flask(__name__).app_context():
        yield


@pytest.fixture
def provider(fake: FakeProvider) -> Provider:
    return Provider(
        name="fake",
        label={"de": "Fake", "en": "Fake"},
        issuer=fake.origin,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        group_claim="groups",
        groups={"staff": "role:moderator", "partners": "group:partners"},
    )


@pytest.fixture
def hear(fake: FakeProvider, provider: Provider) -> Callable[[], Attestation]:
    def go_there_and_back() -> Attestation:
        back = fake.sign_in(question_address(provider, QUESTION, RETURN))
        return redeem_code(provider, QUESTION, back["code"], RETURN)

    return go_there_and_back


def test_the_question_carries_all_that_protects_it(provider: Provider) -> None:
    address = question_address(provider, QUESTION, RETURN, prompt="login")
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert address.startswith(provider.issuer + "/authorize?")
    assert query.pop("code_challenge") != QUESTION.verifier
    assert query == {
        "tenant": "1",
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": RETURN,
        "scope": "openid profile email",
        "state": "state-1",
        "nonce": "nonce-1",
        "code_challenge_method": "S256",
        "prompt": "login",
    }


def test_an_honest_answer_is_believed(fake: FakeProvider, hear) -> None:
    fake.claims |= {
        "email": "Jana@Example.org",
        "email_verified": True,
        "nickname": "jana",
        "groups": ["staff", "strangers", 5],
        "auth_time": 1_700_000_000,
    }
    found = hear()
    assert (found.subject, found.email, found.suggested_name) == (
        "4711",
        "jana@example.org",
        "jana",
    )
    assert found.targets == {"role:moderator"}
    assert not found.has_second_factor
    assert found.signed_in_at is not None
    assert found.signed_in_at.timestamp() == 1_700_000_000


LIES = {
    "wrong nonce": lambda c: sign({**c, "nonce": "other"}, KEY),
    "no nonce": lambda c: sign({k: v for k, v in c.items() if k != "nonce"}, KEY),
    "wrong audience": lambda c: sign({**c, "aud": "another-client"}, KEY),
    "no audience": lambda c: sign({k: v for k, v in c.items() if k != "aud"}, KEY),
    "audience of two without azp": lambda c: sign({**c, "aud": [CLIENT_ID, "other"]}, KEY),
    "azp of another": lambda c: sign({**c, "azp": "other"}, KEY),
    "wrong issuer": lambda c: sign({**c, "iss": "https://evil.example"}, KEY),
    "issuer with a slash more": lambda c: sign({**c, "iss": c["iss"] + "/"}, KEY),
    "no issuer": lambda c: sign({k: v for k, v in c.items() if k != "iss"}, KEY),
    "expired": lambda c: sign({**c, "exp": c["iat"] - 61}, KEY),
    "never expires": lambda c: sign({k: v for k, v in c.items() if k != "exp"}, KEY),
    "issued in the future": lambda c: sign({**c, "iat": c["iat"] + 3_600}, KEY),
    "no iat": lambda c: sign({k: v for k, v in c.items() if k != "iat"}, KEY),
    "not yet valid": lambda c: sign({**c, "nbf": c["iat"] + 3_600}, KEY),
    "no subject": lambda c: sign({k: v for k, v in c.items() if k != "sub"}, KEY),
    "subject is a number": lambda c: sign({**c, "sub": 4711}, KEY),
    "empty subject": lambda c: sign({**c, "sub": ""}, KEY),
    "long subject": lambda c: sign({**c, "sub": "x" * 256}, KEY),
    "subject with a NUL": lambda c: sign({**c, "sub": "a\x00b"}, KEY),
    "unsigned": unsigned,
    "signed with the public key": lambda c: keyed(c, KEY.as_pem(private=False)),
    "signed with the client secret": lambda c: keyed(c, CLIENT_SECRET.encode()),
    "wrong key": lambda c: sign(c, OTHER_KEY),
    "key of its own": lambda c: sign(c, OTHER_KEY, jwk=OTHER_KEY.as_dict(private=False)),
    "key elsewhere": lambda c: sign(c, OTHER_KEY, jku="https://evil.example/keys"),
    "changed after signing": lambda c: _changed(sign(c, KEY)),
    "another token's at_hash": lambda c: sign({**c, "at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, KEY),
    "a logout token": lambda c: sign(c, KEY, typ="logout+jwt"),
    "an access token": lambda c: sign(c, KEY, typ="at+jwt"),
    "no token": lambda c: "nonsense",
    "empty": lambda c: "",
    "amr is no list": lambda c: sign({**c, "amr": "mfa"}, KEY),
}


def _changed(token: str) -> str:
    header, payload, signature = token.split(".")
    return f"{header}.{payload[:-4]}AAAA.{signature}"


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_refused(fake: FakeProvider, hear, lie: str) -> None:
    fake.forge = LIES[lie]
    with pytest.raises(TokenRefused):
        hear()


@pytest.mark.parametrize("changes", [{"id_token": None}, {"id_token": 5}, {"access_token": ""}])
def test_an_answer_without_tokens_is_refused(fake: FakeProvider, hear, changes) -> None:
    fake.token_changes = changes
    with pytest.raises(TokenRefused):
        hear()


def test_two_audiences_are_fine_if_we_are_the_party(fake: FakeProvider, hear) -> None:
    fake.claims |= {"aud": ["other", CLIENT_ID], "azp": CLIENT_ID}
    assert hear().subject == "4711"


def test_a_code_counts_once(fake: FakeProvider, provider: Provider) -> None:
    back = fake.sign_in(question_address(provider, QUESTION, RETURN))
    redeem_code(provider, QUESTION, back["code"], RETURN)
    with pytest.raises(ProviderDeclined):
        redeem_code(provider, QUESTION, back["code"], RETURN)


def test_a_code_is_worth_nothing_without_its_verifier(
    fake: FakeProvider, provider: Provider
) -> None:
    back = fake.sign_in(question_address(provider, QUESTION, RETURN))
    stolen = Question(QUESTION.state, QUESTION.nonce, "w" * 64)
    with pytest.raises(ProviderDeclined):
        redeem_code(provider, stolen, back["code"], RETURN)


def test_a_new_key_is_fetched_when_it_is_first_seen(fake: FakeProvider, hear) -> None:
    hear()
    later = jwk.ECKey.generate_key("P-256", {"kid": "second", "use": "sig"})
    fake.published_keys = [KEY, later]
    fake.forge = lambda claims: sign({**claims, "at_hash": None}, later, "ES256")
    with pytest.raises(TokenRefused):
        hear()  # The keys were fetched a moment ago.
    start = time.time()
    with time_machine.travel(start + documents.PAUSE_SECONDS + 1, tick=True):
        assert hear().subject == "4711"


def test_a_key_that_is_withdrawn_is_forgotten(fake: FakeProvider, hear) -> None:
    hear()
    fake.published_keys = [jwk.RSAKey.generate_key(2048, {"kid": "second"})]
    assert hear().subject == "4711"
    in_an_hour = timedelta(minutes=documents.KEPT_MINUTES).total_seconds()
    with time_machine.travel(time.time() + in_an_hour, tick=True), pytest.raises(TokenRefused):
        hear()


def test_documents_are_fetched_once(fake: FakeProvider, hear) -> None:
    hear()
    hear()
    assert fake.asked.count("/.well-known/openid-configuration") == 1
    assert fake.asked.count("/keys") == 1


@pytest.mark.parametrize("kind", ["oct", "short", "enc", "garbage", "nothing"])
def test_unfit_keys_verify_nothing(fake: FakeProvider, hear, kind: str) -> None:
    entry = KEY.as_dict(private=False)
    unfit = {
        "oct": {"kty": "oct", "k": "AAAA", "kid": "first"},
        "short": {**entry, "n": entry["n"][:100]},
        "enc": {**entry, "use": "enc"},
        "garbage": {**entry, "n": 5},
        "nothing": "first",
    }[kind]
    document = json.dumps({"keys": [unfit]}).encode()
    fake.answers["/keys"] = lambda handler: handler.send(document)
    with pytest.raises(TokenRefused):
        hear()


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"token_endpoint": None},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
    ],
)
def test_an_odd_discovery_document_is_no_use(
    fake: FakeProvider, hear, changes: dict[str, object]
) -> None:
    fake.discovery_changes = changes
    with pytest.raises(ProviderUnreachable):
        hear()


@pytest.mark.parametrize("key", ["token_endpoint", "jwks_uri"])
@pytest.mark.parametrize("address", ["http://127.0.0.1:1/x", "https://169.254.169.254/x"])
def test_discovery_opens_no_way_into_the_network(
    fake: FakeProvider, hear, key: str, address: str
) -> None:
    fake.discovery_changes = {key: address}
    with pytest.raises(ProviderUnreachable) as raised:
        hear()
    assert "the address l" in raised.value.reason


PLACES = ("/.well-known/openid-configuration", "/keys", "/token")


@pytest.mark.parametrize("place", PLACES)
def test_a_failing_provider_is_named_as_such(fake: FakeProvider, hear, place: str) -> None:
    for answer in (
        lambda handler: handler.send(b"down", 503),
        lambda handler: handler.send(b"", 302, Location="/elsewhere"),
        lambda handler: handler.send(b"<html>", 200),
        lambda handler: handler.send(b"x" * (http.LARGEST_ANSWER_BYTES + 1)),
    ):
        documents.forget_documents()
        fake.answers[place] = answer
        with pytest.raises(ProviderUnreachable):
            hear()


@pytest.mark.parametrize("place", PLACES)
def test_a_slow_provider_is_given_up(fake: FakeProvider, hear, monkeypatch, place: str) -> None:
    fake.answers[place] = lambda handler: time.sleep(60)
    monkeypatch.setattr(http, "TOTAL_SECONDS", 0.2)

    def hear_nothing() -> None:
        documents.forget_documents()
        with pytest.raises(ProviderUnreachable):
            hear()

    ends_within(0.9, hear_nothing)


def test_a_provider_that_is_down_is_not_asked_again_at_once(fake: FakeProvider, hear) -> None:
    fake.answers[PLACES[0]] = lambda handler: handler.send(b"", 503)
    for _ in range(5):
        with pytest.raises(ProviderUnreachable):
            hear()
    assert len(fake.asked) == 1


def test_an_old_document_is_better_than_none(fake: FakeProvider, hear) -> None:
    hear()
    fake.answers[PLACES[0]] = lambda handler: handler.send(b"", 503)
    with time_machine.travel(time.time() + 4_000, tick=True):
        with pytest.raises(ProviderUnreachable):
            hear()
        assert hear().subject == "4711"


def test_what_the_token_leaves_out_is_asked_for(fake: FakeProvider, hear) -> None:
    fake.userinfo = {
        "sub": "4711",
        "email": "jana@example.org",
        "email_verified": True,
        "preferred_username": "jana",
        "groups": "partners",
    }
    found = hear()
    assert (found.email, found.suggested_name) == ("jana@example.org", "jana")
    assert found.targets == {"group:partners"}


def test_what_is_said_of_somebody_else_is_refused(fake: FakeProvider, hear) -> None:
    fake.userinfo = {"sub": "4712", "email": "jana@example.org", "email_verified": True}
    with pytest.raises(TokenRefused):
        hear()


@pytest.mark.parametrize(
    ("token", "userinfo"),
    [
        ({"email": "a@example.org"}, {}),
        ({"email": "a@example.org", "email_verified": "true"}, {}),
        ({"email": "a@example.org", "email_verified": 1}, {}),
        ({"email": ["a@example.org"], "email_verified": True}, {}),
        ({"email": "a" * 260 + "@example.org", "email_verified": True}, {}),
        ({"email_verified": True}, {"email": "victim@example.org"}),
        ({"email": "victim@example.org"}, {"email": "own@example.org", "email_verified": True}),
    ],
)
def test_only_a_verified_address_counts(fake: FakeProvider, hear, token, userinfo) -> None:
    fake.claims |= token
    fake.userinfo = {"sub": "4711", **userinfo}
    assert hear().email == ""


@pytest.mark.parametrize(
    ("amr", "counts"),
    [(["pwd"], False), (["pwd", "otp"], True), (["mfa"], True), (["hwk"], True), ([5], False)],
)
def test_second_factors_are_recognised(fake: FakeProvider, hear, amr, counts: bool) -> None:
    fake.claims["amr"] = amr
    assert hear().has_second_factor is counts


def test_an_address_is_no_suggestion_for_a_name(fake: FakeProvider, hear) -> None:
    fake.claims |= {"nickname": " ", "preferred_username": "jana@example.org", "given_name": "Jana"}
    assert hear().suggested_name == "Jana"


@pytest.mark.parametrize("seconds", ["soon", True, 1e300, -1e300, float("nan")])
def test_an_impossible_time_is_none(fake: FakeProvider, hear, seconds) -> None:
    fake.claims["auth_time"] = seconds
    try:
        assert hear().signed_in_at is None
    except TokenRefused:
        pass


def test_groups_may_lie_deep(fake: FakeProvider, provider: Provider) -> None:
    deep = replace(provider, group_claim="realm_access.roles")
    for claims in ({"realm_access": {"roles": ["staff"]}}, {"realm_access.roles": "staff"}):
        fake.claims = {"sub": "4711", **claims}
        back = fake.sign_in(question_address(deep, QUESTION, RETURN))
        assert redeem_code(deep, QUESTION, back["code"], RETURN).targets == {"role:moderator"}


def test_an_answer_in_the_name_of_another_provider_is_refused(
    fake: FakeProvider, provider: Provider
) -> None:
    check_issuer(provider, None)
    check_issuer(provider, fake.origin)
    with pytest.raises(TokenRefused):
        check_issuer(provider, "https://evil.example")
    documents.forget_documents()
    fake.discovery_changes = {"authorization_response_iss_parameter_supported": True}
    with pytest.raises(TokenRefused):
        check_issuer(provider, None)


def test_a_provider_with_tls_is_never_left_for_one_without(provider: Provider, monkeypatch) -> None:
    issuer = "https://login.example.org"
    found = {
        "issuer": issuer,
        "authorization_endpoint": "http://login.example.org/authorize",
        "token_endpoint": f"{issuer}/token",
        "jwks_uri": f"{issuer}/keys",
    }
    monkeypatch.setattr(documents, "fetch_json", lambda *asked, **options: found)
    with pytest.raises(ProviderUnreachable) as raised:
        question_address(replace(provider, issuer=issuer), QUESTION, RETURN)
    assert "authorization_endpoint without https" in raised.value.reason
