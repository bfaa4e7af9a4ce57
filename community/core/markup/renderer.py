"""Rendering within bounds: here when that is surely cheap, in a child process otherwise."""

import atexit
import logging
import time
from dataclasses import dataclass

from markupsafe import Markup

from community.core.markup.convert import FALLBACK_START, convert, escape_all
from community.core.markup.fast import is_plain
from community.core.markup.guards import may_render_here
from community.core.markup.limits import DEFAULT_LIMITS, Limits, TextTooLong, TooComplex
from community.core.markup.pool import ChildFailed, ChildPool
from community.core.markup.text import make_showable

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rendered:
    """HTML, and why it is the escaped text only, if it is."""

    html: Markup
    reason: str | None = None

    @property
    def fell_back(self) -> bool:
        """Tell whether the text could not be rendered and is shown as it was typed."""
        return self.reason is not None


class Renderer:
    """Renders texts within `limits`. Safe for threads and forks."""

    def __init__(self, limits: Limits = DEFAULT_LIMITS) -> None:
        self.limits = limits
        self.pool = ChildPool(limits)

    def render(self, text: str) -> Rendered:
        """Return the HTML of any text; raises TextTooLong and nothing else."""
        if len(text) > self.limits.max_chars:
            raise TextTooLong(len(text), self.limits.max_chars)
        shown = make_showable(text)
        try:
            return Rendered(Markup(self._convert(shown)))
        except ChildFailed as error:
            reason = str(error)
        except TooComplex:
            reason = "complexity"
        except RecursionError:
            reason = "nesting"
        except Exception as error:
            reason = f"error {type(error).__name__}"
        log.warning("markup fell back to escaped text: %s", reason)
        return Rendered(Markup(escape_all(shown)), reason)

    def _convert(self, text: str) -> str:
        if is_plain(text) or may_render_here(text, self.limits):
            return convert(text, self.limits)
        answer = self.pool.ask(text, time.monotonic() + self.limits.seconds)
        if "html" not in answer:
            raise ChildFailed(answer.get("reason", "died"))
        return str(answer["html"])


def is_fallback(html: str) -> bool:
    """Tell whether rendered HTML is the escaped text, so that a page can say so."""
    return html.startswith(FALLBACK_START)


DEFAULT_RENDERER = Renderer()
"""Shared by the whole process; starts no child before the first long text."""

atexit.register(DEFAULT_RENDERER.pool.close)
