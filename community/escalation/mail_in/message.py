"""What a mail that came in says, once read: values without any database."""

from dataclasses import dataclass, field
from enum import StrEnum

from community.core.post_addresses import PostReply


class Kind(StrEnum):
    """What becomes of a mail: only ``MAIL`` is written anywhere, and nothing else is answered."""

    MAIL = "mail"
    AUTOMATIC = "automatic"
    BOUNCE = "bounce"
    SPAM = "spam"
    REFUSED = "refused"


@dataclass(frozen=True)
class MailAddress:
    """Whose mail it is. The address is in small letters; the name holds no control characters."""

    email: str
    name: str = ""


@dataclass(frozen=True)
class InboundFile:
    """A file that came with a mail; ``name`` is a bare name and never a path."""

    name: str
    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Bounce:
    """Whom a mail of ours did not reach; ``is_temporary`` means that it is still being tried."""

    addresses: tuple[str, ...]
    is_temporary: bool


@dataclass(frozen=True, kw_only=True)
class InboundMail:
    """A mail that came in.

    ``reason`` says in a word why it is not of the kind ``MAIL``. ``text`` is what its author wrote
    anew, ``original`` all of it. ``references`` has what it answers, nearest first.
    ``case_ids`` are what reply addresses of ours name whose signature is right,
    ``answered_case_ids`` the same of Message-IDs of ours that it answers. ``side_ids`` are the side
    conversations that either of them names. ``post_reply`` is what an address says that we gave out
    in the mail about a post.
    """

    kind: Kind
    reason: str = ""
    message_id: str = ""
    sender: MailAddress | None = None
    recipients: tuple[str, ...] = ()
    case_ids: tuple[int, ...] = ()
    references: tuple[str, ...] = ()
    answered_case_ids: tuple[int, ...] = ()
    side_ids: tuple[int, ...] = ()
    post_reply: PostReply | None = None
    subject: str = ""
    text: str = ""
    original: str = field(default="", repr=False)
    files: tuple[InboundFile, ...] = ()
    bounce: Bounce | None = None
