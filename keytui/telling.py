"""What the HTTP door tells operators: counters for Prometheus, and a line a request."""

import os
import sys
from collections.abc import Callable

from keytui.domain import clock
from keytui.domain.text import harmless
from keytui.services.verification import Code, Verdict

Tell = Callable[[str, str, int, Verdict | None], None]
"""Takes what happened to one request: origin, method, status, and the verdict if there is one."""


def teller(*, metrics: bool, log: bool) -> Tell | None:
    """Return what counts and logs the answers as asked, or ``None`` where neither is asked."""
    told = [*([_counter()] if metrics else []), *([_log] if log else [])]
    if not told:
        return None
    if len(told) == 1:
        return told[0]

    def tell(origin: str, method: str, status: int, verdict: Verdict | None) -> None:
        for each in told:
            each(origin, method, status, verdict)

    return tell


def exposition() -> bytes:
    """Return the counters of all workers in Prometheus' text format."""
    from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def _counter() -> Tell:
    from prometheus_client import Counter, disable_created_metrics

    disable_created_metrics()  # type: ignore[no-untyped-call]
    verdicts = Counter("keytui_verifications", "Answers on /verify, by verdict.", ["code"])
    by_code = {code: verdicts.labels(code.name.lower()) for code in Code}
    unchecked = verdicts.labels("not_checked")

    def count(origin: str, method: str, status: int, verdict: Verdict | None) -> None:  # noqa: ARG001 - one signature for all
        (unchecked if verdict is None else by_code[verdict.code]).inc()

    return count


_METHODS = frozenset(
    ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT")
)


def _log(origin: str, method: str, status: int, verdict: Verdict | None) -> None:
    code = "not checked" if verdict is None else str(verdict.code)
    key = "-" if verdict is None or verdict.key_id is None else f"key {verdict.key_id}"
    # Method and path are the client's own words and may hold a key.
    method = method if method in _METHODS else "OTHER"
    line = f"{clock.iso(clock.now())} {origin} {method} {status} {code}, {key}"
    print(harmless(line), file=sys.stderr)  # noqa: T201 - the access log
