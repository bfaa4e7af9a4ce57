"""The child process that renders what might take too long: `python -m …markup.child`.

It reads frames from standard input and writes one frame for each to standard
output: four bytes of length, big-endian, then JSON in UTF-8. The parent kills
it when an answer is late, and it ends by itself when the parent is gone.
"""

import json
import os
import signal
import struct
import sys
from contextlib import suppress
from typing import Any

from community.core.markup.convert import convert
from community.core.markup.limits import Limits, TooComplex

HEADER = struct.Struct(">I")
# For the case that the parent died and nobody is left to kill us.
_SELF_DESTRUCT_FACTOR = 4


def main() -> None:
    """Answer frames until standard input ends."""
    limits = Limits(**json.loads(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    convert("*warm* up: https://example.org/", limits)
    limit_memory(limits.memory_bytes)
    _write({"ready": True})
    while (request := _read()) is not None:
        signal.setitimer(signal.ITIMER_REAL, limits.seconds * _SELF_DESTRUCT_FACTOR)
        answer = _answer(request["text"], limits)
        signal.setitimer(signal.ITIMER_REAL, 0)
        _write(answer)


def limit_memory(extra_bytes: int) -> None:
    """Let this process grow by at most `extra_bytes`, where the system can see to it."""
    import resource

    with suppress(OSError, ValueError):
        with open("/proc/self/statm", "rb") as statm:
            pages = int(statm.read().split()[0])
        ceiling = pages * resource.getpagesize() + extra_bytes
        resource.setrlimit(resource.RLIMIT_AS, (ceiling, ceiling))


def _answer(text: str, limits: Limits) -> dict[str, Any]:
    try:
        return {"html": convert(text, limits)}
    except TooComplex:
        return {"reason": "complexity"}
    except RecursionError:
        return {"reason": "nesting"}
    except MemoryError:
        return {"reason": "memory"}
    except Exception as error:
        return {"reason": f"error {type(error).__name__}"}


def _read() -> dict[str, Any] | None:
    header = _read_exactly(HEADER.size)
    if header is None:
        return None
    body = _read_exactly(HEADER.unpack(header)[0])
    return None if body is None else json.loads(body)


def _read_exactly(size: int) -> bytes | None:
    data = b""
    while len(data) < size:
        part = os.read(0, size - len(data))
        if not part:
            return None
        data += part
    return data


def _write(message: dict[str, Any]) -> None:
    body = json.dumps(message).encode()
    data = HEADER.pack(len(body)) + body
    while data:
        data = data[os.write(1, data) :]


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        main()
