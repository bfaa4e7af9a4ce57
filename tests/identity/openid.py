"""An OpenID provider of our own, which lies on request."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwk, jwt

from tests.loopback import QuietHandler, serving

CLIENT_ID = "community"
CLIENT_SECRET = "a secret: with % and +"
KEY = jwk.RSAKey.generate_key(2048, {"kid": "first", "use": "sig", "alg": "RS256"})
OTHER_KEY = jwk.RSAKey.generate_key(2048, {"kid": "first", "use": "sig", "alg": "RS256"})


class FakeProvider:
    """What the provider knows and does; tests change it at will."""

    def __init__(self) -> None:
        self.origin = ""
        self.reset()

    def reset(self) -> None:
        """Be honest again, and know nobody."""
        self.claims: dict[str, Any] = {"sub": "4711"}
        self.userinfo: dict[str, Any] | None = None
        self.published_keys = [KEY]
        self.signing_key: Any = KEY
        self.discovery_changes: dict[str, Any] = {}
        self.token_changes: dict[str, Any] = {}
        self.forge: Callable[[dict[str, Any]], str] | None = None
        self.answers: dict[str, Callable[[QuietHandler], None]] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []

    def sign_in(self, address: str) -> dict[str, str]:
        """Sign somebody in who comes by this address; returns what the browser brings back."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        return {"code": code, "state": query["state"], "iss": self.origin}

    def id_token(self, question: dict[str, str], access_token: str) -> str:
        """Return a signed token with what the test wants to be in it."""
        now = int(time.time())
        digest = hashlib.sha256(access_token.encode()).digest()[:16]
        claims = {
            "iss": self.origin,
            "aud": CLIENT_ID,
            "exp": now + 300,
            "iat": now,
            "nonce": question["nonce"],
            "at_hash": _base64(digest),
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.forge:
            return self.forge(claims)
        return sign(claims, self.signing_key)

    def discovery(self) -> dict[str, Any]:
        """Return the discovery document."""
        return {
            "issuer": self.origin,
            "authorization_endpoint": f"{self.origin}/authorize?tenant=1",
            "token_endpoint": f"{self.origin}/token",
            "jwks_uri": f"{self.origin}/keys",
            **({"userinfo_endpoint": f"{self.origin}/userinfo"} if self.userinfo else {}),
            **self.discovery_changes,
        }

    def tokens(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """Answer a code as a provider must: once, to its client, with the verifier."""
        question = self.codes.pop(form.get("code", ""), None)
        if authorization != "Basic " + _basic() or question is None:
            return 400, {"error": "invalid_grant"}
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = _base64(digest)
        if challenge != question["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        if form["redirect_uri"] != question["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        access_token = secrets.token_urlsafe(16)
        answer = {"access_token": access_token, "token_type": "Bearer"}
        answer["id_token"] = self.id_token(question, access_token)
        return 200, {**answer, **self.token_changes}


def _basic() -> str:
    pair = f"{CLIENT_ID}:a%20secret%3A%20with%20%25%20and%20%2B"
    return base64.b64encode(pair.encode()).decode()


def sign(claims: dict[str, Any], key: Any, alg: str = "RS256", **header: str) -> str:
    """Return a JWS of these claims."""
    named = {"kid": key.kid} if key.kid else {}
    return jwt.encode({"alg": alg, **named, **header}, claims, key, algorithms=[alg])


def unsigned(claims: dict[str, Any]) -> str:
    """Return a token that nobody signed."""
    return f"{_unsigned({'alg': 'none', 'typ': 'JWT'}, claims)}."


def keyed(claims: dict[str, Any], secret: bytes) -> str:
    """Return a token whose signature whoever knows the secret can make."""
    signed = _unsigned({"alg": "HS256", "typ": "JWT", "kid": "first"}, claims)
    return f"{signed}.{_base64(hmac.digest(secret, signed.encode(), 'sha256'))}"


def _unsigned(header: dict[str, str], claims: dict[str, Any]) -> str:
    return ".".join(_base64(json.dumps(part).encode()) for part in (header, claims))


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@contextmanager
def running_provider() -> Iterator[FakeProvider]:
    """Serve a provider on loopback until the block ends."""
    provider = FakeProvider()

    class Handler(QuietHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            provider.asked.append(path)
            if path in provider.answers:
                provider.answers[path](self)
            elif path == "/.well-known/openid-configuration":
                self.tell(200, provider.discovery())
            elif path == "/keys":
                keys = [key.as_dict(private=False) for key in provider.published_keys]
                self.tell(200, {"keys": keys})
            elif path == "/authorize":
                back = provider.sign_in(self.path)
                address = f"{provider.codes[back['code']]['redirect_uri']}?{urlencode(back)}"
                self.send(b"", 302, Location=address)
            elif path == "/userinfo":
                self.tell(200, provider.userinfo or {})

        def do_POST(self) -> None:
            provider.asked.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if self.path in provider.answers:
                provider.answers[self.path](self)
                return
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self.tell(*provider.tokens(form, self.headers.get("Authorization", "")))

        def tell(self, status: int, answer: dict[str, Any]) -> None:
            self.send(json.dumps(answer).encode(), status, **{"Content-Type": "application/json"})

    with serving(Handler) as origin:
        provider.origin = origin
        yield provider
