"""The permission table once more, at the command line's door."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from keytui.domain.audit import Outcome
from keytui.domain.permissions import Role
from keytui.domain.records import Actor
from keytui.services import api_keys, reviews, ssh_keys
from tests.ssh_keys import ED25519, OTHER, needs_ssh_keygen
from tests.support import PASSWORD, MakePerson, keytui, people_and_keys, signed_in, trail

pytestmark = needs_ssh_keygen

ADMINISTRATORS_ONLY = "Only an administrator manages users."
CHECK = "Only an administrator checks the audit chain."
REVIEW = "Only an administrator reviews access."
EXPORT = "Only an administrator exports the report."

# action: the command line, and the sentence for a user. An administrator and
# the host's own account may do all of it: creating a key and editing its label,
# which they may not, are no commands.
TABLE: dict[str, tuple[list[str], str | None]] = {
    "deactivate an own key": (["key", "deactivate", "1", "--reason", "lost"], None),
    "deactivate another's key": (
        ["key", "deactivate", "2", "--reason", "lost"],
        "You can deactivate only your own keys.",
    ),
    "deactivate what a filter finds": (
        ["key", "deactivate-many", "--filter", "never-used", "--expect", "2", "--reason", "stale"],
        "You can deactivate only your own keys.",
    ),
    "deactivate what a filter finds of one's own": (
        ["key", "deactivate-many", "--filter=never-used", "--owner=maria", "--yes", "--reason=old"],
        None,
    ),
    "view a named person's own keys": (["key", "list", "maria"], None),
    "view another's keys": (
        ["key", "list", "noor"],
        "You can view only your own API keys.",
    ),
    "remove an own SSH key": (["ssh", "remove", "1", "--reason", "lost"], None),
    "remove another's SSH key": (
        ["ssh", "remove", "2", "--reason", "lost"],
        "You can remove only your own SSH keys.",
    ),
    "view a named person's own SSH keys": (["ssh", "list", "maria"], None),
    "view another's SSH keys": (
        ["ssh", "list", "noor"],
        "You can view only your own SSH keys.",
    ),
    "export to standard output": (["export"], EXPORT),
    "export to a file": (["export", "--output", "report.csv"], EXPORT),
    "add a person": (["user", "add", "zoe"], ADMINISTRATORS_ONLY),
    "add an administrator": (
        ["user", "add", "zoe", "--administrator"],
        ADMINISTRATORS_ONLY,
    ),
    "reset a sign-in": (["user", "reset-sign-in", "noor"], ADMINISTRATORS_ONLY),
    "change a role": (["user", "role", "astrid", "user"], ADMINISTRATORS_ONLY),
    "promote oneself": (
        ["user", "role", "maria", "administrator", "--active-keys", "1"],
        ADMINISTRATORS_ONLY,
    ),
    "deactivate a person": (
        ["user", "deactivate", "noor", "--reason", "left"],
        ADMINISTRATORS_ONLY,
    ),
    "offboard a person": (["user", "offboard", "noor", "--reason", "left"], ADMINISTRATORS_ONLY),
    "open a review": (["review", "open"], REVIEW),
    "show a review": (["review", "show", "1"], REVIEW),
    "keep a key": (["review", "keep", "1", "2", "--reason", "x"], REVIEW),
    "deactivate a key in a review": (["review", "deactivate", "1", "2", "--reason", "x"], REVIEW),
    "sign a review off": (["review", "close", "1"], REVIEW),
    "report a review": (["review", "report", "1"], REVIEW),
    "list the people": (["user", "list"], ADMINISTRATORS_ONLY),
    "read the audit trail": (["audit", "list"], None),
    "check the audit chain": (["audit", "check"], CHECK),
    "print the audit head": (["audit", "head"], CHECK),
    "show the policy": (["policy", "show"], None),
    "change the policy": (
        ["policy", "set", "--default", "30", "--reason", "x", "--yes"],
        "Only an administrator changes the policy on keys.",
    ),
    "list the keys that end soon": (["expiring"], None),
}
REFUSED = {name: case for name, case in TABLE.items() if case[1] is not None}
ALLOWED = [
    (who, action)
    for who in ("maria", "adam", "host account")
    for action in TABLE
    if who != "maria" or action not in REFUSED
]


@dataclass
class Door:
    """The command line on a database with a team, in an empty folder."""

    database: Path
    folder: Path

    def __call__(self, who: str, command: list[str]) -> tuple[int, str, str]:
        """Run ``command`` as ``who``."""
        sign_in = [] if who == "host account" else ["--user", who]
        answer = keytui("--database", self.database, *command, *sign_in, typed=PASSWORD)
        return answer.code, answer.out, answer.err


@pytest.fixture
def door(
    database: Path,
    person: MakePerson,
    adam: Actor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Door:
    """Make the team: maria holds key 1 and SSH key 1, noor 2 and 2; adam and astrid administer."""
    for name, line in (("maria", ED25519), ("noor", OTHER)):
        owner = person(name)
        api_keys.create_key(owner, f"key of {name}")
        ssh_keys.add_key(owner, line)
        signed_in(name)  # the new key is told here, not below
    person("astrid", Role.ADMINISTRATOR)
    reviews.open_review(adam)
    folder = tmp_path / "reports"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return Door(database, folder)


@pytest.mark.parametrize(("who", "action"), ALLOWED, ids=map("; ".join, ALLOWED))
def test_what_is_allowed_exits_0(door: Door, who: str, action: str) -> None:
    """An allowed command does it, and no refusal is on record."""
    events = len(trail())
    code, _, err = door(who, TABLE[action][0])
    assert (code, "keytui: " in err) == (0, False)
    assert {event.outcome for event in trail()[events:]} <= {Outcome.DONE}


@pytest.mark.parametrize(("command", "sentence"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_allowed_exits_1(door: Door, command: list[str], sentence: str) -> None:
    """Exit 1, the sentence on standard error alone, no change, no file, one event of refusal."""
    before, events = people_and_keys(), len(trail())
    assert door("maria", command) == (1, "", f"keytui: {sentence}\n")
    assert people_and_keys() == before
    assert list(door.folder.iterdir()) == []
    assert [
        (event.actor, event.detail)
        for event in trail()[events:]
        if event.outcome is not Outcome.DONE
    ] == [("maria", sentence)]
