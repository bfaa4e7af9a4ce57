"""What a post says now, and what it would say with a change made from an earlier version."""

from dataclasses import dataclass

from community.posts.merging import merge_names, merge_texts
from community.posts.models import Post, SuggestedEdit
from community.posts.tagging import tag_names_of
from community.posts.text import body_problem, parse_tags, tags_problem
from community.questions.models import Question


@dataclass(frozen=True)
class Texts:
    """What a post says: a reply has neither title nor tags."""

    title: str
    body: str
    tags: tuple[str, ...]

    @property
    def tag_line(self) -> str:
        """The tags as revisions and forms have them."""
        return ", ".join(self.tags)


def texts_of(post: Post) -> Texts:
    """Return what a post says now; what became part of another question has no title any more."""
    if not isinstance(post, Question) or post.root_id != post.id:
        return Texts("", post.body, ())
    return Texts(post.title, post.body, tuple(tag_names_of(post.id)))


def base_of(suggestion: SuggestedEdit) -> Texts:
    """Return the version a change was made from."""
    tags = tuple(parse_tags(suggestion.base_tags))
    return Texts(suggestion.base_title, suggestion.base_body, tags)


def rebased(now: Texts, suggestion: SuggestedEdit) -> Texts | None:
    """Return what the post would say; None where both changed the same, or nothing is left."""
    base, tags = base_of(suggestion), parse_tags(suggestion.tags)
    title = merge_texts(base.title, suggestion.title, now.title)
    body = merge_texts(base.body, suggestion.body, now.body)
    if title is None or body is None:
        return None
    texts = Texts(title, body, tuple(sorted(merge_names(base.tags, tags, now.tags))))
    unfit = tags_problem(list(texts.tags)) or body_problem(texts.body, shortest=1)
    return None if unfit or texts == now else texts
