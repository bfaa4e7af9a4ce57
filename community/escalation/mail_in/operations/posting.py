"""Posting what a member replies to the mail about a post; what cannot be posted is given back.

It is posted by the same operation as on the page, so all of the page's rules hold. Nothing is sent
to anywhere but the account's address, whatever a mail says about who wrote it.
"""

from contextlib import suppress
from datetime import timedelta
from urllib.parse import unquote

from community.core import clock
from community.core.allowances import Allowance, allowance_key, take_place
from community.core.db import db
from community.core.errors import NotAllowed, NotFound, Refusal
from community.core.post_addresses import PostReply, holds_address, is_made_for
from community.core.reply_addresses import REPLY_MARK, MailSite
from community.core.settings import current_settings
from community.escalation.mail_in.errors import (
    NothingNew,
    NotTheirAddress,
    QuestionGone,
    ReadsOnly,
    RepliesOff,
    ReplyTooLate,
    StaffByMail,
    StillQuoted,
)
from community.escalation.mail_in.message import InboundMail, Kind
from community.escalation.mail_in.operations.fates import Fate, Received, refused
from community.escalation.mail_in.post_letters import GivenBack, give_back, tell_of_post
from community.identity.models import User
from community.identity.policies import is_any_staff
from community.identity.queries import get_user
from community.posts.drafts import UnfitDraft, find_draft, save_draft
from community.posts.errors import UnfitText
from community.posts.models import Post
from community.posts.policies import is_silenced
from community.questions.operations.replying import reply_to_post
from community.questions.queries.replying import ReplyPlace, get_reply_place

# Whoever gets more has a mail program that runs wild.
GIVEN_BACK_PER_DAY = 5
DAY = timedelta(days=1)
# Of our own pages, those whose addresses are a member's secret.
_SECRET_PATHS = ("/unsubscribe/", "/acceptances/", "/publications/", "/satisfaction/")


def take_reply(mail: InboundMail, reply: PostReply, site: MailSite) -> Received:
    """Post a member's reply, or tell the member why not; their words go back to them."""
    member = get_user(reply.user_id)
    if member is None or not member.active or not member.email or member.confirmed_at is None:
        return refused("no such member")
    try:
        with db.session.begin_nested():
            post = _post(member, mail, reply, site)
    except Refusal as refusal:
        return _give_back(member, mail, reply, _named(member, refusal))
    names = tuple(file.name for file in mail.files)
    if names or post.visibility == "held":
        tell_of_post(member, post, mail, lost=names)
    return Received(Fate.POSTED, Kind.MAIL, "")


def _post(member: User, mail: InboundMail, reply: PostReply, site: MailSite) -> Post:
    """Post the words of a mail; raises a ``Refusal``."""
    assert mail.sender is not None
    if mail.sender.email != member.email:
        raise NotTheirAddress(mail.sender.email)
    if reply.has_expired(clock.now()) or not is_made_for(site, reply, member.email):
        raise ReplyTooLate()
    if not current_settings().mail_replies:
        raise RepliesOff()
    if is_any_staff(member):
        raise StaffByMail()
    if not mail.text.strip():
        raise NothingNew()
    if _quotes_us(mail.text):
        raise StillQuoted()
    return reply_to_post(member, reply.post_id, mail.text)


def _quotes_us(text: str) -> bool:
    """Say whether a text holds what our mails have for their reader alone."""
    if REPLY_MARK in text or holds_address(text):
        return True
    # Filters of mail rewrite links: https%3A%2F%2F…, https-3A__…; letters and digits stay.
    host = current_settings().site_url.partition("://")[2]
    bare = _letters_of(unquote(unquote(text)))
    return any(_letters_of(f"{host}{path}") in bare for path in _SECRET_PATHS)


def _letters_of(text: str) -> str:
    return "".join(filter(str.isalnum, text)).lower()


def _named(member: User, refusal: Refusal) -> Refusal:
    """Return the refusal in words that fit a mail."""
    if isinstance(refusal, NotFound):
        return QuestionGone()
    return ReadsOnly() if type(refusal) is NotAllowed and is_silenced(member) else refusal


def _give_back(member: User, mail: InboundMail, reply: PostReply, refusal: Refusal) -> Received:
    place = _place_of(member, reply)
    # A text that must be changed waits in the page's form. Other people's words would not.
    if place is not None and place.is_answer and isinstance(refusal, UnfitText):
        _keep_draft(member, place, mail.text)
    allowance = Allowance(allowance_key("given-back", str(member.id)), GIVEN_BACK_PER_DAY, DAY)
    if take_place(allowance) is not None:
        give_back(member, mail, GivenBack(refusal, place))
    return Received(Fate.GIVEN_BACK, Kind.REFUSED, type(refusal).__name__)


def _place_of(member: User, reply: PostReply) -> ReplyPlace | None:
    try:
        return get_reply_place(member, reply.post_id)
    except NotFound:
        return None


def _keep_draft(member: User, place: ReplyPlace, text: str) -> None:
    where = f"answer:{place.question.id}"
    if find_draft(member, where) is not None:
        return
    # One too long even for a draft is in the mail that goes back.
    with suppress(UnfitDraft):
        save_draft(member.id, where, body=text)
