"""The signed address in the mail of a suspension: it shows one decision and takes one appeal.

Nothing is stored, and it serves this one purpose; it opens no account. It works as long as an
appeal can be made, and for one appeal: a decision has no second one.
"""

from itsdangerous import BadData, URLSafeSerializer

from community.core.errors import NotFound
from community.core.settings import current_settings
from moderation.sanctions.models import Statement

PURPOSE = "sanctions.appeal"


def sign_statement(statement: Statement) -> str:
    """Return the token that stands in the address."""
    return str(_serializer().dumps([statement.id, statement.user_id]))


def read_statement_token(token: str) -> tuple[int, int]:
    """Return the statement's and the member's ids; raises ``NotFound`` for a forged one."""
    try:
        statement_id, user_id = _serializer().loads(token)
    except (BadData, TypeError, ValueError):
        raise NotFound() from None
    if type(statement_id) is not int or type(user_id) is not int:
        raise NotFound()
    return statement_id, user_id


def _serializer() -> URLSafeSerializer:
    settings = current_settings()
    # The newest key comes last: that is the one which signs.
    keys = [*reversed(settings.former_secret_keys), settings.secret_key]
    return URLSafeSerializer(keys, salt=PURPOSE)
