"""keytui with a heartbeat: ``python -m tests.benchmarks.heartbeat FILE``, settings as always.

A task of the app's event loop asks to be woken every 5 ms; how much later it is
woken is how long the loop was busy with something else. At the end FILE has a line
for each late waking: when, and how late, in seconds of the monotonic clock.
"""

import asyncio
import sys
from time import monotonic

from keytui import cli
from keytui.tui.app import KeytuiApp

_EVERY_SECONDS = 0.005

late_wakings: list[str] = []
hearts: list[asyncio.Task[None]] = []
on_mount = KeytuiApp.on_mount


async def beat() -> None:
    """Note what is late, until the app ends."""
    while True:
        before = monotonic()
        await asyncio.sleep(_EVERY_SECONDS)
        late = monotonic() - before - _EVERY_SECONDS
        if late > _EVERY_SECONDS:
            late_wakings.append(f"{monotonic()} {late}\n")


def mount(app: KeytuiApp) -> None:
    """Start the heart with the app."""
    hearts.append(asyncio.create_task(beat()))
    on_mount(app)


if __name__ == "__main__":
    target = sys.argv.pop()
    KeytuiApp.on_mount = mount  # type: ignore[method-assign]
    try:
        cli.main()
    finally:
        with open(target, "w") as file:
            file.writelines(late_wakings)
