"""What a picture may be, what we make of it, and what working on it may cost."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one picture and on the child process that works on it.

    A WebP takes three times its pixels to decode, so it may have fewer of them. ``large_side`` and
    ``small_side`` are the longer sides, in pixels, of the two sizes that are kept. ``memory_bytes``
    is all the child may take, code included; ``cpu_seconds`` is time of the processor,
    ``wall_seconds`` what a request waits at most. ``children`` work at once in each process of the
    server.
    """

    max_bytes: int = 10 * MIB
    max_pixels: int = 40_000_000
    max_webp_pixels: int = 18_000_000
    large_side: int = 2_560
    small_side: int = 1_200
    memory_bytes: int = 256 * MIB
    cpu_seconds: int = 2
    wall_seconds: float = 20.0
    output_bytes: int = 32 * MIB
    children: int = 2


DEFAULT_LIMITS = Limits()
"""Sources: product row A4 (10 MB, 40 Mpx), reliability row Upload (256 MiB, 2 s)."""
