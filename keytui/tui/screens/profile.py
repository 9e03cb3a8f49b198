"""Profile: who I am, and my API keys."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from keytui.domain import clock
from keytui.domain.errors import BadInput
from keytui.domain.permissions import Permission, Role
from keytui.domain.records import Actor
from keytui.domain.states import Status
from keytui.services import api_keys, rotation, sign_in
from keytui.tui.menu import MenuAction, bindings
from keytui.tui.screens import key_rows, new_keys
from keytui.tui.screens.confirm import Confirm
from keytui.tui.screens.form import Entry, Form, Values
from keytui.tui.screens.key_details import OwnKeyDetails
from keytui.tui.screens.keys_place import KeysPlace
from keytui.tui.screens.ssh_keys import OwnSshKeys
from keytui.tui.surroundings import NewKey
from keytui.tui.widgets.plain import plain


class Profile(KeysPlace):
    """The first screen of everybody."""

    PLACE = "Profile"
    ACTIONS = (
        MenuAction("new_key", "n", "New Key...", Permission.CREATE_KEY, own=True),
        MenuAction("rotate", "o", "Rotate...", Permission.ROTATE_KEY, own=True, on_row=True),
        MenuAction(
            "end_overlap", "E", "End overlap now...", Permission.ROTATE_KEY, own=True, on_row=True
        ),
        MenuAction(
            "deactivate_key",
            "x",
            "Deactivate Key...",
            Permission.DEACTIVATE_KEY,
            own=True,
            on_row=True,
        ),
        MenuAction(
            "create_anew",
            "d",
            "Deactivate, create anew",
            Permission.CREATE_KEY,
            own=True,
            on_row=True,
        ),
        MenuAction(
            "edit_label",
            "l",
            "Edit label...",
            Permission.EDIT_LABEL,
            own=True,
            on_row=True,
        ),
        MenuAction("key_details", "i", "Key details", Permission.VIEW_KEYS, own=True, on_row=True),
        MenuAction("ssh_keys", "K", "SSH keys", Permission.VIEW_SSH_KEYS, own=True),
        MenuAction("change_password", "p", "Change password..."),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTIONS)
    DETAILS = OwnKeyDetails

    def __init__(self, signed_in: sign_in.SignedIn, new_key: NewKey | None = None) -> None:
        """Show the person who signed in, and have a key created at once where one was asked for."""
        super().__init__(signed_in.actor, signed_in.actor.user_id)
        self._signed_in = signed_in
        self._new_key = new_key

    @property
    def empty(self) -> str:
        """What an empty list says to each role."""
        if self.actor.role == Role.ADMINISTRATOR:
            return "Administrators hold no API keys: separation of duties."
        return "No API keys yet: press n for New Key."

    @property
    def keys_shown(self) -> tuple[tuple[str, str], ...]:
        """Name only what the person may do."""
        if self.actor.role == Role.ADMINISTRATOR:
            return (("2", "Manage Users"), ("3", "Audit"), ("p", "Password"))
        return (("n", "New Key"), ("o", "Rotate"), ("x", "Deactivate"), ("3", "Audit"))

    def top(self) -> ComposeResult:
        """Say who one is and when one was here last."""
        previous = self._signed_in
        last = "this is your first sign-in"
        if previous.previous_at is not None:
            last = (
                f"last sign-in {clock.ago(previous.previous_at, clock.now())} "
                f"from {previous.previous_from}, {clock.exact(previous.previous_at)}"
            )
        yield Static(plain(f"{self.actor.user_id}: {last}"), id="who")

    def on_mount(self) -> None:
        """Say first what the person must know."""
        if self._signed_in.notices:
            self.complain(" ".join(self._signed_in.notices))
        if self._new_key is not None:
            self.action_pick("new_key")

    async def do_new_key(self) -> None:
        """Create a key and show it once: the one that was asked for at the start, or ask."""
        asked, self._new_key = self._new_key, None
        await (new_keys.new_key(self) if asked is None else new_keys.as_asked(self, asked))

    async def do_create_anew(self) -> None:
        """Ask whether; end a key whose text never arrived, and show another like it once."""
        await new_keys.create_anew(self, self.selected)

    async def do_rotate(self) -> None:
        """Ask for how long, create the successor, show it once."""
        await new_keys.rotate(self, self.selected)

    async def do_end_overlap(self) -> None:
        """Ask whether; end the old key now."""
        key = self.selected
        if await self.app.push_screen_wait(
            Confirm(
                "End overlap now",
                f"{key_rows.details(key)} End it now? Whatever still uses it stops working at "
                "once. A key is never activated again.",
                "End it",
                lambda: self.keytui.background.call(rotation.end_overlap, self.actor, key.key_id),
            )
        ):
            await self.done(f"Key {key.key_id} is deactivated: its overlap is over.")

    def why_not(self, action: MenuAction) -> str | None:
        """Add which keys can be rotated, labelled or created anew, and which cannot any more."""
        why_not = super().why_not(action)
        if why_not or not action.on_row:
            return why_not
        key = self.selected
        of_rotation = {"rotate": rotation.no_rotation, "end_overlap": rotation.no_overlap}
        if action.name in of_rotation:
            return of_rotation[action.name](key)
        if action.name == "edit_label" and key.deactivated_at is not None:
            return "This key is inactive: its label stays as evidence."
        if action.name == "create_anew" and key.status is Status.INACTIVE:
            return "This key is inactive already: press n for a new one."
        if action.name == "create_anew" and key.confirmed:
            return "This key is confirmed: its text arrived."
        return None

    async def do_edit_label(self) -> None:
        """Ask another label."""
        key = self.selected

        async def submit(values: Values) -> str:
            await self.keytui.background.call(
                api_keys.edit_label, self.actor, key.key_id, values["label"]
            )
            return values["label"]

        if await self.app.push_screen_wait(
            Form(
                "Edit label",
                f"Another label for key {key.key_id} {key.masked}:",
                [Entry("label", "Label", key.label)],
                submit,
                ok="Save",
            )
        ):
            await self.done(f"Key {key.key_id} has another label.")

    async def do_ssh_keys(self) -> None:
        """Open one's SSH keys."""
        await self.app.push_screen_wait(OwnSshKeys(self.actor, self.actor.user_id))

    async def do_change_password(self) -> None:
        """Ask the old password once and the new one twice."""

        async def submit(values: Values) -> Actor:
            if values["new"] != values["again"]:
                raise BadInput("The two new passwords differ: type them again.")
            return await self.keytui.background.call(
                sign_in.change_password, self.actor, values["old"], values["new"]
            )

        actor = await self.app.push_screen_wait(
            Form[Actor](
                "Change password",
                "At least 12 characters. Your other sign-ins end.",
                [
                    Entry("old", "Password now", password=True),
                    Entry("new", "New password", password=True),
                    Entry("again", "New, again", password=True),
                ],
                submit,
                ok="Change",
                working="Checking...",
            )
        )
        if actor is not None:
            self.actor = actor
            self.keytui.renew(actor)
            self.say("Your password is changed.")
