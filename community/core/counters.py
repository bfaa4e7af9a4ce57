"""Counters of the request limits: in Redis where it is configured, else in this process.

Flask-Limiter asks this storage and never meets an error: while Redis is away, each process counts
for itself, and goes back to Redis within seconds of its return.
"""

import threading
import time
from typing import Any

import structlog
from limits.storage import Storage

log = structlog.get_logger()

KEYS_MAX = 100_000
SWEEP_SECONDS = 60.0
CLOCK_SLACK_SECONDS = 60.0
# How long Redis is left alone after it did not answer, and how long an answer may take.
REDIS_PAUSE_SECONDS = 2.0
REDIS_TIMEOUT_SECONDS = 0.1
REDIS_PREFIX = "forum:limits"


class MemoryCounters:
    """Counters of this process, bounded in number.

    Not the library's own: that one looks through every key every 10 ms while it is in use (27 ms
    of processor time for 100,000 keys), in a thread it starts anew each time.
    """

    def __init__(self, keys_max: int = KEYS_MAX) -> None:
        self._keys_max = keys_max
        self._lock = threading.Lock()
        # Key to how often it was counted, and when (seconds since 1970) that ends to matter.
        self._counts: dict[str, tuple[int, float]] = {}
        self._swept_at = time.time()

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count, and return how much was counted since the window of ``expiry`` seconds began."""
        with self._lock:
            now = time.time()
            count, ends_at = self._counts.get(key, (0, 0.0))
            # Also a window that ends later than it could have begun: the clock was set back.
            if not now < ends_at <= now + expiry + CLOCK_SLACK_SECONDS:
                self._make_room(now)
                count, ends_at = 0, now + expiry
            self._counts[key] = (count + amount, ends_at)
            return count + amount

    def _make_room(self, now: float) -> None:
        full = len(self._counts) >= self._keys_max
        if full or now - self._swept_at >= SWEEP_SECONDS:
            self._swept_at = now
            self._counts = {key: kept for key, kept in self._counts.items() if kept[1] > now}
        if len(self._counts) >= self._keys_max:
            # Somebody has that many addresses: forget the older half rather than grow.
            for key in list(self._counts)[: self._keys_max // 2]:
                del self._counts[key]

    def get(self, key: str) -> int:
        """Return how much was counted in the present window."""
        count, ends_at = self._counts.get(key, (0, 0.0))
        return count if ends_at > time.time() else 0

    def get_expiry(self, key: str) -> float:
        """Return when the present window ends, in seconds since 1970."""
        return self._counts.get(key, (0, time.time()))[1]

    def clear(self, key: str) -> None:
        """Forget one counter."""
        with self._lock:
            self._counts.pop(key, None)

    def reset(self) -> int:
        """Forget all counters; returns how many there were."""
        with self._lock:
            number = len(self._counts)
            self._counts.clear()
        return number


class Counters(Storage):
    """Redis, with this process's memory for as long as Redis does not answer."""

    STORAGE_SCHEME = ["counters"]

    def __init__(
        self, uri: str | None = None, wrap_exceptions: bool = False, *, redis_url: str = ""
    ) -> None:
        super().__init__(uri, wrap_exceptions)
        self._memory = MemoryCounters()
        self._redis: Storage | None = None
        self._redis_errors: tuple[type[Exception], ...] = ()
        if redis_url:
            self._redis, self._redis_errors = _redis(redis_url)
        self._is_away = False
        self._ask_again_at = 0.0

    @property
    def base_exceptions(self) -> type[Exception] | tuple[type[Exception], ...]:
        """What the library would catch; nothing is raised here."""
        return ()

    @property
    def is_shared(self) -> bool:
        """Whether all processes count together at the moment."""
        return self._redis is not None and not self._is_away

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count, and return how much was counted since the window of ``expiry`` seconds began."""
        return int(self._ask("incr", key, expiry, amount))

    def get(self, key: str) -> int:
        """Return how much was counted in the present window."""
        return int(self._ask("get", key))

    def get_expiry(self, key: str) -> float:
        """Return when the present window ends, in seconds since 1970."""
        return float(self._ask("get_expiry", key))

    def clear(self, key: str) -> None:
        """Forget one counter."""
        self._ask("clear", key)

    def reset(self) -> int | None:
        """Forget all counters."""
        self._memory.reset()
        return int(self._ask("reset"))

    def check(self) -> bool:
        """Say that counting works; it always does, somewhere."""
        return True

    def _ask(self, method: str, *arguments: object) -> Any:
        if self._redis is not None and self._may_ask_redis():
            try:
                answer = getattr(self._redis, method)(*arguments)
            except self._redis_errors as error:
                self._note_absence(error)
            else:
                self._note_return()
                return answer
        return getattr(self._memory, method)(*arguments)

    def _may_ask_redis(self) -> bool:
        if not self._is_away:
            return True
        now = time.monotonic()
        if now < self._ask_again_at:
            return False
        # Only this request waits for the answer; the others go on counting here.
        self._ask_again_at = now + REDIS_PAUSE_SECONDS
        return True

    def _note_absence(self, error: Exception) -> None:
        self._ask_again_at = time.monotonic() + REDIS_PAUSE_SECONDS
        if not self._is_away:
            log.warning("limits_redis_away", error=type(error).__name__)
        self._is_away = True

    def _note_return(self) -> None:
        if self._is_away:
            self._is_away = False
            log.warning("limits_redis_back")


def _redis(url: str) -> tuple[Storage, tuple[type[Exception], ...]]:
    """Return the library's storage on Redis, and what it raises; nothing is connected yet."""
    from limits.storage import RedisStorage
    from redis.backoff import NoBackoff
    from redis.exceptions import RedisError
    from redis.retry import Retry

    options: dict[str, Any] = {
        "socket_timeout": REDIS_TIMEOUT_SECONDS,
        "socket_connect_timeout": REDIS_TIMEOUT_SECONDS,
        # The client's own three tries with growing pauses would keep a request waiting.
        "retry": Retry(NoBackoff(), 0),
        "key_prefix": REDIS_PREFIX,
    }
    if url.startswith("unix://"):
        url = f"redis+{url}"
    return RedisStorage(url, **options), (RedisError, OSError)
