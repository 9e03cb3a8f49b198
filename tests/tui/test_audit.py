"""Audit: newest first; users see their own events, administrators all."""

import pytest

from keytui.domain.records import Actor
from keytui.services import sign_in
from keytui.tui.screens.audit import Audit, UserAudit
from keytui.tui.screens.user_keys import AllKeys, UserKeys
from keytui.tui.widgets.listing import Listing
from tests.support import HERE, PASSWORD, MakePerson
from tests.tui.support import WIDE, new_key, running
from tests.tui.test_manage_users import manage


def column(listing: Listing, place: int) -> list[str]:
    """Return the cells of a column."""
    return [row.cells[place] for row in listing.rows]


async def test_an_administrator_reads_all(adam: Actor, maria: Actor) -> None:
    """An administrator sees what everybody did."""
    new_key(maria)
    async with running("adam") as tui:
        await tui.press("3")
        await tui.on(Audit)
        await tui.until(lambda: tui.listing.rows)
        assert {"adam", "maria", "-"} <= set(column(tui.listing, 1))
        assert tui.lines[1].startswith(" Events: 1-")


async def test_a_user_reads_what_concerns_them(maria: Actor, person: MakePerson) -> None:
    """A user sees what they did and what was done to them, and nobody else's."""
    new_key(person("nina"), "of nina")
    new_key(maria, "of maria")
    async with running("maria") as tui:
        await tui.press("3")
        await tui.on(Audit)
        await tui.until(lambda: tui.listing.rows)
        assert "key 1  of nina" not in column(tui.listing, 4)
        assert "key 2  of maria" in column(tui.listing, 4)
        assert "user:create" in column(tui.listing, 2)
        assert tui.lines[1].startswith(" My events: 1-")


async def test_the_newest_is_first_and_said_whole(maria: Actor) -> None:
    """The first row is the newest event; the lines below say the selected one whole."""
    new_key(maria, "laptop")
    sign_in.sign_in("maria", "olive boats drift", HERE)
    async with running("maria") as tui:
        await tui.press("3")
        await tui.on(Audit)
        await tui.until(lambda: tui.listing.rows)
        numbers = [row.key for row in tui.listing.rows]
        assert numbers == sorted(numbers, reverse=True)
        while "api_key:create" not in tui.cursor_line:
            await tui.press("down")
        assert f"maria from {HERE}, api_key:create key 1, done, laptop" in tui.message
        assert "UTC" in tui.message


async def test_where_from_has_a_column_where_there_is_room(maria: Actor) -> None:
    """At 120 columns the origin stands in the row too."""
    async with running("maria", size=WIDE) as tui:
        await tui.press("3")
        await tui.on(Audit)
        await tui.until(lambda: tui.listing.rows)
        assert HERE in tui.cursor_line


async def test_f_shows_one_family_after_the_other(adam: Actor, maria: Actor) -> None:
    """Sign-ins, keys, administration, all again; each said above the list."""
    new_key(maria)
    async with running("adam") as tui:
        await tui.press("3")
        await tui.on(Audit)
        await tui.calm()
        everything = len(tui.listing.rows)
        met = 0
        for family, there in (
            ("sign-ins", {"user:sign_in", "user:choose_password"}),
            ("keys", {"api_key:create"}),
            ("administration", {"user:create"}),
        ):
            await tui.press("f")
            await tui.shows(f"Events ({family}): 1-")
            await tui.calm()
            assert set(column(tui.listing, 2)) == there
            met += len(tui.listing.rows)
        await tui.press("f")
        await tui.shows("Events: 1-")
        await tui.calm()
        assert len(tui.listing.rows) == met == everything


async def test_there_is_nothing_to_do_to_an_event(maria: Actor) -> None:
    """The action menu of Audit does not pretend that an event can be changed."""
    async with running("maria") as tui:
        await tui.press("3")
        await tui.on(Audit)
        await tui.until(lambda: tui.listing.rows)
        await tui.press("enter")
        assert tui.app.is_running
        assert tui.app.screen.query(Listing).first().display


@pytest.mark.parametrize(("way", "back"), [(("down", "v"), UserKeys), (("w",), AllKeys)])
async def test_from_a_person_s_keys_to_their_sign_ins(
    adam: Actor, maria: Actor, way: tuple[str, ...], back: type[UserKeys]
) -> None:
    """h: sign-ins first, then keys and the rest of what concerns them; Esc goes back."""
    new_key(maria, "CI")
    sign_in.sign_in("maria", PASSWORD, HERE)
    async with running("adam") as tui:
        await manage(tui)
        for key in (*way, "h"):
            await tui.press(key)
            await tui.calm()
        await tui.on(UserAudit)
        await tui.shows("Events of maria (sign-ins): 1-")
        assert set(column(tui.listing, 2)) == {"user:sign_in", "user:choose_password"}
        assert "with password" in tui.message
        await tui.press("f")
        await tui.shows("Events of maria (keys): 1-1 of 1")
        assert "api_key:create" in tui.cursor_line
        await tui.press("escape")
        await tui.on(back)


async def test_without_a_key_there_is_still_whose_sign_ins(adam: Actor, person: MakePerson) -> None:
    """A person without keys has sign-ins; of everybody's keys one must be selected."""
    person("zoe")
    async with running("adam") as tui:
        await manage(tui)
        await tui.press("w", "h")
        await tui.shows("Nothing is selected.")
        await tui.press("escape", "G", "v", "h")
        await tui.on(UserAudit)
        await tui.shows("Events of zoe (sign-ins): 1-")
