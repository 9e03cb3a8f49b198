"""Where services run while the screen stays alive: one thread for them, one for long work.

One thread means that one connection does everything in the order it was asked
for, and that no screen ever waits for Argon2, a disk or another process.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Background:
    """The two threads behind the screens."""

    def __init__(self, opening: Callable[[], object] | None = None) -> None:
        """Create the threads; each starts with its first work.

        ``opening`` opens the database before the first service is called, and once
        more before the next where that failed.
        """
        self._opening = opening
        self._services = ThreadPoolExecutor(1, "services")
        self._long = ThreadPoolExecutor(1, "long")

    async def call(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a service function on the services' thread and return what it returns."""

        def work() -> R:
            if self._opening is not None:
                self._opening()
                self._opening = None
            return function(*args, **kwargs)

        return await _run(self._services, work)

    async def call_long(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run one that may take long on the other thread, for somebody whom a service let in."""
        return await _run(self._long, lambda: function(*args, **kwargs))

    def close(self) -> None:
        """Finish what is under way and close the connections."""
        from keytui.storage.database import close_database  # late: with Peewee

        for pool in (self._services, self._long):
            pool.submit(close_database)  # each thread closes its own
            pool.shutdown(wait=True)


async def _run(pool: ThreadPoolExecutor, work: Callable[[], R]) -> R:
    return await asyncio.get_running_loop().run_in_executor(pool, work)
