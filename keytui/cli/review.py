"""``keytui review …``: access reviews, opened, worked through, signed off, reported."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from keytui.cli.exits import ExitCode, fail, say
from keytui.cli.export import DAYS
from keytui.cli.progress import Progress
from keytui.cli.session import acting_as
from keytui.domain import clock
from keytui.domain.errors import BadInput, Conflict
from keytui.domain.pages import Wanted
from keytui.domain.paths import absolute_path
from keytui.domain.records import Actor
from keytui.domain.reviews import AccessReview, Decision, ReviewItem
from keytui.domain.text import counted, harmless
from keytui.services import (
    audit_check,
    review_decisions,
    review_items,
    review_report,
    reviews,
)
from keytui.services.report_selection import Selection
from keytui.services.review_lines import ReviewFormat

_NUMBER = click.IntRange(1, 2**63 - 1)
_MOST = 1_000_000


@click.group("review")
def review_commands() -> None:
    """Review who holds keys: keep or deactivate each, and sign it off (administrators)."""


@review_commands.command("open")
@click.option("--owner", metavar="USER_ID", help="Only this person's keys.")
@click.option("--idle-days", type=DAYS, metavar="N", help="Only keys not used for N days.")
@click.option("--older-days", type=DAYS, metavar="N", help="Only keys created N days ago or more.")
@acting_as
def review_open(actor: Actor, **chosen: Any) -> None:  # noqa: ANN401 - click passes what the options declare
    """Open a review over all active keys, or some; print its number."""
    with _stoppable("keys", "Stopped: no review was opened.") as progress:
        review = reviews.open_review(actor, Selection(**chosen), progress)
    say(f"Access review {review.review_id} of {review.scope} is open: {review.tally.words}.")
    click.echo(str(review.review_id))


@review_commands.command("list")
@acting_as
def review_list(actor: Actor) -> None:
    """List the reviews, the newest first; exit code 1 while one of all active keys is due."""
    for review in reviews.list_reviews(actor):
        click.echo(_line(review))
    due = reviews.due_at(actor)
    if due is None:
        return
    if due <= clock.now():
        fail(f"A review of all active keys is due since {clock.exact(due)}.", ExitCode.REFUSED)
    say(f"The next review of all active keys is due {clock.exact(due)}.")


@review_commands.command("show")
@click.argument("review_id", type=_NUMBER)
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
    say(_line(reviews.get_review(actor, review_id)))
    wanted = Wanted(containing=containing, size=limit)
    for item in review_items.page(actor, wanted, review_id).rows:
        click.echo(_item(item))


def _decides(decision: Decision, what: str) -> click.Command:
    """Make the command for a decision: about one key, or about many at once."""

    @click.argument("review_id", type=_NUMBER)
    @click.argument("key_id", type=_NUMBER, required=False)
    @click.option("--owner", metavar="USER_ID", help="Instead of KEY_ID: all this person's keys.")
    @click.option("--filter", "containing", default="", help="Instead: all keys with this text.")
    @click.option(
        "--keys",
        type=click.IntRange(1, 2**63 - 1),
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
        with _stoppable("keys", "Stopped: some keys are decided about, the rest not.") as progress:
            done = review_decisions.decide_all(
                actor, review_id, decision, reason, keys=keys, progress=progress, **some
            )
        say(f"{counted(done, 'key')} {what}.")

    decide.__doc__ = f"Decide that keys which nobody decided about are {what}; with a reason."
    return review_commands.command(str(decision))(decide)


_decides(Decision.KEEP, "kept")
_decides(Decision.DEACTIVATE, "deactivated")


@review_commands.command("close")
@click.argument("review_id", type=_NUMBER)
@acting_as
def review_close(actor: Actor, review_id: int) -> None:
    """Sign a review off, for good; what nobody decided about stays not reviewed."""
    review = reviews.close_review(actor, review_id)
    say(f"Access review {review_id} is signed off by {review.closed_by}: {review.tally.words}.")
    say(f"Audit head {audit_check.head(actor)}")


@review_commands.command("report")
@click.argument("review_id", type=_NUMBER)
@click.option(
    "--format",
    "form",
    type=click.Choice([form.value for form in ReviewFormat]),
    default=ReviewFormat.MARKDOWN.value,
    show_default=True,
    help="A page in Markdown, CSV, or JSON lines.",
)
@click.option("--output", default="-", metavar="FILE", help="Where to; - is standard output.")
@click.option("--replace", is_flag=True, help="Replace FILE if it is there already.")
@acting_as
def review_report_command(
    actor: Actor, review_id: int, form: str, output: str, replace: bool
) -> None:
    """Write a review's report: scope, who, when, decisions, reasons, what was not reviewed."""
    with _stoppable("keys", "Stopped: nothing was written.") as progress:
        if output == "-":
            review_report.export_to_stream(
                actor, review_id, ReviewFormat(form), sys.stdout.buffer, progress=progress
            )
        else:
            path = absolute_path(output)
            try:
                rows = review_report.export(
                    actor, review_id, ReviewFormat(form), path, replace=replace, progress=progress
                )
            except Conflict as error:
                raise Conflict(f"{error} Use --replace to replace it.") from error
            say(f"{counted(rows, 'key')} written to {path}.")
    say(f"Audit head {audit_check.head(actor)}")


@contextmanager
def _stoppable(what: str, sentence: str) -> Iterator[Progress]:
    progress = Progress(what)
    try:
        yield progress
    except KeyboardInterrupt:
        progress.end()
        fail(sentence, ExitCode.CANNOT)


def _line(review: AccessReview) -> str:
    signed = (
        f"{clock.iso(review.closed_at)} by {review.closed_by}"
        if review.closed_at is not None
        else "open"
    )
    opened = f"{clock.iso(review.opened_at)} by {review.opened_by}"
    fields = (str(review.review_id), review.scope, opened, signed, review.tally.words)
    return "\t".join(harmless(field) for field in fields)


def _item(item: ReviewItem) -> str:
    key = item.key
    fields = (
        str(key.key_id),
        key.masked,
        key.user_id,
        f"{key.age_days(clock.now())} d",
        "never" if key.last_used_at is None else clock.iso(key.last_used_at),
        item.outcome,
        item.decided_by or "-",
        "; ".join(item.changes) or "-",
        key.label,
        item.reason or "",
    )
    return "\t".join(harmless(field) for field in fields)
