"""Manage Users: who is there, who may be here, and what is done to people."""

import pytest

from keytui.domain.permissions import Role
from keytui.domain.records import Actor
from keytui.services import api_keys, sign_in, users
from keytui.tui.reveal.screen import Reveal
from keytui.tui.screens.action_menu import ActionMenu
from keytui.tui.screens.confirm import Confirm
from keytui.tui.screens.entrance import SignIn
from keytui.tui.screens.form import Form
from keytui.tui.screens.manage_users import ManageUsers
from keytui.tui.screens.profile import Profile
from keytui.tui.screens.user_keys import UserKeys
from tests.support import HERE, MakePerson, signed_in, text_of
from tests.tui.support import Tui, new_key, running


async def manage(tui: Tui) -> ManageUsers:
    """Go to Manage Users."""
    await tui.press("2")
    screen = await tui.on(ManageUsers)
    await tui.until(lambda: tui.listing.rows)
    await tui.pilot.pause()
    return screen


def role_of(adam: Actor, name: str) -> Role:
    """Return somebody's role."""
    return next(user.role for user in users.list_users(adam) if user.user_id == name)


class TestList:
    """The list of people."""

    async def test_shows_what_each_person_has(self, adam: Actor, maria: Actor) -> None:
        """Each person stands there with role, status, active keys, the oldest's age, last sign-in."""
        new_key(maria, "one")
        new_key(maria, "two")
        async with running("adam") as tui:
            await manage(tui)
            header = " ".join(tui.lines[3].split())
            assert header == "User ID↑ Role Status Active keys Oldest Last sign-in"
            await tui.press("down")
            row = " ".join(tui.cursor_line.split())
            assert row == "> maria user active 2 0 d just now"
            assert "Users: 1-2 of 2" in tui.text
            assert "2 active keys" in tui.text

    async def test_counts_one_key_in_the_singular(self, adam: Actor, maria: Actor) -> None:
        """One active key is not "1 active keys"."""
        new_key(maria)
        async with running("adam") as tui:
            await manage(tui)
            await tui.shows("1 active key Filter")

    async def test_is_refused_to_a_user(self, maria: Actor) -> None:
        """A user who presses 2 gets the sentence, and never the screen."""
        async with running("maria") as tui:
            await tui.press("2")
            await tui.shows("Only an administrator manages users.")
            assert isinstance(tui.app.screen, Profile)
            assert "Manage Users" not in tui.text


class TestDemotedMeanwhile:
    """A role is what it is now, not what it was at sign-in."""

    @pytest.mark.parametrize("keys", [("r",), ("1",), ("3",), ("v",), ("s", "r")])
    async def test_leads_back_to_the_door(
        self, adam: Actor, person: MakePerson, keys: tuple[str, ...]
    ) -> None:
        """An administrator demoted meanwhile is at the sign-in screen at the next action."""
        beth = person("beth", Role.ADMINISTRATOR)
        async with running("adam") as tui:
            await manage(tui)
            users.set_role(beth, "adam", Role.USER, active_keys=0)
            await tui.press(*keys)
            await tui.on(SignIn)
            await tui.shows("Your role, password or sign-in was changed: sign in again.")
            assert tui.app.signed_in is None

    async def test_leads_there_out_of_a_dialog_too(self, adam: Actor, person: MakePerson) -> None:
        """Nothing that was typed into a dialog before is done after."""
        beth = person("beth", Role.ADMINISTRATOR)
        async with running("adam") as tui:
            await manage(tui)
            await tui.press("n")
            await tui.on(Form)
            users.set_role(beth, "adam", Role.USER, active_keys=0)
            await tui.fill("nina")
            await tui.on(SignIn)
            assert len(tui.app.screen_stack) == 2
        assert [user.user_id for user in users.list_users(beth)] == ["adam", "beth"]


class TestUserKeys:
    """A user's keys, as an administrator sees them."""

    async def test_can_be_deactivated_by_an_administrator(self, adam: Actor, maria: Actor) -> None:
        """An administrator ends another's key, and finds the count changed on the way back."""
        key = new_key(maria)
        async with running("adam") as tui:
            await manage(tui)
            await tui.press("down", "v")
            await tui.on(UserKeys)
            await tui.shows("maria's API Keys: 1-1 of 1")
            assert key.masked in tui.cursor_line
            await tui.press("x")
            await tui.on(Form)
            await tui.fill("left the team")
            await tui.on(Confirm)
            await tui.press("tab", "enter")
            await tui.on(UserKeys)
            await tui.shows(f"Key {key.key_id} is deactivated.")
            await tui.press("escape")
            await tui.on(ManageUsers)
            await tui.shows("0 active keys")
            assert "maria" in tui.cursor_line
        ended = api_keys.list_keys(maria)[0]
        assert (ended.deactivated_by, ended.deactivation_reason) == ("adam", "left the team")

    async def test_lead_to_the_other_places_too(self, adam: Actor, maria: Actor) -> None:
        """From a user's keys every place is one key away, and nothing is left behind."""
        async with running("adam") as tui:
            await manage(tui)
            await tui.press("down", "v")
            await tui.on(UserKeys)
            await tui.shows("maria has no API keys.")
            await tui.press("1")
            await tui.on(Profile)
            assert len(tui.app.screen_stack) == 2


class TestNewUser:
    """New user: a User ID, a role, and a code that is shown once."""

    async def test_is_added_with_a_code_shown_once(self, adam: Actor) -> None:
        """The code on show lets the new person in; afterwards it is wiped."""
        async with running("adam") as tui:
            await manage(tui)
            await tui.press("n")
            await tui.on(Form)
            await tui.fill("Nina")
            reveal = await tui.on(Reveal)
            await tui.shows("One-time sign-in code for nina, good for 72 hours.")
            code = text_of(reveal.secret)
            assert code in tui.text
            await tui.press("tab", "enter")
            await tui.shows("to get another, reset the sign-in.")
            await tui.press("enter")
            await tui.on(ManageUsers)
            await tui.shows("nina is added and signs in with the code.")
            assert code not in tui.text
            assert reveal.secret.wiped
            assert "nina" in tui.text
        assert isinstance(sign_in.sign_in("nina", code, HERE), sign_in.PasswordNeeded)
        assert role_of(adam, "nina") is Role.USER

    async def test_can_be_an_administrator(self, adam: Actor) -> None:
        """The role is chosen in the dialog with an arrow."""
        async with running("adam") as tui:
            await manage(tui)
            await tui.press("n")
            await tui.on(Form)
            await tui.paste("nina")
            await tui.press("shift+tab", "right", "enter", "enter")
            await tui.on(Reveal)
        assert role_of(adam, "nina") is Role.ADMINISTRATOR

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ("adam", "The User ID adam is taken, and is never used again: choose another."),
            ("-nina", "A User ID has only letters a-z"),
            ("", "Enter a User ID."),
        ],
    )
    async def test_refuses_what_does_not_fit(self, adam: Actor, typed: str, sentence: str) -> None:
        """What is no User ID or taken is said in the dialog, which keeps what was typed."""
        async with running("adam") as tui:
            await manage(tui)
            await tui.press("n")
            form = await tui.on(Form)
            await tui.fill(typed)
            await tui.shows(sentence)
            assert tui.app.screen is form
            assert form.values["user_id"] == typed


async def test_reset_hands_over_a_new_code(adam: Actor, maria: Actor) -> None:
    """A reset starts on Cancel, ends the person's sign-in, and shows a code once."""
    async with running("adam") as tui:
        await manage(tui)
        await tui.press("down", "p")
        confirm = await tui.on(Confirm)
        assert confirm.focused is confirm.query_one("#cancel")
        await tui.press("tab", "enter")
        reveal = await tui.on(Reveal)
        code = text_of(reveal.secret)
        await tui.press("tab", "enter", "enter")
        await tui.on(ManageUsers)
        await tui.shows("The sign-in of maria is reset: they sign in with the code.")
    assert isinstance(sign_in.sign_in("maria", code, HERE), sign_in.PasswordNeeded)
    with pytest.raises(Exception, match="Wrong"):
        signed_in("maria")


async def test_a_menu_that_does_not_fit_says_how_much_is_below(adam: Actor, maria: Actor) -> None:
    """At 60x16; at its end nothing is below any more."""
    async with running("adam", size=(60, 16)) as tui:
        await manage(tui)
        await tui.press("a")
        menu = await tui.on(ActionMenu)
        await tui.calm()
        below = len(menu.items) - tui.listing.shown_rows[1]
        assert below > 0
        assert f"{below} more below." in tui.flow
        await tui.press("G")
        await tui.calm()
        assert "Offboard" in tui.cursor_line
        assert "more below" not in tui.flow
