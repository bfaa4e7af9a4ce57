"""The last step of the ladder: a mail and a signed request to addresses outside the team.

They are jobs of their own, so a dead address stops nobody's clock. Which case it is they say, and
since when it is late; nothing of what anybody wrote.
"""

import hashlib
import hmac
import json

from community.core import http
from community.core.db import db
from community.core.i18n import speaking
from community.core.jobs import enqueue, external
from community.core.mail import Message, enqueue_mail, render_parts
from community.core.sealing import derive_key
from community.core.settings import current_settings
from community.escalation.sla.models import SlaClock, SlaPolicy
from community.escalation.sla.wording import KIND_WORDS, alarm_subject

SIGNATURE_HEADER = "X-Forum-Signature"
ACCEPTED = range(200, 300)


class AlarmNotTaken(RuntimeError):
    """The other side answered, but not that it took the alarm."""


def send_alarm(*, clock_id: int) -> None:
    """Send what tells the world outside of a case nobody has looked after (task).

    Somebody who answered meanwhile spares them.
    """
    clock = db.session.get_one(SlaClock, clock_id)
    policy = db.session.get_one(SlaPolicy, clock.policy_id)
    if not clock.is_open:
        return
    if policy.alarm_email:
        enqueue_mail(_mail(clock, policy.alarm_email))
    if policy.alarm_url:
        enqueue(post_alarm, unique_key=f"sla:post:{clock.id}", clock_id=clock.id)


def _mail(clock: SlaClock, to: str) -> Message:
    with speaking(current_settings().default_language):
        text, html = render_parts(
            "alarm",
            kind=KIND_WORDS[clock.kind],
            number=case_number(clock),
            due_at=clock.breached_at,
            link=case_address(clock),
        )
        subject = alarm_subject(case_number(clock))
    return Message(to=to, subject=subject, text=text, html=html)


@external
def post_alarm(*, clock_id: int) -> None:
    """Send the signed request of an alarm (task); may come twice, with the same id."""
    clock = db.session.get_one(SlaClock, clock_id)
    policy = db.session.get_one(SlaPolicy, clock.policy_id)
    body, url = alarm_body(clock), policy.alarm_url
    db.session.rollback()
    if not url:
        return
    signature = f"sha256={sign(body, policy.id)}"
    answer = http.post(
        url,
        body,
        headers={"Content-Type": "application/json", SIGNATURE_HEADER: signature},
        trusted_origins=current_settings().trusted_origin_set,
    )
    if answer.status not in ACCEPTED:
        raise AlarmNotTaken(f"status {answer.status}")


def alarm_body(clock: SlaClock) -> bytes:
    """Return what is sent: ids and instants alone."""
    assert clock.breached_at is not None
    facts = {
        "event": "sla.breached",
        "id": f"sla-{clock.id}",
        "case": case_number(clock),
        "clock": clock.kind,
        "priority": clock.priority,
        "due_at": clock.breached_at.isoformat(),
        "url": case_address(clock),
    }
    return json.dumps(facts, sort_keys=True).encode()


def sign(body: bytes, policy_id: int) -> str:
    """Return the signature of a body (HMAC-SHA-256, hexadecimal) by the key of a policy."""
    return hmac.new(alarm_key(policy_id).encode(), body, hashlib.sha256).hexdigest()


def alarm_key(policy_id: int) -> str:
    """Return the key that the other side checks signatures with."""
    return derive_key(current_settings().secret_key, f"sla alarm {policy_id}").hex()


def case_number(clock: SlaClock) -> str:
    """Return what people call the case."""
    return f"C-{clock.case_id}"


def case_address(clock: SlaClock) -> str:
    """Return the full address of the case."""
    return f"{current_settings().site_url.rstrip('/')}/desk/cases/{clock.case_id}"
