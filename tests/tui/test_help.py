"""Help: every key of the screen it was asked on, whole, without scrolling."""

import pytest

from keytui.domain.records import Actor
from keytui.tui.screens.help import _EVERYWHERE, Help
from keytui.tui.screens.place import Place
from tests.tui.everywhere import Way, go
from tests.tui.support import HOME, SMALL, running
from tests.tui.test_bars import PLACES


@pytest.mark.parametrize("size", [HOME, SMALL])
@pytest.mark.parametrize(("who", "way"), PLACES, ids=str)
async def test_it_is_whole(
    maria: Actor, adam: Actor, who: str, way: Way, size: tuple[int, int]
) -> None:
    """Every action of the screen and every key of the lists can be read at once."""
    async with running(who, size=size) as tui:
        await go(tui, way, about="maria")
        place = tui.app.screen
        assert isinstance(place, Place)
        await tui.press("question_mark")
        await tui.on(Help)
        for action in place.ACTIONS:
            says = action.label.format("user").rstrip(".")
            assert any(f" {action.key}  {says}" in line for line in tui.lines), says
        for key, does in _EVERYWHERE:
            assert any(key in line and does in line for line in tui.lines), does
        assert "Esc closes." in tui.text
        assert tui.boxes_fit()


@pytest.mark.parametrize("key", ["escape", "q", "question_mark", "f1", "enter"])
async def test_it_is_closed_by(maria: Actor, key: str) -> None:
    """Whatever one tries closes help, and nothing else."""
    async with running("maria") as tui:
        below = tui.app.screen
        await tui.press("f1")
        await tui.on(Help)
        await tui.press(key)
        await tui.until(lambda: tui.app.screen is below)
        assert tui.app.is_running


async def test_every_screen_has_the_keys_that_help_names(maria: Actor, adam: Actor) -> None:
    """What help says of every list is bound on every list."""
    names = {
        "Up": "up",
        "Down": "down",
        "PgUp": "pageup",
        "PgDn": "pagedown",
        "/": "slash",
        "Enter": "enter",
        "Ctrl+P": "ctrl+p",
        "Esc": "escape",
        "Ctrl+Q": "ctrl+q",
    }
    async with running("adam") as tui:
        for place in "123":
            await tui.press(place)
            await tui.calm()
            bound = tui.app.screen.active_bindings
            for keys, _ in _EVERYWHERE:
                for key in keys.split():
                    assert names.get(key, key) in bound, key
