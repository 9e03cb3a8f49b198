"""Make the README's pictures from the real app: ``python -m tests.pictures.make``.

The demo's database, a frozen clock and a seeded source of characters, so that
the same code gives the same pictures; ``test_pictures.py`` compares their text
with what the app draws now.
"""

import asyncio
import random
import re
import secrets
import sys
import tempfile
from collections.abc import Sequence
from html import unescape
from itertools import cycle
from pathlib import Path
from unittest import mock

from keytui.domain import clock, passwords
from keytui.services import demo
from keytui.settings import Settings
from keytui.storage.database import close_database, open_database
from keytui.tui.app import KeytuiApp
from keytui.tui.reveal import deadline
from keytui.tui.screens.demo import ChoosePerson

FOLDER = Path(__file__).parent
SIZE = (80, 24)
MOMENT = 1_795_500_000_000_000  # 2026-11-24 06:00:00 UTC
PICTURES: dict[str, tuple[str, Sequence[str]]] = {
    "manage-users": ("maria", ("2", "down", "down", "a")),
    "new-key": ("adeline", ("n", *"phone", "enter")),
    "profile": ("carmen", ()),
}
"""By name: who is signed in, and which keys are pressed."""


async def picture(who: str, keys: Sequence[str]) -> str:
    """Return one picture as SVG."""
    sources = [random.Random(1).choice]

    def source(alphabet: str) -> str:
        return sources[-1](alphabet)

    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch.object(clock, "source", return_value=MOMENT),
        mock.patch.object(secrets, "choice", source),
        mock.patch.object(deadline, "monotonic", return_value=0.0),
    ):
        open_database(str(Path(folder) / "demo.db"))
        demo.fill()
        close_database()
        # A picture is kept: the key text in it is no secret and says so.
        example = cycle("Example")
        sources.append(lambda alphabet: next(example))
        app = KeytuiApp(Settings(), "local", ChoosePerson(who))
        async with app.run_test(size=SIZE) as pilot:
            await _settle(app, pilot)
            for key in keys:
                await pilot.press(key)
                await _settle(app, pilot)
            svg = app.late.placeholder.sub(
                lambda found: bytes(app.late.characters(found[0])).decode(),
                app.export_screenshot(title="keytui"),
            )
        app.background.close()
    return _without_remote_fonts(svg)


async def _settle(app: KeytuiApp, pilot) -> None:
    """Wait until nothing is under way but what waits for a person."""
    for _ in range(200):
        await pilot.pause()
        working = [worker for worker in app.workers if worker.group != "action"]
        if app.signed_in is not None and not working:
            break
        await asyncio.sleep(0.01)
    await pilot.pause()
    await pilot.pause()


def _without_remote_fonts(svg: str) -> str:
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    return re.sub(r"terminal-\d+", "terminal", svg).replace("Fira Code", "DejaVu Sans Mono")


def text(svg: str) -> list[str]:
    """Return the words of a picture, line by line as drawn."""
    words = re.findall(r'<text[^>]*y="([\d.]+)"[^>]*>(.*?)</text>', svg)
    lines: dict[float, str] = {}
    for at, part in words:
        lines[float(at)] = lines.get(float(at), "") + unescape(part)
    return [lines[at].replace("\xa0", " ").strip() for at in sorted(lines)]


def main() -> None:
    """Write all pictures."""
    from argon2 import PasswordHasher
    from argon2.profiles import CHEAPEST

    passwords._hasher = PasswordHasher.from_parameters(CHEAPEST)
    for name, (who, keys) in PICTURES.items():
        svg = asyncio.run(picture(who, keys))
        (FOLDER / f"{name}.svg").write_text(svg, encoding="utf-8")
        sys.stdout.write(f"{name}.svg\n")


if __name__ == "__main__":
    main()
