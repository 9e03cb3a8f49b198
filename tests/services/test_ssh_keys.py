"""SSH keys: added by their owners, removed by owners and administrators."""

import subprocess

import pytest

from keytui.domain.audit import Action, Outcome
from keytui.domain.clock import exact
from keytui.domain.errors import BadInput, Conflict, Refused, SignedOut
from keytui.domain.records import Actor
from keytui.services import api_keys, sign_in, ssh_keygen, ssh_keys, users
from keytui.services.sign_in import SignedIn
from keytui.storage.models import SshKeyRow
from tests.ssh_keys import ED25519, FINGERPRINTS, OTHER, RSA_2048, needs_ssh_keygen
from tests.support import HERE, PASSWORD, Clock, MakePerson, race, trail

pytestmark = needs_ssh_keygen


def notices(user_id: str) -> tuple[str, ...]:
    """Sign somebody in and return what they are told."""
    entered = sign_in.sign_in(user_id, PASSWORD, HERE)
    assert isinstance(entered, SignedIn)
    return entered.notices


@pytest.mark.parametrize(
    ("line", "fingerprint"), FINGERPRINTS.items(), ids=[line.split()[0] for line in FINGERPRINTS]
)
def test_a_key_is_added(clock: Clock, maria: Actor, line: str, fingerprint: str) -> None:
    """Each type is kept with the fingerprint that ssh-keygen prints; one event says so."""
    events = len(trail())
    key = ssh_keys.add_key(maria, f"{line} maria@laptop\n")
    assert (key.user_id, key.type, key.fingerprint) == (
        "maria",
        line.partition(" ")[0],
        fingerprint,
    )
    assert (key.label, key.added_at, key.last_used_at) == ("maria@laptop", clock.now, None)
    assert ssh_keys.list_keys(maria) == [key]
    assert SshKeyRow.get_by_id(key.ssh_key_id).body == line.split()[1]
    (event,) = trail()[events:]
    assert (event.actor, event.action, event.outcome) == (
        "maria",
        Action.SSH_KEY_ADD,
        Outcome.DONE,
    )
    assert (event.target, event.detail) == ("SSH key 1", f"{fingerprint} maria@laptop")


def test_a_key_has_the_label_that_was_typed(maria: Actor) -> None:
    """A typed label goes before the comment, and one that does not fit is refused."""
    assert ssh_keys.add_key(maria, f"{ED25519} comment", " desk ").label == "desk"
    with pytest.raises(BadInput, match="A label has at most 64 characters"):
        ssh_keys.add_key(maria, OTHER, "x" * 65)


def test_a_weak_key_is_refused(maria: Actor) -> None:
    """RSA of 2,048 bits: the size is counted, whatever is said about it."""
    with pytest.raises(BadInput, match="this has 2,048: make another"):
        ssh_keys.add_key(maria, RSA_2048)


@pytest.mark.parametrize(
    "line",
    [
        "ssh-ed25519 AAAA",
        f"ssh-rsa {ED25519.split()[1]}",
        f"{ED25519}AAAA",
        "ssh-ed25519 " + "A" * 4_000,
    ],
    ids=["empty inside", "another type inside", "more behind it", "zeros"],
)
def test_what_ssh_keygen_does_not_know_is_no_key(maria: Actor, line: str) -> None:
    """A line that looks like a key and is none is refused in one sentence, nothing is kept."""
    with pytest.raises(BadInput) as refused:
        ssh_keys.add_key(maria, line)
    assert str(refused.value) == (
        "ssh-keygen finds no key in this line: copy the .pub file's line again."
    )
    assert ssh_keys.list_keys(maria) == []


def test_without_ssh_keygen_it_says_what_to_install(
    maria: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A host without OpenSSH's client is told so."""
    monkeypatch.setattr(ssh_keygen, "PATH", "/nowhere")
    with pytest.raises(BadInput) as refused:
        ssh_keys.add_key(maria, ED25519)
    assert str(refused.value) == (
        "SSH keys are read by ssh-keygen, which is not here: install OpenSSH's client."
    )


def test_an_ssh_keygen_that_hangs_is_given_up(
    maria: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After its seconds the person is told, and can try again."""

    def hang(*_: object, timeout: float, **__: object) -> None:
        raise subprocess.TimeoutExpired("ssh-keygen", timeout)

    monkeypatch.setattr(subprocess, "run", hang)
    with pytest.raises(BadInput) as refused:
        ssh_keys.add_key(maria, ED25519)
    assert str(refused.value) == (
        "ssh-keygen did not answer: look whether it works, then try again."
    )


def test_nothing_of_a_person_s_is_an_argument(
    maria: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key goes to standard input, without its comment; the program is named by its path."""
    calls = []
    real = subprocess.run

    def watch(command: list[str], **how: object) -> object:
        calls.append((command, how["input"]))
        return real(command, **how)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "run", watch)
    ssh_keys.add_key(maria, f"{ED25519} $(touch /tmp/x); comment")
    ((command, given),) = calls
    assert command[0].startswith("/")
    assert command[1:] == ["-l", "-E", "sha256", "-f", "-"]
    assert given == f"{ED25519}\n"


def test_a_key_is_one_person_s(person: MakePerson, maria: Actor) -> None:
    """Twice is told; another person's is refused, on record; once removed, it is free again."""
    key = ssh_keys.add_key(maria, ED25519)
    ben = person("ben")
    with pytest.raises(Conflict, match="This SSH key is added already"):
        ssh_keys.add_key(maria, f"{ED25519} again")
    with pytest.raises(Refused, match=r"^This SSH key is another person's: make one of your own"):
        ssh_keys.add_key(ben, ED25519)
    assert (trail()[-1].actor, trail()[-1].outcome) == ("ben", Outcome.REFUSED)
    ssh_keys.remove_key(maria, key.ssh_key_id, "handed over")
    assert ssh_keys.add_key(ben, ED25519).fingerprint == key.fingerprint


def test_of_two_who_add_one_key_at_once_one_has_it(person: MakePerson) -> None:
    """Nobody ever shares a key."""
    maria, ben = person("maria"), person("ben")
    ends = race(lambda: ssh_keys.add_key(maria, OTHER), lambda: ssh_keys.add_key(ben, OTHER))
    (refused,) = [end for end in ends if end is not None]
    assert isinstance(refused, Refused)
    assert SshKeyRow.select().count() == 1


def test_a_person_has_twenty_keys_at_most(maria: Actor) -> None:
    """The next is refused; removed ones do not count."""
    for number in range(ssh_keys.MOST_KEYS):
        SshKeyRow.create(
            owner=maria.row_id,
            type="ssh-ed25519",
            body=f"body{number}",
            fingerprint=f"SHA256:{number}",
            label="x",
            added_at=1,
        )
    with pytest.raises(Refused, match=r"^20 SSH keys are the most a person can have: remove one"):
        ssh_keys.add_key(maria, ED25519)
    ssh_keys.remove_key(maria, 7, "lost")
    ssh_keys.add_key(maria, ED25519)


def test_a_removed_key_is_kept_and_lets_nobody_in(clock: Clock, maria: Actor, adam: Actor) -> None:
    """An administrator ends a user's key with a reason; the list says when and by whom."""
    first = ssh_keys.add_key(maria, ED25519, "laptop")
    second = ssh_keys.add_key(maria, OTHER, "desk")
    came = sign_in.by_ssh_key("maria", second.fingerprint, HERE).actor
    clock.advance(hours=1)
    ssh_keys.remove_key(adam, second.ssh_key_id, "stolen")
    event = trail()[-1]
    assert (event.actor, event.action, event.target, event.detail) == (
        "adam",
        Action.SSH_KEY_REMOVE,
        "SSH key 2",
        f"{second.fingerprint} desk: stolen",
    )
    with pytest.raises(SignedOut):
        api_keys.list_keys(came)
    shown = ssh_keys.list_keys(adam, "maria")
    assert [key.label for key in shown] == ["laptop", "desk"]
    assert shown[0] == first
    assert (shown[1].removed_at, shown[1].removed_by) == (clock.now, "adam")
    for again in (
        lambda: ssh_keys.remove_key(maria, second.ssh_key_id, "lost"),
        lambda: ssh_keys.edit_label(maria, second.ssh_key_id, "mine"),
    ):
        with pytest.raises(Conflict, match="SSH key 2 is removed"):
            again()


def test_a_label_is_edited_by_its_owner(maria: Actor) -> None:
    """The event says from what to what."""
    key = ssh_keys.add_key(maria, ED25519, "laptop")
    ssh_keys.edit_label(maria, key.ssh_key_id, "old laptop")
    assert ssh_keys.list_keys(maria)[0].label == "old laptop"
    assert (trail()[-1].action, trail()[-1].detail) == (
        Action.SSH_KEY_EDIT_LABEL,
        "from laptop to old laptop",
    )


def test_a_key_that_is_not_there_is_said(maria: Actor, host: Actor) -> None:
    """Wrong numbers and names end in a sentence each."""
    for act in (
        lambda: ssh_keys.remove_key(maria, 9, "lost"),
        lambda: ssh_keys.edit_label(maria, 9, "mine"),
    ):
        with pytest.raises(BadInput, match=r"^There is no SSH key 9\.$"):
            act()
    with pytest.raises(BadInput, match=r"^There is no user zoe\.$"):
        ssh_keys.list_keys(host, "zoe")
    with pytest.raises(BadInput, match="Name the user whose SSH keys"):
        ssh_keys.list_keys(host)


@pytest.mark.parametrize(
    ("containing", "labels"),
    [
        ("lap", ["laptop"]),
        ("NDse7", ["desk"]),
        ("ed25519", ["desk", "laptop"]),
        ("%", []),
        ("_", []),
    ],
)
def test_keys_are_filtered(maria: Actor, containing: str, labels: list[str]) -> None:
    """By label, type and fingerprint, newest first; wildcards mean themselves."""
    for line, label in ((ED25519, "laptop"), (OTHER, "desk")):
        ssh_keys.add_key(maria, line, label)
    assert [key.label for key in ssh_keys.list_keys(maria, containing=containing)] == labels


def test_deactivating_a_person_removes_their_keys(adam: Actor, maria: Actor) -> None:
    """One event for the person and one for each SSH key, or nothing at all."""
    ssh_keys.add_key(maria, ED25519, "laptop")
    ssh_keys.add_key(maria, OTHER, "desk")
    ssh_keys.add_key(maria, list(FINGERPRINTS)[2], "phone")
    ssh_keys.remove_key(maria, 2, "sold")
    events = len(trail())
    users.deactivate_user(adam, "maria", "left")
    assert [(event.action, event.target, event.detail) for event in trail()[events:]] == [
        (Action.USER_DEACTIVATE, "maria", "left"),
        (Action.SSH_KEY_REMOVE, "SSH key 1", f"{FINGERPRINTS[ED25519]} laptop: left"),
        (Action.SSH_KEY_REMOVE, "SSH key 3", f"{list(FINGERPRINTS.values())[2]} phone: left"),
    ]
    assert SshKeyRow.get_by_id(1).removed_by == "adam"
    assert SshKeyRow.get_by_id(2).removed_by == "maria"


def test_a_new_and_a_removed_key_are_told_at_the_next_sign_in(
    clock: Clock, maria: Actor, adam: Actor
) -> None:
    """Each once, with day and fingerprint; what was before the last sign-in is not told again."""
    clock.advance(minutes=1)
    key = ssh_keys.add_key(maria, ED25519)
    added = exact(clock.now)
    clock.advance(minutes=1)
    assert notices("maria") == (f"An SSH key was added on {added} ({key.fingerprint}).",)
    assert notices("maria") == ()
    clock.advance(minutes=1)
    ssh_keys.remove_key(adam, key.ssh_key_id, "stolen")
    removed = exact(clock.now)
    clock.advance(minutes=1)
    assert notices("maria") == (
        f"An SSH key was removed by adam on {removed} ({key.fingerprint}).",
    )
    assert notices("maria") == ()


def test_many_changes_are_told_as_a_number(clock: Clock, maria: Actor) -> None:
    """Four keys in one line, not in four."""
    clock.advance(minutes=1)
    for line in list(FINGERPRINTS)[:4]:
        ssh_keys.add_key(maria, line)
    assert notices("maria") == ("4 times an SSH key was added or removed: press 3 for Audit.",)
