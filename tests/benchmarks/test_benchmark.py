"""The benchmark itself works: it runs to its end and fills its table."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROWS = (
    "one thread, valid keys",
    "against djangorestframework-api-key",
    "against keyshield",
    "10,000 keys against 1,000 keys",
    "p99 against p50",
    "malformed key",
    "8 processes verifying",
    "HTTP, 32 connections",
    "HTTP: p99",
    "`import keytui`",
    "`keytui verify`",
)
LEFT_OUT = {"djangorestframework", "keyshield", "HTTP"}


def test_a_quick_run_fills_every_row_of_the_table(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.benchmarks.verification", "--quick"]
    ended = subprocess.run(
        [*command, "--no-peers", "--no-http", "--folder", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr
    head, _, *lines = ended.stdout.splitlines()
    assert head == "| what | measured | yardstick | ratio | bar | reached |"
    assert len(lines) == len(ROWS)
    for line, what in zip(lines, ROWS, strict=True):
        assert line.startswith(f"| {what}")
        ratio, bar, reached = (cell.strip() for cell in line.strip("|").split("|")[3:])
        assert bar[0] in "≤≥"
        if any(word in what for word in LEFT_OUT):
            assert "not measured: left out by" in line
            assert (ratio, reached) == ("–", "–")
        else:
            assert float(ratio.split()[0].replace(",", "")) > 0
            assert reached == "yes" or reached.startswith("**no**")
            assert "error" not in reached


def test_a_small_run_fills_the_table_of_a_large_database(tmp_path: Path) -> None:
    """Every figure is measured at a terminal or in a process of its own, none is left out."""
    sizes = ["--users", "300", "--keys", "1500", "--rounds", "1", "--presses", "5"]
    ended = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.big", *sizes, "--folder", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr
    head, _, *lines = ended.stdout.splitlines()
    assert head == "| what | measured | yardstick | ratio | bar | reached |"
    assert len(lines) == 17
    for line in lines:
        measured, _, ratio, bar, reached = (cell.strip() for cell in line.strip("|").split("|")[1:])
        assert measured[0].isdigit()
        assert float(ratio.split()[0].replace(",", "")) >= 0
        assert bar[0] == "≤"
        assert reached in ("yes", "**no**")
