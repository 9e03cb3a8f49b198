"""Deactivating something, in two steps: ask why, then ask whether, starting on Cancel."""

from collections.abc import Awaitable, Callable
from typing import Any

from textual.app import App

from keytui.domain import text
from keytui.domain.records import ApiKey
from keytui.tui.screens import key_rows
from keytui.tui.screens.confirm import Confirm
from keytui.tui.screens.form import Entry, Form, Values


async def deactivate(  # noqa: PLR0913 - two dialogs have this many parts
    app: App[Any],
    title: str,
    why: str,
    whether: str,
    doing: Callable[[str], Awaitable[object]],
    *,
    ok: str = "Deactivate",
    reason: str = "",
) -> bool:
    """Ask a person twice and do it; call it from a worker.

    Args:
        app: where to ask.
        title: of both dialogs.
        why: the question for the reason.
        whether: what will happen, and the question whether it shall.
        doing: is awaited with the reason.
        ok: what the button says that does it.
        reason: one that is offered.

    Returns:
        Whether it was done.
    """

    async def check(values: Values) -> str:
        return text.reason(values["reason"])

    given = await app.push_screen_wait(
        Form(
            title,
            f"{why} The reason stays on record.",
            [Entry("reason", "Reason", reason)],
            check,
            ok="Go on",
        )
    )
    if given is None:
        return False
    done = await app.push_screen_wait(Confirm(title, whether, ok, lambda: doing(given)))
    return bool(done)


async def deactivate_key(
    app: App[Any], key: ApiKey, doing: Callable[[str], Awaitable[object]], reason: str = ""
) -> bool:
    """Ask twice about one API key and do it, as :func:`deactivate`."""
    what = f"{key_rows.name(key)} of {key.user_id}"
    return await deactivate(
        app,
        "Deactivate Key",
        f"Why does {what} end?",
        f"Deactivate {what}? Whatever uses it stops working at once. "
        "A key is never activated again.",
        doing,
        reason=reason,
    )
