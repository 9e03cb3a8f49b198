"""Many writers, killed or not: what was acknowledged stays, and nothing is half done."""

from math import inf
from pathlib import Path

from tests.faults import eight, kill_nine


def test_a_killed_writer_leaves_nothing_half_done(tmp_path: Path) -> None:
    """Five rounds of SIGKILL; ``python -m tests.faults.kill_nine`` does as many as asked for."""
    outcome = kill_nine.run(tmp_path, rounds=5, writers=2, seed=1)
    assert outcome.wrong == []
    assert outcome.kills == 10
    assert len(outcome.created) >= 10


def test_eight_processes_work_on_one_file(tmp_path: Path) -> None:
    """Some hundred operations; ``python -m tests.faults.eight`` goes on as long as asked for."""
    outcome = eight.run(tmp_path, inf, 60, gate=True, seed=1)
    assert outcome.wrong == []
    assert sum(map(len, outcome.times.values())) == 8 * 60
    assert set(outcome.times) == {"create", "deactivate", "verify", "export"}
