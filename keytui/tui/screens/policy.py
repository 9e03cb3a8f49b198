"""The policy on how long keys last: what it says, and changing it after seeing whom that hits."""

from dataclasses import dataclass
from typing import Any, Final

from textual.app import App

from keytui.domain import clock, text
from keytui.domain import policy as rules
from keytui.domain.policy import Policy
from keytui.domain.records import Actor
from keytui.domain.text import harmless
from keytui.services import policy
from keytui.services.policy import PolicyRecord, Preview
from keytui.tui.background import Background
from keytui.tui.screens.confirm import Confirm
from keytui.tui.screens.form import Entry, Form, Values
from keytui.tui.screens.long_form import LongWork

_ALLOWED: Final = "allowed"


@dataclass(frozen=True, slots=True)
class _Wish:
    """What somebody filled in, and whom it would hit."""

    policy: Policy
    warning_days: int
    reason: str
    preview: Preview


async def change_policy(app: App[Any], background: Background, actor: Actor) -> str | None:
    """Show the policy with a form, then whom the change hits, and change it; call it from a worker.

    Returns:
        What was done, in a sentence; ``None`` where nothing was.
    """
    now = await background.call(policy.current)

    async def preview(values: Values) -> _Wish:
        wish, warning_days = _read(values)
        reason = text.reason(values["reason"])
        seen = await background.call(policy.preview, actor, wish, warning_days)
        return _Wish(wish, warning_days, reason, seen)

    wish = await app.push_screen_wait(
        Form("Policy", _intro(now), _entries(now), preview, ok="Go on")
    )
    if wish is None:
        return None
    changing = _Changing(background, actor, wish)
    if not await app.push_screen_wait(changing):
        return None
    return policy.changed(changing.keys)


class _Changing(LongWork[bool], Confirm):
    """Says whom the change hits, and makes it; Esc stops it while it is made."""

    def __init__(self, background: Background, actor: Actor, wish: _Wish) -> None:
        self.keys = 0
        self._background = background
        self._actor = actor
        self._wish = wish
        days = f"{wish.warning_days} d" if wish.warning_days else "none"
        super().__init__(
            "Policy",
            f"{wish.policy.words}. {wish.preview.words} Warning: {days}. An end never moves "
            "further away again. Change the policy?",
            "Change",
            self._change,
        )

    async def _change(self) -> None:
        # Not on the services' thread: of a million keys it takes half a minute.
        self.keys = await self._background.call_long(
            policy.change,
            self._actor,
            self._wish.policy,
            self._wish.reason,
            warning_days=self._wish.warning_days,
            seen=self._wish.preview.seen,
            progress=self.progress,
        )


def _intro(now: PolicyRecord) -> str:
    said = f"Now: {now.policy.words}"
    if now.changed_at is None:
        return f"{said}; nobody has changed it yet."
    return f"{said}; by {harmless(now.changed_by)} {clock.ago(now.changed_at, clock.now())}."


def _entries(now: PolicyRecord) -> list[Entry]:
    said = now.policy
    no_end = [(_ALLOWED, "allowed"), ("", "not allowed")]
    return [
        Entry("default", "Default, days", str(said.default_days)),
        Entry("longest", "Longest, or none", str(said.longest_days or rules.NONE)),
        Entry("no_end", "No end", _ALLOWED if said.no_end else "", options=no_end),
        Entry("warning", "Warning, days", str(rules.WARNING_DAYS)),
        Entry("reason", "Reason"),
    ]


def _read(values: Values) -> tuple[Policy, int]:
    wish = Policy(
        rules.days(values["default"], rules.MOST_DAYS),
        rules.longest(values["longest"]),
        values["no_end"] == _ALLOWED,
    )
    return wish, rules.days(values["warning"], rules.MOST_WARNING_DAYS, 0)
