"""Profile: deactivate, edit a label, change one's password."""

from keytui.domain.records import Actor
from keytui.services import api_keys
from keytui.tui.screens.audit import Audit
from keytui.tui.screens.confirm import Confirm
from keytui.tui.screens.form import Form
from keytui.tui.screens.profile import Profile
from tests.support import PASSWORD, WRONG_PASSWORD, signed_in
from tests.tui.support import new_key, running

NEW_PASSWORD = "plum kites wander"


def states(owner: Actor) -> list[str]:
    """Return the state of each of a person's keys."""
    return [key.state.value for key in api_keys.list_keys(owner)]


class TestDeactivate:
    """Deactivate Key: a reason, a question that starts on Cancel, and no way back."""

    async def test_asks_a_reason_first(self, maria: Actor) -> None:
        """Without a reason the dialog stays open with the sentence."""
        new_key(maria)
        async with running("maria") as tui:
            await tui.press("x")
            form = await tui.on(Form)
            await tui.press("enter")
            await tui.shows("Enter a reason.")
            assert tui.app.screen is form
        assert states(maria) == ["active"]

    async def test_starts_on_cancel(self, maria: Actor) -> None:
        """Enter on the question as it comes does nothing at all."""
        new_key(maria)
        async with running("maria") as tui:
            await tui.press("x")
            await tui.on(Form)
            await tui.fill("laptop was stolen")
            confirm = await tui.on(Confirm)
            assert confirm.focused is confirm.query_one("#cancel")
            assert "Whatever uses it stops working at once." in tui.flow
            await tui.press("enter")
            await tui.on(Profile)
        assert states(maria) == ["active"]

    async def test_ends_the_key_for_good(self, maria: Actor) -> None:
        """After the second button the key is deactivated, and cannot be a second time."""
        key = new_key(maria)
        async with running("maria") as tui:
            await tui.press("x")
            await tui.on(Form)
            await tui.fill("laptop was stolen")
            await tui.on(Confirm)
            await tui.press("tab", "enter")
            await tui.on(Profile)
            await tui.shows(f"Key {key.key_id} is deactivated.")
            assert "deactivated" in tui.cursor_line
            await tui.press("x")
            await tui.shows("This key is inactive already, for good.")
            await tui.press("r")
            await tui.press("down")
            assert tui.app.screen.details().endswith("by maria: laptop was stolen")
        assert states(maria) == ["deactivated"]

    async def test_of_a_key_ended_meanwhile_says_so(self, maria: Actor, adam: Actor) -> None:
        """Whoever comes second is told in the dialog that nothing was changed."""
        key = new_key(maria)
        async with running("maria") as tui:
            await tui.press("x")
            await tui.on(Form)
            await tui.fill("my reason")
            await tui.on(Confirm)
            api_keys.deactivate_key(adam, key.key_id, "adam was first")
            await tui.press("tab", "enter")
            await tui.shows(f"Key {key.key_id} is inactive already: nothing was changed.")
        assert api_keys.list_keys(maria)[0].deactivated_by == "adam"

    async def test_needs_a_key(self, maria: Actor) -> None:
        """On an empty list the letters of a row's actions say that nothing is selected."""
        async with running("maria") as tui:
            for letter in "xl":
                await tui.press(letter)
                assert tui.message == "Nothing is selected."
                await tui.press("down")


class TestLabel:
    """Edit label: only of one's own keys."""

    async def test_is_edited_where_it_stands(self, maria: Actor) -> None:
        """The dialog starts with the old label, and the list shows the new one."""
        key = new_key(maria, "laptop")
        async with running("maria") as tui:
            await tui.press("l")
            form = await tui.on(Form)
            assert form.values == {"label": "laptop"}
            await tui.fill(" (old)")
            await tui.on(Profile)
            await tui.shows(f"Key {key.key_id} has another label.")
            assert "laptop (old)" in tui.cursor_line

    async def test_cannot_be_emptied(self, maria: Actor) -> None:
        """An empty label is refused in the dialog."""
        new_key(maria, "laptop")
        async with running("maria") as tui:
            await tui.press("l")
            await tui.on(Form)
            await tui.press(*["backspace"] * len("laptop"), "enter")
            await tui.shows("Enter a label.")
        assert api_keys.list_keys(maria)[0].label == "laptop"


class TestPassword:
    """Change password: the old one once, the new one twice."""

    async def test_needs_the_old_one(self, maria: Actor) -> None:
        """A wrong old password changes nothing and keeps the dialog open."""
        async with running("maria") as tui:
            await tui.press("p")
            form = await tui.on(Form)
            await tui.fill(WRONG_PASSWORD, NEW_PASSWORD, NEW_PASSWORD)
            await tui.shows("Wrong password.")
            assert tui.app.screen is form
        signed_in("maria", PASSWORD)

    async def test_needs_the_new_one_twice(self, maria: Actor) -> None:
        """Two new passwords that differ are not even looked at."""
        async with running("maria") as tui:
            await tui.press("p")
            await tui.on(Form)
            await tui.fill(PASSWORD, NEW_PASSWORD, WRONG_PASSWORD)
            await tui.shows("The two new passwords differ: type them again.")
        signed_in("maria", PASSWORD)

    async def test_keeps_one_signed_in(self, maria: Actor) -> None:
        """After the change one goes on as before, everywhere, and the new password counts."""
        async with running("maria") as tui:
            await tui.press("p")
            await tui.on(Form)
            await tui.fill(PASSWORD, NEW_PASSWORD, NEW_PASSWORD)
            await tui.on(Profile)
            await tui.shows("Your password is changed.")
            await tui.press("n")
            await tui.on(Form)
            await tui.press("escape", "3")
            await tui.on(Audit)
            await tui.shows("user:change_password")
            await tui.press("1")
            await tui.on(Profile)
            await tui.shows("No API keys yet")
        signed_in("maria", NEW_PASSWORD)
