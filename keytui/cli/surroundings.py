"""The environment of a forced session: what a client sent along is not believed.

sshd passes on what AcceptEnv allows, on Debian only the language, and sudo what
env_keep allows. But a server may be set up more generously, and a variable can
name another database, a socket that tmux would talk to, or a module to import.
So everything is dropped that is not in the list below, before a setting is read:
a forced session is configured by its own flags and the account's configuration
file. What acts on Python or the loader before this runs (PYTHON*, LD_*) only sshd
and sudo can keep out.
"""

import os
from collections.abc import MutableMapping, Sequence
from itertools import pairwise
from typing import Final

_KEPT: Final = frozenset(
    (
        *("TERM", "COLORTERM", "NO_COLOR", "LANG", "LANGUAGE"),
        *("SSH_CONNECTION", "SSH_ORIGINAL_COMMAND", "SUDO_UID"),
    )
)
_PATH: Final = "/usr/local/bin:/usr/bin:/bin"


def is_forced(arguments: Sequence[str]) -> bool:
    """Tell whether this command line is that of a forced session."""
    return ("ssh", "session") in pairwise(arguments)


def clean(environ: MutableMapping[str, str]) -> None:
    """Drop what a forced session does not need; home and path are the account's own."""
    import pwd

    for name in list(environ):
        if name not in _KEPT and not name.startswith("LC_"):
            del environ[name]
    environ["PATH"] = _PATH
    try:
        environ["HOME"] = pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:  # an account by number alone: the folder that nobody can write in
        environ["HOME"] = "/"
