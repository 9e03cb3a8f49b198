"""From where somebody uses keytui."""

import pytest

from keytui.origin import where_from


@pytest.mark.parametrize(
    ("connection", "origin"),
    [
        ("10.0.4.17 51234 10.0.0.1 22", "ssh 10.0.4.17"),
        ("2001:db8::1 51234 2001:db8::2 22", "ssh 2001:db8::1"),
        ("2001:0DB8:0:0:0:0:0:1 1 ::1 22", "ssh 2001:db8::1"),
        ("fe80::1%eth0 51234 fe80::2%eth0 22", "ssh fe80::1%eth0"),
    ],
    ids=["IPv4", "IPv6", "IPv6 at length", "IPv6 with its interface"],
)
def test_an_ssh_connection_is_named_by_its_address(connection: str, origin: str) -> None:
    """The address that sshd gives is the origin, in its shortest form."""
    assert where_from({"SSH_CONNECTION": connection}) == origin


def test_without_ssh_one_is_local() -> None:
    """Whoever sits at the machine itself is local."""
    assert where_from({}) == "local"
    assert where_from({"SSH_CLIENT": "10.0.4.17 1 22", "SSH_TTY": "/dev/pts/1"}) == "local"


@pytest.mark.parametrize(
    "connection",
    [
        "",
        " ",
        "UNKNOWN 1 10.0.0.1 22",
        "10.0.4.17:22",
        "10.0.4",
        "1",
        "localhost 1 ::1 22",
        "\x1b]52;c;eA==\x07 1 ::1 22",
        "10.0.4.17\x1b[31m 1 ::1 22",
        "10.0.4.17\n10.0.0.1",
        "fe80::1%\x1b]52;c;eA==\x07 1 ::1 22",
        "fe80::1%\u202eeth0 1 ::1 22",
        "fe80::1%" + "x" * 10_000,
        "fe80::1%eth0\nroot",
        "x" * 1_000_000,
    ],
)
def test_what_is_no_address_is_not_believed(connection: str) -> None:
    """A variable that says anything but an address is no SSH connection."""
    assert where_from({"SSH_CONNECTION": connection}) == "local"
