"""What ``ssh-keygen`` says about a public key: nobody else parses keys here.

The key goes to its standard input, so there is no file, and nothing of a
person's is ever an argument.
"""

import re
import shutil
import subprocess
from typing import Final

from keytui.domain.errors import BadInput
from keytui.domain.ssh_key import PublicKey

PATH: Final = "/usr/bin:/bin:/usr/local/bin:/opt/homebrew/bin:/run/current-system/sw/bin"
"""Where it may be; never the ``PATH`` of whoever runs keytui."""

SECONDS: Final = 3
"""How long it may take; it needs a few milliseconds."""

_LINE: Final = re.compile(r"(\d{1,6}) (SHA256:[A-Za-z0-9+/]{43}) .*\([A-Z0-9-]+\)\n", re.ASCII)


def look_at(key: PublicKey) -> tuple[int, str]:
    """Return a key's size in bits and its fingerprint, as ``ssh-keygen -l`` prints them.

    Raises:
        BadInput: it is no such key, or there is no ssh-keygen.
    """
    program = shutil.which("ssh-keygen", path=PATH)
    if program is None:
        raise BadInput(
            "SSH keys are read by ssh-keygen, which is not here: install OpenSSH's client."
        )
    try:
        ended = subprocess.run(  # noqa: S603 - an absolute path, and no argument of a person's
            [program, "-l", "-E", "sha256", "-f", "-"],
            input=f"{key.type} {key.body}\n",
            capture_output=True,
            text=True,
            encoding="ascii",
            errors="replace",
            env={"LC_ALL": "C", "PATH": PATH},
            cwd="/",
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BadInput(
            "ssh-keygen did not answer: look whether it works, then try again."
        ) from error
    said = _LINE.fullmatch(ended.stdout)
    if ended.returncode or said is None:
        raise BadInput("ssh-keygen finds no key in this line: copy the .pub file's line again.")
    return int(said[1]), said[2]
