"""Where services run while the screen stays alive: one thread for them, one for long work.

One thread means that one connection does everything in the order it was asked
for, and that no screen ever waits for Argon2, a disk or another process.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from keytui.storage.database import close_database

P = ParamSpec("P")
R = TypeVar("R")


class Background:
    """The two threads behind the screens."""

    def __init__(self) -> None:
        """Create the threads; each starts with its first work."""
        self._services = ThreadPoolExecutor(1, "services")
        self._long = ThreadPoolExecutor(1, "long")

    async def call(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a service function on the services' thread and return what it returns."""
        return await _run(self._services, lambda: function(*args, **kwargs))

    async def call_long(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run one that may take long on the other thread: what is asked for meanwhile goes on."""
        return await _run(self._long, lambda: function(*args, **kwargs))

    def close(self) -> None:
        """Finish what is under way and close the connections."""
        for pool in (self._services, self._long):
            pool.submit(close_database)  # each thread closes its own
            pool.shutdown(wait=True)


async def _run(pool: ThreadPoolExecutor, work: Callable[[], R]) -> R:
    return await asyncio.get_running_loop().run_in_executor(pool, work)
