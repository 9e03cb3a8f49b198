"""Changing a role and ending a person's access: said before, done after, never the last one."""

import pytest

from keytui.domain.permissions import Role
from keytui.domain.records import Actor
from keytui.services import api_keys, users
from keytui.tui.screens.confirm import Confirm
from keytui.tui.screens.form import Form
from keytui.tui.screens.manage_users import ManageUsers
from tests.support import MakePerson
from tests.tui.support import new_key, running
from tests.tui.test_manage_users import manage, role_of


async def test_a_promotion_says_how_many_keys_end(adam: Actor, maria: Actor) -> None:
    """Before a promotion the dialog counts the keys that end with it; after it they have."""
    new_key(maria, "one")
    new_key(maria, "two")
    async with running("adam") as tui:
        await manage(tui)
        await tui.press("down", "t")
        await tui.on(Confirm)
        await tui.shows(
            "Make maria an administrator? Administrators hold no keys: 2 active keys are"
        )
        await tui.press("tab", "enter")
        await tui.on(ManageUsers)
        await tui.shows("maria is now an administrator.")
    assert role_of(adam, "maria") is Role.ADMINISTRATOR
    assert {key.state.value for key in api_keys.list_keys(adam, "maria")} == {"deactivated"}


async def test_a_promotion_of_somebody_without_keys_says_so(adam: Actor, maria: Actor) -> None:
    """Where no key ends, none is threatened."""
    async with running("adam") as tui:
        await manage(tui)
        await tui.press("down", "t")
        await tui.on(Confirm)
        await tui.shows("maria has no active ones.")


async def test_a_key_created_meanwhile_stops_the_promotion(adam: Actor, maria: Actor) -> None:
    """If the count is wrong by the time of the answer, nothing is changed and that is said."""
    async with running("adam") as tui:
        await manage(tui)
        await tui.press("down", "t")
        await tui.on(Confirm)
        new_key(maria)
        await tui.press("tab", "enter")
        await tui.shows("maria now holds 1 active key")
        assert isinstance(tui.app.screen, Confirm)
    assert role_of(adam, "maria") is Role.USER


async def test_a_demotion_is_a_question_too(adam: Actor, person: MakePerson) -> None:
    """An administrator becomes a user after one question that starts on Cancel."""
    person("beth", Role.ADMINISTRATOR)
    async with running("adam") as tui:
        await manage(tui)
        await tui.press("down", "t")
        confirm = await tui.on(Confirm)
        assert confirm.focused is confirm.query_one("#cancel")
        await tui.shows("Make beth a user?")
        await tui.press("enter")
        await tui.on(ManageUsers)
        assert role_of(adam, "beth") is Role.ADMINISTRATOR
        await tui.press("t")
        await tui.on(Confirm)
        await tui.press("tab", "enter")
        await tui.on(ManageUsers)
        await tui.shows("beth is now a user.")
    assert role_of(adam, "beth") is Role.USER


async def test_the_last_administrator_is_not_demoted(adam: Actor) -> None:
    """The refusal stands in the dialog, which stays open."""
    async with running("adam") as tui:
        await manage(tui)
        await tui.press("t")
        await tui.on(Confirm)
        await tui.press("tab", "enter")
        await tui.shows("The last active administrator cannot be demoted: add another first.")
        assert isinstance(tui.app.screen, Confirm)
    assert role_of(adam, "adam") is Role.ADMINISTRATOR


async def test_a_user_is_deactivated_for_good(adam: Actor, maria: Actor) -> None:
    """The question names the keys that stop; afterwards nothing more can be done to the person."""
    new_key(maria)
    async with running("adam") as tui:
        await manage(tui)
        await tui.press("down", "x")
        await tui.on(Form)
        await tui.fill("left the team")
        await tui.on(Confirm)
        await tui.shows("Their sign-ins and their 1 active key stop working at once.")
        await tui.press("tab", "enter")
        await tui.on(ManageUsers)
        await tui.shows("maria is deactivated.")
        assert "inactive" in tui.cursor_line
        for letter in "txp":
            await tui.press(letter)
            assert tui.message == "maria is inactive already, for good."
            await tui.press("r")


@pytest.mark.parametrize(
    ("letter", "sentence"),
    [
        ("x", "You cannot deactivate yourself: ask another administrator."),
        ("p", "You cannot reset your own sign-in: use Change password on Profile."),
    ],
)
async def test_nobody_ends_their_own_access(adam: Actor, letter: str, sentence: str) -> None:
    """An administrator cannot shut themselves out, and sees why before any dialog."""
    async with running("adam") as tui:
        await manage(tui)
        await tui.press(letter)
        await tui.shows(sentence)
        assert isinstance(tui.app.screen, ManageUsers)
    assert users.list_users(adam)[0].status == "active"
