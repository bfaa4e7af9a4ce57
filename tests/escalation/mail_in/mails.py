"""Mails to test with: the shared list, and ones made by chance from it."""

import base64
import json
import random
from typing import Any

from community.core.reply_addresses import MailSite, case_address
from tests.shared_data import find_shared_data

DOMAIN = "forum.example.test"
CASE_ID = 7
SITE = MailSite(
    help_address=f"help@{DOMAIN}",
    reply_address=f"reply@{DOMAIN}",
    own=frozenset([f"help@{DOMAIN}", f"reply@{DOMAIN}", f"community@{DOMAIN}"]),
    domain=DOMAIN,
    keys=(b"a key that is long enough for us",),
)


def token() -> str:
    """Return what stands behind the plus in the reply address of the case of the tests."""
    return case_address(SITE, CASE_ID).partition("+")[2].partition("@")[0]


def rows(*kinds: str) -> list[dict[str, Any]]:
    """Return rows of the shared list, of these kinds if any are named; [] if it is not there."""
    path = find_shared_data("security/email.jsonl")
    lines = path.read_text(encoding="utf-8").splitlines() if path else []
    found = [json.loads(line) for line in lines]
    return [row for row in found if not kinds or row["expect"]["kind"] in kinds]


def raw_of(row: dict[str, Any]) -> bytes:
    """Return a row's message, with a reply address of the test's case for its placeholder."""
    if row.get("encoding") == "base64":
        raw = base64.b64decode(row["input"])
    else:
        raw = row["input"].encode("utf-8", "surrogatepass")
    return raw.replace(b"TOKEN", token().encode())


SEEDS = [
    b"From: a@example.test\nTo: help@forum.example.test\nSubject: =?utf-8?q?Gr=C3=BC?=\n\nx\n",
    b"From: a@example.test\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
    b"--b\nContent-Type: text/plain; charset=utf-8\n\nhallo\n\n> zitat\n--b\n"
    b'Content-Type: image/png; name="x.png"\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n'
    b"--b--\n",
    b"From: a@example.test\nContent-Type: multipart/alternative; boundary=q\n\n--q\n\n--q\n"
    b"Content-Type: text/html; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\n"
    b"<p>Hallo=20</p><blockquote>alt</blockquote>\n--q--\n",
    b"From: MAILER-DAEMON@example.test\nContent-Type: multipart/report; boundary=r\n\n--r\n\n--r\n"
    b"Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; "
    b"b@example.test\nAction: failed\n\n--r--\n",
]
PIECES = [
    *(
        b"\n",
        b"\r",
        b"\r\n\r\n",
        b"\0",
        b"\xff\xfe",
        b"--b",
        b"--b--\n",
        b"boundary=",
        b'"',
        b"<",
        b">",
    ),
    *(
        b"=?utf-8?q?",
        b"?=",
        b"=?x?b?////?=",
        b"(",
        b"((((",
        b"\\",
        b"@",
        b",",
        b";",
        b"*0*=",
        b"'''",
    ),
    b"Content-Type: multipart/mixed; boundary=b\n\n",
    b"Content-Type: message/rfc822\n\n",
    b"Content-Type: multipart/digest; boundary=\n",
    b"Content-Type: text/html; charset=utf-16\n",
    b"Content-Type: text/plain; charset=punycode\n",
    b"Content-Type: text/plain; charset=hz\n",
    b"Content-Type: text/plain; charset*=utf-8''%FF%00\n",
    b"Content-Type: /\n",
    b"Content-Transfer-Encoding: base64\n",
    b"Content-Transfer-Encoding: x-uuencode\n",
    b"Content-Disposition: attachment; filename*1=a; filename*0*=x''%ff\n",
    *(b"From: ", b"From:\n", b"Message-ID: <", b"References: <a@b> <", b"Auto-Submitted: "),
    *(b"> ", b"On 1:00 wrote:\n", b"-- \n", b"<!--", b"<style>", b"&#x110000;", b"&#xD800;"),
    *(b"\xed\xa0\x80", b"\xe2\x80\xae", b"begin 644 x\n", b" " * 200, b"Received: x\n" * 120),
    b"X-Failed-Recipients: <\xff@x>\n",
]


def mutated(seed: int) -> bytes:
    """Return a message made from others by chance; the same seed gives the same one."""
    chance = random.Random(seed)
    known = [*SEEDS, *(raw_of(row) for row in _whole_messages())]
    raw = bytearray(chance.choice(known)[:20_000])
    for _ in range(chance.randint(1, 25)):
        _change(raw, chance, known)
    return bytes(raw)


def _whole_messages() -> list[dict[str, Any]]:
    return rows("parse", "reply", "bounce", "automatic", "reject", "html", "attachment")


def _change(raw: bytearray, chance: random.Random, known: list[bytes]) -> None:
    at = chance.randint(0, len(raw))
    match chance.randrange(7):
        case 0:
            raw[at:at] = chance.choice(PIECES)
        case 1:
            del raw[at : at + chance.randint(1, 60)]
        case 2:
            raw[at : at + 1] = bytes([chance.randrange(256)])
        case 3:
            raw[at:at] = raw[at : at + chance.randint(1, 300)] * chance.randint(1, 8)
        case 4:
            raw[at:at] = chance.choice(PIECES) * chance.randint(1, 60)
        case 5:
            other = chance.choice(known)
            start = chance.randint(0, len(other))
            raw[at:at] = other[start : start + chance.randint(1, 2_000)]
        case _:
            raw[:] = raw[:at] + b"\n" + raw[chance.randint(0, len(raw)) :]
