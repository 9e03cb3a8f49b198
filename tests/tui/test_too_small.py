"""Sizes: 60x16 works for everything, and below one line says which size is needed."""

import re
from typing import Any

import pytest
from textual.screen import Screen

from keytui.domain.permissions import Role
from keytui.domain.records import Actor
from keytui.services import users
from keytui.tui.screens.demo import ChoosePerson
from keytui.tui.screens.entrance import ChoosePassword, CodeAccepted, FirstAdministrator, SignIn
from tests.tui.everywhere import ADMINISTRATOR_WAYS, USER_WAYS, Way, go
from tests.tui.support import SMALL, Tui, new_key, running

WORDS = "keytui needs 60x16: make the terminal larger."


async def check_sizes(tui: Tui) -> None:
    """Check the smallest size, one less each way, and the way back."""
    assert tui.boxes_fit(), tui.text
    before = _without_time(tui.text)
    for size in ((59, 16), (60, 15), (30, 5)):
        await tui.pilot.resize_terminal(*size)
        await tui.until(lambda: " ".join(tui.text.split()) == WORDS, f"the words at {size}")
    await tui.pilot.resize_terminal(*SMALL)
    await tui.until(lambda: _without_time(tui.text) == before, "the way back")


def _without_time(text: str) -> str:
    return re.sub(r"Masked in [0-9]:[0-9]{2}", "Masked", text)


@pytest.mark.parametrize("way", USER_WAYS, ids=str)
async def test_every_screen_of_a_user(maria: Actor, way: Way) -> None:
    """What a user can open is whole at 60x16, and says so when it cannot be."""
    new_key(maria, "a label of sixty-four characters, the longest that there can be!")
    async with running("maria", size=SMALL) as tui:
        await go(tui, way)
        if "ctrl+p" not in way.keys:
            await check_sizes(tui)


@pytest.mark.parametrize("way", ADMINISTRATOR_WAYS, ids=str)
async def test_every_screen_of_an_administrator(adam: Actor, maria: Actor, way: Way) -> None:
    """What an administrator can open is whole at 60x16, and says so when it cannot be."""
    new_key(maria, "a label of sixty-four characters, the longest that there can be!")
    async with running("adam", size=SMALL) as tui:
        await go(tui, way, about="maria")
        if "ctrl+p" not in way.keys:
            await check_sizes(tui)


@pytest.mark.parametrize(
    "first",
    [
        FirstAdministrator,
        SignIn,
        lambda: ChoosePassword(CodeAccepted("maria", "CODE")),
        lambda: ChoosePerson(""),
    ],
    ids=["first administrator", "sign in", "choose a password", "demo"],
)
@pytest.mark.usefixtures("database")
async def test_every_door(first: Any) -> None:
    """The doors are whole at 60x16 too."""
    screen: Screen[Any] = first()
    async with running(first=screen, size=SMALL) as tui:
        await tui.on(type(screen))
        await check_sizes(tui)


async def test_the_longest_user_id_fits_every_dialog(adam: Actor) -> None:
    """A User ID of 64 characters pushes no button out of a dialog."""
    name = "n" * 64
    users.add_user(adam, name, Role.USER).wipe()
    async with running("adam", size=SMALL) as tui:
        offboard = [way for way in ADMINISTRATOR_WAYS if "O" in way.keys]
        for way in (*ADMINISTRATOR_WAYS[8:14], *offboard):
            await tui.press("1")
            await tui.calm()
            if way.keys[:2] == ("2", "n") or "tab" in way.keys:
                continue
            await go(tui, way, about=name)
            assert tui.boxes_fit(), tui.text
            await tui.press("escape")
