"""Key details: a key's history, from the owner's Profile and from an administrator's lists."""

import pytest

from keytui.domain.errors import Refused
from keytui.domain.overlap import Overlap
from keytui.domain.records import Actor
from keytui.services import api_keys, rotation
from keytui.tui.screens.key_details import KeyDetails
from keytui.tui.screens.profile import Profile
from tests.tui.support import WIDE, new_key, running
from tests.tui.test_manage_users import manage


async def test_an_owner_reads_the_history_of_a_key(maria: Actor) -> None:
    """The newest step first, each said whole below; Esc goes back to Profile."""
    key = new_key(maria, "CI")
    api_keys.edit_label(maria, key.key_id, "laptop")
    async with running("maria", size=WIDE) as tui:
        await tui.press("i")
        await tui.on(KeyDetails)
        await tui.calm()
        await tui.shows(f"Key 1 {key.masked} of maria: not confirmed   Filter: (press /)   laptop")
        assert "label changed" in tui.cursor_line
        assert "from CI to laptop" in tui.message
        await tui.press("j")
        assert "created" in tui.cursor_line
        await tui.press("escape")
        await tui.on(Profile)


async def test_a_refusal_s_sentence_ends_with_one_full_stop(adam: Actor, maria: Actor) -> None:
    """It is a sentence already."""
    key = new_key(maria, "CI")
    with pytest.raises(Refused):
        rotation.rotate(adam, key.key_id, Overlap.WEEK)
    async with running("maria", size=WIDE) as tui:
        await tui.press("i")
        await tui.on(KeyDetails)
        await tui.calm()
        assert "rotate (refused)" in tui.message
        assert tui.message.endswith("separation of duties.")
        assert ".." not in tui.message


@pytest.mark.parametrize("way", [("down", "v", "i"), ("w", "i")])
async def test_an_administrator_reads_it_too(
    adam: Actor, maria: Actor, way: tuple[str, ...]
) -> None:
    """From a user's keys, and from all keys."""
    new_key(maria, "CI")
    async with running("adam") as tui:
        await manage(tui)
        for key in way:
            await tui.press(key)
            await tui.calm()
        await tui.on(KeyDetails)
        await tui.calm()
        assert "created" in tui.cursor_line
