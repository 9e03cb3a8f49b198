"""``keytui review …``: access reviews, opened, worked through, signed off, reported."""

from functools import partial
from typing import Any

import click

from keytui.cli.exits import ExitCode, answer, fail, say
from keytui.cli.options import NUMBER, selecting
from keytui.cli.progress import ProgressLine, stoppable
from keytui.cli.reporting import to_be_written, write
from keytui.cli.session import acting_as
from keytui.domain import clock
from keytui.domain.errors import BadInput
from keytui.domain.pages import Wanted
from keytui.domain.records import Actor
from keytui.domain.reviews import AccessReview, Decision, ReviewItem
from keytui.domain.text import counted
from keytui.services import (
    audit_check,
    review_decisions,
    review_items,
    review_report,
    reviews,
)
from keytui.services.report_selection import Selection
from keytui.services.review_lines import ReviewFormat

_MOST = 1_000_000


@click.group("review")
def review_commands() -> None:
    """Review who holds keys: keep or deactivate each, and sign it off (administrators)."""


@review_commands.command("open")
@selecting
@acting_as
def review_open(actor: Actor, **chosen: Any) -> None:  # noqa: ANN401 - click passes what the options declare
    """Open a review over all active keys, or some; print its number."""
    progress = ProgressLine("keys")
    with stoppable("Stopped: no review was opened.", progress):
        review = reviews.open_review(actor, Selection(**chosen), progress)
    say(f"Access review {review.review_id} of {review.scope} is open: {review.tally.words}.")
    click.echo(str(review.review_id))


@review_commands.command("list")
@acting_as
def review_list(actor: Actor) -> None:
    """List the reviews, the newest first; exit code 1 while one of all active keys is due."""
    for review in reviews.list_reviews(actor):
        answer(*_line(review))
    due = reviews.due_at(actor)
    if due is None:
        return
    if due <= clock.now():
        fail(f"A review of all active keys is due since {clock.exact(due)}.", ExitCode.REFUSED)
    say(f"The next review of all active keys is due {clock.exact(due)}.")


@review_commands.command("show")
@click.argument("review_id", type=NUMBER)
@click.option("--filter", "containing", default="", help="Only keys with this text.")
@click.option(
    "--limit",
    default=100,
    show_default=True,
    type=click.IntRange(1, _MOST),
    help="At most so many.",
)
@acting_as
def review_show(actor: Actor, review_id: int, containing: str, limit: int) -> None:
    """Show a review and its keys, what is not reviewed first."""
    say("  ".join(_line(reviews.get_review(actor, review_id))))
    wanted = Wanted(containing=containing, size=limit)
    for item in review_items.page(actor, wanted, review_id).rows:
        answer(*_item(item))


def _decides(decision: Decision, what: str) -> click.Command:
    """Make the command for a decision: about one key, or about many at once."""

    @click.argument("review_id", type=NUMBER)
    @click.argument("key_id", type=NUMBER, required=False)
    @click.option("--owner", metavar="USER_ID", help="Instead of KEY_ID: all this person's keys.")
    @click.option("--filter", "containing", default="", help="Instead: all keys with this text.")
    @click.option(
        "--keys",
        type=NUMBER,
        help="How many keys you know it is about; needed without KEY_ID.",
    )
    @click.option("--reason", required=True, help="Why; kept on record.")
    @acting_as
    def decide(  # noqa: PLR0913, PLR0917 - click passes what the options declare
        actor: Actor,
        review_id: int,
        key_id: int | None,
        owner: str | None,
        containing: str,
        keys: int | None,
        reason: str,
    ) -> None:
        if key_id is not None:
            if owner is not None or containing or keys is not None:
                raise BadInput("Name a KEY_ID, or --owner or --filter with --keys: not both.")
            review_decisions.decide(actor, review_id, key_id, decision, reason)
            say(f"Key {key_id} is {what}.")
            return
        some: dict[str, Any] = {"owner": owner, "containing": containing}
        if keys is None:
            there = review_items.count_left(actor, review_id, **some)
            raise BadInput(
                f"It is about {counted(there, 'key')}: look at them, and say --keys {there} "
                "if they are meant."
            )
        progress = ProgressLine("keys")
        with stoppable("Stopped: some keys are decided about, the rest not.", progress):
            done = review_decisions.decide_all(
                actor, review_id, decision, reason, keys=keys, progress=progress, **some
            )
        say(f"{counted(done, 'key')} {what}.")

    decide.__doc__ = f"Decide that keys which nobody decided about are {what}; with a reason."
    return review_commands.command(str(decision))(decide)


_decides(Decision.KEEP, "kept")
_decides(Decision.DEACTIVATE, "deactivated")


@review_commands.command("close")
@click.argument("review_id", type=NUMBER)
@acting_as
def review_close(actor: Actor, review_id: int) -> None:
    """Sign a review off, for good; what nobody decided about stays not reviewed."""
    review = reviews.close_review(actor, review_id)
    say(f"Access review {review_id} is signed off by {review.closed_by}: {review.tally.words}.")
    say(f"Audit head {audit_check.head(actor)}")


@review_commands.command("report")
@click.argument("review_id", type=NUMBER)
@to_be_written(ReviewFormat.MARKDOWN, "A page in Markdown, CSV, or JSON lines.")
@acting_as
def review_report_command(
    actor: Actor, review_id: int, form: str, output: str, replace: bool
) -> None:
    """Write a review's report: scope, who, when, decisions, reasons, what was not reviewed."""
    report = actor, review_id, ReviewFormat(form)
    write(
        actor,
        output,
        partial(review_report.export, *report),
        partial(review_report.export_to_stream, *report),
        replace=replace,
    )


def _line(review: AccessReview) -> tuple[str, ...]:
    signed = (
        f"{clock.iso(review.closed_at)} by {review.closed_by}"
        if review.closed_at is not None
        else "open"
    )
    opened = f"{clock.iso(review.opened_at)} by {review.opened_by}"
    return str(review.review_id), review.scope, opened, signed, review.tally.words


def _item(item: ReviewItem) -> tuple[str, ...]:
    key = item.key
    return (
        str(key.key_id),
        key.masked,
        key.user_id,
        f"{key.age_days(clock.now())} d",
        clock.iso(key.last_used_at),
        item.outcome,
        item.decided_by or "-",
        "; ".join(item.changes) or "-",
        key.label,
        item.reason or "",
    )
