"""``python -m keytui`` is the same as the ``keytui`` command."""

from keytui.cli import main

main()
