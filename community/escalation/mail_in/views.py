"""Mail that a provider hands over by HTTP, and the originals of mails for who works on a case."""

import hmac
from datetime import timedelta
from hashlib import sha256

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from community.core import clock
from community.core.allowances import Allowance, allowance_key, take_place
from community.core.db import joined_transaction
from community.core.errors import Conflict, NotFound
from community.core.limits import limited
from community.core.settings import current_settings
from community.core.sightings import Seen, note_seen
from community.core.web import csrf, current_viewer, public, read_only
from community.escalation.cases.queries.desk import get_case
from community.escalation.mail_in.errors import WrongSignature
from community.escalation.mail_in.operations.receiving import receive_mail
from community.escalation.mail_in.parts import LARGEST_BYTES
from community.escalation.mail_in.queries import list_mails_of

blueprint = Blueprint("mail_in", __name__)

# How far the clocks of two machines may be apart. A signature is remembered for longer.
LATEST_SECONDS = 300
REMEMBERED = timedelta(minutes=15)
NOTHING = "default-src 'none'; sandbox; frame-ancestors 'none'"


@blueprint.post("/hooks/mail")
@public
@limited("mail-hook")
@read_only
def take_mail() -> ResponseReturnValue:
    """Take a whole message; each signed request once.

    Signed is ``timestamp``, a line break, the recipients, a line break, and the message.
    """
    key = current_settings().mail_hook_key
    if not key:
        raise NotFound()
    timestamp, to = request.headers.get("X-Timestamp", ""), request.headers.get("X-Recipients", "")
    signature = request.headers.get("X-Signature", "")
    _check_time(timestamp)
    request.max_content_length = LARGEST_BYTES
    raw = request.get_data(cache=False)
    signed = hmac.new(key.encode(), f"{timestamp}\n{to}\n".encode() + raw, sha256).hexdigest()
    if not hmac.compare_digest(signed, signature.encode("ascii", "replace").decode()):
        raise WrongSignature()
    with joined_transaction():
        allowance = Allowance(allowance_key("mail-hook", signed), 1, REMEMBERED)
        if take_place(allowance) is None:
            raise Conflict()
    recipients = tuple(filter(None, (each.strip() for each in to.split(","))))
    received = receive_mail(raw, recipients=recipients)
    return {"fate": received.fate, "kind": received.kind, "reason": received.reason}


# A provider has no page of ours; the signature is the secret.
csrf.exempt(take_mail)


@blueprint.get("/desk/cases/<int:case_id>/mails")
def show_mails(case_id: int) -> Response:
    """Show the whole text of a case's mails to whoever works on it; each look is recorded.

    As plain text that a browser must not take for anything else: it is what strangers sent.
    """
    case = get_case(current_viewer(), case_id)
    mails = [each for each in list_mails_of(case.id) if each.original]
    if not mails:
        raise NotFound()
    note_seen(Seen.MAILS, "support_case", case.id)
    text = "\n\n".join(
        f"-- {each.received_at:%Y-%m-%d %H:%M} UTC, <{each.message_id or ''}>\n\n{each.original}"
        for each in mails
    )
    response = Response(text, mimetype="text/plain")
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = NOTHING
    return response


def _check_time(timestamp: str) -> None:
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
        raise WrongSignature()
    if abs(clock.now().timestamp() - int(timestamp)) > LATEST_SECONDS:
        raise WrongSignature()
