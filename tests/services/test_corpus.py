"""The corpus at the services: every function that takes text, found by its signature."""

import inspect
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from keytui.domain.pages import Wanted
from keytui.domain.permissions import Role
from keytui.domain.policy import Policy
from keytui.domain.reviews import Decision
from keytui.domain.text import harmless
from keytui.services import (
    api_keys,
    audit,
    audit_check,
    backup,
    bulk,
    copying,
    offboarding,
    policy,
    report,
    review_decisions,
    review_items,
    reviews,
    sign_in,
    ssh_keys,
    stale,
    users,
)
from keytui.services.acting import Deed
from keytui.services.report import Format
from keytui.storage import audit_key, models
from tests.corpus import EVERYTHING
from tests.ssh_keys import ED25519, FINGERPRINTS, OTHER, needs_ssh_keygen
from tests.support import (
    HERE,
    PASSWORD,
    Clock,
    MakePerson,
    people_and_keys,
    refusal_of,
    rows,
)

pytestmark = needs_ssh_keygen

TEXT = (str, str | None, Path)
FITTING: dict[str, Any] = {
    "key_id": 1,
    "review_id": 1,
    "decision": Decision.DEACTIVATE,
    "keys": 1,
    "ssh_key_id": 1,
    "pasted": OTHER,
    "fingerprint": FINGERPRINTS[ED25519],
    "active_keys": 1,
    "role": Role.ADMINISTRATOR,
    "form": Format.CSV,
    "name": "maria",
    "user_id": "maria",
    "typed_id": "maria",
    "typed_label": "CI",
    "typed_reason": "lost",
    "password": PASSWORD,
    "old": PASSWORD,
    "new": "copper rain again",
    "secret": PASSWORD,
    "code": "0000",
    "origin": HERE,
    "location": "copy.db",
    "owner": "maria",
    "containing": "CI",
    "wanted": Wanted(),
    "chosen": bulk.Chosen(),
    "expected": 1,
    "kind": "bulk",
    "wish": Policy(30, 90, no_end=False),
    "warning_days": 30,
    "seen": 0,
}
"""What fits where something is needed besides the text that is tried."""


def texts() -> Iterator[tuple[Callable[..., object], str]]:
    """Yield every public function of the services with each of its parameters that is text."""
    for module in (
        api_keys,
        audit,
        audit_check,
        backup,
        bulk,
        copying,
        offboarding,
        policy,
        report,
        review_decisions,
        review_items,
        reviews,
        sign_in,
        ssh_keys,
        stale,
        users,
    ):
        for name, function in inspect.getmembers(module, inspect.isfunction):
            parameters = inspect.signature(function).parameters.values()
            step = any(parameter.annotation is Deed for parameter in parameters)
            if function.__module__ != module.__name__ or name.startswith("_") or step:
                continue  # a step of an act is given what that act has checked
            for parameter in parameters:
                if parameter.annotation in TEXT:
                    yield function, parameter.name


@pytest.mark.parametrize(
    ("function", "name"),
    [pytest.param(*found, id=f"{found[0].__name__}-{found[1]}") for found in texts()],
)
def test_every_text_meets_the_corpus(  # noqa: PLR0913, PLR0917 - fixtures
    clock: Clock,
    database: Path,
    person: MakePerson,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    function: Callable[..., object],
    name: str,
) -> None:
    """It is done, or refused with a harmless sentence and without a change; on record harmlessly."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    people = [person("adam", Role.ADMINISTRATOR), person("maria")]
    api_keys.create_key(people[1], "CI")
    ssh_keys.add_key(people[1], ED25519)
    reviews.open_review(people[0])
    before = people_and_keys()
    ((last,),) = rows("SELECT max(id) FROM audit_event")
    parameters = inspect.signature(function).parameters
    key = Path(audit_key.in_use().path)
    kept = key.read_bytes()
    for actor in people if "actor" in parameters else people[:1]:
        for case, text in EVERYTHING.items():
            clock.advance(hours=25)  # no attempt waits for those before it
            given = {
                other.name: FITTING[other.name]
                for other in parameters.values()
                if other.default is other.empty and other.name in FITTING
            }
            if "actor" in parameters:
                given["actor"] = actor
            if parameters[name].annotation is Path:
                given[name] = Path(text[:4_095])  # domain.paths refuses longer ones at every door
            else:
                given[name] = text
            with models.database.atomic() as everything:
                refused = refusal_of(partial(function, **given))
                assert not refused or people_and_keys() == before, case
                for event in rows(
                    f"SELECT actor, target, detail, origin FROM audit_event WHERE id > {last}"
                ):
                    for word in event:
                        assert harmless(word) == word, case
                        assert len(word) < 5_000, case
                everything.rollback()
            key.write_bytes(kept)
