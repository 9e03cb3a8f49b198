"""From where somebody uses keytui: one word or two for the audit trail."""

import ipaddress
import re
from collections.abc import Mapping

_ZONE = re.compile(r"[A-Za-z0-9._-]{1,15}").fullmatch
"""The name of a network interface: at most 15 characters on Linux."""


def where_from(environ: Mapping[str, str]) -> str:
    """Return ``ssh 10.0.4.17`` under an SSH connection, else ``local``.

    sshd sets ``SSH_CONNECTION``; what is no address in it is not believed.
    """
    address, percent, zone = environ.get("SSH_CONNECTION", "").partition(" ")[0].partition("%")
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "local"
    if percent and not (parsed.version == 6 and _ZONE(zone)):  # noqa: PLR2004 - IPv6 alone has zones
        return "local"
    return f"ssh {parsed}{percent}{zone}"
