"""The HTTP door under wrk: the server on one core, wrk on another."""

import http.client
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.rounds import Figures

CONNECTIONS = 32
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}
_BACKLOG = 2_048


class Unavailable(Exception):
    """HTTP cannot be measured here; the text says why."""


class Server:
    """A server on the first core that is asked by wrk on the second.

    The socket is opened here and handed over, so whoever connects before the
    server is up is served once it is: nobody has to wait and try again.
    """

    def __init__(self, name: str, arguments: list[str], texts: list[str], folder: Path) -> None:
        """Start ``python -m`` with ``arguments``, of which ``FD`` stands for the socket's number.

        Raises:
            Unavailable: wrk, a second core or the server is missing.
        """
        self._name = name
        cores = sorted(os.sched_getaffinity(0))
        if shutil.which("wrk") is None:
            raise Unavailable("wrk is not installed")
        if len(cores) == 1:
            raise Unavailable("it needs two cores")
        self._core = cores[1]
        self._script = folder / "keys.lua"
        self._script.write_text(_script(texts), encoding="ascii")
        with socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG) as listening:
            self._port = listening.getsockname()[1]
            descriptor = listening.fileno()
            self._process = subprocess.Popen(
                [sys.executable, "-m", *(a.replace("FD", str(descriptor)) for a in arguments)],
                pass_fds=[descriptor],
                stderr=subprocess.PIPE,
                text=True,
            )
            os.sched_setaffinity(self._process.pid, {cores[0]})
        self.errors = 0
        self._see_one(texts[0])

    def turn(self, seconds: int) -> Figures:
        """Have wrk ask for ``seconds``.

        Returns:
            Requests a second, the seconds of p99, and the server's microseconds
            of CPU for one request: those hardly see who else is on the machine.
        """
        cpu = self._cpu_seconds()
        said = subprocess.run(
            [
                *("wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency"),
                *("-s", str(self._script), f"http://127.0.0.1:{self._port}/verify"),
            ],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=seconds + 30,
            preexec_fn=lambda: os.sched_setaffinity(0, {self._core}),
        ).stdout
        failed = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
        lost = re.search(r"Socket errors: (.*)", said)
        self.errors += int(failed[1]) if failed else 0
        self.errors += sum(map(int, re.findall(r"\d+", lost[1]))) if lost else 0
        rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
        slow = re.search(r"99%\s+([\d.]+)(us|ms|s)", said)
        assert rate, said
        assert slow, said
        requests = re.search(r"(\d+) requests in", said)
        assert requests, said
        return {
            f"{self._name} rate": float(rate[1]),
            f"{self._name} p99": float(slow[1]) * _SECONDS[slow[2]],
            f"{self._name} cpu": (self._cpu_seconds() - cpu) * 1e6 / int(requests[1]),
        }

    def close(self) -> None:
        """Stop it, and wait until it has."""
        self._process.terminate()
        self._process.communicate(timeout=30)

    def _cpu_seconds(self) -> float:
        said = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="utf-8")
        user, system = said.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def _see_one(self, text: str) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            connection.request("GET", "/verify", headers={"Authorization": f"Bearer {text}"})
            status = connection.getresponse().status
        except OSError as error:
            self._process.terminate()
            _, errors = self._process.communicate(timeout=30)
            said = (errors.strip().splitlines() or [str(error)])[-1]
            raise Unavailable(f"the server did not answer: {said}") from error
        finally:
            connection.close()
        if status != 204:
            self.close()
            raise Unavailable(f"the server answered {status}")


def _script(texts: list[str]) -> str:
    """Return wrk's script: another key with every request, all of them written beforehand."""
    keys = ",\n".join(f'"{text}"' for text in texts)
    return f"""
local keys = {{
{keys}
}}
local requests, at = {{}}, 0
function init(arguments)
  for number, key in ipairs(keys) do
    requests[number] = wrk.format("GET", nil, {{["Authorization"] = "Bearer " .. key}})
  end
end
function request()
  at = at % #requests + 1
  return requests[at]
end
"""
