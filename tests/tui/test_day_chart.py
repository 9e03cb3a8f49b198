"""The chart of a key's uses per day: in words, and as bars that never hide a use."""

import pytest

from keytui.domain.daily_uses import DAYS, DailyUses, place_of
from keytui.domain.records import Actor
from keytui.services import key_history
from keytui.storage.models import KeyUseDayRow
from keytui.tui.screens.key_details import KeyDetails
from keytui.tui.widgets.day_chart import drawing, in_words
from tests.tui.support import WIDE, new_key, running

LAST = 20_781  # 2026-11-24


def test_a_day_of_one_use_is_seen_beside_a_day_of_a_million() -> None:
    """Any use at all has a mark; a day without one has none; the most reaches the top."""
    uses = DailyUses.of({LAST: 1, LAST - 1: 1_000_000, LAST - 2: 0, LAST - 3: 500_000}, LAST)
    *bars, axis = drawing(uses, 200)
    assert [row[-4:] for row in bars] == ["  █ ", "▄ █ ", "█ █▄"]
    assert {len(row) for row in (*bars, axis)} == {DAYS}
    assert axis.startswith("2026-08-26")
    assert axis.endswith("today (UTC)")
    assert in_words(uses) == ("1,500,001 uses on 3 of 91 days, at most 1,000,000 (2026-11-23).")


@pytest.mark.parametrize("width", [30, 60, 91, 92, 200])
def test_it_fits_into_its_room(width: int) -> None:
    """Where not all days fit the newest stay, and the line below begins with the first shown."""
    lines = drawing(DailyUses.of({LAST - day: day + 1 for day in range(DAYS)}, LAST), width)
    assert {len(line) for line in lines} == {min(width, DAYS)}
    assert lines[-2].strip("▄█") == ""


def test_without_a_use_there_is_only_the_sentence() -> None:
    """No line of nothing; one use is told in the singular."""
    assert drawing(DailyUses.of({}, LAST), 80) == []
    assert in_words(DailyUses.of({}, LAST)) == "No uses counted in the last 91 days."
    assert in_words(DailyUses.of({LAST: 1}, LAST)) == (
        "1 use on 1 of 91 days, at most 1 (2026-11-24)."
    )


def test_what_is_older_is_left_out() -> None:
    """A row whose day is over is not shown as another day's."""
    assert DailyUses.of({LAST - DAYS: 5, LAST + 1: 5}, LAST).total == 0


@pytest.mark.parametrize(("size", "bars"), [((80, 24), True), (WIDE, True), ((60, 16), False)])
async def test_key_details_show_it(maria: Actor, size: tuple[int, int], bars: bool) -> None:
    """The sentence at every size, the bars where there is room; the steps stay below."""
    key = new_key(maria, "CI")
    today = key_history.history(maria, key.key_id).uses.last_day
    for ago, uses in ((0, 3), (9, 4)):
        day = today - ago
        KeyUseDayRow.insert(
            id=place_of(key.key_id, day), key=key.key_id, day=day, uses=uses
        ).execute()
    async with running("maria", size=size) as tui:
        await tui.press("i")
        await tui.on(KeyDetails)
        await tui.calm()
        await tui.shows("7 uses on 2 of 91 days, at most 4")
        assert ("today (UTC)" in tui.text) is bars
        assert ("█" in tui.text) is bars
        assert "created" in tui.cursor_line


async def test_the_bars_come_and_go_with_the_rows_alone(maria: Actor) -> None:
    """A terminal made lower or higher, as wide as before, has bars where there is room."""
    key = new_key(maria, "CI")
    today = key_history.history(maria, key.key_id).uses.last_day
    KeyUseDayRow.insert(id=place_of(key.key_id, today), key=key.key_id, day=today, uses=3).execute()
    async with running("maria") as tui:
        await tui.press("i")
        await tui.on(KeyDetails)
        for rows, bars in ((16, False), (24, True), (19, False), (20, True)):
            await tui.pilot.resize_terminal(80, rows)
            await tui.until(lambda bars=bars: ("today (UTC)" in tui.text) is bars)
