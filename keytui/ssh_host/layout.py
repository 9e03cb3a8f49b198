"""Where things are on a host that people reach by SSH: Debian's places, in one value."""

import os
import sys
from dataclasses import dataclass
from typing import Final

_SYSTEMD: Final = "/run/systemd/system"
"""There where systemd runs the host (sd_booted(3))."""

_BY_SYSTEMD: Final = ("systemctl", "try-reload-or-restart", "ssh")
_BY_INIT: Final = ("service", "ssh", "reload")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The names and places of one set-up."""

    program: str
    """keytui, absolute: what sshd and sudo call."""
    code: tuple[str, ...]
    """Files and folders that the program is made of; whoever writes one of them is keytui."""
    account: str = "keytui"
    """Owns the database; everybody signs in as it, and is told apart by their SSH key."""
    home: str = "/var/lib/keytui"
    group: str = "keytui-users"
    """Of the sudo form: the Unix accounts that reach keytui."""
    drop_ins: str = "/etc/ssh/sshd_config.d"
    sudoers: str = "/etc/sudoers.d/keytui"
    sshd: tuple[str, ...] = ("/usr/sbin/sshd",)
    """OpenSSH's server, as its configuration is checked."""
    visudo: str = "/usr/sbin/visudo"
    reload: tuple[str, ...]
    """Has sshd read its configuration anew; nobody's connection ends."""

    @property
    def database(self) -> str:
        """The database, in the account's home."""
        return f"{self.home}/keytui.db"

    @property
    def settings(self) -> str:
        """The account's configuration file."""
        return f"{self.home}/.config/keytui/config.toml"

    @property
    def drop_in(self) -> str:
        """What is added to sshd's configuration for SSH keys."""
        return f"{self.drop_ins}/keytui.conf"

    @property
    def sudo_drop_in(self) -> str:
        """What is added to it for Unix accounts."""
        return f"{self.drop_ins}/keytui-sudo.conf"


def this_host() -> Layout:
    """Return the set-up for this host, with the keytui that runs.

    The first place where Python looks for modules is the program's own folder
    (or, of ``python -m``, the present one): nothing is imported from there.
    """
    return Layout(
        program=os.path.join(os.path.dirname(sys.executable), "keytui"),
        code=(sys.executable, *filter(os.path.exists, sys.path[not sys.flags.safe_path :])),
        reload=_BY_SYSTEMD if os.path.isdir(_SYSTEMD) else _BY_INIT,
    )
