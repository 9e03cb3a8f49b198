"""The rows of keytui inside a Python program: one thread, its peers, and eight processes."""

from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

from tests.benchmarks import crowd, one_thread, peers
from tests.benchmarks.rounds import Figures, medians
from tests.benchmarks.table import Bar, Row

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.benchmarks.verification import Bench

_FEW = "keytui with few keys"
_WHAT = {
    peers.DRF: ("against djangorestframework-api-key 3.1 `is_valid`, as many keys", Bar(40)),
    peers.KEYSHIELD: ("against keyshield 2.0, default settings", Bar(10_000)),
}


def thread_rows(bench: "Bench") -> list[Row]:
    """Measure everything that one thread can show, and the peers."""
    effort, absent, started = bench.effort, dict[str, str](), dict[str, peers.Peer]()
    with ExitStack() as stack:
        texts = bench.sampled()
        bare = one_thread.BareLimit(bench.many, texts, effort.calls)
        many = one_thread.OneVerifier(bench.many, texts, effort.calls)
        few = one_thread.OneVerifier(bench.few, bench.few_texts(), effort.calls)
        garbage = one_thread.Garbage(bench.many, texts[0], effort.calls)
        for each in (bare, many, few, garbage):
            stack.enter_context(closing(each))
        turns: dict[str, Callable[[], Figures]] = {
            "bare": bare.turn,
            "many": many.turn,
            "call by call": many.turn_call_by_call,
            "few": lambda: few.turn(_FEW),
            "garbage": garbage.turn,
        }
        for name, calls in (
            (peers.DRF, effort.peer_calls),
            (peers.KEYSHIELD, effort.slow_peer_calls),
        ):
            try:
                peer = peers.Peer(
                    name, bench.peers, folder=bench.folder, keys=bench.keys, calls=calls
                )
            except peers.Unavailable as why:
                absent[name] = str(why)
            else:
                turns[name] = stack.enter_context(closing(peer)).turn
                started[name] = peer
        took = medians(effort.rounds, turns)
        absent |= {name: peer.failure for name, peer in started.items() if peer.failure}
        queries = garbage.queries()
    own, worst = took[one_thread.KEYTUI], max(garbage.kinds, key=took.__getitem__)
    return [
        Row(
            f"one thread, valid keys, last-used on ({len(texts):,} keys of {bench.keys:,})",
            Bar(0.75),
            _rate(own),
            f"bare limit {_rate(took[one_thread.BARE])}",
            took[one_thread.BARE] / own,
        ),
        *(
            Row.unmeasured(*_WHAT[name], absent[name])
            if name in absent
            else Row(*_WHAT[name], _rate(own), _rate(took[name]), took[name] / own)
            for name in (peers.DRF, peers.KEYSHIELD)
        ),
        Row(
            f"{bench.keys:,} keys against 1,000 keys",
            Bar(1.5, at_most=True),
            f"{own:.1f} µs",
            f"{took[_FEW]:.1f} µs",
            own / took[_FEW],
        ),
        Row(
            "p99 against p50",
            Bar(4, at_most=True),
            f"p99 {took[one_thread.P99]:.1f} µs",
            f"p50 {took[one_thread.P50]:.1f} µs",
            took[one_thread.P99] / took[one_thread.P50],
        ),
        Row(
            f"malformed key, the slowest of {len(garbage.kinds)} kinds ({worst})",
            Bar(2, "µs", at_most=True),
            f"{took[worst]:.2f} µs, {queries or 'no'} query",
            "–",
            took[worst],
            f"{queries} queries" if queries else "",
        ),
    ]


def crowd_rows(bench: "Bench") -> list[Row]:
    """Measure eight processes beside a writer."""
    texts = bench.hot()
    many = crowd.Crowd(bench.many, texts, bench.user(), bench.effort.crowd_seconds)
    took = medians(
        bench.effort.crowd_rounds,
        {
            "without": lambda: many.turn(last_used=False),
            "with": lambda: many.turn(last_used=True),
        },
    )
    errors = len(many.errors)
    return [
        Row(
            f"{crowd.PROCESSES} processes verifying {len(texts):,} keys, one writer "
            f"creating and deactivating {crowd.ACTS_PER_SECOND} a second",
            Bar(0.85),
            f"{took[crowd.WITH]:,.0f}/s, {errors or 'no'} errors, {many.put_off} flushes put off, "
            f"writer {took[crowd.ACTS_WITH]:.0f}/s",
            f"without last-used {took[crowd.WITHOUT]:,.0f}/s, "
            f"writer {took[crowd.ACTS_WITHOUT]:.0f}/s",
            took[crowd.WITH] / took[crowd.WITHOUT],
            f"{errors} errors, the first: {many.errors[0]}" if errors else "",
        )
    ]


def _rate(microseconds: float) -> str:
    return f"{microseconds:,.1f} µs ({1e6 / microseconds:,.0f}/s)"
