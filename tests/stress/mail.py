"""Mails made by chance: whatever comes, it is read without an error and in no time."""

import json
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

from community.core import markup
from community.escalation.mail_in.message import InboundMail, Kind
from community.escalation.mail_in.parsing import UNREADABLE, parse_mail
from tests.escalation.mail_in.mails import SITE, mutated

SECONDS_MAX = 1.0
PATIENCE_SECONDS = 10


class Hanging(Exception):
    """A mail took longer than anybody waits."""


@dataclass
class Outcome:
    """What came out; ``wrong`` names seeds with what happened."""

    seed: int
    mails: int
    kinds: dict[str, int] = field(default_factory=dict)
    slowest_seconds: float = 0.0
    slowest_seed: int = 0
    wrong: list[str] = field(default_factory=list)


def read_mutations(*, mails: int, seed: int) -> Outcome:
    """Read so many mails made by chance."""
    outcome, kinds = Outcome(seed, mails), Counter[str]()
    for each in range(seed, seed + mails):
        raw = mutated(each)
        started = time.process_time()
        try:
            with _patience():
                mail = parse_mail(raw, SITE)
        except Exception as error:
            outcome.wrong.append(f"{each}: {error!r}")
            continue
        seconds = time.process_time() - started
        if seconds > outcome.slowest_seconds:
            outcome.slowest_seconds, outcome.slowest_seed = round(seconds, 3), each
        outcome.wrong.extend(f"{each}: {flaw}" for flaw in flaws_of(mail, seconds))
        kinds[mail.kind] += 1
    outcome.kinds = dict(kinds)
    return outcome


def flaws_of(mail: InboundMail, seconds: float = 0.0) -> Iterator[str]:
    """Yield what a mail that was read may not be."""
    if seconds > SECONDS_MAX:
        yield f"took {seconds:.1f} s"
    for name, line in (
        ("subject", mail.subject),
        ("name", mail.sender.name if mail.sender else ""),
        ("sender", mail.sender.email if mail.sender else ""),
        *(("message id", each) for each in (mail.message_id, *mail.references)),
        *(("file name", each.name) for each in mail.files),
    ):
        if any(ord(sign) < 32 or 127 <= ord(sign) < 160 for sign in line):
            yield f"{name} with a control character"
    if any("/" in each.name or ".." in each.name or "\\" in each.name for each in mail.files):
        yield "file name with a path"
    try:
        for text in (mail.text, mail.original, mail.subject):
            markup.clean_text(text)
        json.dumps([mail.kind, mail.text]).encode()
    except ValueError as error:
        yield f"text that cannot be kept: {error}"
    if mail.reason == UNREADABLE:
        yield "an error while it was read"
    if mail.kind is Kind.MAIL and mail.sender is None:
        yield "a mail of nobody"


@contextmanager
def _patience() -> Iterator[None]:
    def give_up(number: int, frame: FrameType | None) -> None:
        raise Hanging()

    former = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(PATIENCE_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, former)
