"""What the files of a set-up say, word for word."""

from typing import Final

from keytui.ssh_host.layout import Layout

_HEAD: Final = "# Made by keytui ssh setup, compared by keytui doctor, taken away by keytui ssh setup --remove.\n"

_SHUT: Final = (
    ("PermitTTY", "yes"),
    ("PermitUserRC", "no"),
    ("DisableForwarding", "yes"),
    ("AllowTcpForwarding", "no"),
    ("AllowAgentForwarding", "no"),
    ("X11Forwarding", "no"),
    ("PermitTunnel", "no"),
    ("AcceptEnv", "LANG LC_*"),
    ("ClientAliveInterval", "10"),
    ("ClientAliveCountMax", "2"),
)
"""Both forms: a terminal and nothing else. A client that answers nothing is disconnected
after 30 s by sshd_config(5); OpenSSH 9.2 was measured to ask every second interval: 60 s.
It asks only while nothing is printed: a key on show counts down, and is masked first."""


def directives(layout: Layout) -> tuple[tuple[str, str], ...]:
    """Return what sshd is told about the account, as sshd_config(5) names it.

    No ``ForceCommand``: it would win over the ``command=`` of the line that
    ``AuthorizedKeysCommand`` prints (sshd_config(5), authorized_keys), and that line
    alone says who the person is. So every other way in is closed: files of
    keys, certificates, passwords.
    """
    return (
        ("AuthenticationMethods", "publickey"),
        ("PubkeyAuthentication", "yes"),
        ("PasswordAuthentication", "no"),
        ("KbdInteractiveAuthentication", "no"),
        ("AuthorizedKeysCommand", f"{layout.program} ssh authorized-keys %t %k"),
        ("AuthorizedKeysCommandUser", layout.account),
        ("AuthorizedKeysFile", "none"),
        ("TrustedUserCAKeys", "none"),
        *_SHUT,
    )


def drop_in(layout: Layout) -> str:
    """Return the addition to sshd's configuration for SSH keys."""
    return _HEAD + _match(f"User {layout.account}", directives(layout))


def sudo_drop_in(layout: Layout) -> str:
    """Return the addition to sshd's configuration for Unix accounts.

    Here ``ForceCommand`` must win: an account's own ``authorized_keys`` says nothing.
    """
    command = f"sudo -n -u {layout.account} {layout.program} ssh session"
    return _HEAD + _match(f"Group {layout.group}", (("ForceCommand", command), *_SHUT))


def sudoers(layout: Layout) -> str:
    """Return the sudo rule: this command with these arguments, none more (sudoers(5)).

    Of the environment sudo passes on the command that a client asked for: whoever
    forges it acts as themselves all the same. Not the address: that they could
    forge too, and it would stand on record.
    """
    of_program = f"Defaults!{layout.program}"
    return (
        f"{_HEAD}"
        f'{of_program} env_keep += "SSH_ORIGINAL_COMMAND"\n'
        f'{of_program} env_keep -= "SSH_CONNECTION"\n'
        f"%{layout.group} ALL=({layout.account}) NOPASSWD: {layout.program} ssh session\n"
    )


def settings(layout: Layout) -> str:
    """Return the account's configuration file."""
    return f'database = "{layout.database}"\n'


def _match(whom: str, lines: tuple[tuple[str, str], ...]) -> str:
    return f"Match {whom}\n" + "".join(f"    {name} {value}\n" for name, value in lines)
