"""Every role and every action of the design: allowed, or refused with its sentence."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from keytui.domain import clock
from keytui.domain.audit import Outcome
from keytui.domain.clock import DAY
from keytui.domain.errors import BadInput, Refused
from keytui.domain.overlap import Overlap
from keytui.domain.pages import Wanted
from keytui.domain.permissions import Role
from keytui.domain.policy import Policy
from keytui.domain.records import Actor
from keytui.domain.reviews import Decision
from keytui.services import (
    api_keys,
    audit,
    audit_check,
    bulk,
    expiring,
    key_history,
    offboarding,
    policy,
    report,
    report_lines,
    review_decisions,
    review_items,
    review_report,
    reviews,
    rotation,
    ssh_keys,
    stale,
    users,
)
from keytui.services.bulk import Chosen
from keytui.services.review_lines import ReviewFormat
from tests.ssh_keys import ECDSA_256, ED25519, OTHER, SK_ED25519, needs_ssh_keygen
from tests.support import MakePerson, people_and_keys, signed_in, trail

ADMINISTRATORS_ONLY = "Only an administrator manages users."
CHECK = "Only an administrator checks the audit chain."
EXPORT = "Only an administrator exports the report."
NO_CREATING = "Administrators cannot create keys: separation of duties."
NOT_FOR_OTHERS = "You can create keys only for your own profile."
NO_ROTATING = "Administrators cannot rotate keys, nor end an overlap: separation of duties."
NOT_TO_ROTATE = "You can rotate only your own keys, and end only their overlap."
NO_LABEL = "Administrators cannot edit a key's label: it is its owner's."
POLICY = "Only an administrator changes the policy on keys."
STRICT = Policy(30, 90, no_end=False)
REVIEW = "Only an administrator reviews access."
NO_SSH_KEY = "You can add and label only your own SSH keys."

pytestmark = needs_ssh_keygen


@dataclass
class World:
    """A team. Everybody in ``actors`` has held a key; adam's ended with his promotion.

    Each has an SSH key too.
    """

    actors: dict[str, Actor]
    keys: dict[str, int]
    ssh_keys: dict[str, int]
    folder: Path

    def confirmed(self, who: Actor) -> int:
        """Return a key of theirs that is confirmed; for who can have none, maria's."""
        if who.role is Role.USER:
            api_keys.confirm_key(who, self.keys[who.user_id])
        return self.keys.get(who.user_id, 1)

    def overlapping(self, who: Actor) -> int:
        """Return a key of theirs that overlaps with another; likewise."""
        key_id = self.confirmed(who)
        if who.role is Role.USER:
            rotation.rotate(who, key_id, Overlap.DAY)
        return key_id


@pytest.fixture
def world(person: MakePerson, host: Actor, tmp_path: Path) -> World:
    """Make the team: maria and noor are users, adam and astrid administrators."""
    keys, of_ssh = {}, {}
    for name, line in (("maria", ED25519), ("noor", OTHER), ("adam", ECDSA_256)):
        owner = person(name)
        keys[name] = api_keys.create_key(owner, f"key of {name}")[0].key_id
        of_ssh[name] = ssh_keys.add_key(owner, line).ssh_key_id
    users.set_role(host, "adam", Role.ADMINISTRATOR, active_keys=1)
    person("astrid", Role.ADMINISTRATOR)
    reviews.open_review(host)
    folder = tmp_path / "reports"
    folder.mkdir()
    actors = {"user": signed_in("maria"), "administrator": signed_in("adam")}
    return World({**actors, "host account": host}, keys, of_ssh, folder)


Act = Callable[[World, Actor], object]

ACTIONS: dict[str, Act] = {
    "create a key": lambda w, who: api_keys.create_key(who, "new"),
    "confirm an own key": lambda w, who: api_keys.confirm_key(who, w.keys.get(who.user_id, 1)),
    "confirm another's key": lambda w, who: api_keys.confirm_key(who, w.keys["noor"]),
    "create an own key anew": lambda w, who: api_keys.create_anew(who, w.keys.get(who.user_id, 1)),
    "create another's key anew": lambda w, who: api_keys.create_anew(who, w.keys["noor"]),
    "rotate an own key": lambda w, who: rotation.rotate(who, w.confirmed(who), Overlap.DAY),
    "rotate another's key": lambda w, who: rotation.rotate(who, w.keys["noor"], Overlap.DAY),
    "end an own overlap": lambda w, who: rotation.end_overlap(who, w.overlapping(who)),
    "end another's overlap": lambda w, who: rotation.end_overlap(who, w.keys["noor"]),
    "deactivate an own key": lambda w, who: api_keys.deactivate_key(who, w.keys["maria"], "lost"),
    "deactivate another's key": lambda w, who: api_keys.deactivate_key(who, w.keys["noor"], "lost"),
    "deactivate marked own keys": lambda w, who: bulk.deactivate_many(
        who, Chosen(marked=frozenset({w.keys["maria"]})), "lost", 1
    ),
    "deactivate marked keys of others": lambda w, who: bulk.deactivate_many(
        who, Chosen(marked=frozenset({w.keys["maria"], w.keys["noor"]})), "lost", 2
    ),
    "deactivate what a filter finds": lambda w, who: bulk.deactivate_many(
        who, Chosen(filter=stale.Stale.NEVER_USED), "stale", 2
    ),
    "count stale keys": lambda w, who: stale.count(who),
    "edit the label of an own key": lambda w, who: api_keys.edit_label(
        who, w.keys.get(who.user_id, 1), "renamed"
    ),
    "edit the label of another's key": lambda w, who: api_keys.edit_label(
        who, w.keys["noor"], "renamed"
    ),
    "view the own keys": lambda w, who: api_keys.list_keys(who),
    "view another's keys": lambda w, who: api_keys.list_keys(who, "noor"),
    "view the history of an own key": lambda w, who: key_history.history(
        who, w.keys.get(who.user_id, 1)
    ),
    "view the history of another's key": lambda w, who: key_history.history(who, w.keys["noor"]),
    "add an SSH key": lambda w, who: ssh_keys.add_key(who, SK_ED25519),
    "label an own SSH key": lambda w, who: ssh_keys.edit_label(
        who, w.ssh_keys.get(who.user_id, 1), "renamed"
    ),
    "label another's SSH key": lambda w, who: ssh_keys.edit_label(
        who, w.ssh_keys["noor"], "renamed"
    ),
    "remove an own SSH key": lambda w, who: ssh_keys.remove_key(
        who, w.ssh_keys.get(who.user_id, 1), "lost"
    ),
    "remove another's SSH key": lambda w, who: ssh_keys.remove_key(who, w.ssh_keys["noor"], "lost"),
    "view the own SSH keys": lambda w, who: ssh_keys.list_keys(who),
    "view another's SSH keys": lambda w, who: ssh_keys.list_keys(who, "noor"),
    "export to a file": lambda w, who: report.export(
        who, report_lines.Format.CSV, w.folder / "report.csv"
    ),
    "export to a stream": lambda w, who: report.export_to_stream(
        who, report_lines.Format.JSONL, io.BytesIO()
    ),
    "add a person": lambda w, who: users.add_user(who, "zoe", Role.USER),
    "add an administrator": lambda w, who: users.add_user(who, "zoe", Role.ADMINISTRATOR),
    "reset a sign-in": lambda w, who: users.reset_sign_in(who, "noor"),
    "change a role": lambda w, who: users.set_role(who, "astrid", Role.USER, active_keys=0),
    "promote oneself": lambda w, who: users.set_role(
        who, "maria", Role.ADMINISTRATOR, active_keys=1
    ),
    "deactivate a person": lambda w, who: users.deactivate_user(who, "noor", "left"),
    "offboard a person": lambda w, who: offboarding.offboard(who, "noor", "left"),
    "see what offboarding would end": lambda w, who: offboarding.plan(who, "noor"),
    "open a review": lambda w, who: reviews.open_review(who),
    "list the reviews": lambda w, who: reviews.list_reviews(who),
    "see a review": lambda w, who: reviews.get_review(who, 1),
    "see whether a review is due": lambda w, who: reviews.due_at(who),
    "count what a sign-off signs": lambda w, who: reviews.tally_to_sign(who, 1),
    "see the keys of a review": lambda w, who: review_items.page(who, Wanted(), 1),
    "keep a key": lambda w, who: review_decisions.decide(
        who, 1, w.keys["noor"], Decision.KEEP, "in use"
    ),
    "deactivate a key in a review": lambda w, who: review_decisions.decide(
        who, 1, w.keys["noor"], Decision.DEACTIVATE, "lost"
    ),
    "keep many keys": lambda w, who: review_decisions.decide_all(
        who, 1, Decision.KEEP, "in use", keys=1, owner="noor"
    ),
    "sign a review off": lambda w, who: reviews.close_review(who, 1),
    "report a review": lambda w, who: review_report.export(
        who, 1, ReviewFormat.CSV, w.folder / "review.csv"
    ),
    "list the people": lambda w, who: users.list_users(who),
    "read the audit trail": lambda w, who: audit.events(who),
    "read what concerns oneself": lambda w, who: audit.events(
        who, about=who.row_id and who.user_id
    ),
    "read what concerns another": lambda w, who: audit.events(who, about="noor"),
    "check the audit chain": lambda w, who: audit_check.check(who),
    "print the audit head": lambda w, who: audit_check.head(who),
    "see whom a policy hits": lambda w, who: policy.preview(who, STRICT, 30),
    "change the policy": lambda w, who: policy.change(
        who, STRICT, "audit", warning_days=30, seen=0
    ),
    "list the keys that end soon": lambda w, who: list(expiring.each(who, 30)),
}

# action: the sentence for a user, the sentence for an administrator; the host's
# own account has an administrator's rights, but no SSH keys. None is allowed.
TABLE: dict[str, tuple[str | None, str | None]] = {
    "create a key": (None, NO_CREATING),
    "confirm an own key": (None, NO_CREATING),
    "confirm another's key": (NOT_FOR_OTHERS, NO_CREATING),
    "create an own key anew": (None, NO_CREATING),
    "create another's key anew": ("You can deactivate only your own keys.", NO_CREATING),
    "rotate an own key": (None, NO_ROTATING),
    "rotate another's key": (NOT_TO_ROTATE, NO_ROTATING),
    "end an own overlap": (None, NO_ROTATING),
    "end another's overlap": (NOT_TO_ROTATE, NO_ROTATING),
    "deactivate an own key": (None, None),
    "deactivate another's key": ("You can deactivate only your own keys.", None),
    "deactivate marked own keys": (None, None),
    "deactivate marked keys of others": ("You can deactivate only your own keys.", None),
    "deactivate what a filter finds": ("You can deactivate only your own keys.", None),
    "count stale keys": ("You can view only your own API keys.", None),
    "edit the label of an own key": (None, NO_LABEL),
    "edit the label of another's key": (
        "You can edit only the labels of your own keys.",
        NO_LABEL,
    ),
    "view the own keys": (None, None),
    "view another's keys": ("You can view only your own API keys.", None),
    "view the history of an own key": (None, None),
    "view the history of another's key": ("You can view only your own API keys.", None),
    "add an SSH key": (None, None),
    "label an own SSH key": (None, None),
    "label another's SSH key": (NO_SSH_KEY, NO_SSH_KEY),
    "remove an own SSH key": (None, None),
    "remove another's SSH key": ("You can remove only your own SSH keys.", None),
    "view the own SSH keys": (None, None),
    "view another's SSH keys": ("You can view only your own SSH keys.", None),
    "export to a file": (EXPORT, None),
    "export to a stream": (EXPORT, None),
    "add a person": (ADMINISTRATORS_ONLY, None),
    "add an administrator": (ADMINISTRATORS_ONLY, None),
    "reset a sign-in": (ADMINISTRATORS_ONLY, None),
    "change a role": (ADMINISTRATORS_ONLY, None),
    "promote oneself": (ADMINISTRATORS_ONLY, None),
    "deactivate a person": (ADMINISTRATORS_ONLY, None),
    "offboard a person": (ADMINISTRATORS_ONLY, None),
    "see what offboarding would end": (ADMINISTRATORS_ONLY, None),
    "open a review": (REVIEW, None),
    "list the reviews": (REVIEW, None),
    "see a review": (REVIEW, None),
    "see whether a review is due": (REVIEW, None),
    "count what a sign-off signs": (REVIEW, None),
    "see the keys of a review": (REVIEW, None),
    "keep a key": (REVIEW, None),
    "deactivate a key in a review": (REVIEW, None),
    "keep many keys": (REVIEW, None),
    "sign a review off": (REVIEW, None),
    "report a review": (REVIEW, None),
    "list the people": (ADMINISTRATORS_ONLY, None),
    "read the audit trail": (None, None),
    "read what concerns oneself": (None, None),
    "read what concerns another": ("You can read only your own audit events.", None),
    "check the audit chain": (CHECK, None),
    "print the audit head": (CHECK, None),
    "see whom a policy hits": (POLICY, None),
    "change the policy": (POLICY, None),
    "list the keys that end soon": (None, None),
}

OF_THE_HOST = {"add an SSH key": NO_SSH_KEY, "label an own SSH key": NO_SSH_KEY}
NEEDS_A_NAME = ("view the own keys", "view the own SSH keys")  # the host can have none
CASES = [
    *(
        (who, action, TABLE[action][column])
        for column, who in enumerate(("user", "administrator"))
        for action in ACTIONS
    ),
    *(
        ("host account", action, OF_THE_HOST.get(action, TABLE[action][1]))
        for action in ACTIONS
        if action not in NEEDS_A_NAME
    ),
]
ALLOWED = [case[:2] for case in CASES if case[2] is None]
REFUSED = [case for case in CASES if case[2] is not None]


def test_the_table_names_every_action() -> None:
    """No action is tried without a cell, and no cell is without a trial."""
    assert set(TABLE) == set(ACTIONS)


@pytest.mark.parametrize(("who", "action"), ALLOWED, ids=map("; ".join, ALLOWED))
def test_what_is_allowed_is_done(world: World, who: str, action: str) -> None:
    """An allowed act ends without a word, and no refusal is on record for it."""
    events = len(trail())
    ACTIONS[action](world, world.actors[who])
    assert {event.outcome for event in trail()[events:]} <= {Outcome.DONE}


@pytest.mark.parametrize(
    ("who", "action", "sentence"),
    REFUSED,
    ids=[f"{who}; {action}" for who, action, _ in REFUSED],
)
def test_what_is_not_allowed_is_refused_and_on_record(
    world: World, who: str, action: str, sentence: str
) -> None:
    """A refusal says its sentence, changes no row, leaves no file and exactly one event."""
    actor = world.actors[who]
    before, events = people_and_keys(), len(trail())
    with pytest.raises(Refused) as refused:
        ACTIONS[action](world, actor)
    assert str(refused.value) == sentence
    assert people_and_keys() == before
    assert list(world.folder.iterdir()) == []
    (event,) = trail()[events:]
    assert (event.actor, event.outcome, event.detail, event.origin) == (
        actor.user_id,
        Outcome.REFUSED,
        sentence,
        actor.origin,
    )


@pytest.mark.parametrize("end", [None, 91 * DAY])
def test_nobody_creates_a_key_that_lasts_longer_than_the_policy(
    world: World, end: int | None
) -> None:
    """The sentence says the longest, and no key is made."""
    policy.change(world.actors["administrator"], STRICT, "audit", warning_days=0, seen=0)
    before = people_and_keys()
    with pytest.raises(BadInput, match="choose at most 90 days"):
        api_keys.create_key(
            world.actors["user"], "new", expires_at=None if end is None else clock.now() + end
        )
    assert people_and_keys() == before
