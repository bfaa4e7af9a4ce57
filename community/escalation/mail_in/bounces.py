"""Bounces: whom a mail of ours did not reach.

flufl.bounce reads the many forms of them. It is asked only about mails whose headers look like a
bounce: it finds one in the words of a person too who quotes what a mail server told them.
"""

import logging
import re
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

from flufl.bounce import all_failures

from community.escalation.mail_in.automatic import comes_from_daemon
from community.escalation.mail_in.headers import Headers, ordinary_address
from community.escalation.mail_in.message import Bounce
from community.escalation.mail_in.signatures import is_greeting

ADDRESSES_MAX = 100
# The words come first, then what could not be delivered. Some detectors take time that grows with
# the square of a line's length.
_LOOKED_AT_BYTES = 65_536
_LINE_MAX_BYTES = 400
_CHARSET = re.compile(rb"charset", re.IGNORECASE)
_SUBJECT = re.compile(
    r"undeliver|unzustellbar|nicht zugestellt|zustellung fehlgeschlagen|non[- ]?deliver"
    r"|unable to deliver|delivery error|mail (?:failure|failed|rejected)|rejected mail|bounced"
    r"|(?:unknown|invalid) (?:user|recipient|address)|(?:recipient|address) (?:unknown|not found)"
    r"|mailbox (?:full|unavailable|unknown)|unbekannter empfänger|empfänger unbekannt"
    r"|failure notice|returned mail|non remis"
    r"|delivery (?:has )?(?:failed|failure|problem|report|notification|warning)"
    r"|delivery status notification|mail (?:not|could not be) delivered|could not be delivered"
    r"|delayed mail|user unknown|mail delivery (?:failed|problem|warning|system)",
    re.IGNORECASE,
)
_SALUTATION = re.compile(
    r"(?:hallo|guten (?:tag|morgen|abend)|liebes?|sehr geehrte|moin|servus|grüezi|hello|hi)\b"
    r"(?!. this is)",
    re.IGNORECASE,
)
_REPORTS = frozenset(["multipart/report", "message/delivery-status"])

# What it logs names detectors and, with a traceback, would fill the log for each odd mail.
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)


def find_bounce(raw: bytes, mail: Message, headers: Headers, text: str) -> Bounce | None:
    """Return whom a mail says that ours did not reach, None if it is no bounce.

    ``mail``, ``headers`` and ``text`` are what was read from ``raw``.
    """
    if named := headers.addresses("x-failed-recipients"):
        found = _find_failures(raw)
        waits = found is not None and found.is_temporary
        return Bounce(named[:ADDRESSES_MAX], is_temporary=waits)
    return _find_failures(raw) if _looks_like_bounce(mail, headers, text) else None


def _find_failures(raw: bytes) -> Bounce | None:
    try:
        temporary, permanent = all_failures(_shortened(raw))
    except Exception:
        # A detector that stumbles over an odd mail knows nothing about it.
        temporary, permanent = frozenset(), frozenset()
    addresses = _ordinary(permanent) or _ordinary(temporary)
    found_nobody = not addresses and not temporary and not permanent
    return None if found_nobody else Bounce(addresses, is_temporary=not permanent)


def _shortened(raw: bytes) -> Message:
    # In words of ASCII nothing is lost, and reading some charsets takes its time too.
    lines = _CHARSET.sub(b"x-was", raw[:_LOOKED_AT_BYTES]).splitlines()
    cut = b"\n".join(line[:_LINE_MAX_BYTES] for line in lines)
    return message_from_bytes(cut, policy=compat32)


def _looks_like_bounce(mail: Message, headers: Headers, text: str) -> bool:
    if (
        mail.get_content_type() in _REPORTS
        or comes_from_daemon(headers)
        or not headers.senders()
        or not headers.first("from").strip()
    ):
        return True
    return _SUBJECT.search(headers.subject()) is not None and not _is_persons(headers, text)


def _is_persons(headers: Headers, text: str) -> bool:
    """Say whether a person tells about a bounce: then nothing but the subject speaks of one."""
    if headers.has("in-reply-to", "references", "user-agent", "thread-index"):
        return True
    # What comes back stands below, and may be a person's.
    lines = [line.strip() for line in text.split("\n", 100)[:100] if line.strip()][:20]
    asks = headers.subject().endswith("?") or any(line.endswith("?") for line in lines)
    return asks or bool(lines and _SALUTATION.match(lines[0])) or any(map(is_greeting, lines[-6:]))


def _ordinary(found: frozenset[bytes]) -> tuple[str, ...]:
    decoded = (ordinary_address(raw.decode("ascii", "replace")) for raw in found)
    return tuple(sorted(filter(None, decoded)))[:ADDRESSES_MAX]
