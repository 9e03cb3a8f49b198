"""The rows of keytui as a program: the HTTP door, the import and the command line."""

import sys
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

from tests.benchmarks import over_http
from tests.benchmarks.rounds import medians
from tests.benchmarks.starting import Start, command
from tests.benchmarks.table import Bar, Row

if TYPE_CHECKING:
    from tests.benchmarks.verification import Bench


def http_rows(bench: "Bench") -> list[Row]:
    """Measure ``keytui serve`` beside a constant answer."""
    texts, seconds = bench.hot(), bench.effort.http_seconds
    bar = Bar(0.65)
    what = [
        f"HTTP, {over_http.CONNECTIONS} connections, {len(texts):,} keys: requests a second",
        "HTTP: p99 (constant ÷ keytui)",
    ]
    serve = ["keytui", "--database", str(bench.many), "serve", "--no-metrics", "--listen", "fd:FD"]
    constant = ["tests.benchmarks.constant", "FD"]
    if not bench.http:
        return [Row.unmeasured(each, bar, "left out by --no-http") for each in what]
    with ExitStack() as stack:
        try:
            servers = [
                stack.enter_context(
                    closing(over_http.Server(name, arguments, texts, bench.workshop))
                )
                for name, arguments in (("constant", constant), ("keytui", serve))
            ]
        except over_http.Unavailable as why:
            return [Row.unmeasured(each, bar, str(why)) for each in what]
        for server in servers:
            server.turn(1)  # warm
        turns = {str(n): lambda s=server: s.turn(seconds) for n, server in enumerate(servers)}
        took = medians(bench.effort.http_rounds, turns)
        errors = sum(server.errors for server in servers)
    flaw = f"{errors} errors" if errors else ""
    return [
        Row(
            what[0],
            bar,
            f"{took['keytui rate']:,.0f}/s ({took['keytui cpu']:.0f} µs of CPU each)",
            "the same uvicorn, constant 204: "
            f"{took['constant rate']:,.0f}/s ({took['constant cpu']:.0f} µs)",
            took["keytui rate"] / took["constant rate"],
            flaw,
        ),
        Row(
            what[1],
            bar,
            f"{took['keytui p99'] * 1_000:.2f} ms",
            f"{took['constant p99'] * 1_000:.2f} ms",
            took["constant p99"] / took["keytui p99"],
            flaw,
        ),
    ]


def starting_rows(bench: "Bench") -> list[Row]:
    """Measure what the import and a check on the command line cost."""
    python = [sys.executable]
    took = medians(
        bench.effort.starts,
        {
            "python": Start("python", [*python, "-c", "pass"]).turn,
            "import": Start("import", [*python, "-c", "import keytui; keytui.Verifier"]).turn,
            "verify": Start(
                "verify", [*command(), "verify"], typed=bench.hot()[0], database=bench.many
            ).turn,
        },
    )
    alone = f"`python -c pass` {took['python']:.1f} ms"
    return [
        Row(
            "`import keytui`, Verifier ready",
            Bar(60, "ms more", at_most=True),
            f"{took['import']:.1f} ms",
            alone,
            took["import"] - took["python"],
        ),
        Row(
            "`keytui verify` on the command line",
            Bar(4, at_most=True),
            f"{took['verify']:.1f} ms",
            alone,
            took["verify"] / took["python"],
        ),
    ]
