"""What keeps other programs out of this process, where the system can."""

import gc
import resource
import sys

_PR_SET_DUMPABLE = 4
"""prctl(2): 0 means no core dump, and no ptrace or /proc/PID/mem for the same account."""


_PR_SET_NO_NEW_PRIVS = 38
"""prctl(2): no program started from here gains rights by setuid, setgid or capabilities."""


def harden(*, for_good: bool = False) -> None:
    """Have no core dump written of this process, and let no other program of its account read it.

    ``for_good`` also keeps whatever is started from here from gaining rights, such as by sudo.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        import ctypes  # late: 10 ms that the first paint need not wait for

        prctl = ctypes.CDLL(None).prctl
        prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
        if for_good:
            prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def settled() -> None:
    """Collect garbage again after the first paint, without what stays until the end.

    What the imports made is never looked through again (``gc.freeze``): key presses
    on long lists were seen to wait for that.
    """
    gc.freeze()
    gc.enable()
