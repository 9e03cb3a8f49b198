"""The bars: where one can be, who one is, which keys there are."""

import re

import pytest

from keytui.domain.permissions import Role
from keytui.domain.records import Actor
from keytui.tui.screens.audit import Audit
from keytui.tui.screens.manage_users import ManageUsers
from keytui.tui.screens.place import Place
from keytui.tui.screens.profile import Profile
from keytui.tui.screens.user_keys import UserKeys
from keytui.tui.widgets.bars import KeyBar
from tests.support import MakePerson
from tests.tui.everywhere import Way, go
from tests.tui.support import HOME, SMALL, new_key, running

PLACES = [
    ("maria", Way((), Profile)),
    ("maria", Way(("3",), Audit)),
    ("adam", Way((), Profile)),
    ("adam", Way(("2",), ManageUsers)),
    ("adam", Way(("2", "v"), UserKeys)),
    ("adam", Way(("3",), Audit)),
]


@pytest.mark.parametrize(("who", "way"), PLACES, ids=str)
async def test_the_keys_fit_80_columns(maria: Actor, adam: Actor, who: str, way: Way) -> None:
    """At 80 columns every key of the screen stands in its last line, Quit last."""
    async with running(who, size=HOME) as tui:
        await go(tui, way, about="maria")
        bar = tui.app.screen.query_one(KeyBar)
        whole = "  ".join(f"{key} {does}" for key, does in bar._keys)
        assert tui.lines[-1].strip() == whole
        assert whole.endswith("q Quit")


@pytest.mark.parametrize(("who", "way"), PLACES, ids=str)
async def test_no_word_is_cut_at_60_columns(maria: Actor, adam: Actor, who: str, way: Way) -> None:
    """At 60 columns the first keys and how to quit stand there whole, and the others not at all."""
    async with running(who, size=SMALL) as tui:
        await go(tui, way, about="maria")
        bar = tui.app.screen.query_one(KeyBar)
        items = [f"{key} {does}" for key, does in bar._keys]
        shown = re.split(" {2,}", tui.lines[-1].strip())
        assert shown == [*items[: len(shown) - 1], "q Quit"]
        assert len(shown) >= 4


@pytest.mark.parametrize(("who", "way"), PLACES, ids=str)
async def test_every_key_in_the_bar_does_something(
    maria: Actor, adam: Actor, who: str, way: Way
) -> None:
    """What the last line names is bound on that screen."""
    names = {"?": "question_mark", "/": "slash", "Esc": "escape", "Space": "space"}
    async with running(who) as tui:
        await go(tui, way, about="maria")
        screen = tui.app.screen
        assert isinstance(screen, Place)
        for key, _ in screen.query_one(KeyBar)._keys:
            assert names.get(key, key) in screen.active_bindings, key


async def test_the_places_mark_where_one_is(adam: Actor) -> None:
    """The first line marks the place one is at in brackets, and names the person and the role."""
    async with running("adam") as tui:
        assert tui.lines[0].startswith(" keytui  [1 Profile]  2 Manage Users   3 Audit ")
        assert tui.lines[0].endswith(" adam (administrator) ")
        await tui.press("3")
        await tui.calm()
        assert tui.lines[0].startswith(" keytui   1 Profile   2 Manage Users  [3 Audit] ")


@pytest.mark.parametrize(("who", "size"), [("maria", HOME), ("adam", HOME), ("maria", SMALL)])
async def test_the_places_never_move(
    maria: Actor, adam: Actor, who: str, size: tuple[int, int]
) -> None:
    """Each place stands at the same column wherever one is."""
    async with running(who, size=size) as tui:
        columns = set()
        for place in ("1", "3", "1"):
            await tui.press(place)
            await tui.calm()
            columns.add((tui.lines[0].index("1 Profile"), tui.lines[0].index("3 Audit")))
        assert len(columns) == 1


async def test_a_long_user_id_is_left_out_rather_than_cut(person: MakePerson) -> None:
    """A name that does not fit beside the places is not drawn in halves."""
    name = "m" * 64
    person(name, Role.USER)
    async with running(name, size=SMALL) as tui:
        assert "m" not in tui.lines[0]
        assert "3 Audit" in tui.lines[0]


@pytest.mark.parametrize(("who", "way"), PLACES, ids=str)
async def test_every_column_has_its_title_at_60_columns(
    maria: Actor, adam: Actor, who: str, way: Way
) -> None:
    """No column of a list is pushed off a screen of 60 columns."""
    new_key(maria)
    async with running(who, size=SMALL) as tui:
        await go(tui, way, about="maria")
        screen = tui.app.screen
        assert isinstance(screen, Place)
        for column in screen.COLUMNS:
            if column.from_width <= SMALL[0]:
                assert column.title in tui.text, column.title


async def test_who_one_is_fits_the_line(maria: Actor) -> None:
    """The line that says when one was here last is whole at 80 columns."""
    async with running("maria", size=HOME) as tui:
        assert "UTC" in tui.lines[1]
