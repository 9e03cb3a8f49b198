"""An access review: opened by one administrator, gone on with by another, signed off, proved."""

import csv

import pytest

from tests.home import (
    BOTH_ENGINES,
    Home,
    close_reveal,
    create_key,
    press_button,
    quit_with,
    select,
    signed_in,
)
from tests.terminal import SIZES

pytestmark = BOTH_ENGINES


@pytest.mark.parametrize("size", SIZES)
def test_a_review_is_interrupted_gone_on_with_and_proved(home: Home, size: tuple[int, int]) -> None:
    """What one kept, another need not look at again; the report says who decided what and why."""
    home.people("maria", administrators=("adam", "eve"))
    terminal = signed_in(home, "maria", size)
    for label in ("ci-runner", "laptop", "phone"):
        create_key(terminal, label)
        close_reveal(terminal)
    quit_with(terminal)

    terminal = signed_in(home, "adam", size)
    terminal.press("2", "R")
    terminal.wait_for("No reviews yet")
    terminal.press("n")
    terminal.fill(Only_of_user="", Not_used_for_days="", Older_than_days="")
    terminal.wait_for("Review 1: 1-3 of 3", "0 kept")
    select(terminal, "maria")
    terminal.press("y")
    terminal.fill(Reason="builds the web shop")
    terminal.wait_for("Key 1 is kept.", "1 kept")
    terminal.child.kill(9)  # the line to the office is cut
    terminal.wait_end()

    terminal = signed_in(home, "eve", size)
    terminal.press("2", "R")
    terminal.wait_for("all active keys", "open")
    terminal.press("v")
    terminal.wait_for("Review 1: 1-3 of 3", "1 kept")
    select(terminal, "maria")
    terminal.press("x")
    terminal.fill(Reason="nobody knows it")
    press_button(terminal, "Deactivate")
    terminal.wait_for("Key 2 is deactivated.", "1 deactivated")
    terminal.press("c")
    press_button(terminal, "Sign off")
    terminal.wait_for("Review 1 is signed off.", "(signed off)")
    terminal.settle()  # the list is read anew
    terminal.press("y")
    terminal.wait_for("This review is signed off already, for good.")
    assert quit_with(terminal) == 0

    done = home.keytui("review", "report", "1", "--format", "csv", "--output", "review.csv")
    assert (done.returncode, done.stdout) == (0, "")
    with (home.folder / "review.csv").open(newline="") as file:
        found = list(csv.DictReader(file))
    assert [(row["label"], row["decision"], row["reason"], row["decided_by"]) for row in found] == [
        ("ci-runner", "keep", "builds the web shop", "adam"),
        ("laptop", "deactivate", "nobody knows it", "eve"),
        ("phone", "not reviewed", "", ""),
    ]
    assert {(row["opened_by"], row["closed_by"]) for row in found} == {("adam", "eve")}
    checked = home.keytui("export", "check", "review.csv", "--head")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "Access review 1 (closed), all active keys, 3 rows" in checked.stdout
    refused = home.keytui("review", "keep", "1", "3", "--reason", "late")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "Access review 1 is closed: nothing was changed." in refused.stderr
    assert home.rows("SELECT decision, decided_by FROM review_item ORDER BY key_id") == [
        ("keep", "adam"),
        ("deactivate", "eve"),
        ("", None),
    ]
