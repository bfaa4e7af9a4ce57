"""Structured logs: one JSON line an event, with the request id and without personal data."""

import logging
import time
from typing import Any

import structlog
from flask import Flask, Response, g, request

LEVELS = {"off": logging.CRITICAL, "quiet": logging.WARNING}

log = structlog.get_logger()


def init_app(app: Flask, log_format: str) -> None:
    """Configure structlog and write one line per request."""
    configure(log_format)
    app.before_request(_start_timer)
    app.after_request(_log_request)


def configure(log_format: str) -> None:
    """Write JSON lines (``json``), readable lines (``console``), or nothing (``off``).

    ``quiet`` writes readable lines for warnings and errors alone.
    """
    level = LEVELS.get(log_format, logging.INFO)
    renderer: Any = structlog.processors.JSONRenderer()
    if log_format in ("console", "quiet"):
        renderer = structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )


def current_request_id() -> str:
    """Return the id of the request being answered; "" in jobs and commands."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def _start_timer() -> None:
    g.started = time.perf_counter()


def _log_request(response: Response) -> Response:
    # The rule, not the path: addresses can hold names and search words.
    log.info(
        "request",
        method=request.method,
        rule=str(request.url_rule) if request.url_rule else "-",
        status=response.status_code,
        ms=round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1),
    )
    return response
