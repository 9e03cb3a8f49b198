"""SSH keys: one's own from Profile, a user's from Manage Users."""

import pytest

from keytui.domain.records import Actor
from keytui.services import sign_in, ssh_keys
from keytui.tui.screens.confirm import Confirm
from keytui.tui.screens.entrance import SignIn
from keytui.tui.screens.form import Form
from keytui.tui.screens.manage_users import ManageUsers
from keytui.tui.screens.profile import Profile
from keytui.tui.screens.ssh_keys import OwnSshKeys, UserSshKeys
from tests.ssh_keys import ED25519, FINGERPRINTS, OTHER, RSA_2048, needs_ssh_keygen
from tests.support import HERE
from tests.tui.support import WIDE, Tui, running

pytestmark = needs_ssh_keygen

LABEL = "[@click=app.quit]x[/red]"


async def own(tui: Tui) -> OwnSshKeys:
    """Open one's SSH keys."""
    await tui.press("K")
    screen = await tui.on(OwnSshKeys)
    await tui.calm()
    return screen


async def a_users(tui: Tui) -> UserSshKeys:
    """Open maria's SSH keys on Manage Users."""
    await tui.press("2")
    await tui.on(ManageUsers)
    await tui.until(lambda: tui.listing.rows)
    tui.listing.select("maria")
    await tui.press("K")
    screen = await tui.on(UserSshKeys)
    await tui.calm()
    return screen


async def test_a_key_is_pasted_and_stands_in_the_list(maria: Actor) -> None:
    """Its comment is its label; the status line says its fingerprint; Esc goes back."""
    async with running("maria") as tui:
        await own(tui)
        assert "No SSH keys yet: press n to add one" in tui.flow
        await tui.press("n")
        await tui.on(Form)
        await tui.fill(f"{ED25519} maria@laptop", "")
        await tui.on(OwnSshKeys)
        await tui.shows(f"SSH key 1 lets you in: {FINGERPRINTS[ED25519]}.")
        assert " ".join(tui.cursor_line.split()) == ("> maria@laptop ED25519 active just now never")
        assert "maria's SSH keys: 1-1 of 1 1 active" in tui.flow
        await tui.press("escape")
        await tui.on(Profile)
    (key,) = ssh_keys.list_keys(maria)
    assert key.label == "maria@laptop"


async def test_a_typed_label_is_the_label(maria: Actor) -> None:
    """The second field goes before the comment."""
    async with running("maria") as tui:
        await own(tui)
        await tui.press("n")
        await tui.on(Form)
        await tui.fill(f"{ED25519} maria@laptop", "desk")
        await tui.on(OwnSshKeys)
    assert [key.label for key in ssh_keys.list_keys(maria)] == ["desk"]


@pytest.mark.parametrize(
    ("pasted", "sentence"),
    [
        ("-----BEGIN OPENSSH PRIVATE KEY-----", "This is a private key: keep it to yourself"),
        (RSA_2048, "An RSA key needs at least 3,072 bits; this has 2,048"),
        ("ssh-ed25519 AAAA", "ssh-keygen finds no key in this line"),
        ("", "Paste a public SSH key: the one line of a .pub file."),
    ],
    ids=["private", "weak", "no key", "nothing"],
)
async def test_what_is_no_key_is_said_in_the_form(maria: Actor, pasted: str, sentence: str) -> None:
    """The form stays open with the sentence, and nothing is added."""
    async with running("maria") as tui:
        await own(tui)
        await tui.press("n")
        form = await tui.on(Form)
        await tui.fill(pasted, "")
        await tui.shows(sentence)
        assert tui.app.screen is form
    assert ssh_keys.list_keys(maria) == []


async def test_a_private_key_does_not_even_get_into_the_field(maria: Actor) -> None:
    """It is told apart from other pastes of several lines."""
    async with running("maria") as tui:
        await own(tui)
        await tui.press("n")
        form = await tui.on(Form)
        await tui.paste("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz\n")
        await tui.shows("This is a private key: keep it to yourself, and paste the .pub")
        assert form.values["key"] == ""


async def test_a_label_is_edited(maria: Actor) -> None:
    """The form starts with the present label."""
    ssh_keys.add_key(maria, ED25519, "laptop")
    async with running("maria") as tui:
        await own(tui)
        await tui.press("l")
        await tui.on(Form)
        await tui.fill(" of work")
        await tui.on(OwnSshKeys)
        await tui.shows("SSH key 1 has another label.")
        assert "laptop of work" in tui.cursor_line


async def test_a_key_is_removed_after_two_questions(maria: Actor) -> None:
    """Why, then whether; it stays in the list as removed, and cannot be a second time."""
    ssh_keys.add_key(maria, ED25519, "laptop")
    async with running("maria") as tui:
        await own(tui)
        await tui.press("x")
        await tui.on(Form)
        await tui.fill("sold")
        confirm = await tui.on(Confirm)
        assert confirm.focused is confirm.query_one("#cancel")
        assert "your session ends" not in tui.flow
        await tui.press("tab", "enter")
        await tui.on(OwnSshKeys)
        await tui.shows("SSH key 1 is removed.")
        assert "removed" in tui.cursor_line
        for key in ("x", "l"):
            await tui.press(key)
            await tui.shows("This SSH key is removed already, for good.")


async def test_removing_the_key_one_came_with_ends_the_session(maria: Actor) -> None:
    """The question says so, and the next thing is the door."""
    ssh_keys.add_key(maria, ED25519, "laptop")
    came = sign_in.by_ssh_key("maria", FINGERPRINTS[ED25519], HERE)
    async with running(came) as tui:
        await own(tui)
        await tui.press("x")
        await tui.on(Form)
        await tui.fill("sold")
        await tui.on(Confirm)
        await tui.shows("You came with this key: your session ends.")
        await tui.press("tab", "enter")
        await tui.on(SignIn)
        await tui.shows("The SSH key you came with was removed: sign in again.")


async def test_an_administrator_removes_a_user_s_key(adam: Actor, maria: Actor) -> None:
    """From Manage Users: to see and to remove, not to add or label."""
    ssh_keys.add_key(maria, ED25519, "laptop")
    ssh_keys.add_key(maria, OTHER, "desk")
    async with running("adam", size=WIDE) as tui:
        await a_users(tui)
        assert "maria's SSH keys: 1-2 of 2 2 active" in tui.flow
        assert FINGERPRINTS[OTHER] in tui.cursor_line
        await tui.press("n", "l", "x")
        await tui.on(Form)
        await tui.fill("stolen")
        await tui.on(Confirm)
        await tui.press("tab", "enter")
        await tui.on(UserSshKeys)
        await tui.shows("SSH key 2 is removed.")
        await tui.press("escape")
        await tui.on(ManageUsers)
    assert [(key.label, key.removed_by) for key in ssh_keys.list_keys(maria)] == [
        ("laptop", None),
        ("desk", "adam"),
    ]


async def test_who_has_none_is_said(adam: Actor, maria: Actor) -> None:
    """An empty list of a user's has a sentence."""
    async with running("adam") as tui:
        await a_users(tui)
        await tui.shows("maria has no SSH keys.")


async def test_a_label_is_never_markup(maria: Actor) -> None:
    """What looks like markup is text, in the list and in the question."""
    ssh_keys.add_key(maria, ED25519, LABEL)
    async with running("maria") as tui:
        await own(tui)
        assert LABEL in tui.cursor_line
        await tui.press("x")
        await tui.on(Form)
        await tui.shows(f'"{LABEL}"')
