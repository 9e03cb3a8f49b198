"""Text that acts: whatever somebody wrote into the database, every screen shows plain text.

The services refuse such text; here it is written straight into the rows, as a
bug, another client or an older program might.
"""

from dataclasses import replace

import pytest
from rich.cells import cell_len
from textual.screen import Screen

from keytui.domain.records import Actor
from keytui.storage import models
from keytui.tui.reveal.screen import Reveal
from keytui.tui.screens.audit import Audit
from keytui.tui.screens.confirm import Confirm
from keytui.tui.screens.entrance import Locked, SignIn
from keytui.tui.screens.place import Place
from keytui.tui.screens.profile import Profile
from keytui.tui.screens.user_keys import UserKeys
from tests.corpus import ACTING
from tests.support import MakePerson, without_guards
from tests.tui.everywhere import ADMINISTRATOR_WAYS, USER_WAYS, Way, go
from tests.tui.support import SMALL, WIDE, Tui, acting, enter, new_key, running

WALKED = {
    "markup, wide": "".join(
        ACTING[name] for name in ("closing markup", "emoji", "wide", "accents", "click", "braces")
    ),
    "acting, very long": "".join(
        text for text in ACTING.values() if len(text) < 100 and acting(text)
    )
    + ACTING["very long"],
}
"""What is carried through every screen and dialog; the lists are shown each payload by itself."""

PLAIN = {
    "closing markup": "[/foo]",
    "markup": "[bold red]x[/bold red]",
    "click": "[@click=app.quit]x[/]",
    "open bracket": "[",
    "row: escape sequence": "a[31mred",
    "row: right-to-left override": "abcgnp.exe",
    "zero width": "abcdef",
    "wide": "漢字かな交じり文",
}
"""What is left to be read of some of them."""


@pytest.fixture
def hostile(request: pytest.FixtureRequest, person: MakePerson, adam: Actor) -> str:
    """Write the payload into every text of people's rows, and return it.

    The User ID of mallory becomes it. Everything of maria's does but her User ID:
    her own keys are found by that.
    """
    text: str = request.param.lower()  # as the database wants a User ID
    mallory, maria = person("mallory"), person("maria")
    ended, kept = new_key(maria, "one"), new_key(maria, "two")
    run = models.database.execute_sql
    with without_guards(models.database.connection()):
        run('UPDATE "user" SET user_id = ? WHERE id = ?', (text, mallory.row_id))
    run('UPDATE "user" SET last_sign_in_from = ?, reset_at = 1, reset_by = ?', (text, text))
    run(
        "UPDATE api_key SET label = ?, last_used_at = 1, last_used_from = ? WHERE id = ?",
        (text, text, kept.key_id),
    )
    run(
        "UPDATE api_key SET label = ?, deactivated_at = 1, deactivated_by = ?, "
        "deactivation_reason = ? WHERE id = ?",
        (text, text, text, ended.key_id),
    )
    for number in range(2):
        run(
            "INSERT INTO ssh_key (owner_id, type, body, fingerprint, label, added_at, removed_at, "
            "removed_by) VALUES (?, ?, ?, ?, ?, 1, ?, ?)",
            (maria.row_id, text, f"{number}", text, text, *((1, text) if number else (None, None))),
        )
    (last, before) = run("SELECT id, hash FROM audit_event ORDER BY id DESC LIMIT 1").fetchone()
    run(
        "INSERT INTO audit_event (id, at, actor_row_id, actor, action, outcome, target, about_id, "
        "detail, origin, previous_hash, hash) "
        "VALUES (? + 1, 1, ?, ?, 'user:create', 'done', ?, ?, ?, ?, ?, ?)",
        (last, mallory.row_id, text, text, maria.row_id, text, text, before, b"x" * 32),
    )
    return text


def check(tui: Tui) -> None:
    """Check that no line of the screen acts, and that each is as wide as the screen."""
    assert tui.app.is_running
    for strip in tui.strips:
        for segment in strip:
            assert not acting(segment.text), repr(segment.text)
        assert cell_len(strip.text) == tui.app.screen.size.width, repr(strip.text)


async def start_over(tui: Tui) -> None:
    """Go back to Profile from wherever one is, but for a door."""
    while not isinstance(tui.app.screen, Place):
        await tui.press("escape")
    await tui.press("1")
    await tui.on(Profile)


@pytest.mark.parametrize("hostile", WALKED.values(), ids=WALKED, indirect=True)
async def test_every_screen_of_an_administrator_is_plain(hostile: str) -> None:
    """Manage Users, a user's keys, Audit, menus, questions and forms show it as text."""
    async with running("adam") as tui:
        for way in ADMINISTRATOR_WAYS:
            if way.kind is Reveal:
                continue
            await go(tui, way, about="maria" if {"v", "K", "O"} & {*way.keys} else hostile)
            check(tui)
            await start_over(tui)


@pytest.mark.parametrize("hostile", WALKED.values(), ids=WALKED, indirect=True)
async def test_every_screen_of_the_person_is_plain(hostile: str) -> None:
    """Profile, its dialogs, the palette and the lock show it as text, notices too."""
    entered = replace(enter("maria"), previous_from=hostile, notices=(hostile,))
    async with running(entered) as tui:
        for way in USER_WAYS:
            if way.kind in (Reveal, Locked, SignIn):
                continue
            await go(tui, way)
            check(tui)
            await start_over(tui)
        tui.app.action_lock()
        await tui.on(Locked)
        check(tui)


@pytest.mark.parametrize("hostile", ACTING.values(), ids=ACTING, indirect=True)
async def test_every_list_is_plain(hostile: str) -> None:
    """Each kind of hostile text, alone, is text in every list, its status line and its menu."""
    async with running("adam", size=SMALL) as tui:
        for keys in (("2",), ("2", "a"), ("2", "v"), ("2", "K"), ("3",)):
            await go(tui, Way(keys, Screen), about="maria" if {"v", "K"} & {*keys} else hostile)
            check(tui)
            await tui.press("down")
            check(tui)
            await start_over(tui)


@pytest.mark.parametrize(
    ("hostile", "plain"),
    [(ACTING[name], plain) for name, plain in PLAIN.items()],
    ids=PLAIN,
    indirect=["hostile"],
)
async def test_what_is_left_can_be_read(hostile: str, plain: str) -> None:
    """What does not act is shown character for character."""
    async with running("adam", size=WIDE) as tui:
        await tui.press("2")
        await tui.calm()
        tui.listing.select(hostile)
        await tui.pilot.pause()
        assert f" {plain}" in tui.cursor_line
        assert f"{plain} was added" in tui.flow
        tui.listing.select("maria")
        await tui.press("v")
        await tui.on(UserKeys)
        await tui.calm()
        assert f" > {plain}" in tui.cursor_line
        await tui.press("down")
        assert f"by {plain}: {plain}" in tui.flow
        await tui.press("3")
        await tui.on(Audit)
        await tui.calm()
        await tui.press("down")
        assert f"{plain} from {plain}, user:create {plain}, done, {plain}" in tui.flow


async def test_a_click_on_a_name_runs_nothing(adam: Actor, person: MakePerson) -> None:
    """Markup for a click in a User ID is text, wherever one clicks."""
    mallory = person("mallory")
    with without_guards(models.database.connection()):
        models.database.execute_sql(
            'UPDATE "user" SET user_id = ? WHERE id = ?', ("[@click=app.quit]x[/]", mallory.row_id)
        )
    async with running("adam", size=WIDE) as tui:
        await tui.press("2")
        await tui.calm()
        tui.listing.select("[@click=app.quit]x[/]")
        await tui.press("t")
        await tui.on(Confirm)
        hits = [(line.index("x[/]"), y) for y, line in enumerate(tui.lines) if "x[/]" in line]
        assert len(hits) > 1
        for offset in hits:
            await tui.pilot.click(offset=offset)
        assert tui.app.is_running
