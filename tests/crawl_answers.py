"""What the answers of a crawl say, and whether two of them tell different things."""

import re
from collections.abc import Iterator
from itertools import zip_longest
from urllib.parse import unquote

from werkzeug.test import TestResponse

from tests.crawl import Target


def body_of(response: TestResponse) -> str:
    """Return what an answer says, pictures included."""
    return response.data.decode("utf-8", "replace")


def more_pages(response: TestResponse) -> Iterator[str]:
    """Return where a redirect leads and where a list goes on."""
    if (response.location or "").startswith("/"):
        yield response.location.partition("#")[0]
    if response.mimetype != "text/html":
        return
    for href in re.findall(r'(?:href|hx-get)="([^"]+)"', body_of(response)):
        address = href.replace("&amp;", "&")
        if re.search(r"[?&](before|after|older|page)=", address) and address.startswith("/"):
            yield address.partition("#")[0]


_VARYING = re.compile(
    r'(?<=nonce=")[\w-]+|(?<=nonce-)[\w-]+|(?<=name="submission" value=")[\w-]+'
    r'|(?<=name="started" value=")[\w.-]+'
    # "A minute ago" changes while the test runs.
    r"|<time.*?</time>"
    r'|(?<=")I[\w-]{20,}\.[\w-]+\.[\w-]+(?=")'
)


def told(response: TestResponse, target: Target) -> str:
    """Return what an answer tells, without what differs each time and what it repeats of ours."""
    kept = ("Location", "Content-Type", "Cache-Control", "ETag", "Content-Security-Policy", "Allow")
    headers = "\n".join(f"{name}: {response.headers.get(name)}" for name in kept)
    return f"{response.status_code}\n" + _neutral(f"{headers}\n{body_of(response)}", target)


def first_difference(found: str, wanted: str) -> str:
    """Return the first line in which two answers differ; empty if they do not."""
    lines = zip_longest(found.splitlines(), wanted.splitlines(), fillvalue="nothing")
    pairs = (f"{one[:200]!r} instead of {other[:200]!r}" for one, other in lines if one != other)
    return next(pairs, "")


def _neutral(text: str, target: Target) -> str:
    text = _VARYING.sub("VARYING", unquote(text))
    for word in (target.tag, target.title, target.text, target.board, target.title[:-1]):
        text = text.replace(word, "WORD")
    text = text.replace(target.title[:8], "WORD")
    ids = "|".join(str(one) for one in (target.question, target.answer, target.comment))
    return re.sub(rf"(?<=/)({ids})(?!\w)", "ID", text)
