"""``keytui copy``: a whole database into another, by the account that owns it."""

from dataclasses import replace

import click

from keytui.cli.audit import say_unproved
from keytui.cli.exits import say
from keytui.cli.progress import ProgressLine, stoppable
from keytui.cli.session import Session
from keytui.domain.text import counted

_WORDS = {
    "user": "user",
    "api_key": "API key",
    "ssh_key": "SSH key",
    "audit_event": "audit event",
}


@click.command("copy")
@click.option("--to", "target", required=True, metavar="URL", help="Where to: a file or URL.")
@click.option("--from", "source", metavar="URL", help="What to copy (default: the database).")
@click.option(
    "--to-audit-key", "key_file", default="", metavar="FILE", help="Where the audit key goes."
)
@click.pass_obj
def copy_command(session: Session, /, target: str, source: str | None, key_file: str) -> None:
    """Copy the whole database into another: from a file to PostgreSQL, or back.

    The other one is empty, or a copy that was stopped: it goes on. Attempts to
    sign in stay behind. The head of the audit chain is printed.
    """
    from keytui.services import copying  # late: no other command needs it

    if source:
        session = Session(replace(session.settings, database=source))
    actor = session.actor(None, create=False)
    rows, events = ProgressLine("rows"), ProgressLine("audit events checked")
    with stoppable("Stopped: run the same command again, and it goes on.", rows, events):
        done = copying.copy_database(actor, target, key_file, rows, events)
    parts = ", ".join(counted(done.rows[table], word) for table, word in _WORDS.items())
    say(f"{done.name} is a whole copy: {parts}.")
    say_unproved(done.chain.unproved)
    if done.chain.broken is not None:
        say(f"Its audit trail is broken, as the one that was copied is: {done.chain.broken.what}")
    if done.on_server:
        say(
            f"It needs the audit key {done.audit_key}: where people work, put a copy (0600) "
            "and name it with KEYTUI_AUDIT_KEY."
        )
    else:
        say(f"Its audit key is {done.audit_key}: keep a copy of it elsewhere.")
    say("Let everybody work there from now on: what happens in the old one is not copied.")
    click.echo(str(done.chain.head))
