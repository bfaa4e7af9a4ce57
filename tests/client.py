"""A test client that signs in and sends forms as a browser would, CSRF token included."""

from typing import Any

from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from community.core.db import transaction
from community.identity.models import User
from community.identity.operations.sessions import open_session

CSRF_VALUE = "a" * 40


class ForumClient(FlaskClient):
    """Adds ``sign_in`` and ``submit``."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request in an application context of its own, as a server would.

        Without it Flask would reuse the test's context, and with it ``g`` of the request before.
        """
        with self.application.app_context():
            return super().open(*args, **kwargs)

    def sign_in(self, user: User, *, second_factor: bool = True) -> "ForumClient":
        """Carry on as this user, without the sign-in form."""
        with self.application.app_context(), transaction():
            _, token = open_session(user, method="password", second_factor=second_factor)
        with self.session_transaction() as session:
            session["_user_id"] = token
        return self

    def sign_out(self) -> "ForumClient":
        """Carry on as a guest."""
        with self.session_transaction() as session:
            session.clear()
        return self

    def csrf_token(self) -> str:
        """Return a token that fits this client's session."""
        with self.session_transaction() as session:
            session["csrf_token"] = CSRF_VALUE
        secret = self.application.secret_key
        assert isinstance(secret, str)
        return str(URLSafeTimedSerializer(secret, salt="wtf-csrf-token").dumps(CSRF_VALUE))

    def submit(self, url: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        """POST a form with a valid CSRF token."""
        return self.post(url, data={"csrf_token": self.csrf_token(), **(data or {})}, **options)

    def remove(self, url: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        """POST a form that means DELETE, as a page without JavaScript does."""
        return self.submit(url, {"_method": "DELETE", **(data or {})}, **options)
