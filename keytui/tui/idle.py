"""The clock by which it is noticed that nobody is there."""

import time


def monotonic() -> float:
    """Return seconds that only go forward, and go on while a laptop sleeps."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()
