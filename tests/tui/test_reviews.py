"""Access reviews in the app: opened, worked through key by key or many at once, signed off."""

import asyncio
from pathlib import Path

import pytest

from keytui.domain.pages import Page, Wanted
from keytui.domain.permissions import Role
from keytui.domain.records import Actor
from keytui.domain.reviews import Decision, Tally
from keytui.services import api_keys, evidence_check, review_decisions, reviews
from keytui.tui.screens.confirm import Confirm
from keytui.tui.screens.form import Form
from keytui.tui.screens.manage_users import ManageUsers
from keytui.tui.screens.review import Review
from keytui.tui.screens.review_dialogs import DecideAll, OpenReview, Report
from keytui.tui.screens.reviews import Reviews
from keytui.tui.widgets.field import Field
from keytui.tui.widgets.rows import Row
from tests.support import Clock, MakePerson
from tests.tui.support import WIDE, Tui, new_key, running
from tests.tui.test_manage_users import manage


async def open_reviews(tui: Tui) -> Reviews:
    """Open the list of reviews."""
    await manage(tui)
    await tui.press("R")
    screen = await tui.on(Reviews)
    await tui.calm()
    return screen


async def open_review(tui: Tui) -> Review:
    """Open a review over all active keys."""
    await open_reviews(tui)
    await tui.press("n")
    await tui.on(OpenReview)
    await tui.press("enter", "enter", "enter")
    screen = await tui.on(Review)
    await tui.calm()
    return screen


async def test_a_review_is_worked_through_key_by_key(adam: Actor, maria: Actor) -> None:
    """Keep with a reason, the last reason offered again, deactivate; the cursor goes on by itself."""
    for label in ("one", "two", "three", "four"):
        new_key(maria, label)
    async with running("adam") as tui:
        await open_review(tui)
        assert "one" in tui.cursor_line
        assert "not reviewed" in tui.cursor_line
        await tui.press("y")
        await tui.on(Form)
        await tui.fill("in use")
        await tui.on(Review)
        await tui.shows("Key 1 is kept.")
        await tui.until(lambda: "two" in tui.cursor_line)
        await tui.press("y")
        form = await tui.on(Form)
        assert form.query_one("#reason", Field).value == "in use"
        await tui.press("enter")
        await tui.on(Review)
        await tui.until(lambda: "three" in tui.cursor_line)
        await tui.press("x")
        form = await tui.on(Form)
        form.query_one("#reason", Field).value = "unknown"
        await tui.press("enter")
        await tui.on(Confirm)
        await tui.press("tab", "enter")
        await tui.on(Review)
        await tui.until(lambda: "four" in tui.cursor_line)
        await tui.shows("2 kept 1 deactivated")
    assert reviews.get_review(adam, 1).tally == Tally(4, 2, 1)
    (ended,) = [key for key in api_keys.list_keys(adam, "maria") if key.deactivated_at]
    assert ended.deactivation_reason == "Access review 1: unknown"


async def test_what_is_decided_says_why_it_is_not_asked_again(adam: Actor, maria: Actor) -> None:
    """Kept may become deactivated, deactivated and ended stay."""
    kept, ended = new_key(maria, "one"), new_key(maria, "two")
    async with running("adam") as tui:
        await open_review(tui)
        await tui.press("y")
        await tui.on(Form)
        await tui.fill("in use")
        await tui.on(Review)
        api_keys.deactivate_key(maria, ended.key_id, "lost")
        await tui.press("r")
        await tui.shows("ended meanwhile *")
        tui.listing.select(ended.key_id)
        await tui.press("y")
        await tui.shows("This key ended meanwhile: there is nothing to decide.")
        tui.listing.select(kept.key_id)
        await tui.press("y")
        await tui.shows("This key is decided about already.")


async def test_all_keys_of_an_owner_end_only_with_their_number(
    adam: Actor, maria: Actor, person: MakePerson
) -> None:
    """The dialog says how many; another number ends none."""
    new_key(maria, "one")
    new_key(maria, "two")
    new_key(person("ben"), "of ben")
    async with running("adam", size=WIDE) as tui:
        await open_review(tui)
        await tui.press("X")
        await tui.on(DecideAll)
        await tui.shows("Deactivate 2 keys of maria that nobody decided about?")
        await tui.fill("left the team", "3")
        await tui.shows("Type 2, the number of keys that end")
        assert reviews.get_review(adam, 1).tally == Tally(3, 0, 0)
        await tui.press("backspace")
        await tui.fill("2")
        await tui.on(Review)
        await tui.shows("2 keys deactivated.")
    assert reviews.get_review(adam, 1).tally == Tally(3, 0, 2)


async def test_a_filter_is_kept_at_once(adam: Actor, maria: Actor) -> None:
    """What the filter shows and nothing else; ending all without a filter is refused."""
    for label in ("deploy one", "deploy two", "phone"):
        new_key(maria, label)
    async with running("adam", size=WIDE) as tui:
        await open_review(tui)
        await tui.press("D")
        await tui.shows("Set a filter first")
        await tui.press("slash")
        await tui.paste("deploy")
        await tui.press("enter")
        await tui.shows("1-2 of 2")
        await tui.press("F")
        await tui.on(DecideAll)
        await tui.shows("Keep 2 keys of this review that contain deploy")
        await tui.fill("in use")
        await tui.on(Review)
        await tui.shows("2 keys kept.")
    assert reviews.get_review(adam, 1).tally == Tally(3, 2, 0)


async def test_a_signed_off_review_only_reports(
    adam: Actor, maria: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the sign-off each letter says so; the report is written with its manifest."""
    new_key(maria, "one")
    monkeypatch.chdir(tmp_path)
    async with running("adam", size=WIDE) as tui:
        await open_review(tui)
        await tui.press("c")
        await tui.on(Confirm)
        await tui.shows("1 key: 0 kept, 0 deactivated, 1 not reviewed.")
        await tui.press("tab", "enter")
        await tui.on(Review)
        await tui.shows("Review 1 (signed off)")
        for letter in "yxYXFDc":
            await tui.press(letter)
            assert tui.message == "This review is signed off already, for good."
            await tui.press("r")
        await tui.press("e")
        await tui.on(Report)
        await tui.press("enter")
        await tui.on(Review)
        await tui.until(lambda: "1 key written to" in tui.message)
        await tui.press("escape")
        await tui.on(Reviews)
        await tui.press("escape")
        await tui.on(ManageUsers)
    (path,) = tmp_path.glob("access-review-1-*.md")  # noqa: ASYNC240 - a test may wait
    assert evidence_check.check(path).content == "Access review 1 (closed)"


async def test_what_is_signed_off_is_counted_when_it_is_asked(
    adam: Actor, maria: Actor, person: MakePerson
) -> None:
    """What others decided and what ended since the list was read is in the question."""
    eve = person("eve", Role.ADMINISTRATOR)
    keys = [new_key(maria, label) for label in ("one", "two", "three")]
    async with running("adam") as tui:
        await open_review(tui)
        review_decisions.decide(eve, 1, keys[0].key_id, Decision.KEEP, "in use")
        api_keys.deactivate_key(maria, keys[1].key_id, "lost")
        await tui.press("c")
        await tui.on(Confirm)
        await tui.shows("3 keys: 1 kept, 0 deactivated, 1 ended meanwhile, 1 not reviewed.")
        await tui.press("escape")
        await tui.on(Review)
        reviews.close_review(eve, 1)
        await tui.press("c")
        await tui.shows("Access review 1 is closed: nothing was changed.")


async def test_reviews_fit_into_60_columns(adam: Actor, maria: Actor) -> None:
    """How far each is, and whether it is signed off, is whole."""
    new_key(maria, "one")
    reviews.open_review(adam)
    async with running("adam", size=(60, 16)) as tui:
        await open_reviews(tui)
        assert "Signed off" in tui.text
        assert "all a" in tui.cursor_line
        assert tui.cursor_line.rstrip(" │|").endswith("open")


async def test_a_later_sitting_begins_with_what_is_left(
    adam: Actor, maria: Actor, person: MakePerson
) -> None:
    """Another administrator opens the list, views the review, and stands on what is not reviewed."""
    new_key(maria, "one")
    new_key(maria, "two")
    person("eve", Role.ADMINISTRATOR)
    reviews.open_review(adam)
    review_decisions.decide(adam, 1, 1, Decision.KEEP, "in use")
    async with running("eve") as tui:
        await open_reviews(tui)
        assert "all active keys" in tui.cursor_line
        await tui.press("v")
        await tui.on(Review)
        await tui.calm()
        assert "two" in tui.cursor_line


async def test_a_review_that_is_due_shows_on_manage_users(
    clock: Clock, adam: Actor, maria: Actor
) -> None:
    """Ninety days after the oldest key, or the last sign-off; not a day before."""
    new_key(maria, "one")
    clock.advance(days=89)
    async with running("adam") as tui:
        await manage(tui)
        await tui.shows("1 active key")
        assert "review due" not in tui.text
        clock.advance(days=1)
        await tui.press("r")
        await tui.shows("review due")


async def test_no_key_that_fits_is_said_in_the_dialog(adam: Actor, maria: Actor) -> None:
    """So are days that are no number; the dialog stays open."""
    async with running("adam") as tui:
        await open_reviews(tui)
        await tui.press("n")
        screen = await tui.on(OpenReview)
        await tui.press("enter", "enter", "enter")
        await tui.shows("there is nothing to review")
        screen.query_one("#idle", Field).value = "soon"
        await tui.press("enter")
        await tui.shows("soon is no number of days from 0 to 36,500: correct it.")


async def test_what_was_done_is_said_once_keys_count_again(
    adam: Actor, maria: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not while the rows are read anew, and a key for what is here would be dropped unanswered."""
    new_key(maria, "one")
    may_read = asyncio.Event()
    read = Review.page

    async def held_up(self: Review, wanted: Wanted) -> Page[Row]:
        await may_read.wait()
        return await read(self, wanted)

    async with running("adam") as tui:
        await open_review(tui)
        monkeypatch.setattr(Review, "page", held_up)
        await tui.press("c")
        await tui.on(Confirm)
        await tui.press("tab", "enter")
        await tui.on(Review)
        assert "is signed off" not in tui.flow
        may_read.set()
        await tui.shows("Review 1 is signed off.")
        await tui.press("y")
        assert tui.message == "This review is signed off already, for good."
