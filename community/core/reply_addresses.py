"""Addresses at which mail comes in, and the signed ones that say where a mail belongs.

``reply+c12-<signature>@…`` leads to support case 12, ``reply+s3-…`` to side conversation 3 with
somebody who is not a customer, and so does a Message-ID of ours that begins in the same way: nobody
can write down another's. Small letters and digits alone, for some servers
change the case of what stands before the @. Whether a sender may write there is asked beside.
"""

import hmac
import re
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from community.core.sealing import derive_key
from community.core.settings import current_settings

PURPOSE = "reply addresses"
SIGNATURE_BYTES = 10
# What our own mails ask people to write above.
REPLY_MARK = "##-"
LARGEST_ID = 2**63 - 1
_TOKEN = re.compile(r"([cs])([1-9][0-9]{0,18})-([a-z2-7]{16})")
# What a token can lead to, and what is signed for it.
CASE, SIDE = "c", "s"
_SIGNED_AS = {CASE: "case", SIDE: "side"}


@dataclass(frozen=True, kw_only=True)
class MailSite:
    """Our addresses, in small letters, and the keys that sign them, the newest first.

    ``help_address`` takes mails of anybody, ``reply_address`` is what a case's own is made of.
    ``own`` are all that we send from: a mail that comes from one of them goes round in circles.
    ``authentication_host`` names the server whose word on a mail's sender counts; "" means the
    last one that the mail passed. ``domain`` is that of our Message-IDs.
    """

    help_address: str
    reply_address: str
    own: frozenset[str]
    domain: str
    keys: tuple[bytes, ...]
    authentication_host: str = ""


def mail_site() -> MailSite:
    """Return the addresses that the operator set; "" where no mail is to come in."""
    settings = current_settings()
    sender = settings.mail_from.lower()
    reply, help_ = settings.mail_reply_address.lower(), settings.mail_help_address.lower()
    secrets = (settings.secret_key, *settings.former_secret_keys)
    return MailSite(
        help_address=help_,
        reply_address=reply,
        own=frozenset(filter(None, (sender, reply, help_))),
        domain=sender.rpartition("@")[2] or "localhost",
        keys=tuple(derive_key(secret, PURPOSE) for secret in secrets),
        authentication_host=settings.mail_authentication_host.lower(),
    )


def case_address(site: MailSite, case_id: int, *, kind: str = CASE) -> str:
    """Return the address at which mails into a case arrive; "" where no mail comes in.

    Here and below ``kind`` SIDE means a side conversation and its id.
    """
    if not site.reply_address:
        return ""
    name, _, domain = site.reply_address.rpartition("@")
    return f"{name}+{_token(site, kind, case_id)}@{domain}"


def case_message_id(site: MailSite, case_id: int, part: str, *, kind: str = CASE) -> str:
    """Return the Message-ID of a mail out of a case, in brackets.

    ``part`` (letters, digits, dots) tells its mails apart: one message has one id whenever it is
    sent. An answer leads back to the case by it, should the address be lost on the way.
    """
    return f"<{_token(site, kind, case_id)}.{part}@{site.domain}>"


def case_mail_headers(
    site: MailSite, case_id: int, part: str, *, kind: str = CASE
) -> dict[str, str]:
    """Return the headers that tie a mail to its case: Message-ID, References, Reply-To."""
    conversation = case_message_id(site, case_id, _SIGNED_AS[kind], kind=kind)
    headers = {"Message-ID": case_message_id(site, case_id, part, kind=kind)}
    headers |= {"In-Reply-To": conversation, "References": conversation}
    address = case_address(site, case_id, kind=kind)
    return headers | ({"Reply-To": address} if address else {})


def tokens_in(site: MailSite, recipients: Sequence[str]) -> tuple[str, ...]:
    """Return what stands behind the plus in reply addresses of ours, each once."""
    name, _, domain = site.reply_address.rpartition("@")
    if not name:
        return ()
    found = (
        local.removeprefix(f"{name}+")
        for local, _, host in (each.lower().rpartition("@") for each in recipients)
        if host == domain and local.startswith(f"{name}+")
    )
    return tuple(dict.fromkeys(found))


def read_token(site: MailSite, token: str, *, kind: str = CASE) -> int | None:
    """Return the case that a token names, None if we did not sign it for one."""
    match = _TOKEN.fullmatch(token)
    if match is None or match[1] != kind or int(match[2]) > LARGEST_ID:
        return None
    case_id = int(match[2])
    right = [hmac.compare_digest(_signature(key, kind, case_id), match[3]) for key in site.keys]
    return case_id if any(right) else None


def read_message_id(site: MailSite, message_id: str, *, kind: str = CASE) -> int | None:
    """Return the case of which a Message-ID (without brackets) is ours, else None."""
    local, _, domain = message_id.lower().rpartition("@")
    if domain != site.domain:
        return None
    return read_token(site, local.partition(".")[0], kind=kind)


def message_parts_in(raw: bytes, site: MailSite, *, kind: str) -> list[tuple[int, str]]:
    """Return id and part of each Message-ID of ours that stands anywhere in a mail, each once.

    What a mail server quotes of a mail that it could not deliver, for instance.
    """
    wanted = rf"<({kind}[0-9]{{1,19}}-[a-z2-7]{{16}})\.([a-z0-9.]{{1,40}})@([a-z0-9.-]{{1,255}})>"
    found = []
    for token, part, domain in re.findall(wanted.encode(), raw.lower()):
        known = read_token(site, token.decode(), kind=kind)
        if known is not None and domain.decode() == site.domain:
            found.append((known, part.decode()))
    return list(dict.fromkeys(found))


def _token(site: MailSite, kind: str, case_id: int) -> str:
    return f"{kind}{case_id}-{_signature(site.keys[0], kind, case_id)}"


def _signature(key: bytes, kind: str, case_id: int) -> str:
    return signature_of(key, f"{_SIGNED_AS[kind]}:{case_id}")


def signature_of(key: bytes, words: str) -> str:
    """Return the signature of words as it stands in addresses."""
    digest = hmac.digest(key, words.encode(), sha256)
    return b32encode(digest[:SIGNATURE_BYTES]).decode().lower()
