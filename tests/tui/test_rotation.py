"""Profile: rotate a key, see whether the old one is still used, end its overlap."""

import pytest

from keytui.domain.overlap import Overlap
from keytui.domain.records import Actor, ApiKey
from keytui.domain.states import KeyState
from keytui.services import api_keys, rotation
from keytui.storage.database import transaction
from keytui.storage.models import ApiKeyRow
from keytui.tui.reveal.screen import Reveal
from keytui.tui.screens.confirm import Confirm
from keytui.tui.screens.form import Form
from keytui.tui.screens.profile import Profile
from tests.support import Clock, text_of
from tests.tui.support import SIZES, Tui, new_key, running


def confirmed(owner: Actor, label: str = "CI") -> ApiKey:
    """Create a key whose owner has its text."""
    key = new_key(owner, label)
    api_keys.confirm_key(owner, key.key_id)
    return key


def change(key_id: int, **columns: object) -> None:
    """Set columns of a key, as a verifying program does."""
    with transaction():
        ApiKeyRow.update(**columns).where(ApiKeyRow.id == key_id).execute()


async def to_key(tui: Tui, key_id: int) -> None:
    """Put the cursor on a key."""
    tui.listing.select(key_id)
    await tui.until(lambda: tui.listing.current is not None and tui.listing.current.key == key_id)


@pytest.mark.parametrize("size", SIZES)
async def test_rotating_shows_the_new_text_once(maria: Actor, size: tuple[int, int]) -> None:
    """The letter, a choice, the pop-up as for a new key, and both keys in the list."""
    old = confirmed(maria)
    async with running("maria", size=size) as tui:
        await tui.press("o")
        form = await tui.on(Form)
        assert form.values == {"overlap": Overlap.WEEK}
        for overlap in Overlap:
            assert f") {overlap}" in tui.text
        assert tui.boxes_fit()
        await tui.press("right", "enter", "enter")
        reveal = await tui.on(Reveal)
        assert text_of(reveal.secret) in tui.text
        await tui.shows(f"It replaces key {old.key_id}.")
        assert tui.boxes_fit()
        await tui.press("tab", "enter", "enter")
        await tui.on(Profile)
        await tui.shows("from now on")
        assert "overlapping" in tui.text
    found = {key.key_id: key for key in api_keys.list_keys(maria)}
    new = found.pop(found[old.key_id].replaced_by or 0)
    assert (new.confirmed, new.state, new.label) == (True, KeyState.ACTIVE, "CI")
    rotated = found.pop(old.key_id)
    assert rotated.state is KeyState.OVERLAPPING
    assert rotated.expires_at == new.created_at + Overlap.DAY.length


async def test_cancel_rotates_nothing(maria: Actor) -> None:
    """Esc leaves one key, and it is active."""
    confirmed(maria)
    async with running("maria") as tui:
        await tui.press("o")
        await tui.on(Form)
        await tui.press("escape")
        await tui.on(Profile)
    assert [key.state for key in api_keys.list_keys(maria)] == [KeyState.ACTIVE]


async def test_what_cannot_be_rotated_says_so(maria: Actor) -> None:
    """A key not confirmed, and the old key of a rotation."""
    lost = new_key(maria)
    async with running("maria") as tui:
        await tui.press("o")
        await tui.shows(f"Key {lost.key_id} is not confirmed: deactivate it and create it anew")
        await tui.press("E")
        await tui.shows(f"Key {lost.key_id} has no overlap to end")


async def test_an_administrator_is_told_why_not(adam: Actor) -> None:
    """Rotating creates: separation of duties."""
    async with running("adam") as tui:
        await tui.press("o")
        await tui.shows("Administrators cannot rotate keys")


async def test_one_sees_when_it_is_safe(clock: Clock, maria: Actor) -> None:
    """Details say first whether the old key was used since, when and from where."""
    old = confirmed(maria)
    change(old.key_id, last_used_at=clock.now, last_used_from="10.0.4.9")
    clock.advance(seconds=1)
    new, _ = rotation.rotate(maria, old.key_id, Overlap.DAY)
    async with running("maria") as tui:
        await to_key(tui, old.key_id)
        await tui.shows("Not used since it was replaced.")
        change(old.key_id, last_used_at=clock.now, last_used_from="10.0.4.17")
        clock.advance(hours=2)
        await tui.press("r")
        await tui.shows("Still used 2 h ago from 10.0.4.17.")
        await tui.shows(f"Key {new.key_id} replaces key {old.key_id}")
        await to_key(tui, new.key_id)
        await tui.shows(f"It replaces key {old.key_id}.")


async def test_the_overlap_is_ended_by_one_key_and_a_yes(maria: Actor) -> None:
    """The question starts on Cancel, and says whether the key is still used."""
    old = confirmed(maria)
    rotation.rotate(maria, old.key_id, Overlap.WEEK)
    async with running("maria") as tui:
        await to_key(tui, old.key_id)
        await tui.press("E")
        confirm = await tui.on(Confirm)
        assert confirm.focused is confirm.query_one("#cancel")
        assert "Not used since it was replaced." in tui.flow
        assert tui.boxes_fit()
        await tui.press("tab", "enter")
        await tui.on(Profile)
        await tui.shows(f"Key {old.key_id} is deactivated: its overlap is over.")
    ended = next(key for key in api_keys.list_keys(maria) if key.key_id == old.key_id)
    assert (ended.state, ended.deactivation_reason) == (KeyState.DEACTIVATED, rotation.ROTATED)


@pytest.mark.parametrize("who", ["maria", "adam"])
async def test_late_uses_stand_in_the_details(
    clock: Clock, maria: Actor, adam: Actor, who: str
) -> None:
    """The owner and the administrator read how often, when and from where it was tried."""
    old = confirmed(maria)
    new, _ = rotation.rotate(maria, old.key_id, Overlap.NONE)
    change(old.key_id, late_uses=3, late_used_at=clock.now, late_used_from="10.0.4.17")
    clock.advance(hours=2)
    async with running(who) as tui:
        if who == "adam":
            await tui.press("2")
            await tui.calm()
            tui.listing.select("maria")
            await tui.pilot.pause()
            await tui.press("v")
            await tui.calm()
        await to_key(tui, old.key_id)
        await tui.shows("Tried 3 times after its rotation, last 2 h ago from 10.0.4.17: refused.")
        assert f"Key {new.key_id} replaces it." in tui.app.screen.details()
