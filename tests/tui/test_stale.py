"""Stale at a glance: the cards, the lists they open, marks, and many keys ended at once."""

import asyncio

import pytest

from keytui.domain.records import Actor
from keytui.services import bulk
from keytui.services.stale import Stale
from keytui.storage.database import transaction
from keytui.storage.models import ApiKeyRow
from keytui.tui.screens import cards
from keytui.tui.screens.action_menu import ActionMenu
from keytui.tui.screens.ending import Ending
from keytui.tui.screens.manage_users import ManageUsers
from keytui.tui.screens.profile import Profile
from keytui.tui.screens.user_keys import AllKeys, UserKeys
from keytui.tui.widgets.field import Field
from tests.support import MakePerson, people_and_keys, rows, trail
from tests.tui.support import Tui, new_key, running
from tests.tui.test_manage_users import manage


def active() -> list[int]:
    """Return the numbers of the keys that are not deactivated."""
    found = rows("SELECT id FROM api_key WHERE deactivated_at IS NULL ORDER BY id")
    return [number for (number,) in found]


async def all_keys(tui: Tui) -> AllKeys:
    """Open the list of all keys."""
    await manage(tui)
    await tui.press("w")
    screen = await tui.on(AllKeys)
    await tui.calm()
    return screen


class TestCards:
    """The line on Manage Users, and the menu behind it."""

    @pytest.fixture(autouse=True)
    def keys(self, adam: Actor, maria: Actor) -> None:
        """Give maria a used key and two that nobody used."""
        for label in ("used", "new", "other"):
            new_key(maria, label)
        with transaction():
            ApiKeyRow.update(last_used_at=ApiKeyRow.created_at).where(
                ApiKeyRow.label == "used"
            ).execute()

    async def test_stand_below_the_summary(self) -> None:
        """Each with its count; what no key is stands nowhere."""
        async with running("adam") as tui:
            await manage(tui)
            await tui.shows("2 never used 3 never expires 2 not confirmed")
            line = next(line for line in tui.lines if "never used" in line)
            assert (
                tui.lines.index(line)
                == tui.lines.index(next(line for line in tui.lines if "Users: 1-2" in line)) + 1
            )
            assert "idle" not in line

    async def test_open_the_list_of_what_they_count(self) -> None:
        """C offers them with their counts; a pick opens the list; Esc clears it, then leaves."""
        async with running("adam") as tui:
            await manage(tui)
            await tui.shows("2 never used")
            await tui.press("c")
            await tui.on(ActionMenu)
            assert "2  never used" in tui.text
            await tui.press("1")
            await tui.on(AllKeys)
            await tui.shows("API keys, never used: 1-2 of 2")
            assert {row.cells[1] for row in tui.listing.rows} == {"new", "other"}
            await tui.press("escape")
            await tui.shows("All API Keys: 1-3 of 3")
            await tui.press("escape")
            await tui.on(ManageUsers)

    async def test_are_said_to_be_counted_until_they_are(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Until the counts are there the line and the menu say so, and the menu opens lists."""
        monkeypatch.setattr(cards.Cards, "show", lambda self, counts: None)
        async with running("adam") as tui:
            await manage(tui)
            assert "Counting stale keys..." in tui.text
            await tui.press("c")
            await tui.on(ActionMenu)
            assert "...  idle 45 d" in tui.text
            await tui.press("2")
            await tui.on(AllKeys)
            await tui.shows("No key is idle 45 d. Esc shows all.")


async def test_cards_are_counted_one_at_a_time() -> None:
    """Asked again while counting, it counts once more after that, not once for each time."""
    shown = cards.Cards()
    go_on = asyncio.Event()
    counted = 0

    async def count() -> cards.Counts:
        nonlocal counted
        counted += 1
        await go_on.wait()
        return {Stale.IDLE: counted}

    first = asyncio.create_task(shown.read(count))
    await asyncio.sleep(0)
    for _ in range(5):
        await shown.read(count)
    go_on.set()
    await first
    assert (counted, shown.counts) == (2, {Stale.IDLE: 2})


def test_as_many_cards_as_fit_are_shown() -> None:
    """Never wider than the line; those left out are counted; none at all is said."""
    every = dict.fromkeys(Stale, 12_345)
    for width in range(200):
        line = cards.line(every, width)
        assert len(line) <= max(width, len("+7 more: c"))
        shown = line.count("12,345")
        assert shown == 7 or f"+{7 - shown} more: c" in line
    assert cards.line(every, 500).count("12,345") == 7
    assert cards.line(dict.fromkeys(Stale, 0), 80) == "No stale keys."
    assert cards.line({**dict.fromkeys(Stale, 0), Stale.IDLE: 1}, 80) == "1 idle 45 d"


class TestMarks:
    """Space marks keys; the marks stay on them."""

    @pytest.fixture(autouse=True)
    def keys(self, adam: Actor, maria: Actor, person: MakePerson) -> None:
        """Make keys 1 to 40 of maria and 41 of noor."""
        with transaction():
            for n in range(40):
                ApiKeyRow.create(
                    owner=maria.row_id,
                    created_by=maria.row_id,
                    label=f"key {n:02}",
                    label_folded=f"key {n:02}",
                    scheme=1,
                    digest=b"%032d" % n,
                    last_four=f"{n:04}",
                    created_at=1_000_000,
                )
        new_key(person("noor"), "noor's")

    async def test_stay_through_sort_filter_paging_and_refresh(self) -> None:
        """A marked key is marked wherever it is met again, and the summary counts."""
        async with running("adam") as tui:
            await all_keys(tui)
            await tui.press("space", "space")  # keys 41 and 40: the cursor goes on
            await tui.shows("2 marked")
            marked = [line for line in tui.lines if line.startswith("* ")]
            assert len(marked) == 2
            assert "noor" in marked[0]
            for keys in (("s",), ("r",), ("G",), ("g",)):
                await tui.press(*keys)
                await tui.calm()
                await tui.shows("2 marked")
            await tui.press("slash", *"noor", "enter")
            await tui.shows("1-1 of 1 2 marked")
            assert tui.cursor_line.startswith("*>")
            await tui.press("space")
            await tui.shows("1 marked")
            assert tui.cursor_line.startswith(" >")

    async def test_go_with_escape_before_anything_else(self) -> None:
        """Esc takes the marks away, then leaves."""
        async with running("adam") as tui:
            await all_keys(tui)
            await tui.press("space", "escape")
            await tui.shows("41 active")
            assert isinstance(tui.app.screen, AllKeys)
            await tui.press("asterisk")
            await tui.shows("all marked")
            await tui.press("space")
            await tui.shows("All are marked: * or Esc takes the marks away.")
            await tui.press("escape")
            await tui.shows("41 active")
            await tui.press("escape")
            await tui.on(ManageUsers)

    async def test_are_not_for_a_key_that_is_inactive(self) -> None:
        """A deactivated key is not marked, alone or with all."""
        with transaction():
            ApiKeyRow.update(
                deactivated_at=1, deactivated_by="adam", deactivation_reason="over"
            ).where(ApiKeyRow.id != 7).execute()
        async with running("adam") as tui:
            await all_keys(tui)
            await tui.press("down", "space")
            await tui.shows("This key is inactive already, for good.")
            await tui.press("A")
            await tui.shows("all marked")
            assert [line for line in tui.lines if line.startswith("*")] == [tui.lines[3]]

    async def test_end_their_keys_and_no_other(self) -> None:
        """X says what will happen to whom, wants a reason and the number, and ends them together."""
        async with running("adam") as tui:
            await all_keys(tui)
            await tui.press("space", "space", "x")
            await tui.on(Ending)
            await tui.shows("Deactivate 2 keys of 2 owners, for good?")
            await tui.shows("Used in the last day (!): 0.")
            assert tui.boxes_fit()
            await tui.fill("stale", "3")
            await tui.shows("Type 2 to confirm: nothing was changed yet.")
            assert len(active()) == 41
            tui.app.screen.query_one("#word", Field).value = "2"
            await tui.press("enter")
            await tui.on(AllKeys)
            await tui.shows("2 keys deactivated, each on record as bulk")
            await tui.shows("39 active")
        assert active() == list(range(1, 40))

    async def test_take_a_whole_filter(self) -> None:
        """All that a text finds is ended, looked at again in the act; a mark beyond it is none."""
        async with running("adam") as tui:
            await all_keys(tui)
            await tui.press("slash", *"key 1", "enter")
            await tui.shows("1-10 of 10")
            await tui.press("asterisk", "x")
            await tui.on(Ending)
            await tui.shows("Deactivate 10 keys of 1 owner, for good?")
            await tui.fill("stale", "10")
            await tui.on(AllKeys)
            await tui.shows("10 keys deactivated")
        assert len(active()) == 31

    async def test_another_list_is_not_taken_with_this_one(self) -> None:
        """When the filter changes nothing is marked any more."""
        async with running("adam") as tui:
            await all_keys(tui)
            await tui.press("asterisk")
            await tui.shows("all marked")
            await tui.press("slash", *"key 1", "enter")
            await tui.shows("1-10 of 10 41 active")

    async def test_a_count_that_changed_is_said_in_the_dialog(self, maria: Actor) -> None:
        """Somebody's new key since the preview: nothing ends, the dialog says why and stays."""
        async with running("adam") as tui:
            await all_keys(tui)
            await tui.press("asterisk", "x")
            await tui.on(Ending)
            new_key(maria, "newer")
            await tui.fill("stale", "41")
            await tui.shows("42 keys would end now, not 41: nothing was changed.")
            assert isinstance(tui.app.screen, Ending)
        assert len(active()) == 42

    async def test_escape_stops_it_and_nothing_has_ended(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Esc while keys are being ended undoes all of them."""
        before, events = people_and_keys(), len(trail())
        real = bulk.deactivate_many

        def slow(actor: Actor, *rest: object) -> object:
            *given, progress = rest

            def pressed(done: int, total: int) -> None:
                ending.action_cancel()
                progress(done, total)  # type: ignore[operator]  # what the dialog handed over

            return real(actor, *given, pressed)  # type: ignore[arg-type]  # as above

        monkeypatch.setattr(bulk, "deactivate_many", slow)
        async with running("adam") as tui:
            await all_keys(tui)
            await tui.press("asterisk", "x")
            ending = await tui.on(Ending)
            await tui.fill("stale", "41")
            await tui.shows("Stopped: nothing was changed.")
            assert isinstance(tui.app.screen, Ending)
        assert people_and_keys()[3:] == before[3:]
        assert not [event for event in trail()[events:] if "stale" in event.detail]

    async def test_are_for_owners_too(self) -> None:
        """On Profile a user marks and ends their own."""
        async with running("maria") as tui:
            await tui.shows("API Keys: 1-17 of 40")
            await tui.press("space", "space", "x")
            await tui.on(Ending)
            await tui.fill("moved", "2")
            await tui.on(Profile)
            await tui.shows("2 keys deactivated")
        assert len(active()) == 39


async def test_a_preview_marks_what_is_in_use(adam: Actor, maria: Actor) -> None:
    """A key used in the last day stands first, with an exclamation mark."""
    new_key(maria, "idle")
    busy = new_key(maria, "busy")
    with transaction():
        ApiKeyRow.update(last_used_at=busy.created_at).where(ApiKeyRow.id == busy.key_id).execute()
    async with running("adam") as tui:
        await manage(tui)
        tui.listing.select("maria")
        await tui.press("v")
        await tui.on(UserKeys)
        await tui.calm()
        await tui.press("asterisk", "x")
        await tui.on(Ending)
        await tui.shows("Used in the last day (!): 1.")
        first, second = tui.listing.rows
        assert first.cells[3].startswith("! ")
        assert "busy" in first.cells
        assert not second.cells[3].startswith("!")
