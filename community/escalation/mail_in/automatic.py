"""Mails that no person wrote to us: answers of machines, lists, loops, and what is marked spam.

Sources: RFC 3834 (Auto-Submitted), RFC 2919 (List-Id), RFC 5321 §4.5.5 and §6.3 (the empty sender,
loops), RFC 8601 (Authentication-Results), and what mail programs do instead.
"""

import re

from community.core.reply_addresses import CASE, SIDE, MailSite, read_message_id
from community.escalation.mail_in.headers import Headers

# More servers than any honest way has. Source: RFC 5321 §6.3.
HOPS_MAX = 100
_MARKS = ("feedback-id", "mailing-list", "x-fc-machinegenerated")
# X-Autoreply-From, X-Auto-Reply, X-Autoresponse, List-Id, List-Post and their like.
_MARK_BEGINNINGS = ("x-autorep", "x-auto-rep", "x-autoresp", "x-autogen", "x-mail-autorep", "list-")
_SUPPRESSED = re.compile(r"\b(?:all|oof|autoreply)\b", re.IGNORECASE)
_BULK = frozenset(["bulk", "list", "junk", "auto_reply", "auto-reply"])
# Whatever stands between their words.
_DAEMON_NAMES = (
    "mailerdaemon postmaster mdaemon maildaemon noreply noreplies donotreply nichtantworten"
    " bittenichtantworten keineantwort nepasrepondre noresponder autoreply autoresponder"
)
_DAEMONS = frozenset(_DAEMON_NAMES.split())
_BETWEEN_WORDS = re.compile(r"[._-]+")
_REPORTS = frozenset(["multipart/report", "message/delivery-status"])
_ABSENT = (
    r"out of (?:the )?office|abwesend|abwesenheit"
    r"|abwesenheits(?:notiz|meldung|nachricht|assistent|mitteilung|benachrichtigung)"
    r"|(?:ich bin )?nicht im b(?:ü|ue)ro"
)
_ANSWERED = (
    r"auto(?:matic)?[- ]?(?:reply|response|answer)|out of (?:the )?office auto-?reply|autosvar"
    r"|automatische (?:antwort|rückantwort)|automatisch antwoord|réponse automatique"
    r"|respuesta automática|risposta automatica|resposta automática|automatyczna odpowiedź"
)
_READ = "(?:nicht )?gelesen|(?:not )?read"
# A subject that only begins so may be a question about such answers.
_AWAY = re.compile(
    rf"(?:(?:re|aw): ?)*(?:(?:{_ABSENT}|{_ANSWERED}|{_READ})\s?:.*|(?:{_ABSENT}|{_ANSWERED})"
    rf"|(?:{_ABSENT})\s?[-–(]?\s?(?:bis|until|till|from|vom|ab)\b.*)",
    re.IGNORECASE,
)
_ASKED = re.compile(r"(?!.*(?:\b(?:re|aw):|\[)).*\?\s*", re.IGNORECASE)
_FAILED = re.compile(r"(?:^|[\s;])dmarc\s?=\s?(?:fail|permerror)\b", re.IGNORECASE)
_ANY_FAILED = re.compile(r"(?:^|[\s;])(?:spf|dkim|dmarc)\s?=\s?(?:fail|permerror)\b", re.IGNORECASE)
_PASSED = re.compile(r"(?:^|[\s;])(?:dkim|dmarc)\s?=\s?pass\b", re.IGNORECASE)
_YES = re.compile(r"yes\b|true\b", re.IGNORECASE)
_SPAM_LEVEL = re.compile(r"[5-9]\b")
_SPAM_FOUND = re.compile(r"(?:^|;)\s?(?:SFV:SPM|SCL:[5-9])\b")
_SPAM_ACTIONS = frozenset(["add header", "rewrite subject", "reject"])


def find_automatic(headers: Headers, content_type: str) -> str:
    """Return in a word why a mail is a machine's, "" if a person may have written it."""
    if _is_submitted_by_machine(headers):
        return "auto-submitted"
    if headers.first("precedence").strip().lower() in _BULK:
        return "precedence"
    if mark := headers.named(*_MARKS) or headers.named_like(_MARK_BEGINNINGS):
        return mark
    if _SUPPRESSED.search(headers.first(mark := "x-auto-response-suppress")):
        return mark
    if comes_from_daemon(headers):
        return "daemon"
    if content_type in _REPORTS:
        return "report"
    if content_type == "text/calendar":
        return "calendar"
    return "subject" if _says_away(headers) else ""


def _says_away(headers: Headers) -> bool:
    subject = headers.subject()
    answers = headers.has("in-reply-to", "references")
    return bool(_AWAY.fullmatch(subject) and (answers or not _ASKED.fullmatch(subject)))


def _is_submitted_by_machine(headers: Headers) -> bool:
    values = (re.split(r"[;(]", each)[0].strip().lower() for each in headers.all("auto-submitted"))
    return any(value not in ("", "no") for value in values)


def comes_from_daemon(headers: Headers) -> bool:
    """Say whether a mail's sender is none that could read an answer."""
    envelope = headers.first("return-path").strip().lower()
    if envelope == "<>" or _is_daemon(envelope.strip("<>")):
        return True
    return any(_is_daemon(each.email) for each in headers.senders())


def _is_daemon(email: str) -> bool:
    name = email.partition("@")[0].partition("+")[0]
    return _BETWEEN_WORDS.sub("", name) in _DAEMONS


def find_loop(headers: Headers, site: MailSite) -> str:
    """Return in a word why a mail would go round in circles."""
    if any(each.email in site.own for each in headers.senders()):
        return "own-address"
    if any(value.strip().lower() in site.own for value in headers.all("x-loop")):
        return "x-loop"
    # Whatever sender it has now: a mail of ours came back.
    own = headers.message_id()
    if any(read_message_id(site, own, kind=kind) is not None for kind in (CASE, SIDE)):
        return "own-message"
    return "hops" if len(headers.all("received")) > HOPS_MAX else ""


def is_marked_spam(headers: Headers) -> bool:
    """Say whether a filter on the way called a mail spam."""
    if any(map(_YES.match, headers.stripped("x-spam-flag", "x-spam-status", "x-spam"))):
        return True
    if any(map(_SPAM_LEVEL.match, headers.stripped("x-ms-exchange-organization-scl"))):
        return True
    # What its sender's own server says of a mail on its way out is not meant for us.
    found = headers.stripped("x-forefront-antispam-report")
    if any(_SPAM_FOUND.search(each) and "DIR:OUT" not in each for each in found):
        return True
    if any(each.startswith("default: True") for each in headers.stripped("x-spamd-result")):
        return True
    return any(each.lower() in _SPAM_ACTIONS for each in headers.stripped("x-rspamd-action"))


def failed_authentication(headers: Headers, site: MailSite) -> bool:
    """Say whether a server that we believe found that a mail's sender is not who it says.

    A sender may write such a header too, and so may harm nobody but themselves: what speaks *for*
    a mail is not believed here.
    """
    return _FAILED.search(_verdict(headers, site)) is not None


def failed_any_check(headers: Headers, site: MailSite) -> bool:
    """Say whether a mail failed one of the checks of its sender, and passed none that counts.

    Stricter than ``failed_authentication``: for what is published at once. SPF alone fails also
    where a mail is passed on, which a signature that is right makes good.
    """
    words = _verdict(headers, site)
    return _ANY_FAILED.search(words) is not None and _PASSED.search(words) is None


def _verdict(headers: Headers, site: MailSite) -> str:
    words = headers.all("authentication-results")
    if site.authentication_host:
        words = [each for each in words if _is_by(each, site.authentication_host)]
    return words[0][:2_000] if words else ""


def _is_by(value: str, host: str) -> bool:
    return value.partition(";")[0].strip().partition(" ")[0].lower() == host.lower()
