"""Copying a database at a terminal."""

import sys

from tests.home import Home


def test_progress_is_shown_at_a_terminal_and_stopped_there(home: Home) -> None:
    """How many of how many rows, how fast and how long still; Ctrl+C stops, and it goes on."""
    home.people("maria")
    slow = (
        "import time; from keytui.storage import copy_rows; import keytui.cli as cli; "
        "from keytui.cli import progress; progress._AFTER_SECONDS = progress._EVERY_SECONDS = 0; "
        "write = copy_rows.write; copy_rows.BATCH = 1; held = []\n"
        "def once(*what):\n"
        "    write(*what)\n"
        "    held.append(1)\n"
        "    if len(held) == 4:\n"
        "        time.sleep(600)\n"
        "copy_rows.write = once; cli.main()"
    )
    terminal = home.start(
        [sys.executable, "-c", slow, "copy", "--to", str(home.folder / "copy.db")]
    )
    terminal.wait_for("rows, ", "/s, ", " s left")
    terminal.press("ctrl+c")
    terminal.wait_for("Stopped: run the same command again, and it goes on.")
    assert terminal.wait_end() == 2
    assert home.keytui("copy", "--to", "copy.db").returncode == 0
