"""The demo: the same app on a database that is thrown away, signed in as whom one chooses."""

import tempfile
from pathlib import Path

from keytui.domain.errors import BadInput
from keytui.services import demo
from keytui.settings import Settings
from keytui.storage.database import close_database, open_database
from keytui.tui.run import show


def run_demo(settings: Settings, origin: str, as_user: str) -> int:
    """Make the database, run the app on it, throw it away; return the exit code.

    Raises:
        BadInput: nobody in the demo is called ``as_user``.
    """
    if as_user and as_user not in (*demo.ADMINISTRATORS, *demo.USERS):
        names = ", ".join((*demo.ADMINISTRATORS, *demo.USERS[:3]))
        raise BadInput(f"Nobody in the demo is called {as_user}: try {names}.")
    with tempfile.TemporaryDirectory(prefix="keytui-demo-") as folder:
        open_database(str(Path(folder) / "demo.db"))
        demo.fill()
        close_database()
        from keytui.tui.screens.demo import ChoosePerson

        return show(settings, origin, ChoosePerson(as_user))
