"""Python processes beside this one, which do as they are told."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tests.verification.support import LIMIT_SECONDS

AGENT: Final = Path(__file__).parent / "programs" / "agent.py"


class Agent:
    """A Python process that evaluates what it is asked; see ``programs/agent.py``."""

    def __init__(self, *arguments: str | Path, under: Sequence[str] = ()) -> None:
        """Start it with ``arguments``, below the command ``under`` if there is one."""
        command = [*under, sys.executable, "-W", "error", str(AGENT), *map(str, arguments)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self._heard = b""

    def tell(self, code: str) -> None:
        """Send code without waiting for its value."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(code).encode() + b"\n")
        self.process.stdin.flush()

    def hear(self) -> Any:
        """Return the value of the code sent first that is not heard yet."""
        assert self.process.stdout is not None
        stream = self.process.stdout.fileno()
        while b"\n" not in self._heard:
            ready, _, _ = select.select([stream], [], [], LIMIT_SECONDS)
            assert ready, "the agent does not answer"
            heard = os.read(stream, 1 << 16)
            assert heard, f"the agent has ended: {self.errors()}"
            self._heard += heard
        line, _, self._heard = self._heard.partition(b"\n")
        kind, value = json.loads(line)
        assert kind == "value", value
        return value

    def ask(self, code: str) -> Any:
        """Return the value of ``code`` there; ``None`` for statements."""
        self.tell(code)
        return self.hear()

    def errors(self) -> str:
        """Wait for the end of standard error and return it."""
        assert self.process.stderr is not None
        return self.process.stderr.read().decode()

    def end(self, number: signal.Signals | None = None) -> int:
        """End it by a signal, or by the end of its work; return how it ended."""
        assert self.process.stdin is not None
        if number is None:
            self.process.stdin.close()
        else:
            self.process.send_signal(number)
        return self.process.wait(LIMIT_SECONDS)

    def close(self) -> None:
        """End it if it still runs."""
        self.process.kill()
        with self.process:
            pass


VERIFYING: Final = """
import threading
from keytui import Verifier
from keytui.services import last_uses
last_uses.FLUSH_SECONDS = 3_600  # the thread never comes round to it
verifier = Verifier(arguments[0])
def code(text, origin=None):
    return verifier.verify(text, origin).code.name
"""
"""What makes an agent verify against the database of its first argument."""

DEACTIVATING: Final = """
import time
from pathlib import Path
from keytui.services import api_keys, users
from keytui.services.host import host_actor
from keytui.storage.database import open_database
host = host_actor(open_database(arguments[0]), "local")
def deactivate(key_id):
    api_keys.deactivate_key(host, key_id, "lost")
    return time.monotonic_ns()
"""
"""What makes an agent deactivate, and say when that was committed."""
