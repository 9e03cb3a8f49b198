"""``keytui policy`` and ``keytui expiring``: what they say, and how they end."""

from pathlib import Path

import pytest

from keytui.cli.exits import ExitCode
from keytui.domain.clock import DAY
from keytui.domain.policy import Policy
from keytui.domain.records import Actor
from keytui.services import api_keys, policy
from keytui.storage.database import open_database
from tests.support import PASSWORD, Answer, Clock, keytui, said


@pytest.fixture
def path(database: Path, clock: Clock, adam: Actor, maria: Actor) -> Path:
    """Return a database with adam and maria, who has a key without an end and one of 5 days."""
    assert adam.user_id == "adam"
    api_keys.create_key(maria, "laptop")
    api_keys.create_key(maria, "ci-runner", expires_at=clock.now + 5 * DAY)
    return database


def run(path: Path, *words: str, user: str = "") -> Answer:
    """Run a command on the database, as a person or as the host's account."""
    person = ["--user", user] if user else []
    return keytui("--database", path, *words, *person, typed=f"{PASSWORD}\n")


STRICT = ("policy", "set", "--default", "30", "--longest", "90d", "--must-end", "--reason", "audit")


def test_a_policy_is_shown_to_everybody(path: Path) -> None:
    """A name and a value a line; who changed it and when, once somebody has."""
    before = "default_days\t90\nlongest_days\tnone\nno_end\tallowed\n"
    assert run(path, "policy").out == run(path, "policy", "show", user="maria").out == before
    assert run(path, *STRICT, "--yes", user="adam").code == 0
    assert run(path, "policy").out == (
        "default_days\t30\nlongest_days\t90\nno_end\tnot allowed\n"
        "changed_at\t2026-11-24T06:00:00Z\nchanged_by\tadam\nreason\taudit\n"
        "binds_from\t2026-12-24T06:00:00Z\n"
    )


def test_a_script_sees_whom_it_hits_and_changes_nothing_without_yes(path: Path) -> None:
    """The preview is the answer; the exit code says that nothing was done."""
    answer = run(path, *STRICT, "--warning", "7")
    assert (answer.code, answer.err) == (
        ExitCode.REFUSED,
        "keytui: Nothing was changed: look at it, then say --yes.\n",
    )
    assert answer.out == (
        "30 days by default, at most 90, every key must end. 1 key of 1 person ends sooner by it: "
        "maria (1). The first stops on 2027-02-22 06:00:00 UTC.\n"
    )
    open_database(str(path))
    assert policy.current().policy == Policy()


def test_only_what_is_named_changes(path: Path) -> None:
    """What no option names stays as it was; none takes the longest away again."""
    assert run(path, *STRICT, "--yes").err == "The policy is changed: 1 key ends sooner by it.\n"
    run(path, "policy", "set", "--default", "60", "--reason", "x", "--yes")
    run(path, "policy", "set", "--no-end", "--longest", "none", "--reason", "x", "--yes")
    open_database(str(path))
    assert policy.current().policy == Policy(60, None, no_end=True)


@pytest.mark.parametrize(
    ("words", "user", "sentence"),
    [
        (("--must-end",), "adam", "Where keys must end, say how long they may last at most."),
        (("--longest", "30"), "", "The default of 90 days is longer than the longest of 30 days"),
        (("--default", "0"), "", "0 is no number of days from 1 to 36,500: correct it."),
        (("--warning", "400d"), "", "400d is no number of days from 0 to 365: correct it."),
    ],
)
def test_what_cannot_be_is_refused(
    path: Path, words: tuple[str, ...], user: str, sentence: str
) -> None:
    """One sentence, exit code 1."""
    answer = run(path, "policy", "set", *words, "--reason", "x", "--yes", user=user)
    assert answer.code == ExitCode.REFUSED
    assert said(answer).startswith(sentence)


def test_a_user_changes_no_policy(path: Path) -> None:
    """Refused; they are told of their own keys all the same, as at every sign-in."""
    answer = run(path, "policy", "set", "--reason", "x", "--yes", user="maria")
    assert (answer.code, answer.out, answer.err) == (
        ExitCode.REFUSED,
        "",
        (
            "1 of your keys expires within 7 days: ci-runner in 5 d.\n"
            "keytui: Only an administrator changes the policy on keys.\n"
        ),
    )


def test_expiring_keys_are_listed_with_an_exit_code_for_cron(path: Path) -> None:
    """3 where there are some, 0 where there are none; never a key text."""
    answer = run(path, "expiring")
    assert (answer.code, answer.err) == (ExitCode.SOME, "")
    (row,) = [line.split("\t") for line in answer.out.splitlines()]
    assert row[:2] + row[3:] == ["maria", "2", "2026-11-29T06:00:00Z", "in 5 d", "ci-runner"]
    assert len(row[2]) == len("••••x7Qz")
    assert run(path, "expiring", "--within", "4d") == Answer(0, "", "")


def test_a_user_sees_their_own_alone(path: Path, maria: Actor) -> None:
    """Whatever others hold."""
    assert maria.user_id == "maria"
    assert run(path, "expiring", user="maria").code == ExitCode.SOME
    assert run(path, "expiring", user="adam").code == ExitCode.SOME
    open_database(str(path))


def test_a_calendar_goes_to_a_file_or_to_standard_output(path: Path, tmp_path: Path) -> None:
    """The same either way, but for what is said of the file."""
    place = tmp_path / "keys.ics"
    streamed = run(path, "expiring", "--ics", "-")
    filed = run(path, "expiring", "--ics", str(place))
    assert streamed.code == filed.code == ExitCode.SOME
    assert streamed.out.encode() == place.read_bytes()
    assert filed.err == f"1 key written to {place}.\n"
    assert said(run(path, "expiring", "--ics", str(tmp_path / "keys.txt"))).startswith(
        "A calendar's name ends in .ics, unlike keys.txt"
    )
