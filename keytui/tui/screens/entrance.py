"""Before anybody is signed in: first administrator, sign in, choose a password, locked."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from keytui.domain.errors import BadInput, Conflict, KeytuiError, SignInFailed
from keytui.domain.passwords import MIN_LENGTH
from keytui.tui.screens.dialog import T
from keytui.tui.screens.form import Entry, Form, Values
from keytui.tui.widgets.button import Button
from keytui.tui.widgets.field import Field

if TYPE_CHECKING:
    from keytui.domain.records import Actor
    from keytui.services.sign_in import SignedIn

# The services are loaded after the first paint, which shows one of these screens.

_TWICE = (
    Entry("password", "Password", password=True),
    Entry("again", "Password, again", password=True),
)


class Entrance(Form[T]):
    """A form that cannot be cancelled: Esc clears the field, Ctrl+Q quits."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear_field", "Clear", show=False, id="clear"),
    ]
    quit_label = "Quit"

    def buttons(self) -> ComposeResult:
        """Offer to go on or to quit."""
        yield Button(self.ok, id="ok")
        yield Button(self.quit_label, id="cancel")

    def action_clear_field(self) -> None:
        """Empty the field one is in."""
        if isinstance(self.focused, Field):
            self.focused.value = ""

    def action_cancel(self) -> None:
        """Quit."""
        if not self.busy:
            self.app.exit()


class FirstAdministrator(Entrance[bool]):
    """First start: create the administrator whom nobody had to add."""

    def __init__(self, words: str = "") -> None:
        """Ask User ID and password; ``words`` say what must be known before."""
        super().__init__(
            "Create the first administrator",
            "There is no administrator yet. The first one adds everybody else and "
            f"cannot create API keys. The password has at least {MIN_LENGTH} characters.",
            [Entry("user_id", "User ID"), *_TWICE],
            self._create,
            ok="Create",
            working="Creating...",
        )
        self.words = words

    def on_mount(self) -> None:
        """Say what must be known before."""
        if self.words:
            self.complain(self.words)

    async def _create(self, values: Values) -> bool:
        from keytui.services import users

        _same(values)
        await self.keytui.background.call(
            users.create_first_administrator,
            values["user_id"],
            values["password"],
            self.keytui.origin,
        )
        return True

    def failed(self, error: KeytuiError) -> None:
        """Go on to signing in, where somebody else was first."""
        if isinstance(error, Conflict):
            self.keytui.ask_sign_in(str(error))


@dataclass(frozen=True, slots=True)
class CodeAccepted:
    """A one-time code was right; it goes on to choosing a password.

    Attributes:
        user_id: whose.
        code: it, to be used up with the password.
    """

    user_id: str
    code: str = field(repr=False)


class SignIn(Entrance["SignedIn | CodeAccepted"]):
    """Who is there?"""

    def __init__(self, words: str = "") -> None:
        """Ask User ID and password; ``words`` say what happened before."""
        super().__init__(
            "Sign in",
            "",
            [
                Entry("user_id", "User ID"),
                Entry("password", "Password or code", password=True),
            ],
            self._sign_in,
            ok="Sign in",
            working="Checking...",
        )
        self.words = words

    def on_mount(self) -> None:
        """Say what happened before."""
        self.say(self.words or "Enter goes on. Esc clears the field. Ctrl+Q quits.")

    async def _sign_in(self, values: Values) -> "SignedIn | CodeAccepted":
        from keytui.services import sign_in

        if not values["user_id"]:
            raise BadInput("Enter your User ID and password.")
        answer = await self.keytui.background.call(
            sign_in.sign_in, values["user_id"], values["password"], self.keytui.origin
        )
        if isinstance(answer, sign_in.PasswordNeeded):
            return CodeAccepted(answer.user_id, values["password"])
        return answer

    def failed(self, error: KeytuiError) -> None:  # noqa: ARG002 - whatever it was
        """Type the password again; the User ID stays."""
        self.clear("password")


class ChoosePassword(Entrance["SignedIn"]):
    """The one-time code is right: choose a password with it."""

    def __init__(self, accepted: CodeAccepted) -> None:
        """Ask the new password twice."""
        self._accepted = accepted
        super().__init__(
            "Choose your password",
            f"Welcome, {accepted.user_id}. Choose a password of at least {MIN_LENGTH} characters. "
            "Nobody else knows it; the sign-in code is used up by this.",
            _TWICE,
            self._choose,
            ok="Choose",
            working="Checking...",
        )

    async def _choose(self, values: Values) -> "SignedIn":
        from keytui.services import sign_in

        _same(values)
        return await self.keytui.background.call(
            sign_in.choose_password,
            self._accepted.user_id,
            self._accepted.code,
            values["password"],
            self.keytui.origin,
        )

    def failed(self, error: KeytuiError) -> None:
        """Go back to signing in, when the code is no longer good."""
        if isinstance(error, SignInFailed):
            self.keytui.ask_sign_in("The sign-in code is used up: sign in, or ask for another.")


class Locked(Entrance[bool]):
    """The screen is covered until the password is typed."""

    quit_label = "Sign out"

    def __init__(self, actor: "Actor", why: str) -> None:
        """Ask the password of who was there; ``why`` says what locked the screen."""
        self._actor = actor
        super().__init__(
            "Locked",
            " ".join(filter(None, (why, f"Everything is as you left it, {actor.user_id};")))
            + " a key that was on show is masked.",
            [Entry("password", "Password", password=True)],
            self._unlock,
            ok="Unlock",
            working="Checking...",
        )

    async def _unlock(self, values: Values) -> bool:
        from keytui.services import sign_in

        await self.keytui.background.call(sign_in.unlock, self._actor, values["password"])
        return True

    def failed(self, error: KeytuiError) -> None:  # noqa: ARG002 - whatever it was
        """Type the password again."""
        self.clear("password")

    def action_cancel(self) -> None:
        """Sign out."""
        if not self.busy:
            self.keytui.action_sign_out()


def _same(values: Values) -> None:
    if values["password"] != values["again"]:
        raise BadInput("The two passwords differ: type them again.")
