"""keytui with a heartbeat: ``python -m tests.benchmarks.heartbeat FILE``, settings as always.

A task of the app's event loop asks to be woken every 5 ms; how much later it is woken is
how long the loop was busy with something else. At the end the times of the late
wakings are in FILE, each with its delay, in seconds of the monotonic clock.
"""

import asyncio
import sys
from time import monotonic

from keytui import cli
from keytui.tui.app import KeytuiApp

_EVERY_SECONDS = 0.005


class _Watched(KeytuiApp):
    async def on_load(self) -> None:
        self.late_wakings: list[str] = []
        self.heart = asyncio.create_task(self.beat())

    async def beat(self) -> None:
        while True:
            before = monotonic()
            await asyncio.sleep(_EVERY_SECONDS)
            late = monotonic() - before - _EVERY_SECONDS
            if late > _EVERY_SECONDS:
                self.late_wakings.append(f"{monotonic()} {late}")


def main() -> None:
    """Run the app, then write the file."""
    target, apps = sys.argv.pop(), []

    try:
        cli.main()
    finally:
        with open(target, "w") as file:
            file.write("\n".join(apps[0].late_wakings))


if __name__ == "__main__":
    main()
