"""Rendering ends in time and in memory, whatever the text, the thread, the process."""

import json
import multiprocessing
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from community.core.markup import MAX_CHARS, Limits, Renderer, TextTooLong, is_fallback, render
from community.core.markup.convert import convert
from community.core.markup.fast import is_plain
from community.core.markup.guards import may_render_here
from community.core.markup.limits import DEFAULT_LIMITS, TooComplex
from tests.core.html_checker import problems_in
from tests.core.markup_shapes import bad_shapes
from tests.pace import ends_within, seconds_of
from tests.shared_data import shared_data

# The promise is one second of wall time on a quiet machine.
PROMISED_SECONDS = 1.0
HERE_SECONDS = 0.3
BIG = "**word** [link](https://example.org/) `code`\n\n" * 150


@pytest.fixture
def renderer() -> Iterator[Renderer]:
    renderer = Renderer(Limits(seconds=30))
    yield renderer
    renderer.pool.close()


def test_known_bad_shapes_end_in_time(capsys: pytest.CaptureFixture[str]) -> None:
    rows = shared_data("security/pathological.jsonl").read_text().splitlines()
    seconds = {}
    for row in map(json.loads, rows):
        text = "".join(part * times for part, times in row["parts"])[:MAX_CHARS]
        seconds[row["id"]] = _convert_seconds(text)
    slowest = max(seconds, key=lambda name: seconds[name])
    with capsys.disabled():
        sys.stdout.write(
            f"\npathological: {len(rows)} shapes, "
            f"slowest {seconds[slowest] * 1000:.0f} ms ({slowest})\n"
        )
    assert seconds[slowest] < PROMISED_SECONDS


@pytest.mark.parametrize("seed", range(5))
def test_generated_bad_shapes_end_in_time(seed: int) -> None:
    worst = max(_convert_seconds(text) for text in bad_shapes(seed, 60, MAX_CHARS))
    assert worst < PROMISED_SECONDS


@pytest.mark.parametrize("seed", range(100, 103))
def test_what_is_rendered_here_is_cheap(seed: int) -> None:
    length = DEFAULT_LIMITS.here_chars
    texts = [_as_bad_as_allowed(text) for text in bad_shapes(seed, 60, length)]
    assert max(map(_convert_seconds, texts)) < HERE_SECONDS


@pytest.mark.parametrize(
    "text", ["a", "a-", "a\n", "a\n\n", "@a", "http://", "www.", "https://a.b/ ", "\n"]
)
def test_plain_text_of_any_length_is_cheap(text: str) -> None:
    longest = text * (MAX_CHARS // len(text))
    assert is_plain(longest)
    assert _convert_seconds(longest) < HERE_SECONDS


def _convert_seconds(text: str) -> float:
    """Return the processor time of a conversion, or of giving it up."""
    return seconds_of(lambda: _convert(text), enough=HERE_SECONDS)


def _convert(text: str) -> None:
    with suppress(TooComplex, RecursionError):
        convert(text, DEFAULT_LIMITS)


def _as_bad_as_allowed(text: str) -> str:
    """Cut a bad text until it is rendered in this process, by halves, then fill it up."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (
            (middle, high) if may_render_here(text[:middle], DEFAULT_LIMITS) else (low, middle - 1)
        )
    return (text[:low] + " fill" * DEFAULT_LIMITS.here_chars)[: DEFAULT_LIMITS.here_chars]


def test_too_long_a_text_is_refused() -> None:
    render("x" * MAX_CHARS)
    with pytest.raises(TextTooLong) as refusal:
        render("x" * (MAX_CHARS + 1))
    assert (refusal.value.length, refusal.value.limit) == (MAX_CHARS + 1, MAX_CHARS)


def test_a_child_renders_as_this_process_does(renderer: Renderer) -> None:
    assert not may_render_here(BIG, DEFAULT_LIMITS)
    rendered = renderer.render(BIG)
    assert not rendered.fell_back
    assert rendered.html == convert(BIG, DEFAULT_LIMITS)
    assert renderer.render(BIG) == rendered


def test_a_late_child_is_killed_and_the_text_escaped() -> None:
    renderer = Renderer(Limits(seconds=0.001))
    try:
        assert renderer.render(BIG).reason == "start"
        assert renderer.pool.warm_up(60)
        rendered = ends_within(5, lambda: renderer.render(BIG + "<script>"))
    finally:
        renderer.pool.close()
    assert rendered.reason == "time"
    assert is_fallback(rendered.html)
    assert "**word** [link]" in rendered.html
    assert problems_in(rendered.html) == []


def test_the_next_text_renders_after_a_child_died(renderer: Renderer) -> None:
    renderer.render(BIG)
    (child,) = renderer.pool._idle
    child._process.kill()
    child._process.wait()
    assert renderer.render(BIG).reason == "died"
    assert not renderer.render(BIG).fell_back


def test_a_child_out_of_memory_gives_the_escaped_text() -> None:
    renderer = Renderer(Limits(seconds=30, memory_bytes=0))
    try:
        rendered = renderer.render("*a* [b](c) `d`\n" * 1900)
    finally:
        renderer.pool.close()
    assert rendered.reason in {"memory", "died", "error SystemError"}
    assert is_fallback(rendered.html)


def test_nesting_beyond_reason_is_escaped(renderer: Renderer) -> None:
    rendered = renderer.render("*" * 5_000 + "a" + "*" * 5_000)
    assert rendered.fell_back
    assert problems_in(rendered.html) == []


def test_threads_do_not_mix_their_texts(renderer: Renderer) -> None:
    texts = [f"*n{n}* [l{n}](https://example.org/{n}) `c{n}`\n\n- i{n}\n" for n in range(8)]
    texts += [text * 300 for text in texts[:3]]
    expected = [convert(text, DEFAULT_LIMITS) for text in texts]
    wrong: list[str] = []

    def work(offset: int) -> None:
        for turn in range(40):
            at = (turn + offset) % len(texts)
            if renderer.render(texts[at]).html != expected[at]:
                wrong.append(texts[at][:40])

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_forked_process_uses_children_of_its_own(renderer: Renderer) -> None:
    expected = renderer.render(BIG)
    context = multiprocessing.get_context("fork")
    answers = context.SimpleQueue()

    def work() -> None:
        answers.put(renderer.render(BIG) == expected)
        renderer.pool.close()

    process = context.Process(target=work)
    process.start()
    process.join(60)
    assert process.exitcode == 0
    assert answers.get() is True
    assert renderer.render(BIG) == expected
    answers.close()


def test_children_get_no_secrets(renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
    environ = "/proc/{}/environ"
    if not os.path.exists(environ.format("self")):
        pytest.skip("no /proc to look into")
    monkeypatch.setenv("FORUM_SECRET_KEY", "canary")
    renderer.render(BIG)
    (child,) = renderer.pool._idle
    with open(environ.format(child._process.pid), "rb") as variables:
        assert b"canary" not in variables.read()
