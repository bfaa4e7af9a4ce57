"""How long a form was open before it was sent, by a signed instant that the form carries.

The instant is of one viewer's form: it says nothing about anybody else's. One that is missing,
forged, from the future or another viewer's tells nothing: who it is missing from may read without
JavaScript from a saved page, or have signed in meanwhile. That is unknown, not fast.
"""

from datetime import UTC, datetime

from itsdangerous import BadSignature, Signer

from community.core import clock
from community.core.settings import current_settings

PURPOSE = "form-opened"
MAX_CHARS = 120


def opened_now(viewer_id: int | None) -> str:
    """Return a mark that this viewer's form is opened now."""
    millis = int(clock.now().timestamp() * 1_000)
    return _signer(viewer_id).sign(str(millis)).decode()


def seconds_open(mark: str, viewer_id: int | None) -> float | None:
    """Return for how many seconds the form with this mark was open; None where nobody knows."""
    try:
        millis = int(_signer(viewer_id).unsign(mark[:MAX_CHARS]))
    except (BadSignature, ValueError):
        return None
    seconds = (clock.now() - datetime.fromtimestamp(millis / 1_000, UTC)).total_seconds()
    return seconds if seconds >= 0 else None


def _signer(viewer_id: int | None) -> Signer:
    settings = current_settings()
    # The newest key is the last one: it signs, all are understood.
    keys = [*reversed(settings.former_secret_keys), settings.secret_key]
    return Signer(keys, salt=f"{PURPOSE}:{viewer_id}")
