"""Lists that are longer than what is read of them."""

from collections.abc import Callable

import pytest

from keytui.domain.records import Actor
from keytui.services import user_lists
from keytui.storage import ordered
from keytui.storage.database import transaction
from keytui.storage.models import UserRow
from tests.support import MakePerson
from tests.tui.support import Tui, new_key, running

PEOPLE = 500
PAGE = 17
"""Rows that can be seen at 80x24."""


@pytest.fixture(autouse=True)
def crowd(adam: Actor) -> None:
    """Add many people, beside ``adam``, the first of all."""
    with transaction():
        UserRow.insert_many(
            {"user_id": f"user{n:03}", "role": "user", "created_at": n} for n in range(PEOPLE)
        ).execute()


async def manage(tui: Tui) -> None:
    """Open Manage Users."""
    await tui.press("2")
    await tui.shows(f"Users: 1-{PAGE} of {PEOPLE + 1}")
    await tui.pilot.pause()


async def test_only_what_is_near_is_read() -> None:
    """Opening a list of hundreds reads one page of it, and the end is one more."""
    async with running("adam") as tui:
        await manage(tui)
        assert len(tui.listing.rows) < PEOPLE / 4
        await tui.press("G")
        await tui.shows(f"Users: {PEOPLE + 2 - PAGE}-{PEOPLE + 1} of {PEOPLE + 1}")
        assert "> user499" in tui.cursor_line
        assert len(tui.listing.rows) < PEOPLE / 2


async def test_every_row_is_met_on_the_way_down_and_up() -> None:
    """Page by page, row by row, no row is missed, met twice or blank."""
    async with running("adam") as tui:
        await manage(tui)
        met = [tui.cursor_line[3:].split()[0]]
        for key, end in (("pagedown", PEOPLE), ("pageup", 0)):
            while tui.listing.cursor != end:
                before = tui.listing.cursor
                await tui.press(key)
                await tui.until(lambda before=before: tui.listing.cursor != before)
                await tui.pilot.pause()
                rows = tui.lines[4 : 4 + PAGE]
                first, last = tui.listing.shown_rows
                assert [line[3:].split()[0] for line in rows] == [
                    "adam" if n == 1 else f"user{n - 2:03}" for n in range(first, last + 1)
                ]
                met.append(tui.cursor_line[3:].split()[0])
        assert met[0] == met[-1] == "adam"


async def test_keys_typed_faster_than_rows_come_add_up() -> None:
    """Page Down pressed many times at once goes as many pages, whatever was read meanwhile."""
    async with running("adam") as tui:
        await manage(tui)
        await tui.pilot.press(*["pagedown"] * 20, *["up"] * 3)
        await tui.until(lambda: tui.listing.cursor == 20 * PAGE - 3)
        assert f"> user{20 * PAGE - 4:03}" in tui.cursor_line


async def test_the_selection_stays_when_rows_come_before_it() -> None:
    """Refresh and sort keep the cursor on its person, far down the list, wherever they stand now."""
    async with running("adam") as tui:
        await manage(tui)
        await tui.press("G", "up")
        await tui.until(lambda: "> user498" in tui.cursor_line)
        with transaction():
            UserRow.insert_many(
                {"user_id": f"abel{n:02}", "role": "user", "created_at": n} for n in range(40)
            ).execute()
        await tui.press("r")
        await tui.shows(f"of {PEOPLE + 41}")
        await tui.pilot.pause()
        assert "> user498" in tui.cursor_line
        await tui.press("s")
        await tui.shows("User ID↓")
        await tui.until(lambda: "> user498" in tui.cursor_line)
        assert tui.listing.cursor == 1


async def test_a_list_that_shrank_is_read_anew_from_where_it_ends() -> None:
    """When the rows under the cursor are gone the cursor stands on the last one."""
    async with running("adam") as tui:
        await manage(tui)
        await tui.press("G")
        await tui.until(lambda: tui.listing.cursor == PEOPLE)
        await tui.press("slash", *"user01", "enter")
        await tui.shows("Users: 1-10 of 10")
        await tui.pilot.pause()
        assert "> user010" in tui.cursor_line


async def test_a_count_that_takes_long_is_said_to_be_a_part(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """While matches are counted the line says that there are more; then how many."""
    counting: list[Callable[[], int]] = []
    real = user_lists.count
    monkeypatch.setattr(ordered, "FEW", 10)

    async with running("adam") as tui:
        await manage(tui)
        screen = tui.app.screen
        seen: list[str] = []
        summarise = screen.summarise  # type: ignore[attr-defined]  # of a Place

        def noting() -> None:
            summarise()
            seen.append(str(screen.query_one("#summary").content))  # type: ignore[attr-defined]  # a Static

        monkeypatch.setattr(screen, "summarise", noting)
        monkeypatch.setattr(user_lists, "count", lambda *args: counting.append(real) or real(*args))
        await tui.press("slash", *"user1", "enter")
        await tui.shows("Users: 1-17 of 100 ")
        assert any("1-17 of more than 64" in line for line in seen)
        assert counting
        await tui.press("G")
        await tui.until(lambda: "> user199" in tui.cursor_line)


async def test_the_terminals_cursor_follows() -> None:
    """Whoever reads by the terminal's own cursor is led to the selected row."""
    async with running("adam") as tui:
        await manage(tui)
        for key in ("down", "G", "pageup", "g"):
            await tui.press(key)
            await tui.pilot.pause()
            await tui.until(lambda: tui.listing.missing is None)
            _, line = tui.app.cursor_position
            assert tui.lines[line].startswith(" > ")


async def test_an_administrator_sees_everybodys_keys(
    adam: Actor, maria: Actor, person: MakePerson
) -> None:
    """All keys stand in one list with their owners, found by owner too, and can be deactivated."""
    new_key(maria, "laptop")
    new_key(person("noor"), "ci-runner")
    async with running("adam") as tui:
        await tui.press("2")
        await tui.calm()
        await tui.press("w")
        await tui.shows("All API Keys: 1-2 of 2 2 active")
        assert "noor" in tui.cursor_line
        await tui.press("slash", *"MARIA", "enter")
        await tui.shows("All API Keys: 1-1 of 1")
        assert "laptop" in tui.cursor_line
        await tui.press("escape", "escape")
        await tui.shows("Users: ")
