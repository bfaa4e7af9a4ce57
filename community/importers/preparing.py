"""Bodies to Markdown and HTML, in processes of their own: ``python -m …importers.preparing``.

A process reads frames from standard input and writes one for each to standard output; it ends by
itself when the parent is gone. Frames are pickles between a parent and the child it started.
"""

import logging
import pickle
import signal
import sys
import warnings
from contextlib import suppress
from typing import BinaryIO, NamedTuple

from community.core import markup
from community.importers.html_to_markdown import html_to_markdown
from community.questions.excerpts import EXCERPT_CHARS, excerpt_of

SOURCE_MAX_CHARS = 400_000
CONVERTING_SECONDS = 5
# Nobody waits for an import's page, so a text may take longer here; what does not end within
# this is stored escaped, like everywhere.
LIMITS = markup.Limits(seconds=3.0, children=1)


class RawText(NamedTuple):
    """A body as the source has it."""

    body: str
    is_html: bool
    wants_excerpt: bool


class ReadyText(NamedTuple):
    """A body ready to be stored; ``problem`` says why there is none."""

    body: str = ""
    html: str = ""
    render_version: int = markup.RENDER_VERSION
    excerpt: str = ""
    problem: str = ""


class TookTooLong(Exception):
    """Converting a body took longer than ``CONVERTING_SECONDS``."""


def prepare_text(raw: RawText, renderer: markup.Renderer) -> ReadyText:
    """Return a body as Markdown with its HTML, or with what is wrong with it."""
    try:
        body = markup.clean_text(_as_markdown(raw))
        if len(body) > markup.MAX_CHARS:
            return _as_typed(raw, body)
        rendered = renderer.render(body)
    except markup.TextTooLong as error:
        return ReadyText(problem=f"its text is longer than {error.limit:,} characters")
    except markup.UnacceptableText as error:
        return ReadyText(problem=str(error))
    except RecursionError:
        return ReadyText(problem="its HTML is nested too deep")
    except TookTooLong:
        return ReadyText(problem=f"its HTML takes more than {CONVERTING_SECONDS} s to convert")
    # What fell back on a busy machine is rendered again by the worker.
    version = markup.RENDER_VERSION - 1 if rendered.fell_back else markup.RENDER_VERSION
    html = str(rendered.html)
    excerpt = excerpt_of(html) if raw.wants_excerpt else ""
    return ReadyText(body, html, version, excerpt)


def _as_typed(raw: RawText, body: str) -> ReadyText:
    """Take a text that is longer than anybody may write here; it is shown as it was typed."""
    excerpt = markup.shorten(body[: 10 * EXCERPT_CHARS], EXCERPT_CHARS) if raw.wants_excerpt else ""
    html = str(markup.render_stored(body))
    return ReadyText(body, html, markup.RENDER_VERSION, excerpt)


def _as_markdown(raw: RawText) -> str:
    if len(raw.body) > SOURCE_MAX_CHARS:
        raise markup.TextTooLong(len(raw.body), SOURCE_MAX_CHARS)
    if not raw.is_html:
        return raw.body
    signal.setitimer(signal.ITIMER_REAL, CONVERTING_SECONDS)
    try:
        return html_to_markdown(raw.body)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def write_frame(stream: BinaryIO, content: object) -> None:
    """Write one message."""
    data = pickle.dumps(content, protocol=pickle.HIGHEST_PROTOCOL)
    stream.write(len(data).to_bytes(8, "big") + data)
    stream.flush()


def read_frame(stream: BinaryIO) -> list[tuple[object, ...]] | None:
    """Read one message; None at the end."""
    header = stream.read(8)
    if len(header) < 8:
        return None
    content: list[tuple[object, ...]] = pickle.loads(stream.read(int.from_bytes(header, "big")))
    return content


def _give_up(signal_number: int, frame: object) -> None:
    raise TookTooLong()


def main() -> None:
    """Answer frames until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, _give_up)
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    renderer = markup.Renderer(LIMITS)
    while (batch := read_frame(sys.stdin.buffer)) is not None:
        raws = [RawText(*fields) for fields in batch]  # type: ignore[arg-type]
        write_frame(sys.stdout.buffer, [tuple(prepare_text(raw, renderer)) for raw in raws])


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        main()
