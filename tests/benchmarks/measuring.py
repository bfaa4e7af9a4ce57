"""Measuring one WSGI application in this process: CPU time, wall time, bytes, statements."""

import io
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event
from werkzeug.test import EnvironBuilder

ROUNDS = 200
WARM_UP = 30
BATCH = 20


@dataclass(frozen=True)
class Measurement:
    """What a request costs. CPU and wall times are milliseconds.

    ``ratio`` is CPU time as a multiple of the reference page's, measured turn by turn with it.
    """

    name: str
    cpu_ms: float
    ratio: float
    per_second: float
    p50_ms: float
    p99_ms: float
    size_bytes: int
    statements: int


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """Collect the statements sent to a database."""
    sent: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def environ_for(path: str, cookie: str = "") -> dict[str, Any]:
    """Return the WSGI environment of a GET."""
    headers = {"Cookie": cookie} if cookie else {}
    return EnvironBuilder(path=path, headers=headers).get_environ()


def call(app: Flask, environ: dict[str, Any]) -> tuple[int, int]:
    """Send one request; return status and body size. Not inside an application context: a request
    would share it, and with it who was signed in before.
    """
    answer: list[str] = []

    def start_response(status: str, headers: Any, exc_info: Any = None) -> Callable[..., None]:
        answer.append(status)
        return lambda data: None

    body = app.wsgi_app({**environ, "wsgi.input": io.BytesIO()}, start_response)
    size = sum(len(chunk) for chunk in body)
    if hasattr(body, "close"):
        body.close()
    return int(answer[0].split()[0]), size


def measure(
    name: str,
    app: Flask,
    engine: Engine,
    path: str,
    cookie: str = "",
    *,
    reference: Flask,
    rounds: int = ROUNDS,
) -> Measurement:
    """Measure a page, batch by batch in turn with the reference page.

    In turn, so that a machine that is slower for a while is so for both; medians, so that a
    neighbour's burst does not decide. Raises ``AssertionError`` unless the page answers 200.
    """
    yardstick = environ_for("/questions/1")
    environ = environ_for(path, cookie)
    with counted(engine) as sent:
        status, size = call(app, environ)
    assert status == 200, f"{name}: {path} answered {status}"
    for _ in range(WARM_UP):
        call(reference, yardstick)
        call(app, environ)
    walls: list[float] = []
    batches = []
    for _ in range(rounds // BATCH):
        base = _batch(reference, yardstick, [])
        batches.append((base, _batch(app, environ, walls)))
    cpu_ms = statistics.median(ours for _, ours in batches)
    return Measurement(
        name=name,
        cpu_ms=round(cpu_ms, 3),
        ratio=round(statistics.median(ours / base for base, ours in batches), 2),
        per_second=round(1000 / statistics.mean(walls), 1),
        p50_ms=round(statistics.median(walls), 3),
        p99_ms=round(statistics.quantiles(walls, n=100)[98], 3),
        size_bytes=size,
        statements=len(sent),
    )


def _batch(app: Flask, environ: dict[str, Any], walls: list[float]) -> float:
    """Send a batch of requests; return CPU milliseconds a request, and add wall times."""
    cpu_started = time.process_time()
    for _ in range(BATCH):
        started = time.perf_counter()
        call(app, environ)
        walls.append((time.perf_counter() - started) * 1000)
    return (time.process_time() - cpu_started) * 1000 / BATCH
