"""The table of the verifying side: ``python -m tests.benchmarks.verification``.

Everything is measured in this one run, yardsticks and keytui in turns, and the
medians are printed as one Markdown table. Talk goes to standard error.
"""

import argparse
import os
import shutil
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from keytui.storage import audit_key
from tests.benchmarks import generate
from tests.benchmarks.rounds import FULL, QUICK, Effort
from tests.benchmarks.rows_inside import crowd_rows, thread_rows
from tests.benchmarks.rows_outside import http_rows, starting_rows
from tests.benchmarks.table import Row, markdown

HOT_KEYS = 1_000
"""The keys that the eight processes and wrk go round."""
SAMPLED_KEYS = 20_000
"""The keys that one thread draws from."""
_FEW_KEYS = 1_000
_QUICK_KEYS = 10_000


@dataclass(frozen=True)
class Bench:
    """What the rows of the table are measured with.

    Attributes:
        keys: how many keys the large database has.
        many: the large database, a copy that the run may write to.
        few: the small one, likewise.
        folder: where databases are kept between runs.
        workshop: a folder for this run.
        effort: how much is measured.
        peers: the Python that has the peers, or ``None`` to leave them out.
        http: whether the HTTP door is measured.
    """

    keys: int
    many: Path
    few: Path
    folder: Path
    workshop: Path
    effort: Effort
    peers: str | None
    http: bool

    def sampled(self) -> list[str]:
        """Return the texts that one thread draws from."""
        return generate.sample(self.keys, SAMPLED_KEYS)

    def few_texts(self) -> list[str]:
        """Return the texts of the small database's good keys."""
        return generate.sample(_FEW_KEYS, _FEW_KEYS)

    def hot(self) -> list[str]:
        """Return the texts that processes and wrk go round."""
        return generate.sample(self.keys, HOT_KEYS)

    def user(self) -> tuple[int, str]:
        """Return a user who may create keys."""
        return generate.good_user(self.keys)


def main() -> None:
    """Measure and print the table."""
    options = _options()
    keys = options.keys or (_QUICK_KEYS if options.quick else 1_000_000)
    start = monotonic()
    options.folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        workshop = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=options.folder)))
        _say(f"making or finding {keys:,} keys in {options.folder}")
        bench = Bench(
            keys=keys,
            many=copied(generate.database(options.folder, keys), workshop),
            few=copied(generate.database(options.folder, _FEW_KEYS), workshop / "few"),
            folder=options.folder,
            workshop=workshop,
            effort=QUICK if options.quick else FULL,
            peers=None if options.no_peers else options.peers_python,
            http=not options.no_http,
        )
        rows: list[Row] = []
        for measure in (thread_rows, crowd_rows, http_rows, starting_rows):
            _say(f"{monotonic() - start:.0f} s: {measure.__name__.replace('_', ' ')}")
            rows += measure(bench)
    sys.stdout.write(markdown(rows) + "\n")
    _say(f"{monotonic() - start:.0f} s: done; load average {os.getloadavg()[0]:.1f}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.verification")
    parser.add_argument("--keys", type=int, help="default 1,000,000; 10,000 with --quick")
    parser.add_argument("--quick", action="store_true", help="few rounds: is it sound at all?")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--no-http", action="store_true")
    parser.add_argument(
        "--peers-python",
        default=sys.executable,
        metavar="PATH",
        help="the Python where the peers are installed (default: this one)",
    )
    folder_option(parser)
    return parser.parse_args()


def folder_option(parser: argparse.ArgumentParser) -> None:
    """Let a folder be chosen where databases are kept for the next run."""
    parser.add_argument(
        "--folder",
        type=lambda typed: Path(typed).expanduser().absolute(),
        default=os.path.join(os.environ.get("XDG_CACHE_HOME") or "~/.cache", "keytui-benchmarks"),
        help="where databases are kept for the next run (default: %(default)s)",
    )


def copied(source: Path, folder: Path) -> Path:
    """Return a copy that the run may write to, in a folder that may have to be made."""
    folder.mkdir(exist_ok=True)
    copy = Path(shutil.copyfile(source, folder / "keytui.db"))
    shutil.copy(f"{source}{audit_key.ENDING}", f"{copy}{audit_key.ENDING}")
    return copy


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
