"""The databases that benchmarks measure on: ``keytui demo --users N --keys N``'s, kept for the next run."""

import hashlib
import random
from pathlib import Path
from typing import Final

from keytui.domain.clock import SECOND
from keytui.services import population
from keytui.services.population import Population
from keytui.storage import audit_key, bulk, schema

SEED: Final = 7
PRESENT: Final = 1_760_000_000 * SECOND
"""The day that the databases are of; fixed, so that they are the same tomorrow."""
_KEYS_PER_USER: Final = 10


def of(keys: int, users: int | None = None, seed: int = SEED) -> Population:
    """Return who and what is in a database with so many keys, ten a user unless said otherwise."""
    return Population(users or max(keys // _KEYS_PER_USER, 2), keys, PRESENT, seed)


def database(folder: Path, keys: int, seed: int = SEED, users: int | None = None) -> Path:
    """Return the database with ``keys`` keys, made now unless ``folder`` holds it already.

    It is for looking and copying: a run that writes takes a copy.
    """
    people = of(keys, users, seed)
    name = f"keytui-{keys}-{people.users}-{seed}"
    path = folder / f"{name}-{_edition()}.db"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob(f"{name}-*.db"):
            old.unlink()  # of an edition that nobody asks for again
            Path(f"{old}{audit_key.ENDING}").unlink(missing_ok=True)
        population.make(path, people)
    return path


def sample(keys: int, count: int, seed: int = SEED) -> list[str]:
    """Return the texts of ``count`` good keys of such a database, or of all when it has fewer."""
    people = of(keys, seed=seed)
    numbers = random.Random(seed).sample(range(1, keys + 1), min(keys, count * 11 // 10 + 20))
    good = [number for number in numbers if people.works(number)]
    return [people.text_of(number).decode("ascii") for number in good[:count]]


def good_user(keys: int) -> tuple[int, str]:
    """Return the row and the User ID of a user who may create keys."""
    return of(keys).creator()


def _edition() -> str:
    """Return what changes when a database made before is no longer what would be made now."""
    files = (Path(module.__file__).read_bytes() for module in (population, bulk))
    return hashlib.sha256(
        b"\n".join([*files, *map(str.encode, sorted(schema.known()))])
    ).hexdigest()[:8]
