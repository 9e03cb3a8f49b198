"""What keeps other programs out of this process, where the system can."""

import gc
import resource
import sys

_PR_SET_DUMPABLE = 4
"""prctl(2): 0 means no core dump, and no ptrace or /proc/PID/mem for the same account."""


def harden() -> None:
    """Have no core dump written of this process, and let no other program of its account read it."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        import ctypes  # late: 10 ms that the first paint need not wait for

        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def settled() -> None:
    """Collect garbage again after the first paint, without what stays until the end.

    What the imports made is never looked through again (``gc.freeze``): key presses
    on long lists were seen to wait for that.
    """
    gc.freeze()
    gc.enable()
