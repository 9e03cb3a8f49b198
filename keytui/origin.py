"""From where somebody uses keytui: one word or two for the audit trail."""

import ipaddress
from collections.abc import Mapping


def where_from(environ: Mapping[str, str]) -> str:
    """Return ``ssh 10.0.4.17`` under an SSH connection, else ``local``.

    sshd sets ``SSH_CONNECTION``; what is no address in it is not believed.
    """
    address = environ.get("SSH_CONNECTION", "").partition(" ")[0]
    try:
        return f"ssh {ipaddress.ip_address(address)}"
    except ValueError:
        return "local"
