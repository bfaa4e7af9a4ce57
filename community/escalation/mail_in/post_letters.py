"""Mails to a member whose reply to our mail was not posted, or not quite as it came."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flask_babel import gettext as _

from community.core.errors import Invalid, Refusal
from community.core.i18n import speaking
from community.core.mail import Message, enqueue_mail, render_parts
from community.core.settings import current_settings
from community.escalation.mail_in.letters import REPLIED, answering, words_of_files
from community.escalation.mail_in.message import InboundMail
from community.identity.models import User
from community.posts.guard import KINDS, PersonalDataFound
from community.posts.models import Post
from community.questions.queries.replying import ReplyPlace


class GivenBack(NamedTuple):
    """Why a reply was not posted, and where it would stand if its author can see that."""

    refusal: Refusal
    place: ReplyPlace | None


def give_back(member: User, mail: InboundMail, why: GivenBack) -> None:
    """Send a member their own words back, with the reason why they were not posted."""
    with speaking(_language_of(member), member.time_zone):
        names = [file.name for file in mail.files]
        text, html = render_parts(
            "post_given_back",
            name=member.display_name,
            reasons=list(_reasons(why.refusal)),
            words=mail.text.strip() or mail.original,
            files=words_of_files(names),
            url=_address_of(why.place),
        )
        subject = _("Your reply was not posted: %(subject)s", subject=mail.subject)
    _send(member, mail, subject, (text, html))


def tell_of_post(member: User, post: Post, mail: InboundMail, *, lost: Sequence[str]) -> None:
    """Tell a member that their reply waits for a look, or is posted without its files."""
    is_held = post.visibility == "held"
    with speaking(_language_of(member), member.time_zone):
        text, html = render_parts(
            "post_taken",
            name=member.display_name,
            is_held=is_held,
            files=words_of_files(lost),
            url=f"{_site()}/held-posts/{post.id}" if is_held else _post_address(post),
        )
        subject = _("Your reply: %(subject)s", subject=mail.subject)
    _send(member, mail, subject, (text, html))


def _reasons(refusal: Refusal) -> Iterator[str]:
    """Yield why a text was refused, in the words of the page."""
    if isinstance(refusal, PersonalDataFound):
        kinds = {one.kind: None for ones in refusal.found.values() for one in ones}
        yield f"{refusal.message} ({', '.join(str(KINDS[kind]) for kind in kinds)})"
        return
    found = refusal.errors if isinstance(refusal, Invalid) else {}
    yield from map(str, found.values() or [refusal.message])


def _language_of(member: User) -> str:
    return member.language or current_settings().default_language


def _site() -> str:
    return current_settings().site_url.rstrip("/")


def _address_of(place: ReplyPlace | None) -> str:
    if place is None:
        return _site()
    anchor = "" if place.parent is place.question else f"#answer-{place.parent.id}"
    return f"{_site()}/questions/{place.question.id}{anchor}"


def _post_address(post: Post) -> str:
    return f"{_site()}/questions/{post.root_id}#{post.kind}-{post.id}"


def _send(member: User, mail: InboundMail, subject: str, parts: tuple[str, str]) -> None:
    text, html = parts
    headers = answering(dict(REPLIED), mail.message_id)
    to = member.email or ""
    enqueue_mail(Message(to=to, subject=subject, text=text, html=html, headers=headers))
