"""The lists of the full screens: filter, sort, refresh, where one is."""

import pytest

from keytui.domain.errors import DatabaseBusy
from keytui.domain.records import Actor
from keytui.services import audit
from keytui.tui.screens.place import Place
from keytui.tui.screens.profile import Profile
from keytui.tui.widgets.field import Field
from tests.support import MakePerson
from tests.tui.support import Tui, new_key, running


def labels(tui: Tui) -> list[str]:
    """Return the labels in the list."""
    return [row.cells[0] for row in tui.listing.rows]


async def filter_by(tui: Tui, text: str) -> None:
    """Open the filter and enter text, character by character."""
    await tui.press("slash", *text)


async def test_a_filter_shows_what_contains_the_text(maria: Actor) -> None:
    """The list follows what is typed, Enter keeps it, and the summary says so."""
    for label in ("laptop", "ci-runner", "old laptop"):
        new_key(maria, label)
    async with running("maria") as tui:
        await filter_by(tui, "lapt")
        await tui.until(lambda: labels(tui) == ["old laptop", "laptop"])
        await tui.press("enter")
        assert tui.listing.has_focus
        await tui.shows("Filter: lapt")
        assert not tui.app.screen.query_one("#filter").display


@pytest.mark.parametrize(("text", "found"), [("%", ["50% off"]), ("_", ["a_b"]), ("\\", ["c\\d"])])
async def test_a_filter_takes_every_character_literally(
    maria: Actor, text: str, found: list[str]
) -> None:
    """What is a wildcard to a database is a character to a person."""
    for label in ("50% off", "a_b", "c\\d", "plain"):
        new_key(maria, label)
    async with running("maria") as tui:
        await filter_by(tui, text)
        await tui.until(lambda: labels(tui) == found)


async def test_escape_clears_the_filter(maria: Actor) -> None:
    """Esc shows everything again, from the field and from the list."""
    new_key(maria, "laptop")
    new_key(maria, "phone")
    async with running("maria") as tui:
        for leave in ((), ("enter",)):
            await filter_by(tui, "phone")
            await tui.until(lambda: labels(tui) == ["phone"])
            await tui.press(*leave, "escape")
            await tui.until(lambda: labels(tui) == ["phone", "laptop"])
            assert tui.listing.has_focus
        await tui.press("escape")
        assert isinstance(tui.app.screen, Profile)


async def test_letters_in_the_filter_are_letters(maria: Actor) -> None:
    """While one types a filter no letter does anything else."""
    async with running("maria") as tui:
        await filter_by(tui, "nxlpqLar123?")
        screen = tui.app.screen
        assert isinstance(screen, Profile)
        assert screen.query_one("#filter", Field).value == "nxlpqLar123?"


async def test_nothing_found_says_how_to_go_on(maria: Actor) -> None:
    """An empty result names the filter and the way out of it."""
    new_key(maria, "laptop")
    async with running("maria") as tui:
        await filter_by(tui, "zzz")
        await tui.shows("Nothing contains 'zzz'. Esc clears the filter.")


async def test_an_empty_profile_says_what_to_press(maria: Actor) -> None:
    """Whoever has no keys is told how to get one."""
    async with running("maria") as tui:
        await tui.shows("No API keys yet: press n for New Key.")


async def test_sorting_says_by_what(maria: Actor) -> None:
    """The letter s sorts by the next column, says by which, and a refresh keeps it."""
    for label in ("bee", "ape", "cat"):
        new_key(maria, label)
    async with running("maria") as tui:
        assert labels(tui) == ["cat", "ape", "bee"]
        await tui.press("s")
        assert tui.message == "Sorted by Label, ascending."
        await tui.until(lambda: labels(tui) == ["ape", "bee", "cat"])
        assert " Label↑ " in tui.text
        new_key(maria, "ant")
        await tui.press("r")
        await tui.until(lambda: labels(tui) == ["ant", "ape", "bee", "cat"])


@pytest.mark.parametrize("role", ["user", "administrator"])
async def test_every_order_of_every_list_can_be_had(maria: Actor, adam: Actor, role: str) -> None:
    """The letter s goes through all orders both ways, each is a column's, and back to the first."""
    new_key(maria, "one")
    async with running("maria" if role == "user" else "adam") as tui:
        for place in ("1", "3") if role == "user" else ("1", "2", "3"):
            await tui.press(place)
            await tui.calm()
            screen = tui.app.screen
            assert isinstance(screen, Place)
            assert set(screen.ORDERS) <= {column.title for column in screen.COLUMNS}
            said = []
            for _ in range(2 * len(screen.ORDERS)):
                await tui.press("s")
                said.append(tui.message)
                title = said[-1].removeprefix("Sorted by ").partition(",")[0]
                mark = "↓" if said[-1].endswith("descending.") else "↑"
                await tui.shows(f"{title}{mark}")
            assert len(set(said)) == len(said)
            assert said[-1].startswith(f"Sorted by {screen.FIRST_ORDER[0]}, ")


async def test_a_refresh_keeps_the_selection(maria: Actor) -> None:
    """A new key above does not move the cursor off the row it was on."""
    for label in ("one", "two", "three"):
        new_key(maria, label)
    async with running("maria") as tui:
        await tui.press("down")
        assert "two" in tui.cursor_line
        new_key(maria, "four")
        await tui.press("r")
        await tui.until(lambda: len(labels(tui)) == 4)
        await tui.pilot.pause()
        assert "two" in tui.cursor_line


async def test_the_summary_says_which_rows_are_shown(maria: Actor) -> None:
    """The line above the list counts what can be seen of what there is."""
    for number in range(30):
        new_key(maria, f"key {number}")
    async with running("maria") as tui:
        await tui.shows("API Keys: 1-17 of 30 30 active")
        await tui.press("G")
        await tui.shows("API Keys: 14-30 of 30")


async def test_the_status_line_says_more_about_the_selected_row(
    adam: Actor, person: MakePerson
) -> None:
    """Moving shows exact times; what was just said stays until then."""
    person("beth")
    async with running("adam") as tui:
        await tui.press("2")
        await tui.until(lambda: tui.listing.rows)
        await tui.press("s")
        assert tui.message.startswith("Sorted")
        await tui.press("r")
        assert tui.message.startswith("Sorted")
        await tui.calm()
        await tui.press("up")
        assert tui.message.startswith("beth was added 20")


async def test_a_list_that_cannot_be_read_does_not_go_on_reading(
    maria: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When reading fails, the reason stands in the status line and the list waits for nothing."""

    def busy(*_: object) -> None:
        raise DatabaseBusy("The database is busy: try again.")

    monkeypatch.setattr(audit, "page", busy)
    async with running("maria") as tui:
        await tui.press("3")
        await tui.shows("The database is busy: try again.")
        await tui.until(lambda: "Reading..." not in tui.text)
