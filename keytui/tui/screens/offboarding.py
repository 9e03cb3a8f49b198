"""Offboarding a person from a screen: say what will end, ask why, end it, show the receipt."""

from typing import TYPE_CHECKING

from keytui.domain import text
from keytui.domain.progress import Progress
from keytui.domain.records import Actor
from keytui.services import bulk, offboarding
from keytui.services.receipt import Receipt
from keytui.tui.screens.ending import Ending, rows_of
from keytui.tui.screens.receipt import ReceiptShown

if TYPE_CHECKING:
    from keytui.tui.app import KeytuiApp


async def offboard(app: "KeytuiApp", actor: Actor, name: str) -> Receipt | None:
    """Ask and do it; call it from a worker.

    Returns:
        The receipt, once it was read; ``None`` where nothing was done.
    """
    plan = await app.background.call(offboarding.plan, actor, name)

    async def end(reason: str, progress: Progress) -> Receipt:
        # On the thread for long work: somebody may hold very many keys.
        return await app.background.call_long(offboarding.offboard, actor, name, reason, progress)

    sign_ins = ", password, code and sign-ins" if plan.active else ""
    receipt = await app.push_screen_wait(
        Ending(
            "Offboard user",
            f"{name} loses at once, for good: {text.counted(len(plan.keys), 'API key')}, "
            f"{text.counted(len(plan.ssh_keys), 'SSH key')}{sign_ins}. "
            f"Used in the last day (!): {sum(map(bulk.in_use, plan.keys)):,}.",
            rows_of(plan.keys),
            name,
            doing=end,
            ok="Offboard",
        )
    )
    if receipt is not None:
        await app.push_screen_wait(ReceiptShown(receipt))
    return receipt
