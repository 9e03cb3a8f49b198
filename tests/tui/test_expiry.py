"""Ends of keys on the screens: how long they have still, who is told, and the policy's form."""

from collections.abc import Callable

import pytest

from keytui.domain.clock import DAY, HOUR
from keytui.domain.policy import Policy
from keytui.domain.records import Actor
from keytui.services import api_keys, policy
from keytui.tui.screens import long_form
from keytui.tui.screens.confirm import Confirm
from keytui.tui.screens.form import Form
from keytui.tui.screens.manage_users import ManageUsers
from keytui.tui.screens.profile import Profile
from tests.support import Clock, MakePerson
from tests.tui.support import SIZES, SMALL, WIDE, Tui, running


def ending(clock: Clock, owner: Actor, label: str, length: int | None) -> None:
    """Create a confirmed key that ends after ``length``."""
    end = None if length is None else clock.now + length
    key, _ = api_keys.create_key(owner, label, expires_at=end)
    api_keys.confirm_key(owner, key.key_id)


async def test_a_list_says_how_long_each_key_has_still(clock: Clock, maria: Actor) -> None:
    """In a column where there is room: in so many days, never, or expired; the state says it too."""
    ending(clock, maria, "laptop", None)
    ending(clock, maria, "ci", 12 * DAY + HOUR)
    ending(clock, maria, "old", HOUR)
    clock.advance(hours=1)
    async with running("maria", size=WIDE) as tui:
        shown = [line.strip("> ").split() for line in tui.lines[4:7]]
        assert [(cells[0], cells[3], cells[6:-1]) for cells in shown] == [
            ("old", "expired", ["expired"]),
            ("ci", "expiring", ["in", "12", "d"]),
            ("laptop", "active", ["never"]),
        ]


async def test_the_selected_key_s_end_is_exact(clock: Clock, maria: Actor) -> None:
    """In days and in UTC, at home size too."""
    ending(clock, maria, "laptop", None)
    ending(clock, maria, "ci", 40 * DAY)
    async with running("maria") as tui:
        await tui.press("j", "k")
        await tui.shows("Expires in 40 d, 2027-01-03 06:00:00 UTC.")


async def test_whoever_signs_in_is_told_which_keys_end(clock: Clock, maria: Actor) -> None:
    """In the status line of Profile, before anything else."""
    ending(clock, maria, "ci-runner", 3 * DAY)
    async with running("maria") as tui:
        await tui.shows("1 of your keys expires within 7 days: ci-runner in 3 d.")


async def test_administrators_see_how_many_keys_end(
    clock: Clock, maria: Actor, adam: Actor
) -> None:
    """All people's, within 30 days, on a card of Manage Users."""
    assert adam.user_id == "adam"
    ending(clock, maria, "ci", 30 * DAY)
    ending(clock, maria, "laptop", 31 * DAY)
    async with running("adam") as tui:
        await tui.press("2")
        await tui.on(ManageUsers)
        await tui.shows("1 expiring in 30 d")


async def fill_in(tui: Tui, *values: str) -> None:
    """Fill in the policy's fields, from the first on, and go on."""
    form = await tui.on(Form)
    for name, value in zip(("default", "longest", "warning", "reason"), values, strict=True):
        field = form.query_one(f"#{name}")
        field.focus()
        field.value = value  # type: ignore[attr-defined]
    form.query_one("#no_end").focus()
    await tui.press("right")
    form.query_one("#reason").focus()
    await tui.press("enter")


@pytest.mark.parametrize("size", SIZES)
async def test_a_policy_is_changed_after_seeing_whom_it_hits(
    clock: Clock, maria: Actor, adam: Actor, size: tuple[int, int]
) -> None:
    """The form says what holds now; the question says how many keys, whose, and when."""
    assert adam.user_id == "adam"
    ending(clock, maria, "ci", None)
    async with running("adam", size=size) as tui:
        await tui.press("2")
        await tui.on(ManageUsers)
        await tui.press("P")
        await tui.on(Form)
        await tui.shows("Now: 90 days by default, keys may have no end; nobody has changed it yet.")
        assert tui.boxes_fit()
        await fill_in(tui, "30", "90", "7", "audit")
        await tui.on(Confirm)
        await tui.shows("30 days by default, at most 90, every key must end.")
        await tui.shows("1 key of 1 person ends sooner by it: maria (1).")
        await tui.shows("The first stops on 2027-02-22 06:00:00 UTC. Warning: 7 d.")
        assert tui.boxes_fit()
        assert policy.current().number == 0
        await tui.press("tab", "enter")
        await tui.on(ManageUsers)
        await tui.shows("The policy is changed: 1 key ends sooner by it.")
        assert policy.current().policy == Policy(30, 90, no_end=False)
        await tui.press("P")
        await tui.shows("every key must end; by adam just now.")


async def test_cancel_changes_no_policy(clock: Clock, adam: Actor) -> None:
    """The question starts on Cancel."""
    assert clock.now
    assert adam.user_id == "adam"
    async with running("adam") as tui:
        await tui.press("2")
        await tui.on(ManageUsers)
        await tui.press("P")
        await fill_in(tui, "30", "90", "7", "audit")
        await tui.on(Confirm)
        await tui.press("enter")
        await tui.on(ManageUsers)
    assert policy.current().number == 0


async def test_a_change_under_way_is_stopped_by_esc(
    adam: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of very many keys it takes long: it tells how far it is, and stops as a whole."""
    assert adam.user_id == "adam"

    def endless(*_: object, progress: Callable[[int, int], object], **__: object) -> int:
        monkeypatch.setattr(long_form, "_TELL_SECONDS", 0)
        while True:
            progress(5_000, 1_000_000)

    monkeypatch.setattr(policy, "change", endless)
    async with running("adam") as tui:
        await tui.press("2")
        await tui.on(ManageUsers)
        await tui.press("P")
        await fill_in(tui, "30", "90", "7", "audit")
        await tui.on(Confirm)
        await tui.press("tab", "enter")
        await tui.shows("5,000 of 1,000,000 keys, ")
        await tui.shows("left. Esc stops it.")
        await tui.press("escape")
        await tui.shows("Stopped: nothing was changed.")
        await tui.press("escape")
        await tui.on(ManageUsers)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (("x", "90", "7", "audit"), "x is no number of days from 1 to 36,500: correct it."),
        (("30", "none", "7", "audit"), "Where keys must end, say how long they may last at most."),
        (("30", "90", "999", "audit"), "999 is no number of days from 0 to 365: correct it."),
        (("30", "90", "7", ""), "Enter a reason."),
    ],
)
async def test_a_policy_that_cannot_be_is_said_in_the_form(
    adam: Actor, values: tuple[str, ...], words: str
) -> None:
    """It stays open, with what was typed."""
    assert adam.user_id == "adam"
    async with running("adam", size=SMALL) as tui:
        await tui.press("2")
        await tui.on(ManageUsers)
        await tui.press("P")
        await fill_in(tui, *values)
        await tui.shows(words)
        assert isinstance(tui.app.screen, Form)


async def test_a_user_has_no_policy_to_change(maria: Actor, person: MakePerson) -> None:
    """P does nothing on Profile."""
    assert maria.user_id == "maria"
    person("ben")
    async with running("maria") as tui:
        await tui.press("P")
        assert isinstance(tui.app.screen, Profile)
