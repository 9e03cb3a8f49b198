"""When the app is idle: nothing is left in its event loop, and no service is at work for it.

Textual's Pilot looks how much processor time passes, in steps that are long
enough to tell: half of a test is waiting for it.
"""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Any

from keytui.tui import background

_STEP_SECONDS = 0.001
_QUIET_STEPS = 3
"""So many steps without work in a row: timers of a step or two have run then."""
_LIMIT_SECONDS = 0.1
"""A service that a test holds up for longer than this is not waited for."""

_at_work = 0


async def run_counted(
    pool: Any, work: Callable[[], Any], run: Callable[..., Any] = background._run
) -> Any:
    """Stand in for the background's own, and count what is under way."""
    global _at_work  # noqa: PLW0603 - one app runs at a time
    _at_work += 1
    try:
        return await run(pool, work)
    finally:
        _at_work -= 1


async def wait_for_idle(min_sleep: float = 0, max_sleep: float = 1) -> None:
    """Return once the app is idle, or after ``max_sleep`` seconds."""
    ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]  # CPython's: what runs next
    start = monotonic()
    quiet = 0
    while quiet < _QUIET_STEPS and (waited := monotonic() - start) < max_sleep:
        await asyncio.sleep(_STEP_SECONDS)
        busy = ready or (_at_work and waited < _LIMIT_SECONDS)
        quiet = 0 if busy else quiet + 1
