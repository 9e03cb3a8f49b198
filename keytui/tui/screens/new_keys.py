"""Creating a key from Profile, anew or in place of another: each ends with its text, shown once."""

from keytui.domain.errors import Conflict, KeytuiError, SignedOut
from keytui.domain.overlap import Overlap
from keytui.domain.records import ApiKey
from keytui.domain.secret import Secret
from keytui.domain.text import counted
from keytui.services import api_keys, policy, rotation
from keytui.tui.reveal.screen import Occasion, Reveal
from keytui.tui.screens import key_rows
from keytui.tui.screens.confirm import Confirm
from keytui.tui.screens.form import Entry, Form, Values
from keytui.tui.screens.place import Place
from keytui.tui.surroundings import NewKey


async def new_key(place: Place) -> None:
    """Ask a label and for how long, create the key, show it once."""
    rules = (await place.keytui.background.call(policy.current)).policy
    with place.keytui.late.lend() as secret:
        key = await place.app.push_screen_wait(
            Form[ApiKey](
                "New Key",
                f"What will use this key? It lasts {counted(rules.default_days, 'day')} unless you choose otherwise; "
                "a day is written YYYY-MM-DD.",
                [
                    Entry(
                        "days",
                        "Days it lasts",
                        str(rules.default_days),
                        options=[(one, one) for one in rules.choices],
                    ),
                    Entry("until", "or its last day"),
                    Entry("label", "Label"),
                ],
                lambda values: _create(
                    place, values["label"], values["until"].strip() or values["days"], secret
                ),
                ok="Create",
                start="label",
            )
        )
        if key is not None:
            await _reveal(place, key, secret)


async def as_asked(place: Place, asked: NewKey) -> None:
    """Create, or rotate, what a command asked for; show it once."""
    with place.keytui.late.lend() as secret:
        creating = (
            _rotate(place, asked.rotates, asked.overlap, secret)
            if asked.rotates
            else _create(place, asked.label, asked.lasts, secret)
        )
        await _reveal(place, await creating, secret)


async def create_anew(place: Place, old: ApiKey) -> None:
    """Ask whether; end a key whose text never arrived, and show another like it once."""
    created: list[ApiKey] = []
    with place.keytui.late.lend() as secret:

        async def create() -> None:
            key, _ = await place.keytui.background.call(
                api_keys.create_anew, place.actor, old.key_id, secret
            )
            created.append(key)

        if await place.app.push_screen_wait(
            Confirm(
                "Deactivate and create anew",
                f"Nobody confirmed to have the text of {key_rows.name(old)}. Deactivate it, "
                "and create a new key with the same label?",
                "Create anew",
                create,
            )
        ):
            await _reveal(place, created.pop(), secret)


async def rotate(place: Place, old: ApiKey) -> None:
    """Ask for how long, create the successor, show it once."""
    with place.keytui.late.lend() as secret:

        async def submit(values: Values) -> ApiKey:
            return await _rotate(place, old.key_id, Overlap(values["overlap"]), secret)

        key = await place.app.push_screen_wait(
            Form[ApiKey](
                "Rotate",
                f"A new key takes the place of {key_rows.name(old)}, with a text of its own. "
                "How long shall the old one go on working? Never past its own end.",
                [Entry("overlap", "Overlap", options=[(o, o) for o in Overlap])],
                submit,
                ok="Rotate",
            )
        )
        if key is not None:
            await _reveal(place, key, secret)


async def _create(place: Place, label: str, typed_end: str, secret: Secret) -> ApiKey:
    call = place.keytui.background.call
    end = await call(policy.end_of, typed_end)
    key, _ = await call(api_keys.create_key, place.actor, label, secret, expires_at=end)
    return key


async def _rotate(place: Place, key_id: int, overlap: Overlap, secret: Secret) -> ApiKey:
    key, _ = await place.keytui.background.call(
        rotation.rotate, place.actor, key_id, overlap, secret
    )
    return key


async def _reveal(place: Place, key: ApiKey, secret: Secret) -> None:
    instead = "" if key.replaces is None else f" It replaces key {key.replaces}."
    # Before anything that may fail: nobody could see the key a second time.
    taken = await place.app.push_screen_wait(
        Reveal(
            secret,
            Occasion(
                title="New Key",
                what=f'Key {key.key_id} "{key.label}".{instead}',
                otherwise="deactivate this key and create it anew",
                file=f"key-{key.key_id}",
                masked=key.masked,
                checkable=True,
            ),
        )
    )
    said = (
        await _confirm(place, key)
        if taken
        else f"Key {key.key_id} is not confirmed. If you do not have its text, press d to "
        "deactivate it and create it anew."
    )
    try:
        await place.done(said, around=key.key_id)
    except SignedOut:
        raise
    except KeytuiError as error:
        place.complain(f"{said} The list could not be read: {error}")


async def _confirm(place: Place, key: ApiKey) -> str:
    try:
        await place.keytui.background.call(api_keys.confirm_key, place.actor, key.key_id)
    except SignedOut:
        raise
    except Conflict:
        return f"Key {key.key_id} is inactive: it was deactivated while its text was on show."
    except KeytuiError as error:
        return f"Key {key.key_id} works, but stays marked as not confirmed: {error}"
    return f"Key {key.key_id} is {key.masked} from now on: nobody can see it again."
