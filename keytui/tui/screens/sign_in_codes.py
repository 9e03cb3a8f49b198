"""Adding a person and resetting a sign-in: both end with a one-time code, shown once."""

from dataclasses import dataclass

from keytui.domain import clock, sign_in_code
from keytui.domain.permissions import Role
from keytui.domain.secret import Secret
from keytui.services import users
from keytui.tui.reveal.screen import Occasion, Reveal
from keytui.tui.screens.confirm import Confirm
from keytui.tui.screens.form import Entry, Form, Values
from keytui.tui.screens.place import Place

_SIGNS_IN = " and signs in with the code."
_THEY_SIGN_IN = ": they sign in with the code."
_MASKED = "; nobody has the code: press p to reset the sign-in and get another."


@dataclass(frozen=True, slots=True)
class HandedOver:
    """Whose code was shown, and what to say of it."""

    user_id: str
    sentence: str


async def new_user(place: Place) -> HandedOver | None:
    """Ask User ID and role, add the person, show the code; ``None`` where nobody was added."""
    with place.keytui.late.lend() as code:

        async def submit(values: Values) -> str:
            await place.keytui.background.call(
                users.add_user, place.actor, values["user_id"], Role(values["role"]), code
            )
            return values["user_id"].lower()

        name = await place.app.push_screen_wait(
            Form[str](
                "New user",
                "They choose their own password with a one-time sign-in code.",
                [
                    Entry(
                        "role",
                        "Role",
                        options=[(role.value, role.value) for role in Role],
                    ),
                    Entry("user_id", "User ID"),
                ],
                submit,
                ok="Add",
                start="user_id",
            )
        )
        if name is None:
            return None
        taken = await _hand_over(place, "New user", name, code)
        return HandedOver(name, f"{name} is added{_SIGNS_IN if taken else _MASKED}")


async def reset_sign_in(place: Place, name: str) -> HandedOver | None:
    """Ask whether, reset the sign-in of ``name``, show the code; ``None`` where it was not done."""
    with place.keytui.late.lend() as code:

        async def reset() -> None:
            await place.keytui.background.call(users.reset_sign_in, place.actor, name, code)

        if not await place.app.push_screen_wait(
            Confirm(
                "Reset sign-in",
                f"Reset the sign-in of {name}? Their password and sign-ins end, and they "
                "choose a new password with a one-time code. They will see that you did it.",
                "Reset",
                reset,
            )
        ):
            return None
        taken = await _hand_over(place, "Reset sign-in", name, code)
        return HandedOver(
            name, f"The sign-in of {name} is reset{_THEY_SIGN_IN if taken else _MASKED}"
        )


async def _hand_over(place: Place, title: str, name: str, code: Secret) -> bool:
    hours = sign_in_code.LIFETIME // clock.HOUR
    taken = await place.app.push_screen_wait(
        Reveal(
            code,
            Occasion(
                title=title,
                what=f"One-time sign-in code for {name}, good for {hours} hours.",
                otherwise="reset the sign-in",
                file=f"sign-in-code-{name}",
            ),
        )
    )
    return bool(taken)
