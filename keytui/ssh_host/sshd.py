"""Asking sshd whether its configuration is right, and what of it holds for the account."""

from keytui.ssh_host.layout import Layout
from keytui.ssh_host.steps import Command
from keytui.ssh_host.texts import directives


def checked(layout: Layout) -> Command:
    """Return the command that has sshd check its whole configuration."""
    return Command((*layout.sshd, "-t"))


def effective(layout: Layout) -> Command:
    """Return the command that has sshd say what holds for the account, and judges it.

    An earlier ``Match``, or a configuration that includes no drop-ins, would win unnoticed.
    """
    whom = f"user={layout.account},host=localhost,addr=127.0.0.1"

    def judge(printed: str) -> str:
        return differing(layout, printed)

    return Command((*layout.sshd, "-T", "-C", whom), judge=judge)


def differing(layout: Layout, printed: str) -> str:
    """Return the first directive of ours that does not hold, as a sentence; ``""`` if all do.

    Args:
        layout: the set-up.
        printed: what ``sshd -T -C user=...`` printed; lists stand there a word a line.
    """
    holds: dict[str, str] = {}
    for line in printed.splitlines():
        name, _, value = line.partition(" ")
        holds[name] = f"{holds[name]} {value}" if name in holds else value
    for name, value in directives(layout):
        found = holds.get(name.lower(), "nothing")
        if found != value:
            return (
                f"sshd does not take {layout.drop_in} as it stands: {name} is {found!r} for "
                f"{layout.account}, not {value!r}; look for an earlier Match, or a missing "
                f"Include {layout.drop_ins}/*.conf, in /etc/ssh/sshd_config."
            )
    return ""
