"""The palette: every action by name with its key, no screenshot, never over a dialog."""

import pytest
from textual.command import CommandPalette

from keytui.domain.records import Actor
from keytui.tui.screens.entrance import SignIn
from keytui.tui.screens.form import Form
from keytui.tui.screens.place import Place
from keytui.tui.screens.profile import Profile
from tests.tui.everywhere import ADMINISTRATOR_WAYS, USER_WAYS, Way, go
from tests.tui.support import new_key, running
from tests.tui.test_bars import PLACES


@pytest.mark.parametrize(("who", "way"), PLACES, ids=str)
async def test_it_offers_every_action_with_its_key(
    maria: Actor, adam: Actor, who: str, way: Way
) -> None:
    """Every action of the screen is there with its letter, and every place one may go to."""
    async with running(who) as tui:
        await go(tui, way, about="maria")
        screen = tui.app.screen
        assert isinstance(screen, Place)
        titles = [command.title for command in tui.app.get_system_commands(screen)]
        for action in screen.ACTIONS:
            assert f"{screen.words(action)}  ({action.key})" in titles
        for key, title in tui.app.places:
            assert f"{title}  ({key})" in titles
        for end in ("(a)", "(/)", "(s)", "(r)", "(?)", "(L)", "(q)"):
            assert sum(title.endswith(end) for title in titles) == 1, end
        assert not any("screenshot" in title.lower() for title in titles)


async def test_a_picked_action_is_done(maria: Actor) -> None:
    """Typing a name and Enter does what its letter does."""
    async with running("maria") as tui:
        await tui.press("ctrl+p")
        await tui.on(CommandPalette)
        await tui.press(*"new key")
        await tui.shows("New Key... (n)")
        await tui.press("enter")
        await tui.on(Form)


async def test_a_screenshot_is_not_to_be_found(maria: Actor) -> None:
    """Nothing in the palette answers to the name."""
    async with running("maria") as tui:
        await tui.press("ctrl+p")
        await tui.on(CommandPalette)
        await tui.press(*"screenshot")
        await tui.shows("No matches found")


async def test_why_not_stands_beside_an_action(adam: Actor) -> None:
    """An action that one may not do is there with the reason, and picking it says it."""
    async with running("adam") as tui:
        commands = list(tui.app.get_system_commands(tui.app.screen))
        new_key_command = next(command for command in commands if "New Key" in command.title)
        assert new_key_command.help == "Administrators cannot create keys: separation of duties."
        new_key_command.callback()
        await tui.shows(new_key_command.help)
        assert isinstance(tui.app.screen, Profile)


DIALOGS = [
    (who, way)
    for who, ways in (("maria", USER_WAYS), ("adam", ADMINISTRATOR_WAYS))
    for way in ways
    if not issubclass(way.kind, Place | CommandPalette)
]


@pytest.mark.parametrize(("who", "way"), DIALOGS, ids=str)
async def test_it_never_opens_over_a_dialog(maria: Actor, adam: Actor, who: str, way: Way) -> None:
    """Ctrl+P does nothing while a dialog is open."""
    new_key(maria)
    async with running(who) as tui:
        await go(tui, way, about="maria")
        dialog = tui.app.screen
        await tui.press("ctrl+p")
        assert tui.app.screen is dialog


@pytest.mark.usefixtures("database")
async def test_it_does_not_open_at_the_door() -> None:
    """Before anybody is signed in there is nothing to offer."""
    async with running() as tui:
        await tui.press("ctrl+p")
        await tui.on(SignIn)
